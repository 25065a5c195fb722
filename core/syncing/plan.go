package syncing

import (
	"slices"
	"time"

	"linkdesk/core"
)

const (
	lateAfter   = 2 * time.Minute // a run that starts later than this catches up
	longestWait = 24 * time.Hour  // no service and no wrong clock makes us wait longer
)

// readOrder is the order within a run: an order names its customer, its
// products and its store, so those come first.
var readOrder = []core.Model{core.Stores, core.Customers, core.Products, core.Orders, core.Segments}

// Situation is everything that decides what is due.
type Situation struct {
	Links    []Link
	Settings []core.SyncSetting
	Items    []Item
	Busy     map[core.ConnectionID]bool // has a run that waits or goes on
	Paused   bool                       // the person paused all syncing
	Location *time.Location
}

// Planned is a run that is due now.
type Planned struct {
	Connection core.ConnectionID
	Kind       core.RunKind
	Models     []core.Model // in the order of reading
	DueAt      time.Time    // of the item that waits longest
}

// Plan returns the runs that are due, the longest waiting first: at most one
// for a connection, with each due data model once, however often it was missed
// (P-11, P-12). Connections that cannot be read now keep their due times.
func Plan(now time.Time, s Situation) []Planned {
	if s.Paused {
		return nil
	}
	set, items := indexSettings(s.Settings), indexItems(s.Items)
	var planned []Planned
	for _, l := range s.Links {
		if s.Busy[l.ID] || !readable(l.Status) {
			continue
		}
		p := Planned{Connection: l.ID, Kind: core.KindAutomatic, DueAt: now}
		for _, m := range readOrder {
			due := items[itemKey{l.ID, m}].due()
			if due.IsZero() || due.After(now) || !set.reads(l, m) {
				continue
			}
			p.Models = append(p.Models, m)
			if due.Before(p.DueAt) {
				p.DueAt = due
			}
		}
		if now.Sub(p.DueAt) > lateAfter {
			p.Kind = core.KindCatchUp
		}
		if len(p.Models) > 0 {
			planned = append(planned, p)
		}
	}
	slices.SortStableFunc(planned, func(a, b Planned) int { return a.DueAt.Compare(b.DueAt) })
	return planned
}

// readable reports whether a run can do anything with a connection in that state.
func readable(s core.Status) bool {
	switch s {
	case core.StatusReauth, core.StatusPaused, core.StatusLocked, core.StatusPending:
		return false
	}
	return true
}

// Reschedule returns the items whose due time is not what their schedule says,
// corrected: new ones, those no longer synced, and those that a change of the
// time zone or of the clock moved. What is due already stays due.
func Reschedule(now time.Time, s Situation) []Item {
	set, items := indexSettings(s.Settings), indexItems(s.Items)
	var changed []Item
	for _, l := range s.Links {
		for _, m := range readOrder {
			item, known := items[itemKey{l.ID, m}]
			if !known || item.AnchorAt.IsZero() {
				item.Connection, item.Model, item.AnchorAt = l.ID, m, now
			}
			before := item
			in, _ := set.of(l.ID, m)
			if !set.reads(l, m) {
				in.Schedule.Frequency = core.Manual
				item.RetryAt = time.Time{}
			}
			item.DueAt = nextDue(now, item, in.Schedule, s.Location)
			if latest := now.Add(longestWait); item.RetryAt.After(latest) {
				item.RetryAt = latest
			}
			if !known || !item.DueAt.Equal(before.DueAt) || !item.RetryAt.Equal(before.RetryAt) {
				changed = append(changed, item)
			}
		}
	}
	return changed
}

// nextDue returns the due time that an item should have. Going east over the
// due time would skip it; then the moment that stood stays.
func nextDue(now time.Time, item Item, schedule core.Schedule, loc *time.Location) time.Time {
	next := schedule.Next(now, item.AnchorAt, loc)
	switch {
	case next.IsZero() || item.DueAt.IsZero():
		return next
	case !item.DueAt.After(now), next.Sub(item.DueAt) > 12*time.Hour:
		return item.DueAt
	}
	return next
}

// due is when the item is to be read: when trying again makes sense, else by schedule.
func (i Item) due() time.Time {
	if !i.RetryAt.IsZero() {
		return i.RetryAt
	}
	return i.DueAt
}

type itemKey struct {
	connection core.ConnectionID
	model      core.Model
}

func indexItems(all []Item) map[itemKey]Item {
	byKey := make(map[itemKey]Item, len(all))
	for _, i := range all {
		byKey[itemKey{i.Connection, i.Model}] = i
	}
	return byKey
}
