package connection

import (
	"context"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
)

const (
	undoFor     = 30 * time.Second // product row C25
	deletedText = "It is too late to undo this: the connection is deleted. Connect again to have it back."
)

// DeleteOptions say what goes with a connection.
type DeleteOptions struct {
	DropRecords bool // false: what was copied stays readable
}

// Outcome says what became of the permission at the service (product W-12).
type Outcome string

// The outcomes.
const (
	Withdrawn Outcome = "withdrawn"
	NotTold   Outcome = "could not be told" // the person withdraws it there: Manifest.Settings
	ToldLater Outcome = "not told yet"      // tried for a week; or the person does it there
)

// Deletion is a connection that is gone for the person, and can be had back for
// half a minute. Until then only this process knows: if it dies, the
// connection is simply still there.
type Deletion struct {
	ID       core.ConnectionID
	Name     string
	Deadline time.Time // until when Undo works

	service *Service
	options DeleteOptions
	timer   *time.Timer
	done    chan struct{}

	mu      sync.Mutex
	decided bool // undone, or being carried out
	outcome Outcome
	err     error
}

// Delete takes a connection out of every list at once and stops its syncs; what
// they saved is there after an Undo, and the next one goes on from it. After 30
// seconds, or at Commit, its permission is withdrawn at the service and
// everything wiped.
func (s *Service) Delete(ctx context.Context, id core.ConnectionID, o DeleteOptions) (*Deletion, error) {
	v, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	d := &Deletion{ID: id, Name: v.Name, Deadline: s.o.Clock.Now().Add(undoFor), service: s, options: o, done: make(chan struct{})}
	s.mu.Lock()
	if s.deleting[id] != nil {
		s.mu.Unlock()
		return nil, errGone()
	}
	s.deleting[id] = d
	own := context.WithoutCancel(ctx)
	d.timer = time.AfterFunc(undoFor, func() { _, _ = d.Commit(own) }) // kept for Err
	s.mu.Unlock()
	event.Publish(s.o.Bus, event.ConnectionChanged{ID: id, Deleted: true})
	if s.o.Stop != nil {
		if err := s.o.Stop(ctx, id); err != nil { // they end by themselves: the connection is not there any more
			s.o.Log.Warn("the syncs of a deleted connection were not stopped", "connection", string(id), "error", err)
		}
	}
	return d, nil
}

func (s *Service) isDeleting(id core.ConnectionID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deleting[id] != nil
}

// Done is closed when the deletion was undone or carried out.
func (d *Deletion) Done() <-chan struct{} { return d.done }

// Outcome says what became of the permission; empty before Done and after Undo.
func (d *Deletion) Outcome() Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outcome
}

// Err says why the deletion failed; the connection is then there again.
func (d *Deletion) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// decide makes the one decision about the deletion.
func (d *Deletion) decide() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := !d.decided
	d.decided = true
	return first
}

// Undo brings the connection back as it was. Too late is CodeInvalid.
func (d *Deletion) Undo(context.Context) error {
	if !d.decide() {
		return core.Invalid(deletedText)
	}
	d.timer.Stop()
	d.end("", nil)
	d.service.changed(d.ID)
	return nil
}

// Commit carries the deletion out without waiting further, or waits for it to
// be carried out. The permission is wiped here whatever the service says; one
// that it could not be told of is kept, sealed, until it was (P-19).
func (d *Deletion) Commit(ctx context.Context) (Outcome, error) {
	if !d.decide() {
		select {
		case <-d.done:
			return d.Outcome(), d.Err()
		case <-ctx.Done():
			return "", core.E(core.CodeCancelled, "", ctx.Err())
		}
	}
	d.timer.Stop()
	s := d.service
	outcome := s.withdraw(ctx, d.ID)
	// Told or not, what the person asked for is done, also when ctx has ended.
	remove := s.o.Store.Delete
	if outcome == ToldLater {
		remove = s.o.Withdrawals.DeleteKeeping
	}
	err := remove(context.WithoutCancel(ctx), d.ID, d.options.DropRecords)
	if err != nil {
		outcome = ""
	}
	d.end(outcome, err)
	if err != nil {
		s.changed(d.ID)
		return "", err
	}
	event.Publish(s.o.Bus, event.ConnectionChanged{ID: d.ID, Deleted: true})
	return outcome, nil
}

func (d *Deletion) end(outcome Outcome, err error) {
	d.mu.Lock()
	d.outcome, d.err = outcome, err
	d.mu.Unlock()
	d.service.mu.Lock()
	delete(d.service.deleting, d.ID)
	d.service.mu.Unlock()
	close(d.done)
}
