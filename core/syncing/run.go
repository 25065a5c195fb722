package syncing

import (
	"context"
	"slices"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
)

const heartbeatEvery = 10 * time.Second // P-16

// runner does one run.
type runner struct {
	*Service
	job      *job
	run      core.Run
	link     Link
	lister   Lister
	settings settings
	shownAt  time.Time // of the last progress sample
}

// execute does a run from its start to its end.
func (s *Service) execute(ctx context.Context, j *job) {
	r := &runner{Service: s, job: j, run: j.run}
	r.run.Models = slices.Clone(j.run.Models)
	r.run.Status, r.run.StartedAt = core.RunRunning, s.Clock.Now()
	keep := context.WithoutCancel(ctx) // what was done is noted also after a cancel
	err := s.Store.SaveRun(keep, r.run)
	if err == nil {
		stop := s.beat(ctx, j.id)
		err = r.prepare(ctx)
		r.models(ctx, keep, err)
		stop()
	}
	if err != nil {
		s.Log.Warn("a sync failed", "run", j.id, "error", err)
	}
	r.run = endedAs(r.run, core.RunFailed, s.Clock.Now())
	r.run.Status = core.Summarise(r.run.Models)
	if err := s.Store.SaveRun(keep, r.run); err != nil {
		s.Log.Warn("the end of a sync could not be saved", "run", j.id, "error", err)
	}
	if code, known := verdict(r.run.Models); known {
		if err := s.Connections.Checked(keep, j.connection, code); err != nil {
			s.Log.Warn("the state of a connection could not be saved", "connection", j.connection, "error", err)
		}
	}
	s.finish(j, r.run)
}

// prepare finds out what is needed to read.
func (r *runner) prepare(ctx context.Context) error {
	all, err := r.Store.Settings(ctx)
	if err != nil {
		return err
	}
	r.settings = indexSettings(all)
	if r.link, err = r.Connections.Get(ctx, r.job.connection); err != nil {
		return err
	}
	if r.link.Status == core.StatusReauth && r.run.Kind != core.KindManual {
		return core.E(core.CodeReauthRequired, "", nil) // since it was queued; asking again would be of no use
	}
	r.lister, err = r.Pages(ctx, r.link.Connection)
	return err
}

// models reads one data model after the other. What halts one and would halt
// the others ends the run for them, too, and each of them says so (P-06).
func (r *runner) models(ctx, keep context.Context, halted error) {
	for i, rm := range r.run.Models {
		out, err := outcome{RunModel: core.RunModel{Model: rm.Model}}, halted
		if err == nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			out, err = r.model(ctx, rm.Model)
		}
		if err != nil {
			out.failed(ctx, err)
			if meetsAll(out.Code) {
				halted = err
			}
		}
		if out.Status == core.RunFailed {
			out.Ref = core.AsError(err).Reference()
			r.Log.Warn("data was not synced", "run", r.run.ID, "model", rm.Model, "ref", out.Ref, "error", err)
		}
		if err := r.record(keep, i, out); err != nil {
			r.Log.Warn("the result of a sync could not be saved", "run", r.run.ID, "model", rm.Model, "error", err)
			halted = err
		}
	}
}

// record saves what became of a data model: first when it is due again, then
// that it is done, then its checkpoint goes. Ended in between, a resumed run
// finds the checkpoint of the finished read and repeats these steps.
func (r *runner) record(ctx context.Context, i int, out outcome) error {
	if out.Code != core.CodeNotFound { // the connection was deleted
		set, _ := r.settings.of(r.job.connection, out.Model)
		err := r.changeItem(ctx, r.job.connection, out.Model, func(item *Item) {
			*item = settle(*item, out, r.Clock.Now(), set.Schedule, r.Location())
		})
		if err != nil {
			return err
		}
	}
	r.run.Models[i] = out.RunModel
	if err := r.Store.SaveRun(ctx, r.run); err != nil {
		return err
	}
	r.mu.Lock()
	r.job.run.Models = slices.Clone(r.run.Models)
	r.mu.Unlock()
	if !out.completed() {
		return nil
	}
	return r.Records.EndRead(ctx, r.job.connection, out.Model, false)
}

// changeItem changes the stored state of a data model.
func (s *Service) changeItem(ctx context.Context, c core.ConnectionID, m core.Model, change func(*Item)) error {
	s.itemMu.Lock()
	defer s.itemMu.Unlock()
	item, err := s.item(ctx, c, m)
	if err != nil {
		return err
	}
	change(&item)
	return s.Store.SaveItem(ctx, item)
}

func (s *Service) item(ctx context.Context, c core.ConnectionID, m core.Model) (Item, error) {
	all, err := s.Store.Items(ctx)
	if err != nil {
		return Item{}, err
	}
	item, known := indexItems(all)[itemKey{c, m}]
	if !known {
		item = Item{Connection: c, Model: m, AnchorAt: s.Clock.Now()}
	}
	return item, nil
}

// beat renews the lease of a run until stop is called.
func (s *Service) beat(ctx context.Context, id core.RunID) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		every := time.NewTicker(heartbeatEvery)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				if err := s.Store.Heartbeat(ctx, id, s.Clock.Now()); err != nil && ctx.Err() == nil {
					s.Log.Warn("a running sync could not be marked as alive", "run", id, "error", err)
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// meetsAll reports whether what ended one data model would end the others of
// the same run, too.
func meetsAll(c core.Code) bool {
	switch c {
	case core.CodeServiceDown, core.CodeScopeMissing, core.CodeDataUnexpected, core.CodeInvalid, core.CodeInternal:
		return false
	}
	return true
}

// verdict says what a run proved about its connection (P-05): the code of what
// bars it, "" when records came through. Not known when nothing was proved.
func verdict(ms []core.RunModel) (code core.Code, known bool) {
	has := func(c core.Code) bool {
		return slices.ContainsFunc(ms, func(m core.RunModel) bool { return m.Code == c })
	}
	for _, c := range []core.Code{core.CodeReauthRequired, core.CodeKeyLost, core.CodeClientInvalid, core.CodeTLSUntrusted, core.CodeOffline, core.CodeScopeMissing} {
		if has(c) {
			return c, true
		}
	}
	if slices.ContainsFunc(ms, func(m core.RunModel) bool { return outcome{RunModel: m}.completed() }) {
		return "", true
	}
	return core.CodeServiceDown, has(core.CodeServiceDown)
}

// show samples the progress of the data model that is read, at most four times a second.
func (r *runner) show(p Progress) {
	p.Run, p.Connection, p.Status, p.Started = r.run.ID, r.link.ID, core.RunRunning, r.run.StartedAt
	r.mu.Lock()
	p.WaitingUntil = r.job.progress.WaitingUntil
	r.job.progress = p
	r.mu.Unlock()
	now := r.Clock.Now()
	if age := now.Sub(r.shownAt); age >= 0 && age < sampleEvery {
		return
	}
	r.shownAt = now
	r.publish(p)
}

func (r *runner) publish(p Progress) {
	p.Run, p.Connection, p.Started = r.run.ID, r.link.ID, r.run.StartedAt
	event.Publish(r.Bus, event.RunProgress{Run: p.Run, Connection: p.Connection, Model: p.Model,
		Counts: p.Counts, Total: p.Total, StartedAt: p.Started})
	if c := p.Counts; c.Added+c.Changed+c.Removed > 0 {
		event.Publish(r.Bus, event.RecordsChanged{Connection: p.Connection, Model: p.Model})
	}
}
