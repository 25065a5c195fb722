package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// protocol are words that a person must not be shown (P-09).
var protocol = regexp.MustCompile(`(?i)\b(invalid_\w+|access_denied|40[013]|429|50[0234]|https? status|json|oauth2?|tokens?|refresh_token|bearer|eof|dial tcp|unmarshal|context canceled|nil pointer|sqlite|errno)\b|\{[a-z]+\}|Reference \.|%!`)

// placeholder is what nobody filled in.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

var logLine = regexp.MustCompile(`(?m)^(time=|\{).*\n?`)

// printed returns what was said to the person, without the lines of the log.
func printed(stderr string) string { return logLine.ReplaceAllString(stderr, "") }

// plain checks that what was said is for people.
func plain(t *testing.T, stderr string) {
	t.Helper()
	text := signInLink.ReplaceAllString(stderr, "")
	if found := protocol.FindString(text); found != "" {
		t.Errorf("%q is no word for people: %s", found, text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "linkdesk: ") && !strings.HasSuffix(line, ".") && !strings.Contains(line, "flag") {
			t.Errorf("no sentence: %s", line)
		}
	}
}
