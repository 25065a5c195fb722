//go:build desktop

package desktoptest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// tokenForm is how the tokens of the practice store look.
var tokenForm = regexp.MustCompile(`p[ar]t_[A-Za-z0-9_-]{30,}`)

// keep notes a value that must be found nowhere (P-10).
func (c *computer) keep(secret, kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if secret != "" {
		c.secrets[secret] = kind
	}
}

// keepAddress notes what is secret in an address of a sign-in.
func (c *computer) keepAddress(address string) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	for _, name := range []string{"state", "code", "tx"} {
		c.keep(u.Query().Get(name), name)
	}
}

// noSecrets looks for secrets in everything that was kept and printed. The
// sign-in link that a person asked for is printed on purpose.
func (c *computer) noSecrets() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	places := map[string][]byte{"what was printed": signInLink.ReplaceAll(c.said.Bytes(), nil)}
	err := filepath.WalkDir(c.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		places[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	for place, text := range places {
		for secret, kind := range c.secrets {
			b := []byte(secret)
			for _, form := range []string{secret, hex.EncodeToString(b), strings.TrimRight(base64.StdEncoding.EncodeToString(b), "=")} {
				if bytes.Contains(text, []byte(form)) {
					c.t.Errorf("a %s lies in %s", kind, place)
				}
			}
		}
		if token := tokenForm.Find(text); token != nil {
			c.t.Errorf("a token lies in %s: %.8s…", place, token)
		}
	}
}

// noted counts the secrets by kind.
func (c *computer) noted(kind string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.secrets {
		if k == kind {
			n++
		}
	}
	return n
}
