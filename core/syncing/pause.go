package syncing

import (
	"context"
	"time"

	"linkdesk/core/event"
)

const pausedKey = "sync.paused_until"

// UntilResumed is the end of a pause that has none.
var UntilResumed = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// PauseUntil starts no run by schedule before t; the zero time means until
// Resume. It survives a restart. Runs that go on end as usual, and SyncNow works.
func (s *Service) PauseUntil(ctx context.Context, t time.Time) error {
	if t.IsZero() {
		t = UntilResumed
	}
	return s.setPause(ctx, t.UTC())
}

// PauseUntilTomorrow pauses to the next midnight of the person's time zone.
func (s *Service) PauseUntilTomorrow(ctx context.Context) error {
	now := s.Clock.Now().In(s.Location())
	return s.PauseUntil(ctx, time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location()))
}

// Resume ends the pause. What became due meanwhile starts, once.
func (s *Service) Resume(ctx context.Context) error {
	if err := s.setPause(ctx, time.Time{}); err != nil {
		return err
	}
	if s.life != nil {
		s.tick(s.life)
	}
	return nil
}

// Paused tells whether all syncing is paused, and until when.
func (s *Service) Paused() (until time.Time, paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pause, s.pause.After(s.Clock.Now())
}

func (s *Service) setPause(ctx context.Context, until time.Time) error {
	value := ""
	if !until.IsZero() {
		value = until.Format(time.RFC3339)
	}
	if err := s.Preferences.Set(ctx, pausedKey, value); err != nil {
		return err
	}
	s.mu.Lock()
	s.pause = until
	s.mu.Unlock()
	event.Publish(s.Bus, event.SyncChanged{})
	return nil
}

// loadPause reads the pause of an earlier start. One that cannot be read is none.
func (s *Service) loadPause(ctx context.Context) error {
	value, err := s.Preferences.Get(ctx, pausedKey)
	if err != nil {
		return err
	}
	until, err := time.Parse(time.RFC3339, value)
	if err != nil && value != "" {
		s.Log.Warn("the pause could not be read", "error", err)
	}
	s.mu.Lock()
	s.pause = until
	s.mu.Unlock()
	return nil
}
