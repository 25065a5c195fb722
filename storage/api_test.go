package storage

import (
	"bytes"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/segment"
	"linkdesk/storage/storagetest"
)

// apiIDs pages through a query and returns remote ids, sorted.
func apiIDs(t *testing.T, s *API, q api.Query) (ids []string, pages int) {
	t.Helper()
	for {
		next, err := s.List(t.Context(), q, func(it api.Item) error {
			ids = append(ids, it.RemoteID)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if pages++; next == "" {
			slices.Sort(ids)
			return ids, pages
		}
		q.After = next
	}
}

// person is what the rules of a segment are about, kept apart from the data file.
type person struct {
	id     string
	c      core.Customer
	orders []core.Order
}

func people(r *rand.Rand, n int) (list []person) {
	pick := func(of ...string) string { return of[r.Intn(len(of))] }
	for i := range n {
		p := person{id: fmt.Sprint("c", i), c: core.Customer{Email: pick("", "Ann@X.example", "bob@y.example"), Company: pick("", "ACME"), FirstName: pick("", "Ann", "Zoë"), Country: pick("DE", "AT", ""), City: pick("Köln", "Bonn")}}
		if r.Intn(2) == 0 {
			yes := r.Intn(2) == 0
			p.c.AcceptsMarketing = &yes
		}
		if r.Intn(3) > 0 {
			p.c.Tags = []string{pick("VIP", "fair 2026"), pick("b", "vip")}
		}
		if r.Intn(3) > 0 {
			p.c.CreatedAt = storagetest.Now.AddDate(0, 0, -r.Intn(60))
		}
		for range r.Intn(4) {
			p.orders = append(p.orders, core.Order{Customer: p.id, Status: pick("open", "Cancelled"), PaymentStatus: pick("paid", "refunded", ""), Currency: pick("EUR", "USD"),
				Total: core.Money(pick("10", "99.99", "500.00", "0.0000005")), PlacedAt: storagetest.Now.AddDate(0, 0, -r.Intn(60))})
		}
		list = append(list, p)
	}
	return list
}

func randomRule(r *rand.Rand, depth int) core.Rule {
	if depth > 0 && r.Intn(2) == 0 {
		subs := []core.Rule{randomRule(r, depth-1), randomRule(r, depth-1)}
		switch r.Intn(3) {
		case 0:
			return core.Rule{All: subs}
		case 1:
			return core.Rule{Any: subs}
		}
		return core.Rule{Not: &subs[0]}
	}
	f := segment.Fields()[r.Intn(len(segment.Fields()))]
	ops := f.Kind.Ops()
	values := map[segment.Kind][]string{
		segment.Text: {"DE", "ann@x.example", "Köln", "acme", "an", "%"}, segment.Tags: {"vip", "fair", "B"}, segment.Flag: {"true", "false"},
		segment.Time: {"2026-02-01", "2026-02-15T12:30:00.123456Z"}, segment.Count: {"0", "1", "2"}, segment.Amount: {"0", "100", "500.00 EUR", "99.99 USD", "0.5"},
	}[f.Kind]
	rule := core.Rule{Field: f.Name, Op: ops[r.Intn(len(ops))], Value: values[r.Intn(len(values))]}
	if rule.Op == "is_set" {
		rule.Value = []string{"", "true", "false"}[r.Intn(3)]
	}
	return rule
}

// fits works a rule out in Go: the yardstick for the one in SQL.
func (p person) fits(r core.Rule) bool {
	switch {
	case r.All != nil:
		return !slices.ContainsFunc(r.All, func(s core.Rule) bool { return !p.fits(s) })
	case r.Any != nil:
		return slices.ContainsFunc(r.Any, p.fits)
	case r.Not != nil:
		return !p.fits(*r.Not)
	}
	text := map[string]string{"email": p.c.Email, "phone": p.c.Phone, "first_name": p.c.FirstName, "last_name": p.c.LastName, "company": p.c.Company, "country": p.c.Country, "city": p.c.City}
	f, _ := segment.Lookup(r.Field)
	var set, is bool
	switch f.Kind {
	case segment.Text:
		set, is = text[f.Name] != "", textFits(text[f.Name], r)
	case segment.Tags:
		positive := r
		if r.Op == "ne" {
			positive.Op = "eq"
		}
		set = len(p.c.Tags) > 0
		is = slices.ContainsFunc(p.c.Tags, func(tag string) bool { return textFits(tag, positive) }) != (r.Op == "ne")
	case segment.Flag:
		set = p.c.AcceptsMarketing != nil
		now := ""
		if set {
			now = strconv.FormatBool(*p.c.AcceptsMarketing)
		}
		is = (now == r.Value) == (r.Op == "eq")
	case segment.Time:
		at := p.when(f.Name)
		want, _ := segment.ParseTime(r.Value)
		if f.Name == "created_at" {
			at, want = at.Round(time.Millisecond), want.Round(time.Millisecond)
		}
		set = !at.IsZero()
		is = set && (r.Op == "before" && at.Before(want) || r.Op == "after" && at.After(want))
	case segment.Count:
		want, _ := strconv.Atoi(r.Value)
		n := len(p.counted(""))
		set, is = n > 0, compared(float64(n), float64(want), r.Op)
	case segment.Amount:
		want, currency, _ := segment.ParseAmount(r.Value)
		set, is = len(p.counted("")) > 0, compared(p.amount(f.Name, currency), float64(want), r.Op)
	}
	if r.Op == "is_set" {
		return set != (r.Value == "false")
	}
	return is
}

func textFits(have string, r core.Rule) bool {
	have, want := strings.ToLower(have), strings.ToLower(r.Value)
	switch r.Op {
	case "contains":
		return strings.Contains(have, want)
	case "ne":
		return have != want
	}
	return have == want
}

func compared(a, b float64, op string) bool {
	switch op {
	case "eq":
		return a == b
	case "ne":
		return a != b
	case "gt":
		return a > b
	case "gte":
		return a >= b
	case "lt":
		return a < b
	}
	return a <= b
}

func (p person) counted(currency string) (list []core.Order) {
	for _, o := range p.orders {
		if o.Status != "Cancelled" && o.PaymentStatus != "refunded" && (currency == "" || o.Currency == currency) {
			list = append(list, o)
		}
	}
	return list
}

func (p person) when(field string) (at time.Time) {
	if field == "created_at" {
		return p.c.CreatedAt
	}
	for _, o := range p.counted("") {
		if at.IsZero() || field == "first_order_at" && o.PlacedAt.Before(at) || field == "last_order_at" && o.PlacedAt.After(at) {
			at = o.PlacedAt
		}
	}
	return at
}

func (p person) amount(field, currency string) (most float64) {
	for _, c := range []string{"EUR", "USD"} {
		sum, orders := 0.0, p.counted(c)
		for _, o := range orders {
			f, _ := strconv.ParseFloat(string(o.Total), 64)
			sum += f * 1e6
		}
		if field == "average_order" && len(orders) > 0 {
			sum /= float64(len(orders))
		}
		if currency == "" || currency == c {
			most = max(most, sum)
		}
	}
	return most
}

// Every rule finds in SQL whom it finds in Go.
func TestRules(t *testing.T) {
	defer func(was int) { ruleWindow = was }(ruleWindow)
	ruleWindow = 40 // several pages
	db := open(t)
	c, other := shop(t, db), shop(t, db)
	r := rand.New(rand.NewSource(1))
	all := people(r, 150)
	var customers, orders []core.Record
	for _, p := range all {
		customers = append(customers, core.Record{RemoteID: p.id, Data: &p.c})
		for i, o := range p.orders {
			orders = append(orders, core.Record{RemoteID: fmt.Sprint(p.id, "-", i), Data: &o})
		}
	}
	apply(t, db, c, core.Customers, customers...)
	apply(t, db, c, core.Orders, orders...)
	apply(t, db, other, core.Orders, order("x", "1", "c1", "100000")) // another shop's c1
	for _, conn := range []core.ConnectionID{c, other} {
		if err := db.Records().EndRead(t.Context(), conn, core.Orders, false); err != nil {
			t.Fatal(err)
		}
	}
	s := db.API()
	kinds := map[string]bool{}
	for range 300 {
		rule := randomRule(r, 3)
		segment.Walk(rule, func(r core.Rule) { kinds[r.Field+" "+r.Op] = true })
		var want []string
		for _, p := range all {
			if p.fits(rule) {
				want = append(want, p.id)
			}
		}
		slices.Sort(want)
		if got, _ := apiIDs(t, s, api.Query{Source: "customers", Limit: 30, Rule: &rule}); !slices.Equal(got, want) {
			t.Fatalf("%+v:\n got %q\nwant %q", rule, got, want)
		}
	}
	total := 0
	for _, f := range segment.Fields() {
		total += len(f.Kind.Ops())
	}
	if len(kinds) != total {
		t.Errorf("only %d of %d conditions were tried", len(kinds), total)
	}
	bad := core.Rule{Field: "email) OR 1 --", Op: "eq"}
	if _, err := s.List(t.Context(), api.Query{Source: "customers", Limit: 1, Rule: &bad}, func(api.Item) error { return nil }); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("got %v", err)
	}
}

// What the API computes for many customers is what the screen computes for each.
func TestAPIAnalytics(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	r := rand.New(rand.NewSource(2))
	var keys []api.Key
	for _, p := range people(r, 40) {
		apply(t, db, c, core.Customers, core.Record{RemoteID: p.id, Data: &p.c})
		for i, o := range p.orders {
			apply(t, db, c, core.Orders, core.Record{RemoteID: fmt.Sprint(p.id, "-", i), Data: &o})
		}
		keys = append(keys, api.Key{Connection: c, RemoteID: p.id})
	}
	for _, linked := range []bool{false, true} {
		if linked {
			if err := db.Records().EndRead(t.Context(), c, core.Orders, false); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.API().Analytics(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			want, err := db.Records().Analytics(t.Context(), c, k.RemoteID)
			if err != nil {
				t.Fatal(err)
			}
			if a, ok := got[k]; ok != (want.OrdersCount > 0) || ok && !reflect.DeepEqual(a, want) {
				t.Errorf("linked %v, %s: %+v, want %+v", linked, k.RemoteID, a, want)
			}
		}
	}
}

// Every filter that the API offers works on every source that has it, and
// pages with few hits are short, not slow.
func TestAPIFilters(t *testing.T) {
	defer func(was int) { window = was }(window)
	window = 7
	db := open(t)
	a, b := shop(t, db), shop(t, db)
	for _, m := range core.Models() {
		for i := range 20 {
			d := core.NewData(m)
			v := reflect.ValueOf(d).Elem()
			for name, at := range core.FieldIndex(v.Type()) {
				if f := v.Field(at); f.Kind() == reflect.String && slices.Contains(api.ListFilters(api.Source(m)), name) {
					f.SetString(fmt.Sprint("V", i%10))
				}
			}
			c := a
			if i >= 10 {
				c = b
			}
			apply(t, db, c, m, core.Record{RemoteID: fmt.Sprint("V", i), Data: d})
		}
		for _, f := range append(api.ListFilters(api.Source(m)), "") {
			q := api.Query{Source: api.Source(m), Limit: 3, Connection: b}
			want := []string{"V10", "V11", "V12", "V13", "V14", "V15", "V16", "V17", "V18", "V19"}
			if f != "" {
				q.Filters, want = []api.Filter{{Name: f, Value: "V3"}}, []string{"V13"}
			}
			if f == "remote_id" {
				want = nil
			}
			if got, _ := apiIDs(t, db.API(), q); !slices.Equal(got, want) {
				t.Errorf("%s by %s: %q", m, f, got)
			}
			if f != "" && f != "remote_id" {
				q.Connection = ""
				if got, _ := apiIDs(t, db.API(), q); strings.Join(got, " ") != "V13 V3" {
					t.Errorf("%s by %s of all: %q", m, f, got)
				}
			}
		}
		if _, err := db.API().List(t.Context(), api.Query{Source: api.Source(m), Limit: 1, Filters: []api.Filter{{Name: "doc", Value: "x"}}}, nil); core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%s by doc: %v", m, err)
		}
	}
	if _, pages := apiIDs(t, db.API(), api.Query{Source: "customers", Limit: 100, Filters: []api.Filter{{Name: "email", Value: "V1"}}}); pages < 2 {
		t.Error("the filtered list came in one page")
	}
	for _, after := range []string{"x", "-1", "1;", "99999999999999999999", ":"} {
		for _, source := range []api.Source{"orders", api.Categories} {
			if _, err := db.API().List(t.Context(), api.Query{Source: source, Limit: 1, After: after}, nil); core.CodeOf(err) != core.CodeInvalid {
				if after != "1;" || source != api.Categories {
					t.Errorf("%s after %q: %v", source, after, err)
				}
			}
		}
	}
}

// A page of the API comes out of the _browse index without sorting more than
// the page itself, and a filter that names few rows out of its own.
func TestAPIPlans(t *testing.T) {
	db := open(t)
	shop(t, db)
	for _, c := range []struct {
		q    api.Query
		want string
	}{
		{api.Query{Source: "orders"}, "SEARCH t USING INDEX sale_order_browse (connection=? AND seq>?)"},
		{api.Query{Source: "customers"}, "SEARCH t USING COVERING INDEX customer_browse (connection=? AND seq>?)"},
		{api.Query{Source: "orders", Filters: []api.Filter{{Name: "number", Value: "1"}}}, "SEARCH t USING INDEX sale_order_number (number=? AND connection=?"},
		{api.Query{Source: "orders", Filters: []api.Filter{{Name: "customer", Value: "1"}}}, "SEARCH order_customer USING PRIMARY KEY"},
		{api.Query{Source: "products", Filters: []api.Filter{{Name: "remote_id", Value: "1"}}}, "SEARCH t USING INDEX sqlite_autoindex_product_1 (connection=? AND remote_id=?)"},
		{api.Query{Source: "customers", Rule: &core.Rule{Field: "orders_count", Op: "gt", Value: "1"}}, "SEARCH k USING PRIMARY KEY (connection=? AND customer=?)"},
	} {
		l := &listing{t: tables[core.Model(c.q.Source)], conns: []int64{1}, limit: 100, where: "1"}
		if err := l.conditions(t.Context(), db.read, c.q); err != nil {
			t.Fatal(err)
		}
		parts, args := l.pageSQL()
		plan := explain(t, db, parts, args...)
		if !strings.Contains(strings.ReplaceAll(plan, "COVERING ", ""), strings.ReplaceAll(c.want, "COVERING ", "")) || fullScan.MatchString(plan) || l.source == "" && strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%+v:\n%s", c.q, plan)
		}
	}
	if plan := explain(t, db, analyticsOfSQL(2), 0, "a", "b", "c", "d"); fullScan.MatchString(plan) || !strings.Contains(plan, "SEARCH order_customer USING PRIMARY KEY") {
		t.Errorf("figures of several customers:\n%s", plan)
	}
}

