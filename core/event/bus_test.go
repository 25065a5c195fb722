package event

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// collect subscribes and returns a reader of what has arrived so far.
func collect[T Event](b *Bus) (got func() []T, cancel func()) {
	var mu sync.Mutex
	var all []T
	cancel = Subscribe(b, func(ev T) { mu.Lock(); all = append(all, ev); mu.Unlock() })
	return func() []T { mu.Lock(); defer mu.Unlock(); return slices.Clone(all) }, cancel
}

func closeBus(t *testing.T, b *Bus) {
	t.Helper()
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSubscribersGetTheirTypeInOrder(t *testing.T) {
	b := New(quiet())
	connections, _ := collect[ConnectionChanged](b)
	all, _ := collect[Event](b)
	want := []Event{
		ConnectionChanged{ID: "con_1"}, SyncChanged{Connection: "con_1"}, RunProgress{Run: "run_1", Model: core.Orders},
		RecordsChanged{Connection: "con_1", Model: core.Orders}, RunEnded{Run: core.Run{ID: "run_1"}},
		SettingsChanged{}, VaultChanged{}, ConnectionChanged{ID: "con_2", Deleted: true},
	}
	for _, ev := range want {
		Publish(b, ev)
	}
	closeBus(t, b)
	if got := fmt.Sprint(all()); got != fmt.Sprint(want) {
		t.Errorf("timeline\n%s\nwant\n%s", got, fmt.Sprint(want))
	}
	if got := connections(); !slices.Equal(got, []ConnectionChanged{{ID: "con_1"}, {ID: "con_2", Deleted: true}}) {
		t.Errorf("connections %v", got)
	}
}

// The last word about a subject is the one that arrives, and in its own place.
func TestNewerEventReplacesWaitingOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(quiet())
		hold := make(chan struct{})
		var got []Event
		Subscribe(b, func(ev Event) { <-hold; got = append(got, ev) })
		Publish(b, SettingsChanged{}) // taken by the handler, which holds
		synctest.Wait()
		Publish(b, ConnectionChanged{ID: "a", Deleted: true})
		Publish(b, ConnectionChanged{ID: "b"})
		Publish(b, ConnectionChanged{ID: "a"})
		close(hold)
		closeBus(t, b)
		want := []Event{SettingsChanged{}, ConnectionChanged{ID: "b"}, ConnectionChanged{ID: "a"}}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// A listener that hangs does not hold up the publisher or another listener;
// progress is dropped before anything else, and the loss is logged once with its count.
func TestSlowListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		b := New(slog.New(slog.NewTextHandler(&logged, nil)))
		hold := make(chan struct{})
		var slow []Event
		Subscribe(b, func(ev Event) { <-hold; slow = append(slow, ev) })
		quick, _ := collect[ConnectionChanged](b)
		Publish(b, VaultChanged{})
		synctest.Wait()
		for i := range 10 {
			Publish(b, RunProgress{Run: core.RunID(fmt.Sprint(i))})
		}
		for i := range queueLimit {
			Publish(b, ConnectionChanged{ID: core.ConnectionID(fmt.Sprint(i))})
			synctest.Wait()
		}
		if n := len(quick()); n != queueLimit {
			t.Errorf("the quick listener got %d events while the other hung", n)
		}
		close(hold)
		synctest.Wait()
		if len(slow) != 1+queueLimit {
			t.Errorf("the slow listener got %d events, want %d", len(slow), 1+queueLimit)
		}
		for _, ev := range slow[1:] {
			if _, ok := ev.(ConnectionChanged); !ok {
				t.Errorf("%v was kept and a change of state dropped", ev)
			}
		}
		if got := logged.String(); strings.Count(got, "too slow") != 1 || !strings.Contains(got, "missed=10") {
			t.Errorf("log: %s", got)
		}
		closeBus(t, b)
	})
}

func TestCancelStopsDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(quiet())
		var got int
		var cancel func()
		cancel = Subscribe(b, func(ConnectionChanged) { got++; cancel() }) // from within, too
		Publish(b, ConnectionChanged{ID: "1"})
		Publish(b, ConnectionChanged{ID: "2"})
		synctest.Wait()
		Publish(b, ConnectionChanged{ID: "3"})
		closeBus(t, b)
		if got != 1 {
			t.Errorf("%d calls, want 1", got)
		}
	})
}

func TestCloseGivesUpAtItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(quiet())
		hold := make(chan struct{})
		var got []Event
		Subscribe(b, func(ev Event) { <-hold; got = append(got, ev) })
		Publish(b, VaultChanged{})
		synctest.Wait()
		Publish(b, SettingsChanged{})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		if err := b.Close(ctx); err != context.DeadlineExceeded || time.Since(start) != 3*time.Second {
			t.Errorf("Close: %v after %v", err, time.Since(start))
		}
		close(hold)
		synctest.Wait()
		if !slices.Equal(got, []Event{VaultChanged{}}) {
			t.Errorf("after the deadline %v", got)
		}
	})
}

func TestAfterClose(t *testing.T) {
	b := New(quiet())
	got, _ := collect[Event](b)
	closeBus(t, b)
	Publish(b, VaultChanged{})
	Subscribe(b, func(Event) { t.Error("called after Close") })()
	if len(got()) != 0 {
		t.Errorf("got %v", got())
	}
	closeBus(t, b)
}

// Many publishers at once: every subscriber sees the same order.
func TestOneTimeline(t *testing.T) {
	b := New(quiet())
	first, _ := collect[Event](b)
	second, _ := collect[Event](b)
	var wg sync.WaitGroup
	for p := range 4 {
		wg.Go(func() {
			for i := range 40 {
				Publish(b, ConnectionChanged{ID: core.ConnectionID(fmt.Sprintf("%d-%d", p, i))})
			}
		})
	}
	wg.Wait()
	closeBus(t, b)
	if !slices.Equal(first(), second()) || len(first()) != 160 {
		t.Errorf("two timelines: %d and %d events", len(first()), len(second()))
	}
}
