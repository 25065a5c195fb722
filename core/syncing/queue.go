package syncing

import (
	"context"
	"slices"
	"time"

	"github.com/go-co-op/gocron/v2"

	"linkdesk/core"
	"linkdesk/core/event"
)

// job is a run that waits or goes on. Its changing fields are guarded by Service.mu.
type job struct {
	id         core.RunID
	connection core.ConnectionID
	from       time.Time            // read changes from here; zero: from where the last read ended
	approved   map[core.Model]int64 // removals that the person agreed to

	run      core.Run
	progress Progress
	cancel   context.CancelCauseFunc // nil while it waits
	done     chan struct{}           // closed when run is final
}

func newJob(c core.ConnectionID, kind core.RunKind, mode core.Mode, models []core.Model, now time.Time) *job {
	id := core.NewRunID()
	run := core.Run{ID: id, Connection: c, Kind: kind, Mode: mode, Status: core.RunQueued, StartedAt: now}
	for _, m := range readOrder {
		if slices.Contains(models, m) {
			run.Models = append(run.Models, core.RunModel{Model: m, Status: core.RunQueued})
		}
	}
	return &job{id: id, connection: c, run: run, done: make(chan struct{}),
		progress: Progress{Run: id, Connection: c, Status: core.RunQueued, Started: now}}
}

// enqueue saves the run as waiting and hands its connection to the pool.
func (s *Service) enqueue(ctx context.Context, j *job) error {
	if err := s.Store.SaveRun(ctx, j.run); err != nil {
		return err
	}
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return core.E(core.CodeCancelled, "Linkdesk is being quit.", errStopping)
	}
	_, worked := s.queues[j.connection]
	s.queues[j.connection] = append(s.queues[j.connection], j)
	s.jobs[j.id] = j
	s.mu.Unlock()
	event.Publish(s.Bus, event.SyncChanged{Connection: j.connection})
	if worked {
		return nil // the connection's worker gets to it
	}
	_, err := s.pool.NewJob(gocron.OneTimeJob(gocron.OneTimeJobStartImmediately()), gocron.NewTask(s.work, j.connection))
	return core.Wrapf(err, "worker pool")
}

// work does the runs of one connection, one after the other, in the pool.
func (s *Service) work(c core.ConnectionID) {
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return
	}
	s.working.Add(1)
	s.mu.Unlock()
	defer s.working.Done()
	for {
		j, ctx := s.next(c)
		if j == nil {
			return
		}
		s.execute(ctx, j)
	}
}

// next takes the first waiting run of a connection; nil when there is none.
func (s *Service) next(c core.ConnectionID) (*job, context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queues[c]) == 0 {
		delete(s.queues, c)
		return nil, nil
	}
	if s.stopped {
		return nil, nil
	}
	j := s.queues[c][0]
	ctx, cancel := context.WithCancelCause(s.life)
	j.cancel = cancel
	return j, ctx
}

// finish makes the result of a run known, once: two may cancel a run that
// waits, and a quit may come in between.
func (s *Service) finish(j *job, run core.Run) {
	s.mu.Lock()
	if s.jobs[j.id] == nil {
		s.mu.Unlock()
		return
	}
	if j.cancel != nil {
		j.cancel(nil)
	}
	j.run = run
	s.unqueue(j)
	delete(s.jobs, j.id)
	s.ended = append(s.ended, run)
	if len(s.ended) > 100 {
		s.ended = slices.Delete(s.ended, 0, 1)
	}
	close(j.done)
	s.mu.Unlock()
	event.Publish(s.Bus, event.RunEnded{Run: run})
	event.Publish(s.Bus, event.SyncChanged{Connection: j.connection})
}

// unqueue takes a run out of its queue. The queue itself stays until its worker
// leaves it. The caller holds mu.
func (s *Service) unqueue(j *job) {
	if q, ok := s.queues[j.connection]; ok {
		s.queues[j.connection] = slices.DeleteFunc(q, func(o *job) bool { return o == j })
	}
}

// releaseQueued lets go of whoever waits for runs that will not begin any
// more; their rows stay queued and are continued at the next Start.
func (s *Service) releaseQueued() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		j.run = endedAs(j.run, core.RunInterrupted, s.Clock.Now())
		s.ended = append(s.ended, j.run)
		close(j.done)
	}
	clear(s.jobs)
	clear(s.queues)
}

// endedAs ends a run and those of its models that are not done with one status.
func endedAs(r core.Run, status core.RunStatus, now time.Time) core.Run {
	r.Models = slices.Clone(r.Models)
	for i := range r.Models {
		if !r.Models[i].Status.Ended() {
			r.Models[i].Status = status
		}
	}
	r.Status, r.EndedAt = status, now
	return r
}

// busy returns the connections that have a run.
func (s *Service) busy() map[core.ConnectionID]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	busy := make(map[core.ConnectionID]bool, len(s.queues))
	for c, q := range s.queues {
		busy[c] = len(q) > 0
	}
	return busy
}
