package syncing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/provider"
)

// memberList is a list as memory keeps it; the map tells in which reading a
// member was met last.
type memberList struct {
	List
	updated time.Time
	due     bool
	round   int
	members map[string]int
}

// noteList does what Lists asks of Apply. The caller holds mu.
func (m *memory) noteList(c core.ConnectionID, r core.Record, anew bool) {
	if r.Members == "" {
		return
	}
	if m.lists[c] == nil {
		m.lists[c] = map[string]*memberList{}
	}
	l := m.lists[c][r.RemoteID]
	if l == nil {
		l = &memberList{members: map[string]int{}}
		m.lists[c][r.RemoteID], anew = l, true
	}
	if anew || !l.updated.Equal(r.UpdatedAt) {
		l.List, l.updated, l.due = List{r.RemoteID, r.Members, r.Members}, r.UpdatedAt, true
	}
}

func (m *memory) DueList(ctx context.Context, c core.ConnectionID, behind string) (l List, ok bool, err error) {
	err = m.see(ctx, func() {
		for _, id := range slices.Sorted(maps.Keys(m.lists[c])) {
			if id > behind && m.lists[c][id].due && !ok && m.records[itemKey{c, core.Segments}][id].RemovedAt.IsZero() {
				l, ok = m.lists[c][id].List, true
			}
		}
	})
	return l, ok, err
}

func (m *memory) SaveMembers(ctx context.Context, c core.ConnectionID, page MemberPage) (changed bool, err error) {
	err = m.do(ctx, func() {
		l := m.lists[c][page.Segment]
		if page.First {
			l.round++
		}
		for _, k := range page.Keys {
			_, known := l.members[k]
			changed = changed || !known
			l.members[k] = l.round
		}
		if l.Place = page.Next; page.Next == "" {
			l.due = false
			maps.DeleteFunc(l.members, func(_ string, round int) bool { changed = changed || round != l.round; return round != l.round })
		}
	})
	return changed, err
}

// on returns who is on a list, and "…" behind them while it is to be read.
func (m *memory) on(segment string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lists[shopID][segment]
	if l == nil {
		return "no list"
	}
	on := strings.Join(slices.Sorted(maps.Keys(l.members)), " ")
	if l.due {
		on += "…"
	}
	return on
}

// hasList says which of the shop's segments have a list.
func hasList(i int) bool { return i%10 == 1 }

const usual = "a b c d e f g"

// Members answers from a list: 3 to a page.
func (s *shop) Members(ctx context.Context, pos provider.Position) (provider.Members, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var page provider.Members
	var segment string
	var offset int
	if _, err := fmt.Sscanf(string(pos), "%s %d", &segment, &offset); err != nil {
		return page, err
	}
	s.memberPages++
	if s.refuse != nil {
		if err := s.refuse(segment, offset); err != nil {
			return page, err
		}
	}
	if err := ctx.Err(); err != nil {
		return page, core.E(core.CodeCancelled, "", err)
	}
	on, own := s.members[segment]
	if !own {
		on = usual
	}
	all := strings.Fields(on)
	end := min(offset+3, len(all))
	page.Keys = all[offset:end]
	if end < len(all) {
		page.Next = provider.Position(fmt.Sprintf("%s %d", segment, end))
	}
	return page, nil
}

// setMembers changes who is on a list, and the segment's time with it.
func (s *shop) setMembers(i int, on string, at time.Time) {
	segment := fmt.Sprintf("segments-%05d", i)
	s.mu.Lock()
	s.members[segment] = on
	s.mu.Unlock()
	s.put(core.Segments, i, "new", at)
}

func (s *shop) refusing(refuse func(segment string, offset int) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// pages returns how many pages of members were asked for since the last time.
func (s *shop) pages() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.memberPages
	s.memberPages = 0
	return n
}

const list1, list11 = "segments-00001", "segments-00011"

