package syncing

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
)

const allOK = "ok: stores=ok customers=ok products=ok orders=ok segments=ok"

func TestFirstSyncThenOnlyChanges(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		run := w.sync(Request{})
		if status(run) != allOK || run.Kind != core.KindManual {
			t.Fatal(status(run))
		}
		for _, m := range run.Models {
			if m.Counts != (core.Counts{Read: 12, Added: 12, Pages: 3}) {
				t.Errorf("first: %s %+v", m.Model, m.Counts)
			}
		}
		w.pass(time.Hour)
		w.shop.put(core.Orders, 3, "paid", w.clock.Now())
		run = w.sync(Request{})
		for _, m := range run.Models {
			want := core.Counts{Read: 1, Unchanged: 1, Pages: 1} // the newest, asked for again to be safe
			if m.Model == core.Orders {
				want = core.Counts{Read: 2, Changed: 1, Unchanged: 1, Pages: 1}
			}
			if m.Counts != want {
				t.Errorf("second: %s %+v", m.Model, m.Counts)
			}
		}
		if len(w.mem.history) != 1 || w.mem.history[0] != "orders-00003: new > paid" {
			t.Errorf("history %v", w.mem.history)
		}
		if w.people.checked[shopID][0] != "" {
			t.Error("a good run proves the connection")
		}
	})
}

// P-13: nothing changed, nothing written, the same place.
func TestTwentySyncsWithoutChange(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.sync(Request{})
		writes, since := w.mem.writes, w.mem.item(shopID, core.Orders).Since
		for range 20 {
			w.pass(time.Hour)
			if run := w.sync(Request{}); status(run) != allOK {
				t.Fatal(status(run))
			}
		}
		if w.mem.writes != writes || !w.mem.item(shopID, core.Orders).Since.Equal(since) {
			t.Errorf("%d records written, since %v", w.mem.writes-writes, w.mem.item(shopID, core.Orders).Since)
		}
	})
}

// What the service changes on pages that were read already is found next time.
func TestSinceIsNotLaterThanTheStartOfTheRead(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.shop.put(core.Orders, 11, "new", w.clock.Now().Add(time.Hour)) // a service whose clock is ahead
		w.sync(Request{})
		w.shop.put(core.Orders, 0, "paid", w.clock.Now().Add(time.Minute))
		w.sync(Request{})
		if len(w.mem.history) != 1 {
			t.Errorf("history %v", w.mem.history)
		}
	})
}

// From a date reads from there when that is earlier, and never skips what lies between.
func TestFromADate(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.sync(Request{})
		last := w.mem.item(shopID, core.Orders).Since
		for _, c := range []struct {
			from time.Time
			want int64
		}{{monday.Add(-time.Hour + 8*time.Second), 4}, {last.Add(time.Hour), 1}} {
			run := w.sync(Request{Models: []core.Model{core.Orders}, From: c.from})
			if run.Models[0].Counts.Read != c.want {
				t.Errorf("from %v: %+v", c.from, run.Models[0].Counts)
			}
			if got := w.mem.item(shopID, core.Orders).Since; !got.Equal(last) {
				t.Errorf("since moved to %v", got)
			}
		}
	})
}

// P-06: one refused model is named, the others go on.
func TestRefusedModel(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.shop.script(func(_ context.Context, m core.Model, _ int) (*provider.Page, error) {
			if m == core.Customers {
				return nil, core.E(core.CodeScopeMissing, "", nil)
			}
			return nil, nil
		})
		run := w.sync(Request{})
		if got := status(run); got != "partial: stores=ok customers=failed(scope_missing) products=ok orders=ok segments=ok" {
			t.Error(got)
		}
		if run.Models[1].Ref == "" {
			t.Error("no reference")
		}
		if got := w.people.checked[shopID]; got[0] != core.CodeScopeMissing {
			t.Errorf("checked %q", got)
		}
	})
}

// What bars the whole connection ends the run, and those that wait for it.
func TestReauthStopsTheConnection(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.shop.script(func(_ context.Context, m core.Model, offset int) (*provider.Page, error) {
			if m == core.Customers && offset > 0 {
				return nil, core.E(core.CodeReauthRequired, "", nil)
			}
			return nil, nil
		})
		run := w.sync(Request{})
		if got := status(run); got != "partial: stores=ok customers=failed(reauth_required) products=failed(reauth_required) orders=failed(reauth_required) segments=failed(reauth_required)" {
			t.Error(got)
		}
		if w.shop.asked(core.Products) != 0 {
			t.Error("the service was asked on")
		}
		w.clock.sleep(3 * 24 * time.Hour)
		w.pass(time.Minute)
		if len(w.ran()) != 1 {
			t.Errorf("%d runs", len(w.ran()))
		}
		w.people.change(shopID, func(l *Link) { l.Status = core.StatusOK })
		w.shop.script(nil)
		w.pass(time.Minute)
		if len(w.ran()) != 2 || status(w.ran()[1]) != allOK {
			t.Errorf("after signing in again: %d runs", len(w.ran()))
		}
	})
}

