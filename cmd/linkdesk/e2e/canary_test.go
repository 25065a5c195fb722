package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linkdesk/core/practice"
)

// keep notes a value that must be found nowhere (P-10, A14, B28).
func (w *world) keep(secret, kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if secret != "" && w.secrets[secret] == "" {
		w.secrets[secret] = kind
	}
}

// keepLink notes the state of a sign-in link. The link itself is printed for the person.
func (w *world) keepLink(link string) {
	if u, err := url.Parse(link); err == nil {
		w.keep(u.Query().Get("state"), "state")
	}
}

// keepCallback notes what the browser brought back.
func (w *world) keepCallback(address string) {
	if u, err := url.Parse(address); err == nil {
		w.keep(u.Query().Get("code"), "code")
	}
}

// spellings are the forms in which a secret could lie about.
func spellings(secret string) [][]byte {
	b := []byte(secret)
	return [][]byte{b, []byte(hex.EncodeToString(b)), []byte(url.QueryEscape(secret)),
		[]byte(strings.TrimRight(base64.StdEncoding.EncodeToString(b), "=")), []byte(strings.TrimRight(base64.URLEncoding.EncodeToString(b), "="))}
}

// noSecrets is the last step of every proof.
func (w *world) noSecrets() {
	w.t.Helper()
	for _, leak := range w.leaks() {
		w.t.Error(leak)
	}
}

// leaks looks for secrets in everything that was kept and printed.
func (w *world) leaks() (found []string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	places := map[string][]byte{"what was printed": signInLink.ReplaceAll(w.said.Bytes(), nil)}
	err := filepath.WalkDir(w.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		places[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
	for place, text := range places {
		for secret, kind := range w.secrets {
			for _, form := range spellings(secret) {
				if at := bytes.Index(text, form); at >= 0 {
					found = append(found, fmt.Sprintf("a %s lies in %s: …%q…", kind, place, text[max(0, at-60):at]))
					break
				}
			}
		}
		if token := tokenForm.Find(text); token != nil {
			found = append(found, fmt.Sprintf("a token lies in %s: %.12s…", place, token))
		}
	}
	return found
}

// noted counts the secrets by kind.
func (w *world) noted() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := map[string]int{}
	for _, kind := range w.secrets {
		n[kind]++
	}
	return n
}

// Every other proof looks for secrets, too; this one makes sure that there are
// many of every kind, and looks while the data file's log is still open.
func TestNoSecretIsKeptOrPrinted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	shop.offer(w, "keyed", func(m string) string {
		return strings.Replace(m, "\napi:\n", `
  - method: api_key
    label: API key
    fields: [ { id: key, label: API key, secret: true, pattern: ".+" } ]

api:
`, 1)
	})
	s := w.serve()
	c := w.connect("corner")
	w.must("sync", c.ID, "--json")
	for range 3 { // renewals
		if err := shop.ExpireAccess(); err != nil {
			t.Fatal(err)
		}
		w.must("connections", "verify", c.ID)
	}
	shop.set(t, practice.OddToken, practice.OddErrorObject)
	shop.ExpireAccess()
	w.run("connections", "verify", c.ID)
	shop.off(t)
	shop.set(t, practice.RefuseRefresh, "")
	shop.ExpireAccess()
	w.run("sync", c.ID)
	shop.off(t)
	if r := w.signIn(practice.ApproveOptions{}, "connections", "reauthorize", c.ID); r.code != 0 {
		t.Errorf("reauthorize: %s", r)
	}
	w.signIn(practice.ApproveOptions{Deny: true}, "connect", "corner")
	w.signIn(practice.ApproveOptions{Account: "ben"}, "connections", "reauthorize", c.ID)
	const key = "key-that-nobody-may-find-4711"
	w.keep(key, "API key")
	if r := w.start(key+"\n", "connect", "keyed", "--key-stdin").wait(); r.code != 1 {
		t.Errorf("a wrong key: %s", r)
	}
	if good := shop.anyToken(); good != "" { // one that the shop accepts as a key
		if r := w.start(good+"\n", "connect", "keyed", "--key-stdin", "--json").wait(); r.code != 0 {
			t.Errorf("a good key: %s", r)
		}
	}
	w.noSecrets() // with the log of the data file still there
	s.kill()
	w.noSecrets()
	s = w.serve()
	w.must("connections", "delete", c.ID, "--drop-records")
	s.stop()
	// The search finds what is there.
	planted := filepath.Join(w.home, "logs", "planted")
	if err := os.WriteFile(planted, []byte("x"+base64.StdEncoding.EncodeToString([]byte(key))), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := w.leaks(); len(found) != 1 || !strings.Contains(found[0], "API key") {
		t.Errorf("planted one secret, found %v", found)
	}
	os.Remove(planted)
	for kind, least := range map[string]int{"token": 8, "code": 3, "code_verifier": 3, "state": 4, "passphrase": 1, "API key": 1} {
		if n := w.noted()[kind]; n < least {
			t.Errorf("only %d secrets of kind %s were at stake", n, kind)
		}
	}
}
