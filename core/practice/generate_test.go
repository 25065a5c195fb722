package practice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

// dataHash is that of Ada's data. It changes only when the generator is
// changed on purpose: then every person's practice data change too.
const dataHash = "7098e1e2403e139475a0e981a48addd43d5caedfcdb9e100d81024f34fc75429"

func hashData(t *testing.T, d dataset) string {
	t.Helper()
	h := sha256.New()
	for _, k := range []kind{"stores", "customers", categories, "products", "orders", "segments"} {
		for _, r := range d[k].rows {
			if err := json.NewEncoder(h).Encode(r.body); err != nil {
				t.Fatal(err)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestDataAreTheSameEverywhere(t *testing.T) {
	one, two := hashData(t, generate(accounts[0].plan)), hashData(t, generate(accounts[0].plan))
	if one != two {
		t.Fatal("two runs of the generator differ")
	}
	if one != dataHash {
		t.Errorf("the data changed: %s", one)
	}
	if hashData(t, generate(accounts[1].plan)) == one {
		t.Error("Ben has Ada's data")
	}
}

func TestCounts(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[core.Model]int{core.Stores: 3, core.Customers: 600, core.Products: 250, core.Orders: 1200, core.Segments: 8}
	got := s.Counts()
	for m, n := range want {
		if got[m] != n {
			t.Errorf("%s: %d, want %d", m, got[m], n)
		}
	}
	if n := s.data[ada][categories].count(); n != 21 {
		t.Errorf("categories: %d", n)
	}
}

func TestOrdersAddUp(t *testing.T) {
	for _, o := range bodies[*Order](generate(accounts[0].plan).of(core.Orders)) {
		var sum cents
		for _, l := range o.LineItems {
			price, ok := parseCents(l.UnitPrice)
			if !ok || price <= 0 || l.Quantity < 1 {
				t.Fatalf("%s: line %+v", o.ID, l)
			}
			sum += price * cents(l.Quantity)
		}
		a := o.Amounts
		total := asCents(a.Subtotal) - asCents(a.Discount) + asCents(a.Shipping) + asCents(a.Tax)
		if sum.String() != a.Subtotal || total.String() != o.Total.Amount {
			t.Errorf("%s: lines %s, amounts %+v, total %s", o.ID, sum, a, o.Total.Amount)
		}
		if n := len(o.LineItems); n < 1 || n > 5 {
			t.Errorf("%s has %d lines", o.ID, n)
		}
		if o.PlacedAt.Before(dataEnd.AddDate(-2, 0, 0)) || o.Stamps.UpdatedAt.After(dataEnd) || o.Stamps.UpdatedAt.Before(o.PlacedAt) {
			t.Errorf("%s: placed %s, updated %s", o.ID, o.PlacedAt, o.Stamps.UpdatedAt)
		}
	}
}

func TestEveryReferenceLeadsSomewhere(t *testing.T) {
	for _, a := range accounts {
		d := generate(a.plan)
		for _, o := range bodies[*Order](d.of(core.Orders)) {
			c, ok := d.of(core.Customers).find(o.BuyerID)
			if !ok {
				t.Fatalf("%s: no customer %s", o.ID, o.BuyerID)
			}
			buyer := c.body.(*Customer)
			h, ok := d.of(core.Stores).find(o.StoreID)
			if !ok || h.body.(*Shop).Locale.Currency != o.Total.Currency || buyer.StoreID != o.StoreID || buyer.Stamps.CreatedAt.After(o.PlacedAt) {
				t.Errorf("%s does not fit store %s and customer %+v", o.ID, o.StoreID, buyer)
			}
			for _, l := range o.LineItems {
				p, ok := d.of(core.Products).find(l.ProductID)
				if !ok || !slices.ContainsFunc(p.body.(*Product).Variants, func(v Variant) bool { return v.ID == l.VariantID && v.SKU == l.SKU }) {
					t.Errorf("%s: no variant %s of %s", o.ID, l.VariantID, l.ProductID)
				}
			}
		}
		for _, p := range bodies[*Product](d.of(core.Products)) {
			var stock int64
			for _, v := range p.Variants {
				stock += v.Inventory.OnHand
			}
			if len(p.Categories) != 2 || *p.Categories[0].ParentID != p.Categories[1].ID || p.Categories[1].ParentID != nil || stock != p.Inventory.OnHand {
				t.Errorf("%s: categories or stock are wrong: %+v", p.ID, p)
			}
			for _, c := range p.Categories {
				if _, ok := d[categories].find(c.ID); !ok {
					t.Errorf("%s: no category %s", p.ID, c.ID)
				}
			}
		}
	}
}

// Nothing may be twice that people would take for a mistake.
func TestNamesAreUnique(t *testing.T) {
	d := generate(accounts[0].plan)
	seen := map[string]bool{}
	check := func(what, value string) {
		if seen[what+value] {
			t.Errorf("%s %q is there twice", what, value)
		}
		seen[what+value] = true
	}
	for _, c := range bodies[*Customer](d.of(core.Customers)) {
		check("e-mail", c.Contact.Email)
		if strings.ContainsFunc(c.Contact.Email, func(r rune) bool { return r > 126 || r == ' ' }) {
			t.Errorf("e-mail %q", c.Contact.Email)
		}
	}
	for _, p := range bodies[*Product](d.of(core.Products)) {
		check("product", p.Title)
		check("link", p.Link)
		for _, v := range p.Variants {
			check("article number", v.SKU)
		}
	}
}

func TestTheYearHasSeasons(t *testing.T) {
	months := map[time.Month]int{}
	states := map[string]int{}
	for _, o := range bodies[*Order](generate(accounts[0].plan).of(core.Orders)) {
		months[o.PlacedAt.Month()]++
		states[o.State+" "+o.Payment.State]++
	}
	if months[time.December] < 2*months[time.July]-20 || len(months) != 12 {
		t.Errorf("orders by month: %v", months)
	}
	for _, want := range []string{"open pending", "open paid", "completed paid", "completed refunded", "cancelled voided"} {
		if states[want] == 0 {
			t.Errorf("no order is %s: %v", want, states)
		}
	}
}

func TestSegmentsHaveMembers(t *testing.T) {
	d := generate(accounts[0].plan)
	people := profiles(bodies[*Customer](d.of(core.Customers)), bodies[*Order](d.of(core.Orders)))
	for _, s := range bodies[*Segment](d.of(core.Segments)) {
		if n := len(membersOf(s, people)); n != s.MemberCount || n < 5 || n > 450 {
			t.Errorf("%s: size %d, members %d", s.Name, s.MemberCount, n)
		}
	}
}

func TestCents(t *testing.T) {
	for text, want := range map[string]cents{"19.90": 1990, "19.9": 1990, "19": 1900, "0.05": 5, "": -1, "1.234": -1, "x": -1} {
		if got, ok := parseCents(text); ok != (want >= 0) || ok && got != want {
			t.Errorf("parseCents(%q) = %d, %v", text, got, ok)
		}
	}
	if cents(-1905).String() != "-19.05" || cents(105).of(1900) != 20 {
		t.Error("cents are written or rounded wrongly")
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		generate(accounts[0].plan)
	}
}
