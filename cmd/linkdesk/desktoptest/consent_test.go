//go:build desktop

package desktoptest

import (
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// An app asks for everything, in the real browser; the person takes one
// permission away, hides personal fields, gives one hour, and allows. Light: the
// window is open. Dark: it is hidden in the tray.
func TestConsentAllow(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newShop(t, "7-allow", theme)
			app := c.newApp(longName, everyScope...)
			app.prepare("")
			must(t, "gui-browser", app.home)
			b := c.drive(app.home)
			c.front()
			c.keys("ctrl+2")
			before := c.look("01-apps")
			if theme == "dark" {
				c.hide()
			}
			app.connect(b)
			asked := c.question("02-question")
			c.lookAll("03-screen")
			if menu := c.menu(); !slices.Contains(menu, "? "+longName+" asks for access") {
				t.Errorf("the tray menu does not say who asks: %q", menu)
			}
			if notes := c.notes(longName + " asks for access to your data"); len(notes) == 0 {
				t.Error("the desktop was not told")
			} else if strings.ContainsAny(notes[0], "0123456789") || strings.Contains(notes[0], "orders") {
				t.Errorf("the notification has details: %q", notes[0])
			}
			app.waits(b)
			c.choose(asked)
			c.keys("Tab", "space") // Allow
			got := app.answer(b)
			at := c.bar("05-bar", before)
			c.look("05-bar")
			c.clickBar(at, seeWhatItReads)
			c.wantChange("06-app", before, aPane)
			if menu := c.menu(); slices.ContainsFunc(menu, func(row string) bool { return strings.HasPrefix(row, "?") }) {
				t.Errorf("nobody asks any more, but the tray menu says %q", menu)
			}
			keys := app.reads(got.Get("code"))
			c.look("07-app-has-read")
			app.again(b, keys.Access, before)
			for kind, least := range map[string]int{"client secret": 1, "state": 2, "code": 2, "access token": 1, "refresh token": 1} {
				if n := c.noted(kind); n < least {
					t.Errorf("only %d secrets of kind %s were at stake", n, kind)
				}
			}
			c.quit()
		})
	}
}

// hide puts the window into the tray.
func (c *computer) hide() {
	c.t.Helper()
	c.keys("alt+F4")
	c.wantDialog("hiding")
	c.keys("Return")
	eventually(c.t, "the window hidden", func() bool { return c.windowID() == 0 })
}

