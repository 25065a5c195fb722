package syncing

import (
	"context"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
)

// At most 6 pages are in memory: one being fetched, one ahead, four being
// collected and written (performance.md).
const (
	pagesAhead  = 1
	batchPages  = 4
	batchWithin = 250 * time.Millisecond
	shortWait   = time.Minute // a longer rate limit ends the run until then
	mostWaits   = 5           // short ones in a row, for one page
)

type fetched struct {
	provider.Page
	err error
}

// list reads pages to the end of the list: one goroutine fetches, this one
// writes. Pages that came before an error are written before it is returned.
func (rd *reading) list(ctx context.Context) error {
	if rd.ended() {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	ahead := make(chan fetched, pagesAhead)
	go rd.fetch(ctx, provider.Position(rd.cp.Position), ahead)
	defer func() {
		cancel()
		for range ahead { // until the fetcher has closed it
		}
	}()
	for {
		batch, err := collect(ctx, ahead)
		if len(batch) > 0 {
			if err := rd.write(ctx, batch); err != nil {
				return err
			}
		}
		if err != nil || rd.ended() {
			return err
		}
	}
}

// fetch sends the pages from pos on, and what stopped it.
func (rd *reading) fetch(ctx context.Context, pos provider.Position, ahead chan<- fetched) {
	defer close(ahead)
	for {
		page, err := rd.page(ctx, pos)
		if err == nil && page.Next != "" && page.Next == pos {
			err = core.E(core.CodeDataUnexpected, "The service sent the same page again and again.", nil)
		}
		select {
		case ahead <- fetched{page, err}:
		case <-ctx.Done():
			return
		}
		if err != nil || page.Next == "" {
			return
		}
		pos = page.Next
	}
}

// page fetches one page.
func (rd *reading) page(ctx context.Context, pos provider.Position) (provider.Page, error) {
	return patiently(ctx, rd, func() (provider.Page, error) { return rd.lister.Page(ctx, rd.model, rd.query, pos) })
}

// patiently asks a service and sits out short rate limits.
func patiently[T any](ctx context.Context, rd *reading, ask func() (T, error)) (T, error) {
	for waits := 0; ; waits++ {
		page, err := ask()
		if core.CodeOf(err) != core.CodeRateLimited || waits == mostWaits {
			return page, err
		}
		until := core.AsError(err).Until
		wait := until.Sub(rd.Clock.Now())
		if until.IsZero() || wait > shortWait {
			return page, err
		}
		rd.waiting(until)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return page, ctx.Err()
		}
		rd.waiting(time.Time{})
	}
}

// waiting shows until when the service asked to wait.
func (rd *reading) waiting(until time.Time) {
	rd.mu.Lock()
	rd.job.progress.WaitingUntil = until
	rd.mu.Unlock()
	event.Publish(rd.Bus, event.SyncChanged{Connection: rd.link.ID})
}

// collect takes pages for one transaction. With an error come the pages before it.
func collect(ctx context.Context, ahead <-chan fetched) ([]provider.Page, error) {
	var batch []provider.Page
	var enough <-chan time.Time
	for len(batch) < batchPages {
		select {
		case f, open := <-ahead:
			if !open {
				return batch, ctx.Err()
			}
			if f.err != nil {
				return batch, f.err
			}
			batch = append(batch, f.Page)
			if f.Next == "" {
				return batch, nil
			}
			if enough == nil {
				timer := time.NewTimer(batchWithin)
				defer timer.Stop()
				enough = timer.C
			}
		case <-enough:
			return batch, nil
		case <-ctx.Done():
			return batch, ctx.Err()
		}
	}
	return batch, nil
}

// write stores pages and the place after them in one transaction.
func (rd *reading) write(ctx context.Context, batch []provider.Page) error {
	var records []core.Record
	now := rd.Clock.Now()
	for _, page := range batch {
		for _, record := range page.Records {
			record.Connection, record.SyncedAt = rd.link.ID, now
			if record.UpdatedAt.After(rd.cp.Newest) {
				rd.cp.Newest = record.UpdatedAt
			}
			records = append(records, record)
		}
		for _, bad := range page.Bad {
			rd.Log.Warn("a record could not be read", "run", rd.run.ID, "model", rd.model, "record", bad.RemoteID, "reason", bad.Reason)
		}
		rd.cp.Counts.Pages++
		rd.cp.Counts.Read += int64(len(page.Records) + len(page.Bad))
		rd.cp.Counts.Failed += int64(len(page.Bad))
		rd.cp.Position = string(page.Next)
		if page.Next == "" {
			rd.cp.Position = listEnded
		}
		rd.expected = max(rd.expected, page.Total)
	}
	if err := rd.apply(ctx, records); err != nil {
		return err
	}
	rd.show(rd.progress())
	return nil
}

// apply stores records and the checkpoint, and counts what became of them.
func (rd *reading) apply(ctx context.Context, records []core.Record) error {
	did, err := rd.Records.Apply(ctx, rd.link.ID, rd.model, records, rd.cp, rd.markSeen, rd.Clock.Now())
	if err != nil {
		return err
	}
	rd.cp.Counts.Add(core.Counts{Added: did.Added, Changed: did.Changed, Unchanged: did.Unchanged, Removed: did.Removed})
	return nil
}
