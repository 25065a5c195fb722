package syncing

import (
	"context"
	"slices"

	"linkdesk/core"
)

// continueWithin is how many of a connection's newest runs are looked at for
// what was interrupted.
const continueWithin = 20

// resumption is what a connection's interrupted runs left undone.
type resumption struct {
	models []core.Model
	mode   core.Mode
}

// recover marks runs that nobody runs any more as interrupted, and finds what
// they left undone (P-16). Only one Linkdesk at a time has the data open, so a
// run that is not ended at the start has a dead owner.
func (s *Service) recover(ctx context.Context) error {
	unfinished, err := s.Store.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, run := range unfinished {
		if run, err = s.counted(ctx, run); err != nil {
			return err
		}
		run = endedAs(run, core.RunInterrupted, s.Clock.Now())
		run.Status = core.Summarise(run.Models) // it may have ended just before it could say so
		if err := s.Store.SaveRun(ctx, run); err != nil {
			return err
		}
	}
	links, err := s.Connections.List(ctx)
	if err != nil {
		return err
	}
	s.tickMu.Lock()
	defer s.tickMu.Unlock()
	s.resume = map[core.ConnectionID]resumption{}
	for _, l := range links {
		runs, err := s.Store.Runs(ctx, l.ID, "", continueWithin)
		if err != nil {
			return err
		}
		if left := interrupted(runs); len(left.models) > 0 {
			s.resume[l.ID] = left
		}
	}
	return nil
}

// counted fills in what a run did that could not say so itself any more: the
// checkpoints that it wrote last know.
func (s *Service) counted(ctx context.Context, run core.Run) (core.Run, error) {
	run.Models = slices.Clone(run.Models)
	for i, m := range run.Models {
		if m.Status.Ended() {
			continue
		}
		cp, found, err := s.Records.Checkpoint(ctx, run.Connection, m.Model)
		if err != nil {
			return run, err
		}
		if found && cp.Run == run.ID {
			run.Models[i].Counts = cp.own()
		}
	}
	return run, nil
}

// resumeRuns continues interrupted runs, one run for a connection, as soon as
// the connection can be read.
func (s *Service) resumeRuns(ctx context.Context, now Situation) {
	for _, l := range now.Links {
		left, found := s.resume[l.ID]
		if !found || now.Paused || !readable(l.Status) {
			continue
		}
		if err := s.enqueue(ctx, newJob(l.ID, core.KindResumed, left.mode, left.models, s.Clock.Now())); err != nil {
			s.Log.Warn("an interrupted sync could not be continued", "connection", l.ID, "error", err)
			continue
		}
		delete(s.resume, l.ID)
		now.Busy[l.ID] = true
	}
}

// interrupted returns what the newest runs left undone, up to the first that
// was not interrupted. A data model counts as its newest run left it: an older
// one was continued by that already.
func interrupted(newestFirst []core.Run) resumption {
	left := resumption{mode: core.Incremental}
	var seen []core.Model
	for _, run := range newestFirst {
		if run.Status != core.RunInterrupted {
			break
		}
		for _, m := range run.Models {
			if slices.Contains(seen, m.Model) {
				continue
			}
			seen = append(seen, m.Model)
			if m.Status == core.RunInterrupted {
				left.models = append(left.models, m.Model)
				if run.Mode == core.Full {
					left.mode = core.Full
				}
			}
		}
	}
	return left
}
