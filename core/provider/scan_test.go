package provider

import (
	"testing"

	"github.com/tidwall/gjson"

	"linkdesk/core/service"
)

// FuzzScan compares the scanner with gjson: on valid JSON both find the same.
func FuzzScan(f *testing.F) {
	for _, s := range []string{orderJSON, `[]`, `{"a":[{"b":"x\\\"y"},{"b":null},3],"a\u0062":{"c":-1.5e3}}`, ` { "a" : [ [ ] , { } ] , "b" : true } `, `{"a`, `[1,`, `"\`, `{"a":"\\"}`} {
		f.Add(s)
	}
	paths := []service.Path{"$", "a", "a.0", "a.0.b", "a.1.b", "a.2", "ab.c", "b", "lines.1.product.id", "customer.email", "note"}
	f.Fuzz(func(t *testing.T, s string) {
		p := newPlan("", nil)
		for _, path := range paths {
			p.slot(path)
		}
		vals := make([]value, p.slots)
		p.root.walk(s, 0, vals)
		n := 0
		for range elements(gjson.Parse(s)) {
			n++
		}
		if !gjson.Valid(s) || repeatedKeys(gjson.Parse(s)) {
			return
		}
		for i, path := range paths {
			want := path.In(gjson.Parse(s))
			if got := vals[i]; got.Type != want.Type || want.Type == gjson.String && got.Str != want.Str || want.Type == gjson.Number && got.Raw != want.Raw {
				t.Errorf("%s in %q: %v %q, want %v %q", path, s, got.Type, got.Raw, want.Type, want.Raw)
			}
		}
		if doc := gjson.Parse(s); doc.IsArray() && n != len(doc.Array()) {
			t.Errorf("%q has %d elements, not %d", s, len(doc.Array()), n)
		}
	})
}

// repeatedKeys reports whether an object names a key twice: of those gjson
// takes the first and the scanner the last.
func repeatedKeys(v value) bool {
	seen, twice := map[string]bool{}, false
	v.ForEach(func(k, inner value) bool {
		if v.IsObject() {
			twice = twice || seen[k.Str]
			seen[k.Str] = true
		}
		twice = twice || (inner.IsObject() || inner.IsArray()) && repeatedKeys(inner)
		return !twice
	})
	return twice
}
