package connection_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/event"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

// waits keeps permissions that wait in memory, beside a signintest.Store.
type waits struct {
	store *signintest.Store
	clock core.Clock

	mu   sync.Mutex
	rows []connection.Waiting
	err  error // of every change but DeleteKeeping
}

func (w *waits) DeleteKeeping(ctx context.Context, id core.ConnectionID, drop bool) error {
	c, err := w.store.Get(ctx, id)
	if err != nil {
		return err
	}
	sealed, err := w.store.LoadSealed(ctx, id)
	if err == nil {
		err = w.store.Delete(ctx, id, drop)
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	w.rows = append(w.rows, connection.Waiting{Connection: c, Sealed: sealed, Since: now, TriedAt: now})
	return nil
}

func (w *waits) Waiting(context.Context) ([]connection.Waiting, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.rows), nil
}

func (w *waits) Tried(_ context.Context, id core.ConnectionID, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.rows {
		if w.rows[i].Connection.ID == id {
			w.rows[i].TriedAt = at
		}
	}
	return w.err
}

func (w *waits) EndWaiting(_ context.Context, id core.ConnectionID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.rows = slices.DeleteFunc(w.rows, func(r connection.Waiting) bool { return r.Connection.ID == id })
	}
	return w.err
}

func (w *waits) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.rows)
}

