package api

import (
	"strings"
	"testing"
	"unicode/utf8"

	"linkdesk/core"
)

// A query is understood or refused, never half: what was understood is in bounds.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{"", "limit=250&cursor=x", "status=a&status=b", "updated_since=2026-01-01", "fields=number,,total&include=history", "customer=Y29uXzEvMQ", "remote_id=%00", "limit=1e9", "a=%zz", ";", "connection=%F0%9F%98%80", "include_removed=TRUE", "limit=-9223372036854775809"} {
		f.Add(seed)
	}
	var rt route
	for _, r := range routes {
		if r.id == "listOrders" {
			rt = r
		}
	}
	f.Fuzz(func(t *testing.T, query string) {
		a, err := parse(rt.params, query)
		if err != nil {
			if p, ok := err.(*problem); !ok || p.status != 400 || !utf8.ValidString(p.detail) || len(p.detail) > 2000 {
				t.Errorf("%v", err)
			}
			return
		}
		if a.limit < 1 || a.limit > mostLimit {
			t.Errorf("limit %d", a.limit)
		}
		for _, filter := range a.filters {
			if !utf8.ValidString(filter.Value) && filter.Name != "customer" || strings.ContainsRune(a.text[filter.Name], 0) {
				t.Errorf("%q", filter)
			}
		}
		if shown := a.shown(rt.params); !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x00\n") {
			t.Errorf("the ledger would show %q", shown)
		}
		if err := a.allowed(rt.params, &mask{}); err == nil && strings.Contains(a.text["remote_id"], "@") {
			t.Error("a hidden id can be asked for")
		}
	})
}

// A cursor that we did not give for this list is refused; one that we gave comes back whole.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "AAAA", "AAAAAAAAAAAAAAAA", encodeCursor("/v1/orders", "17"), encodeCursor("/v1/orders\x00status=open", "17"), "====", strings.Repeat("A", 2000)} {
		f.Add(seed, "17")
	}
	f.Fuzz(func(t *testing.T, cursor, place string) {
		const listing = "/v1/orders"
		if got, err := decodeCursor(listing, cursor); err == nil && cursor != "" && encodeCursor(listing, got) != cursor {
			t.Errorf("%q is taken for %q", cursor, got)
		}
		if place == "" || len(place) > 900 {
			return
		}
		if got, err := decodeCursor(listing, encodeCursor(listing, place)); err != nil || got != place {
			t.Errorf("%q came back as %q, %v", place, got, err)
		}
		if _, err := decodeCursor("/v1/products", encodeCursor(listing, place)); err == nil {
			t.Error("a cursor of another list was taken")
		}
	})
}

// The id of a record names that record and no other.
func FuzzRecordID(f *testing.F) {
	f.Add("con_0123456789abcdef", "5000000001")
	f.Add("linkdesk", "a/b")
	f.Add("con_1", "\xff\x00ä")
	f.Fuzz(func(t *testing.T, connection, remote string) {
		if k, ok := parseID(remote); ok && recordID(k) != remote {
			t.Errorf("%q is taken for %+v", remote, k)
		}
		if connection == "" || remote == "" || strings.Contains(connection, "/") || len(connection)+len(remote) > 1000 {
			return
		}
		want := Key{core.ConnectionID(connection), remote}
		id := recordID(want)
		if got, ok := parseID(id); !ok || got != want || string(appendID(nil, want)) != id {
			t.Errorf("%+v came back as %+v", want, got)
		}
	})
}
