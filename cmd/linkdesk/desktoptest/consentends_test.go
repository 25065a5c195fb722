//go:build desktop

package desktoptest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// closeTab closes the tab that Chromium shows, with its own keys.
func (b *browser) closeTab() {
	b.t.Helper()
	window := strings.Fields(must(b.t, "xdotool", "search", "--onlyvisible", "--name", "Chromium$"))
	must(b.t, "xdotool", "windowactivate", "--sync", window[len(window)-1])
	before := b.tabs()
	must(b.t, "gui-key", "ctrl+w")
	eventually(b.t, "the tab closed", func() bool { return b.tabs() == before-1 })
}

// tabs is how many there are.
func (b *browser) tabs() int {
	b.t.Helper()
	var all []string
	b.call(&all, "GET", "/window/handles", nil)
	return len(all)
}

// A question goes with the page that waits for it, with the window over which
// it lies, and with Linkdesk; the page never hangs.
func TestConsentEndsWithItsPageWindowAndProgram(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newShop(t, "10-ends", theme)
			app := c.newApp("n8n", "customers:read", "orders:read")
			app.prepare("")
			must(t, "gui-browser", app.home)
			b := c.drive(app.home)

			app.connect(b)
			c.question("1-question")
			app.waits(b)
			id := c.asking()[0].ID
			b.closeTab()
			began := time.Now()
			c.front()
			c.wantNoDialog("1-tab-closed")
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("the question of a closed tab was withdrawn after %v", took)
			}
			c.nothingGiven("withdrawn")
			for _, answer := range []string{"approve", "deny"} {
				if out, code := c.run("consents", answer, id); code != 1 {
					t.Errorf("%s after the end: exit %d, %q", answer, code, out)
				}
			}
			c.keys("Return", "Escape")
			c.nothingGiven("withdrawn")

			b.choose("the app's page", func() bool { return b.at() == app.home })
			app.connect(b)
			c.question("2-question")
			c.keys("alt+F4")
			eventually(t, "a no", func() bool { return len(c.asking()) == 0 })
			c.wantDialog("2-window-closed") // the first time it is explained where the window went
			c.keys("Return")
			eventually(t, "the window hidden", func() bool { return c.windowID() == 0 })
			app.refused(b, "access_denied")
			c.nothingGiven("withdrawn", "denied")

			app.connect(b)
			c.question("3-question") // out of the tray
			c.quit()
			app.refused(b, "access_denied")
			if got, want := c.outcomes(), []string{"withdrawn", "denied", "interrupted"}; !slices.Equal(got, want) || len(c.given()) != 0 {
				t.Errorf("ended %q, want %q; given %+v", got, want, c.given())
			}
		})
	}
}

// Three questions wait and are answered one after the other, each with its own
// answer; a fourth is not taken.
func TestConsentQueue(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newShop(t, "11-queue", theme)
			var apps []*outsideApp
			for _, name := range []string{"First", "Second", "Third", "Fourth"} {
				apps = append(apps, c.newApp(name, "orders:read"))
			}
			apps[0].prepare("")
			must(t, "gui-browser", apps[0].home)
			b := c.drive(apps[0].home)
			for i, app := range apps[:3] {
				app.connect(b)
				eventually(t, "question "+app.name, func() bool { return len(c.asking()) == i+1 })
			}
			apps[3].connect(b)
			apps[3].refused(b, "temporarily_unavailable")
			var names []string
			for _, q := range c.asking() {
				names = append(names, q.Name)
			}
			if want := []string{"First", "Second", "Third"}; !slices.Equal(names, want) {
				t.Errorf("%q ask, want %q", names, want)
			}
			menu := c.menu()
			for _, name := range names {
				if !slices.Contains(menu, "? "+name+" asks for access") {
					t.Errorf("the tray menu lacks %s: %q", name, menu)
				}
			}
			apps[0].waits(b)
			c.question("1-first")
			c.untilAllow("1-first")
			c.keys("Return") // no
			apps[0].refused(b, "access_denied")
			p := c.untilAllow("2-second")
			c.click(c.allowing(p))
			if got := apps[1].answer(b); got.Get("code") == "" {
				t.Errorf("the second was allowed: %q", got.Get("error"))
			}
			c.untilAllow("3-third")
			c.keys("Escape") // no
			apps[2].refused(b, "access_denied")
			c.wantNoDialog("4-all-answered")
			if got, want := c.outcomes(), []string{"denied", "allowed", "denied"}; !slices.Equal(got, want) || len(c.given()) != 1 {
				t.Errorf("ended %q, want %q; given %+v", got, want, c.given())
			}
			c.quit()
		})
	}
}

