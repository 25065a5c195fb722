package syncing

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/provider"
)

// P-11: after a sleep over due times one run starts within a tick, however
// many were missed.
func TestSleepOverDueTimes(t *testing.T) {
	for _, away := range []time.Duration{9 * time.Hour, 18 * time.Hour, 9 * 24 * time.Hour} {
		inWorld(t, 12, func(w *world) {
			w.clock.sleep(12 * time.Hour) // 21:00, due at 02:00
			w.pass(time.Minute)
			if n := len(w.mem.allRuns()); n != 0 {
				t.Fatalf("%d runs before it was due", n)
			}
			w.clock.sleep(away)
			w.pass(21 * time.Second)
			w.idle()
			runs := w.ran()
			if len(runs) != 1 || runs[0].Kind != core.KindCatchUp || status(runs[0]) != allOK {
				t.Fatalf("away %v: %d runs", away, len(runs))
			}
			w.pass(2 * time.Hour)
			if n := len(w.mem.allRuns()); n != 1 && away != 18*time.Hour {
				t.Errorf("away %v: %d runs two hours later", away, n)
			}
			next := w.mem.item(shopID, core.Orders).DueAt
			if now := w.clock.Now(); !next.After(now) || next.Hour() != 2 || next.Sub(now) > 24*time.Hour {
				t.Errorf("next at %v", next)
			}
		})
	}
}

func TestRunsInTimeAwake(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.pass(5 * 24 * time.Hour)
		runs := w.ran()
		if len(runs) != 5 {
			t.Fatalf("%d runs in 5 days", len(runs))
		}
		for _, r := range runs {
			if late := r.StartedAt.Sub(r.StartedAt.Truncate(24 * time.Hour).Add(2 * time.Hour)); r.Kind != core.KindAutomatic || late < 0 || late > 21*time.Second {
				t.Errorf("%s at %v", r.Kind, r.StartedAt)
			}
		}
	})
}

// Died between due and start, and between start and the first page: still one run.
func TestDeathBetweenDueAndStart(t *testing.T) {
	for cut := 1; cut <= 3; cut++ {
		inWorld(t, 12, func(w *world) {
			w.mem.calls, w.mem.cut = 0, cut
			w.clock.sleep(24 * time.Hour)
			w.pass(time.Minute)
			w.halt()
			w.mem.revive()
			w.boot()
			w.pass(time.Minute)
			w.idle()
			good := 0
			for _, r := range w.ran() {
				if status(r) == allOK {
					good++
				}
			}
			if good != 1 {
				t.Errorf("cut %d: %d complete runs of %d", cut, good, len(w.ran()))
			}
		})
	}
}

// P-12: forty overdue connections, at most two at once, each done once.
func TestFortyOverdueConnections(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		for i := range 39 {
			w.people.mu.Lock()
			w.connect(core.ConnectionID(fmt.Sprintf("con_%02d", i)))
			w.people.mu.Unlock()
		}
		w.pass(time.Minute)
		var mu sync.Mutex
		most := 0
		w.shop.script(func(context.Context, core.Model, int) (*provider.Page, error) {
			running := 0
			for _, p := range w.Running() {
				if p.Status == core.RunRunning {
					running++
				}
			}
			mu.Lock()
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			return nil, nil
		})
		w.clock.sleep(3 * 24 * time.Hour)
		w.pass(30 * time.Second)
		w.idle()
		done := map[core.ConnectionID]int{}
		for _, r := range w.ran() {
			if status(r) == allOK {
				done[r.Connection]++
			}
		}
		if most != 2 || len(done) != 40 || len(w.ran()) != 40 {
			t.Errorf("%d at once, %d connections, %d runs", most, len(done), len(w.ran()))
		}
	})
}

// One run for a connection at a time; a wish that waits is not repeated.
func TestOneRunPerConnection(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.shop.script(func(context.Context, core.Model, int) (*provider.Page, error) {
			if n := len(w.Running()); n > 0 {
				running := 0
				for _, p := range w.Running() {
					if p.Status == core.RunRunning {
						running++
					}
				}
				if running != 1 {
					t.Errorf("%d runs of one connection at once", running)
				}
			}
			time.Sleep(time.Second)
			return nil, nil
		})
		ask := func(r Request) core.RunID {
			ids, err := w.SyncNow(w.t.Context(), r)
			if err != nil || len(ids) != 1 {
				t.Fatalf("%v %v", ids, err)
			}
			w.pass(time.Millisecond)
			return ids[0]
		}
		first := ask(Request{})
		second := ask(Request{})
		third := ask(Request{Models: []core.Model{core.Orders}})
		full := ask(Request{Mode: core.Full})
		if first == second || second != third || full == second {
			t.Errorf("%s %s %s %s", first, second, third, full)
		}
		if err := w.Cancel(w.t.Context(), full); err != nil {
			t.Fatal(err)
		}
		w.idle()
		runs, err := w.Wait(w.t.Context(), []core.RunID{full, first, second})
		if err != nil || runs[0].Status != core.RunCancelled || runs[1].Status != core.RunOK || runs[2].Status != core.RunOK {
			t.Errorf("%v %v", runs, err)
		}
		// The queue works on after a waiting run was taken out of it.
		if got := status(w.sync(Request{})); got != allOK {
			t.Error(got)
		}
	})
}

