package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"linkdesk/core"
	"linkdesk/core/segment"
)

// args are the parameters of a request, by name.
type args struct {
	text    map[string]string // as sent
	limit   int
	since   time.Time
	removed bool
	fields  []string
	include []string
	filters []Filter
	conn    core.ConnectionID
	cursor  string
}

const mostArg = 500 // characters; a cursor may be longer

// parse reads a query by a route's parameters. Whatever is not known, comes
// twice, or cannot be used is an error that names it: a filter with a typing
// mistake would else give all records.
func parse(params []param, query string) (a args, err error) {
	a = args{limit: defaultLimit, text: map[string]string{}}
	if query == "" {
		return a, nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return a, badRequest("The parameters behind “?” cannot be read.")
	}
	for name, list := range values {
		i := slices.IndexFunc(params, func(p param) bool { return p.name == name })
		if i < 0 {
			return a, badRequest("There is no parameter “" + printable(name) + "” here." + offered(params))
		}
		if len(list) != 1 {
			return a, badRequest("The parameter " + name + " was sent more than once.")
		}
		a.text[name] = list[0]
	}
	for _, p := range params { // in the table's order, so that the filters are, too
		if v, sent := a.text[p.name]; sent {
			if err := a.set(p, v); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

func (a *args) set(p param, v string) (err error) {
	wrong := func(want string) error { return badRequest("The parameter " + p.name + " has to be " + want + ".") }
	if p.kind != cursorParam && utf8.RuneCountInString(v) > mostArg || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
		return wrong("plain text of at most " + strconv.Itoa(mostArg) + " characters")
	}
	switch p.kind {
	case limitParam:
		if a.limit, err = strconv.Atoi(v); err != nil || a.limit < 1 || a.limit > mostLimit {
			return wrong("a number from 1 to " + strconv.Itoa(mostLimit))
		}
	case cursorParam:
		a.cursor = v
	case timeParam:
		var ok bool
		if a.since, ok = segment.ParseTime(v); !ok {
			return wrong("a time such as 2026-05-01T08:00:00Z")
		}
	case boolParam:
		if v != "true" && v != "false" {
			return wrong("true or false")
		}
		a.removed = v == "true"
	case connectionParam:
		a.conn = core.ConnectionID(v)
	case fieldsParam:
		a.fields = names(v)
	case includeParam:
		a.include = names(v)
		if i := slices.IndexFunc(a.include, func(n string) bool { return !slices.Contains(p.values, n) }); i >= 0 {
			return wrong(strings.Join(p.values, " or "))
		}
	case recordParam:
		return a.setRecord(p, v, wrong)
	default:
		a.filters = append(a.filters, Filter{p.name, v})
	}
	return nil
}

// setRecord filters by another record, of its connection.
func (a *args) setRecord(p param, v string, wrong func(string) error) error {
	k, ok := parseID(v)
	if !ok {
		return wrong("the id of a record")
	}
	if a.conn != "" && a.conn != k.Connection {
		return wrong("of the same connection as the parameter connection")
	}
	a.conn = k.Connection
	a.filters = append(a.filters, Filter{p.name, k.RemoteID})
	return nil
}

// allowed refuses filters that would tell what is hidden from the app.
func (a *args) allowed(params []param, m *mask) error {
	if m == nil {
		return nil
	}
	for _, p := range params {
		v, sent := a.text[p.name]
		if p.kind == recordParam {
			k, _ := parseID(v)
			v = k.RemoteID
		}
		if sent && (p.personal || (p.kind == recordParam || p.name == "remote_id") && strings.Contains(v, "@")) {
			return refuse(http.StatusForbidden, "Personal fields are hidden from this app, so it cannot filter by "+p.name+".")
		}
	}
	return nil
}

// shown is what the ledger says was asked for, in the table's order.
func (a *args) shown(params []param) string {
	var parts []string
	for _, p := range params {
		if v, sent := a.text[p.name]; sent && p.kind != cursorParam {
			parts = append(parts, p.name+"="+printable(v))
		}
	}
	return strings.Join(parts, ", ")
}

// listing is what the pages of one list have in common: its filters.
func (a *args) listing(rt route, path string) string {
	parts := []string{path}
	for _, p := range rt.params {
		if v, sent := a.text[p.name]; sent && p.filters() {
			parts = append(parts, p.name+"="+v)
		}
	}
	return strings.Join(parts, "\x00")
}

func names(v string) (list []string) {
	for name := range strings.SplitSeq(v, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

func offered(params []param) string {
	var list []string
	for _, p := range params {
		list = append(list, p.name)
	}
	if len(list) == 0 {
		return ""
	}
	return " There are: " + strings.Join(list, ", ") + "."
}

// printable keeps what a stranger sent short and harmless.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 100 {
		s = string(r[:100]) + "…"
	}
	return s
}
