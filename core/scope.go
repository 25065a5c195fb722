package core

import (
	"slices"
	"strings"
)

// Scope is one permission that an outside app can be given (seed 1).
type Scope string

// The six scopes.
const (
	StoresRead    Scope = "stores:read"
	CustomersRead Scope = "customers:read"
	OrdersRead    Scope = "orders:read"
	ProductsRead  Scope = "products:read"
	SegmentsRead  Scope = "segments:read"
	SegmentsWrite Scope = "segments:write"
)

var scopes = []Scope{StoresRead, CustomersRead, OrdersRead, ProductsRead, SegmentsRead, SegmentsWrite}

// Scopes returns all scopes in the order in which they are shown.
func Scopes() []Scope { return slices.Clone(scopes) }

// ParseScope returns the scope of that name, or an error of code CodeInvalid.
func ParseScope(name string) (Scope, error) {
	if s := Scope(name); slices.Contains(scopes, s) {
		return s, nil
	}
	return "", Invalid("There is no permission called “" + name + "”. Use " + JoinScopes(scopes[:5], ", ") + " or " + string(scopes[5]) + ".")
}

// ParseScopes reads names separated by single spaces (RFC 6749 section 3.3),
// without doubles and in the order of Scopes. An empty text gives none.
func ParseScopes(text string) ([]Scope, error) {
	if text == "" {
		return nil, nil
	}
	var named []Scope
	for name := range strings.SplitSeq(text, " ") {
		s, err := ParseScope(name)
		if err != nil {
			return nil, err
		}
		named = append(named, s)
	}
	return OnlyScopes(scopes, named), nil
}

// JoinScopes writes scopes as ParseScopes reads them, when the separator is a space.
func JoinScopes(list []Scope, separator string) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = string(s)
	}
	return strings.Join(names, separator)
}

// OnlyScopes returns those of list that are in allowed as well.
func OnlyScopes(list, allowed []Scope) []Scope {
	var both []Scope
	for _, s := range list {
		if slices.Contains(allowed, s) {
			both = append(both, s)
		}
	}
	return both
}

// CoversScopes reports whether every scope of list is in allowed.
func CoversScopes(allowed, list []Scope) bool { return len(OnlyScopes(list, allowed)) == len(list) }

// Model returns the data model that the scope is about.
func (s Scope) Model() Model {
	name, _, _ := strings.Cut(string(s), ":")
	return Model(name)
}

// Writes reports whether the scope lets an app change something.
func (s Scope) Writes() bool { return s == SegmentsWrite }

// Title says in words what the scope allows.
func (s Scope) Title() string {
	switch s {
	case StoresRead:
		return "Read store information and settings"
	case CustomersRead:
		return "Read customer profiles and analytics"
	case OrdersRead:
		return "Read order data and history"
	case ProductsRead:
		return "Read product catalog and categories"
	case SegmentsRead:
		return "Read customer segments and rules"
	case SegmentsWrite:
		return "Create and modify segments"
	}
	return string(s)
}
