package syncing

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"linkdesk/core"
)

// changeShop is what happened at the service between two syncs: changes,
// additions and removals in every list.
func changeShop(w *world) {
	for _, m := range readOrder {
		w.shop.put(m, 1, "paid", w.clock.Now())
		w.shop.put(m, 8, "sent", w.clock.Now())
		w.shop.drop(m, 3)
		for i := range 6 {
			w.shop.put(m, 100+i, "new", w.clock.Now())
		}
	}
	w.shop.setMembers(1, "c d e f x", w.clock.Now())
}

// A sync that dies at any of its writes, before or after it took effect, and
// the run that continues it leave what one undisturbed sync leaves: records,
// history and, taken together, the figures of each data model.
func TestDeathAtEveryWrite(t *testing.T) {
	for name, c := range map[string]struct {
		loaded bool // the death is in a later sync, not the first
		mode   core.Mode
	}{"first": {false, core.Incremental}, "changes": {true, core.Incremental}, "everything": {true, core.Full}} {
		t.Run(name, func(t *testing.T) {
			prepare := func(w *world) {
				if c.loaded {
					w.sync(Request{})
					w.pass(time.Minute)
					changeShop(w)
				}
				w.mem.calls, w.mem.runs, w.mem.history = 0, nil, nil
			}
			var want []string
			var counts map[core.Model]core.Counts
			var calls int
			inWorld(t, 32, func(w *world) {
				prepare(w)
				if got := status(w.sync(Request{Mode: c.mode})); got != allOK {
					t.Fatal(got)
				}
				want, counts, calls = w.mem.copyOf(shopID), w.mem.counts(shopID), w.mem.calls
			})
			if calls < 20 || len(counts) != 5 {
				t.Fatalf("%d writes, %v", calls, counts)
			}
			for cut := 1; cut <= calls; cut++ {
				for _, after := range []bool{false, true} {
					inWorld(t, 32, func(w *world) {
						prepare(w)
						dieAndContinue(w, c.mode, cut, after)
						if got := w.mem.copyOf(shopID); !slices.Equal(got, want) {
							t.Errorf("write %d (after: %v): %d rows, want %d; first difference %s", cut, after, len(got), len(want), firstDifference(got, want))
						}
						if got := w.mem.counts(shopID); !maps.Equal(got, counts) {
							t.Errorf("write %d (after: %v):\n got %+v\nwant %+v", cut, after, got, counts)
						}
						for _, r := range w.mem.allRuns() {
							if !r.Status.Ended() {
								t.Errorf("write %d (after: %v): run %s is still %s", cut, after, r.Kind, r.Status)
							}
						}
						for _, m := range readOrder {
							if item := w.mem.item(shopID, m); item.LastStatus != core.RunOK || item.HeldCount > 0 {
								t.Errorf("write %d (after: %v): %s is %s, %d held", cut, after, m, item.LastStatus, item.HeldCount)
							}
						}
						// A checkpoint that could not be dropped any more hides nothing from the next sync.
						w.pass(time.Minute)
						w.shop.put(core.Orders, 2, "late", w.clock.Now())
						if run := w.sync(Request{}); run.Models[3].Counts.Changed != 1 || len(w.mem.checkpoints) > 0 {
							t.Errorf("write %d (after: %v): then %s, %d checkpoints", cut, after, status(run), len(w.mem.checkpoints))
						}
					})
				}
			}
		})
	}
}

// dieAndContinue starts a sync that dies at a write, then Linkdesk again.
func dieAndContinue(w *world, mode core.Mode, cut int, after bool) {
	w.t.Helper()
	w.mem.cut, w.mem.after = cut, after
	ids, err := w.SyncNow(w.t.Context(), Request{Mode: mode})
	if err == nil {
		if _, err := w.Wait(w.t.Context(), ids); err != nil {
			w.t.Error(err)
		}
	}
	w.halt()
	w.mem.revive()
	w.boot()
	w.idle()
	if len(w.mem.allRuns()) == 0 { // it died before it knew of the wish
		w.sync(Request{Mode: mode})
	}
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%q instead of %q", got[i], want[i])
		}
	}
	return "at the end"
}

