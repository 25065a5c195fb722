package practice

import (
	"slices"
	"strings"

	"linkdesk/core"
)

// scope is a permission with the words of the sign-in page.
type scope struct {
	Name   string // "orders:read"
	Title  string // "See your orders"
	Detail string
	Writes bool
}

var scopes = makeScopes()

func makeScopes() []scope {
	var list []scope
	for _, m := range core.Models() {
		name := strings.ToLower(m.Title())
		list = append(list,
			scope{string(m) + ":read", "See your " + name, m.Holds(), false},
			scope{string(m) + ":write", "Add and change your " + name, "Can make changes at the store", true})
	}
	return list
}

func scopeBy(name string) (scope, bool) {
	i := slices.IndexFunc(scopes, func(s scope) bool { return s.Name == name })
	if i < 0 {
		return scope{}, false
	}
	return scopes[i], true
}

// parseScopes splits a scope parameter; ok is false when one is unknown or none is there.
func parseScopes(param string) (list []string, ok bool) {
	for _, name := range strings.Fields(param) {
		if _, known := scopeBy(name); !known {
			return nil, false
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list, len(list) > 0
}
