package api_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
)

// own is a line of the client's own log.
type own struct {
	method, path, filter string
	status, rows, bytes  int
	app                  string
}

// U-02: of 1,000 mixed requests the ledger says, line by line, what the
// client's own log says: count, rows, bytes on the wire, filter.
func TestLedger(t *testing.T) {
	d := newDesk(t)
	d.fill()
	d.checker.set("orders", api.Access{App: "app_4", Grant: "grant_4", Scopes: []core.Scope{core.OrdersRead}})
	for i := range 40 { // enough to be worth compressing
		d.put(d.a, fmt.Sprint("more", i), &core.Order{Number: fmt.Sprint("#9", i), Status: "open", Currency: "EUR", Total: "5.00"})
	}
	d.ask("POST", "/v1/segments", "all", `{"name":"S","rules":{"field":"country","op":"eq","value":"DE"}}`) // the first makes Linkdesk's own place, which changes every tag
	order, etag := d.id(d.a, "o1"), d.get("/v1/customers").Header.Get("ETag")
	d.noted()
	d.ledger.lines = nil
	type request struct {
		method, path, token, body string
		header                    []string
		filter                    string
		status                    int
	}
	gzip := []string{"Accept-Encoding", "gzip"}
	mix := []request{
		{"GET", "/v1/orders?status=open&limit=7", "all", "", nil, "status=open, limit=7", 200},
		{"GET", "/v1/orders?limit=50", "orders", "", gzip, "limit=50", 200},
		{"GET", "/v1/orders/" + order, "all", "", nil, "", 200},
		{"GET", "/v1/orders/" + order + "/history", "orders", "", nil, "", 200},
		{"GET", "/v1/customers", "all", "", []string{"If-None-Match", etag}, "", 304},
		{"GET", "/v1/customers?include=analytics", "masked", "", gzip, "include=analytics", 200},
		{"GET", "/v1/customers", "orders", "", nil, "", 403},
		{"GET", "/v1/orders/x", "all", "", nil, "", 404},
		{"GET", "/v1/orders?limit=0", "all", "", gzip, "", 400},
		{"POST", "/v1/segments", "all", `{"name":"S","rules":{"field":"country","op":"eq","value":"DE"}}`, nil, "", 201},
		{"POST", "/v1/segments", "orders", `{"name":"S"}`, nil, "", 403},
		{"POST", "/v1/segments", "all", `{"name":""}`, nil, "", 400},
		{"HEAD", "/v1/orders", "all", "", nil, "", 200},
		{"GET", "/v1/me", "masked3", "", nil, "", 200},
		{"GET", "/v1/segments/" + d.id(d.a, "s1") + "/customers?limit=1", "all", "", nil, "limit=1", 200},
	}
	var log []own
	zipped := 0
	for i := range 1000 {
		q := mix[(i*7+i/15)%len(mix)]
		got := d.ask(q.method, q.path, q.token, q.body, q.header...)
		if got.StatusCode != q.status {
			t.Fatalf("%s %s: %s %s", q.method, q.path, got.Status, got.body)
		}
		l := own{method: q.method, path: q.path, filter: q.filter, status: got.StatusCode, bytes: len(got.body), app: map[string]string{"all": "app_1", "masked": "app_2", "masked3": "app_3", "orders": "app_4"}[q.token]}
		if got.Header.Get("Content-Encoding") == "gzip" {
			zipped++
			got.body = unzip(t, got.body)
		}
		if len(got.body) > 0 && got.StatusCode < 300 && q.path != "/v1/me" {
			l.rows = len(got.data(t))
		}
		log = append(log, l)
	}
	if got := d.ask("GET", "/v1/orders", "wrong", ""); got.StatusCode != 401 || zipped < 60 {
		t.Fatalf("%s, %d answers were compressed", got.Status, zipped)
	}
	d.matches(log)
}

// matches compares the ledger with a client's own log.
func (d *desk) matches(log []own) {
	d.t.Helper()
	lines := d.noted()
	if len(lines) != len(log) {
		d.t.Fatalf("%d lines for %d requests", len(lines), len(log))
	}
	ids := regexp.MustCompile(`^(/v1/\w+/)[^/]+`)
	for i, l := range lines {
		path, _, _ := strings.Cut(log[i].path, "?")
		want := api.Read{At: start, App: log[i].app, Grant: strings.Replace(log[i].app, "app", "grant", 1), Method: log[i].method,
			Route: ids.ReplaceAllString(path, "${1}{id}"), Scope: l.Scope, Filter: l.Filter, Status: log[i].status, Rows: log[i].rows, Bytes: log[i].bytes}
		filter, asked := strings.Split(l.Filter, ", "), strings.Split(log[i].filter, ", ")
		slices.Sort(filter)
		slices.Sort(asked)
		if l != want || l.Status < 300 && !slices.Equal(filter, asked) {
			d.t.Fatalf("line %d: %+v for %+v", i, l, log[i])
		}
	}
}

func unzip(t *testing.T, body []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// While the ledger cannot be written reads wait for it, and are refused before one goes unnoted.
func TestNothingIsReadUnnoted(t *testing.T) {
	d := newDesk(t)
	d.fill()
	d.ledger.err = errors.New("in use")
	for range api.MostNotes {
		d.api.Note(api.Read{})
	}
	if err := d.api.Flush(t.Context()); err == nil {
		t.Error("the failure is not told")
	}
	got := d.get("/v1/orders")
	if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	d.ledger.err = nil
	if n := len(d.noted()); n != api.MostNotes+1 { // the refused one, too
		t.Errorf("%d lines", n)
	}
	if got := d.get("/v1/orders"); got.StatusCode != 200 {
		t.Errorf("afterwards %d", got.StatusCode)
	}
}

func TestFailuresOfTheChecker(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		err    error
		status int
		retry  string
	}{
		{api.ErrInvalidToken, 401, ""},
		{fmt.Errorf("wrapped: %w", api.ErrInvalidToken), 401, ""},
		{&core.Error{Code: core.CodeRateLimited, Until: start.Add(1500 * time.Millisecond)}, 429, "2"},
		{&core.Error{Code: core.CodeRateLimited}, 429, "1"},
		{core.E(core.CodeStorageBusy, "", nil), 503, "1"},
		{core.E(core.CodeStorageFull, "", errors.New("canary")), 503, ""},
		{errors.New("canary"), 500, ""},
	} {
		d.checker.err = c.err
		got := d.get("/v1/me")
		if got.StatusCode != c.status || got.Header.Get("Retry-After") != c.retry || got.Header.Get("Content-Type") != "application/problem+json" || strings.Contains(string(got.body), "canary") {
			t.Errorf("%v: %d %q %s", c.err, got.StatusCode, got.Header.Get("Retry-After"), got.body)
		}
		if (c.status == 500 || c.status == 503 && c.retry == "") != strings.Contains(string(got.body), "LD-") {
			t.Errorf("%v: the reference: %s", c.err, got.body)
		}
	}
}
