package storage

import (
	"reflect"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/storage/storagetest"
)

func TestAnalytics(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	n := 0
	put := func(currency, total, status, payment string) {
		n++
		r := storagetest.Order(n, status)
		o := r.Data.(*core.Order)
		o.Currency, o.Total, o.PaymentStatus = currency, core.Money(total), payment
		apply(t, db, c, core.Orders, r)
	}
	for range 10 {
		put("EUR", "0.10", "open", "paid") // ten times a tenth: floats fail here
	}
	put("EUR", "1000000000000000.01", "open", "paid") // larger than a column holds
	put("EUR", "7.00", "Cancelled", "paid")
	put("EUR", "7.00", "closed", "REFUNDED")
	put("JPY", "1200", "open", "")
	put("JPY", "1201", "open", "")
	put("KWD", "1.005", "open", "")
	put("BTC", "0.123456789", "open", "")
	put("USD", "about 5", "open", "") // no amount: the order counts, the sum does not
	moved := storagetest.Order(n+1, "open")
	apply(t, db, c, core.Orders, moved)
	want := core.CustomerAnalytics{
		OrdersCount:  16,
		TotalSpent:   map[string]core.Money{"EUR": "1000000000000001.01", "JPY": "2401", "KWD": "1.005", "BTC": "0.123456789", "USD": "0.00"},
		AverageOrder: map[string]core.Money{"EUR": "90909090909091.00", "JPY": "1201", "KWD": "1.005", "BTC": "0.12", "USD": "0.00"},
		FirstOrderAt: storagetest.Now.Add(time.Minute), LastOrderAt: storagetest.Now.Add(18 * time.Minute),
	}
	for _, read := range []string{"going on", "ended"} {
		if read == "ended" {
			if err := db.Records().EndRead(t.Context(), c, core.Orders, false); err != nil {
				t.Fatal(err)
			}
		}
		moved.Data.(*core.Order).Customer = "of the time " + read
		apply(t, db, c, core.Orders, moved)
		got, err := db.Records().Analytics(t.Context(), c, "c1")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("with the read %s:\n got %+v (%v)\nwant %+v", read, got, err, want)
		}
	}
	got, err := db.Records().Analytics(t.Context(), c, "nobody")
	if err != nil || got.OrdersCount != 0 || len(got.TotalSpent) != 0 {
		t.Errorf("a customer without orders: %+v, %v", got, err)
	}
}

func TestMillionths(t *testing.T) {
	for m, want := range map[core.Money]int64{"": 0, "19.90": 19900000, "-0.000001": -1, "+5": 5000000, "0.0000001": unfit, "9300000000000": unfit, "1e3": unfit, "1/3": unfit, "x": unfit, "1_0": unfit, "NaN": unfit} {
		if got := millionths(m); got != want {
			t.Errorf("%q: %d, want %d", m, got, want)
		}
	}
}

func TestHistoryAndCategories(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	for i, status := range []string{"open", "open", "paid", "shipped"} {
		r := storagetest.Order(1, status)
		r.Data.(*core.Order).PaymentStatus = map[string]string{"shipped": "settled"}[status]
		if _, err := db.Records().Apply(t.Context(), c, core.Orders, []core.Record{r}, syncing.Checkpoint{}, false, storagetest.Now.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Records().History(t.Context(), c, "o1")
	want := []core.OrderChange{
		{SeenAt: storagetest.Now.Add(2 * time.Hour), Field: "status", From: "open", To: "paid"},
		{SeenAt: storagetest.Now.Add(3 * time.Hour), Field: "status", From: "paid", To: "shipped"},
		{SeenAt: storagetest.Now.Add(3 * time.Hour), Field: "payment_status", From: "", To: "settled"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v (%v)\nwant %+v", got, err, want)
	}

	product := func(id string, cs ...core.Category) core.Record {
		return core.Record{RemoteID: id, Data: &core.Product{Title: id, Categories: cs}}
	}
	apply(t, db, c, core.Products, product("a", core.Category{ID: "1", Name: "Clothes"}, core.Category{ID: "2", Name: "Shirts", Parent: "1"}), product("b", core.Category{ID: "2"}), product("c", core.Category{ID: "1", Name: "Clothing"}))
	cats, err := db.Records().Categories(t.Context(), c)
	if want := []core.Category{{ID: "1", Name: "Clothing"}, {ID: "2", Name: "Shirts", Parent: "1"}}; err != nil || !reflect.DeepEqual(cats, want) {
		t.Errorf("categories %+v, %v", cats, err)
	}
}

func TestCompare(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	apply(t, db, c, core.Orders, storagetest.Orders(5)...)
	batch := append(storagetest.Orders(7), storagetest.Order(1, "paid"), core.Record{RemoteID: "o2", Removed: true})
	got, err := db.Records().Compare(t.Context(), c, core.Orders, batch)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.Records().Count(t.Context(), c, core.Orders); err != nil || n != 5 {
		t.Errorf("Compare wrote: %d orders, %v", n, err)
	}
	if did := apply(t, db, c, core.Orders, batch...); did != got {
		t.Errorf("Compare said %+v, Apply did %+v", got, did)
	}
}

func TestRawIsContent(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	plain, raw := storagetest.Order(1, "open"), storagetest.Order(1, "open")
	raw.Raw = []byte(`{"a":1}`)
	for i, r := range []core.Record{plain, raw, raw, plain} {
		want := []core.Counts{{Added: 1}, {Changed: 1}, {Unchanged: 1}, {Changed: 1}}[i]
		if got := apply(t, db, c, core.Orders, r); got != want {
			t.Errorf("step %d: %+v, want %+v", i, got, want)
		}
	}
}
