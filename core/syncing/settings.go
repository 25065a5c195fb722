package syncing

import (
	"context"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
)

// Row is one data model on the Sync tab: for one connection, or as default
// with the figures of all connections together.
type Row struct {
	Model    core.Model
	Access   core.Access   // set: own, else the default
	Offers   core.Access   // the most that the service can give; ReadWrite for a default
	Schedule core.Schedule // set: own, else the default
	Own      bool          // the connection has its own setting
	Records  int64         // that are there
	AsOf     time.Time     // data is fresh as of; zero: never synced. Of all connections the oldest
	Status   Status        // of all connections the worst
	NextAt   time.Time     // next due time; zero: none. Of all connections the first
	Item     Item          // empty for a default
}

// Settings returns the rows of a connection, or with "" the defaults, in the
// order in which data models are shown.
func (s *Service) Settings(ctx context.Context, c core.ConnectionID) ([]Row, error) {
	now, err := s.situation(ctx)
	if err != nil {
		return nil, err
	}
	links := now.Links
	if c != "" {
		link, err := s.Connections.Get(ctx, c)
		if err != nil {
			return nil, err
		}
		links = []Link{link}
	}
	set, items, active := indexSettings(now.Settings), indexItems(now.Items), s.active()
	var rows []Row
	for _, m := range core.Models() {
		in, own := set.of(c, m)
		row := Row{Model: m, Access: in.Access, Schedule: in.Schedule, Own: own, Offers: core.ReadWrite, Status: StatusDisabled}
		for _, l := range links {
			item := items[itemKey{l.ID, m}]
			records, err := s.Records.Count(ctx, l.ID, m)
			if err != nil {
				return nil, err
			}
			row.add(item, records, statusOf(item, circumstances{
				now: s.Clock.Now(), wanted: set.wanted(l, m).CanRead(), granted: set.reads(l, m),
				paused: now.Paused || l.Paused, active: active[itemKey{l.ID, m}],
			}))
			if c != "" {
				row.Item, row.Offers = item, l.Offers.Of(m)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// add counts a connection's item in.
func (r *Row) add(item Item, records int64, status Status) {
	r.Records += records
	if statusRank[status] < statusRank[r.Status] {
		r.Status = status
	}
	if at := item.SyncedAt; !at.IsZero() && (r.AsOf.IsZero() || at.Before(r.AsOf)) {
		r.AsOf = at
	}
	if at := item.due(); !at.IsZero() && (r.NextAt.IsZero() || at.Before(r.NextAt)) {
		r.NextAt = at
	}
}

// active returns what runs have: which data model is read, which wait.
func (s *Service) active() map[itemKey]core.RunStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[itemKey]core.RunStatus{}
	for _, j := range s.jobs {
		for _, m := range j.run.Models {
			key := itemKey{j.connection, m.Model}
			switch {
			case m.Status.Ended() || found[key] == core.RunRunning:
			case j.cancel != nil && j.progress.Model == m.Model:
				found[key] = core.RunRunning
			default:
				found[key] = core.RunQueued
			}
		}
	}
	return found
}

// Apply saves settings, and drops own settings so that the default counts.
// Raised are the connections whose permission is not enough for a change: they
// go on reading as far as it goes until they are reauthorized (Y27). Lowered
// are those that now have more permission than they need.
func (s *Service) Apply(ctx context.Context, set, unset []core.SyncSetting) (raised, lowered []core.ConnectionID, err error) {
	for _, one := range set {
		if err := valid(one); err != nil {
			return nil, nil, err
		}
	}
	s.itemMu.Lock()
	defer s.itemMu.Unlock()
	now, err := s.situation(ctx)
	if err != nil {
		return nil, nil, err
	}
	before := indexSettings(now.Settings)
	after := before.with(set, unset)
	if err := s.Store.SaveSettings(ctx, set, unset); err != nil {
		return nil, nil, err
	}
	items := indexItems(now.Items)
	for _, l := range now.Links {
		up, down := false, false
		for _, m := range readOrder {
			was, is := before.wanted(l, m), after.wanted(l, m)
			up = up || !was.Covers(is) && !l.Granted.Of(m).Covers(is)
			down = down || !is.Covers(was)
			if err := s.reanchor(ctx, items[itemKey{l.ID, m}], l, m, before, after); err != nil {
				return nil, nil, err
			}
		}
		if err := s.tell(ctx, l, before, after); err != nil {
			return nil, nil, err
		}
		switch {
		case up:
			raised = append(raised, l.ID)
		case down:
			lowered = append(lowered, l.ID)
		}
	}
	event.Publish(s.Bus, event.SyncChanged{})
	return raised, lowered, nil
}

func valid(set core.SyncSetting) error {
	if _, err := core.ParseModel(string(set.Model)); err != nil {
		return err
	}
	if _, err := core.ParseAccess(string(set.Access)); err != nil {
		return err
	}
	return set.Schedule.Validate()
}

// reanchor starts the rhythm of an item anew when its schedule changed or its
// reading began. One that is overdue is not run for that; it has a new time.
func (s *Service) reanchor(ctx context.Context, item Item, l Link, m core.Model, before, after settings) error {
	was, _ := before.of(l.ID, m)
	is, _ := after.of(l.ID, m)
	reads := after.reads(l, m)
	if was.Schedule == is.Schedule && before.reads(l, m) == reads {
		return nil
	}
	now := s.Clock.Now()
	item.Connection, item.Model, item.AnchorAt, item.DueAt = l.ID, m, now, time.Time{}
	if reads {
		item.DueAt = is.Schedule.Next(now, now, s.Location())
	}
	return s.Store.SaveItem(ctx, item)
}
