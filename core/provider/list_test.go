package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

func TestRequestSaysWhoAsks(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 1)) })
	r.manifest.API.Headers = map[string]service.Template{"X-Version": "2026-11"}
	ids, err := r.readAll(core.Customers, ListQuery{})
	wantIDs(t, ids, err, 1)
	h := r.requests[0].Header
	if h.Get("Authorization") != "Bearer "+testToken || h.Get("User-Agent") != "Linkdesk/1.2.3" || h.Get("Accept") != "application/json" || h.Get("X-Version") != "2026-11" || h.Get("Accept-Encoding") != "gzip" {
		t.Errorf("headers %v", h)
	}
}

func TestIncremental(t *testing.T) {
	since := time.Date(2026, 11, 20, 8, 5, 0, 900, time.UTC)
	type seen struct {
		query  url.Values
		header http.Header
		body   map[string]any
	}
	cursor := &service.Paging{Kind: "cursor", Param: "after", Next: "next"}
	for _, c := range []struct {
		name string
		inc  service.Incremental
		q    ListQuery
		want func(first, second seen) string // "" when right
	}{
		{"query, with the usual overlap", service.Incremental{Kind: "query", Param: "updated_since"}, ListQuery{Since: since}, func(a, b seen) string {
			return a.query.Get("updated_since") + b.query.Get("updated_since")[:0]
		}},
		{"own overlap, unix", service.Incremental{Kind: "query", Param: "min", Format: "unix", Overlap: "1d"}, ListQuery{Since: since}, func(a, b seen) string { return a.query.Get("min") }},
		{"filter grammar", service.Incremental{Kind: "query", Param: "filter", Value: "greater-than(updated,{since})"}, ListQuery{Since: since}, func(a, b seen) string { return b.query.Get("filter") }},
		{"header", service.Incremental{Kind: "header", Param: "If-Modified-Since", Format: "rfc2822"}, ListQuery{Since: since}, func(a, b seen) string { return a.header.Get("If-Modified-Since") }},
		{"body", service.Incremental{Kind: "body", Param: "query.filter.updated_at.start_at"}, ListQuery{Since: since}, func(a, b seen) string {
			return fmt.Sprint(a.body["query"]) + fmt.Sprint(a.body["limit"])
		}},
		{"body with a number", service.Incremental{Kind: "body", Param: "start", Format: "unix_ms"}, ListQuery{Since: since}, func(a, b seen) string { return fmt.Sprintf("%.0f", b.body["start"]) }},
		{"first page only, with what it needs", service.Incremental{Kind: "query", Param: "after_date", FirstPageOnly: true, Needs: map[string]service.Template{"before_date": "{now}"}}, ListQuery{Since: since}, func(a, b seen) string {
			return a.query.Get("after_date") + " " + a.query.Get("before_date") + " " + b.query.Get("after_date") + b.query.Get("before_date")
		}},
		{"everything", service.Incremental{Kind: "query", Param: "updated_since"}, ListQuery{}, func(a, b seen) string { return fmt.Sprint(a.query.Has("updated_since")) }},
		{"full", service.Incremental{Kind: "query", Param: "updated_since"}, ListQuery{Since: since, Full: true}, func(a, b seen) string { return fmt.Sprint(a.query.Has("updated_since")) }},
		{"none", service.Incremental{Kind: "none"}, ListQuery{Since: since}, func(a, b seen) string { return a.query.Encode() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := map[string]string{
				"query, with the usual overlap": "2026-11-20T08:00:00Z", "own overlap, unix": strconv.FormatInt(since.Add(-24*time.Hour).Unix(), 10),
				"filter grammar": "greater-than(updated,2026-11-20T08:00:00Z)", "header": "Fri, 20 Nov 2026 08:00:00 GMT",
				"body": "map[filter:map[kind:x updated_at:map[start_at:2026-11-20T08:00:00Z]]]5", "body with a number": strconv.FormatInt(since.Add(-5*time.Minute).UnixMilli(), 10),
				"first page only, with what it needs": "2026-11-20T08:00:00Z 2026-11-23T12:00:00Z ", "everything": "false", "full": "false", "none": "",
			}[c.name]
			var got []seen
			r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
				s := seen{query: req.URL.Query(), header: req.Header}
				if req.Method == http.MethodPost {
					if err := json.NewDecoder(req.Body).Decode(&s.body); err != nil {
						t.Error(err)
					}
				}
				got = append(got, s)
				fmt.Fprintf(w, `{"items":%s,"next":%q}`, customersJSON(len(got)-1, len(got)), strings.Repeat("x", 2-len(got)))
			})
			l := &r.customers().List
			l.Paging, l.Incremental = cursor, &c.inc
			if c.inc.Kind == "body" {
				l.Request.Method = http.MethodPost
				l.Request.Body = map[string]any{"limit": 5, "query": map[string]any{"filter": map[string]any{"kind": "x"}}}
			}
			ids, err := r.readAll(core.Customers, c.q)
			wantIDs(t, ids, err, 2)
			if s := c.want(got[0], got[1]); s != want {
				t.Errorf("asked %q, want %q", s, want)
			}
		})
	}
}

