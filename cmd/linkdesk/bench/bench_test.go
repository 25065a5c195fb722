package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestMain lets this test binary be the bench's own processes.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == childWord {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestQuick runs everything end to end with few records.
func TestQuick(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	profiles := t.TempDir()
	var out, progress bytes.Buffer
	if err := run(t.Context(), []string{"-quick", "-json", "-cpuprofile", profiles}, nil, &out, &progress); err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	got := map[string]figure{}
	for _, f := range r.Rows {
		got[f.Group+": "+f.Name] = f
		if f.Min > f.Median || f.Median > f.Max || f.Samples < 1 {
			t.Errorf("not a summary: %+v", f)
		}
	}
	for _, name := range []string{
		"Floor: CPU", "First load: CPU", "First load: CPU, ratio to the floor", "First load: peak resident", "First load: data file",
		"Unchanged full re-pull: CPU, ratio to own first load", "Incremental, nothing new: CPU a sync",
		"Reading back, wall: a page of 100, by date", "Reading back, wall: search by number", "Reading back, wall: search by e-mail",
		"Reading back over HTTP, a page of 100: Linkdesk: requests", "Reading back over HTTP, a page of 100: Linkdesk: p99", "Reading back over HTTP, a page of 100: Linkdesk: CPU a request",
		"Reading back over HTTP, a page of 100: floor, stored JSON: requests", "Reading back over HTTP, a page of 100: floor, a few columns: CPU a request",
		"Reading back over HTTP, a page of 100: CPU, ratio to stored JSON", "Token check, in process: remembered", "Token check, in process: looked up in the data file",
		"Memory and size: 100 orders: peak resident", "Memory and size: 1,000 orders: peak resident", "Memory and size: 3,000 orders: CPU per record",
	} {
		if got[name].Median <= 0 {
			t.Errorf("%s: %+v", name, got[name])
		}
	}
	if n := got["Incremental, nothing new: requests a sync"]; n.Min != 1 || n.Max != 1 || n.Samples != 5 {
		t.Errorf("a sync with nothing new sent %+v", n)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	for _, name := range []string{"floor-1000", "load-1000", "repull-1000"} {
		if info, err := os.Stat(filepath.Join(profiles, name+".prof")); err != nil || info.Size() == 0 {
			t.Errorf("no profile of %s: %v", name, err)
		}
	}
	var table bytes.Buffer
	if err := r.print(&table); err != nil || !strings.Contains(table.String(), "1,000 orders of 9") {
		t.Errorf("%v\n%s", err, table.String())
	}
}

// TestTheShopSendsWhatTheBenchSays holds the shop to the method's parameters,
// and the floor's scan to another reader of JSON.
func TestTheShopSendsWhatTheBenchSays(t *testing.T) {
	shop := httptest.NewServer((&shop{}).handler())
	defer shop.Close()
	list := shop.URL + "/600/orders?limit=250&cursor="
	place, seen := "", map[string]bool{}
	for range 3 {
		page := floorGet(t.Context(), list+place)
		if page.err != nil {
			t.Fatal(page.err)
		}
		for _, s := range page.sales {
			doc := gjson.Parse(s.doc)
			want := floorSale{doc.Get("id").Str, doc.Get("timestamps.updated_at").Str, doc.Get("number").Str, doc.Get("buyer_id").Str, doc.Get("state").Str,
				doc.Get("total.currency").Str, doc.Get("total.amount").Str, doc.Get("placed_at").Str, s.doc}
			if !gjson.Valid(s.doc) || s != want || len(s.doc) < 900 || len(s.doc) > 1000 || doc.Get("line_items.#").Int() != 3 {
				t.Fatalf("%+v", s)
			}
			seen[s.id] = true
		}
		place = page.next
		if page.more != (len(seen) < 600) {
			t.Fatalf("more: %t after %d", page.more, len(seen))
		}
	}
	if len(seen) != 600 {
		t.Errorf("%d orders", len(seen))
	}
	if page := floorGet(t.Context(), shop.URL+"/600/orders?updated_since=2019-01-01T09:35:00Z"); len(page.sales) != 250 || page.sales[0].id != "ord_00000010" {
		t.Errorf("changes: %+v", page)
	}
	resp, err := http.Get(shop.URL + "/600/orders?cursor=x")
	if err != nil || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("%v %v", resp, err)
	}
	resp.Body.Close()
}

// TestTheFloorNoticesWhatIsNoPage: a yardstick that reads over faults would be too short.
func TestTheFloorNoticesWhatIsNoPage(t *testing.T) {
	whole := `{"data":[` + string(appendOrder(nil, 1)) + `],"paging":{"next":"1","has_more":false,"total":[1,{"a":"\""}]}}`
	if err := scanPage(whole, &floorPage{}); err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if scanPage(whole[:n], &floorPage{}) == nil {
			t.Fatalf("cut at %d of %d: not noticed", n, len(whole))
		}
	}
}

func TestTheFloorResumes(t *testing.T) {
	shop := httptest.NewServer((&shop{}).handler())
	defer shop.Close()
	db, err := openFloor(t.Context(), t.TempDir()+"/floor.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO place VALUES (1, '900')"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := floorLoad(t.Context(), db, shop.URL+"/1210/orders"); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("SELECT count(*) FROM sale").Scan(&n); err != nil || n != 310 {
		t.Errorf("%d orders after resuming at 900 of 1210: %v", n, err)
	}
}

func TestMedian(t *testing.T) {
	for want, v := range map[float64][]float64{1: {1}, 2: {1, 2, 9}, 3: {1, 2, 4, 9}} {
		if got := median(v); got != want {
			t.Errorf("%v: %v", v, got)
		}
	}
	if s := thousands(1234567) + " " + thousands(123); s != "1,234,567 123" {
		t.Error(s)
	}
}

func TestWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-orders", "9"}, {"more"}, {"-nonsense"}} {
		if run(t.Context(), args, nil, &bytes.Buffer{}, &bytes.Buffer{}) == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
