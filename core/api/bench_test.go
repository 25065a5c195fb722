package api_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/syncing"
)

// benchDesk holds 100,000 orders of about 960 bytes and 20,000 customers.
func benchDesk(b *testing.B) *desk {
	d := newDesk(b)
	ctx, end := context.WithCancel(context.WithoutCancel(b.Context()))
	done := make(chan struct{})
	go func() { d.api.Run(ctx); close(done) }()
	b.Cleanup(func() { end(); <-done })
	r := rand.New(rand.NewSource(1))
	base := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	for from := 0; from < 100_000; from += 1000 {
		var orders []core.Record
		for k := from; k < from+1000; k++ {
			o := &core.Order{Number: fmt.Sprint("#", 100000+k), Customer: fmt.Sprint(7000000000 + r.Intn(20_000)), Store: "main", Status: "open", PaymentStatus: "paid", FulfillmentStatus: "fulfilled",
				Currency: "EUR", Total: core.Money(fmt.Sprintf("%d.%02d", r.Intn(500), r.Intn(100))), Subtotal: "100.00", Tax: "19.00", Shipping: "4.90", PlacedAt: base.Add(time.Duration(k) * time.Minute)}
			for l := range 5 {
				o.Lines = append(o.Lines, core.Line{ID: fmt.Sprint(k, "-", l), Product: fmt.Sprint(900000 + r.Intn(5000)), SKU: fmt.Sprint("SKU-", r.Intn(5000)), Title: "A product with quite a usual name", Quantity: "1", Price: "19.90"})
			}
			orders = append(orders, core.Record{RemoteID: fmt.Sprint(5000000000 + k), UpdatedAt: o.PlacedAt, Data: o})
		}
		if _, err := d.db.Records().Apply(b.Context(), d.a, core.Orders, orders, syncing.Checkpoint{}, false, d.clock.Now()); err != nil {
			b.Fatal(err)
		}
		d.clock.add(time.Second)
	}
	var people []core.Record
	for k := range 20_000 {
		people = append(people, core.Record{RemoteID: fmt.Sprint(7000000000 + k), Data: &core.Customer{Email: fmt.Sprintf("person%d@example.com", k), FirstName: "Ann", Country: "DE"}})
	}
	d.apply(d.a, core.Customers, people...)
	if err := d.db.Records().EndRead(b.Context(), d.a, core.Orders, false); err != nil {
		b.Fatal(err)
	}
	return d
}

// cursors are places all over the orders, 100 to a page.
func (d *desk) cursors(pages int) (list []string) {
	next := ""
	for range pages {
		got := d.get("/v1/orders?limit=100" + next)
		next = "&cursor=" + got.json(d.t)["next"].(string)
		list = append(list, next)
	}
	return list
}

// floor is the plainest server of the same pages: stored JSON joined with
// commas, one prepared statement, a token by its hash. It has no envelope, no
// filters, no ledger, no guard.
func (d *desk) floor(b *testing.B) string {
	file, err := sql.Open("sqlite", "file:"+d.file+"?mode=ro")
	if err != nil {
		b.Fatal(err)
	}
	file.SetMaxOpenConns(4)
	file.SetMaxIdleConns(4)
	stmt, err := file.Prepare(`SELECT doc FROM sale_order INDEXED BY sale_order_browse WHERE connection = 1 AND seq > ? AND removed_at = 0 ORDER BY seq LIMIT 100`)
	if err != nil {
		b.Fatal(err)
	}
	good := sha256.Sum256([]byte("Bearer all"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sha256.Sum256([]byte(r.Header.Get("Authorization"))) != good {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		rows, err := stmt.QueryContext(r.Context(), r.URL.Query().Get("after"))
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		defer rows.Close()
		body := make([]byte, 0, 128<<10)
		for rows.Next() {
			var doc sql.RawBytes
			if rows.Scan(&doc) == nil {
				body = append(append(body, ','), doc...)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	}))
	b.Cleanup(func() { server.Close(); stmt.Close(); file.Close() })
	return server.URL
}

// reader makes a caller that keeps its connections; a path without a host is of the API.
func (d *desk) reader() func(b *testing.B, path, header, value string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}
	return func(b *testing.B, path, header, value string) {
		address := path
		if path[0] == '/' {
			address = d.origin + path
		}
		req, _ := http.NewRequestWithContext(b.Context(), "GET", address, nil)
		req.Header.Set("Authorization", "Bearer all")
		if header != "" {
			req.Header.Set(header, value)
		}
		resp, err := client.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode/100 > 3 {
			b.Error(resp.Status, err)
		}
	}
}

// BenchmarkReadingBack is performance.md, "Reading back over HTTP": 100 orders a
// page from all over the file, bearer checked, eight callers on loopback. The
// callers run on the same processors.
func BenchmarkReadingBack(b *testing.B) {
	d := benchDesk(b)
	after := d.cursors(200)
	segment := d.ask("POST", "/v1/segments", "all", regulars).json(b)["id"].(string)
	floor, read := d.floor(b), d.reader()
	tag := d.get("/v1/orders").Header.Get("ETag")
	person := api.RecordID(api.Key{Connection: d.a, RemoteID: "7000000001"})
	for _, c := range []struct {
		name          string
		path          func(i int) string
		header, value string
	}{
		{name: "floor", path: func(i int) string { return floor + "/?after=" + fmt.Sprint(i%200*100) }},
		{name: "page", path: func(i int) string { return "/v1/orders?limit=100" + after[i%len(after)] }},
		{name: "page_gzip", path: func(i int) string { return "/v1/orders?limit=100" + after[i%len(after)] }, header: "Accept-Encoding", value: "gzip"},
		{name: "page_fields", path: func(i int) string { return "/v1/orders?limit=100&fields=number,total" + after[i%len(after)] }},
		{name: "unchanged", path: func(int) string { return "/v1/orders" }, header: "If-None-Match", value: tag},
		{name: "updated_since_few", path: func(int) string { return "/v1/orders?updated_since=" + start.Add(99*time.Second).Format(time.RFC3339) }},
		{name: "one", path: func(int) string { return "/v1/customers/" + person }},
		{name: "one_number", path: func(i int) string { return "/v1/orders?number=" + fmt.Sprint(100000+i%100000) }},
		{name: "of_customer", path: func(int) string { return "/v1/orders?customer=" + person }},
		{name: "status_nothing", path: func(int) string { return "/v1/orders?status=none" }},
		{name: "customers_analytics", path: func(int) string { return "/v1/customers?include=analytics&limit=100" }},
		{name: "members", path: func(int) string { return "/v1/segments/" + segment + "/customers?limit=100" }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var mu sync.Mutex
			var took []time.Duration
			b.SetParallelism(4) // times GOMAXPROCS: eight callers on two processors
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				i := rand.Intn(1000)
				for pb.Next() {
					i++
					began := time.Now()
					read(b, c.path(i), c.header, c.value)
					mu.Lock()
					took = append(took, time.Since(began))
					mu.Unlock()
				}
			})
			slices.Sort(took)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
