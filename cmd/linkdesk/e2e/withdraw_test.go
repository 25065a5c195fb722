package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// waiting are the permissions that wait to be withdrawn.
const waiting = `SELECT count(*) FROM withdrawal`

// told waits until nothing waits any more.
func (w *world) told() {
	w.t.Helper()
	late := time.After(patience)
	for !slices.Equal(w.query(waiting), []string{"0"}) {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-late:
			w.t.Fatal("a permission still waits")
		}
	}
}

// A service that cannot be told of the end of a permission is told at the next
// start, though the connection and its data are gone (P-19).
func TestToldAtTheNextStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	id := w.connect("corner").ID
	shop.goDeaf(true)
	if out := w.must("connections", "delete", id, "--drop-records"); !strings.Contains(out, "not told yet") || !strings.Contains(out, "7 days") {
		t.Error(out)
	}
	s := w.serve()
	s.stop()
	if got := w.query(waiting); !slices.Equal(got, []string{"1"}) || w.must("connections") == "" {
		t.Errorf("%v wait after a start at which the shop heard nothing", got)
	}
	shop.goDeaf(false)
	s = w.serve()
	// The vault of the environment opens at the start.
	w.told()
	s.stop()
	if n := shop.withdrawn(); n != 1 {
		t.Errorf("the shop was told %d times", n)
	}
}

// Without the passphrase a connection can be renamed, and deleted; what the
// shop is to be told waits for it.
func TestRenamedAndDeletedWhileLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	id := w.connect("corner").ID
	open := w.env
	w.env = slices.DeleteFunc(slices.Clone(open), func(v string) bool { return strings.HasPrefix(v, "LINKDESK_PASSPHRASE=") })
	var c connection
	w.into(&c, "connections", "rename", id, "Round the corner")
	if c.Name != "Round the corner" || c.Status != "locked" {
		t.Errorf("%+v", c)
	}
	if r := w.run("connections", "verify", id); r.code != 1 {
		t.Errorf("verified without the passphrase: %s", r)
	}
	var gone struct {
		Deleted bool
		Access  string
	}
	w.into(&gone, "connections", "delete", id)
	if !gone.Deleted || gone.Access != "not told yet" || shop.withdrawn() != 0 {
		t.Errorf("%+v, the shop was told %d times", gone, shop.withdrawn())
	}
	w.env = open
	s := w.serve()
	w.told()
	s.stop()
	if n := shop.withdrawn(); n != 1 {
		t.Errorf("the shop was told %d times", n)
	}
}