// choose unticks the first permission, hides personal fields and gives one
// hour; the keyboard is then before Allow.
func (c *computer) choose(asked image.Image) {
	c.t.Helper()
	c.untilAllow("04-can-allow")
	c.keys("Tab", "space") // from “Don't allow” to the first permission
	c.wantChange("04-unticked", asked, someWords)
	c.keys("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "space") // past the five others
	c.keys("Tab", "Right")
	c.look("04-chosen")
}

// reads changes the code and reads with what it gives: all but what was taken away.
func (a *outsideApp) reads(code string) tokens {
	t := a.c.t
	t.Helper()
	keys, status := a.exchange(code)
	if status != http.StatusOK {
		t.Fatalf("the code was not taken: %d", status)
	}
	if got, want := strings.Fields(keys.Scope), everyScope[1:]; !slices.Equal(got, want) {
		t.Errorf("scope %q, want %q", got, want)
	}
	want := access{scopes: strings.Join(everyScope[1:], " "), hide: true, lifetime: "one_hour", lasts: 3600}
	if got := a.c.given(); len(got) != 1 || got[0] != want {
		t.Errorf("given: %+v, want %+v", got, want)
	}
	if _, status := a.read("stores", keys.Access); status != http.StatusForbidden {
		t.Errorf("stores were unticked, but reading them answers %d", status)
	}
	if text, status := a.read("orders?limit=5", keys.Access); status != http.StatusOK || !strings.Contains(text, `"number"`) {
		t.Errorf("reading orders answers %d %.80s", status, text)
	}
	if text, status := a.read("customers?limit=250", keys.Access); status != http.StatusOK || !strings.Contains(text, `"city"`) || personal(text) {
		t.Errorf("reading customers answers %d, with personal fields: %t", status, personal(text))
	}
	return keys
}

// personal reports whether an answer has an e-mail address that leads to somebody.
func personal(text string) bool {
	return strings.Contains(strings.ReplaceAll(text, "@hidden.invalid", ""), "@")
}

// again asks once more: only what was not allowed before is new. It is allowed
// as it is, and taken back with Stop in the bar.
func (a *outsideApp) again(b *browser, old string, before image.Image) {
	t := a.c.t
	t.Helper()
	a.c.keys("ctrl+2", "Escape")
	before = a.c.look("08-before")
	a.connect(b)
	a.c.question("08-again")
	a.c.click(a.c.allowing(a.c.untilAllow("08-again")))
	code := a.answer(b).Get("code")
	a.c.clickBar(a.c.bar("09-bar", before), stopButton)
	eventually(t, "the end of all access", func() bool {
		all := a.c.given()
		return len(all) == 2 && all[1].scopes == strings.Join(everyScope, " ") && all[1].lifetime == "until_removed" && !all[1].hide && all[1].why == "removed"
	})
	a.c.look("10-stopped")
	if _, status := a.exchange(code); code == "" || status == http.StatusOK {
		t.Error("a code that was taken back works")
	}
	if _, status := a.read("orders", old); status != http.StatusUnauthorized {
		t.Errorf("after Stop reading answers %d", status)
	}
}

// However often Allow is pressed as a question comes up, nothing is allowed
// before it has been in sight for a second.
func TestConsentCannotBeAllowedByAnEarlyPress(t *testing.T) {
	c := newShop(t, "8-early", "light")
	app := c.newApp("n8n", "orders:read")
	app.askWithoutBrowser()
	place := c.allowing(c.untilAllow("place"))
	c.keys("Return")
	c.nothingGiven("denied")
	c.wantNoDialog("denied")
	must(t, "gui-click", "-m", "-w", title, fmt.Sprint((place.Min.X+place.Max.X)/2), fmt.Sprint((place.Min.Y+place.Max.Y)/2))
	var presses []time.Time
	var mu sync.Mutex
	done := make(chan struct{})
	var hammer sync.WaitGroup
	hammer.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			tool("xdotool", "click", "1")
			mu.Lock()
			presses = append(presses, time.Now())
			mu.Unlock()
		}
	})
	app.askWithoutBrowser()
	eventually(t, "the answer", func() bool { return len(c.outcomes()) == 2 && len(c.given()) == 1 })
	close(done)
	hammer.Wait()
	began, ended := c.lastQuestion()
	early := 0
	for _, at := range presses {
		if at.After(began) && at.Before(began.Add(time.Second)) {
			early++
		}
	}
	if early < 3 {
		t.Errorf("only %d presses in the first second prove nothing", early)
	}
	if took := ended.Sub(began); took < time.Second {
		t.Errorf("allowed after %v", took)
	}
	c.quit()
}

// No by the button, by Escape, and by Enter.
func TestConsentDeny(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newShop(t, "9-deny", theme)
			app := c.newApp("n8n", "customers:read", "orders:read")
			app.prepare("")
			must(t, "gui-browser", app.home)
			b := c.drive(app.home)
			var outcomes []string
			for _, way := range []string{"button", "Escape", "Return"} {
				app.connect(b)
				p := c.question(way)
				app.waits(b)
				if way == "button" {
					c.click(c.deny(p))
				} else {
					c.untilAllow(way) // Enter means no also when Allow could be pressed
					c.keys(way)
				}
				app.refused(b, "access_denied")
				outcomes = append(outcomes, "denied")
				c.nothingGiven(outcomes...)
				c.wantNoDialog(way + "-after")
			}
			c.lookAll("browser")
			c.quit()
		})
	}
}
