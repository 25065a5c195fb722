package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The shop: a service that lists orders and customers. What it sends is computed
// from the record's number, so that 300,000 orders need no memory and every
// process that asks is given the same.

const (
	pageSize          = 250
	ordersPerCustomer = 5
	changeEvery       = 10 * time.Minute // longer than the overlap that is asked again
)

// firstChange is when the shop's first record changed.
var firstChange = time.Date(2019, 1, 1, 8, 0, 0, 0, time.UTC)

// shop answers /COUNT/orders, /COUNT/customers and /requests (how many lists it was asked for).
type shop struct{ requests atomic.Int64 }

// serveShop prints the shop's address and serves until stdin ends: that of a
// child ends with its parent, however that ends.
func serveShop(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, l.Addr())
	server := &http.Server{Handler: (&shop{}).handler()}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	_, readErr := io.Copy(io.Discard, stdin)
	err = errors.Join(readErr, server.Shutdown(ctx))
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

func (s *shop) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s.requests.Load()) })
	mux.HandleFunc("GET /{count}/orders", func(w http.ResponseWriter, r *http.Request) { s.list(w, r, 1, appendOrder) })
	mux.HandleFunc("GET /{count}/customers", func(w http.ResponseWriter, r *http.Request) { s.list(w, r, ordersPerCustomer, appendCustomer) })
	return mux
}

// list answers one page. The cursor is the number of the next record; each has
// one for every `each` orders.
func (s *shop) list(w http.ResponseWriter, r *http.Request, each int, record func([]byte, int) []byte) {
	s.requests.Add(1)
	count, err := strconv.Atoi(r.PathValue("count"))
	query := r.URL.Query()
	from, fromErr := start(query)
	if err = errors.Join(err, fromErr); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	total := count / each
	to := min(from+pageSize, total)
	b := append(make([]byte, 0, 256<<10), `{"data":[`...)
	for k := from; k < to; k++ {
		if k > from {
			b = append(b, ',')
		}
		b = record(b, k)
	}
	b = fmt.Appendf(b, `],"paging":{"next":"%d","has_more":%t,"total":%d}}`, to, to < total, total)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
}

// start returns the number of the first record asked for.
func start(query url.Values) (int, error) {
	if cursor := query.Get("cursor"); cursor != "" {
		return strconv.Atoi(cursor)
	}
	since := query.Get("updated_since")
	if since == "" {
		return 0, nil
	}
	t, err := time.Parse(time.RFC3339, since)
	if err != nil || t.Before(firstChange) {
		return 0, err
	}
	return int((t.Sub(firstChange) + changeEvery - 1) / changeEvery), nil
}

var (
	titles    = strings.Split("Linen curtain, sand, 140 x 250|Oak shelf with brackets|Enamel watering can, 5 l|Wool blanket, checked|Stoneware bowl, large", "|")
	states    = strings.Split("completed|completed|completed|open|cancelled", "|")
	payments  = strings.Split("paid|paid|paid|pending|voided", "|")
	shipments = strings.Split("delivered|delivered|shipped|unfulfilled|none", "|")
)

// appendOrder appends order k: about 960 bytes, 3 lines, and more than Linkdesk
// reads, as services send it.
func appendOrder(b []byte, k int) []byte {
	var stamp [len(time.RFC3339)]byte
	changed := firstChange.Add(time.Duration(k)*changeEvery).AppendFormat(stamp[:0], time.RFC3339)
	cents := 1000 + k*7919%90000
	b = fmt.Appendf(b, `{"id":"ord_%08d","number":"#%d","store_id":"str_1","buyer_id":"%s","state":"%s","payment":{"state":"%s","method":"card"},"shipment":{"state":"%s"},`,
		k, 100000+k, customerID(buyer(k)), states[k%5], payments[k%5], shipments[k%5])
	b = fmt.Appendf(b, `"total":{"amount":"%d.%02d","currency":"EUR"},"amounts":{"subtotal":"%d.%02d","discount":"0.00","shipping":"4.90","tax":"12.35"},"line_items":[`,
		cents/100, cents%100, cents/119, cents%100)
	for l := range 3 {
		if l > 0 {
			b = append(b, ',')
		}
		p := (k*13 + l*7) % 5000
		b = fmt.Appendf(b, `{"id":"ord_%08d_%d","product_id":"prd_%05d","variant_id":"var_%05d_2","sku":"SKU-%05d","title":"%s","quantity":%d,"unit_price":"%d.90"}`,
			k, l+1, p, p, p, titles[p%5], 1+l, 9+p%90)
	}
	b = fmt.Appendf(b, `],"placed_at":"%s","timestamps":{"created_at":"%s","updated_at":"%s"},"source":"web"}`, changed, changed, changed)
	return b
}

func appendCustomer(b []byte, k int) []byte {
	changed := firstChange.Add(time.Duration(k) * changeEvery).Format(time.RFC3339)
	return fmt.Appendf(b, `{"id":"%s","name":{"first":"Ann","last":"Person %d"},"contact":{"email":"%s"},"timestamps":{"updated_at":"%s"}}`, customerID(k), k, email(k), changed)
}

// buyer is the number of the customer of order k. Everyone who is a customer has ordered.
func buyer(k int) int {
	if k%ordersPerCustomer == 0 {
		return k / ordersPerCustomer
	}
	return k * 31 % (k/ordersPerCustomer + 1)
}

func customerID(k int) string { return fmt.Sprintf("cus_%08d", k) }
func email(k int) string      { return fmt.Sprintf("person%d@example.com", k) }
