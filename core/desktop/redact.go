package desktop

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"linkdesk/core"
)

const redacted = "[redacted]"

// Redactor keeps secrets out of the log (product P-10): by the name of what is
// logged, by its form (addresses lose their query, "Bearer …"), and by the
// values that it was told to remember.
type Redactor struct {
	mu       sync.RWMutex
	values   []string // remembered, oldest first
	replacer *strings.Replacer
}

const (
	rememberMost     = 500 // values; rotated tokens make the oldest useless
	rememberShortest = 6   // bytes; less would blank out ordinary words
)

// Remember keeps a value, in all its usual spellings, out of every later line.
// Values shorter than 6 bytes are not remembered.
func (r *Redactor) Remember(secret core.Secret) {
	text := secret.Reveal()
	if len(text) < rememberShortest {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.values, text) {
		return
	}
	r.values = append(r.values, text)
	if len(r.values) > rememberMost {
		r.values = slices.Delete(r.values, 0, 1)
	}
	r.replacer = nil
}

// spellings are the forms in which a value turns up in a line of log.
func spellings(text string) []string {
	quoted, _ := json.Marshal(text) // a string never fails
	escaped := strings.Trim(string(quoted), `"`)
	return []string{
		text, escaped, strings.ReplaceAll(escaped, `\`, `\\`), url.QueryEscape(text), url.PathEscape(text),
		base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)), hex.EncodeToString([]byte(text)),
	}
}

func (r *Redactor) forget(line string) string {
	r.mu.RLock()
	replacer := r.replacer
	r.mu.RUnlock()
	if replacer == nil {
		replacer = r.build()
	}
	return replacer.Replace(line)
}

// build puts longer values first, so that one value inside another leaves no rest.
func (r *Redactor) build() *strings.Replacer {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, v := range r.values {
		all = append(all, spellings(v)...)
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, v := range all {
		pairs = append(pairs, v, redacted)
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r.replacer
}

// The names of what is secret: the whole name or its last word. "code" and
// "state" belong to sign-ins; an error's class is logged as "class".
const secretNames = `(?:token|code|state|verifier|secret|password|passphrase|authorization|cookie|key)`

var (
	secretName  = regexp.MustCompile(`(?i)` + secretNames + `$`)
	jsonField   = regexp.MustCompile(`(?i)("[\w-]*` + secretNames + `"\s*:\s*)"(?:[^"\\]|\\.)*"`)
	nestedField = regexp.MustCompile(`(?i)(\\+"[\w-]*` + secretNames + `\\+"\s*:\s*\\+")[^"\\]*`)
	textField   = regexp.MustCompile(`(?i)\b([\w-]*` + secretNames + `[=:])[^\s"\\&,;)}\]]+`)
	credentials = regexp.MustCompile(`(?i)\b(bearer|basic|authorization:\s*\w+)\s+[\w.~+/=-]{8,}`)
	addressTail = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://[^\s"\\?#<>]*)[?#][^\s"\\<>]*`)
	addressUser = regexp.MustCompile(`://[^\s"\\/?#@]+@`)
	queryTail   = regexp.MustCompile(`\?[\w%.~-]+=[^\s"\\<>]*`)
)

// Text returns a line, or a part of one, without its secrets. JSON stays JSON.
func (r *Redactor) Text(line string) string {
	line = r.forget(line)
	line = addressTail.ReplaceAllString(line, "$1?"+redacted)
	line = addressUser.ReplaceAllString(line, "://"+redacted+"@")
	line = queryTail.ReplaceAllString(line, "?"+redacted)
	line = jsonField.ReplaceAllString(line, `$1"`+redacted+`"`)
	line = nestedField.ReplaceAllString(line, `$1`+redacted)
	line = credentials.ReplaceAllString(line, "$1 "+redacted)
	return textField.ReplaceAllString(line, "$1"+redacted)
}

// NewLogger writes JSON lines to file and, when it is not nil, readable lines
// to stderr. Nothing passes without the redactor.
func NewLogger(r *Redactor, level slog.Leveler, file, stderr io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redactAttr}
	handler := slog.Handler(slog.NewJSONHandler(redactingWriter{r, file}, options))
	if stderr != nil {
		handler = slog.NewMultiHandler(handler, slog.NewTextHandler(redactingWriter{r, stderr}, options))
	}
	return slog.New(handler)
}

// redactAttr blanks what has a secret's name, or stands in a group that has.
func redactAttr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.MessageKey || a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	if secretName.MatchString(a.Key) || slices.ContainsFunc(groups, secretName.MatchString) {
		return slog.String(a.Key, redacted)
	}
	return a
}

// redactingWriter gets whole lines from slog.
type redactingWriter struct {
	r  *Redactor
	to io.Writer
}

func (w redactingWriter) Write(line []byte) (int, error) {
	if _, err := io.WriteString(w.to, w.r.Text(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}
