package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/localhttp"
	"linkdesk/core/syncing"
	"linkdesk/storage"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// checker knows tokens by name.
type checker struct {
	mu     sync.Mutex
	tokens map[string]api.Access
	err    error
}

func (c *checker) Check(_ context.Context, bearer string) (api.Access, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return api.Access{}, c.err
	}
	a, ok := c.tokens[bearer]
	if !ok {
		return api.Access{}, api.ErrInvalidToken
	}
	return a, nil
}

func (c *checker) set(token string, a api.Access) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens[token] = a
}

// ledger keeps lines in memory.
type ledger struct {
	mu    sync.Mutex
	lines []api.Read
	err   error
}

func (l *ledger) Append(_ context.Context, lines []api.Read) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.lines = append(l.lines, lines...)
	}
	return l.err
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// desk is a data file, the API over it, and a real server on loopback.
type desk struct {
	t       testing.TB
	db      *storage.DB
	api     *api.API
	checker *checker
	ledger  *ledger
	clock   *clock
	origin  string
	file    string
	a, b    core.ConnectionID
	changed []api.Key
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	return newDeskWith(t, func(*api.Options) {})
}

func newDeskWith(t testing.TB, with func(*api.Options)) *desk {
	t.Helper()
	d := &desk{t: t, clock: &clock{now: start}, ledger: &ledger{}, checker: &checker{tokens: map[string]api.Access{}}}
	d.file = filepath.Join(t.TempDir(), "linkdesk.db")
	db, err := storage.Open(t.Context(), d.file, storage.Options{Clock: d.clock})
	if err != nil {
		t.Fatal(err)
	}
	d.db = db
	t.Cleanup(func() { db.Close() })
	store := db.API()
	key, err := store.PseudonymKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := localhttp.New(localhttp.Options{Version: "test", Log: slog.New(slog.DiscardHandler)})
	options := api.Options{Checker: d.checker, Records: store, Segments: store, Ledger: d.ledger, Clock: d.clock, Log: slog.New(slog.DiscardHandler),
		Origin: server.OriginOf, PseudonymKey: key, Changed: func(k api.Key) { d.changed = append(d.changed, k) }}
	with(&options)
	d.api = api.New(options)
	server.Mount("/v1/", d.api.Handler())
	ctx, end := context.WithCancel(context.WithoutCancel(t.Context()))
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(); server.Stop(context.WithoutCancel(t.Context())) })
	d.origin = server.Origin()
	d.checker.set("all", api.Access{App: "app_1", Grant: "grant_1", Scopes: core.Scopes()})
	d.checker.set("masked", api.Access{App: "app_2", Grant: "grant_2", Scopes: core.Scopes(), HidePersonal: true})
	d.checker.set("masked3", api.Access{App: "app_3", Grant: "grant_3", Scopes: core.Scopes(), HidePersonal: true})
	d.a, d.b = d.connect("Shop"), d.connect("Other")
	return d
}

func (d *desk) connect(name string) core.ConnectionID {
	c := core.Connection{ID: core.NewConnectionID(), Service: "practice", Name: name}
	if err := d.db.Connections().Create(d.t.Context(), c, nil, nil); err != nil {
		d.t.Fatal(err)
	}
	return c.ID
}

func (d *desk) put(c core.ConnectionID, id string, data core.Data) {
	d.t.Helper()
	d.apply(c, data.Model(), core.Record{RemoteID: id, UpdatedAt: start.Add(-time.Hour), Data: data})
}

func (d *desk) apply(c core.ConnectionID, m core.Model, records ...core.Record) {
	d.t.Helper()
	if _, err := d.db.Records().Apply(d.t.Context(), c, m, records, syncing.Checkpoint{}, false, d.clock.Now()); err != nil {
		d.t.Fatal(err)
	}
	if err := d.db.Records().EndRead(d.t.Context(), c, m, false); err != nil {
		d.t.Fatal(err)
	}
}

// fill puts something of everything into the file.
func (d *desk) fill() {
	yes, stock := true, int64(3)
	d.put(d.a, "main", &core.Store{Name: "Main", URL: "https://a.example", Email: "shop@a.example", Settings: map[string]string{"x": "1"}})
	d.put(d.a, "c1", &core.Customer{Email: "Ann@Example.com", Phone: "+49 1", FirstName: "Ann", LastName: "Meier", Company: "ACME", Country: "DE", City: "Köln", Tags: []string{"VIP"}, AcceptsMarketing: &yes, CreatedAt: start})
	d.put(d.a, "c2", &core.Customer{FirstName: "Bob"})
	d.put(d.b, "ann@example.com", &core.Customer{Email: "ann@example.com", Country: "AT"})
	for i := range 5 {
		d.put(d.a, fmt.Sprint("o", i), &core.Order{Number: fmt.Sprint("#10", i), Customer: "c1", Status: "open", PaymentStatus: "paid", Currency: "EUR", Total: "19.90", PlacedAt: start.Add(time.Duration(i) * time.Hour),
			Lines: []core.Line{{ID: "1", SKU: "S", Title: "A <b> & “c”", Quantity: "1", Price: "19.90"}}})
	}
	d.put(d.b, "o/1 ä", &core.Order{Number: "1", Customer: "ann@example.com"})
	d.put(d.a, "o1", &core.Order{Number: "#101", Customer: "c1", Status: "done", PaymentStatus: "paid", Currency: "EUR", Total: "30.00"})
	d.put(d.a, "p1", &core.Product{Title: "Shirt", SKU: "SH-1", Status: "active", Price: "9.90", Stock: &stock, Categories: []core.Category{{ID: "k1", Name: "Tops"}, {ID: "k2", Name: "Shirts", Parent: "k1"}}, Variants: []core.Variant{{ID: "v"}}})
	d.put(d.a, "s1", &core.Segment{Name: "Germans", Kind: "rules", Rules: &core.Rule{Field: "country", Op: "eq", Value: "DE"}, Size: &stock, Origin: "practice"})
	d.put(d.a, "s2", &core.Segment{Name: "Fair", Kind: "static"})
}

// answer is what came back.
type answer struct {
	*http.Response
	body []byte
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// data returns the records of a list, or the one of a single answer.
func (a answer) data(t testing.TB) (list []map[string]any) {
	t.Helper()
	v := a.json(t)
	items, ok := v["data"].([]any)
	if !ok {
		return []map[string]any{v}
	}
	for _, it := range items {
		list = append(list, it.(map[string]any))
	}
	return list
}

func (a answer) remotes(t testing.TB) string {
	t.Helper()
	if a.StatusCode != 200 {
		return a.Status
	}
	var ids []string
	for _, r := range a.data(t) {
		ids = append(ids, r["remote_id"].(string))
	}
	return strings.Join(ids, " ")
}

// ask sends a request; header is name and value in turn.
func (d *desk) ask(method, path, token, body string, header ...string) answer {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.origin+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer{resp, b}
}

func (d *desk) get(path string) answer {
	d.t.Helper()
	return d.ask("GET", path, "all", "")
}

// noted flushes and returns the ledger.
func (d *desk) noted() []api.Read {
	d.t.Helper()
	if err := d.api.Flush(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	d.ledger.mu.Lock()
	defer d.ledger.mu.Unlock()
	return append([]api.Read(nil), d.ledger.lines...)
}

// id is the id by which the API knows a record.
func (d *desk) id(c core.ConnectionID, remote string) string {
	return api.RecordID(api.Key{Connection: c, RemoteID: remote})
}