func TestPause(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		if err := w.PauseUntil(w.t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		w.clock.sleep(3 * 24 * time.Hour)
		w.halt()
		w.boot()
		w.pass(time.Minute)
		if until, paused := w.Paused(); !paused || !until.Equal(UntilResumed) || len(w.ran()) != 0 {
			t.Fatalf("%v %v, %d runs", until, paused, len(w.ran()))
		}
		if got := status(w.sync(Request{Models: []core.Model{core.Stores}})); got != "ok: stores=ok" {
			t.Errorf("by hand: %s", got)
		}
		if err := w.Resume(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Second)
		if runs := w.ran(); len(runs) != 2 || runs[1].Kind != core.KindCatchUp || status(runs[1]) != "ok: customers=ok products=ok orders=ok segments=ok" {
			t.Errorf("after Resume %d runs", len(runs))
		}
		if err := w.PauseUntilTomorrow(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		if until, paused := w.Paused(); !paused || until.Sub(w.clock.Now()) > 24*time.Hour || until.Hour() != 0 {
			t.Errorf("until %v %v", until, paused)
		}
		w.clock.sleep(25 * time.Hour)
		w.pass(time.Minute)
		if _, paused := w.Paused(); paused || len(w.ran()) != 3 {
			t.Errorf("the pause did not end, %d runs", len(w.ran()))
		}
	})
}

func TestOnDemandOnly(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.halt()
		w.boot(func(o *Options) { o.OnDemand = true })
		w.clock.sleep(3 * 24 * time.Hour)
		w.pass(time.Minute)
		if len(w.mem.allRuns()) != 0 {
			t.Error("ran by schedule")
		}
		if got := status(w.sync(Request{})); got != allOK {
			t.Error(got)
		}
	})
}

func TestForgetStopsAllRunsOfAConnection(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.shop.script(func(ctx context.Context, _ core.Model, _ int) (*provider.Page, error) {
			<-ctx.Done()
			return nil, core.E(core.CodeCancelled, "", ctx.Err())
		})
		for _, mode := range []core.Mode{core.Incremental, core.Full, core.Incremental} {
			if _, err := w.SyncNow(w.t.Context(), Request{Mode: mode}); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Second)
		}
		if err := w.Forget(w.t.Context(), shopID); err != nil || len(w.Running()) != 0 {
			t.Errorf("%v, %d running", err, len(w.Running()))
		}
		for _, r := range w.ran() {
			if r.Status != core.RunCancelled {
				t.Error(status(r))
			}
		}
	})
}

func TestTwoCancelARunThatWaits(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.shop.script(func(ctx context.Context, _ core.Model, _ int) (*provider.Page, error) {
			<-ctx.Done()
			return nil, core.E(core.CodeCancelled, "", ctx.Err())
		})
		first, err := w.SyncNow(w.t.Context(), Request{})
		if err != nil {
			t.Fatal(err)
		}
		w.pass(time.Second)
		waiting, err := w.SyncNow(w.t.Context(), Request{Mode: core.Full})
		if err != nil {
			t.Fatal(err)
		}
		// The second one comes while the first is still being saved.
		again := false
		w.Store = savingStore{w.Store, func(r core.Run) {
			if r.ID != waiting[0] || again {
				return
			}
			again = true
			if err := w.Cancel(w.t.Context(), waiting[0]); err != nil {
				t.Error(err)
			}
		}}
		if err := w.Cancel(w.t.Context(), waiting[0]); err != nil {
			t.Fatal(err)
		}
		if err := w.Cancel(w.t.Context(), first[0]); err != nil {
			t.Fatal(err)
		}
		runs, err := w.Wait(w.t.Context(), append(first, waiting...))
		if err != nil || runs[0].Status != core.RunCancelled || runs[1].Status != core.RunCancelled {
			t.Errorf("%v, %v", runs, err)
		}
	})
}

// savingStore tells when a run is about to be saved.
type savingStore struct {
	Store
	saving func(core.Run)
}

func (s savingStore) SaveRun(ctx context.Context, r core.Run) error {
	s.saving(r)
	return s.Store.SaveRun(ctx, r)
}
