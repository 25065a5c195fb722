package syncing

import (
	"testing"

	"linkdesk/core"
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
