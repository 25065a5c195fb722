package service

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// nameSet holds the names that a template may use at some place. "raw.",
// "parent." and "since." stand for all names that begin so.
type nameSet map[string]bool

func (s nameSet) has(name string) bool {
	head, _, dotted := strings.Cut(name, ".")
	return s[name] || dotted && s[head+"."]
}

func (s nameSet) with(names ...string) nameSet {
	out := maps.Clone(s)
	for _, n := range names {
		out[n] = true
	}
	return out
}

var (
	sinceNames  = []string{"since", "since.unix", "since.unix_ms", "since.rfc2822", "now"}
	recordNames = []string{"id", "raw."}
)

// methods returns the auth methods of a name, all for "".
func (c *checker) methods(when string) []*Auth {
	var out []*Auth
	for i := range c.m.Auth {
		if when == "" || c.m.Auth[i].Method == when {
			out = append(out, &c.m.Auth[i])
		}
	}
	return out
}

// asked are the names known before the sign-in.
func (c *checker) asked(a *Auth) nameSet {
	known := nameSet{}
	for _, h := range c.m.Hosts {
		known["practice"] = known["practice"] || h == "{practice}"
	}
	for _, in := range c.m.Inputs {
		known[in.ID] = known[in.ID] || in.When == "" || in.When == a.Method
	}
	return known
}

// known are the names known after signing in with a method and the first n
// discover calls.
func (c *checker) known(a *Auth, n int) nameSet {
	known := c.asked(a)
	for _, in := range a.Fields {
		known[in.ID] = true
	}
	for name := range a.Derive {
		known[name] = true
	}
	for name := range a.Callback.Capture {
		known[name] = true
	}
	for name := range a.Response.Capture {
		known[name] = true
	}
	for _, d := range c.m.Discover[:n] {
		if d.When == "" || d.When == a.Method {
			for name := range d.Capture {
				known[name] = true
			}
		}
	}
	return known
}

// names checks that a template is well formed and uses known names only.
func (c *checker) names(pointer, template string, known nameSet) {
	if strings.ContainsAny(nameInBraces.ReplaceAllString(template, ""), "{}") {
		c.errorf(pointer, "“%s” has a brace that does not belong to a {name}.", template)
		return
	}
	for _, name := range Template(template).Names() {
		if !known.has(name) {
			allowed := slices.DeleteFunc(slices.Sorted(maps.Keys(known)), func(n string) bool { return !known[n] })
			c.errorf(pointer, "%s", unknown("name", name, allowed))
		}
	}
}

func (c *checker) templates(pointer string, templates map[string]Template, known nameSet) {
	for _, key := range slices.Sorted(maps.Keys(templates)) {
		c.names(pointer+"/"+escapePointer(key), string(templates[key]), known)
	}
}

// body checks the texts of a body, to any depth.
func (c *checker) body(pointer string, body any, known nameSet) {
	switch b := body.(type) {
	case string:
		c.names(pointer, b, known)
	case []any:
		for i, item := range b {
			c.body(pointer+"/"+strconv.Itoa(i), item, known)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(b)) {
			c.body(pointer+"/"+escapePointer(key), b[key], known)
		}
	}
}

// request checks a request; {access_token} is for headers only, since an
// address ends up in the logs of servers and proxies.
func (c *checker) request(pointer string, r Request, known nameSet) {
	open := maps.Clone(known)
	delete(open, "access_token")
	if r.URL != "" {
		c.address(pointer+"/url", r.URL, open)
	} else {
		c.address(pointer+"/path", Template(strings.TrimSuffix(string(c.m.API.Base), "/"))+r.Path, open)
	}
	c.templates(pointer+"/query", r.Query, open)
	c.templates(pointer+"/headers", r.Headers, known)
	c.body(pointer+"/body", r.Body, open)
	if r.Body != nil && r.Method == "GET" {
		c.errorf(pointer+"/body", "A GET request has no body.")
	}
}

// address checks that an address uses known names, and that whatever they are
// filled with, its host is one of the list.
func (c *checker) address(pointer string, t Template, known nameSet) {
	c.names(pointer, string(t), known)
	p, err := splitURL(t)
	if err != nil {
		c.errorf(pointer, "“%s” is not an address. It starts with https:// and holds no #, @ or spaces.", t)
		return
	}
	for _, name := range Template(p.host).Names() {
		if known.has(name) && name != "practice" {
			c.hostName(pointer, name)
		}
	}
	if !c.listed(p) {
		c.errorf(pointer, "The host “%s” is not listed under hosts%s. Add it there, or mend the address.", p.host, schemeHint(p.scheme))
	}
}

func schemeHint(scheme string) string {
	if scheme == "http" {
		return " with its port, as http needs: only this computer may be called without https"
	}
	return ""
}

// listed reports whether the list covers a host template, and notes the entry.
func (c *checker) listed(p urlParts) bool {
	found := false
	sample := strings.ToLower(nameInBraces.ReplaceAllString(p.host, "x"))
	for _, h := range c.m.Hosts {
		if h == p.host && (strings.HasPrefix(h, "{practice") || p.scheme == "https") || !strings.HasPrefix(h, "{") && hostMatches(h, p.scheme, sample) {
			c.reached[h], found = true, true
		}
	}
	return found
}

// hostName checks that a name used in a host has a pattern: what a person types
// or a service answers must not choose the host freely.
func (c *checker) hostName(pointer, name string) {
	for _, in := range c.m.Inputs {
		if in.ID == name {
			return // inputs always have one
		}
	}
	for i := range c.m.Auth {
		a := &c.m.Auth[i]
		if _, plain := a.Callback.Capture[name]; plain {
			c.errorf(pointer, "{%s} comes from the browser without a pattern, so it cannot be part of a host.", name)
		}
		if cap, ok := a.Response.Capture[name]; ok && cap.Pattern == "" {
			c.errorf(pointer, "{%s} is part of a host, so its capture needs a pattern.", name)
		}
	}
	for _, d := range c.m.Discover {
		if cap, ok := d.Capture[name]; ok && cap.Pattern == "" {
			c.errorf(pointer, "{%s} is part of a host, so its capture needs a pattern.", name)
		}
	}
}
