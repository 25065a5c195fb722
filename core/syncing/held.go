package syncing

import (
	"context"
	"strconv"

	"linkdesk/core"
	"linkdesk/core/event"
)

// CheckAgain reads the data model completely again, for removals that wait for
// the person (dialog W-20).
func (s *Service) CheckAgain(ctx context.Context, c core.ConnectionID, m core.Model) (core.RunID, error) {
	ids, err := s.SyncNow(ctx, Request{Connections: []core.ConnectionID{c}, Models: []core.Model{m}, Mode: core.Full})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// RemoveHeld agrees to the removals that wait. The service is read completely
// again first, and no more is removed than was agreed to (P-14).
func (s *Service) RemoveHeld(ctx context.Context, c core.ConnectionID, m core.Model) (core.RunID, error) {
	item, err := s.item(ctx, c, m)
	if err != nil {
		return "", err
	}
	if item.HeldCount == 0 {
		return "", core.NotFound("No removals wait for you any more.")
	}
	j := newJob(c, core.KindManual, core.Full, []core.Model{m}, s.Clock.Now())
	j.approved = map[core.Model]int64{m: item.HeldCount}
	return j.id, s.enqueue(ctx, j)
}

// KeepHeld keeps the records. They are asked about again only when more are
// missing than now.
func (s *Service) KeepHeld(ctx context.Context, c core.ConnectionID, m core.Model) error {
	var count int64
	err := s.changeItem(ctx, c, m, func(item *Item) { count, item.HeldCount = item.HeldCount, 0 })
	if err != nil || count == 0 {
		return err
	}
	if err := s.Preferences.Set(ctx, keptKey(c, m), strconv.FormatInt(count, 10)); err != nil {
		return err
	}
	event.Publish(s.Bus, event.SyncChanged{Connection: c})
	return nil
}

// kept is how many missing records the person decided to keep: no more than
// are still missing, since those that came back are no longer spoken of.
func (s *Service) kept(ctx context.Context, c core.ConnectionID, m core.Model, missing int64) (int64, error) {
	value, err := s.Preferences.Get(ctx, keptKey(c, m))
	if err != nil || value == "" {
		return 0, err
	}
	count, err := strconv.ParseInt(value, 10, 64)
	if err != nil || count <= missing {
		return count, err
	}
	value = ""
	if missing > 0 {
		value = strconv.FormatInt(missing, 10)
	}
	return missing, s.Preferences.Set(ctx, keptKey(c, m), value)
}

func keptKey(c core.ConnectionID, m core.Model) string {
	return "sync.kept." + string(c) + "." + string(m)
}