// P-16: what an earlier process left running is marked interrupted at the
// start, and the data can be synced again.
func TestRunsOfADeadOwner(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.halt()
		dead := newJob(shopID, core.KindManual, core.Full, []core.Model{core.Orders, core.Stores}, w.clock.Now()).run
		dead.Status, dead.Models[0].Status = core.RunRunning, core.RunOK
		w.mem.runs = append(w.mem.runs, dead)
		w.boot()
		w.idle()
		runs := w.ran()
		if len(runs) != 2 || status(runs[0]) != "interrupted: stores=ok orders=interrupted" || status(runs[1]) != "ok: orders=ok" || runs[1].Mode != core.Full {
			t.Errorf("%d runs, %s", len(runs), status(runs[len(runs)-1]))
		}
		if got := status(w.sync(Request{})); got != allOK {
			t.Error(got)
		}
	})
}

// An interrupted run of a connection that cannot be read yet waits for that.
func TestContinuesWhenTheVaultOpens(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.halt()
		w.mem.runs = append(w.mem.runs, newJob(shopID, core.KindManual, core.Full, []core.Model{core.Orders}, w.clock.Now()).run)
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusLocked })
		w.boot()
		w.pass(time.Minute)
		if n := len(w.mem.allRuns()); n != 1 {
			t.Fatalf("%d runs while locked", n)
		}
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusOK })
		w.pass(time.Minute)
		if runs := w.ran(); len(runs) != 2 || runs[1].Kind != core.KindResumed || status(runs[1]) != "ok: orders=ok" {
			t.Errorf("%d runs", len(runs))
		}
	})
}

// What is left to do is what the newest run that knew of a data model left.
func TestInterrupted(t *testing.T) {
	run := func(status core.RunStatus, mode core.Mode, models ...core.RunModel) core.Run {
		return core.Run{Status: status, Mode: mode, Models: models}
	}
	orders, stores := core.RunModel{Model: core.Orders, Status: core.RunInterrupted}, core.RunModel{Model: core.Stores, Status: core.RunInterrupted}
	ordersOK := core.RunModel{Model: core.Orders, Status: core.RunOK}
	for _, c := range []struct {
		name string
		runs []core.Run // newest first
		want string
	}{
		{"none", nil, "[] incremental"},
		{"one", []core.Run{run(core.RunInterrupted, core.Full, orders, stores)}, "[orders stores] full"},
		{"continued, and interrupted again", []core.Run{run(core.RunInterrupted, core.Incremental, ordersOK, stores), run(core.RunInterrupted, core.Full, orders, stores)}, "[stores] incremental"},
		{"two that waited", []core.Run{run(core.RunInterrupted, core.Full, orders), run(core.RunInterrupted, core.Incremental, stores)}, "[orders stores] full"},
		{"continued since", []core.Run{run(core.RunOK, core.Full, ordersOK), run(core.RunInterrupted, core.Full, orders)}, "[] incremental"},
	} {
		if left := interrupted(c.runs); fmt.Sprint(left.models, " ", left.mode) != c.want {
			t.Errorf("%s: %v %s, want %s", c.name, left.models, left.mode, c.want)
		}
	}
}

// Died after its last data model: the run is told as what it was.
func TestDeathAtTheLastWrite(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.halt()
		run := newJob(shopID, core.KindManual, core.Incremental, []core.Model{core.Orders}, w.clock.Now()).run
		run.Status, run.Models[0].Status = core.RunRunning, core.RunOK
		w.mem.runs = append(w.mem.runs, run)
		w.boot()
		w.idle()
		if runs := w.ran(); len(runs) != 1 || status(runs[0]) != "ok: orders=ok" || runs[0].EndedAt.IsZero() {
			t.Errorf("%d runs, %s", len(runs), status(runs[0]))
		}
	})
}
