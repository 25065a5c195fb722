package connection

import (
	"context"
	"errors"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/signin"
)

const (
	tellFor    = 7 * 24 * time.Hour // product row P-19
	tellEvery  = 24 * time.Hour
	lookEvery  = 30 * time.Minute // whether one is due: the computer may have slept
	tellWithin = 15 * time.Second // how long a service may take to withdraw a permission
)

// Waiting is a permission of a connection that is gone, which its service could
// not be told to withdraw yet. Its secrets are sealed as they were.
type Waiting struct {
	Connection core.Connection // with no more than the call needs
	Sealed     signin.Sealed
	Since      time.Time // it was deleted
	TriedAt    time.Time // last
}

// Withdrawals keeps the permissions that wait.
type Withdrawals interface {
	// DeleteKeeping is Store.Delete, and keeps in the same transaction what is
	// needed to withdraw the permission later.
	DeleteKeeping(ctx context.Context, id core.ConnectionID, dropRecords bool) error

	Waiting(ctx context.Context) ([]Waiting, error)
	Tried(ctx context.Context, id core.ConnectionID, at time.Time) error
	// EndWaiting wipes one.
	EndWaiting(ctx context.Context, id core.ConnectionID) error
}

// withdraw gives the permission back at the service, where it can be told.
func (s *Service) withdraw(ctx context.Context, id core.ConnectionID) Outcome {
	ctx, cancel := context.WithTimeout(ctx, tellWithin)
	defer cancel()
	err := s.o.Tokens.Revoke(ctx, id)
	if err == nil {
		return Withdrawn
	}
	if !errors.Is(err, signin.ErrNoRevoke) {
		s.o.Log.Warn("a permission was not withdrawn at the service", "connection", string(id), "code", string(core.CodeOf(err)))
	}
	if s.o.Withdrawals == nil || hopeless(err) {
		return NotTold
	}
	return ToldLater
}

// hopeless reports whether trying again cannot help: the service has no call
// for it or is not known any more, or the secrets cannot be read for good.
func hopeless(err error) bool {
	if errors.Is(err, signin.ErrNoRevoke) {
		return true
	}
	switch core.CodeOf(err) {
	case core.CodeNotFound, core.CodeKeyLost, core.CodeInvalid, core.CodeStorageDamaged:
		return true
	}
	return false
}

// KeepWithdrawing tells services about the permissions that wait: now, or as
// soon as the vault is open, and then once a day. It runs until ctx ends.
func (s *Service) KeepWithdrawing(ctx context.Context) {
	vault := make(chan struct{}, 1)
	defer event.Subscribe(s.o.Bus, func(event.VaultChanged) {
		select {
		case vault <- struct{}{}:
		default: // it will be looked at anyway
		}
	})()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	every := time.Duration(0) // at first all of them
	for {
		// While the vault is locked, what was sealed cannot be read.
		if !s.o.Locked() && s.WithdrawWaiting(ctx, every) {
			every = tellEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-vault:
		}
	}
}

// WithdrawWaiting tries those that were last tried so long ago, and gives up
// those that waited a week. It reports whether it could look.
func (s *Service) WithdrawWaiting(ctx context.Context, every time.Duration) bool {
	if s.o.Withdrawals == nil {
		return true
	}
	all, err := s.o.Withdrawals.Waiting(ctx)
	if err != nil {
		s.o.Log.Warn("the permissions that wait to be withdrawn could not be read", "error", err)
		return false
	}
	now := s.o.Clock.Now()
	for _, w := range all {
		if age := now.Sub(w.TriedAt); age >= 0 && age < every && now.Sub(w.Since) < tellFor {
			continue
		}
		if ctx.Err() != nil {
			return false
		}
		if err := s.withdrawOne(ctx, w, now); err != nil {
			s.o.Log.Warn("what became of a permission could not be saved", "connection", string(w.Connection.ID), "error", err)
		}
	}
	return true
}

// withdrawOne tries one. The error is the store's.
func (s *Service) withdrawOne(ctx context.Context, w Waiting, now time.Time) error {
	id := w.Connection.ID
	about := []any{"connection", string(id), "service", w.Connection.Service}
	err := s.revokeSealed(ctx, w)
	keep := context.WithoutCancel(ctx)
	switch {
	case err == nil:
		s.o.Log.Info("a permission was withdrawn later than its connection was deleted", about...)
		return s.o.Withdrawals.EndWaiting(keep, id)
	case ctx.Err() != nil:
		return nil //nolint:nilerr // Linkdesk ends: that says nothing about the service
	case hopeless(err) || now.Sub(w.Since) >= tellFor:
		s.o.Log.Warn("a permission could not be withdrawn and was given up: remove Linkdesk in the settings of the service", append(about, "code", string(core.CodeOf(err)))...)
		return s.o.Withdrawals.EndWaiting(keep, id)
	}
	s.o.Log.Warn("a permission was not withdrawn at the service; it is tried again", append(about, "code", string(core.CodeOf(err)))...)
	return s.o.Withdrawals.Tried(keep, id, now)
}

func (s *Service) revokeSealed(ctx context.Context, w Waiting) error {
	ctx, cancel := context.WithTimeout(ctx, tellWithin)
	defer cancel()
	m, err := s.o.Registry.Get(w.Connection.Service)
	if err != nil {
		return err
	}
	auth, _ := m.AuthMethod(w.Connection.Method)
	target := signin.Target{Manifest: m, Auth: auth, ClientID: w.Connection.ClientID, Values: m.Values(w.Connection.Inputs, w.Connection.Captured)}
	return s.o.Tokens.RevokeSealed(ctx, w.Connection.ID, target, w.Sealed)
}