// Who is not registered, or would return elsewhere, is told so in the browser and
// never asks in the window.
func TestConsentIsNotAskedForStrangers(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newShop(t, "12-strangers", theme)
			app := c.newApp("n8n", "orders:read")
			app.prepare("")
			good := app.link
			must(t, "gui-browser", app.home)
			b := c.drive(app.home)
			b.choose("the app's page", func() bool { return b.at() == app.home })
			for name, change := range map[string][3]string{
				"client":   {"client_id", "NOBODYKNOWSTHISCLIENT", "Linkdesk knows no app with this Client ID."},
				"redirect": {"redirect_uri", app.redirect + "/", "“n8n” wants to return to an address that is not registered."},
				"elsewhere": {"redirect_uri", "https://elsewhere.example/rest/oauth2-credential/callback",
					"“n8n” wants to return to an address that is not registered."},
			} {
				u, err := url.Parse(good)
				if err != nil {
					t.Fatal(err)
				}
				q := u.Query()
				q.Set(change[0], change[1])
				u.RawQuery = q.Encode()
				b.call(nil, "POST", "/url", map[string]any{"url": u.String()})
				if words := b.text("body"); !strings.Contains(words, "This app may not ask") || !strings.Contains(words, change[2]) {
					t.Errorf("%s: the page says %q", name, words)
				}
				if at := b.at(); at != u.String() {
					t.Errorf("%s: the browser was sent on", name)
				}
				c.lookAll(name)
				c.nothingGiven()
			}
			c.front()
			c.wantNoDialog("window")
			b.call(nil, "POST", "/url", map[string]any{"url": good}) // it is the address that was wrong
			c.question("registered")
			c.keys("Return")
			app.refused(b, "access_denied")
			c.quit()
		})
	}
}

// A page of another origin cannot put the question's page, or the question, into
// a frame, an image, or anything else but a tab of its own.
func TestConsentIsNotAskedInAFrame(t *testing.T) {
	c := newShop(t, "13-frame", "light")
	app := c.newApp("n8n", "orders:read")
	app.prepare("")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		framePage.Execute(w, app.link)
	}))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	other := "http://localhost:" + u.Port() + "/"
	must(t, "gui-browser", other)
	b := c.drive(other)
	b.choose("the other page", func() bool { return b.at() == other && b.text("#tried") == "done" })
	frames := b.all("iframe, object, embed")
	if len(frames) != 3 {
		t.Fatalf("%d frames", len(frames))
	}
	for i := range frames {
		if b.try(nil, "POST", "/frame", map[string]any{"id": i}) != nil {
			continue // nothing was put there at all
		}
		if words := b.text("body"); strings.Contains(words, "Linkdesk") || strings.Contains(words, "may not ask") {
			t.Errorf("frame %s shows %q", strconv.Itoa(i), words)
		}
		b.call(nil, "POST", "/frame", map[string]any{"id": nil})
	}
	c.lookAll("page")
	c.nothingGiven()
	c.front()
	c.wantNoDialog("window")
	b.call(nil, "POST", "/url", map[string]any{"url": app.link}) // in a tab of its own it asks
	c.question("tab")
	c.keys("Escape")
	app.refused(b, "access_denied")
	c.quit()
}
