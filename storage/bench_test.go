package storage

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/syncing"
)

// benchPage is what the sync runner commits at once: four pages of 250.
const benchPage = 1000

// benchOrders makes orders of about 960 bytes of JSON, in the order in which a
// service lists them, from number `from` on.
func benchOrders(r *rand.Rand, from, n, customers int) []core.Record {
	base := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	records := make([]core.Record, n)
	for i := range records {
		k := from + i
		placed := base.Add(time.Duration(k) * time.Minute)
		o := &core.Order{
			Number: fmt.Sprint("#", 100000+k), Customer: fmt.Sprint(7000000000 + r.Intn(customers)), Store: "main",
			Status: "open", PaymentStatus: "paid", FulfillmentStatus: "fulfilled", Currency: "EUR",
			Total: core.Money(fmt.Sprintf("%d.%02d", r.Intn(500), r.Intn(100))), Subtotal: "100.00", Tax: "19.00", Shipping: "4.90", PlacedAt: placed,
		}
		for l := range 5 {
			o.Lines = append(o.Lines, core.Line{ID: fmt.Sprint(k, "-", l), Product: fmt.Sprint(900000 + r.Intn(5000)), SKU: fmt.Sprint("SKU-", r.Intn(5000)), Title: "A product with quite a usual name", Quantity: "1", Price: "19.90"})
		}
		records[i] = core.Record{RemoteID: fmt.Sprint(5000000000 + k), UpdatedAt: placed.Add(time.Duration(r.Intn(14*24)) * time.Hour), Data: o}
	}
	return records
}

func benchCustomers(from, n int) []core.Record {
	records := make([]core.Record, n)
	for i := range records {
		k := from + i
		records[i] = core.Record{RemoteID: fmt.Sprint(7000000000 + k), Data: &core.Customer{Email: fmt.Sprintf("person%d@example.com", k), FirstName: "Ann", LastName: fmt.Sprint("Person", k)}}
	}
	return records
}

func benchOpen(b testing.TB, dir string) (*DB, core.ConnectionID) {
	db, err := Open(b.Context(), filepath.Join(dir, "linkdesk.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	c := core.Connection{ID: core.NewConnectionID(), Name: "Shop"}
	if err := db.Connections().Create(b.Context(), c, nil, nil); err != nil {
		b.Fatal(err)
	}
	return db, c.ID
}

func benchApply(b testing.TB, db *DB, c core.ConnectionID, m core.Model, records []core.Record, markSeen bool) core.Counts {
	var sum core.Counts
	for len(records) > 0 {
		n := min(benchPage, len(records))
		counts, err := db.Records().Apply(b.Context(), c, m, records[:n], syncing.Checkpoint{Mode: core.Full}, markSeen, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		sum.Add(counts)
		records = records[n:]
	}
	return sum
}

const benchCount = 100_000

// BenchmarkFirstLoad is the first load of 100,000 orders, canonical JSON included.
func BenchmarkFirstLoad(b *testing.B) {
	records := benchOrders(rand.New(rand.NewSource(1)), 0, benchCount, benchCount/5)
	for b.Loop() {
		b.StopTimer()
		db, c := benchOpen(b, b.TempDir())
		b.StartTimer()
		cpu := cpuSeconds()
		if n := benchApply(b, db, c, core.Orders, records, false); n.Added != benchCount {
			b.Fatal(n)
		}
		b.ReportMetric((cpuSeconds()-cpu)/benchCount*1e6, "cpu-us/record")
		b.StopTimer()
		db.Close()
		b.StartTimer()
	}
}

// BenchmarkUnchanged reads the same again, noting what was seen, and looks for what is missing.
func BenchmarkUnchanged(b *testing.B) {
	records := benchOrders(rand.New(rand.NewSource(1)), 0, benchCount, benchCount/5)
	db, c := benchOpen(b, b.TempDir())
	defer db.Close()
	benchApply(b, db, c, core.Orders, records, false)
	before := fileSize(b, db)
	for b.Loop() {
		cpu := cpuSeconds()
		if err := db.Records().EndRead(b.Context(), c, core.Orders, false); err != nil {
			b.Fatal(err)
		}
		if n := benchApply(b, db, c, core.Orders, records, true); n.Unchanged != benchCount {
			b.Fatal(n)
		}
		if missing, total, err := db.Records().Missing(b.Context(), c, core.Orders); err != nil || missing != 0 || total != benchCount {
			b.Fatal(missing, total, err)
		}
		b.ReportMetric((cpuSeconds()-cpu)/benchCount*1e6, "cpu-us/record")
	}
	b.ReportMetric(float64(fileSize(b, db)-before)/float64(before)*100, "grown-%")
}

// fileSize is the size with the log folded in.
func fileSize(b *testing.B, db *DB) int64 {
	db.forget(b.Context())
	n, err := db.Size()
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// million is built once for a run of the benchmarks and removed by TestMain.
var million = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "linkdesk-bench") })

var millionDB struct {
	sync.Once
	db *DB
	c  core.ConnectionID
}

func openMillion(b *testing.B) (*DB, core.ConnectionID) {
	millionDB.Do(func() {
		dir, err := million()
		if err != nil {
			b.Fatal(err)
		}
		db, c := benchOpen(b, dir)
		r := rand.New(rand.NewSource(1))
		const customers = 200_000
		for from := 0; from < customers; from += 10 * benchPage {
			benchApply(b, db, c, core.Customers, benchCustomers(from, 10*benchPage), false)
		}
		cpu := 0.0
		for from := 0; from < 1_000_000; from += 10 * benchPage {
			records := benchOrders(r, from, 10*benchPage, customers)
			start := cpuSeconds()
			benchApply(b, db, c, core.Orders, records, false)
			cpu += cpuSeconds() - start
		}
		b.Logf("first load of 1,000,000 orders: %.1f CPU us a record", cpu)
		millionDB.db, millionDB.c = db, c
	})
	return millionDB.db, millionDB.c
}

// BenchmarkMillion is what the records browser asks of 1,000,000 orders.
func BenchmarkMillion(b *testing.B) {
	db, c := openMillion(b)
	for name, q := range map[string]core.RecordQuery{
		"open":             {},
		"open_updated":     {Sort: "updated_at", Descending: true},
		"sort_date":        {Sort: "placed_at", Descending: true},
		"sort_date_conn":   {Sort: "placed_at", Descending: true, Connection: c},
		"sort_number":      {Sort: "number"},
		"sort_total":       {Sort: "total", Descending: true},
		"search_number":    {Search: "#600123", Sort: "placed_at"},
		"search_begin":     {Search: "6001", Sort: "placed_at"},
		"search_email":     {Search: "person4711@example.com", Sort: "placed_at"},
		"search_broad":     {Search: "person", Sort: "placed_at"},
		"search_nothing":   {Search: "zzz", Sort: "placed_at"},
		"search_two_words": {Search: "ann 6001", Sort: "placed_at"},
	} {
		b.Run(name, func(b *testing.B) {
			q.Model = core.Orders
			for b.Loop() {
				if _, err := db.Records().Query(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("second_page", func(b *testing.B) {
		q := core.RecordQuery{Model: core.Orders, Sort: "placed_at", Descending: true}
		page, err := db.Records().Query(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		q.After = page.Next
		for b.Loop() {
			if _, err := db.Records().Query(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("analytics", func(b *testing.B) {
		for b.Loop() {
			if a, err := db.Records().Analytics(b.Context(), c, "7000004711"); err != nil || a.OrdersCount == 0 {
				b.Fatal(a, err)
			}
		}
	})
}
