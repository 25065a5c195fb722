package storage

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/storage/storagetest"
)

func apply(t testing.TB, db *DB, c core.ConnectionID, m core.Model, records ...core.Record) core.Counts {
	t.Helper()
	n, err := db.Records().Apply(t.Context(), c, m, records, syncing.Checkpoint{}, false, storagetest.Now)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func query(t testing.TB, db *DB, q core.RecordQuery) core.RecordPage {
	t.Helper()
	page, err := db.Records().Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func remoteIDs(records []core.Record) (ids []string) {
	for _, r := range records {
		ids = append(ids, r.RemoteID)
	}
	return ids
}

// all pages through a query and returns the ids in the order given.
func all(t testing.TB, db *DB, q core.RecordQuery) (ids []string) {
	t.Helper()
	for {
		page := query(t, db, q)
		ids = append(ids, remoteIDs(page.Records)...)
		if page.Next == "" {
			return ids
		}
		q.After = page.Next
	}
}

func order(id, number, customer, total string) core.Record {
	return core.Record{RemoteID: id, Data: &core.Order{Number: number, Customer: customer, Total: core.Money(total), Currency: "EUR"}}
}

func TestRoundTrip(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	yes, stock := true, int64(5)
	for _, d := range []core.Data{
		&core.Store{Name: "Main <&> Söhne", URL: "https://a.example", Settings: map[string]string{"b": "2", "a": "1"}},
		&core.Customer{Email: "Ann@Example.com", FirstName: "Ann", Tags: []string{"x"}, AcceptsMarketing: &yes, CreatedAt: storagetest.Now},
		storagetest.Order(1, "open").Data,
		&core.Product{Title: "Shirt", Price: "1.005", Stock: &stock, Categories: []core.Category{{ID: "1", Name: "Tops"}}, Variants: []core.Variant{{ID: "v", SKU: "s"}}},
		&core.Segment{Name: "VIP", Kind: "rules", Rules: &core.Rule{All: []core.Rule{{Field: "country", Op: "eq", Value: "DE"}}}, Size: &stock},
	} {
		m := d.Model()
		want := core.Record{Connection: c, RemoteID: "id \x00'", UpdatedAt: storagetest.Now, SyncedAt: storagetest.Now, Data: d, Raw: []byte(`{"x":1}`)}
		apply(t, db, c, m, want)
		got, err := db.Records().Get(t.Context(), c, m, want.RemoteID)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v (%v)\nwant %+v", m, got, err, want)
		}
		if page := query(t, db, core.RecordQuery{Model: m}); !reflect.DeepEqual(page.Records, []core.Record{want}) || page.Total != 1 {
			t.Errorf("%s: %+v", m, page)
		}
		for sort := range tables[m].sorts {
			if ids := all(t, db, core.RecordQuery{Model: m, Sort: sort, Descending: true, Limit: 1}); len(ids) != 1 {
				t.Errorf("%s by %s: %q", m, sort, ids)
			}
		}
		for _, column := range core.Columns(m) {
			if _, can := tables[m].sorts[column.Name]; column.Sort && !can {
				t.Errorf("%s: the table on screen offers to sort by %s", m, column.Name)
			}
		}
	}
	if _, err := db.Records().Get(t.Context(), c, core.Orders, "none"); core.CodeOf(err) != core.CodeNotFound {
		t.Errorf("got %v", err)
	}
}

func TestSorts(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	apply(t, db, c, core.Orders, order("a", "#1042", "", "9.90"), order("b", "#999", "", "100"), order("c", "R-10", "", "-5"), order("d", "R-9", "", ""), order("e", "", "", "10.000001"))
	for sort, want := range map[string]string{"number": "e b a d c", "total": "c d a e b"} {
		for _, limit := range []int{0, 1, 2} {
			q := core.RecordQuery{Model: core.Orders, Sort: sort, Limit: limit}
			if got := strings.Join(all(t, db, q), " "); got != want {
				t.Errorf("by %s, %d a page: %s, want %s", sort, limit, got, want)
			}
			q.Descending = true
			ids := strings.Fields(want)
			slices.Reverse(ids)
			if got := all(t, db, q); !slices.Equal(got, ids) {
				t.Errorf("by %s downwards, %d a page: %s, want %s", sort, limit, got, ids)
			}
		}
	}
	for _, q := range []core.RecordQuery{{Model: core.Orders, Sort: "doc"}, {Model: "things"}, {Model: core.Orders, After: "x"}, {Model: core.Orders, Search: strings.Repeat("a ", 17)},
		{Model: core.Orders, Sort: "total", After: query(t, db, core.RecordQuery{Model: core.Orders, Sort: "number", Limit: 1}).Next}} {
		if _, err := db.Records().Query(t.Context(), q); core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%+v: got %v", q, err)
		}
	}
}

