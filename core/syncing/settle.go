package syncing

import (
	"context"
	"errors"
	"time"

	"linkdesk/core"
)

// What failed is tried again after 10 s × 3ⁿ, at most 30 min, 5 times; then at
// its next due time. It is never switched off (Y18, P-23).
const (
	firstRetry  = 10 * time.Second
	longestTry  = 30 * time.Minute
	mostRetries = 5
)

// outcome is what a run did to one data model, with what the next one builds on.
type outcome struct {
	core.RunModel
	mode      core.Mode
	startedAt time.Time // of the read
	newest    time.Time // newest updated_at of the read
	read      int64     // records of the whole read, also those that an earlier run counted
	judged    bool      // removals were looked for
	held      int64     // removals that wait for the person
}

// completed reports whether the list was read to its end.
func (o outcome) completed() bool {
	return o.Status == core.RunOK || o.Status == core.RunPartial || o.Status == core.RunHeld
}

// failed notes why the data model was not read to its end.
func (o *outcome) failed(ctx context.Context, err error) {
	e := core.AsError(err)
	o.Status, o.Code, o.Public, o.Until = core.RunFailed, e.Code, e.Public, e.Until
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errCancelled):
		o.Status, o.Code, o.Public = core.RunCancelled, core.CodeCancelled, ""
	case errors.Is(cause, errStopping):
		o.Status, o.Code, o.Public = core.RunInterrupted, "", ""
	case e.Code == core.CodeRateLimited:
		o.Status = core.RunRateLimited
	}
}

// settle returns the item after an outcome: from where to ask for changes, and
// when it is due again.
func settle(item Item, out outcome, now time.Time, schedule core.Schedule, loc *time.Location) Item {
	item.LastStatus, item.LastCode, item.LastPublic = out.Status, out.Code, out.Public
	if out.Status == core.RunInterrupted {
		return item // still due: it goes on at the next start
	}
	item.RetryAt = time.Time{}
	switch {
	case out.completed():
		item = settleCompleted(item, out, now)
	case out.Status == core.RunRateLimited:
		item.RetryAt = out.Until
		if !out.Until.After(now) {
			item.Failures++
			item.RetryAt = now.Add(backoff(item.Failures))
		}
	case out.Status == core.RunFailed:
		item.Failures++
		switch retry := out.Code.Text().Retry; {
		case retry == core.RetryNetwork, retry == core.RetryBackoff && item.Failures <= mostRetries:
			item.RetryAt = now.Add(backoff(item.Failures))
			if out.Until.After(item.RetryAt) {
				item.RetryAt = out.Until
			}
		}
	}
	if !item.DueAt.After(now) {
		item.DueAt = schedule.Next(now, item.AnchorAt, loc)
	}
	return item
}

func settleCompleted(item Item, out outcome, now time.Time) Item {
	item.SyncedAt, item.Failures = now, 0
	// Changes made while the list was read may be missing from pages that were
	// already done, so the next read asks from the start of this one at the latest.
	since := out.newest
	if since.IsZero() && out.read > 0 {
		since = out.startedAt // records without a time of their own
	}
	if since.After(out.startedAt) {
		since = out.startedAt
	}
	if out.mode == core.Full || since.After(item.Since) {
		item.Since = since
	}
	if out.mode == core.Full {
		item.FullAt = now
	}
	if out.judged {
		item.HeldCount = out.held
	}
	return item
}

// backoff is how long to wait after so many failures in a row.
func backoff(failures int) time.Duration {
	wait := firstRetry
	for ; failures > 1 && wait < longestTry; failures-- {
		wait *= 3
	}
	return min(wait, longestTry)
}
