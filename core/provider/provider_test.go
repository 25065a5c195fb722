package provider

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

const testToken = "token-one-0123456789"

// fakeTokens hands out a token, and another one after a refresh.
type fakeTokens struct {
	mu        sync.Mutex
	token     string
	next      []string // tokens that refreshing gives, in turn
	err       error    // of refreshing
	refreshes int
}

func (f *fakeTokens) Token(context.Context, core.ConnectionID) (core.Secret, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return core.NewSecret(f.token), nil
}

func (f *fakeTokens) Refresh(context.Context, core.ConnectionID, core.Secret) (core.Secret, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refreshes++
	if f.err != nil {
		return core.Secret{}, f.err
	}
	f.token, f.next = f.next[0], f.next[1:]
	return core.NewSecret(f.token), nil
}

type fixedClock struct{ at time.Time }

func (c fixedClock) Now() time.Time { return c.at }

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// bench is a service on the loopback interface and a client for it.
type rig struct {
	*testing.T
	server   *httptest.Server
	manifest *service.Manifest
	tokens   *fakeTokens
	caller   *Caller
	waits    []time.Duration // what the client wanted to sleep

	mu       sync.Mutex
	requests []*http.Request
}

func newRig(t *testing.T, handler http.HandlerFunc) *rig {
	t.Helper()
	r := &rig{T: t, tokens: &fakeTokens{token: testToken}}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.requests = append(r.requests, req)
		r.mu.Unlock()
		handler(w, req)
	}))
	t.Cleanup(r.server.Close)
	r.manifest = testManifest(r.server.URL)
	r.caller = New(Options{Tokens: r.tokens, Clock: fixedClock{testNow}, Version: "1.2.3"})
	r.caller.sleep = func(_ context.Context, d time.Duration) error {
		r.waits = append(r.waits, d)
		return nil
	}
	t.Cleanup(r.caller.http.(*http.Transport).CloseIdleConnections)
	return r
}

func testManifest(origin string) *service.Manifest {
	u, _ := url.Parse(origin)
	return &service.Manifest{
		ID: "shop", Name: "Shop", Hosts: []string{u.Host},
		API: service.API{
			Base: service.Template(origin + "/v1"),
			Auth: service.HeaderAuth{Header: "Authorization", Value: "Bearer {access_token}"},
		},
		Verify: service.Verify{Request: service.Request{Path: "/me"}, Account: service.AccountFields{ID: service.Paths{"id"}, Name: service.Paths{"name", "login"}}},
		Models: map[core.Model]*service.Model{
			core.Customers: {
				List:   service.List{Request: service.Request{Path: "/customers"}, Items: "items"},
				Fields: map[string]service.Field{"id": path("id"), "email": path("email"), "updated_at": path("updated")},
			},
		},
	}
}

func path(p service.Path) service.Field { return service.Field{Path: service.Paths{p}} }

func (r *rig) client() *Client {
	return r.caller.For(r.manifest, core.Connection{ID: "con_1", AccountID: "a1"})
}

func (r *rig) customers() *service.Model { return r.manifest.Models[core.Customers] }

// readAll reads a whole list, each page with a client of its own, as after a
// restart, and returns the ids.
func (r *rig) readAll(model core.Model, q ListQuery) ([]string, error) {
	r.Helper()
	var ids []string
	pos := Position("")
	for range 100 {
		page, err := r.client().Page(r.Context(), model, q, pos)
		if err != nil {
			return ids, err
		}
		for _, rec := range page.Records {
			ids = append(ids, rec.RemoteID)
		}
		for _, b := range page.Bad {
			r.Errorf("bad record %q: %s", b.RemoteID, b.Reason)
		}
		if page.Next == "" {
			return ids, nil
		}
		pos = page.Next
	}
	r.Fatal("the list does not end")
	return nil, nil
}

// customersJSON is the items from a number up to another.
func customersJSON(from, to int) string {
	var items []string
	for i := from; i < to; i++ {
		items = append(items, fmt.Sprintf(`{"id":"c%d","email":"c%d@example.com","updated":"2026-11-%02dT10:00:00Z"}`, i, i, 1+i%28))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func wantIDs(t *testing.T, got []string, err error, n int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != n {
		t.Fatalf("%d records, want %d: %v", len(got), n, got)
	}
	for i, id := range got {
		if id != "c"+strconv.Itoa(i) {
			t.Fatalf("record %d is %q", i, id)
		}
	}
}
