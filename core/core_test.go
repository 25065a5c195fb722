package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A secret does not show in any usual way of printing, also where it is a
// field that fmt may not ask.
func TestSecretDoesNotShow(t *testing.T) {
	const text = "hunter2-hunter2"
	s := NewSecret(text)
	type holder struct {
		Open   Secret
		hidden Secret
		Deep   []map[string]Secret
	}
	h := holder{s, s, []map[string]Secret{{"k": s}}}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", s, h, &h)
	}
	fmt.Fprint(&out, s, h, errors.New(s.String()))
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", s, "holder", h)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", s, "holder", h)
	if got := out.String(); strings.Contains(got, text) || strings.Contains(got, fmt.Sprintf("%x", text)) || !strings.Contains(got, redacted) {
		t.Errorf("printed: %s", got)
	}
	if s.Reveal() != text || h.hidden.Reveal() != text {
		t.Error("the text was lost")
	}
}

func TestSecretEquality(t *testing.T) {
	if NewSecret("a") != NewSecret("a") || NewSecret("a") == NewSecret("b") || NewSecret("") != (Secret{}) {
		t.Error("secrets are not compared by their text")
	}
	if !NewSecret("").Empty() || NewSecret("").Reveal() != "" || NewSecret("").String() != "" || NewSecret("a").Empty() {
		t.Error("the empty secret")
	}
}

func TestErrorClass(t *testing.T) {
	offline := E(CodeOffline, "No network.", io.ErrUnexpectedEOF)
	for _, c := range []struct {
		err  error
		want Code
	}{
		{nil, ""}, {offline, CodeOffline}, {fmt.Errorf("a: %w", offline), CodeOffline}, {Wrapf(offline, "page %d", 3), CodeOffline},
		{errors.Join(io.EOF, offline), CodeOffline}, {context.Canceled, CodeCancelled}, {fmt.Errorf("a: %w", context.Canceled), CodeCancelled},
		{io.EOF, CodeInternal}, {Invalid("x"), CodeInvalid}, {NotFound("x"), CodeNotFound},
	} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("CodeOf(%v) = %q, want %q", c.err, got, c.want)
		}
		if c.err != nil && AsError(c.err).Code != c.want {
			t.Errorf("AsError(%v) = %v", c.err, AsError(c.err))
		}
	}
	if !errors.Is(Wrapf(offline, "page"), E(CodeOffline, "", nil)) || errors.Is(offline, E(CodeServiceDown, "", nil)) || !errors.Is(offline, io.ErrUnexpectedEOF) {
		t.Error("errors.Is")
	}
	if AsError(nil) != nil || Wrapf(nil, "x") != nil {
		t.Error("nil did not stay nil")
	}
	if got := Wrapf(offline, "page %d", 3).Error(); got != "page 3: offline: No network.: unexpected EOF" {
		t.Errorf("text %q", got)
	}
}

func TestReferenceIsGivenOnce(t *testing.T) {
	e := Invalid("x")
	ref := e.Reference()
	if len(ref) != len("LD-7F3A-91C2") || !strings.HasPrefix(ref, "LD-") || e.Reference() != ref {
		t.Errorf("reference %q, then %q", ref, e.Reference())
	}
}

func TestEveryClassHasWords(t *testing.T) {
	for _, c := range Codes() {
		if text := c.Text(); text.Title == "" || len(text.Title) > 60 || text.Retry == "" {
			t.Errorf("%s: %+v", c, text)
		}
	}
	if Code("unheard of").Text() != CodeInternal.Text() {
		t.Error("an unknown class has no words")
	}
}

func TestConnectionStatus(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	proved := Health{CheckedAt: now, OKAt: now.Add(-time.Hour)}
	for _, c := range []struct {
		name            string
		c               Connection
		missing, locked bool
		want            Status
	}{
		{"proved", Connection{Health: proved}, false, false, StatusOK},
		{"proved long ago", Connection{Health: Health{OKAt: now.Add(-25 * time.Hour)}}, false, false, StatusStale},
		{"never proved", Connection{}, false, false, StatusStale},
		{"expires in 13 days", Connection{Health: proved, ExpiresAt: now.AddDate(0, 0, 13)}, false, false, StatusExpiring},
		{"expires in 15 days", Connection{Health: proved, ExpiresAt: now.AddDate(0, 0, 15)}, false, false, StatusOK},
		{"not reached", Connection{Health: Health{Code: CodeServiceDown, OKAt: now}}, false, false, StatusUnreachable},
		{"scopes lack", Connection{Health: proved}, true, false, StatusScope},
		{"refused for scopes", Connection{Health: Health{Code: CodeScopeMissing, OKAt: now}}, false, false, StatusScope},
		{"vault locked", Connection{Health: proved}, true, true, StatusLocked},
		{"paused", Connection{Health: proved, Paused: true}, true, true, StatusPaused},
		{"withdrawn, though paused", Connection{Health: Health{Code: CodeReauthRequired}, Paused: true}, true, true, StatusReauth},
		{"key lost", Connection{Health: Health{Code: CodeKeyLost}}, false, false, StatusReauth},
	} {
		if got := c.c.Status(now, c.missing, c.locked); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if !StatusReauth.NeedsPerson() || StatusStale.NeedsPerson() || StatusReauth.Rank() >= StatusOK.Rank() {
		t.Error("ranks")
	}
}

// The order of the models does not matter, and a refused part is never hidden.
func TestSummarise(t *testing.T) {
	for _, c := range []struct {
		models string
		want   RunStatus
	}{
		{"", RunOK}, {"ok ok", RunOK}, {"ok failed", RunPartial}, {"failed failed", RunFailed}, {"partial", RunPartial}, {"partial failed", RunPartial},
		{"ok rate_limited", RunPartial}, {"failed rate_limited", RunRateLimited}, {"ok held", RunHeld}, {"held failed", RunHeld},
		{"ok cancelled", RunCancelled}, {"held cancelled", RunCancelled}, {"ok interrupted held", RunInterrupted}, {"ok queued", RunPartial}, {"running", RunFailed},
	} {
		words := strings.Fields(c.models)
		for range words {
			var ms []RunModel
			for _, w := range words {
				ms = append(ms, RunModel{Status: RunStatus(w)})
			}
			if got := Summarise(ms); got != c.want {
				t.Errorf("%v: %s, want %s", words, got, c.want)
			}
			words = append(words[1:], words[0])
		}
	}
}
