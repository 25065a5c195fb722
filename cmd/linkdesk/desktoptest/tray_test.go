//go:build desktop

package desktoptest

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core/practice"
)

// icon is the picture in the tray; it is kept, too.
func (c *computer) icon(step string) image.Image {
	c.t.Helper()
	file := filepath.Join(pictures, c.name+"-icon-"+step+".png")
	must(c.t, "gui-tray", "icon", file)
	return readPicture(c, file)
}

// The tray: its sentence, its entries, and an icon of its own for each state.
func TestTray(t *testing.T) {
	c := newComputer(t, "2-tray", "light")
	c.open()
	want := []string{"Nothing connected yet", "--------", "Open Linkdesk", "--------", "Quit"}
	if got := c.menu(); !slices.Equal(got, want) {
		t.Errorf("the menu is %q, want %q", got, want)
	}
	c.connect()
	c.waitSentence("Connected · not synced yet")
	must(t, "gui-tray", "click", "Sync now")
	c.waitSentence("Up to date")
	icons := map[string]image.Image{"ok": c.icon("ok")}
	if c.records()["orders"] != 1200 {
		t.Error("Sync now of the tray did not copy the orders")
	}

	c.slow()
	must(t, "gui-tray", "click", "Sync now")
	c.waitSentence("Syncing ")
	icons["syncing"] = c.icon("syncing")
	c.look("syncing")
	c.quick()
	c.waitSentence("Up to date")

	must(t, "gui-tray", "click", "Pause syncing/Until I resume")
	c.waitSentence("Paused until you resume")
	icons["paused"] = c.icon("paused")
	c.look("paused")
	must(t, "gui-tray", "click", "Resume syncing")
	c.waitSentence("Up to date")
	must(t, "gui-tray", "click", "Pause syncing/1 hour")
	c.waitSentence("Paused until ")
	must(t, "gui-tray", "click", "Resume syncing (until "+strings.TrimPrefix(c.sentence(), "Paused until ")+")")
	c.waitSentence("Up to date")

	c.withdraw()
	c.run("sync")
	c.waitSentence("1 connection needs you")
	icons["attention"] = c.icon("attention")
	c.look("attention")
	if menu := c.menu(); len(menu) < 2 || !strings.HasPrefix(menu[1], "! Practice store") {
		t.Errorf("the menu does not name the connection: %q", menu)
	}
	for a, x := range icons {
		for b, y := range icons {
			if a != b && differ(x, y) == 0 {
				t.Errorf("the icons of %s and %s are the same", a, b)
			}
		}
	}
	c.quit()
}

// desk presses a button on the practice store's own page.
func (c *computer) desk(form string, fields ...string) {
	c.t.Helper()
	values := map[string][]string{}
	for i := 0; i < len(fields); i += 2 {
		values[fields[i]] = []string{fields[i+1]}
	}
	answer, err := httpClient.PostForm(c.practice+"/desk/"+form, values)
	if err != nil {
		c.t.Fatal(err)
	}
	answer.Body.Close()
	if done := answer.Request.URL.Query().Get("done"); done == "" || done == "wrong" || done == "gone" || done == "unsaved" {
		c.t.Fatalf("the desk did not do %s %q: %q", form, fields, done)
	}
}

func (c *computer) slow() {
	c.desk("switch", "switch", string(practice.SlowAnswers), "on", "yes", "value", "3")
}
func (c *computer) quick() { c.desk("switch", "all", "off") }
func (c *computer) withdraw() {
	c.t.Helper()
	c.desk("access", "do", "withdraw", "grant", "")
}

// Closing hides the window, explains it the first time (W-24), and the tray
// brings it back; so does a second start, which ends with 0.
func TestClosing(t *testing.T) {
	c := newComputer(t, "3-closing", "dark")
	c.open()
	c.keys("alt+F4")
	c.wantDialog("explained")
	c.keys("Return") // OK
	eventually(t, "the window hidden", func() bool { return c.windowID() == 0 })
	c.lookAll("hidden")
	must(t, "gui-tray", "click", "Open Linkdesk")
	must(t, "gui-windows", "-w", title, "20")
	eventually(t, "the window in front", c.inFront)
	c.wantNoDialog("back")

	c.keys("alt+F4")
	eventually(t, "the window hidden at once", func() bool { return c.windowID() == 0 })
	must(t, "gui-tray", "activate")
	eventually(t, "the window back by a click on the icon", func() bool { return c.windowID() != 0 && c.inFront() })

	c.keys("alt+F4")
	eventually(t, "the window hidden", func() bool { return c.windowID() == 0 })
	began := time.Now()
	second := c.command()
	if err := second.Run(); err != nil {
		t.Errorf("the second start: %v: %s", err, c.output())
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the second start took %v", took)
	}
	eventually(t, "the first window in front", func() bool { return c.windowID() != 0 && c.inFront() })
	if n := len(strings.Fields(must(t, "xdotool", "search", "--onlyvisible", "--name", title))); n != 1 {
		t.Errorf("%d windows after a second start", n)
	}
	c.quit()
	if _, err := os.Stat(filepath.Join(c.home, "linkdesk.db-wal")); err == nil {
		t.Error("the data file was not closed")
	}
}