// searchService answers like HubSpot's search: sorted by change, and no further
// than stopsAt items into a query.
func searchService(t *testing.T, updated []time.Time, stopsAt int, lists *int) http.HandlerFunc {
	item := func(i int) string {
		return fmt.Sprintf(`{"id":"c%d","updated":%q}`, i, updated[i].Format(time.RFC3339Nano))
	}
	return func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet {
			*lists++
			var all []string
			for i := range updated {
				all = append(all, item(i))
			}
			fmt.Fprintf(w, `{"items":[%s]}`, strings.Join(all, ","))
			return
		}
		var body struct {
			From  string
			After string
			Limit int
		}
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		from, _ := strconv.ParseInt(body.From, 10, 64)
		start, _ := strconv.Atoi(body.After)
		if start+body.Limit > stopsAt {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		var found []string
		for i, u := range updated {
			if u.UnixMilli() >= from {
				found = append(found, item(i))
			}
		}
		end := min(start+body.Limit, len(found))
		next := ""
		if end < len(found) {
			next = fmt.Sprintf(`,"paging":{"next":{"after":"%d"}}`, end)
		}
		fmt.Fprintf(w, `{"results":[%s]%s}`, strings.Join(found[start:end], ","), next)
	}
}

func searching(r *rig, stopsAt int) {
	r.customers().List.Incremental = &service.Incremental{
		Kind: "search", Overlap: "2m", StopsAt: stopsAt, Items: "results",
		Request: &service.Request{Method: http.MethodPost, Path: "/customers/search", Body: map[string]any{"from": "{since.unix_ms}"}},
		Paging:  &service.Paging{Kind: "cursor", In: "body", Param: "after", Next: "paging.next.after", LimitParam: "limit", Limit: 10},
	}
}

func TestSearchGoesOnBeyondItsEnd(t *testing.T) {
	var updated []time.Time
	for i := range 137 {
		updated = append(updated, testNow.Add(-2*time.Hour+time.Duration(i)*700*time.Millisecond))
	}
	lists := 0
	r := newRig(t, searchService(t, updated, 40, &lists))
	searching(r, 40)
	ids, err := r.readAll(core.Customers, ListQuery{Since: testNow.Add(-3 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	if got := len(slices.Compact(ids)); got != 137 || lists != 0 {
		t.Errorf("%d of 137 customers, %d times the whole list", got, lists)
	}
	if _, err := r.readAll(core.Customers, ListQuery{}); err != nil || lists != 1 {
		t.Errorf("everything is read by the list: %d, %v", lists, err)
	}
}

func TestSearchStuckInOneSecondReadsEverything(t *testing.T) {
	updated := slices.Repeat([]time.Time{testNow}, 90)
	lists := 0
	r := newRig(t, searchService(t, updated, 40, &lists))
	searching(r, 40)
	ids, err := r.readAll(core.Customers, ListQuery{Since: testNow.Add(-time.Hour)})
	slices.Sort(ids)
	if got := len(slices.Compact(ids)); err != nil || got != 90 || lists != 1 {
		t.Errorf("%d of 90 customers, %d lists: %v", got, lists, err)
	}
}

func TestListsThatGoInCircles(t *testing.T) {
	for _, c := range []struct {
		name   string
		paging service.Paging
		body   string
	}{
		{"the same cursor", service.Paging{Kind: "cursor", Param: "after", Next: "next"}, `{"items":[{"id":"%d"}],"next":"abc"}`},
		{"more, but not where", service.Paging{Kind: "cursor", Param: "after", Next: "next", Done: service.Done{HasMore: "more"}}, `{"items":[{"id":"a"}],"more":true}`},
		{"the same page", service.Paging{Kind: "page", PageParam: "page", LimitParam: "limit", Limit: 1}, `{"items":[{"id":"a"}]}`},
		{"the same page by offset", service.Paging{Kind: "offset", OffsetParam: "o", LimitParam: "limit", Limit: 1}, `{"items":[{"id":"a"}]}`},
		{"an empty page that says more", service.Paging{Kind: "offset", OffsetParam: "o", Done: service.Done{HasMore: "more"}}, `{"items":[],"more":true}`},
		{"a total without items", service.Paging{Kind: "offset", OffsetParam: "o", Done: service.Done{Total: "total"}}, `{"items":[],"total":400}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := 0
			r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
				n++
				io.WriteString(w, strings.ReplaceAll(c.body, "%d", strconv.Itoa(n)))
			})
			r.customers().List.Paging = &c.paging
			if _, err := r.readAll(core.Customers, ListQuery{}); core.CodeOf(err) != core.CodeDataUnexpected {
				t.Error(err)
			}
			if n > 3 {
				t.Errorf("noticed after %d pages", n)
			}
		})
	}
	r := newRig(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	pos, err := state{Asked: testNow, Pages: maxPages}.encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.client().Page(t.Context(), core.Customers, ListQuery{}, pos); core.CodeOf(err) != core.CodeDataUnexpected {
		t.Error(err)
	}
}

// Some services write null for a list without items.
func TestNullIsAnEmptyList(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"items":null}`) })
	ids, err := r.readAll(core.Customers, ListQuery{})
	wantIDs(t, ids, err, 0)
}

func TestBadRecordsAreSkipped(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"items":[{"id":"c0"},7,{"email":"x"},{"id":"c3","updated":"never"},{"id":"c4"}]}`)
	})
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	want := []BadRecord{{"", "expected an object, found a number"}, {"", "id is missing"}, {"c3", "updated_at: expected a date and time, found a text"}}
	if len(page.Records) != 2 || page.Records[1].RemoteID != "c4" || !slices.Equal(page.Bad, want) {
		t.Errorf("records %v, bad %v", page.Records, page.Bad)
	}
}

func TestLostPosition(t *testing.T) {
	status := http.StatusOK
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, `{"items":[{"id":"a"}],"next":"n1"}`)
	})
	r.customers().List.Paging = &service.Paging{Kind: "cursor", Param: "after", Next: "next"}
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	status = http.StatusBadRequest
	for _, pos := range []Position{page.Next, "{", `{"v":99}`, `{"v":1,"at":{"offset":-1}}`} {
		_, err = r.client().Page(t.Context(), core.Customers, ListQuery{}, pos)
		if core.CodeOf(err) != core.CodeDataUnexpected || !errors.Is(err, ErrPosition) {
			t.Errorf("%s: %v", pos, err)
		}
	}
}

func TestModelThatIsNotThere(t *testing.T) {
	r := newRig(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	no := false
	r.manifest.Models[core.Stores] = &service.Model{Supported: &no, Reason: "An account here has no stores."}
	for model, words := range map[core.Model]string{core.Stores: "An account here has no stores.", core.Orders: "Shop has no orders."} {
		_, err := r.client().Page(t.Context(), model, ListQuery{}, "")
		if e := core.AsError(err); e.Code != core.CodeInvalid || e.Public != words {
			t.Error(err)
		}
	}
}

func TestRawIsKeptOnlyWhenAsked(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"items":[{"id":"c0","secret":1}]}`) })
	for _, keep := range []bool{false, true} {
		page, err := r.client().Page(t.Context(), core.Customers, ListQuery{KeepRaw: keep}, "")
		if err != nil || string(page.Records[0].Raw) != map[bool]string{true: `{"id":"c0","secret":1}`}[keep] {
			t.Errorf("keep %v: %q %v", keep, page.Records[0].Raw, err)
		}
	}
}

