//go:build desktop

package desktoptest

import (
	"crypto/sha256"
	"fmt"
	"image"
	"strconv"
	"strings"
	"testing"
)

// stops presses Tab until the keyboard is back where it was and counts the
// places where it can be seen to stop.
func (c *computer) stops(step string, most int) int {
	c.t.Helper()
	seen := map[string]bool{}
	for range most {
		c.keys("Tab")
		p := c.look(step + "-tab")
		h := sha256.New()
		b := p.Bounds()
		for y := b.Min.Y; y < b.Max.Y-50; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				r, g, bl, _ := p.At(x, y).RGBA()
				h.Write([]byte{byte(r >> 8), byte(g >> 8), byte(bl >> 8)})
			}
		}
		seen[fmt.Sprintf("%x", h.Sum(nil))] = true
	}
	return len(seen)
}

// Everything that the mouse can do, the keyboard can do, too.
func TestKeyboard(t *testing.T) {
	c := newComputer(t, "4-keyboard", "light")
	c.open()
	empty := c.look("empty")
	c.keys("ctrl+n")
	c.wantDialog("add")
	c.keys("Escape")
	if back := c.wantNoDialog("add-escaped"); differ(body(empty), body(back)) > 20 {
		t.Error("Escape did not bring back the first page")
	}
	c.connect()
	c.waitSentence("Connected")
	must(t, "gui-tray", "click", "Sync now")
	c.waitSentence("Up to date")
	var tabs []image.Image
	for i := range 3 {
		c.keys("ctrl+" + strconv.Itoa(i+1))
		tabs = append(tabs, c.look("tab"+strconv.Itoa(i+1)))
	}
	for i, p := range tabs {
		if differ(p, tabs[(i+1)%3]) < 50 {
			t.Errorf("Ctrl+%d shows the same as another", i+1)
		}
	}
	// Connections: search, filters, heads, list, buttons; at least ten places.
	if n := c.stops("connections", 16); n < 10 {
		t.Errorf("Tab stops in %d places that can be seen", n)
	}
	c.keys("ctrl+f")
	must(t, "gui-type", "nothing like this")
	c.wantChange("searched", tabs[2], someWords)
	c.keys("ctrl+a", "BackSpace")
	settle()

	// Enter is never what loses something: Delete… asks, and Enter means no.
	c.keys("ctrl+3")
	c.row()
	c.keys("Menu", "Up", "Return") // Delete… is the last entry
	c.wantDialog("delete")
	c.keys("Return")
	c.wantNoDialog("not-deleted")
	var list []struct{ ID string }
	c.into(&list, "connections", "list")
	if len(list) != 1 {
		t.Errorf("%d connections after Enter on the question", len(list))
	}
	c.quit()
}

// row moves the keyboard to the first connection of the list.
func (c *computer) row() {
	c.t.Helper()
	must(c.t, "gui-click", "-w", title, "420", "620") // below the rows
	must(c.t, "gui-click", "-w", title, "250", "260")
}

// frame is where a window lies and how large it is.
func (c *computer) size() (w, h int) {
	c.t.Helper()
	for _, line := range strings.Split(must(c.t, "gui-windows"), "\n") {
		f := strings.Split(line, "\t")
		if len(f) == 4 && f[3] == "Linkdesk" {
			fmt.Sscanf(f[2], "%dx%d", &w, &h)
		}
	}
	return w, h
}

// The window cannot be made smaller than what it shows, and at double size
// shows the same.
func TestSizes(t *testing.T) {
	for _, scale := range []int{1, 2} {
		for _, theme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d-%s", scale, theme), func(t *testing.T) {
				c := newComputer(t, fmt.Sprintf("5-size%d", scale), theme)
				c.env = append(c.env, fmt.Sprintf("FYNE_SCALE=%d", scale))
				c.open()
				must(t, "xdotool", "windowsize", strconv.Itoa(c.windowID()), "300", "200")
				settle()
				if w, h := c.size(); w != 860*scale || h != 560*scale {
					t.Errorf("the smallest window is %d × %d, want %d × %d", w, h, 860*scale, 560*scale)
				}
				c.look("empty")
				c.keys("ctrl+n")
				c.wantDialog("choose")
				c.keys("Escape")
				c.wantNoDialog("closed")
				c.connect()
				c.waitSentence("Connected")
				must(t, "gui-tray", "click", "Sync now")
				c.waitSentence("Up to date")
				for i := range 3 {
					c.keys("ctrl+" + strconv.Itoa(i+1))
					c.look("tab" + strconv.Itoa(i+1))
				}
				c.keys("ctrl+1", "ctrl+f", "Home", "Down", "Down", "Return")
				c.look("pane")
				c.keys("Menu", "Down", "Down", "Down", "Down", "Return")
				c.look("orders")
				if w, h := c.size(); w != 860*scale || h != 560*scale {
					t.Errorf("a page made the window grow to %d × %d", w, h)
				}
				c.quit()
			})
		}
	}
}
