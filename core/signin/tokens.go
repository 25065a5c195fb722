package signin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

// Target is what a connection's token calls need beside its sealed secrets.
type Target struct {
	Manifest *service.Manifest
	Auth     *service.Auth
	ClientID string
	Values   service.Values // inputs and captured values
}

// TokensOptions are what Tokens need. HTTP, Clock and Log may be nil.
type TokensOptions struct {
	Store  Store
	Sealer Sealer
	Lookup func(ctx context.Context, id core.ConnectionID) (Target, error)
	HTTP   http.RoundTripper
	Clock  core.Clock
	Log    *slog.Logger

	// OnDead is told when a service has withdrawn a permission for good; OnSaved
	// when a renewed grant was stored. Both may be nil. They are called from the
	// refresh, and the callers of Token wait for them.
	OnDead  func(ctx context.Context, id core.ConnectionID)
	OnSaved func(ctx context.Context, id core.ConnectionID, g Grant)

	Remember func(core.Secret) // keeps a value out of the log from now on; may be nil

	// List names the connections that KeepAlive looks after; nil: none.
	List func(ctx context.Context) ([]core.ConnectionID, error)
}

// Tokens hands out access tokens and renews them in time. One refresh runs at a
// time for each connection, whoever waits for it, and a renewed token is stored
// before it is handed out. Safe for concurrent use.
type Tokens struct {
	o        TokensOptions
	endpoint endpoint

	mu      sync.Mutex
	closed  bool
	flights map[core.ConnectionID]*flight
	pauses  map[core.ConnectionID]pause
	unsaved map[core.ConnectionID]entry // answers that not even the journal would take
	running sync.WaitGroup
}

// flight is one refresh under way. It belongs to Tokens, not to who asked first.
type flight struct {
	cancel context.CancelFunc
	done   chan struct{}
	grant  Grant // valid once done is closed
	err    error
}

// NewTokens returns Tokens. Close ends what they began.
func NewTokens(o TokensOptions) *Tokens {
	return &Tokens{o: o, endpoint: newEndpoint(o.HTTP, o.Clock, o.Log, o.Remember), flights: map[core.ConnectionID]*flight{},
		pauses: map[core.ConnectionID]pause{}, unsaved: map[core.ConnectionID]entry{}}
}

// Close starts no more refreshes and waits for those that run. When ctx ends
// they are cut off; what a service has answered by then is in the journal.
func (t *Tokens) Close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	idle := make(chan struct{})
	go func() { t.running.Wait(); close(idle) }()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	for _, f := range t.flights {
		f.cancel()
	}
	t.mu.Unlock()
	<-idle
	return ctx.Err()
}

// Token returns an access token (or API key) that is good for a while yet.
// Errors: CodeReauthRequired when only the person can help; CodeClientInvalid;
// CodeServiceDown, CodeOffline, CodeRateLimited and the like when it may pass;
// CodeKeyring and storage classes; CodeCancelled when ctx ends.
func (t *Tokens) Token(ctx context.Context, id core.ConnectionID) (core.Secret, error) {
	s, err := t.load(ctx, id)
	if err != nil {
		return core.Secret{}, err
	}
	if !s.journalled && s.grant.fresh(t.endpoint.clock.Now()) {
		return s.grant.AccessToken, nil
	}
	g, err := t.join(ctx, id, core.Secret{})
	return g.AccessToken, err
}

// Refresh returns another token than the one that the service has rejected.
func (t *Tokens) Refresh(ctx context.Context, id core.ConnectionID, rejected core.Secret) (core.Secret, error) {
	g, err := t.join(ctx, id, rejected)
	return g.AccessToken, err
}

// Grant returns the stored grant, without renewing it.
func (t *Tokens) Grant(ctx context.Context, id core.ConnectionID) (Grant, error) {
	s, err := t.load(ctx, id)
	return s.grant, err
}

// Recover stores what a service answered before an earlier end of Linkdesk, if
// anything is left in the journal. Token does the same by itself.
func (t *Tokens) Recover(ctx context.Context, id core.ConnectionID) error {
	s, err := t.load(ctx, id)
	if err != nil || !s.journalled {
		return err
	}
	_, err = t.join(ctx, id, core.Secret{})
	return err
}

// join waits for the refresh of a connection, which it starts unless one runs.
// The end of ctx ends the wait, never the refresh.
func (t *Tokens) join(ctx context.Context, id core.ConnectionID, rejected core.Secret) (Grant, error) {
	for {
		f, mine, err := t.flight(ctx, id, rejected)
		if err != nil {
			return Grant{}, err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return Grant{}, core.E(core.CodeCancelled, "", ctx.Err())
		}
		// A refresh that began before the service rejected this token may end
		// with that very token.
		if stale := !rejected.Empty() && f.err == nil && f.grant.AccessToken == rejected; mine || !stale {
			return f.grant, f.err
		}
	}
}

func (t *Tokens) flight(ctx context.Context, id core.ConnectionID, rejected core.Secret) (f *flight, mine bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, false, core.E(core.CodeCancelled, "", errors.New("Linkdesk is closing"))
	}
	if f := t.flights[id]; f != nil {
		return f, false, nil
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f = &flight{cancel: cancel, done: make(chan struct{})}
	t.flights[id] = f
	t.running.Go(func() {
		defer cancel()
		f.grant, f.err = t.refresh(own, id, rejected)
		t.mu.Lock()
		delete(t.flights, id)
		t.mu.Unlock()
		close(f.done)
	})
	return f, true, nil
}

// settled waits until no refresh of the connection runs.
func (t *Tokens) settled(ctx context.Context, id core.ConnectionID) error {
	t.mu.Lock()
	f := t.flights[id]
	t.mu.Unlock()
	if f == nil {
		return nil
	}
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return core.E(core.CodeCancelled, "", ctx.Err())
	}
}

// keepAliveEvery is how often KeepAlive looks, idleFor how old a token gets unused (product row C20).
const (
	keepAliveEvery = 30 * time.Minute
	idleFor        = 24 * time.Hour
)

// KeepAlive renews permissions that nobody used for a day, so that none dies
// of idleness. It runs until ctx ends.
func (t *Tokens) KeepAlive(ctx context.Context) {
	tick := time.NewTicker(keepAliveEvery)
	defer tick.Stop()
	for {
		t.RenewIdle(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// RenewIdle is one round of KeepAlive. What fails is tried again in the next.
func (t *Tokens) RenewIdle(ctx context.Context) {
	if t.o.List == nil {
		return
	}
	ids, err := t.o.List(ctx)
	if err != nil {
		t.endpoint.log.Warn("the connections to keep alive could not be read", "err", err)
		return
	}
	for _, id := range ids {
		s, err := t.load(ctx, id)
		if err != nil || s.grant.RefreshToken.Empty() || t.endpoint.clock.Now().Sub(s.grant.ReceivedAt) < idleFor {
			continue
		}
		if _, err := t.join(ctx, id, s.grant.AccessToken); err != nil {
			t.endpoint.log.Info("an idle permission was not renewed", "connection", string(id), "code", string(core.CodeOf(err)))
		}
		if ctx.Err() != nil {
			return
		}
	}
}