// TestMemoryStaysFlat reads 50,000 records and lets go of each page.
func TestMemoryStaysFlat(t *testing.T) {
	const total, size = 50_000, 500
	filler := strings.Repeat("x", 700)
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		from, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		io.WriteString(w, `{"items":[`)
		for i := from; i < from+size; i++ {
			if i > from {
				io.WriteString(w, ",")
			}
			fmt.Fprintf(w, `{"id":"c%d","email":"c%d@example.com","note":%q}`, i, i, filler)
		}
		fmt.Fprintf(w, `],"total":%d}`, total)
	})
	r.customers().List.Paging = &service.Paging{Kind: "offset", OffsetParam: "offset", LimitParam: "limit", Limit: size, Done: service.Done{Total: "total"}}
	client, pos, records := r.client(), Position(""), 0
	var early, late uint64
	for n := 1; ; n++ {
		page, err := client.Page(t.Context(), core.Customers, ListQuery{}, pos)
		if err != nil {
			t.Fatal(err)
		}
		if records += len(page.Records); page.Total != total {
			t.Fatalf("total %d", page.Total)
		}
		if n == 10 {
			early = heap()
		}
		if pos = page.Next; pos == "" {
			late = heap()
			break
		}
	}
	if records != total {
		t.Errorf("%d records", records)
	}
	if late > early+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func FuzzPosition(f *testing.F) {
	f.Add(`{"v":1,"asked":"2026-11-23T12:00:00Z","at":{"next":"x","more":true},"parents":{"at":{},"queue":[{"id":"s1"}]}}`)
	f.Add(`{"v":1,"at":{"page":-5}}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := decodePosition(Position(text))
		if err != nil {
			if core.CodeOf(err) != core.CodeDataUnexpected {
				t.Error(err)
			}
			return
		}
		again, err := s.encode()
		if err != nil {
			return // a time of year 10000 or beyond, which JSON cannot say
		}
		if _, err := decodePosition(again); err != nil {
			t.Errorf("%s does not decode: %v", again, err)
		}
	})
}

func FuzzLinkHeader(f *testing.F) {
	f.Add(`<https://x.com/a?b=<c>>; rel="prev", </n>; rel=next; title="a, b"`, "next")
	f.Add(`<<<>>>;;;,,,"`, "")
	f.Fuzz(func(t *testing.T, line, rel string) {
		link := linkRel(http.Header{"Link": {line}}, rel)
		if link != "" && !strings.Contains(line, "<"+link+">") {
			t.Errorf("%q is no address of %q", link, line)
		}
	})
}