func TestShortRateLimitIsSatOut(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		var until time.Time
		w.shop.script(func(_ context.Context, m core.Model, offset int) (*provider.Page, error) {
			if now := w.clock.Now(); m == core.Orders && offset == 5 && now.Before(until) || until.IsZero() {
				if until.IsZero() {
					until = now.Add(50 * time.Second)
				}
				return nil, &core.Error{Code: core.CodeRateLimited, Until: until}
			}
			return nil, nil
		})
		ids, err := w.SyncNow(w.t.Context(), Request{})
		if err != nil {
			t.Fatal(err)
		}
		w.pass(10 * time.Second)
		if p := w.Running(); len(p) != 1 || !p[0].WaitingUntil.Equal(until) || p[0].Model != core.Stores {
			t.Errorf("running %+v", p)
		}
		runs, err := w.Wait(w.t.Context(), ids)
		if err != nil || status(runs[0]) != allOK || runs[0].EndedAt.Before(until) {
			t.Errorf("%v %v", runs, err)
		}
	})
}

func TestLongRateLimitGoesOnWhenTheServiceSaid(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		until := w.clock.Now().Add(20 * time.Minute)
		w.shop.script(func(_ context.Context, m core.Model, offset int) (*provider.Page, error) {
			if m == core.Orders && offset == 10 && w.clock.Now().Before(until) {
				return nil, &core.Error{Code: core.CodeRateLimited, Until: until}
			}
			return nil, nil
		})
		run := w.sync(Request{})
		if got := status(run); got != "partial: stores=ok customers=ok products=ok orders=rate_limited(rate_limited) segments=rate_limited(rate_limited)" || !run.Models[3].Until.Equal(until) {
			t.Error(got)
		}
		w.pass(19 * time.Minute)
		if len(w.ran()) != 1 {
			t.Fatalf("%d runs before the time", len(w.ran()))
		}
		w.pass(90 * time.Second)
		if len(w.ran()) != 2 || status(w.ran()[1]) != "ok: orders=ok segments=ok" {
			t.Fatalf("%d runs", len(w.ran()))
		}
		if c := w.ran()[1].Models[0].Counts; c != (core.Counts{Read: 2, Added: 2, Pages: 1}) || run.Models[3].Counts.Added != 10 || w.shop.asked(core.Orders) != 4 {
			t.Errorf("%+v with %d requests", c, w.shop.asked(core.Orders))
		}
	})
}

// Y18: 10 s × 3ⁿ, five tries, then at the next due time; never switched off (P-23).
func TestBackoff(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.people.change(shopID, func(l *Link) { l.Offers = core.AccessMap{core.Orders: core.Read} })
		down := true
		w.shop.script(func(context.Context, core.Model, int) (*provider.Page, error) {
			if down {
				return nil, core.E(core.CodeServiceDown, "", nil)
			}
			return nil, nil
		})
		w.sync(Request{})
		var gaps []time.Duration
		for len(gaps) < 6 {
			ended := w.ran()[len(w.ran())-1].EndedAt
			for n := len(w.ran()); len(w.ran()) == n; {
				w.pass(10 * time.Second)
			}
			gaps = append(gaps, w.ran()[len(w.ran())-1].StartedAt.Sub(ended).Truncate(30*time.Second))
		}
		want := "[0s 30s 1m30s 4m30s 13m30s"
		if got := fmt.Sprint(gaps); len(got) < len(want) || got[:len(want)] != want || gaps[5] < 10*time.Hour {
			t.Errorf("waits %v", gaps)
		}
		for day := range 3 {
			n := len(w.ran())
			w.pass(24 * time.Hour)
			if len(w.ran()) != n+1 {
				t.Errorf("day %d: %d runs", day, len(w.ran())-n)
			}
		}
		down = false
		w.pass(24 * time.Hour)
		if item := w.mem.item(shopID, core.Orders); item.Failures != 0 || item.LastStatus != core.RunOK {
			t.Errorf("%+v", item)
		}
	})
}

// Without a network it goes on trying, and gets through soon after it is back.
func TestOfflineIsTriedUntilItWorks(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		w.shop.script(func(context.Context, core.Model, int) (*provider.Page, error) {
			return nil, core.E(core.CodeOffline, "", nil)
		})
		if got := status(w.sync(Request{})); got[:7] != "failed:" || w.shop.asked(core.Orders) != 0 {
			t.Error(got)
		}
		w.pass(7 * time.Hour)
		w.shop.script(nil)
		w.pass(31 * time.Minute)
		if last := w.ran()[len(w.ran())-1]; status(last) != allOK {
			t.Error(status(last))
		}
	})
}

