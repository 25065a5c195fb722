package kit

import (
	"context"
	"sync"
)

// Tasks owns the goroutines of one tab or dialog. Load and act off the window's
// goroutine, come back on it:
//
//	tasks.Go(func(ctx context.Context) func() {
//		rows, err := core.List(ctx)          // not on the window's goroutine
//		return func() { p.loaded(rows, err) } // on it
//	})
//
// After Close nothing comes back, and Close has waited for what was under way.
type Tasks struct {
	ctx    context.Context
	cancel context.CancelFunc
	do     func(func())
	wg     sync.WaitGroup
	mu     sync.Mutex
	closed bool
}

// NewTasks returns tasks that end with ctx at the latest; do is Env.Do.
func NewTasks(ctx context.Context, do func(func())) *Tasks {
	w := &Tasks{do: do}
	w.ctx, w.cancel = context.WithCancel(ctx)
	return w
}

// Go runs load on a goroutine of its own and what it returns (may be nil) on
// the window's goroutine.
func (w *Tasks) Go(load func(ctx context.Context) func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.wg.Go(func() {
		if then := load(w.ctx); then != nil && w.ctx.Err() == nil {
			w.do(func() {
				if w.ctx.Err() == nil {
					then()
				}
			})
		}
	})
}

// Context ends when the tasks are closed.
func (w *Tasks) Context() context.Context { return w.ctx }

// Close cancels what is under way and waits for it. It is called off the
// window's goroutine, or when nothing that is under way waits for that.
func (w *Tasks) Close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.cancel()
	w.wg.Wait()
}
