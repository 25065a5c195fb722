package sync

import (
	"time"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// rows turns the data models into what the list shows.
func rows(s State, now time.Time) []kit.Row {
	var all []kit.Row
	for _, stored := range s.Rows {
		r, _ := s.Row(stored.Model)
		row := kit.Row{
			ID: string(r.Model), Icon: words.ModelIcon(r.Model), Name: kit.T(r.Model.Title()), Second: second(s, r),
			Status: status(s, r, now), Dim: r.Access == core.Disabled,
			Figures: []string{kit.T(r.Access.Title()), kit.ScheduleSentence(r.Schedule), kit.Number(r.Records), next(r, now)},
		}
		row.Action, row.Strong = action(s, r)
		all = append(all, row)
	}
	return all
}

func second(s State, r syncing.Row) string {
	switch {
	case s.Changes[r.Model] != (core.SyncSetting{}) || s.Unset[r.Model]:
		return kit.T("Not applied yet")
	case s.For != "" && r.Own:
		return kit.T("Own setting")
	case s.For != "":
		return kit.T("Uses default")
	}
	return ""
}

// nothingWanted reports whether every data model is switched off.
func (s State) nothingWanted() bool {
	for _, r := range s.Rows {
		if r.Access != core.Disabled {
			return false
		}
	}
	return len(s.Rows) > 0 && len(s.Connections) > 0
}

// progress returns the run that reads a data model now, of the chosen
// connection or of any.
func progress(s State, m core.Model) (syncing.Progress, bool) {
	for _, p := range s.Running {
		if p.Model == m && (s.For == "" || p.Connection == s.For) {
			return p, true
		}
	}
	return syncing.Progress{}, false
}

// status is the sync column of product 4.2.
func status(s State, r syncing.Row, now time.Time) kit.State {
	if p, ok := progress(s, r.Model); ok {
		return running(p, now)
	}
	asOf := kit.T("as of {when}", "when", kit.When(r.AsOf, now))
	if r.AsOf.IsZero() {
		asOf = kit.T("nothing copied yet")
	}
	switch r.Status {
	case syncing.StatusHeld:
		return kit.State{Icon: kit.IconHand, Tone: kit.Attention, Word: kit.T("Held"), Detail: held(r)}
	case syncing.StatusScope:
		return kit.State{Icon: kit.IconAlert, Tone: kit.Attention, Word: kit.T("Needs permission"), Detail: asOf}
	case syncing.StatusFailed:
		return kit.State{Icon: kit.IconCross, Tone: kit.Bad, Word: kit.T("Failed"), Detail: asOf}
	case syncing.StatusPartial:
		return kit.State{Icon: kit.IconAlert, Tone: kit.Attention, Word: kit.T("Partly done"), Detail: asOf}
	case syncing.StatusOverdue:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Overdue"), Detail: kit.T("runs when online")}
	case syncing.StatusInterrupted:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Interrupted"), Detail: kit.T("will continue")}
	case syncing.StatusRateLimited:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Waiting"), Detail: kit.T("continues {when}", "when", kit.When(r.Item.RetryAt, now))}
	case syncing.StatusRunning:
		return kit.State{Busy: true, Tone: kit.Info, Word: kit.T("Syncing")}
	case syncing.StatusQueued:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Queued"), Detail: asOf}
	case syncing.StatusCancelled:
		return kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: kit.T("Cancelled"), Detail: asOf}
	case syncing.StatusPaused:
		return kit.State{Icon: kit.IconPause, Tone: kit.Neutral, Word: kit.T("Paused"), Detail: asOf}
	case syncing.StatusDisabled:
		return kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: kit.T("Don't sync")}
	case syncing.StatusOK:
		return kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.T("Up to date"), Detail: asOf}
	}
	return kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: kit.T("Never synced")}
}

// running says how far a read is; an unknown total never shows a percentage.
func running(p syncing.Progress, now time.Time) kit.State {
	if !p.WaitingUntil.IsZero() && p.WaitingUntil.After(now) {
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Waiting"), Detail: kit.T("continues {when}", "when", kit.When(p.WaitingUntil, now))}
	}
	detail := kit.T("{n} read", "n", kit.Number(p.Counts.Read))
	if p.Total > 0 {
		detail = kit.T("{n} of {total}", "n", kit.Number(p.Counts.Read), "total", kit.Number(p.Total))
	}
	return kit.State{Busy: true, Tone: kit.Info, Word: kit.T("Syncing"), Detail: detail}
}

func held(r syncing.Row) string {
	if r.Item.HeldCount == 0 {
		return kit.T("removals need your OK")
	}
	return kit.N(int(r.Item.HeldCount), "{n} removal needs your OK", "{n} removals need your OK")
}

func next(r syncing.Row, now time.Time) string {
	switch {
	case r.Access == core.Disabled, r.NextAt.IsZero(): // the frequency says why
		return "–"
	case r.NextAt.Before(now):
		return kit.T("now")
	}
	return kit.When(r.NextAt, now)
}

// action is the one visible button of a row.
func action(s State, r syncing.Row) (title string, strong bool) {
	if _, ok := progress(s, r.Model); ok {
		return kit.T("Cancel"), false
	}
	switch {
	case r.Status == syncing.StatusHeld:
		return kit.T("Review"), true
	case r.Access == core.Disabled || len(s.Connections) == 0:
		return "", false
	}
	return kit.T("Sync now"), false
}