func TestPseudonymKey(t *testing.T) {
	db := open(t)
	a, err := db.API().PseudonymKey(t.Context())
	b, err2 := db.API().PseudonymKey(t.Context())
	if err != nil || err2 != nil || len(a) != 32 || !bytes.Equal(a, b) {
		t.Errorf("%x %x %v %v", a, b, err, err2)
	}
}

// Segments made here keep the books, whatever becomes of them; a failure keeps nothing.
func TestOwnSegments(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	apply(t, db, c, core.Segments, core.Record{RemoteID: "s", Data: &core.Segment{Name: "Theirs"}})
	s := db.API()
	rule := core.Rule{Field: "city", Op: "is_set"}
	var id string
	write := func(segment string, gone bool) error {
		_, err := s.WriteSegment(t.Context(), api.Write{App: "a", Segment: segment, Idem: fmt.Sprint(segment, gone, storagetest.Now), Status: 200,
			Change: func(s *core.Segment, removed *bool) error {
				s.Name, s.Kind, s.Rules, *removed = "Mine", "rules", &rule, gone
				return nil
			},
			Answer: func(it api.Item) []byte { id = it.RemoteID; return it.Doc }})
		return err
	}
	for i, gone := range []bool{false, true, false} {
		if i == 0 {
			id = ""
		}
		if err := write(id, gone); err != nil {
			t.Fatal(err)
		}
		want := map[bool]int64{false: 2, true: 1}[gone]
		if n, err := db.Records().Counts(t.Context(), ""); err != nil || n[core.Segments] != want {
			t.Errorf("step %d: %v, %v, want %d", i, n, err, want)
		}
	}
	stop := core.Invalid("no")
	_, err := s.WriteSegment(t.Context(), api.Write{App: "a", Idem: "k", Change: func(*core.Segment, *bool) error { return stop }})
	if core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("got %v", err)
	}
	if err := write("none", false); core.CodeOf(err) != core.CodeNotFound {
		t.Errorf("got %v", err)
	}
	if page := query(t, db, core.RecordQuery{Model: core.Segments}); page.Total != 2 {
		t.Errorf("%+v", page)
	}
}
