package provider

import (
	"cmp"
	"strconv"
	"time"

	"linkdesk/core/service"
)

const (
	byQuery  = "query"
	byHeader = "header"
	byBody   = "body"
	bySearch = "search"

	usualOverlap = 5 * time.Minute
)

// since returns from when on changes are asked: the time given less the
// manifest's overlap, or zero for everything.
func (q ListQuery) since(inc *service.Incremental) time.Time {
	if q.Full || q.Since.IsZero() || inc == nil {
		return time.Time{}
	}
	switch inc.Kind {
	case byQuery, byHeader, byBody, bySearch:
		return q.Since.Add(-overlap(inc)).UTC()
	}
	return time.Time{}
}

// from is where the request of the current page starts.
func (s state) from() time.Time {
	if s.Plain {
		return time.Time{}
	}
	if !s.Restart.IsZero() {
		return s.Restart
	}
	return s.Since
}

// timeValues adds {now} and, when only changes are asked, the forms of {since}.
func timeValues(v service.Values, s state, format string) {
	v["now"] = formatTime(s.Asked, iso8601)
	from := s.from()
	if from.IsZero() {
		return
	}
	v["since"] = formatTime(from, format)
	v["since.unix"] = formatTime(from, unix)
	v["since.unix_ms"] = formatTime(from, unixMS)
	v["since.rfc2822"] = formatTime(from, rfc2822)
}

// sinceFormat is the form of {since}. In a header RFC 2822 means HTTP's own
// date, which always says GMT.
func sinceFormat(inc *service.Incremental) string {
	if inc == nil {
		return iso8601
	}
	if inc.Kind == byHeader && inc.Format == rfc2822 {
		return httpDate
	}
	return cmp.Or(inc.Format, iso8601)
}

// filter adds to a call what asks only for changes.
func filter(k *call, inc *service.Incremental, s state) error {
	if s.from().IsZero() || inc.FirstPageOnly && s.At.More {
		return nil
	}
	in, place := byQuery, service.InQuery
	if inc.Kind == byBody {
		in, place = byBody, service.InBody
	}
	for name, t := range inc.Needs {
		text, err := t.Expand(k.values, place)
		if err != nil {
			return invalid(err)
		}
		k.set(in, name, text)
	}
	if inc.Param == "" {
		return nil
	}
	if inc.Kind == byHeader {
		place = service.InHeader
	}
	text, err := cmp.Or(inc.Value, "{since}").Expand(k.values, place)
	if err != nil {
		return invalid(err)
	}
	switch inc.Kind {
	case byHeader:
		k.fixed.Set(inc.Param, text)
	case byBody:
		k.set(byBody, inc.Param, bodyTime(text, inc))
	case byQuery:
		k.set(byQuery, inc.Param, text)
	}
	return nil
}

// bodyTime is a number in JSON where the service counts time in numbers.
func bodyTime(text string, inc *service.Incremental) any {
	if inc.Value == "" && (inc.Format == unix || inc.Format == unixMS) {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	}
	return text
}

// overlap is how much is asked again to be safe, because services stamp a
// change before they show it.
func overlap(inc *service.Incremental) time.Duration {
	if d, err := service.Duration(inc.Overlap); err == nil && inc.Overlap != "" {
		return d
	}
	return usualOverlap
}