func TestSearch(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	apply(t, db, c, core.Customers,
		core.Record{RemoteID: "1", Data: &core.Customer{Email: "Ann.Meier@Example.com", FirstName: "Ann", LastName: "Meier", Company: "ACME", Phone: "+49 30 1"}},
		core.Record{RemoteID: "2", Data: &core.Customer{Email: "bob@example.org", FirstName: "Bob", LastName: "Öztürk"}})
	apply(t, db, c, core.Orders, order("a", "#1042", "1", ""), order("b", "1043", "2", ""), order("c", "EU-000001042", "2", ""), order("d", "#10420", "9", ""))
	apply(t, db, c, core.Products, core.Record{RemoteID: "p", Data: &core.Product{Title: "Blue Shirt", SKU: "SH-1"}})
	for _, q := range []struct {
		model        core.Model
		search, want string
	}{
		{core.Customers, "EXAMPLE", "1 2"}, {core.Customers, "ann acme", "1"}, {core.Customers, "öz", "2"}, {core.Customers, "ann bob", ""}, {core.Customers, "%", ""}, {core.Customers, "'\"", ""},
		{core.Orders, "#1042", "a d"}, {core.Orders, "1042", "a d"}, {core.Orders, "104", "a b d"}, {core.Orders, "eu-1042", "c"}, {core.Orders, "eu-0", "c"}, {core.Orders, "42", "a c d"},
		{core.Orders, "ann.meier@example.com", "a"}, {core.Orders, "example 104", "a b"}, {core.Orders, "bob eu", "c"}, {core.Orders, "nobody", ""}, {core.Orders, "", "a b c d"},
		{core.Products, "shirt sh-", "p"}, {core.Products, "red", ""},
	} {
		for _, conn := range []core.ConnectionID{"", c} {
			ids := all(t, db, core.RecordQuery{Model: q.model, Search: q.search, Connection: conn, Limit: 2})
			slices.Sort(ids)
			if got := strings.Join(ids, " "); got != q.want {
				t.Errorf("%s %q: %s, want %s", q.model, q.search, got, q.want)
			}
		}
		if page := query(t, db, core.RecordQuery{Model: q.model, Search: q.search, Limit: 1}); page.Total != int64(len(strings.Fields(q.want))) {
			t.Errorf("%s %q: a total of %d, want %s", q.model, q.search, page.Total, q.want)
		}
	}
	if page := query(t, db, core.RecordQuery{Model: core.Orders, Connection: "con_unknown"}); len(page.Records) != 0 || page.Total != 0 {
		t.Errorf("an unknown connection: %+v", page)
	}
}

// Whether few or many match decides how orders are looked for, not which are found.
func TestSearchBroad(t *testing.T) {
	defer func(was int) { few = was }(few)
	few = 60
	db := open(t)
	c := shop(t, db)
	const n = 150
	var people, orders []core.Record
	for i := range n {
		people = append(people, core.Record{RemoteID: fmt.Sprint(i), Data: &core.Customer{Email: fmt.Sprintf("p%d@x.example", i)}})
		orders = append(orders, order(fmt.Sprint("o", i), fmt.Sprint(1000+i), fmt.Sprint(n-1-i), ""))
	}
	apply(t, db, c, core.Customers, people...)
	first := slices.Clone(orders[:20]) // they begin with another customer
	for i := range first {
		first[i] = order(first[i].RemoteID, "1", "77", "")
	}
	endRead := func() {
		if err := db.Records().EndRead(t.Context(), c, core.Orders, false); err != nil {
			t.Fatal(err)
		}
	}
	apply(t, db, c, core.Orders, first...)
	endRead()
	apply(t, db, c, core.Orders, orders...)
	apply(t, db, c, core.Orders, order("none", "y", "gone", ""))
	t.Run("not linked yet", func(t *testing.T) { searchBroad(t, db, n) })
	endRead()
	t.Run("linked", func(t *testing.T) { searchBroad(t, db, n) })
}

func searchBroad(t *testing.T, db *DB, n int) {
	for search, want := range map[string]func(number, person string) bool{
		"x.example":      func(_, _ string) bool { return true },
		"1":              func(_, _ string) bool { return true }, // more than few numbers begin so
		"x.example 1":    func(_, _ string) bool { return true },
		"x.example 11":   func(n, p string) bool { return strings.HasPrefix(n, "11") || strings.Contains(p, "11") },
		"11 x.example p": func(n, p string) bool { return strings.HasPrefix(n, "11") || strings.Contains(p, "11") },
		"p77@":           func(_, p string) bool { return p == "77" },
		"1 p77@":         func(_, p string) bool { return p == "77" },
		"1077":           func(n, _ string) bool { return n == "1077" },
		"99 x.example":   func(_, p string) bool { return strings.Contains(p, "99") },
		"x.example zzz":  func(_, _ string) bool { return false },
	} {
		var ids []string
		for i := range n {
			if want(fmt.Sprint(1000+i), fmt.Sprint(n-1-i)) {
				ids = append(ids, fmt.Sprint("o", i))
			}
		}
		for _, sort := range []string{"number", "total"} {
			got := all(t, db, core.RecordQuery{Model: core.Orders, Search: search, Sort: sort, Limit: 70})
			if sort == "number" && !slices.Equal(got, ids) || len(got) != len(ids) {
				t.Errorf("%q by %s: %d orders, want %d", search, sort, len(got), len(ids))
			}
		}
		if page := query(t, db, core.RecordQuery{Model: core.Orders, Search: search, Limit: 3}); page.Total != int64(len(ids)) {
			t.Errorf("%q: a total of %d, want %d", search, page.Total, len(ids))
		}
	}
}

