package syncing

import (
	"context"
	"slices"

	"linkdesk/core"
)

// continueWithin is how many of a connection's newest runs are looked at for
// what was interrupted.
const continueWithin = 20

// recover marks runs that nobody runs any more as interrupted and continues
// them, one run for a connection (P-16). Only one Linkdesk at a time has the
// data open, so a run that is not ended at the start has a dead owner.
func (s *Service) recover(ctx context.Context) error {
	unfinished, err := s.Store.Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, run := range unfinished {
		if err := s.Store.SaveRun(ctx, endedAs(run, core.RunInterrupted, s.Clock.Now())); err != nil {
			return err
		}
	}
	links, err := s.Connections.List(ctx)
	if err != nil {
		return err
	}
	for _, l := range links {
		if !readable(l.Status) {
			continue
		}
		runs, err := s.Store.Runs(ctx, l.ID, "", continueWithin)
		if err != nil {
			return err
		}
		models, mode := interrupted(runs)
		if len(models) == 0 {
			continue
		}
		if err := s.enqueue(ctx, newJob(l.ID, core.KindResumed, mode, models, s.Clock.Now())); err != nil {
			return err
		}
	}
	return nil
}

// interrupted returns what the newest runs left undone, up to the first that
// was not interrupted. A data model counts as its newest run left it: an older
// one was continued by that already.
func interrupted(newestFirst []core.Run) (models []core.Model, mode core.Mode) {
	mode = core.Incremental
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
				models = append(models, m.Model)
				if run.Mode == core.Full {
					mode = core.Full
				}
			}
		}
	}
	return models, mode
}
