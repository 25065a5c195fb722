package syncing

import (
	"context"
	"errors"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
)

// members reads the lists of who is in the segments that this read, or one
// before it, found to be new or changed. Each list has its own place, so
// whatever ends the run, the next one goes on in the middle of the list. Where
// customers are not copied nobody could be matched, and no list is read.
func (rd *reading) members(ctx context.Context) error {
	if rd.model != core.Segments || !rd.settings.reads(rd.link, core.Customers) {
		return nil
	}
	changed := false
	defer func() {
		if changed {
			event.Publish(rd.Bus, event.RecordsChanged{Connection: rd.link.ID, Model: rd.model})
		}
	}()
	for behind := ""; ; {
		list, due, err := rd.Lists.DueList(ctx, rd.link.ID, behind)
		if err != nil || !due {
			return err
		}
		behind = list.Segment
		did, err := rd.memberList(ctx, list, provider.Position(list.Place))
		changed = changed || did
		if errors.Is(err, provider.ErrPosition) {
			did, err = rd.memberList(ctx, list, provider.Position(list.First))
			changed = changed || did
		}
		switch {
		case err == nil:
		case ctx.Err() == nil && refused(err):
			// It stays to be read, so that the next run says so again, or reads it.
			rd.refused++
			rd.Log.Warn("the members of a segment could not be read", "run", rd.run.ID, "error", err)
		default:
			return err
		}
	}
}

// memberList reads a list from a position to its end.
func (rd *reading) memberList(ctx context.Context, list List, pos provider.Position) (changed bool, err error) {
	for {
		page, err := patiently(ctx, rd, func() (provider.Members, error) { return rd.lister.Members(ctx, pos) })
		if err != nil {
			return changed, err
		}
		did, err := rd.Lists.SaveMembers(ctx, rd.link.ID, MemberPage{Segment: list.Segment, First: string(pos) == list.First, Keys: page.Keys, Next: string(page.Next)})
		changed = changed || did
		if err != nil || page.Next == "" {
			return changed, err
		}
		pos = page.Next
	}
}

// refused reports whether an error is about one list alone: the segment itself
// was read by the same permission a moment ago.
func refused(err error) bool {
	switch core.CodeOf(err) {
	case core.CodeScopeMissing, core.CodeNotFound, core.CodeDataUnexpected:
		return true
	}
	return false
}
