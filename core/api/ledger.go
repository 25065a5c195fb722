package api

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	flushEvery = time.Second
	flushAt    = 500
	mostNotes  = 20_000 // while the file is in use; after that reads are refused, not left unnoted
)

// notes holds lines of the ledger until they are written together: a read must
// not wait for a sync that writes.
type notes struct {
	ledger Ledger
	many   chan struct{}

	mu      sync.Mutex
	waiting []Read
	turn    sync.Mutex // one flush at a time, so that lines keep their order
}

func (n *notes) init(l Ledger) {
	n.ledger, n.many = l, make(chan struct{}, 1)
}

// full reports that nothing more can be noted, so nothing may be read.
func (n *notes) full() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.waiting) >= mostNotes
}

func (n *notes) add(r Read) {
	n.mu.Lock()
	n.waiting = append(n.waiting, r)
	many := len(n.waiting)%flushAt == 0
	n.mu.Unlock()
	if many {
		select {
		case n.many <- struct{}{}:
		default: // it is awake already
		}
	}
}

// flush writes what waits; on an error it goes on waiting.
func (n *notes) flush(ctx context.Context) error {
	n.turn.Lock()
	defer n.turn.Unlock()
	n.mu.Lock()
	lines := n.waiting
	n.waiting = nil
	n.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	err := n.ledger.Append(ctx, lines)
	if err != nil {
		n.mu.Lock()
		n.waiting = append(lines, n.waiting...)
		n.mu.Unlock()
	}
	return err
}

func (n *notes) run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-n.many:
		}
		if err := n.flush(ctx); err != nil && ctx.Err() == nil {
			log.Warn("the access ledger could not be written; it is tried again", "error", err)
		}
	}
}
