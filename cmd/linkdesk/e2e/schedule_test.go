package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"linkdesk/core/practice"
)

// due sets when all data models are due next.
func (w *world) due(at time.Time) {
	w.t.Helper()
	w.change(`UPDATE sync_item SET doc = json_set(doc, '$.DueAt', ?)`, at.UTC().Format(time.RFC3339Nano))
}

// ran returns the runs since the last that is known, once one has ended.
func (w *world) ran(s *server, after string, within time.Duration) []string {
	w.t.Helper()
	late := time.After(within)
	for {
		// The file itself, as the running Linkdesk keeps it.
		ended := column(w.t, filepath.Join(w.home, "linkdesk.db"), `SELECT num FROM run WHERE num > ? AND ended_at > 0`, after)
		if len(ended) > 0 {
			return column(w.t, filepath.Join(w.home, "linkdesk.db"), `SELECT kind || ' ' || status FROM run WHERE num > ?`, after)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-late:
			w.t.Fatalf("nothing ran within %v\nserve: %s", within, clip(s.err.String()))
		}
	}
}

func (w *world) lastRun() string {
	return w.query(`SELECT max(num) FROM run`)[0]
}

// Over a due time by minutes, 9 hours or 9 days: one run starts at once, not
// nine, and brings just what changed (P-11).
func TestMissedDueTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	id := w.connect("corner").ID
	w.must("sync", id)
	w.serve().stop() // plans
	// Orders each hour: nine due times within nine hours.
	w.change(`INSERT INTO setting (connection, model, access, schedule) SELECT num, 'orders', 'read', '{"frequency":"hourly","interval":1,"hour":0,"minute":0}' FROM connection`)
	w.change(`UPDATE sync_item SET doc = json_set(doc, '$.AnchorAt', ?)`, time.Now().Add(-30*24*time.Hour).UTC().Format(time.RFC3339Nano))
	for i, away := range []time.Duration{5 * time.Minute, 9 * time.Hour, 9 * 24 * time.Hour} {
		if err := shop.EditOrder(orderID(100+i), func(o *practice.Order) { o.Number += "-b" }); err != nil {
			t.Fatal(err)
		}
		last := w.lastRun()
		w.due(time.Now().Add(-away))
		s := w.serve()
		if got := w.ran(s, last, time.Minute); len(got) != 1 || got[0] != "catch_up ok" {
			t.Errorf("away for %v: %v", away, got)
		}
		s.stop()
		got := w.query(`SELECT model || ' +' || added || ' ~' || changed || ' -' || removed || ' !' || failed FROM run_model WHERE run > ? AND (model = 'orders' OR added + changed + removed + failed > 0)`, last)
		if fmt.Sprint(got) != "[orders +0 ~1 -0 !0]" {
			t.Errorf("away for %v, the run brought %v", away, got)
		}
		if got := w.query(`SELECT count(*) FROM run WHERE num > ?`, last); got[0] != "1" {
			t.Errorf("away for %v, %s runs in the end", away, got[0])
		}
		for _, at := range w.query(`SELECT json_extract(doc, '$.DueAt') FROM sync_item`) {
			if next, err := time.Parse(time.RFC3339Nano, at); err != nil || !next.After(time.Now()) || next.After(time.Now().Add(25*time.Hour)) {
				t.Errorf("away for %v, due again at %s %v", away, at, err)
			}
		}
	}
	w.equalsStore(shop.Store)
}

// Due while Linkdesk runs: the next look at the clock starts it.
func TestDueWhileRunning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	id := w.connect("practice").ID
	w.must("sync", id)
	s.desk("order", "do=status&status=returned&id="+orderID(77))
	last, _ := strconv.Atoi(w.lastRun())
	due := time.Now().Add(time.Second)
	w.due(due)
	if got := w.ran(s, strconv.Itoa(last), time.Minute); len(got) != 1 || got[0] != "automatic ok" {
		t.Errorf("runs: %v", got)
	}
	if late := time.Since(due); late > 40*time.Second {
		t.Errorf("%v after it was due", late)
	}
	s.stop()
	if got := w.query(`SELECT model || ' +' || added || ' ~' || changed FROM run_model WHERE run > ? AND (model = 'orders' OR added + changed + removed > 0)`, last); fmt.Sprint(got) != "[orders +0 ~1]" {
		t.Errorf("the run brought %v", got)
	}
}
