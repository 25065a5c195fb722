package event

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"sync"
)

// Event is anything that can be published. Subject names what it is about: of
// two waiting events with the same subject only the newer is delivered, in the
// newer one's place.
type Event interface{ Subject() string }

// queueLimit is how many different subjects may wait for one subscriber.
const queueLimit = 256

// Bus passes events from publishers to subscribers. Publishing never blocks.
type Bus struct {
	log *slog.Logger

	mu     sync.Mutex
	subs   []*subscriber
	closed bool
	wg     sync.WaitGroup
}

// New makes a bus. Its owner closes it with Close.
func New(log *slog.Logger) *Bus { return &Bus{log: log} }

// Publish hands the event to every subscriber of its type. It returns at once.
// After Close it does nothing.
func Publish(b *Bus, ev Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	for _, s := range b.subs {
		if s.wants(ev) {
			s.push(b.log, ev)
		}
	}
}

// Subscribe calls handle for every event of type T that is published from now
// on, one at a time and in the order of publishing. T may be Event itself, for
// all types in one timeline. A handler may publish and cancel. After cancel
// returns no new call begins; one that runs may still finish.
func Subscribe[T Event](b *Bus, handle func(T)) (cancel func()) {
	s := &subscriber{
		name:    reflect.TypeFor[T]().String(),
		wants:   func(ev Event) bool { _, ok := ev.(T); return ok },
		deliver: func(ev Event) { handle(ev.(T)) },
		wake:    make(chan struct{}, 1),
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return func() {}
	}
	b.subs = append(b.subs, s)
	b.wg.Go(func() { b.run(s) })
	return func() { b.cancel(s) }
}

// Close takes no more events, delivers those that wait, and returns when all
// handlers have returned. When ctx ends first, what still waits is dropped and
// the context's error returned.
func (b *Bus) Close(ctx context.Context) error {
	b.mu.Lock()
	b.closed = true
	for _, s := range b.subs {
		s.ended = true
		s.signal()
	}
	b.mu.Unlock()

	drained := make(chan struct{})
	go func() { b.wg.Wait(); close(drained) }()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		s.queue = nil
	}
	return ctx.Err()
}

func (b *Bus) cancel(s *subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = slices.DeleteFunc(b.subs, func(o *subscriber) bool { return o == s })
	s.queue, s.ended = nil, true
	s.signal()
}

// run delivers to one subscriber until it is cancelled or the bus is closed and drained.
func (b *Bus) run(s *subscriber) {
	for {
		b.mu.Lock()
		ev, dropped, ended := s.pop()
		b.mu.Unlock()
		switch {
		case ev != nil:
			s.deliver(ev)
		case ended:
			return
		default:
			if dropped > 0 {
				b.log.Warn("a slow listener missed events", "listener", s.name, "missed", dropped)
			}
			<-s.wake
		}
	}
}

// subscriber is one listener and what waits for it. Guarded by Bus.mu.
type subscriber struct {
	name    string
	wants   func(Event) bool
	deliver func(Event)
	queue   []Event
	dropped int // since it last caught up
	ended   bool
	wake    chan struct{}
}

// push appends the event. An older one about the same subject gives way to it;
// when too many subjects wait, the oldest progress does, else the oldest of all.
func (s *subscriber) push(log *slog.Logger, ev Event) {
	subject := ev.Subject()
	same := func(o Event) bool { return o.Subject() == subject }
	if i := slices.IndexFunc(s.queue, same); i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	if len(s.queue) >= queueLimit {
		i := max(0, slices.IndexFunc(s.queue, func(o Event) bool { _, ok := o.(RunProgress); return ok }))
		s.queue = slices.Delete(s.queue, i, i+1)
		if s.dropped++; s.dropped == 1 {
			log.Warn("a listener is too slow, events are dropped", "listener", s.name)
		}
	}
	s.queue = append(s.queue, ev)
	s.signal()
}

// pop takes the oldest event. When none waits it tells how many were dropped
// since the last time that was so.
func (s *subscriber) pop() (ev Event, dropped int, ended bool) {
	if len(s.queue) > 0 {
		ev, s.queue = s.queue[0], s.queue[1:]
		return ev, 0, false
	}
	dropped, s.dropped = s.dropped, 0
	return nil, dropped, s.ended
}

func (s *subscriber) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
