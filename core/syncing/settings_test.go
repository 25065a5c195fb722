package syncing

import (
	"context"
	"slices"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/provider"
)

func TestStatusOf(t *testing.T) {
	now := monday
	reads := circumstances{now: now, wanted: true, granted: true}
	with := func(change func(*circumstances)) circumstances { c := reads; change(&c); return c }
	synced := Item{SyncedAt: now.Add(-time.Hour), LastStatus: core.RunOK, DueAt: now.Add(time.Hour)}
	edit := func(change func(*Item)) Item { i := synced; change(&i); return i }
	for _, c := range []struct {
		item Item
		c    circumstances
		want Status
	}{
		{Item{}, reads, StatusNever},
		{synced, reads, StatusOK},
		{synced, with(func(c *circumstances) { c.wanted = false }), StatusDisabled},
		{synced, with(func(c *circumstances) { c.granted = false }), StatusScope},
		{synced, with(func(c *circumstances) { c.paused = true }), StatusPaused},
		{synced, with(func(c *circumstances) { c.paused, c.active = true, core.RunRunning }), StatusRunning},
		{synced, with(func(c *circumstances) { c.active = core.RunQueued }), StatusQueued},
		{edit(func(i *Item) { i.HeldCount = 12 }), reads, StatusHeld},
		{edit(func(i *Item) { i.LastStatus, i.LastCode = core.RunFailed, core.CodeServiceDown }), reads, StatusFailed},
		{edit(func(i *Item) { i.LastStatus, i.LastCode = core.RunFailed, core.CodeOffline }), reads, StatusOverdue},
		{edit(func(i *Item) { i.LastStatus, i.RetryAt = core.RunRateLimited, now.Add(time.Minute) }), reads, StatusRateLimited},
		{edit(func(i *Item) { i.DueAt = now.Add(-time.Hour) }), reads, StatusOverdue},
		{edit(func(i *Item) { i.LastStatus = core.RunPartial }), reads, StatusPartial},
		{edit(func(i *Item) { i.LastStatus = core.RunInterrupted }), reads, StatusInterrupted},
		{edit(func(i *Item) { i.LastStatus = core.RunCancelled }), reads, StatusCancelled},
	} {
		if got := statusOf(c.item, c.c); got != c.want {
			t.Errorf("%+v %+v: %s, want %s", c.item, c.c, got, c.want)
		}
	}
}

func TestRows(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.connect("con_two")
		w.people.change("con_two", func(l *Link) { l.Granted = core.AccessMap{core.Orders: core.Read} })
		own := core.SyncSetting{Connection: shopID, Model: core.Orders, Access: core.ReadWrite, Schedule: core.Schedule{Frequency: core.Manual}}
		off := core.SyncSetting{Model: core.Segments, Access: core.Disabled, Schedule: core.DefaultSchedule()}
		if _, _, err := w.Apply(w.t.Context(), []core.SyncSetting{own, off}, nil); err != nil {
			t.Fatal(err)
		}
		first := w.sync(Request{Connections: []core.ConnectionID{shopID}})
		w.pass(time.Minute)
		row := func(c core.ConnectionID, m core.Model) Row {
			rows, err := w.Settings(w.t.Context(), c)
			if err != nil || len(rows) != 5 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			return rows[slices.Index(core.Models(), m)]
		}
		if r := row(shopID, core.Orders); !r.Own || r.Access != core.ReadWrite || !r.NextAt.IsZero() || r.Records != 12 || r.Status != StatusOK || r.AsOf.Before(first.StartedAt) {
			t.Errorf("own: %+v", r)
		}
		if r := row(shopID, core.Stores); r.Own || r.Access != core.Read || r.NextAt.Hour() != 2 {
			t.Errorf("default of a connection: %+v", r)
		}
		if r := row("con_two", core.Stores); r.Status != StatusScope || !r.NextAt.IsZero() {
			t.Errorf("not permitted: %+v", r)
		}
		if r := row("", core.Orders); r.Own || r.Records != 12 || r.Status != StatusNever || r.Schedule != core.DefaultSchedule() {
			t.Errorf("default: %+v", r)
		}
		if r := row("", core.Segments); r.Status != StatusDisabled || r.Records != 0 {
			t.Errorf("switched off: %+v", r)
		}
		if status(first) != "ok: stores=ok customers=ok products=ok orders=ok" {
			t.Error(status(first))
		}
	})
}

