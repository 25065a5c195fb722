//go:build desktop

package desktoptest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// whole is what the practice store has.
var whole = map[string]int{"stores": 3, "customers": 600, "orders": 1200, "products": 250, "segments": 8}

// The main job as a newcomer does it: connect the practice store with the real
// browser, see all five kinds of data, change an order at the store, and see
// the next scheduled sync bring just that.
func TestMainJob(t *testing.T) {
	must(t, "gui-browser", "--use", "chromium")
	t.Cleanup(func() { tool("gui-browser", "--use", "none") })
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newComputer(t, "1-main", theme)
			c.open()
			if got := c.sentence(); got != "Nothing connected yet" {
				t.Errorf("on the first day the state is %q", got)
			}
			if first := c.wantNoDialog("01-first-start"); !near(first.At(3, first.Bounds().Max.Y-3), windowColor[theme]) {
				t.Errorf("the window is not %s", theme)
			}
			b := c.signIn()
			c.firstSync()
			c.browse()
			c.oneChange(b)
			for kind, least := range map[string]int{"state": 1, "code": 1, "tx": 1} {
				if n := c.noted(kind); n < least {
					t.Errorf("only %d secrets of kind %s were at stake", n, kind)
				}
			}
			c.quit()
		})
	}
}

// signIn goes through the wizard by keyboard and through the store's pages in Chromium.
func (c *computer) signIn() *browser {
	c.t.Helper()
	before := len(links(c.t))
	c.keys("Tab", "Tab", "Return") // Try the practice store
	name := c.wantDialog("02-name")
	c.keys("Return")
	c.wantChange("03-review", name, aPane)
	c.keys("Return") // Open Practice store in my browser
	eventually(c.t, "the link in the browser", func() bool { return len(links(c.t)) > before })
	link := links(c.t)[before]
	c.keepAddress(link)
	b := c.attach(link)
	eventually(c.t, "the browser in front", func() bool { return !c.inFront() })
	b.allow(func(step string) { c.lookAll("04-" + step) })
	b.done()
	eventually(c.t, "Linkdesk in front again", c.inFront)
	c.wantDialog("05-connected")
	c.lookAll("05-connected-screen")
	return b
}

// firstSync presses Done, which copies the data.
func (c *computer) firstSync() {
	c.t.Helper()
	c.keys("Return")
	c.wantNoDialog("06-connections")
	c.waitSentence("Up to date")
	for model, n := range whole {
		if got := c.records()[model]; got != n {
			c.t.Errorf("%d %s, the store has %d", got, model, n)
		}
	}
	if runs := c.runs(); len(runs) != 1 || runs[0] != (run{"manual", "ok", 2061, 2061, 0, 0, 0}) {
		c.t.Errorf("the first sync: %+v", runs)
	}
	c.keys("ctrl+1")
	c.look("07-sync")
}

// browse opens the records of each kind of data, searches, and opens one.
func (c *computer) browse() {
	c.t.Helper()
	before := c.look("08-before")
	for i, search := range []string{"london", "tanaka", "1042", "terracotta", "companies"} {
		model := []string{"stores", "customers", "orders", "products", "segments"}[i]
		c.keys("ctrl+f", "Home")
		for range i {
			c.keys("Down")
		}
		c.keys("Menu", "Down", "Down", "Down", "Down", "Return") // Browse data
		list := c.wantChange("08-"+model, before, aPane)
		must(c.t, "gui-type", search) // the search field has the keyboard
		found := c.wantChange("08-"+model+"-found", list, someWords)
		must(c.t, "gui-click", "-w", title, "200", "220") // the first row
		c.wantChange("08-"+model+"-detail", found, aPane)
		c.keys("Escape", "Escape")
		if back := c.wantNoDialog("08-back"); differ(body(back), body(before)) > 300 {
			c.t.Errorf("Escape did not lead back from the %s", model)
		}
	}
}

// oneChange changes an order at the store and lets the planned time come.
func (c *computer) oneChange(b *browser) {
	c.t.Helper()
	before := c.everything()
	b.open("/")
	eventually(c.t, "the store's orders", func() bool { return len(b.all("select[name=status]")) > 0 })
	number := b.text("#orders tbody tr strong")
	b.click("select[name=status] option:not(:checked)")
	chosen, _ := b.property("select[name=status]", "value").(string)
	b.click("button[value=status]")
	eventually(c.t, "the store's answer", func() bool { return b.text("p.notice") != "" })
	c.lookAll("09-browser-changed")
	c.quit()
	c.setDue(time.Now().Add(-5 * time.Second))
	c.open()
	eventually(c.t, "the scheduled sync", func() bool { return len(c.runs()) == 2 && c.runs()[0].status == "ok" })
	if r := c.runs()[0]; r.kind != "automatic" || r.added != 0 || r.changed != 1 || r.removed != 0 {
		c.t.Errorf("the scheduled sync: %+v; want one change and nothing else", r)
	}
	var changed []string
	for id, data := range c.everything() {
		if data != before[id] {
			changed = append(changed, id+" "+data)
		}
	}
	if len(changed) != 1 || !strings.HasPrefix(changed[0], "orders") || !strings.Contains(changed[0], `"`+number+`"`) {
		c.t.Errorf("%s was set to %q at the store; here changed: %v", number, chosen, changed)
	}
	c.waitSentence("Up to date")
	c.keys("ctrl+1")
	c.look("10-one-change")
}

// everything is what Linkdesk has of each record.
func (c *computer) everything() map[string]string {
	c.t.Helper()
	all := map[string]string{}
	for model := range whole {
		out, code := c.run("records", model, "--format", "jsonl")
		if code != 0 {
			c.t.Fatalf("records %s: exit %d", model, code)
		}
		for line := range strings.Lines(out) {
			var r struct {
				ID   string
				Data json.RawMessage
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				c.t.Fatalf("%v in %q", err, line)
			}
			all[model+" "+r.ID] = string(r.Data)
		}
	}
	if len(all) != 2061 {
		c.t.Fatalf("%d records, want 2061", len(all))
	}
	return all
}
