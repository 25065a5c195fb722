//go:build desktop

package desktoptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var httpClient = &http.Client{Timeout: patience}

// browser is the Chromium of the desktop, driven through its own WebDriver
// (https://www.w3.org/TR/webdriver2/).
type browser struct {
	t       *testing.T
	c       *computer
	session string // address of the session
	origin  string // of the practice store
}

// links are the addresses that programs opened in the browser.
func links(t *testing.T) []string {
	t.Helper()
	return strings.Fields(must(t, "gui-browser", "--links"))
}

// attach takes hold of the Chromium that shows a sign-in of the practice store.
func (c *computer) attach(link string) *browser {
	c.t.Helper()
	b := c.drive(link)
	b.choose("the sign-in page of "+b.origin, func() bool { return strings.HasPrefix(b.at(), b.origin+"/signin/") })
	return b
}

// drive takes hold of the Chromium that a link was opened in.
func (c *computer) drive(link string) *browser {
	t := c.t
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	var port string
	eventually(t, "Chromium", func() bool {
		text, err := os.ReadFile(devTools())
		port, _, _ = strings.Cut(string(text), "\n")
		return err == nil && port != ""
	})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().(*net.TCPAddr).Port
	l.Close()
	driver := exec.Command("chromedriver", fmt.Sprintf("--port=%d", at))
	if err := driver.Start(); err != nil {
		t.Fatal(err)
	}
	base := fmt.Sprintf("http://127.0.0.1:%d", at)
	eventually(t, "chromedriver", func() bool {
		answer, err := httpClient.Get(base + "/status")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil
	})
	b := &browser{t: t, c: c, session: base, origin: u.Scheme + "://" + u.Host}
	var made struct{ SessionID string }
	b.call(&made, "POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:chromeOptions": map[string]any{"debuggerAddress": "127.0.0.1:" + port},
		"goog:loggingPrefs":  map[string]any{"performance": "ALL"},
	}}})
	b.session += "/session/" + made.SessionID
	t.Cleanup(func() {
		b.listen()
		b.close()
		driver.Process.Kill()
		driver.Wait()
	})
	return b
}

// close closes all tabs, and with them Chromium; a next link starts it anew.
func (b *browser) close() {
	var tabs []string
	b.call(&tabs, "GET", "/window/handles", nil)
	for _, tab := range tabs {
		if b.try(nil, "POST", "/window", map[string]any{"handle": tab}) == nil {
			b.try(nil, "DELETE", "/window", nil)
		}
	}
	eventually(b.t, "the end of Chromium", func() bool {
		_, err := tool("xdotool", "search", "--onlyvisible", "--name", "Chromium$")
		return err != nil
	})
	os.Remove(devTools())
}

// devTools is the file in which Chromium writes the port it is driven through.
func devTools() string {
	return filepath.Join(fmt.Sprintf("/tmp/gui-desktop-%d-%s", os.Getuid(), os.Getenv("GUI_NAME")), "chromium", "DevToolsActivePort")
}

// choose goes to the newest tab in which something is so.
func (b *browser) choose(what string, so func() bool) {
	b.t.Helper()
	eventually(b.t, what, func() bool {
		var tabs []string
		b.call(&tabs, "GET", "/window/handles", nil)
		for i := len(tabs) - 1; i >= 0; i-- {
			if b.try(nil, "POST", "/window", map[string]any{"handle": tabs[i]}) == nil && so() {
				return true
			}
		}
		return false
	})
}

// call sends a command and reads its value.
func (b *browser) call(value any, method, path string, body any) {
	b.t.Helper()
	if err := b.try(value, method, path, body); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) try(value any, method, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		text = []byte("{}")
	}
	r, err := http.NewRequest(method, b.session+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	answer, err := httpClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var got struct{ Value json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, got.Value)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(got.Value, value)
}

// at is the address on screen; "" while there is none.
func (b *browser) at() (address string) {
	if b.try(&address, "GET", "/url", nil) != nil {
		return ""
	}
	return address
}

const elementKey = "element-6066-11e4-a52e-4f735466cecf" // WebDriver section 12.3

// tab opens an empty tab beside the others and returns its name.
func (b *browser) tab() string {
	b.t.Helper()
	var made struct{ Handle string }
	b.call(&made, "POST", "/window/new", map[string]any{"type": "tab"})
	return made.Handle
}

// all finds elements by a CSS selector.
func (b *browser) all(css string) []string {
	b.t.Helper()
	var found []map[string]string
	b.call(&found, "POST", "/elements", map[string]any{"using": "css selector", "value": css})
	var ids []string
	for _, f := range found {
		ids = append(ids, f[elementKey])
	}
	return ids
}

// click clicks the first element of a selector, once it is there.
func (b *browser) click(css string) {
	b.t.Helper()
	eventually(b.t, "a click on "+css, func() bool {
		found := b.all(css)
		return len(found) > 0 && b.try(nil, "POST", "/element/"+found[0]+"/click", nil) == nil
	})
}

// text is what an element says.
func (b *browser) text(css string) (text string) {
	b.t.Helper()
	eventually(b.t, "the text of "+css, func() bool { // the page may load itself again meanwhile
		found := b.all(css)
		return len(found) == 0 || b.try(&text, "GET", "/element/"+found[0]+"/text", nil) == nil
	})
	return text
}

// property is one of the first element of a selector.
func (b *browser) property(css, name string) (value any) {
	b.t.Helper()
	if found := b.all(css); len(found) > 0 {
		b.call(&value, "GET", "/element/"+found[0]+"/property/"+name, nil)
	}
	return value
}

// listen notes the codes and states in the addresses that Chromium opened.
func (b *browser) listen() {
	var log []struct{ Message string }
	if err := b.try(&log, "POST", "/se/log", map[string]any{"type": "performance"}); err != nil {
		b.t.Errorf("the browser's network log: %v", err)
		return
	}
	for _, entry := range log {
		var m struct {
			Message struct {
				Params struct{ Request struct{ URL string } }
			}
		}
		if json.Unmarshal([]byte(entry.Message), &m) == nil {
			b.c.keepAddress(m.Message.Params.Request.URL)
		}
	}
}

// allow signs in as Ada and allows everything that is asked.
func (b *browser) allow(shot func(string)) {
	b.t.Helper()
	eventually(b.t, "the page with the accounts", func() bool { return len(b.all("button[name=account]")) == 2 })
	shot("browser-account")
	b.click("button[name=account][value=ada]")
	eventually(b.t, "the page with the permissions", func() bool { return strings.Contains(b.at(), "/signin/allow") })
	if asked, ticked := len(b.all("input[name=scope]")), len(b.all("input[name=scope]:checked")); asked != 5 || ticked != 5 {
		b.t.Errorf("the store asks for %d permissions, %d ticked; want 5 and 5", asked, ticked)
	}
	shot("browser-allow")
	b.click("button[name=decision][value=allow]")
}

// done waits for the page on which a sign-in ends.
func (b *browser) done() {
	b.t.Helper()
	eventually(b.t, "the last page", func() bool { return strings.Contains(b.at(), "/done/") })
	if words := b.text("body"); !strings.Contains(words, "Practice store is connected to Linkdesk") || !strings.Contains(words, "You can close this tab") {
		b.t.Errorf("the last page says %q", words)
	}
	b.listen()
}

// open goes to a page of the practice store.
func (b *browser) open(path string) {
	b.t.Helper()
	b.call(nil, "POST", "/url", map[string]any{"url": b.origin + path})
}
