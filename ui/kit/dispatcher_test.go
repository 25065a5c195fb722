package kit

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestQueueKeepsOrderAndRunsWhatWasAddedMeanwhile(t *testing.T) {
	var q Queue
	var ran []int
	q.Do(func() { ran = append(ran, 1); q.Do(func() { ran = append(ran, 3) }) })
	q.Do(func() { ran = append(ran, 2) })
	if n := q.Drain(); n != 3 || len(ran) != 3 || ran[0] != 1 || ran[1] != 2 || ran[2] != 3 {
		t.Fatalf("%d ran: %v", n, ran)
	}
}

func TestQueueWaitsForOtherGoroutines(t *testing.T) {
	var q Queue
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	n := 0
	for range 8 {
		go q.Do(func() { n++ })
	}
	if err := q.WaitFor(ctx, func() bool { return n == 8 }); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(ctx)
	end()
	if err := q.WaitFor(ended, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Fatalf("a wait whose context ended returned %v", err)
	}
}

func TestTicks(t *testing.T) {
	var ticks Ticks
	n := 0
	var cancel func()
	cancel = ticks.Subscribe(func(time.Time) {
		if n++; n == 2 {
			cancel()
		}
	})
	for range 4 {
		ticks.Fire(noon)
	}
	if n != 2 {
		t.Fatalf("told %d times, want 2", n)
	}
	ctx, end := context.WithCancel(t.Context())
	var q Queue
	done := make(chan struct{})
	fired := false
	ticks.Subscribe(func(time.Time) { fired = true })
	go func() { ticks.Run(ctx, &q, time.Now); close(done) }()
	if err := q.WaitFor(t.Context(), func() bool { return fired }); err != nil {
		t.Fatal(err)
	}
	end()
	<-done
}
