package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/syncing"
)

func order(i int, status string) core.Record {
	return core.Record{RemoteID: fmt.Sprint("o", i), Data: &core.Order{Number: fmt.Sprint(i), Status: status}}
}

// A reader pages through while a sync adds, changes and removes. What was not
// touched meanwhile comes exactly once; what was changed comes in its last form.
func TestPagingWhileASyncWrites(t *testing.T) {
	d := newDesk(t)
	const n = 600
	var all []core.Record
	for i := range n {
		all = append(all, order(i, "open"))
	}
	d.apply(d.a, core.Orders, all[:n/2]...)
	d.apply(d.b, core.Orders, all[n/2:]...)
	r := rand.New(rand.NewSource(1))
	touched := map[string]string{} // remote id to last status, "" removed
	times, last := map[string]int{}, map[string]string{}
	next := ""
	for page := 0; ; page++ {
		got := d.get("/v1/orders?include_removed=true&limit=17" + next)
		for _, o := range got.data(t) {
			id := o["remote_id"].(string)
			times[id]++
			last[id], _ = o["status"].(string)
			if o["removed_at"] != nil {
				last[id] = ""
			}
		}
		cursor, more := got.json(t)["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
		if page >= 40 {
			continue
		}
		i := r.Intn(n + 100)
		c, rec := d.a, order(i, fmt.Sprint("s", page))
		if i >= n/2 {
			c = d.b
		}
		if rec.Removed = page%4 == 0 && i < n; rec.Removed {
			rec.Data = nil
		}
		d.apply(c, core.Orders, rec)
		if rec.Removed {
			touched[rec.RemoteID] = ""
		} else {
			touched[rec.RemoteID] = fmt.Sprint("s", page)
		}
	}
	for i := range n {
		id := fmt.Sprint("o", i)
		if status, changed := touched[id]; changed {
			if last[id] != status || times[id] > 3 {
				t.Errorf("%s: read %d times, last as %q, want %q", id, times[id], last[id], status)
			}
		} else if times[id] != 1 || last[id] != "open" {
			t.Errorf("%s, which nobody touched, was read %d times", id, times[id])
		}
	}
	if len(times) < n || len(touched) < 30 {
		t.Errorf("%d read, %d touched", len(times), len(touched))
	}
}

// The same with a writer that really runs at the same time.
func TestPagingBesideAWriter(t *testing.T) {
	d := newDesk(t)
	const n = 1000
	var all []core.Record
	for i := range n {
		all = append(all, order(i, "open"))
	}
	d.apply(d.a, core.Orders, all...)
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		for k := 0; ; k++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			one := order(n/2+k%(n/2), fmt.Sprint("s", k)) // the upper half changes all the time
			if _, err := d.db.Records().Apply(t.Context(), d.a, core.Orders, []core.Record{one}, syncing.Checkpoint{}, false, start); err != nil {
				done <- err
				return
			}
		}
	}()
	times := map[string]int{}
	next := ""
	for pages := 0; pages < 200; pages++ {
		got := d.get("/v1/orders?limit=50" + next)
		for _, o := range got.data(t) {
			times[o["remote_id"].(string)]++
		}
		cursor, more := got.json(t)["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for i := range n / 2 {
		if id := fmt.Sprint("o", i); times[id] != 1 {
			t.Errorf("%s was read %d times", id, times[id])
		}
	}
	if len(times) != n {
		t.Errorf("%d of %d read", len(times), n)
	}
}

