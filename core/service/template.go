package service

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"linkdesk/core"
)

// Values are what {names} stand for: inputs, captured values and built-in names.
type Values map[string]string

// Place says where an expanded text lands, and so how values are made safe.
type Place int

// The places of a template.
const (
	InURL    Place = iota // an address: values are escaped by position (host, path or query)
	InHeader              // printable characters only
	InQuery               // one query value; whoever builds the query escapes it
	InBody                // a text in a JSON or form body; whoever writes the body escapes it
	Raw                   // as it is: values that are compared or stored, never sent
)

// nameInBraces is a {name}; what follows a dot is a path: {raw.customer.id}.
var nameInBraces = regexp.MustCompile(`\{([a-z][a-z0-9_]*(?:\.[^.\s{}]+)*)\}`)

// Names returns the {names} in a template, each once, in order.
func (t Template) Names() []string {
	var names []string
	for _, m := range nameInBraces.FindAllStringSubmatch(string(t), -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// Expand fills the {names} in. A name without a value, and a value that the
// place cannot hold, is an error of class CodeInvalid that does not show the value.
func (t Template) Expand(v Values, where Place) (string, error) {
	switch where {
	case InURL:
		u, err := ExpandURL(t, v)
		if err != nil {
			return "", err
		}
		return u.String(), nil
	case InHeader:
		return t.fill(v, headerValue)
	case InQuery:
		if alone := len(t.Names()) == 1 && string(t) == "{"+t.Names()[0]+"}"; alone {
			return t.fill(v, noControl)
		}
		return t.fill(v, grammarValue)
	}
	return t.fill(v, func(_, value string) (string, error) { return value, nil })
}

// fill replaces each {name} by what escape makes of its value.
func (t Template) fill(v Values, escape func(name, value string) (string, error)) (string, error) {
	var out strings.Builder
	rest := string(t)
	for {
		m := nameInBraces.FindStringSubmatchIndex(rest)
		if m == nil {
			out.WriteString(rest)
			return out.String(), nil
		}
		name := rest[m[2]:m[3]]
		value, known := v[name]
		if !known {
			return "", core.Invalid("There is no value for {" + name + "}.")
		}
		safe, err := escape(name, value)
		if err != nil {
			return "", err
		}
		out.WriteString(rest[:m[0]] + safe)
		rest = rest[m[1]:]
	}
}

func unusable(name, place string) error {
	return core.Invalid("The value of {" + name + "} cannot be used in " + place + ".")
}

func noControl(name, value string) (string, error) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", unusable(name, "a request")
	}
	return value, nil
}

func headerValue(name, value string) (string, error) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", unusable(name, "a header")
	}
	return value, nil
}

// grammarValue is for a value inside a filter such as equals(id,"{id}"): it must
// not end the filter and begin another.
func grammarValue(name, value string) (string, error) {
	if strings.ContainsAny(value, "\"'`()[]<>=\\,;&|") && !strings.HasPrefix(name, "since") && name != "now" {
		return "", unusable(name, "a filter")
	}
	return noControl(name, value)
}

// ExpandURL fills an address in. Values never change its shape: in the host they
// are one label each (or, where {name} is the whole host, a host name), in a
// path part of one segment, in a query one value. Only {practice} stands for
// scheme and host together. Errors are of class CodeInvalid.
func ExpandURL(t Template, v Values) (*url.URL, error) {
	p, err := splitURL(t)
	if err != nil {
		return nil, err
	}
	origin, err := p.origin(v)
	if err != nil {
		return nil, err
	}
	path, err := expandPath(p.path, v)
	if err != nil {
		return nil, err
	}
	query, err := Template(p.query).fill(v, func(name, value string) (string, error) { return url.QueryEscape(value), nil })
	if err != nil {
		return nil, err
	}
	text := origin + path
	if query != "" {
		text += "?" + query
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, core.Invalid("“" + string(t) + "” does not make an address.")
	}
	return u, nil
}

// urlParts are the parts of an address template: the host may be "{practice}",
// which brings its scheme along.
type urlParts struct{ scheme, host, path, query string }

func splitURL(t Template) (urlParts, error) {
	text, bad := string(t), core.Invalid("“"+string(t)+"” is not an address. It starts with https:// and holds no #, @ or spaces.")
	if strings.ContainsAny(text, "#@\\ \t\r\n") {
		return urlParts{}, bad
	}
	var p urlParts
	text, p.query, _ = strings.Cut(text, "?")
	rest, practice := strings.CutPrefix(text, "{practice}")
	if practice {
		p.host = "{practice}"
	} else {
		var ok bool
		if p.scheme, rest, ok = strings.Cut(text, "://"); !ok || p.scheme != "https" && p.scheme != "http" {
			return urlParts{}, bad
		}
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			p.host, rest = rest[:i], rest[i:]
		} else {
			p.host, rest = rest, ""
		}
	}
	if p.path = rest; p.host == "" || rest != "" && rest[0] != '/' {
		return urlParts{}, bad
	}
	return p, nil
}

// origin returns scheme and host with the values of the host filled in.
func (p urlParts) origin(v Values) (string, error) {
	if p.host == "{practice}" {
		u, err := url.Parse(v["practice"])
		if err != nil || u.Scheme != "http" || !loopback(u.Hostname()) || u.Port() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return "", core.Invalid("The practice store is not running.")
		}
		return v["practice"], nil
	}
	host, err := expandHost(p.host, v)
	return p.scheme + "://" + host, err
}

var (
	hostLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	hostName  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// expandHost fills values into a host. A value that is the whole host must be a
// name with a dot, never a number or a name of this computer.
func expandHost(host string, v Values) (string, error) {
	whole := nameInBraces.FindString(host) == host
	return Template(host).fill(v, func(name, value string) (string, error) {
		ascii, err := idna.Lookup.ToASCII(value)
		if err != nil {
			return "", unusable(name, "the name of a server")
		}
		if whole && hostName.MatchString(ascii) || !whole && hostLabel.MatchString(ascii) {
			return ascii, nil
		}
		return "", unusable(name, "the name of a server")
	})
}

// expandPath fills values into a path: each stays inside its segment, and no
// segment that holds one becomes empty, "." or "..".
func expandPath(path string, v Values) (string, error) {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		names := Template(s).Names()
		if len(names) == 0 {
			continue
		}
		filled, err := Template(s).fill(v, func(_, value string) (string, error) { return url.PathEscape(value), nil })
		if err != nil {
			return "", err
		}
		if filled == "" || filled == "." || filled == ".." {
			return "", unusable(names[0], "an address")
		}
		segments[i] = filled
	}
	return strings.Join(segments, "/"), nil
}

// ExpandBody fills in the texts of a body: maps, lists and texts, to any depth.
// The body itself is not changed.
func ExpandBody(body any, v Values) (any, error) {
	switch b := body.(type) {
	case string:
		return Template(b).Expand(v, InBody)
	case []any:
		out := make([]any, len(b))
		for i, item := range b {
			var err error
			if out[i], err = ExpandBody(item, v); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(b))
		for key, item := range b {
			var err error
			if out[key], err = ExpandBody(item, v); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
		}
		return out, nil
	}
	return body, nil
}
