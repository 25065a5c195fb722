//go:build desktop

package desktoptest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The largest question, for people to look at: both themes, at once and twice
// the size, in English and in German with its long words, in the smallest window.
func TestConsentLooks(t *testing.T) {
	c := newShop(t, "14-looks", "light")
	word := "Kundenbestellungsuebersichtswochenberichtserstellungsprogram"
	apps := map[string]*outsideApp{"en": c.newApp(longName, everyScope...), "de": c.newApp(word, everyScope...)}
	c.quit()
	env := c.env
	for _, scale := range []int{1, 2} {
		for _, theme := range []string{"light", "dark"} {
			for _, language := range []string{"en", "de"} {
				c.name, c.theme = fmt.Sprintf("14-looks-%s-%d", language, scale), theme
				c.env = append(env[:len(env):len(env)], "FYNE_THEME="+theme, fmt.Sprintf("FYNE_SCALE=%d", scale), "LANGUAGE="+language)
				c.open()
				stop := apps[language].keepAsking()
				c.question("question")
				must(t, "xdotool", "windowsize", strconv.Itoa(c.windowID()), "300", "200") // no smaller than it can be
				settle()
				if _, h := c.size(); h != 560*scale { // other words of a language may make it wider
					t.Errorf("%s: the smallest window is %d high", c.name, h)
				}
				c.untilAllow("question")
				c.keys("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "space") // hide personal fields: the longest words
				p := c.look("question")
				if c.deny(p).Max.Y > 560*scale-40*scale {
					t.Errorf("%s: the buttons are cut", c.name)
				}
				c.click(c.allowing(p))
				eventually(t, "the answer", func() bool { return len(c.asking()) == 0 })
				c.wantNoDialog("allowed")
				stop()
				must(t, "gui-tray", "click", map[string]string{"en": "Quit", "de": "Beenden"}[language])
				if code := c.ended(); code != 0 {
					t.Errorf("%s: Linkdesk ended with %d", c.name, code)
				}
			}
		}
	}
}

// keepAsking asks as a browser would, until stop: it loads its page again and again.
func (a *outsideApp) keepAsking() (stop func()) {
	a.c.t.Helper()
	a.prepare("")
	answer, err := httpClient.Get(a.link)
	if err != nil {
		a.c.t.Fatal(err)
	}
	answer.Body.Close()
	page, done, ended := answer.Request.URL.String(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		again := time.NewTicker(2 * time.Second)
		defer again.Stop()
		for {
			select {
			case <-done:
				return
			case <-again.C:
				if answer, err := httpClient.Get(page); err == nil {
					answer.Body.Close()
				}
			}
		}
	}()
	return func() { close(done); <-ended }
}

// A new secret is saved to a file that only its owner can read, by keyboard.
func TestSecretIsSavedToAFile(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			c := newShop(t, "15-secret", theme)
			app := c.newApp("n8n", "orders:read")
			c.keys("ctrl+2", "ctrl+f", "Home", "Menu")
			c.look("1-menu")
			c.keys("Down", "Down", "Down", "Down", "Down", "Return") // Regenerate secret…
			c.wantDialog("2-regenerate")
			c.keys("Return")
			before := c.wantDialog("3-secret")
			c.keys("Tab", "Tab", "Tab", "Tab", "Return") // Save to file…
			c.wantChange("4-where", before, aPane)
			c.keys("Return")
			file := filepath.Join(c.home, "user", "n8n secret.txt")
			var text []byte
			eventually(t, "the file", func() bool {
				text, _ = os.ReadFile(file)
				return strings.HasSuffix(string(text), "\n")
			})
			c.look("5-saved")
			if info, err := os.Stat(file); err != nil || info.Mode() != 0o600 {
				t.Errorf("the file is %v, %v", info.Mode(), err)
			}
			_, rest, _ := strings.Cut(string(text), "Client Secret: ")
			secret, _, _ := strings.Cut(rest, "\n")
			answer, err := httpClient.PostForm(c.address+"/oauth/introspect", url.Values{"token": {"none"}, "client_id": {app.clientID}, "client_secret": {secret}})
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK || secret == app.secret || secret == "" {
				t.Errorf("what the file says is not the new secret: %d", answer.StatusCode)
			}
			c.keys("Return") // Done: the tick is set
			c.wantNoDialog("6-done")
			os.Remove(file) // where the secret belongs, and the only place
			c.keep(secret, "client secret")
			c.quit()
		})
	}
}