// deleted connects, has the service refuse to hear, and deletes.
func (b *bench) deleted(refusal func(*signintest.Switches)) connection.Outcome {
	b.Helper()
	id := b.connect(b.draft()).Connection.ID
	b.set(refusal)
	d, err := b.service.Delete(b.Context(), id, connection.DeleteOptions{})
	if err != nil {
		b.Fatal(err)
	}
	outcome, err := d.Commit(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return outcome
}

func down(s *signintest.Switches) { s.RevokeStatus = 503 }

// P-19: a service that could not be told is told later, also by another start.
func TestAPermissionIsWithdrawnLater(t *testing.T) {
	b := newBench(t)
	if got := b.deleted(down); got != connection.ToldLater || b.waits.count() != 1 || len(b.list()) != 0 {
		t.Fatalf("%q, %d wait", got, b.waits.count())
	}
	form, _ := b.server.LastForm()
	token := form.Get("token")
	b.service.WithdrawWaiting(t.Context(), 24*time.Hour)
	if n := b.server.Counts().Revoked; n != 1 {
		t.Errorf("tried %d times within a day", n)
	}
	b.clock.Add(25 * time.Hour)
	b.service.WithdrawWaiting(t.Context(), 24*time.Hour)
	if b.server.Counts().Revoked != 2 || b.waits.count() != 1 {
		t.Errorf("a day later: tried %d times, %d wait", b.server.Counts().Revoked, b.waits.count())
	}
	b.set(func(s *signintest.Switches) { s.RevokeStatus = 0 })
	b.service.WithdrawWaiting(t.Context(), 0) // as at a start
	if form, _ := b.server.LastForm(); b.server.Counts().Revoked != 3 || b.waits.count() != 0 || form.Get("token") != token {
		t.Errorf("in the end: tried %d times, %d wait", b.server.Counts().Revoked, b.waits.count())
	}
	b.service.WithdrawWaiting(t.Context(), 0)
	if b.server.Counts().Revoked != 3 {
		t.Error("it was told twice")
	}
}

// After seven days it is tried once more, wiped, and the log says so.
func TestAPermissionIsGivenUpAfterAWeek(t *testing.T) {
	var log bytes.Buffer
	b := newBench(t)
	b.log = slog.New(slog.NewTextHandler(&log, nil))
	b.restart()
	b.deleted(down)
	for day := 1; day <= 6; day++ {
		b.clock.Add(24 * time.Hour)
		b.service.WithdrawWaiting(t.Context(), 24*time.Hour)
	}
	if b.waits.count() != 1 || b.server.Counts().Revoked != 7 || strings.Contains(log.String(), "given up") {
		t.Fatalf("after six days %d wait, tried %d times", b.waits.count(), b.server.Counts().Revoked)
	}
	b.clock.Add(24 * time.Hour)
	b.service.WithdrawWaiting(t.Context(), 24*time.Hour)
	if b.waits.count() != 0 || b.server.Counts().Revoked != 8 || !strings.Contains(log.String(), "given up") || !strings.Contains(log.String(), "service=fake") {
		t.Errorf("after a week %d wait, tried %d times: %s", b.waits.count(), b.server.Counts().Revoked, &log)
	}
}

// With the vault locked the permission waits, and nothing is given up for that.
func TestDeletedWhileTheVaultIsLocked(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	b.sealer.Lock(core.E(core.CodeKeyring, "", errors.New("locked")))
	d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if outcome, err := d.Commit(t.Context()); err != nil || outcome != connection.ToldLater || b.server.Counts().Revoked != 0 {
		t.Errorf("%q %v", outcome, err)
	}
	b.service.WithdrawWaiting(t.Context(), 0)
	if b.waits.count() != 1 {
		t.Error("it was given up although the vault may open")
	}
	b.sealer.Lock(nil)
	b.service.WithdrawWaiting(t.Context(), 0)
	if b.waits.count() != 0 || b.server.Counts().Revoked != 1 {
		t.Errorf("%d wait, told %d times", b.waits.count(), b.server.Counts().Revoked)
	}
}

// What cannot succeed is not kept, and not tried for a week.
func TestAHopelessWithdrawalIsGivenUpAtOnce(t *testing.T) {
	b := newBench(t)
	b.deleted(down)
	b.waits.rows[0].Sealed.Grant = []byte("not what was sealed")
	b.service.WithdrawWaiting(t.Context(), 0)
	if b.waits.count() != 0 || b.server.Counts().Revoked != 1 {
		t.Errorf("%d wait, told %d times", b.waits.count(), b.server.Counts().Revoked)
	}
}

// A quit in the middle says nothing about the service, and a store that cannot
// write leaves the row for the next time.
func TestWithdrawingIsInterrupted(t *testing.T) {
	b := newBench(t)
	b.deleted(down)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.service.WithdrawWaiting(ctx, 0)
	if b.waits.count() != 1 || b.server.Counts().Revoked != 1 {
		t.Errorf("%d wait, told %d times", b.waits.count(), b.server.Counts().Revoked)
	}
	b.waits.err = core.E(core.CodeStorageReadOnly, "", errors.New("read-only"))
	b.set(func(s *signintest.Switches) { s.RevokeStatus = 0 })
	b.service.WithdrawWaiting(t.Context(), 0)
	b.waits.err = nil
	b.service.WithdrawWaiting(t.Context(), 0)
	if b.waits.count() != 0 || b.server.Counts().Revoked != 3 {
		t.Errorf("%d wait, told %d times", b.waits.count(), b.server.Counts().Revoked)
	}
}

// At a start all are tried, then those of a day; not while the vault is locked.
func TestKeepWithdrawing(t *testing.T) {
	server := signintest.NewServer(t)
	synctest.Test(t, func(t *testing.T) {
		b := newBenchFor(t, server)
		b.locked = true
		b.waits.rows = []connection.Waiting{{Connection: core.Connection{ID: "con_1", Service: "fake", Method: "nothing"}, Sealed: signin.Sealed{}, Since: b.clock.Now(), TriedAt: b.clock.Now()}}
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		ended.Go(func() { b.service.KeepWithdrawing(ctx) })
		time.Sleep(2 * time.Hour)
		if b.waits.count() != 1 {
			t.Error("tried while the vault was locked")
		}
		b.mu.Lock()
		b.locked = false
		b.mu.Unlock()
		event.Publish(b.bus, event.VaultChanged{})
		synctest.Wait()
		if b.waits.count() != 0 { // its service offers no such sign-in: hopeless
			t.Error("not tried once the vault was open")
		}
		cancel()
		ended.Wait()
	})
}
