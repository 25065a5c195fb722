package kit

import (
	"context"
	"testing"
	"time"
)

func TestTasksComeBackOnTheWindowsGoroutine(t *testing.T) {
	var q Queue
	w := NewTasks(t.Context(), q.Do)
	defer w.Close()
	loaded, shown := make(chan struct{}), false
	w.Go(func(context.Context) func() {
		close(loaded)
		return func() { shown = true }
	})
	<-loaded
	if shown {
		t.Fatal("the result was shown before the window's turn")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := q.WaitFor(ctx, func() bool { return shown }); err != nil {
		t.Fatal(err)
	}
}

func TestClosedTasksNeitherStartsNorComesBack(t *testing.T) {
	var q Queue
	w := NewTasks(t.Context(), q.Do)
	started := make(chan struct{})
	w.Go(func(ctx context.Context) func() {
		close(started)
		<-ctx.Done()
		return func() { t.Error("came back after Close") }
	})
	<-started
	w.Close()
	w.Go(func(context.Context) func() { t.Error("started after Close"); return nil })
	q.Drain()
}