func TestFilters(t *testing.T) {
	d := newDesk(t)
	d.fill()
	c1 := api.RecordID(api.Key{Connection: d.a, RemoteID: "c1"})
	for path, want := range map[string]string{
		"/v1/orders":                                       "o0 o2 o3 o4 o/1 ä o1",
		"/v1/orders?connection=" + string(d.b):             "o/1 ä",
		"/v1/orders?status=open":                           "o0 o2 o3 o4",
		"/v1/orders?status=OPEN":                           "",
		"/v1/orders?status=open&limit=2":                   "o0 o2",
		"/v1/orders?number=101":                            "o1",
		"/v1/orders?number=%23101&currency=EUR":            "o1",
		"/v1/orders?number=101&status=open":                "",
		"/v1/orders?customer=" + c1 + "&status=done":       "o1",
		"/v1/orders?customer=" + c1:                        "o0 o2 o3 o4 o1",
		"/v1/orders?payment_status=paid&limit=1":           "o0",
		"/v1/orders?fulfillment_status=x":                  "",
		"/v1/orders?remote_id=o3":                          "o3",
		"/v1/orders?remote_id=" + url.QueryEscape("o/1 ä"): "o/1 ä",
		"/v1/customers?email=ANN@example.com":              "c1 ann@example.com",
		"/v1/customers?phone=%2B49+1":                      "c1",
		"/v1/customers?company=acme":                       "c1",
		"/v1/products?sku=sh-1":                            "p1",
		"/v1/products?status=active":                       "p1",
		"/v1/stores?name=main":                             "main",
		"/v1/stores?url=https://a.example":                 "main",
		"/v1/segments?kind=static":                         "s2",
		"/v1/segments?name=germans":                        "s1",
		"/v1/categories":                                   "k1 k2",
		"/v1/categories?limit=1":                           "k1",
		"/v1/categories?parent=k1":                         "k2",
		"/v1/categories?connection=" + string(d.b):         "",
	} {
		if got := d.get(path).remotes(t); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// Whatever cannot be meant is refused, and the parameter named.
func TestBadParameters(t *testing.T) {
	d := newDesk(t)
	d.fill()
	cursor := d.get("/v1/orders?limit=1").json(t)["next"].(string)
	for query, say := range map[string]string{
		"orders?limit=0": "limit", "orders?limit=251": "limit", "orders?limit=x": "limit", "orders?limit=": "limit",
		"orders?page=2": "page", "orders?limit=1&limit=2": "more than once", "orders?updated_since=yesterday": "updated_since", "orders?include_removed=1": "include_removed",
		"orders?connection=con_x": "con_x", "orders?customer=zzz": "customer", "orders?include=lines": "include", "orders?fields=doc": "doc", "orders?%zz": "cannot be read", "orders?a;b": "cannot be read",
		"orders?status=%00": "status", "orders?status=%ff": "status", "orders?status=" + strings.Repeat("a", 600): "status",
		"orders?cursor=" + cursor + "&status=open": "cursor", "products?cursor=" + cursor: "cursor", "orders?cursor=AAAA": "cursor", "orders?cursor=" + cursor[:len(cursor)-2] + "!!": "cursor",
		"orders?customer=" + api.RecordID(api.Key{Connection: d.a, RemoteID: "c1"}) + "&connection=" + string(d.b): "customer",
		"categories?updated_since=2026-01-01": "updated_since", "me?x=1": "x", "orders?access_token=all": "access_token",
	} {
		got := d.get("/v1/" + query)
		if got.StatusCode != 400 || got.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(string(got.body), say) {
			t.Errorf("%s: %d %s", query, got.StatusCode, got.body)
		}
	}
	if got := d.get("/v1/orders?limit=1&fields=number&cursor="+cursor).remotesOr(t, "id"); got == "" {
		t.Error("limit and fields may change from page to page")
	}
	for _, path := range []string{"/v1/orders/x", "/v1/orders/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "none"}), "/v1/orders/" + api.RecordID(api.Key{Connection: "con_none", RemoteID: "o1"}),
		"/v1/categories/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "none"}), "/v1/orders/x/history", "/v1/nothing", "/v1/segments/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "none"}) + "/customers"} {
		if got := d.get(path); got.StatusCode != 404 || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	if got := d.ask("DELETE", "/v1/orders", "all", ""); got.StatusCode != 405 {
		t.Errorf("DELETE: %d", got.StatusCode)
	}
}

func (a answer) remotesOr(t testing.TB, field string) string {
	var list []string
	for _, r := range a.data(t) {
		list = append(list, fmt.Sprint(r[field]))
	}
	return strings.Join(list, " ")
}

// B31: a token counts in the Authorization header only.
func TestBearerInTheHeaderOnly(t *testing.T) {
	d := newDesk(t)
	for _, header := range []string{"", "all", "Basic all", "Bearer", "Bearer all x", "Bearer  all"} {
		if got := d.ask("GET", "/v1/me?access_token=all", "", "", "Authorization", header); got.StatusCode != 401 {
			t.Errorf("%q: %d", header, got.StatusCode)
		}
	}
	if got := d.ask("POST", "/v1/segments", "", `{"access_token":"all"}`); got.StatusCode != 401 {
		t.Errorf("in the body: %d", got.StatusCode)
	}
	if got := d.ask("GET", "/v1/me", "", "", "Authorization", "bearer all"); got.StatusCode != 200 {
		t.Errorf("the scheme's case: %d", got.StatusCode)
	}
}

// updated_since is when Linkdesk saw a change or a removal.
func TestUpdatedSince(t *testing.T) {
	d := newDesk(t)
	for i := range 20 {
		c := d.a
		if i%3 == 0 {
			c = d.b
		}
		d.apply(c, core.Orders, order(i, "open"))
		d.clock.add(time.Minute)
	}
	d.apply(d.a, core.Orders, core.Record{RemoteID: "o1", Removed: true}, order(2, "done"))
	for _, c := range []struct {
		since time.Duration
		query string
		want  string
	}{
		{17 * time.Minute, "", "o17 o18 o19 o2"}, {17 * time.Minute, "&include_removed=true", "o17 o18 o19 o1 o2"}, {16*time.Minute + time.Second, "&limit=2", "o17 o18"},
		{20 * time.Minute, "", "o2"}, {21 * time.Minute, "", ""}, {17 * time.Minute, "&connection=" + string(d.b), "o18"}, {17 * time.Minute, "&status=done", "o2"},
		{-time.Hour, "&limit=3", "o0 o3 o2"},
	} {
		at := url.QueryEscape(start.Add(c.since).Format(time.RFC3339))
		got := d.get("/v1/orders?updated_since=" + at + c.query).remotes(t)
		if c.since < 0 {
			if len(strings.Fields(got)) != 3 {
				t.Errorf("since before all: %s", got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("since %s%s: %s, want %s", c.since, c.query, got, c.want)
		}
	}
}

func TestFieldsAndIncludes(t *testing.T) {
	d := newDesk(t)
	d.fill()
	id := api.RecordID(api.Key{Connection: d.a, RemoteID: "o1"})
	if got := string(d.get("/v1/orders?number=101&fields=total,customer_id,%20number").body); got != `{"data":[{"id":"`+id+`","customer_id":"`+api.RecordID(api.Key{Connection: d.a, RemoteID: "c1"})+`","number":"#101","total":"30.00"}],"next":null}` {
		t.Error(got)
	}
	o := d.get("/v1/orders/" + id + "?include=history").json(t)
	history := o["history"].([]any)
	if len(history) != 1 || history[0].(map[string]any)["to"] != "done" || o["total"] != "30.00" {
		t.Errorf("%v", o)
	}
	if got := string(d.get("/v1/orders/" + id + "/history").body); !strings.Contains(got, `"field":"status","from":"open","to":"done"`) || !strings.Contains(got, `"next":null`) {
		t.Error(got)
	}
	c := d.get("/v1/customers?email=ann@example.com&include=analytics").data(t)
	if a := c[0]["analytics"].(map[string]any); a["orders_count"] != 5.0 || a["total_spent"].(map[string]any)["EUR"] != "109.60" || a["first_order_at"] != start.Format(time.RFC3339) {
		t.Errorf("%v", a)
	}
	if a := c[1]["analytics"].(map[string]any); a["orders_count"] != 1.0 {
		t.Errorf("%v", a)
	}
	single := d.get("/v1/customers/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "c2"}) + "?include=analytics").json(t)
	if a := single["analytics"].(map[string]any); a["orders_count"] != 0.0 || a["first_order_at"] != nil || len(a["total_spent"].(map[string]any)) != 0 {
		t.Errorf("%v", a)
	}
}

func TestUnchangedAnswers(t *testing.T) {
	d := newDesk(t)
	d.fill()
	one := "/v1/customers/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "c1"}) + "?include=analytics"
	for _, path := range []string{"/v1/customers", "/v1/orders?status=open", one} {
		got := d.get(path)
		tag := got.Header.Get("ETag")
		if !strings.HasPrefix(tag, `W/"`) || got.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: %q %q", path, tag, got.Header.Get("Cache-Control"))
		}
		for header, want := range map[string]int{tag: 304, `"x", ` + tag: 304, "*": 304, strings.TrimPrefix(tag, "W/"): 304, `W/"x"`: 200} {
			if again := d.ask("GET", path, "all", "", "If-None-Match", header); again.StatusCode != want || want == 304 && len(again.body) > 0 {
				t.Errorf("%s with %q: %d", path, header, again.StatusCode)
			}
		}
		if other := d.ask("GET", path, "masked", "", "If-None-Match", tag); other.StatusCode != 200 {
			t.Errorf("%s: an app that may see less has the same tag", path)
		}
	}
	tags := map[string]string{}
	for _, path := range []string{"/v1/customers", "/v1/orders", one, "/v1/products"} {
		tags[path] = d.get(path).Header.Get("ETag")
	}
	d.put(d.a, "o9", &core.Order{Number: "9", Customer: "c1"})
	for path, changed := range map[string]bool{"/v1/customers": true, "/v1/orders": true, one: true, "/v1/products": false} { // customers have analytics
		if got := d.get(path).Header.Get("ETag"); (got != tags[path]) != changed {
			t.Errorf("%s after an order: changed is %v", path, !changed)
		}
	}
}

func TestCompression(t *testing.T) {
	d := newDesk(t)
	d.fill()
	for header, want := range map[string]string{"gzip": "gzip", "br, gzip;q=0.5": "gzip", "gzip;q=0": "", "identity": "", "": "", "GZIP": "gzip", "gzip;q=x": ""} {
		got := d.ask("GET", "/v1/orders", "all", "", "Accept-Encoding", header)
		if got.Header.Get("Content-Encoding") != want {
			t.Errorf("%q: %q", header, got.Header.Get("Content-Encoding"))
			continue
		}
		body := got.body
		if want == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.HasPrefix(body, []byte(`{"data":[{"id":"`)) {
			t.Errorf("%q: %.80s", header, body)
		}
	}
}

func TestDataAsOf(t *testing.T) {
	d := newDesk(t)
	if got := d.get("/v1/orders").Header.Get("Data-As-Of"); got != start.Format(time.RFC3339) {
		t.Errorf("nothing copied: %q", got)
	}
	d.fill()
	sync := d.db.Sync()
	for i, c := range []core.ConnectionID{d.a, d.b} {
		if err := sync.SaveItem(t.Context(), syncing.Item{Connection: c, Model: core.Orders, SyncedAt: start.Add(-time.Duration(i+1) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]time.Time{"/v1/orders": start.Add(-2 * time.Hour), "/v1/orders?connection=" + string(d.a): start.Add(-time.Hour)} {
		if got := d.get(path).Header.Get("Data-As-Of"); got != want.Format(time.RFC3339) {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if err := d.db.Connections().Delete(t.Context(), d.b, false); err != nil {
		t.Fatal(err)
	}
	d.clock.add(time.Hour)
	if got := d.get("/v1/orders"); got.Header.Get("Data-As-Of") != start.Add(-time.Hour).Format(time.RFC3339) || !strings.Contains(got.remotes(t), "o/1") {
		t.Errorf("of a connection that is gone: %v", got.Header)
	}
	for _, r := range api.Routes() {
		if r.List {
			if got := d.get(d.path(r)); got.StatusCode != http.StatusOK || got.Header.Get("Data-As-Of") == "" {
				t.Errorf("%s: %d, no Data-As-Of", r.Path, got.StatusCode)
			}
		}
	}
}
