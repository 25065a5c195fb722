//go:build desktop

package desktoptest

import (
	"strings"
	"testing"
)

// Quitting while a sync runs asks (W-23); the sync is kept as interrupted and
// continues at the next start.
func TestQuitWhileSyncing(t *testing.T) {
	c := newComputer(t, "6-quit", "dark")
	c.open()
	c.connect()
	c.waitSentence("Connected")
	c.slow()
	must(t, "gui-tray", "click", "Sync now")
	c.waitSentence("Syncing ")
	must(t, "gui-tray", "click", "Quit")
	c.wantDialog("question")
	c.keys("Return") // Cancel is the safe answer
	c.wantNoDialog("stayed")
	if !strings.HasPrefix(c.sentence(), "Syncing ") {
		t.Errorf("after Cancel: %q", c.sentence())
	}
	must(t, "gui-tray", "click", "Quit")
	c.wantDialog("question")
	c.keys("Tab", "Return") // Quit now
	if code := c.ended(); code != 0 {
		t.Errorf("Linkdesk ended with %d: %s", code, c.output())
	}
	if runs := c.runs(); len(runs) != 1 || runs[0].status != "interrupted" {
		t.Errorf("the sync that was under way: %+v", runs)
	}
	c.open()
	c.findStore()
	c.quick()
	eventually(t, "the sync continued", func() bool { return len(c.runs()) == 2 && c.runs()[0].status == "ok" })
	if r := c.runs()[0]; r.kind != "resumed" {
		t.Errorf("the sync after the next start: %+v", r)
	}
	for model, n := range whole {
		if got := c.records()[model]; got != n {
			t.Errorf("%d %s, the store has %d", got, model, n)
		}
	}
	c.waitSentence("Up to date")
	c.keys("ctrl+1")
	c.look("continued")
	c.quit()
}
