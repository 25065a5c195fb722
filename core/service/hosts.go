package service

import (
	"net/url"
	"strings"

	"linkdesk/core"
)

// AllowsHost reports whether a token may be sent to an address. It must be
// https on its usual port, at a host of the manifest's list; "*.x.com" stands
// for exactly one label. http, and other ports, only where the list names this
// computer with that port. Letter case does not matter. Anything unusual is
// refused: user names, trailing dots, other alphabets (use their xn-- form).
func (m *Manifest) AllowsHost(u *url.URL, v Values) bool {
	if u == nil || u.User != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" {
		return false
	}
	host := strings.ToLower(u.Host)
	for _, allowed := range m.Hosts {
		if allowed == "{practice}" {
			if loopback(u.Hostname()) && u.Port() != "" && u.Scheme+"://"+host == m.practice(v) {
				return true
			}
			continue
		}
		if strings.HasPrefix(allowed, "{") {
			expanded, err := expandHost(allowed, v)
			if err != nil {
				continue
			}
			allowed = expanded
		}
		if hostMatches(allowed, u.Scheme, host) {
			return true
		}
	}
	return false
}

// hostMatches compares a host (with port, in small letters) with an entry of the list.
func hostMatches(allowed, scheme, host string) bool {
	name, port := splitPort(allowed)
	if port != "" && loopback(strings.Trim(name, "[]")) {
		return host == allowed // http or https: it stays on this computer
	}
	if scheme != "https" {
		return false
	}
	if port == "" {
		host = strings.TrimSuffix(host, ":443")
	}
	parent, wildcard := strings.CutPrefix(allowed, "*.")
	if !wildcard {
		return host == allowed
	}
	label, rest, _ := strings.Cut(host, ".")
	return rest == parent && hostLabel.MatchString(label)
}

// splitPort splits "127.0.0.1:4010"; the port is empty when there is none.
func splitPort(host string) (name, port string) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasSuffix(host, "]") {
		return host, ""
	}
	return host[:i], host[i+1:]
}

func loopback(name string) bool { return name == "127.0.0.1" || name == "::1" || name == "localhost" }

func (m *Manifest) practice(v Values) string {
	if m.PracticeOrigin != "" {
		return m.PracticeOrigin
	}
	return v["practice"]
}

// Values puts inputs, captured values and the like together, and adds
// {practice}. Later maps win.
func (m *Manifest) Values(maps ...map[string]string) Values {
	v := Values{}
	for _, from := range maps {
		for name, value := range from {
			v[name] = value
		}
	}
	if m.PracticeOrigin != "" {
		v["practice"] = m.PracticeOrigin
	}
	return v
}

// ExpandURL fills an address in and refuses it, with class CodeInvalid, when
// its host is not one of the manifest's.
func (m *Manifest) ExpandURL(t Template, v Values) (*url.URL, error) {
	if m.PracticeOrigin != "" {
		v = m.Values(v)
	}
	u, err := ExpandURL(t, v)
	if err != nil {
		return nil, err
	}
	if !m.AllowsHost(u, v) {
		return nil, core.Invalid(m.Name + " may not be reached at “" + u.Host + "”: its manifest does not list that host.")
	}
	return u, nil
}

// Address returns where a request goes: its url, or its path below the API's
// base, with its query. The host is one of the manifest's.
func (m *Manifest) Address(r Request, v Values) (*url.URL, error) {
	t := r.URL
	if t == "" {
		t = Template(strings.TrimSuffix(string(m.API.Base), "/")) + r.Path
	}
	u, err := m.ExpandURL(t, v)
	if err != nil || len(r.Query) == 0 {
		return u, err
	}
	query := u.Query()
	for name, value := range r.Query {
		text, err := value.Expand(v, InQuery)
		if err != nil {
			return nil, err
		}
		query.Set(name, text)
	}
	u.RawQuery = query.Encode()
	return u, nil
}
