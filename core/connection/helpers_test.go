package connection_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/fstest"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/event"
	"linkdesk/core/provider"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

// bench is everything around a connection.Service, with a service to connect to.
type bench struct {
	*testing.T
	server  *signintest.Server
	browser *signintest.Browser
	store   *signintest.Store
	sealer  *signintest.Sealer
	clock   *signintest.Clock
	tokens  *signin.Tokens
	service *connection.Service
	events  chan event.ConnectionChanged

	counts counts
	waits  *waits
	log    *slog.Logger
	bus    *event.Bus

	registry *service.Registry
	stop     func(core.ConnectionID) // told which syncs to stop; may be nil

	mu     sync.Mutex
	locked bool
}

func newBench(t *testing.T) *bench { return newBenchFor(t, signintest.NewServer(t)) }

func newBenchFor(t *testing.T, server *signintest.Server) *bench {
	b := &bench{T: t, server: server, browser: signintest.NewBrowser(t), store: signintest.NewStore(), sealer: signintest.NewSealer(),
		clock: signintest.NewClock(), events: make(chan event.ConnectionChanged, 100)}
	registry, err := service.NewRegistry(fstest.MapFS{"fake.yaml": {Data: b.server.ManifestText("fake")}}, "", "")
	if err != nil {
		t.Fatal(err)
	}
	b.waits = &waits{store: b.store, clock: b.clock}
	b.registry, b.bus = registry, event.New(slog.New(slog.DiscardHandler))
	event.Subscribe(b.bus, func(e event.ConnectionChanged) { b.events <- e })
	b.tokens = signin.NewTokens(signin.TokensOptions{Store: b.store, Sealer: b.sealer, Clock: b.clock,
		Lookup: b.lookup(registry),
		OnDead: func(ctx context.Context, id core.ConnectionID) { b.service.PermissionEnded(ctx, id) },
		OnSaved: func(ctx context.Context, id core.ConnectionID, g signin.Grant) {
			b.service.PermissionRenewed(ctx, id, g)
		},
		List: func(ctx context.Context) ([]core.ConnectionID, error) { return b.service.Alive(ctx) }})
	b.restart()
	t.Cleanup(func() {
		ctx := context.Background()
		b.service.Close(ctx)
		b.tokens.Close(ctx)
		b.bus.Close(ctx)
	})
	return b
}

// restart makes the Service anew.
func (b *bench) restart() {
	b.service = connection.New(connection.Options{Store: b.store, Secrets: b.store, Sealer: b.sealer, Tokens: b.tokens, Registry: b.registry, Bus: b.bus, Clock: b.clock, Records: b, Withdrawals: b.waits, Log: b.log,
		SignIn:   signin.NewClient(signin.Options{Clock: b.clock, OpenBrowser: b.browser.Open}),
		Provider: provider.New(provider.Options{Tokens: b.tokens, Clock: b.clock}),
		Stop: func(_ context.Context, id core.ConnectionID) error {
			if b.stop != nil {
				b.stop(id)
			}
			return nil
		},
		Locked: func() bool { b.mu.Lock(); defer b.mu.Unlock(); return b.locked }})
}

func (b *bench) lookup(registry *service.Registry) func(context.Context, core.ConnectionID) (signin.Target, error) {
	return func(ctx context.Context, id core.ConnectionID) (signin.Target, error) {
		c, err := b.store.Get(ctx, id)
		if err != nil {
			return signin.Target{}, err
		}
		m, err := registry.Get(c.Service)
		if err != nil {
			return signin.Target{}, err
		}
		auth, _ := m.AuthMethod(c.Method)
		return signin.Target{Manifest: m, Auth: auth, ClientID: c.ClientID, Values: m.Values(c.Inputs, c.Captured)}, nil
	}
}

// Counts implements what connection.Options.Records asks for.
func (b *bench) Counts(context.Context, core.ConnectionID) (map[core.Model]int64, error) {
	return b.counts, nil
}

func (b *bench) draft() connection.Draft {
	return connection.Draft{Service: "fake", Access: core.AccessMap{core.Stores: core.Read, core.Customers: core.Read, core.Orders: core.Read}}
}

// begin starts a draft that must start.
func (b *bench) begin(d connection.Draft) *connection.Pending {
	b.Helper()
	p, err := b.service.Begin(b.Context(), d)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Cancel)
	return p
}

// connect carries a draft through that must succeed.
func (b *bench) connect(d connection.Draft) connection.Result {
	b.Helper()
	r, err := b.begin(d).Wait(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// fails carries a draft through that must fail with a class.
func (b *bench) fails(d connection.Draft, code core.Code) error {
	b.Helper()
	p, err := b.service.Begin(b.Context(), d)
	if err == nil {
		b.Cleanup(p.Cancel)
		_, err = p.Wait(b.Context())
	}
	if core.CodeOf(err) != code {
		b.Fatalf("got %v, want the class %s", err, code)
	}
	return err
}

func (b *bench) get(id core.ConnectionID) connection.View {
	b.Helper()
	v, err := b.service.Get(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func (b *bench) verify(id core.ConnectionID) connection.View {
	b.Helper()
	v, err := b.service.Verify(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func (b *bench) list() []connection.View {
	b.Helper()
	all, err := b.service.List(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// told waits for an event about a connection.
func (b *bench) told(want event.ConnectionChanged) {
	b.Helper()
	for {
		select {
		case e := <-b.events:
			if e == want {
				return
			}
		case <-b.Context().Done():
			b.Fatalf("nobody was told of %+v", want)
		}
	}
}

// quiet forgets the events so far.
func (b *bench) quiet() {
	for {
		select {
		case <-b.events:
		default:
			return
		}
	}
}

func (b *bench) set(change func(*signintest.Switches)) { b.server.Set(change) }
