package kit

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// Dispatcher runs functions on the goroutine that owns the window, in the order
// in which they were given. Do returns at once and may be called from anywhere.
type Dispatcher interface{ Do(func()) }

// OnWindow is the dispatcher of the running program. This is the one place that
// calls fyne.Do: in tests Fyne runs the function on the calling goroutine,
// which a Queue does not.
type OnWindow struct{}

// Do queues f for the window's goroutine.
func (OnWindow) Do(f func()) { fyne.Do(f) }

// Queue is a Dispatcher for tests: functions wait until the test, which plays
// the window's goroutine, drains them. The zero value is ready.
type Queue struct {
	mu    sync.Mutex
	fs    []func()
	added chan struct{}
}

// Do queues f.
func (q *Queue) Do(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fs = append(q.fs, f)
	select {
	case q.signal() <- struct{}{}:
	default:
	}
}

// signal returns the channel that tells of new functions; q.mu is held.
func (q *Queue) signal() chan struct{} {
	if q.added == nil {
		q.added = make(chan struct{}, 1)
	}
	return q.added
}

// Drain runs everything that waits, and what that queues in turn. It returns how many ran.
func (q *Queue) Drain() int {
	for n := 0; ; n++ {
		q.mu.Lock()
		if len(q.fs) == 0 {
			q.mu.Unlock()
			return n
		}
		f := q.fs[0]
		q.fs = q.fs[1:]
		q.mu.Unlock()
		f()
	}
}

// WaitFor drains until cond holds, which is asked on the calling goroutine after
// each function. It returns ctx's error when that ends first.
func (q *Queue) WaitFor(ctx context.Context, cond func() bool) error {
	for {
		q.Drain()
		if cond() {
			return nil
		}
		q.mu.Lock()
		added := q.signal()
		q.mu.Unlock()
		select {
		case <-added:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Ticks tells the parts that show time that some has passed. The shell runs one
// for the whole window; tests call Fire.
type Ticks struct {
	next int
	subs map[int]func(now time.Time)
}

// Subscribe calls f at each tick until cancel is called. Like all of Ticks but
// Run it belongs to the window's goroutine.
func (t *Ticks) Subscribe(f func(now time.Time)) (cancel func()) {
	if t.subs == nil {
		t.subs = map[int]func(time.Time){}
	}
	id := t.next
	t.next++
	t.subs[id] = f
	return func() { delete(t.subs, id) }
}

// Fire tells all subscribers the time.
func (t *Ticks) Fire(now time.Time) {
	for _, f := range t.subs {
		f(now)
	}
}

// Run fires once a second through do until ctx ends. The caller owns the
// goroutine it runs in.
func (t *Ticks) Run(ctx context.Context, do Dispatcher, now func() time.Time) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do.Do(func() { t.Fire(now()) })
		}
	}
}
