package syncing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"linkdesk/core"
	"linkdesk/core/event"
)

// runs are kept for 90 days, 10,000 at most (Y22).
const (
	keepRunsFor = 90 * 24 * time.Hour
	keepRuns    = 10_000
)

// Why a run's context ends before the run does.
var (
	errCancelled = errors.New("cancelled by the person")
	errStopping  = errors.New("Linkdesk is being quit")
)

// Service plans, runs and reports syncs. Make it with New, start it with
// Start, end it with Stop.
type Service struct {
	Options

	ticker, pool gocron.Scheduler
	life         context.Context // of the runs, from Start to Stop
	endLife      context.CancelCauseFunc
	forgetVault  func()         // ends listening for the vault; nil when OnDemand
	working      sync.WaitGroup // connections at work in the pool

	tickMu sync.Mutex                       // one look at the due times at a time
	itemMu sync.Mutex                       // items are read, changed and saved by one at a time
	pruned time.Time                        // guarded by tickMu
	resume map[core.ConnectionID]resumption // what is still to be continued; guarded by tickMu

	mu      sync.Mutex                   // guards what follows
	queues  map[core.ConnectionID][]*job // an entry has a worker in the pool; its first job may be running
	jobs    map[core.RunID]*job
	ended   []core.Run // the newest, for Wait
	stopped bool
	pause   time.Time // no run by schedule before this
}

// New makes a Service that does nothing yet.
func New(o Options) *Service {
	return &Service{
		Options: o.withDefaults(),
		queues:  map[core.ConnectionID][]*job{},
		jobs:    map[core.RunID]*job{},
	}
}

// Start continues what was interrupted and begins to look at due times. The
// runs live until Stop, not until ctx ends.
func (s *Service) Start(ctx context.Context) error {
	s.life, s.endLife = context.WithCancelCause(context.WithoutCancel(ctx))
	var err error
	if s.pool, err = gocron.NewScheduler(gocron.WithLimitConcurrentJobs(uint(s.Parallel), gocron.LimitModeWait)); err != nil {
		return fmt.Errorf("worker pool: %w", err)
	}
	if s.ticker, err = gocron.NewScheduler(); err != nil {
		return fmt.Errorf("ticker: %w", err)
	}
	s.pool.Start()
	if err := s.loadPause(ctx); err != nil {
		return err
	}
	if err := s.recover(ctx); err != nil {
		return core.Wrapf(err, "continue interrupted runs")
	}
	if s.OnDemand {
		return nil
	}
	_, err = s.ticker.NewJob(gocron.DurationJob(s.Tick), gocron.NewTask(func() { s.tick(s.life) }),
		gocron.WithStartAt(gocron.WithStartImmediately()), gocron.WithSingletonMode(gocron.LimitModeReschedule))
	if err != nil {
		return fmt.Errorf("ticker: %w", err)
	}
	s.ticker.Start()
	// What could not be read while the sign-ins were locked need not wait for a
	// tick (P-04: usable within 5 s of an unlocked keyring).
	s.forgetVault = event.Subscribe(s.Bus, func(event.VaultChanged) { s.tick(s.life) })
	return nil
}

// Stop interrupts the runs, which then continue at the next Start, and returns
// when they have stopped or ctx ends.
func (s *Service) Stop(ctx context.Context) error {
	if s.endLife == nil {
		return nil
	}
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.endLife(errStopping)
	if s.forgetVault != nil {
		s.forgetVault()
	}
	resting := make(chan struct{})
	go func() { s.working.Wait(); close(resting) }()
	select {
	case <-resting:
	case <-ctx.Done():
		return ctx.Err()
	}
	s.releaseQueued()
	// Only now, with nothing at work: gocron waits for its jobs in a busy loop.
	return errors.Join(s.ticker.ShutdownWithContext(ctx), s.pool.ShutdownWithContext(ctx))
}

// tick starts what is due. Nobody waits for its errors: what cannot be done
// now is still due at the next tick.
func (s *Service) tick(ctx context.Context) {
	s.tickMu.Lock()
	defer s.tickMu.Unlock()
	if ctx.Err() != nil || s.OnDemand {
		return
	}
	now := s.Clock.Now()
	situation, err := s.rescheduled(ctx, now)
	if err != nil {
		s.Log.Warn("due times could not be read", "error", err)
		return
	}
	s.resumeRuns(ctx, situation)
	for _, p := range Plan(now, situation) {
		if err := s.enqueue(ctx, newJob(p.Connection, p.Kind, core.Incremental, p.Models, now)); err != nil {
			s.Log.Warn("a due sync could not be started", "connection", p.Connection, "error", err)
		}
	}
	if age := now.Sub(s.pruned); age > keepRunsFor/90 || age < 0 {
		s.pruned = now
		if err := s.Store.PruneRuns(ctx, now.Add(-keepRunsFor), keepRuns); err != nil {
			s.Log.Warn("old runs could not be deleted", "error", err)
		}
	}
}

// rescheduled returns the situation after due times were corrected and saved.
func (s *Service) rescheduled(ctx context.Context, now time.Time) (Situation, error) {
	s.itemMu.Lock()
	defer s.itemMu.Unlock()
	situation, err := s.situation(ctx)
	if err != nil {
		return situation, err
	}
	corrected := Reschedule(now, situation)
	for _, item := range corrected {
		if err := s.Store.SaveItem(ctx, item); err != nil {
			return situation, err
		}
	}
	// Later entries win, so the corrected ones replace those that were read.
	situation.Items = append(situation.Items, corrected...)
	return situation, nil
}

// situation reads all that decides what is due.
func (s *Service) situation(ctx context.Context) (Situation, error) {
	var now Situation
	var err error
	if now.Links, err = s.Connections.List(ctx); err != nil {
		return now, err
	}
	if now.Settings, err = s.Store.Settings(ctx); err != nil {
		return now, err
	}
	if now.Items, err = s.Store.Items(ctx); err != nil {
		return now, err
	}
	_, now.Paused = s.Paused()
	now.Busy, now.Location = s.busy(), s.Location()
	return now, nil
}
