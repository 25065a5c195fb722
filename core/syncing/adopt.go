package syncing

import (
	"context"

	"linkdesk/core"
	"linkdesk/core/event"
)

// Adopt takes over what the person chose for a connection at the permission
// review: where that differs from the settings in force, the connection gets a
// setting of its own, so that the Sync tab and the permissions asked for say
// the same.
func (s *Service) Adopt(ctx context.Context, id core.ConnectionID, chosen core.AccessMap) error {
	s.itemMu.Lock()
	defer s.itemMu.Unlock()
	l, err := s.Connections.Get(ctx, id)
	if err != nil {
		return err
	}
	now, err := s.situation(ctx)
	if err != nil {
		return err
	}
	before := indexSettings(now.Settings)
	var own []core.SyncSetting
	for _, m := range readOrder {
		want := both(chosen.Of(m), l.Offers.Of(m))
		if l.Offers.Of(m) == core.Disabled || before.wanted(l, m) == want {
			continue
		}
		set, _ := before.of(id, m)
		set.Connection, set.Model, set.Access = id, m, want
		own = append(own, set)
	}
	if len(own) == 0 {
		return nil
	}
	if err := s.Store.SaveSettings(ctx, own, nil); err != nil {
		return err
	}
	after, items := before.with(own, nil), indexItems(now.Items)
	for _, set := range own {
		if err := s.reanchor(ctx, items[itemKey{id, set.Model}], l, set.Model, before, after); err != nil {
			return err
		}
	}
	event.Publish(s.Bus, event.SyncChanged{Connection: id})
	return nil
}

// tell lets the connection know the access that the settings now ask for.
func (s *Service) tell(ctx context.Context, l Link, before, after settings) error {
	changed, want := false, core.AccessMap{}
	for _, m := range readOrder {
		want[m] = after.wanted(l, m)
		changed = changed || want[m] != before.wanted(l, m)
	}
	if !changed {
		return nil
	}
	return s.Connections.Want(ctx, l.ID, want)
}