// Y27: raising asks for a new permission and goes on reading; lowering is told.
func TestApply(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.sync(Request{})
		set := func(c core.ConnectionID, m core.Model, a core.Access) core.SyncSetting {
			return core.SyncSetting{Connection: c, Model: m, Access: a, Schedule: core.DefaultSchedule()}
		}
		for _, c := range []struct {
			name            string
			set, unset      []core.SyncSetting
			raised, lowered int
		}{
			{"the same", []core.SyncSetting{set("", core.Orders, core.Read)}, nil, 0, 0},
			{"own write", []core.SyncSetting{set(shopID, core.Orders, core.ReadWrite)}, nil, 1, 0},
			{"again", []core.SyncSetting{set(shopID, core.Orders, core.ReadWrite)}, nil, 0, 0},
			{"back to the default", nil, []core.SyncSetting{{Connection: shopID, Model: core.Orders}}, 0, 1},
			{"off by default", []core.SyncSetting{set("", core.Stores, core.Disabled)}, nil, 0, 1},
			{"on again: already granted", []core.SyncSetting{set("", core.Stores, core.Read)}, nil, 0, 0},
		} {
			raised, lowered, err := w.Apply(w.t.Context(), c.set, c.unset)
			if err != nil || len(raised) != c.raised || len(lowered) != c.lowered {
				t.Errorf("%s: raised %v, lowered %v, %v", c.name, raised, lowered, err)
			}
			if c.raised > 0 {
				if got := status(w.sync(Request{})); got != allOK {
					t.Errorf("%s: reading went on as %s", c.name, got)
				}
			}
		}
		bad := set("", core.Orders, "everything")
		if _, _, err := w.Apply(w.t.Context(), []core.SyncSetting{bad}, nil); core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%v", err)
		}
		if _, err := w.SyncNow(w.t.Context(), Request{Connections: []core.ConnectionID{"con_none"}}); core.CodeOf(err) != core.CodeNotFound {
			t.Errorf("%v", err)
		}
	})
}

// A service that offers no writing is never asked for more permission.
func TestSettingsAreLimitedToWhatTheServiceOffers(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.people.change(shopID, func(l *Link) { l.Offers = core.AccessMap{core.Orders: core.Read} })
		set := core.SyncSetting{Model: core.Orders, Access: core.ReadWrite, Schedule: core.DefaultSchedule()}
		raised, lowered, err := w.Apply(w.t.Context(), []core.SyncSetting{set}, nil)
		if err != nil || raised != nil || lowered != nil {
			t.Errorf("%v %v %v", raised, lowered, err)
		}
		if got := status(w.sync(Request{})); got != "ok: orders=ok" {
			t.Error(got)
		}
		if _, err := w.SyncNow(w.t.Context(), Request{Models: []core.Model{core.Stores}}); core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%v", err)
		}
	})
}

// A new schedule starts its own rhythm; what was overdue is not run for it.
func TestNewScheduleNewRhythm(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusLocked })
		w.clock.sleep(2 * 24 * time.Hour)
		weekly := core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Friday, Hour: 4}
		var set []core.SyncSetting
		for _, m := range readOrder {
			set = append(set, core.SyncSetting{Model: m, Access: core.Read, Schedule: weekly})
		}
		if _, _, err := w.Apply(w.t.Context(), set, nil); err != nil {
			t.Fatal(err)
		}
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusOK })
		w.pass(time.Minute)
		if n := len(w.ran()); n != 0 {
			t.Errorf("%d runs", n)
		}
		if due := w.mem.item(shopID, core.Orders).DueAt; !due.Equal(time.Date(2026, 5, 8, 4, 0, 0, 0, time.UTC)) {
			t.Errorf("due %v", due)
		}
	})
}

// P-14: an empty list removes nothing before the person agreed, and then no
// more than was agreed to.
func TestHeldRemovals(t *testing.T) {
	inWorld(t, 40, func(w *world) {
		w.sync(Request{})
		all := w.shop.lists[core.Orders]
		w.shop.lists[core.Orders] = nil
		w.shop.put(core.Orders, 500, "new", w.clock.Now())
		here := func() int64 { n, _ := w.mem.Count(w.t.Context(), shopID, core.Orders); return n }
		run := w.sync(Request{Mode: core.Full, Models: []core.Model{core.Orders}})
		if got := status(run); got != "held: orders=held(delete_held)" || run.Models[0].Counts.Added != 1 || here() != 41 {
			t.Fatalf("%s, %d here", got, here())
		}
		if n := w.mem.item(shopID, core.Orders).HeldCount; n != 40 {
			t.Errorf("%d held", n)
		}
		if w.sync(Request{}); w.mem.item(shopID, core.Orders).HeldCount != 40 || here() != 41 {
			t.Error("an incremental sync changed what is held")
		}
		decide := func(act func(context.Context, core.ConnectionID, core.Model) (core.RunID, error)) core.Run {
			id, err := act(w.t.Context(), shopID, core.Orders)
			if err != nil {
				t.Fatal(err)
			}
			runs, err := w.Wait(w.t.Context(), []core.RunID{id})
			if err != nil {
				t.Fatal(err)
			}
			return runs[0]
		}
		// Agreed to 40, but the service now lacks one more: asked again.
		w.shop.lists[core.Orders] = nil
		if got := status(decide(w.RemoveHeld)); got != "held: orders=held(delete_held)" || here() != 41 {
			t.Errorf("%s, %d here", got, here())
		}
		w.shop.lists[core.Orders] = all[:20]
		if run := decide(w.RemoveHeld); status(run) != "ok: orders=ok" || run.Models[0].Counts.Removed != 21 || here() != 20 {
			t.Errorf("%s %+v, %d here", status(run), run.Models[0].Counts, here())
		}
		if _, err := w.RemoveHeld(w.t.Context(), shopID, core.Orders); core.CodeOf(err) != core.CodeNotFound {
			t.Errorf("nothing to agree to: %v", err)
		}
		// The service found its records again: they are there again.
		w.shop.lists[core.Orders] = all
		if run := decide(w.CheckAgain); status(run) != "ok: orders=ok" || here() != 40 {
			t.Errorf("%s, %d here", status(run), here())
		}
	})
}