// Paging gives each record that stays once, whatever is written between the pages.
func TestPagingUnderWrites(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	r := rand.New(rand.NewSource(1))
	const n = 80
	apply(t, db, c, core.Orders, storagetest.Orders(n)...)
	for _, sort := range []string{"", "placed_at", "total", "number"} {
		q := core.RecordQuery{Model: core.Orders, Sort: sort, Limit: 7, Descending: r.Intn(2) == 0}
		met := map[string]int{}
		for more := true; more; {
			page := query(t, db, q)
			for _, id := range remoteIDs(page.Records) {
				met[id]++
			}
			// Only the status changes: the order's place stays. New ones come, strangers go.
			apply(t, db, c, core.Orders, storagetest.Order(1+r.Intn(n), fmt.Sprint("s", r.Int())), storagetest.Order(1000+r.Intn(50), "new"), core.Record{RemoteID: fmt.Sprint("o", 1000+r.Intn(50)), Removed: true})
			q.After, more = page.Next, page.Next != ""
		}
		for i := range n {
			if id := fmt.Sprint("o", i+1); met[id] != 1 {
				t.Errorf("by %q: %s came %d times", sort, id, met[id])
			}
		}
	}
}

func TestRemovedAndEach(t *testing.T) {
	db := open(t)
	a, b := shop(t, db), shop(t, db)
	apply(t, db, a, core.Orders, storagetest.Orders(eachLimit+20)...)
	apply(t, db, b, core.Orders, storagetest.Orders(3)...)
	apply(t, db, a, core.Orders, core.Record{RemoteID: "o7", Removed: true})
	each := func(q core.RecordQuery) (n int) {
		q.Model = core.Orders
		for _, err := range db.Records().Each(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	for _, c := range []struct {
		q    core.RecordQuery
		want int
	}{
		{core.RecordQuery{}, eachLimit + 22}, {core.RecordQuery{Connection: a}, eachLimit + 19}, {core.RecordQuery{Connection: a, IncludeRemoved: true}, eachLimit + 20},
		{core.RecordQuery{Connection: b, Descending: true}, 3}, {core.RecordQuery{Sort: "placed_at"}, eachLimit + 22}, {core.RecordQuery{Search: "7", Connection: b}, 0},
	} {
		if got := each(c.q); got != c.want {
			t.Errorf("Each of %+v: %d, want %d", c.q, got, c.want)
		}
		c.q.Model = core.Orders
		if total := query(t, db, c.q).Total; total != int64(c.want) {
			t.Errorf("the total of %+v: %d, want %d", c.q, total, c.want)
		}
	}
	got, err := db.Records().Get(t.Context(), a, core.Orders, "o7")
	if err != nil || !got.RemovedAt.Equal(storagetest.Now) || got.Data.(*core.Order).Number != "#7" {
		t.Errorf("the removed order: %+v, %v", got, err)
	}
	for r, err := range db.Records().Each(t.Context(), core.RecordQuery{Model: "things"}) {
		if core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("got %v, %v", r, err)
		}
	}
	counts, err := db.Records().Counts(t.Context(), "")
	if err != nil || !reflect.DeepEqual(counts, map[core.Model]int64{core.Orders: eachLimit + 22}) {
		t.Errorf("counts %v, %v", counts, err)
	}
}

func TestNumberKeys(t *testing.T) {
	sorted := []string{"", "#9", "99", "#100", "0101", "A1", "A2", "A10", "so/2023/5", "SO/2024/4"}
	for i := 1; i < len(sorted); i++ {
		if a, b := naturalKey(sorted[i-1]), naturalKey(sorted[i]); a >= b {
			t.Errorf("%q (%q) is not before %q (%q)", sorted[i-1], a, sorted[i], b)
		}
	}
	if naturalKey("# 10 42") != naturalKey("10 42") || naturalKey("007") != naturalKey("7") {
		t.Error("marks and leading zeros have to be left out")
	}
	long := strings.Repeat("9", 40)
	if begins, _ := numberBegins(long); begins == "" {
		t.Error("a long run of digits gives no query")
	}
}
