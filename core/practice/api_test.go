package practice

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

func TestPagingGivesEverythingOnce(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	for _, limit := range []string{"7", "100", "250"} {
		for m, want := range h.store.Counts() {
			items := h.all(token, "/"+string(m), limit, nil)
			seen := map[string]bool{}
			for i, it := range items {
				seen[it.ID] = true
				if i > 0 && (place{it.Stamps.UpdatedAt, it.ID}).compare(place{items[i-1].Stamps.UpdatedAt, items[i-1].ID}) <= 0 {
					t.Fatalf("%s: %s is out of order", m, it.ID)
				}
			}
			if len(items) != want || len(seen) != want {
				t.Errorf("%s by %s: %d records, %d ids, want %d", m, limit, len(items), len(seen), want)
			}
		}
	}
	if n := len(h.all(token, "/categories", "250", nil)); n != 21 {
		t.Errorf("%d categories", n)
	}
}

func TestPagingWhileRecordsChange(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	rows := h.store.data[ada].of(core.Orders).rows
	first, last := rows[0].id, rows[len(rows)-1].id
	items := h.all(token, "/orders?include_deleted=true", "100", func() {
		for _, err := range []error{h.store.RemoveOrder(last), h.store.EditOrder(first, func(o *Order) { o.State = "changed" })} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	seen := map[string]item{}
	for _, it := range items {
		seen[it.ID] = it
	}
	if len(seen) != 1200 || seen[first].State != "changed" || !seen[last].Deleted || seen[last].Updated.IsZero() {
		t.Errorf("%d orders; changed %+v, removed %+v", len(seen), seen[first], seen[last])
	}
}

func TestUpdatedSince(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	all := h.all(token, "/products", "250", nil)
	since := func(at time.Time, more string) []item {
		return h.all(token, "/products?updated_since="+url.QueryEscape(at.Format(time.RFC3339Nano))+more, "250", nil)
	}
	newest := all[len(all)-1].Stamps.UpdatedAt
	if got := since(newest, ""); len(got) != 1 || got[0].ID != all[len(all)-1].ID {
		t.Errorf("since the newest: %v", got)
	}
	if got := since(all[100].Stamps.UpdatedAt, ""); len(got) != 150 {
		t.Errorf("since the 101st: %d", len(got))
	}
	if got := since(newest.Add(time.Millisecond), ""); len(got) != 0 {
		t.Errorf("since after the newest: %v", got)
	}
	if err := h.store.EditProduct("prd_0003", func(p *Product) { p.Title = "Changed" }); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Remove(core.Products, "prd_0004"); err != nil {
		t.Fatal(err)
	}
	if got := since(newest.Add(time.Millisecond), ""); len(got) != 1 || got[0].ID != "prd_0003" {
		t.Errorf("after a change: %v", got)
	}
	got := since(newest.Add(time.Millisecond), "&include_deleted=true")
	if len(got) != 2 || !got[1].Deleted || got[1].ID != "prd_0004" || !got[1].Updated.After(got[0].Stamps.UpdatedAt) {
		t.Errorf("after a change and a removal: %+v", got)
	}
	if n := h.store.Counts()[core.Products]; n != 249 {
		t.Errorf("%d products are counted", n)
	}
}

func TestEditsAreStrictlyLater(t *testing.T) {
	h := open(t)
	h.clock.move(-20 * 365 * 24 * time.Hour) // a clock that is wrong
	last := dataEnd
	for i := range 5 {
		if err := h.store.EditCustomer("cus_0001", func(c *Customer) { c.Labels = append(c.Labels, "x") }); err != nil {
			t.Fatal(err)
		}
		rows := h.store.data[ada].of(core.Customers).rows
		r := rows[len(rows)-1]
		if r.id != "cus_0001" || !r.updated.After(last) || len(r.body.(*Customer).Labels) < i+1 {
			t.Fatalf("edit %d: %s at %s", i, r.id, r.updated)
		}
		last = r.updated
	}
	wantCode(t, h.store.EditOrder("nothing", func(*Order) {}), core.CodeNotFound)
	wantCode(t, h.store.Remove(core.Stores, "st_9"), core.CodeNotFound)
	wantCode(t, h.store.Remove("pets", "st_9"), core.CodeNotFound)
	if err := h.store.EditShop("st_1", func(s *Shop) { s.Profile.Name = "New" }); err != nil {
		t.Error(err)
	}
	if err := h.store.EditSegment("seg_1", func(s *Segment) { s.Name = "New" }); err != nil {
		t.Error(err)
	}
}

func TestOneRecordAndMembers(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	if status, _, body := h.get(token, "/orders/ord_00042"); status != 200 || !strings.Contains(body, `"number":"#1042"`) {
		t.Errorf("an order: %d %.200s", status, body)
	}
	for _, path := range []string{"/orders/x", "/pets", "/pets/1", "/segments/x/members"} {
		if status, _, _ := h.get(token, path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
	segments := bodies[*Segment](h.store.data[ada].of(core.Segments))
	i := slices.IndexFunc(segments, func(s *Segment) bool { return s.Type == "manual" })
	for _, s := range []*Segment{segments[0], segments[i]} {
		_, _, body := h.get(token, "/segments/"+s.ID+"/members?limit=250")
		if n := strings.Count(body, `"customer_id"`); n != min(s.MemberCount, 250) {
			t.Errorf("%s: %d members, want %d", s.Name, n, s.MemberCount)
		}
	}
}

func TestBadQueries(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	foreign := encodeCursor("stores", place{dataEnd, "st_1"})
	for _, q := range []string{"limit=0", "limit=251", "limit=x", "updated_since=yesterday", "cursor=x", "cursor=!", "cursor=" + foreign} {
		if status, _, body := h.get(token, "/orders?"+q); status != 400 || !strings.Contains(body, `"bad_request"`) {
			t.Errorf("%s: %d %s", q, status, body)
		}
	}
}

func TestBenHasHisOwnData(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{Account: "ben"}).Access
	if n := len(h.all(token, "/orders", "250", nil)); n != 90 {
		t.Errorf("Ben has %d orders", n)
	}
}

// Each list needs exactly its own scope.
func TestScopes(t *testing.T) {
	h := open(t)
	for _, p := range scopes {
		token := h.signIn(p.Name, ApproveOptions{}).Access
		for k, m := range kinds {
			want := 403
			if p.Name == string(m)+":read" {
				want = 200
			}
			if status, _, _ := h.get(token, "/"+string(k)+"?limit=1"); status != want {
				t.Errorf("%s with %s: %d, want %d", k, p.Name, status, want)
			}
		}
	}
}
