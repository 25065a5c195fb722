package syncing

import (
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
)

// What was chosen at the permission review and what the Sync tab says are one.
func TestTheChosenAccessBecomesTheConnectionsSetting(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		chosen := everything(core.Read)
		chosen[core.Segments] = core.Disabled
		chosen[core.Orders] = core.ReadWrite
		if err := w.Adopt(t.Context(), shopID, chosen); err != nil {
			t.Fatal(err)
		}
		rows, err := w.Settings(t.Context(), shopID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			own := r.Model == core.Segments || r.Model == core.Orders
			if r.Access != chosen[r.Model] || r.Own != own {
				t.Errorf("%s: %s, own %v", r.Model, r.Access, r.Own)
			}
			if r.Model == core.Segments && !r.NextAt.IsZero() {
				t.Error("segments are still due")
			}
		}
		w.people.change(shopID, func(l *Link) { l.Access = chosen })
		if _, _, err := w.Apply(t.Context(), []core.SyncSetting{{Connection: shopID, Model: core.Segments, Access: core.Read, Schedule: core.DefaultSchedule()}}, nil); err != nil {
			t.Fatal(err)
		}
		l, err := w.people.Get(t.Context(), shopID)
		if err != nil || l.Access[core.Segments] != core.Read || l.Access[core.Orders] != core.ReadWrite {
			t.Errorf("the connection wants %v, %v", l.Access, err)
		}
	})
}

// P-04: what is overdue runs as soon as the sign-ins can be read again, not at
// the next tick.
func TestAnOpenedVaultIsLookedAtAtOnce(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusLocked })
		w.clock.sleep(48 * time.Hour)
		w.pass(time.Minute)
		if runs, err := w.Runs(t.Context(), "", "", 10); err != nil || len(runs) != 0 {
			t.Fatalf("%d runs while locked, %v", len(runs), err)
		}
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusOK })
		event.Publish(w.bus, event.VaultChanged{})
		w.pass(time.Second)
		if runs, err := w.Runs(t.Context(), "", "", 10); err != nil || len(runs) != 1 {
			t.Errorf("%d runs a second later, %v", len(runs), err)
		}
	})
}
