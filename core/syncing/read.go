package syncing

import (
	"context"
	"errors"
	"time"

	"linkdesk/core"
	"linkdesk/core/provider"
)

// Marks in Checkpoint.Position instead of a place in the list.
const (
	listEnded     = "linkdesk: the list ended"     // all its pages are written
	removeMissing = "linkdesk: remove the missing" // and what it lacked is counted as removed
)

// reading is the read of one data model.
type reading struct {
	*runner
	model    core.Model
	item     Item
	query    provider.ListQuery
	cp       Checkpoint
	resumed  bool  // the checkpoint is that of an earlier run
	markSeen bool  // removals can be found
	expected int64 // records, when the service says
	refused  int64 // lists of members that the service does not give
}

// model reads one data model from where its last read stopped, or anew.
func (r *runner) model(ctx context.Context, m core.Model) (outcome, error) {
	rd, err := r.open(ctx, m)
	if err != nil {
		return outcome{RunModel: core.RunModel{Model: m}}, err
	}
	if rd.settled() {
		out := rd.outcome()
		out.Status, out.Code, out.Public = rd.item.LastStatus, rd.item.LastCode, rd.item.LastPublic
		return out, nil
	}
	rd.show(rd.progress())
	err = rd.list(ctx)
	if errors.Is(err, provider.ErrPosition) {
		rd.Log.Info("a list starts again, its place is no longer known", "run", r.run.ID, "model", m)
		if err = rd.restart(ctx); err == nil {
			err = rd.list(ctx)
		}
	}
	var held, judged = int64(0), false
	if err == nil {
		held, judged, err = rd.removals(ctx)
	}
	if err == nil {
		err = rd.members(ctx)
	}
	out := rd.outcome()
	out.held, out.judged = held, judged
	if held > 0 {
		out.Status, out.Code = core.RunHeld, core.CodeDeleteHeld
	}
	r.publish(rd.progress())
	return out, err
}

// open decides what is read and from where.
func (r *runner) open(ctx context.Context, m core.Model) (*reading, error) {
	item, err := r.Service.item(ctx, r.link.ID, m)
	if err != nil {
		return nil, err
	}
	cp, found, err := r.Records.Checkpoint(ctx, r.link.ID, m)
	if err != nil {
		return nil, err
	}
	rd := &reading{runner: r, model: m, item: item}
	rd.query = queryFor(item, r.run.Mode, r.job.from, r.lister.Incremental(m))
	if found && r.continues(cp, item) {
		rd.cp, rd.resumed = cp, true
		rd.cp.Before = cp.Counts
		if rd.query.Full = cp.Mode == core.Full; rd.query.Full {
			rd.query.Since = time.Time{}
		}
	} else if err := rd.restart(ctx); err != nil {
		return nil, err
	}
	rd.cp.Run = r.run.ID
	// A first load has nothing to miss; noting what it saw would only cost.
	rd.markSeen = rd.query.Full && r.lister.DetectsDeletes(m) && !item.SyncedAt.IsZero()
	return rd, nil
}

// queryFor returns what to ask for: everything, or changes since the newest one
// seen. A `from` counts only where it is earlier: read from a later time, the
// changes between would be missed for good.
func queryFor(item Item, mode core.Mode, from time.Time, incremental bool) provider.ListQuery {
	since := item.Since
	if !from.IsZero() && (since.IsZero() || from.Before(since)) {
		since = from
	}
	if mode == core.Full || !incremental || since.IsZero() {
		return provider.ListQuery{Full: true}
	}
	return provider.ListQuery{Since: since}
}

// continues reports whether a run goes on at a checkpoint. A complete read is
// continued by any run; one of changes only does not make a complete one. The
// checkpoint of a read that was completed since is a leftover, except when the
// run continues just that read.
func (r *runner) continues(cp Checkpoint, item Item) bool {
	if !r.job.from.IsZero() || cp.Mode == core.Incremental && r.run.Mode == core.Full {
		return false
	}
	return r.run.Kind == core.KindResumed || cp.StartedAt.After(item.SyncedAt)
}

// restart drops what is left of an earlier read. Reading again does no harm:
// a record is written by its id, and only where it differs. What this run wrote
// already stays counted.
func (rd *reading) restart(ctx context.Context) error {
	did := rd.cp.own()
	did = core.Counts{Added: did.Added, Changed: did.Changed, Removed: did.Removed}
	rd.resumed = false
	rd.cp = Checkpoint{Run: rd.run.ID, Mode: core.Incremental, StartedAt: rd.Clock.Now()}
	if rd.query.Full {
		rd.cp.Mode = core.Full
	}
	if err := rd.Records.EndRead(ctx, rd.link.ID, rd.model, false); err != nil || did == (core.Counts{}) {
		return err
	}
	rd.cp.Counts = did
	return rd.apply(ctx, nil) // for the figures, should it end now
}

// settled reports whether the read was completed and its item saved by the run
// that this one continues; only the result was not noted in the run.
func (rd *reading) settled() bool {
	return rd.resumed && rd.ended() && !rd.cp.StartedAt.After(rd.item.SyncedAt)
}

func (rd *reading) ended() bool {
	return rd.cp.Position == listEnded || rd.cp.Position == removeMissing
}

// removals finds what a complete read lacked and removes it here, unless that
// is so much that the person has to agree (P-14). Nothing is looked for when
// records were skipped: those may be the ones that lack.
func (rd *reading) removals(ctx context.Context) (held int64, judged bool, err error) {
	if rd.cp.Position == listEnded {
		if !rd.markSeen || rd.cp.Counts.Failed > 0 {
			return 0, false, nil
		}
		missing, total, err := rd.Records.Missing(ctx, rd.link.ID, rd.model)
		if err != nil {
			return 0, false, err
		}
		agreed := missing <= rd.job.approved[rd.model]
		lack := missing
		if agreed {
			lack = 0 // those that were kept go, too
		}
		kept, err := rd.kept(ctx, rd.link.ID, rd.model, lack)
		switch {
		case err != nil:
			return 0, false, err
		case missing == 0, !agreed && missing <= kept:
			return 0, true, nil
		case !agreed && (kept > 0 || unusual(missing, total)): // which ones the person keeps is not known
			return missing, true, nil
		}
		// Counted before it is done: a resumed run would find nothing missing any more.
		rd.cp.Counts.Removed += missing
		rd.cp.Position = removeMissing
		if err := rd.apply(ctx, nil); err != nil {
			return 0, false, err
		}
	}
	_, err = rd.Records.RemoveMissing(ctx, rd.link.ID, rd.model, rd.Clock.Now())
	return 0, err == nil, err
}

// unusual is the guard of product row Y13.
func unusual(missing, total int64) bool { return missing > 10 && missing*10 > total }

func (rd *reading) outcome() outcome {
	out := outcome{mode: rd.cp.Mode, startedAt: rd.cp.StartedAt, newest: rd.cp.Newest, read: rd.cp.Counts.Read}
	out.RunModel = core.RunModel{Model: rd.model, Status: core.RunOK, Counts: rd.cp.own()}
	out.Counts.Failed += rd.refused
	if rd.cp.Counts.Failed+rd.refused > 0 {
		out.Status, out.Code = core.RunPartial, core.CodeDataUnexpected
	}
	return out
}

func (rd *reading) progress() Progress {
	return Progress{Model: rd.model, Counts: rd.cp.Counts, Total: rd.expected}
}
