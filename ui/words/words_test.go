package words

import (
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

var noon = time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC)

func TestEveryStateHasAShapeAndAWord(t *testing.T) {
	c := core.Connection{Health: core.Health{OKAt: noon.Add(-5 * time.Minute)}, ExpiresAt: noon.Add(24 * time.Hour)}
	seen := map[string]core.Status{}
	for _, s := range []core.Status{core.StatusReauth, core.StatusScope, core.StatusLocked, core.StatusUnreachable,
		core.StatusExpiring, core.StatusPending, core.StatusPaused, core.StatusOK} {
		got := Connection(c, s, noon)
		if got.Word == "" || got.Word == string(s) || got.Icon == "" && !got.Busy {
			t.Errorf("%s is shown as %+v", s, got)
		}
		if other, dup := seen[got.Word]; dup {
			t.Errorf("%s and %s are both called %q", s, other, got.Word)
		}
		seen[got.Word] = s
		if MendTitle(s) == "" {
			t.Errorf("%s has no button", s)
		}
	}
}

// A badge says "Connected" only together with what was proven and when (P-05).
func TestConnectedNeverStandsWithoutItsProof(t *testing.T) {
	for _, at := range []time.Time{{}, noon.Add(-time.Minute), noon.Add(-48 * time.Hour)} {
		c := core.Connection{Health: core.Health{OKAt: at}}
		s := c.Status(noon, false, false)
		got := Connection(c, s, noon)
		if got.Word == "Connected" && !strings.Contains(got.Detail, "checked") {
			t.Errorf("proof at %v: %+v", at, got)
		}
		if noon.Sub(at) > 24*time.Hour && s == core.StatusOK {
			t.Errorf("proof at %v counts as fresh", at)
		}
	}
}

// P-09: title, cause and action in plain words, whatever the class.
func TestErrorsArePlain(t *testing.T) {
	for _, code := range core.Codes() {
		p := Code(code, "", Names{Service: "Practice store", Data: "orders", Now: noon})
		if p.Title == "" || len([]rune(p.Title)) > 60 {
			t.Errorf("%s: title %q", code, p.Title)
		}
		for _, word := range []string{"invalid_grant", "401", "403", "429", "HTTP", "OAuth", "token", "stack", "please", "oops"} {
			if strings.Contains(p.Title+p.Cause+p.Button, word) {
				t.Errorf("%s says %q in %q", code, word, p.Title+" "+p.Cause)
			}
		}
		if strings.ContainsAny(p.Title+p.Cause, "{}") && code != core.CodeDeleteHeld {
			t.Errorf("%s leaves a place open: %q", code, p.Title+" "+p.Cause)
		}
	}
}

func TestWhatTheCoreSaysComesFirst(t *testing.T) {
	p := Error(core.E(core.CodePortBlocked, "Node.js uses port 8787.", nil), Names{})
	if p.Cause != "Node.js uses port 8787." {
		t.Errorf("cause %q", p.Cause)
	}
}
