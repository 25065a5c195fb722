package service

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
)

// Lookup returns the value at the first path that is there and not null. A
// number steps into a list. When there is none, Exists of the result is false.
func Lookup(doc gjson.Result, paths Paths) gjson.Result {
	for _, p := range paths {
		if r := p.In(doc); r.Exists() && r.Type != gjson.Null {
			return r
		}
	}
	return gjson.Result{}
}

// In returns the value at a path.
func (p Path) In(doc gjson.Result) gjson.Result {
	switch p {
	case "":
		return gjson.Result{}
	case "$":
		return doc
	}
	steps := strings.Split(string(p), ".")
	for i, s := range steps {
		steps[i] = gjson.Escape(s) // gjson knows wildcards and queries; a manifest does not
	}
	return doc.Get(strings.Join(steps, "."))
}

// Take returns what a capture finds in an answer. A value that is missing, or
// that the pattern does not match, is an error of class CodeDataUnexpected.
func (c Capture) Take(name string, doc gjson.Result) (string, error) {
	value := Lookup(doc, Paths{c.Path})
	if !value.Exists() || value.IsObject() || value.IsArray() {
		return "", core.E(core.CodeDataUnexpected, "", fmt.Errorf("capture %s: nothing at %s", name, c.Path))
	}
	if c.Pattern != "" && !matches(c.Pattern, value.String()) {
		return "", core.E(core.CodeDataUnexpected, "", fmt.Errorf("capture %s: the value is not what the manifest expects", name))
	}
	return value.String(), nil
}

// matches reports whether the whole text matches a pattern. Manifests are
// checked, so a pattern that does not compile matches nothing.
func matches(pattern, text string) bool {
	re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	return err == nil && re.MatchString(text)
}

// Duration reads a manifest's time such as "30s", "24h" or "90d"; 0 for "".
func Duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		return 24 * d, err
	}
	return time.ParseDuration(text)
}
