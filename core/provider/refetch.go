package provider

import (
	"context"

	"linkdesk/core"
	"linkdesk/core/service"
)

// refetches reports whether the answer about to come tells less of a record
// than the list does.
func (r *reader) refetches() bool {
	inc := r.def.List.Incremental
	return inc != nil && inc.Refetch && r.def.Get != nil && !r.state.from().IsZero()
}

// refetch replaces the records of a page by what the model's get tells of them:
// stored as the search tells it, a change would wipe what the search leaves out.
// A record that is gone by now is told as removed. Where the list goes on was
// worked out from the search alone, whose order the newer records do not keep.
func (r *reader) refetch(ctx context.Context, page Page, values service.Values) (Page, error) {
	m, err := newMapper(r.plan, values, r.raw)
	if err != nil {
		return Page{}, err
	}
	found := page.Records
	page.Records = make([]core.Record, 0, len(found))
	for _, rec := range found {
		if rec.Removed {
			page.Records = append(page.Records, rec)
			continue
		}
		a, err := r.get(ctx, rec.RemoteID, values)
		if core.CodeOf(err) == core.CodeNotFound {
			rec.Removed = true
			page.Records = append(page.Records, rec)
			continue
		}
		if err != nil {
			return Page{}, err
		}
		whole, reason := m.record(&array{s: a.body})
		if reason != "" {
			page.Bad = append(page.Bad, BadRecord{RemoteID: rec.RemoteID, Reason: reason})
			continue
		}
		if err := r.addMembers(&whole, a.body, values); err != nil {
			return Page{}, err
		}
		page.Records = append(page.Records, whole)
	}
	return page, nil
}

// get reads one record that a search named.
func (r *reader) get(ctx context.Context, id string, values service.Values) (answer, error) {
	values["id"] = id
	k, err := r.newCall(*r.def.Get, values)
	if err != nil {
		return answer{}, err
	}
	k.model, k.named = r.model, true
	a, err := r.send(ctx, k)
	if err == nil && a.body == "" {
		a.body = "null" // no object: a record that cannot be read
	}
	return a, err
}
