package signin_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

// bench is a service, a browser and a client that sign in with each other.
type bench struct {
	*testing.T
	server   *signintest.Server
	browser  *signintest.Browser
	clock    *signintest.Clock
	client   *signin.Client
	manifest *service.Manifest
	log      *safeBuffer
}

func newBench(t *testing.T, change ...func(*signin.Options)) *bench {
	b := &bench{T: t, server: signintest.NewServer(t), browser: signintest.NewBrowser(t), clock: signintest.NewClock(), log: &safeBuffer{}}
	b.manifest = b.server.Manifest(t)
	o := signin.Options{Clock: b.clock, OpenBrowser: b.browser.Open, Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, c := range change {
		c(&o)
	}
	b.client = signin.NewClient(o)
	t.Cleanup(b.client.Close)
	return b
}

func (b *bench) request() signin.Request {
	return signin.Request{Manifest: b.manifest, Auth: &b.manifest.Auth[0], Scopes: []string{"profile", "orders:read"}}
}

func (b *bench) begin(change ...func(*signin.Request)) *signin.Attempt {
	b.Helper()
	r := b.request()
	for _, c := range change {
		c(&r)
	}
	a, err := b.client.Begin(b.Context(), r)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.Cancel)
	return a
}

func (b *bench) wait(a *signin.Attempt) *signin.Outcome {
	b.Helper()
	o, err := a.Wait(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return o
}

// fails waits for an attempt that must fail with a class.
func (b *bench) fails(a *signin.Attempt, code core.Code) error {
	b.Helper()
	_, err := a.Wait(b.Context())
	if core.CodeOf(err) != code {
		b.Fatalf("got %v, want the class %s", err, code)
	}
	return err
}

// callback returns the return address of an attempt with a query of one's own;
// {state} stands for the right state.
func (b *bench) callback(a *signin.Attempt, query string) string {
	b.Helper()
	u, err := url.Parse(a.URL())
	if err != nil {
		b.Fatal(err)
	}
	q := u.Query()
	return q.Get("redirect_uri") + "?" + string(bytes.ReplaceAll([]byte(query), []byte("{state}"), []byte(url.QueryEscape(q.Get("state")))))
}

// answer returns the query with which the service sends the browser back.
func (b *bench) answer(a *signin.Attempt) string {
	b.Helper()
	page := (&noFollow{}).location(b.T, a.URL())
	u, err := url.Parse(page)
	if err != nil {
		b.Fatal(err)
	}
	return u.RawQuery
}

func noBrowser(r *signin.Request) { r.NoBrowser = true }

// vault is a store with one connection, and the tokens that use it.
type vaultBench struct {
	*bench
	store  *signintest.Store
	sealer *signintest.Sealer
	tokens *signin.Tokens
	id     core.ConnectionID

	clientID string // that Lookup tells

	mu    sync.Mutex
	dead  []core.ConnectionID
	saved []signin.Grant
}

// newVault signs in at the service and stores what it gives. The access token
// lives as long as said; then the server's and the client's clocks differ, as
// only the client's moves.
func newVault(t *testing.T, change ...func(*signintest.Switches)) *vaultBench {
	v := &vaultBench{bench: newBench(t), store: signintest.NewStore(), sealer: signintest.NewSealer(), id: core.NewConnectionID(), clientID: "linkdesk-test"}
	for _, c := range change {
		v.server.Set(c)
	}
	o := v.wait(v.begin())
	o.Finish(nil)
	v.keep(o.Grant)
	v.tokens = v.newTokens()
	t.Cleanup(func() { v.tokens.Close(context.Background()) })
	return v
}

func (v *vaultBench) keep(g signin.Grant) {
	v.Helper()
	sealed, err := signin.SealGrant(v.sealer, v.id, g)
	if err != nil {
		v.Fatal(err)
	}
	if err := v.store.Create(v.Context(), core.Connection{ID: v.id}, sealed, nil); err != nil {
		v.Fatal(err)
	}
}

// newTokens makes Tokens as a second start of Linkdesk would.
func (v *vaultBench) newTokens() *signin.Tokens {
	return signin.NewTokens(signin.TokensOptions{Store: v.store, Sealer: v.sealer, Clock: v.clock, Log: slog.New(slog.NewTextHandler(v.log, nil)),
		Lookup: func(context.Context, core.ConnectionID) (signin.Target, error) {
			return signin.Target{Manifest: v.manifest, Auth: &v.manifest.Auth[0], ClientID: v.clientID, Values: service.Values{}}, nil
		},
		List: func(context.Context) ([]core.ConnectionID, error) { return []core.ConnectionID{v.id}, nil },
		OnDead: func(_ context.Context, id core.ConnectionID) {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.dead = append(v.dead, id)
		},
		OnSaved: func(_ context.Context, _ core.ConnectionID, g signin.Grant) {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.saved = append(v.saved, g)
		}})
}

func (v *vaultBench) grant() signin.Grant {
	v.Helper()
	g, err := v.tokens.Grant(v.Context(), v.id)
	if err != nil {
		v.Fatal(err)
	}
	return g
}

func (v *vaultBench) token() string {
	v.Helper()
	s, err := v.tokens.Token(v.Context(), v.id)
	if err != nil {
		v.Fatal(err)
	}
	return s.Reveal()
}

func (v *vaultBench) noToken(code core.Code) {
	v.Helper()
	s, err := v.tokens.Token(v.Context(), v.id)
	if core.CodeOf(err) != code || !s.Empty() {
		v.Fatalf("got a token: %v, error %v; want none and the class %s", !s.Empty(), err, code)
	}
}

func (v *vaultBench) refreshes(n int) {
	v.Helper()
	if got := v.server.Counts().Refreshes; got != n {
		v.Fatalf("the service got %d refreshes, want %d", got, n)
	}
}

// good reports whether the service accepts a token.
func (v *vaultBench) good(token string) bool {
	v.Helper()
	return v.browser.Get(v.Context(), v.server.URL+"/me", "Authorization", "Bearer "+token).Status == 200
}

func (v *vaultBench) isDead() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Contains(v.dead, v.id)
}

const hour = time.Hour

// safeBuffer is a log that a test reads while others write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