func TestKeepHeld(t *testing.T) {
	inWorld(t, 40, func(w *world) {
		w.sync(Request{})
		w.shop.drop(core.Orders, 30)
		full := Request{Mode: core.Full, Models: []core.Model{core.Orders}}
		w.sync(full)
		if err := w.KeepHeld(w.t.Context(), shopID, core.Orders); err != nil {
			t.Fatal(err)
		}
		if got := status(w.sync(full)); got != "ok: orders=ok" {
			t.Errorf("asked again: %s", got)
		}
		w.shop.drop(core.Orders, 5)
		if got := status(w.sync(full)); got != "held: orders=held(delete_held)" {
			t.Errorf("more are missing: %s", got)
		}
		if n, _ := w.mem.Count(w.t.Context(), shopID, core.Orders); n != 40 {
			t.Errorf("%d here", n)
		}
	})
}

// What the person kept stays, also when so few are missing that nobody would be
// asked; what came back counts as missing again when it goes another time.
func TestKeptRecordsStay(t *testing.T) {
	inWorld(t, 40, func(w *world) {
		w.sync(Request{})
		all := w.shop.lists[core.Orders]
		full := Request{Mode: core.Full, Models: []core.Model{core.Orders}}
		read := func(there int, want string) {
			t.Helper()
			w.shop.lists[core.Orders] = all[:there]
			got := status(w.sync(full))
			if n, _ := w.mem.Count(w.t.Context(), shopID, core.Orders); got != want || n != 40 {
				t.Errorf("%d at the service: %s, %d here", there, got, n)
			}
		}
		const ok, held = "ok: orders=ok", "held: orders=held(delete_held)"
		read(10, held)
		if err := w.KeepHeld(w.t.Context(), shopID, core.Orders); err != nil {
			t.Fatal(err)
		}
		read(10, ok)
		read(35, ok)
		read(34, held)
		read(40, ok)
		read(20, held)
	})
}

func TestGuard(t *testing.T) {
	for _, c := range []struct {
		missing, total int64
		want           bool
	}{{10, 10, false}, {11, 110, false}, {11, 109, true}, {400, 400, true}, {100, 10_000, false}} {
		if unusual(c.missing, c.total) != c.want {
			t.Errorf("%d of %d", c.missing, c.total)
		}
	}
}

// A record that could not be read is skipped, told, and never taken for removed.
func TestBadRecordsAreNotRemoved(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.sync(Request{})
		w.shop.script(func(_ context.Context, m core.Model, _ int) (*provider.Page, error) {
			if m != core.Orders {
				return nil, nil
			}
			return &provider.Page{Records: w.shop.lists[core.Orders][:10], Bad: []provider.BadRecord{{RemoteID: "orders-00010", Reason: "total: not a number"}}}, nil
		})
		run := w.sync(Request{Mode: core.Full})
		if got := status(run); got != "partial: stores=ok customers=ok products=ok orders=partial(data_unexpected) segments=ok" || run.Models[3].Counts.Failed != 1 {
			t.Error(got)
		}
		if n, _ := w.mem.Count(w.t.Context(), shopID, core.Orders); n != 12 {
			t.Errorf("%d here", n)
		}
		w.shop.script(nil)
		w.shop.drop(core.Orders, 1)
		if run := w.sync(Request{Mode: core.Full}); run.Models[3].Counts.Removed != 1 {
			t.Errorf("%+v", run.Models[3].Counts)
		}
	})
}

// A service that cannot tell changes is read completely each time, which also finds removals.
func TestServiceWithoutChanges(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.shop.full = true
		w.sync(Request{})
		w.shop.drop(core.Orders, 2)
		run := w.sync(Request{})
		if c := run.Models[3].Counts; c != (core.Counts{Read: 10, Unchanged: 10, Removed: 2, Pages: 2}) {
			t.Errorf("%+v", c)
		}
	})
}

func TestPreviewStoresNothing(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.sync(Request{})
		w.pass(time.Minute)
		changeShop(w)
		before, writes := w.mem.copyOf(shopID), w.mem.calls
		would, err := w.Preview(w.t.Context(), Request{Mode: core.Full})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(before, w.mem.copyOf(shopID)) || w.mem.calls != writes {
			t.Error("the preview wrote")
		}
		run := w.sync(Request{Mode: core.Full})
		for _, m := range run.Models {
			if would[m.Model] != m.Counts {
				t.Errorf("%s: would %+v, did %+v", m.Model, would[m.Model], m.Counts)
			}
		}
		if run.Models[0].Counts != (core.Counts{Read: 15, Added: 6, Changed: 2, Unchanged: 7, Removed: 3, Pages: 3}) {
			t.Errorf("%+v", run.Models[0].Counts)
		}
	})
}
