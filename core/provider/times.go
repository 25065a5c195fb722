package provider

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// The forms in which services write times, as named in a manifest.
const (
	iso8601  = "iso8601"
	unix     = "unix"
	unixMS   = "unix_ms"
	rfc2822  = "rfc2822"
	msJSON   = "ms_json" // /Date(1518685950940+0100)/; only read
	httpDate = "http"    // only written, for headers such as If-Modified-Since
)

func isTimeForm(form string) bool {
	switch form {
	case iso8601, unix, unixMS, rfc2822, msJSON:
		return true
	}
	return false
}

// isoLayouts are tried in turn; a fraction of a second is accepted after any
// of them. Times without a zone are taken as UTC.
var isoLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05Z0700",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04",
	"2006-01-02",
	"20060102T150405Z0700",
}

// parseTime reads a time in the form, in UTC. Years outside 1 to 9999 are
// refused: they cannot be written back as JSON.
func parseTime(s, form string) (time.Time, bool) {
	t, ok := parseForm(strings.TrimSpace(s), form)
	if !ok || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

func parseForm(s, form string) (time.Time, bool) {
	switch form {
	case unix:
		return parseEpoch(s, 9)
	case unixMS:
		return parseEpoch(s, 6)
	case rfc2822:
		t, err := mail.ParseDate(s)
		return t, err == nil
	case msJSON:
		return parseMSJSON(s)
	}
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// parseEpoch reads a count since 1970 of which one is 10^digits nanoseconds.
func parseEpoch(s string, digits int) (time.Time, bool) {
	d, ok := decimal(s)
	if !ok {
		return time.Time{}, false
	}
	whole, fraction, _ := strings.Cut(d, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > 1<<48 || n < -1<<48 {
		return time.Time{}, false
	}
	fraction = (fraction + strings.Repeat("0", digits))[:digits]
	ns, _ := strconv.ParseInt(fraction, 10, 64) // only digits, at most nine
	if strings.HasPrefix(whole, "-") {
		ns = -ns
	}
	if digits == 9 {
		return time.Unix(n, ns), true
	}
	return time.UnixMilli(n).Add(time.Duration(ns)), true
}

// parseMSJSON reads /Date(1518685950940+0100)/: milliseconds in UTC; the zone
// only says how it was shown.
func parseMSJSON(s string) (time.Time, bool) {
	s, ok := strings.CutPrefix(s, "/Date(")
	s, ok2 := strings.CutSuffix(s, ")/")
	if !ok || !ok2 {
		return time.Time{}, false
	}
	if i := strings.LastIndexAny(s, "+-"); i > 0 {
		s = s[:i]
	}
	return parseEpoch(s, 6)
}

// formatTime writes a time in a form, for a request. Parts of a second are cut
// off, so that a question about "since" never starts too late.
func formatTime(t time.Time, form string) string {
	t = t.UTC()
	switch form {
	case unix:
		return strconv.FormatInt(t.Unix(), 10)
	case unixMS:
		return strconv.FormatInt(t.UnixMilli(), 10)
	case rfc2822:
		return t.Format(time.RFC1123Z)
	case httpDate:
		return t.Format("Mon, 02 Jan 2006 15:04:05 GMT")
	}
	return t.Format("2006-01-02T15:04:05Z")
}
