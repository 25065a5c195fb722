package syncing

import (
	"context"

	"linkdesk/core"
	"linkdesk/core/provider"
)

// Preview reads what SyncNow would read and returns what it would do, by data
// model. Nothing is stored. Removals are counted for complete reads only.
func (s *Service) Preview(ctx context.Context, r Request) (map[core.Model]core.Counts, error) {
	chosen, err := s.resolve(ctx, r)
	if err != nil {
		return nil, err
	}
	all := map[core.Model]core.Counts{}
	for _, c := range chosen {
		lister, err := s.Pages(ctx, c.link.Connection)
		if err != nil {
			return nil, err
		}
		for _, m := range c.models {
			counts, err := s.preview(ctx, c.link.ID, m, lister, r)
			if err != nil {
				return nil, core.Wrapf(err, "preview of %s", m)
			}
			sum := all[m]
			sum.Add(counts)
			all[m] = sum
		}
	}
	return all, nil
}

func (s *Service) preview(ctx context.Context, c core.ConnectionID, m core.Model, lister Lister, r Request) (core.Counts, error) {
	var counts core.Counts
	item, err := s.item(ctx, c, m)
	if err != nil {
		return counts, err
	}
	query := queryFor(item, r.mode(), r.From, lister.Incremental(m))
	for pos, more := provider.Position(""), true; more; {
		page, err := lister.Page(ctx, m, query, pos)
		if err != nil {
			return counts, err
		}
		would, err := s.Compare.Compare(ctx, c, m, page.Records)
		if err != nil {
			return counts, err
		}
		counts.Add(core.Counts{Added: would.Added, Changed: would.Changed, Unchanged: would.Unchanged, Removed: would.Removed})
		counts.Pages++
		counts.Read += int64(len(page.Records) + len(page.Bad))
		counts.Failed += int64(len(page.Bad))
		more, pos = page.Next != "" && page.Next != pos, page.Next
	}
	if query.Full && lister.DetectsDeletes(m) && counts.Failed == 0 {
		here, err := s.Records.Count(ctx, c, m)
		if err != nil {
			return counts, err
		}
		counts.Removed += max(0, here-counts.Changed-counts.Unchanged-counts.Removed)
	}
	return counts, nil
}