func TestListsAreReadWhenSegmentsChange(t *testing.T) {
	inWorld(t, 15, func(w *world) {
		expect := func(what string, pages int, on1, on11 string) {
			t.Helper()
			if got := w.shop.pages(); got != pages || w.mem.on(list1) != on1 || w.mem.on(list11) != on11 {
				t.Errorf("%s: %d pages of members, want %d; %q and %q", what, got, pages, w.mem.on(list1), w.mem.on(list11))
			}
		}
		w.sync(Request{})
		expect("new", 6, usual, usual)
		w.pass(time.Hour)
		before := w.shop.asked(core.Segments)
		w.sync(Request{})
		expect("nothing new", 0, usual, usual)
		if n := w.shop.asked(core.Segments) - before; n != 1 {
			t.Errorf("nothing new: %d requests for segments", n)
		}
		w.shop.setMembers(1, "b c d x", w.clock.Now()) // same name, another time
		w.sync(Request{})
		expect("some went, one came", 2, "b c d x", usual)
		w.pass(time.Hour)
		w.shop.setMembers(11, "", monday) // the service does not tell that it changed
		w.sync(Request{})
		expect("not told", 0, "b c d x", usual)
		w.sync(Request{Mode: core.Full})
		expect("a full read", 3, "b c d x", "")
		w.shop.put(core.Segments, 2, "other", w.clock.Now())
		w.sync(Request{})
		expect("a segment without a list", 0, "b c d x", "")
	})
}

// Customers that are not copied are not read by way of segments either; the
// lists come when that changes.
func TestNoListsWithoutCustomers(t *testing.T) {
	inWorld(t, 15, func(w *world) {
		set := func(a core.Access) {
			w.people.change(shopID, func(l *Link) { l.Granted[core.Customers] = a })
		}
		w.people.change(shopID, func(l *Link) { l.Granted = maps.Clone(l.Granted) })
		set(core.Disabled)
		w.sync(Request{Models: []core.Model{core.Segments}})
		if got := w.shop.pages(); got != 0 || w.mem.on(list1) != "…" {
			t.Errorf("%d pages, %q", got, w.mem.on(list1))
		}
		set(core.Read)
		w.pass(time.Minute)
		w.sync(Request{Models: []core.Model{core.Segments}})
		if got := w.shop.pages(); got != 6 || w.mem.on(list1) != usual {
			t.Errorf("%d pages, %q", got, w.mem.on(list1))
		}
	})
}

// A list that the service refuses costs neither its segment nor the other lists.
func TestARefusedList(t *testing.T) {
	for _, code := range []core.Code{core.CodeScopeMissing, core.CodeNotFound, core.CodeDataUnexpected} {
		inWorld(t, 15, func(w *world) {
			w.shop.refusing(func(segment string, offset int) error {
				if segment == list1 && offset == 3 {
					return core.E(code, "", nil)
				}
				return nil
			})
			run := w.sync(Request{})
			if m := run.Models[4]; status(run) != "partial: stores=ok customers=ok products=ok orders=ok segments=partial(data_unexpected)" || m.Counts.Added != 15 || m.Counts.Failed != 1 {
				t.Errorf("%s: %s %+v", code, status(run), m.Counts)
			}
			if w.mem.on(list1) != "a b c…" || w.mem.on(list11) != usual {
				t.Errorf("%s: %q, %q", code, w.mem.on(list1), w.mem.on(list11))
			}
			w.shop.pages()
			w.shop.refusing(nil)
			w.pass(time.Minute)
			if got := status(w.sync(Request{})); got != allOK || w.mem.on(list1) != usual || w.shop.pages() != 2 {
				t.Errorf("%s: then %s, %q", code, got, w.mem.on(list1))
			}
		})
	}
}

// A place that the service forgot costs the list, once, not the segments; what
// stops the service stops the run, and the next goes on within the list.
func TestAListThatStops(t *testing.T) {
	inWorld(t, 15, func(w *world) {
		forgot := false
		w.shop.refusing(func(segment string, offset int) error {
			if segment == list1 && offset == 6 && !forgot {
				forgot = true
				return core.E(core.CodeDataUnexpected, "", provider.ErrPosition)
			}
			if segment == list11 && offset == 3 {
				return core.E(core.CodeServiceDown, "", errors.New("down"))
			}
			return nil
		})
		run := w.sync(Request{})
		if got := w.shop.pages(); run.Models[4].Status != core.RunFailed || got != 3+3+2 || w.mem.on(list1) != usual || w.mem.on(list11) != "a b c…" {
			t.Fatalf("%s: %d pages, %q, %q", status(run), got, w.mem.on(list1), w.mem.on(list11))
		}
		w.shop.refusing(nil)
		before := w.shop.asked(core.Segments)
		if run = w.sync(Request{}); w.shop.pages() != 2 || w.shop.asked(core.Segments) != before || w.mem.on(list11) != usual {
			t.Errorf("%s: %q", status(run), w.mem.on(list11))
		}
	})
}
