package connection

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
	"linkdesk/core/service"
	"linkdesk/core/signin"
)

// Options are what a Service needs. Log, Locked and Records may be nil.
type Options struct {
	Store    Store
	Secrets  signin.Store
	Sealer   signin.Sealer
	SignIn   *signin.Client
	Tokens   *signin.Tokens
	Provider *provider.Caller
	Registry *service.Registry
	Bus      *event.Bus
	Clock    core.Clock
	Log      *slog.Logger
	Locked   func() bool // whether the vault is not open

	// Withdrawals keeps permissions that a service could not be told to withdraw;
	// nil: they are wiped, and only the person can withdraw them.
	Withdrawals Withdrawals

	// Adopt is told what the person chose for a connection that was just made or
	// reauthorized, so that the sync settings say the same; may be nil.
	Adopt func(ctx context.Context, id core.ConnectionID, chosen core.AccessMap) error
	// Stop ends the syncs of a connection that was just deleted and waits for
	// them (W-12); may be nil.
	Stop func(ctx context.Context, id core.ConnectionID) error
	// Records counts what was copied, for UsedBy.
	Records interface {
		Counts(ctx context.Context, id core.ConnectionID) (map[core.Model]int64, error)
	}
}

// Service looks after connections. Safe for concurrent use.
type Service struct {
	o Options

	mu       sync.Mutex
	closed   bool
	pending  map[*Pending]struct{}
	deleting map[core.ConnectionID]*Deletion
}

// New returns a Service. Close ends what it began.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = core.SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Locked == nil {
		o.Locked = func() bool { return false }
	}
	return &Service{o: o, pending: map[*Pending]struct{}{}, deleting: map[core.ConnectionID]*Deletion{}}
}

// Close cancels sign-ins that are under way and carries out deletions that
// could still be undone: the person has asked for them. When ctx ends first,
// services are no longer told; a connection whose deletion was not carried out
// is simply still there at the next start, and the error says so.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	var pending []*Pending
	for p := range s.pending {
		pending = append(pending, p)
	}
	var deleting []*Deletion
	for _, d := range s.deleting {
		deleting = append(deleting, d)
	}
	s.mu.Unlock()
	for _, p := range pending {
		p.Cancel()
	}
	s.o.SignIn.Close()
	var errs []error
	for _, d := range deleting {
		if _, err := d.Commit(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// changed tells everybody that a connection is different now.
func (s *Service) changed(id core.ConnectionID) {
	event.Publish(s.o.Bus, event.ConnectionChanged{ID: id})
}

// update changes a stored connection and tells everybody.
func (s *Service) update(ctx context.Context, id core.ConnectionID, change func(*core.Connection) error) error {
	if s.isDeleting(id) {
		return errGone()
	}
	if err := s.o.Store.Update(ctx, id, change); err != nil {
		return err
	}
	s.changed(id)
	return nil
}

func errGone() error { return core.NotFound("This connection was deleted.") }

// manifest returns the service of a connection. One that Linkdesk no longer
// knows, because its file was removed, has a name and nothing else.
func (s *Service) manifest(c core.Connection) (m *service.Manifest, known bool) {
	if m, err := s.o.Registry.Get(c.Service); err == nil {
		return m, true
	}
	return &service.Manifest{ID: c.Service, Name: c.Service}, false
}
