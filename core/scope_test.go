package core

import (
	"slices"
	"strings"
	"testing"
)

func TestScopes(t *testing.T) {
	for _, s := range Scopes() {
		got, err := ParseScope(string(s))
		if err != nil || got != s || s.Title() == string(s) || !slices.Contains(Models(), s.Model()) {
			t.Errorf("%s: %q, %q, %v", s, s.Title(), s.Model(), err)
		}
		if s.Writes() != strings.HasSuffix(string(s), ":write") {
			t.Errorf("%s writes: %v", s, s.Writes())
		}
	}
	for text, want := range map[string]string{
		"": "", "orders:read": "orders:read", "orders:read stores:read orders:read": "stores:read orders:read",
	} {
		if got, err := ParseScopes(text); err != nil || JoinScopes(got, " ") != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{" ", "orders", "orders:write", "Orders:read", "orders:read ", "orders:read  stores:read", "orders:read\tstores:read", "orders:read,stores:read"} {
		if got, err := ParseScopes(text); CodeOf(err) != CodeInvalid {
			t.Errorf("%q was read as %v, %v", text, got, err)
		}
	}
	two := []Scope{OrdersRead, StoresRead}
	if !CoversScopes(Scopes(), two) || CoversScopes(two, Scopes()) || !CoversScopes(nil, nil) || CoversScopes(nil, two) {
		t.Error("covers")
	}
	if got := OnlyScopes(Scopes(), two); !slices.Equal(got, []Scope{StoresRead, OrdersRead}) {
		t.Errorf("only: %v", got)
	}
}
