package authserver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
)

// Options is what a service needs.
type Options struct {
	Store  Store
	Ledger Ledger
	Bus    *event.Bus
	Clock  core.Clock
	Log    *slog.Logger
	Origin func(context.Context) string // by which a request came in, without a path: the issuer to its sender
}

// Service is the authorization server. Its methods may be called from any goroutine.
type Service struct {
	store  Store
	ledger Ledger
	bus    *event.Bus
	clock  core.Clock
	log    *slog.Logger
	origin func(context.Context) string

	consents *Consents
	cache    cache
	uses     uses
	limits   localhttp.Limits
	setups   setups
	turn     sync.Mutex // one flush of uses at a time
}

// New makes a service. Start it before requests come in.
func New(o Options) *Service {
	s := &Service{store: o.Store, ledger: o.Ledger, bus: o.Bus, clock: o.Clock, log: o.Log, origin: o.Origin}
	s.consents = &Consents{s: s, told: make(chan struct{}, 1)}
	return s
}

// Consents returns the questions that wait for the person.
func (s *Service) Consents() *Consents { return s.consents }

// Handler answers under /oauth/ and at the metadata address of RFC 8414. It is
// mounted on localhttp at both.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/authorize", s.authorize)
	mux.HandleFunc("GET /oauth/wait/{ticket}", s.wait)
	mux.HandleFunc("POST /oauth/token", s.token)
	mux.HandleFunc("POST /oauth/revoke", s.revoke)
	mux.HandleFunc("POST /oauth/introspect", s.introspect)
	mux.HandleFunc("GET "+MetadataPath, s.metadata)
	return mux
}

// Start ends what did not outlive the last time Linkdesk ran: questions that
// waited, and access that was given until Linkdesk quits.
func (s *Service) Start(ctx context.Context) error {
	return s.closeOpen(ctx)
}

// Stop withdraws the questions and ends access until quit; call it when the
// local server is off and Run has returned.
func (s *Service) Stop(ctx context.Context) error {
	s.consents.endAll(ctx, Interrupted, func(*question) bool { return true })
	return errors.Join(s.Flush(ctx), s.closeOpen(ctx))
}

func (s *Service) closeOpen(ctx context.Context) error {
	now := s.clock.Now()
	err := s.store.Update(ctx, func(tx Tx) error {
		asked, err := tx.Consents(openMost)
		if err != nil {
			return err
		}
		for _, c := range asked {
			if c.Outcome == "" {
				c.Outcome, c.Decided = Interrupted, now
				if err := tx.SaveConsent(c); err != nil {
					return err
				}
			}
		}
		grants, err := tx.Grants("")
		if err != nil {
			return err
		}
		for _, g := range grants {
			if g.For == UntilQuit && g.Revoked.IsZero() {
				if err := end(tx, g, EndedByQuit, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.cache.clear()
	return err
}

// How often the work of Run is due.
const (
	sweepEvery = time.Second
	flushEvery = 10 // sweeps
	purgeEvery = 3600
	keepEnded  = 90 * 24 * time.Hour // grants that ended, consents and the ledger
	openMost   = 100
)

// Run ends questions that nobody answers, notes when apps were last used, and
// deletes what is no longer needed, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		s.consents.Sweep(ctx)
		if n%flushEvery == 0 {
			s.logged("note uses", s.Flush(ctx))
		}
		if n%purgeEvery == 0 {
			s.logged("purge", s.Purge(ctx))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Purge deletes what is no longer needed; see Tx.Purge.
func (s *Service) Purge(ctx context.Context) error {
	now := s.clock.Now()
	old := now.Add(-keepEnded)
	err := s.store.Update(ctx, func(tx Tx) error { return tx.Purge(now, now.Add(-replayLife), old) })
	if err != nil {
		return err
	}
	return s.ledger.PruneLedger(ctx, old)
}

func (s *Service) logged(what string, err error) {
	if err != nil && core.CodeOf(err) != core.CodeCancelled {
		s.log.Warn("authorization server", "doing", what, "error", err)
	}
}

func (s *Service) changed(app AppID) { event.Publish(s.bus, AppChanged{ID: app}) }

// end ends a grant, and with it every code and token of the family.
func end(tx Tx, g Grant, why Reason, now time.Time) error {
	if !g.Revoked.IsZero() {
		return nil
	}
	g.Revoked, g.Why = now, why
	return tx.SaveGrant(g)
}