func TestCancelKeepsWhatWasSaved(t *testing.T) {
	inWorld(t, 60, func(w *world) {
		w.shop.script(func(ctx context.Context, m core.Model, offset int) (*provider.Page, error) {
			if m == core.Customers && offset >= 30 {
				<-ctx.Done()
				return nil, core.E(core.CodeCancelled, "", ctx.Err())
			}
			return nil, nil
		})
		ids, err := w.SyncNow(w.t.Context(), Request{})
		if err != nil {
			t.Fatal(err)
		}
		w.pass(5 * time.Second)
		begin := time.Now()
		if err := w.Cancel(w.t.Context(), ids[0]); err != nil {
			t.Fatal(err)
		}
		runs, err := w.Wait(w.t.Context(), ids)
		if err != nil || time.Since(begin) > 10*time.Second {
			t.Fatalf("%v after %v", err, time.Since(begin))
		}
		if got := status(runs[0]); got != "cancelled: stores=ok customers=cancelled(cancelled) products=cancelled(cancelled) orders=cancelled(cancelled) segments=cancelled(cancelled)" {
			t.Error(got)
		}
		if n := runs[0].Models[1].Counts.Added; n != 30 {
			t.Errorf("%d saved", n)
		}
		w.pass(time.Hour)
		if len(w.ran()) != 1 {
			t.Error("a cancelled run was started again")
		}
		w.shop.script(nil)
		asked := w.shop.asked(core.Customers)
		run := w.sync(Request{})
		if status(run) != allOK || run.Models[1].Counts.Added != 30 || w.shop.asked(core.Customers)-asked != 6 {
			t.Errorf("%s %+v, %d requests", status(run), run.Models[1].Counts, w.shop.asked(core.Customers)-asked)
		}
	})
}

// Quitting marks the run interrupted, quickly; the next start goes on with it.
func TestQuitDuringASync(t *testing.T) {
	inWorld(t, 60, func(w *world) {
		w.shop.script(func(ctx context.Context, m core.Model, offset int) (*provider.Page, error) {
			if m == core.Customers && offset >= 30 {
				<-ctx.Done()
				return nil, core.E(core.CodeCancelled, "", ctx.Err())
			}
			return nil, nil
		})
		if _, err := w.SyncNow(w.t.Context(), Request{Mode: core.Full}); err != nil {
			t.Fatal(err)
		}
		w.pass(5 * time.Second)
		w.halt()
		runs := w.mem.allRuns()
		if got := status(runs[0]); got != "interrupted: stores=ok customers=interrupted products=interrupted orders=interrupted segments=interrupted" {
			t.Error(got)
		}
		w.shop.script(nil)
		asked := w.shop.asked(core.Customers)
		w.boot()
		w.idle()
		runs = w.mem.allRuns()
		if len(runs) != 2 || runs[1].Kind != core.KindResumed || runs[1].Mode != core.Full || status(runs[1]) != "ok: customers=ok products=ok orders=ok segments=ok" {
			t.Fatalf("%d runs, %s", len(runs), status(runs[len(runs)-1]))
		}
		if n := w.shop.asked(core.Customers) - asked; n != 6 || runs[1].Models[0].Counts != (core.Counts{Read: 30, Added: 30, Pages: 6}) || runs[0].Models[1].Counts.Added != 30 {
			t.Errorf("%d requests, %+v after %+v", n, runs[1].Models[0].Counts, runs[0].Models[1].Counts)
		}
		w.pass(time.Hour)
		if len(w.mem.allRuns()) != 2 {
			t.Error("continued twice")
		}
	})
}

// A place that the service forgot costs a new start, not the run.
func TestForgottenPlaceStartsAgain(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.mem.checkpoints[itemKey{shopID, core.Orders}] = Checkpoint{Mode: core.Full, Position: "gone", StartedAt: w.clock.Now(), Counts: core.Counts{Read: 99}}
		run := w.sync(Request{})
		if status(run) != allOK || run.Models[3].Counts != (core.Counts{Read: 12, Added: 12, Pages: 3}) {
			t.Errorf("%s %+v", status(run), run.Models[3].Counts)
		}
	})
}

