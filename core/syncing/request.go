package syncing

import (
	"context"
	"slices"
	"time"

	"linkdesk/core"
)

// Request says what to sync now.
type Request struct {
	Connections []core.ConnectionID // nil: all that are not paused
	Models      []core.Model        // nil: all that are synced
	Mode        core.Mode           // "": Incremental
	From        time.Time           // read changes from here on, where that is earlier than usual
}

// SyncNow starts one run for each connection and returns their ids. It works
// while syncing is paused. A run that waits already and covers the request is
// not asked for twice. A data model that is set to Don't sync is left out;
// when nothing is left the error is of class CodeInvalid.
func (s *Service) SyncNow(ctx context.Context, r Request) ([]core.RunID, error) {
	wanted, err := s.resolve(ctx, r)
	if err != nil {
		return nil, err
	}
	var ids []core.RunID
	for _, w := range wanted {
		id, waiting := s.waiting(w.link.ID, w.models, r)
		if !waiting {
			j := newJob(w.link.ID, core.KindManual, r.mode(), w.models, s.Clock.Now())
			j.from, id = r.From, j.id
			if err := s.enqueue(ctx, j); err != nil {
				return ids, err
			}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (r Request) mode() core.Mode {
	if r.Mode == "" {
		return core.Incremental
	}
	return r.Mode
}

// selection is what a request comes to for one connection.
type selection struct {
	link   Link
	models []core.Model // in the order of reading, at least one
}

// resolve finds the connections and data models of a request.
func (s *Service) resolve(ctx context.Context, r Request) ([]selection, error) {
	links, err := s.links(ctx, r.Connections)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	set := indexSettings(all)
	var chosen []selection
	for _, l := range links {
		var models []core.Model
		for _, m := range readOrder {
			if set.reads(l, m) && (r.Models == nil || slices.Contains(r.Models, m)) {
				models = append(models, m)
			}
		}
		if len(models) > 0 {
			chosen = append(chosen, selection{l, models})
		}
	}
	if len(chosen) == 0 && len(links) > 0 {
		return nil, core.Invalid("There is nothing to sync: the data is set to Don't sync, or the service gave no permission for it. Change that on the Sync tab.")
	}
	return chosen, nil
}

// links returns the named connections, or all that are not paused.
func (s *Service) links(ctx context.Context, ids []core.ConnectionID) ([]Link, error) {
	if ids == nil {
		all, err := s.Connections.List(ctx)
		return slices.DeleteFunc(all, func(l Link) bool { return l.Paused }), err
	}
	var links []Link
	for _, id := range ids {
		l, err := s.Connections.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		links = append(links, l)
	}
	return links, nil
}

// waiting finds a run that has not begun and would do all of the request.
func (s *Service) waiting(c core.ConnectionID, models []core.Model, r Request) (core.RunID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.queues[c] {
		has := func(m core.Model) bool {
			return slices.ContainsFunc(j.run.Models, func(rm core.RunModel) bool { return rm.Model == m })
		}
		missing := slices.ContainsFunc(models, func(m core.Model) bool { return !has(m) })
		if j.cancel == nil && j.run.Mode == r.mode() && j.from.Equal(r.From) && len(j.approved) == 0 && !missing {
			return j.id, true
		}
	}
	return "", false
}

// Cancel stops a run; what it saved stays. A run that has ended is left alone.
func (s *Service) Cancel(ctx context.Context, id core.RunID) error {
	s.mu.Lock()
	j := s.jobs[id]
	if j == nil {
		s.mu.Unlock()
		return nil
	}
	if j.cancel != nil {
		j.cancel(errCancelled)
		s.mu.Unlock()
		return nil
	}
	// It waits: taken out of the queue here, it cannot begin.
	s.unqueue(j)
	run := endedAs(j.run, core.RunCancelled, s.Clock.Now())
	s.mu.Unlock()
	err := s.Store.SaveRun(ctx, run)
	s.finish(j, run)
	return err
}

// Forget stops all runs of a connection and waits for them: when it is deleted.
func (s *Service) Forget(ctx context.Context, c core.ConnectionID) error {
	s.mu.Lock()
	jobs := slices.Clone(s.queues[c])
	s.mu.Unlock()
	for _, j := range slices.Backward(jobs) { // the waiting ones first, so that none begins
		if err := s.Cancel(ctx, j.id); err != nil {
			return err
		}
	}
	for _, j := range jobs {
		select {
		case <-j.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Wait returns the runs when all of them have ended, in the order of the ids.
func (s *Service) Wait(ctx context.Context, ids []core.RunID) ([]core.Run, error) {
	var runs []core.Run
	for _, id := range ids {
		s.mu.Lock()
		j := s.jobs[id]
		s.mu.Unlock()
		if j != nil {
			select {
			case <-j.done:
			case <-ctx.Done():
				return runs, ctx.Err()
			}
		}
		run, err := s.endedRun(ctx, id)
		if err != nil {
			return runs, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

func (s *Service) endedRun(ctx context.Context, id core.RunID) (core.Run, error) {
	is := func(r core.Run) bool { return r.ID == id }
	s.mu.Lock()
	i := slices.IndexFunc(s.ended, is)
	if i >= 0 {
		defer s.mu.Unlock()
		return s.ended[i], nil
	}
	s.mu.Unlock()
	stored, err := s.Store.Runs(ctx, "", "", 1000)
	if err != nil {
		return core.Run{}, err
	}
	if i := slices.IndexFunc(stored, is); i >= 0 {
		return stored[i], nil
	}
	return core.Run{}, core.NotFound("That sync is not there any more.")
}

// Runs returns runs, newest first; connection "" means all. Before a run id pages on.
func (s *Service) Runs(ctx context.Context, c core.ConnectionID, before core.RunID, limit int) ([]core.Run, error) {
	return s.Store.Runs(ctx, c, before, limit)
}
