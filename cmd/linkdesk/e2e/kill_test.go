package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/practice"
)

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// unfinished are the runs that a dead process left behind.
const unfinished = `SELECT id FROM run WHERE status IN ('queued', 'running')`

// Killed 20 times in mid sync, at random moments, and started again, Linkdesk
// ends with the very records of one that nobody disturbed (P-16).
func TestKilledInMidSync(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("LINKDESK_E2E_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("seed %d (LINKDESK_E2E_SEED)", seed)
	dice := rand.New(rand.NewPCG(seed, 1))

	w := newWorld(t)
	shop := newShop(t, w)
	calm := newWorld(t)
	shop.offer(calm, "corner", nil)
	calmID, id := calm.connect("corner").ID, w.connect("corner").ID
	calm.must("sync", calmID)

	kills := 20
	if long {
		kills = 200
	}
	first := kills / 2 // half of them during the first load, half during a full read of changed data
	killed := w.killWhileSyncing(shop, dice, first, func() *process { return w.start("", "sync", id, "--json") })
	w.equalsStore(shop.Store)
	sameRecords(t, w.dump(), calm.dump())
	if got, want := w.members(), calm.members(); !slices.Equal(got, want) || len(want) < 10 {
		t.Errorf("members of segments:\n got %v\nwant %v", got, want)
	}
	w.saysWhatItDid(calm, 2061)

	edit(t, shop.Store)
	calm.must("sync", calmID, "--full")
	killed += w.killWhileSyncing(shop, dice, kills-first, func() *process { return w.start("", "sync", id, "--full", "--json") })
	if killed != kills {
		t.Errorf("killed in mid sync %d times of %d", killed, kills)
	}
	sameRecords(t, w.dump(), calm.dump())
	w.saysWhatItDid(calm, 2061+8) // that many orders came
	if got, want := w.history(), calm.history(); !slices.Equal(got, want) || len(want) < 20 {
		t.Errorf("history of orders:\n got %v\nwant %v", got, want)
	}
	var after runs
	w.into(&after, "sync", id)
	for model, m := range after.Runs[0].Models {
		if m.Status != "ok" || m.Added+m.Changed+m.Removed != 0 {
			t.Errorf("a sync afterwards still finds something to do: %s %+v", model, m)
		}
	}
}

// Quit in mid sync and started again: what both runs say that they added is
// what the store has.
func TestQuitInMidSync(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	id := w.connect("corner").ID
	shop.slow(25 * time.Millisecond)
	s, before := w.serve(), shop.served()
	command := w.start("", "sync", id, "--json")
	if !shop.until(before+12, patience) {
		t.Fatal("the sync does not begin")
	}
	s.stop()
	command.wait()
	shop.slow(0)
	if got := w.query(`SELECT status FROM run`); !slices.Equal(got, []string{"interrupted"}) {
		t.Fatalf("runs: %v", got)
	}
	s = w.serve()
	w.settled(s, patience)
	s.stop()
	var want []string
	for m, n := range shop.Counts() {
		want = append(want, fmt.Sprint(m, " ", n))
	}
	slices.Sort(want)
	if got := w.query(`SELECT model || ' ' || sum(added) FROM run_model GROUP BY model ORDER BY model`); !slices.Equal(got, want) {
		t.Errorf("the runs say that they added %v, the store has %v", got, want)
	}
	if got := w.query(`SELECT count(*) FROM run_model WHERE model = 'customers' AND added > 0`); !slices.Equal(got, []string{"2"}) {
		t.Errorf("%v runs added customers", got)
	}
}

// killWhileSyncing begins a sync and kills Linkdesk in the midst of it so many
// times; each start has to go on by itself. It returns how often a run was
// really cut, when the last start has carried it to its end.
func (w *world) killWhileSyncing(shop *shop, dice *rand.Rand, times int, begin func() *process) int {
	w.t.Helper()
	shop.slow(25 * time.Millisecond)
	s, cut := w.serve(), 0
	before := shop.served()
	command := begin()
	for range times {
		// A random number of pages and a bit: also in the midst of a write.
		if !shop.until(before+1+dice.IntN(6), patience) {
			w.t.Fatalf("kill %d: the sync does not go on\nserve: %s", cut+1, clip(s.err.String()))
		}
		<-time.After(time.Duration(dice.IntN(40_000)) * time.Microsecond)
		s.kill()
		if len(w.query(unfinished)) > 0 {
			cut++
		}
		before = shop.served()
		s = w.serve()
	}
	command.wait()
	shop.slow(0)
	w.settled(s, patience)
	s.stop()
	return cut
}

// settled waits until nothing is interrupted, waits or goes on any more.
func (w *world) settled(s *server, within time.Duration) {
	w.t.Helper()
	late := time.After(within)
	for {
		newest := w.query(`SELECT status FROM run ORDER BY num DESC LIMIT 1`)
		if len(newest) == 0 || !slices.Contains([]string{"queued", "running", "interrupted"}, newest[0]) {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-late:
			w.t.Fatalf("the sync is still %s\nserve: %s", newest[0], clip(s.err.String()))
		}
	}
}

// saysWhatItDid compares what all runs together say that they did with what
// those of one that nobody disturbed say.
func (w *world) saysWhatItDid(calm *world, added int) {
	w.t.Helper()
	const sums = `SELECT model || ': ' || sum(added) || ' added, ' || sum(changed) || ' changed, ' || sum(removed) || ' removed' FROM run_model GROUP BY model`
	if got, want := w.query(sums), calm.query(sums); !slices.Equal(got, want) || len(want) != 5 {
		w.t.Errorf("the runs say\n%v, not\n%v", got, want)
	}
	if got := w.query(`SELECT sum(added) FROM run_model`); !slices.Equal(got, []string{strconv.Itoa(added)}) {
		w.t.Errorf("the runs say %v added, not %d", got, added)
	}
}

// edit changes the shop in every way: orders get another status or go,
// customers and products change, orders come.
func edit(t *testing.T, s *practice.Store) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 1; i <= 60; i++ {
		must(s.EditOrder(orderID(i*17), func(o *practice.Order) { o.State, o.Payment.State = "cancelled", "voided" }))
	}
	for i := 1; i <= 8; i++ {
		must(s.RemoveOrder(orderID(i*17 + 1)))
		_, err := s.AddOrder()
		must(err)
	}
	must(s.EditCustomer("cus_0007", func(c *practice.Customer) { c.Company = "Moved & Sons" }))
	must(s.Remove(core.Customers, "cus_0008"))
}

func orderID(n int) string { return fmt.Sprintf("ord_%05d", n) }