// What was written before the place was forgotten stays counted: by the run
// itself, and by the next start when the run dies before its next page.
func TestForgottenPlaceKeepsItsFigures(t *testing.T) {
	script := func(w *world, lost chan<- struct{}) func(context.Context, core.Model, int) (*provider.Page, error) {
		forgot := false
		return func(ctx context.Context, m core.Model, offset int) (*provider.Page, error) {
			switch {
			case m != core.Orders:
			case offset == 10 && !forgot:
				forgot = true
				w.shop.put(core.Orders, 1, "paid", w.clock.Now())
				return nil, core.E(core.CodeDataUnexpected, "", provider.ErrPosition)
			case forgot && lost != nil:
				close(lost)
				lost = nil
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return nil, nil
		}
	}
	inWorld(t, 12, func(w *world) {
		w.shop.script(script(w, nil))
		run := w.sync(Request{})
		if c := run.Models[3].Counts; status(run) != allOK || c != (core.Counts{Read: 12, Added: 12, Changed: 1, Unchanged: 9, Pages: 3}) {
			t.Errorf("%s %+v", status(run), c)
		}
	})
	inWorld(t, 12, func(w *world) {
		lost := make(chan struct{})
		w.shop.script(script(w, lost))
		if _, err := w.SyncNow(w.t.Context(), Request{}); err != nil {
			t.Fatal(err)
		}
		<-lost
		w.mem.mu.Lock()
		w.mem.dead = true
		w.mem.mu.Unlock()
		w.halt()
		w.mem.revive()
		w.boot()
		w.idle()
		if c := w.mem.counts(shopID)[core.Orders]; c != (core.Counts{Read: 12, Added: 12, Changed: 1, Unchanged: 9, Pages: 3}) {
			t.Errorf("%+v", c)
		}
	})
}

func TestServiceThatSendsTheSamePageForEver(t *testing.T) {
	inWorld(t, 12, func(w *world) {
		w.shop.script(func(_ context.Context, m core.Model, _ int) (*provider.Page, error) {
			if m == core.Orders {
				return &provider.Page{Next: "1 since 0"}, nil
			}
			return nil, nil
		})
		if got := status(w.sync(Request{})); got != "partial: stores=ok customers=ok products=ok orders=failed(data_unexpected) segments=ok" {
			t.Error(got)
		}
	})
}

// Progress comes at most four times a second, and the last word is the whole.
func TestProgressIsSampled(t *testing.T) {
	inWorld(t, 400, func(w *world) {
		var got []event.RunProgress
		event.Subscribe(w.bus, func(e event.RunProgress) { got = append(got, e) })
		w.shop.script(func(context.Context, core.Model, int) (*provider.Page, error) {
			time.Sleep(20 * time.Millisecond)
			return nil, nil
		})
		run := w.sync(Request{Models: []core.Model{core.Orders}})
		synctest.Wait()
		took := run.EndedAt.Sub(run.StartedAt)
		if most := int(took/sampleEvery) + 2; len(got) > most || len(got) < most/2 {
			t.Errorf("%d samples in %v", len(got), took)
		}
		if last := got[len(got)-1]; last.Counts.Added != 400 || last.Model != core.Orders || last.Run != run.ID {
			t.Errorf("last %+v", last)
		}
	})
}

// P-16: a running sync says that it is alive every ten seconds.
func TestHeartbeat(t *testing.T) {
	inWorld(t, 5, func(w *world) {
		w.shop.script(func(_ context.Context, m core.Model, _ int) (*provider.Page, error) {
			if m == core.Stores {
				time.Sleep(35 * time.Second)
			}
			return nil, nil
		})
		w.sync(Request{})
		if w.mem.beats != 3 {
			t.Errorf("%d beats", w.mem.beats)
		}
	})
}

// However many records: no more pages at once than the pipeline holds.
func TestMemoryStaysFlat(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		const records, perPage = 50_000, 100
		alive, most := 0, 0
		w.mem.onApply = func(n int) { w.shop.mu.Lock(); alive -= n; w.shop.mu.Unlock() }
		w.shop.script(func(_ context.Context, m core.Model, offset int) (*provider.Page, error) {
			var page provider.Page
			for i := offset; i < offset+perPage; i++ {
				page.Records = append(page.Records, core.Record{RemoteID: fmt.Sprint(i), UpdatedAt: monday, Data: &core.Order{}})
			}
			if offset+perPage < records {
				page.Next = provider.Position(fmt.Sprintf("%d since 0", offset+perPage))
			}
			w.shop.mu.Lock()
			defer w.shop.mu.Unlock()
			alive += perPage
			most = max(most, alive)
			return &page, nil
		})
		run := w.sync(Request{Models: []core.Model{core.Orders}})
		if run.Models[0].Counts.Added != records {
			t.Errorf("%+v", run.Models[0].Counts)
		}
		if limit := (batchPages + pagesAhead + 1) * perPage; most > limit {
			t.Errorf("%d records alive, want at most %d", most, limit)
		}
	})
}
