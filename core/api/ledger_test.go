package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
)

// U-02: what the ledger says is what the app's own log says.
func TestLedger(t *testing.T) {
	d := newDesk(t)
	d.fill()
	type line struct {
		at           string
		status, rows int
		bytes        int
	}
	var own []line
	for i := range 200 {
		for _, path := range []string{"/v1/orders?status=open&limit=" + fmt.Sprint(1+i%7), "/v1/customers", "/v1/me", "/v1/orders?limit=0", "/v1/orders/x"} {
			got := d.get(path)
			l := line{at: path, status: got.StatusCode, bytes: len(got.body)}
			if got.StatusCode == 200 && path != "/v1/me" {
				l.rows = len(got.data(t))
			}
			own = append(own, l)
		}
	}
	if got := d.ask("GET", "/v1/orders", "wrong", ""); got.StatusCode != 401 {
		t.Fatal(got.Status)
	}
	lines := d.noted()
	if len(lines) != len(own) {
		t.Fatalf("%d lines for %d requests", len(lines), len(own))
	}
	for i, l := range lines {
		path, query, _ := strings.Cut(own[i].at, "?")
		route := strings.Replace(path, "/x", "/{id}", 1)
		if l.Rows != own[i].rows || l.Bytes != own[i].bytes || l.Status != own[i].status || l.Route != route || l.App != "app_1" || l.Grant != "grant_1" || !l.At.Equal(start) || l.Method != "GET" {
			t.Fatalf("%+v for %+v", l, own[i])
		}
		if l.Status == 200 && l.Filter != strings.ReplaceAll(query, "&", ", ") && l.Filter != strings.Join(reversed(strings.Split(query, "&")), ", ") {
			t.Errorf("%q for %q", l.Filter, query)
		}
	}
}

func reversed(list []string) (out []string) {
	for i := range list {
		out = append(out, list[len(list)-1-i])
	}
	return out
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
