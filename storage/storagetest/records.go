package storagetest

import (
	"fmt"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/syncing"
)

// Order returns an order whose content follows from its number.
func Order(n int, status string) core.Record {
	return core.Record{RemoteID: fmt.Sprint("o", n), UpdatedAt: Now.Add(time.Duration(n) * time.Second), Data: &core.Order{
		Number: fmt.Sprint("#", n), Customer: "c1", Status: status, Currency: "EUR", Total: "10.10", PlacedAt: Now.Add(time.Duration(n) * time.Minute),
		Lines: []core.Line{{SKU: "a", Quantity: "1.5", Price: "6.73"}}}}
}

// Orders returns orders number 1 to n.
func Orders(n int) (all []core.Record) {
	for i := range n {
		all = append(all, Order(i+1, "open"))
	}
	return all
}

// Writing tries how a syncing.Records counts, checkpoints and leaves alone what did not change.
func Writing(t *testing.T, conns connection.Store, s syncing.Records) {
	ctx := t.Context()
	c := Connection("Shop")
	must(t, conns.Create(ctx, c, nil, nil))
	apply := func(what string, records []core.Record, want core.Counts) {
		t.Helper()
		got, err := s.Apply(ctx, c.ID, core.Orders, records, syncing.Checkpoint{Mode: core.Incremental}, false, Now)
		must(t, err)
		same(t, what, got, want)
	}
	apply("no records", nil, core.Counts{})
	apply("60 new", Orders(60), core.Counts{Added: 60})
	for range 3 {
		apply("the same again (P-13)", Orders(60), core.Counts{Unchanged: 60})
	}
	apply("later at the service, same content", []core.Record{{RemoteID: "o1", UpdatedAt: Now.AddDate(1, 0, 0), Data: Order(1, "open").Data}}, core.Counts{Unchanged: 1})
	mixed := append(Orders(63)[58:], Order(1, "paid"), Order(2, "paid"))
	apply("3 new, 2 changed, 2 as before", mixed, core.Counts{Added: 3, Changed: 2, Unchanged: 2})
	apply("twice in one call: the last counts", []core.Record{Order(3, "x"), Order(3, "y"), Order(3, "open")}, core.Counts{Unchanged: 3})
	gone := core.Record{RemoteID: "o4", Removed: true}
	apply("the service says it is gone", []core.Record{gone, {RemoteID: "never seen", Removed: true}}, core.Counts{Removed: 1, Unchanged: 1})
	apply("gone still", []core.Record{gone}, core.Counts{Unchanged: 1})
	count(t, s, c.ID, 62)
	apply("back again", []core.Record{Order(4, "open")}, core.Counts{Added: 1})
	count(t, s, c.ID, 63)

	_, err := s.Apply(ctx, c.ID, core.Orders, []core.Record{Order(100, "open"), {RemoteID: "x", Data: &core.Store{}}}, syncing.Checkpoint{}, false, Now)
	code(t, "a record of another model", err, core.CodeInternal)
	_, err = s.Apply(ctx, "con_unknown", core.Orders, Orders(1), syncing.Checkpoint{}, false, Now)
	code(t, "an unknown connection", err, core.CodeNotFound)
	_, err = s.Apply(ctx, c.ID, "things", nil, syncing.Checkpoint{}, false, Now)
	code(t, "an unknown model", err, core.CodeInvalid)
	count(t, s, c.ID, 63)
}

// Checkpoints tries that the place in a list goes with the page before it.
func Checkpoints(t *testing.T, conns connection.Store, s syncing.Records) {
	ctx := t.Context()
	c := Connection("Shop")
	must(t, conns.Create(ctx, c, nil, nil))
	_, ok, err := s.Checkpoint(ctx, c.ID, core.Orders)
	must(t, err)
	same(t, "a checkpoint before the first page", ok, false)
	cp := syncing.Checkpoint{Run: "run_1", Mode: core.Full, Position: "page 2\x00", Newest: Now, StartedAt: Now, Counts: core.Counts{Read: 3, Pages: 1, Failed: 1}}
	_, err = s.Apply(ctx, c.ID, core.Orders, Orders(2), cp, false, Now)
	must(t, err)
	got, ok, err := s.Checkpoint(ctx, c.ID, core.Orders)
	must(t, err)
	want := cp
	want.Counts.Added = 2
	same(t, "the checkpoint with the page counted", got, want)
	same(t, "found", ok, true)
	_, ok, err = s.Checkpoint(ctx, c.ID, core.Customers)
	must(t, err)
	same(t, "the checkpoint of another model", ok, false)
	must(t, s.EndRead(ctx, c.ID, core.Orders, false))
	_, ok, err = s.Checkpoint(ctx, c.ID, core.Orders)
	must(t, err)
	same(t, "a checkpoint after the end", ok, false)
}

// Removals tries what a complete read finds missing, and that an incomplete or
// other one finds nothing.
func Removals(t *testing.T, conns connection.Store, s syncing.Records) {
	ctx := t.Context()
	c, other := Connection("Shop"), Connection("Other")
	must(t, conns.Create(ctx, c, nil, nil))
	must(t, conns.Create(ctx, other, nil, nil))
	read := func(id core.ConnectionID, records []core.Record, mark bool) {
		t.Helper()
		_, err := s.Apply(ctx, id, core.Orders, records, syncing.Checkpoint{Mode: core.Full, StartedAt: Now}, mark, Now)
		must(t, err)
	}
	missing := func(what string, wantMissing, wantTotal int64) {
		t.Helper()
		m, total, err := s.Missing(ctx, c.ID, core.Orders)
		must(t, err)
		same(t, what+": missing, total", [2]int64{m, total}, [2]int64{wantMissing, wantTotal})
	}
	read(c.ID, Orders(100), false)
	read(other.ID, Orders(100), false)
	must(t, s.EndRead(ctx, c.ID, core.Orders, false))
	missing("no notes were taken", 0, 100)

	read(c.ID, nil, true)
	missing("an empty answer (P-14)", 100, 100)
	must(t, s.EndRead(ctx, c.ID, core.Orders, true))
	missing("the notes were kept for the person", 100, 100)
	read(c.ID, Orders(3), false) // an incremental read in between
	missing("an incremental read notes nothing", 100, 100)
	must(t, s.EndRead(ctx, c.ID, core.Orders, false))

	read(c.ID, Orders(40), true)
	read(c.ID, append(Orders(80)[40:], Order(101, "open"), Order(80, "paid")), true)
	missing("20 not seen", 20, 101)
	must(t, s.EndRead(ctx, c.ID, core.Orders, true))
	read(c.ID, []core.Record{Order(102, "open"), Order(90, "paid")}, false)
	missing("written since: evidently there", 19, 102)
	gone, err := s.RemoveMissing(ctx, c.ID, core.Orders, Now)
	must(t, err)
	same(t, "removed", gone, int64(19))
	missing("after the removal", 0, 83)
	count(t, s, other.ID, 100)
	must(t, s.EndRead(ctx, c.ID, core.Orders, true))
	read(c.ID, Orders(80), true)
	missing("a new read takes new notes", 3, 83)
	must(t, conns.Delete(ctx, other.ID, true))
	count(t, s, c.ID, 83)
}

func count(t testing.TB, s syncing.Records, c core.ConnectionID, want int64) {
	t.Helper()
	n, err := s.Count(t.Context(), c, core.Orders)
	must(t, err)
	same(t, "Count", n, want)
}
