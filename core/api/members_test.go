package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/syncing"
)

// listBody is the body of a request about a list: `{"name":"x","members":[…]}`.
func listBody(start, list string, ids ...string) string {
	text, _ := json.Marshal(append([]string{}, ids...))
	return "{" + start + `"` + list + `":` + string(text) + "}"
}

// made makes a static segment and returns its path.
func (d *desk) made(ids ...string) string {
	d.t.Helper()
	got := d.ask("POST", "/v1/segments", "all", listBody(`"name":"List",`, "members", ids...))
	if s := got.json(d.t); got.StatusCode != 201 || s["kind"] != "static" || s["size"] != float64(len(ids)) || s["origin"] != "linkdesk" {
		d.t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	return "/v1/segments/" + got.json(d.t)["id"].(string)
}

func TestListsAreMadeAndChanged(t *testing.T) {
	d := newDesk(t)
	d.fill()
	c1, c2, ann := d.id(d.a, "c1"), d.id(d.a, "c2"), d.id(d.b, "ann@example.com")
	at := d.made(c1, ann)
	in := func(what, want string) {
		t.Helper()
		if got := d.get(at + "/customers").remotes(t); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	patch := func(body string, size int) {
		t.Helper()
		got := d.ask("PATCH", at, "all", body)
		if s := got.json(t); got.StatusCode != 200 || s["size"] != float64(size) || string(d.get(at).body) != string(got.body) {
			t.Errorf("%s: %d %s", body, got.StatusCode, got.body)
		}
	}
	in("made", "c1 ann@example.com")
	etag := d.get(at + "/customers").Header.Get("ETag")
	if got := d.ask("GET", at+"/customers", "all", "", "If-None-Match", etag); got.StatusCode != 304 {
		t.Errorf("nothing changed: %s", got.Status)
	}
	patch(listBody("", "add_members", c2, c1), 3)
	in("one added, one again", "c1 c2 ann@example.com")
	if got := d.ask("GET", at+"/customers", "all", "", "If-None-Match", etag); got.StatusCode != 200 {
		t.Errorf("one was added: %s", got.Status)
	}
	patch(`{"name":"Other"}`, 3)
	patch(listBody(`"add_members":["`+c2+`"],`, "remove_members", c1, ann), 1)
	in("two taken off", "c2")
	patch(listBody("", "members", ann, c1), 2)
	in("replaced", "c1 ann@example.com")
	patch(listBody("", "members"), 0)
	in("emptied", "")
	patch(listBody("", "members", c1, c2, ann), 3)

	d.apply(d.a, core.Customers, core.Record{RemoteID: "c1", Removed: true})
	in("one is gone at the service", "c2 ann@example.com")
	n, err := d.db.Records().Members(t.Context(), api.LinkdeskID, d.get(at).json(t)["remote_id"].(string))
	if err != nil || n == nil || *n != 2 {
		t.Errorf("the window counts %v (%v)", n, err)
	}
	d.put(d.a, "c1", &core.Customer{FirstName: "Ann", City: "Bonn"})
	in("and is back", "c2 ann@example.com c1") // in the order of the changes
	if err := d.db.Connections().Delete(t.Context(), d.b, true); err != nil {
		t.Fatal(err)
	}
	in("a connection was deleted with its data", "c2 c1")
	if got := d.get("/v1/segments?kind=static&connection=linkdesk").data(t); len(got) != 1 || got[0]["name"] != "Other" {
		t.Errorf("%v", got)
	}
}

// A list comes page by page, each customer once.
func TestAListByPages(t *testing.T) {
	d := newDesk(t)
	var ids, want []string
	for i := range 7 {
		c := []core.ConnectionID{d.a, d.b}[i%2]
		d.put(c, fmt.Sprint("m", i), &core.Customer{City: "Bonn"})
		d.put(c, fmt.Sprint("x", i), &core.Customer{City: "Bonn"})
		ids, want = append(ids, d.id(c, fmt.Sprint("m", i))), append(want, fmt.Sprint("m", i))
	}
	at := d.made(ids...)
	var met []string
	for next := ""; ; {
		got := d.get(at + "/customers?limit=3" + next)
		if n := len(got.data(t)); n != 3 && len(met) != 6 {
			t.Errorf("%d on a page", n)
		}
		met = append(met, strings.Fields(got.remotes(t))...)
		cursor, more := got.json(t)["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	if strings.Join(met, " ") != strings.Join(want, " ") {
		t.Errorf("%v", met)
	}
}

func TestBadLists(t *testing.T) {
	d := newDesk(t)
	d.fill()
	d.checker.set("writer", api.Access{App: "app_5", Scopes: []core.Scope{core.SegmentsWrite}})
	c1, ann := d.id(d.a, "c1"), d.id(d.b, "ann@example.com")
	at, rules := d.made(c1), "/v1/segments/"+d.ask("POST", "/v1/segments", "all", regulars).json(t)["id"].(string)
	nobody := d.id(d.a, "nobody")
	for _, c := range []struct {
		method, path, token, body string
		status                    int
		say                       string
	}{
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "members", c1, nobody, "%%%"), 422, "%%%"},
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "members", c1, nobody), 422, nobody},
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "members", d.id("con_none", "c1")), 422, "/v1/customers"},
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "members", d.id(d.a, "o1")), 422, ""},
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "members", strings.Split(strings.Repeat("a ", 9)+"a", " ")...), 422, " and 5 more"},
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "members", make([]string, 501)...), 400, "500"},
		{"POST", "/v1/segments", "all", `{"name":"x","members":[1]}`, 400, "JSON"},
		{"POST", "/v1/segments", "all", listBody(`"name":"x","rules":{"field":"city","op":"is_set"},`, "members", c1), 400, "both"},
		{"POST", "/v1/segments", "all", listBody(`"name":"x",`, "add_members", c1), 400, "add_members"},
		{"POST", "/v1/segments", "masked", listBody(`"name":"x",`, "members", ann), 422, ann}, // its id is an address
		{"POST", "/v1/segments", "writer", listBody(`"name":"x",`, "members", ann), 422, ann},
		{"PATCH", at, "all", listBody(`"name":"New",`, "add_members", nobody), 422, nobody},
		{"PATCH", at, "all", listBody(`"members":[],`, "add_members", c1), 400, "whole list"},
		{"PATCH", at, "all", `{"rules":{"field":"city","op":"is_set"}}`, 409, "no rules"},
		{"PATCH", rules, "all", listBody("", "add_members", c1), 409, "rules"},
		{"PATCH", rules, "all", listBody("", "members"), 409, "rules"},
		{"PATCH", "/v1/segments/" + d.id(d.a, "s2"), "all", listBody("", "add_members", c1), 409, "service"},
	} {
		got := d.ask(c.method, c.path, c.token, c.body)
		if got.StatusCode != c.status || !strings.Contains(string(got.body), c.say) || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %.90s: %d %s", c.method, c.path, c.body, got.StatusCode, got.body)
		}
	}
	if got := d.get(at).json(t); got["name"] != "List" || d.get(at+"/customers").remotes(t) != "c1" {
		t.Errorf("a refused change changed something: %v", got)
	}
	if n := len(d.get("/v1/segments?connection=linkdesk").data(t)); n != 2 {
		t.Errorf("%d segments were made", n)
	}
	for _, token := range []string{"masked", "writer"} {
		got := d.ask("POST", "/v1/segments", token, listBody(`"name":"x",`, "members", c1))
		if got.StatusCode != 201 {
			t.Errorf("%s, an id that tells nothing: %d %s", token, got.StatusCode, got.body)
		}
	}
	if got := d.ask("GET", at+"/customers", "masked", "").data(t); len(got) != 1 || got[0]["remote_id"] != "c1" || got[0]["first_name"] != nil || !strings.HasPrefix(got[0]["email"].(string), "hidden-") {
		t.Errorf("to an app that may not see personal fields: %v", got)
	}
	if got := d.ask("GET", at+"/customers", "writer", ""); got.StatusCode != 403 {
		t.Errorf("without the permission for customers: %s", got.Status)
	}
}

func TestAListHasAnEnd(t *testing.T) {
	d := newDesk(t)
	var people []core.Record
	var keys []api.Key
	for i := range api.MostMembers + 1 {
		people = append(people, core.Record{RemoteID: fmt.Sprint(i), Data: &core.Customer{City: "Bonn"}})
		keys = append(keys, api.Key{Connection: d.a, RemoteID: fmt.Sprint(i)})
	}
	d.apply(d.a, core.Customers, people...)
	at := d.made()
	// As many requests would do.
	_, err := d.db.API().WriteSegment(t.Context(), api.Write{Segment: d.get(at).json(t)["remote_id"].(string), Members: &api.MemberChange{Add: keys[:api.MostMembers]},
		Change: func(*core.Segment, *bool) error { return nil }, Answer: func(api.Item) []byte { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.ask("PATCH", at, "all", listBody("", "add_members", api.RecordID(keys[api.MostMembers]))); got.StatusCode != 422 || !strings.Contains(string(got.body), "10000") {
		t.Errorf("one too many: %s %s", got.Status, got.body)
	}
	if got := d.ask("PATCH", at, "all", listBody("", "add_members", api.RecordID(keys[0]))); got.StatusCode != 200 || got.json(t)["size"] != float64(api.MostMembers) {
		t.Errorf("one that is in it already: %s %s", got.Status, got.body)
	}
	swap := listBody(`"remove_members":["`+api.RecordID(keys[0])+`"],`, "add_members", api.RecordID(keys[api.MostMembers]))
	if got := d.ask("PATCH", at, "all", swap); got.StatusCode != 200 || got.json(t)["size"] != float64(api.MostMembers) {
		t.Errorf("one for another: %s %s", got.Status, got.body)
	}
}

// A list that is sent again is made once.
func TestListsAreIdempotent(t *testing.T) {
	d := newDesk(t)
	d.fill()
	body := listBody(`"name":"x",`, "members", d.id(d.a, "c1"))
	first := d.ask("POST", "/v1/segments", "all", body, "Idempotency-Key", "k")
	again := d.ask("POST", "/v1/segments", "all", body, "Idempotency-Key", "k")
	if first.StatusCode != 201 || again.StatusCode != 201 || again.Header.Get("Idempotent-Replayed") != "true" || string(first.body) != string(again.body) {
		t.Errorf("%s %s, then %s %s", first.Status, first.body, again.Status, again.body)
	}
	refused := listBody(`"name":"x",`, "members", d.id(d.a, "later"))
	if got := d.ask("POST", "/v1/segments", "all", refused, "Idempotency-Key", "r"); got.StatusCode != 422 {
		t.Errorf("%s", got.Status)
	}
	d.put(d.a, "later", &core.Customer{City: "Bonn"})
	if got := d.ask("POST", "/v1/segments", "all", refused, "Idempotency-Key", "r"); got.StatusCode != 201 {
		t.Errorf("a refusal is not remembered: %s %s", got.Status, got.body)
	}
}

// The document says which requests are good.
func TestRequestsFitTheDocument(t *testing.T) {
	schema := compiled(t, newDesk(t))
	for text, good := range map[string]bool{
		`{"name":"x","members":["a"]}`:                        true,
		`{"name":"x","members":[]}`:                           true,
		`{"name":"x","rules":{"field":"city","op":"is_set"}}`: true,
		`{"name":"x"}`:      false,
		`{"members":["a"]}`: false,
		`{"name":"x","members":["a"],"rules":{"field":"city","op":"is_set"}}`: false,
		`{"name":"x","members":[1]}`:                                          false,
		listBody(`"name":"x",`, "members", make([]string, 501)...):            false,
		`{"name":"x","members":[],"add_members":[]}`:                          false,
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema("/components/schemas/SegmentDraft").Validate(v); (err == nil) != good {
			t.Errorf("%.80s: %v", text, err)
		}
	}
	for text, good := range map[string]bool{`{"add_members":["a"],"remove_members":["b"]}`: true, `{"removed":true}`: true, `{"add_members":"a"}`: false, `{"size":1}`: false} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema("/components/schemas/SegmentChange").Validate(v); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A list that was copied from a service is paged through as any list of
// customers is, also while the next reading of it goes on.
func TestListsOfServices(t *testing.T) {
	d := newDesk(t)
	d.fill()
	at := "/v1/segments/" + d.id(d.a, "s2") + "/customers"
	save := func(first bool, next string, keys ...string) {
		t.Helper()
		if _, err := d.db.Records().SaveMembers(t.Context(), d.a, syncing.MemberPage{Segment: "s2", First: first, Next: next, Keys: keys}); err != nil {
			t.Fatal(err)
		}
	}
	in := func(what, want string) {
		t.Helper()
		if got := d.get(at); got.StatusCode != 200 || got.remotes(t) != want {
			t.Errorf("%s: %d %s, want %s", what, got.StatusCode, got.body, want)
		}
	}
	refused := func(what string) {
		t.Helper()
		if got := d.get(at); got.StatusCode != 409 || !strings.Contains(string(got.body), "the next sync brings them") {
			t.Errorf("%s: %d %s", what, got.StatusCode, got.body)
		}
	}
	refused("no list")
	d.apply(d.a, core.Segments, core.Record{RemoteID: "s2", Members: "start", Data: &core.Segment{Name: "Fair", Kind: "static", Size: new(int64)}})
	refused("not read yet")
	save(true, "more", "c2")
	refused("half of it")
	save(false, "", "ann@example.com")
	in("read", "c1 c2") // the other shop's Ann is not a member
	etag := d.get(at).Header.Get("ETag")
	if got := d.ask("GET", at, "all", "", "If-None-Match", etag); got.StatusCode != 304 {
		t.Errorf("nothing changed: %s", got.Status)
	}
	page := d.get(at + "?limit=1")
	next, _ := page.json(t)["next"].(string)
	d.put(d.a, "c3", &core.Customer{FirstName: "Cleo"})
	save(true, "", "c1", "c2", "c3")
	if got := page.remotes(t) + " " + d.get(at+"?limit=1&cursor="+next).remotes(t); got != "c1 c2" {
		t.Errorf("by pages, while the list grows: %s", got)
	}
	if got := d.ask("GET", at, "all", "", "If-None-Match", etag); got.StatusCode != 200 || got.remotes(t) != "c1 c2 c3" {
		t.Errorf("one came: %s", got.Status)
	}
	if got := d.ask("GET", at, "masked", ""); got.StatusCode != 200 || strings.Contains(strings.ToLower(string(got.body)), "ann@") || len(got.data(t)) != 3 {
		t.Errorf("hidden: %d %s", got.StatusCode, got.body)
	}
	d.checker.set("segments", api.Access{App: "app_6", Scopes: []core.Scope{core.SegmentsRead}})
	if got := d.ask("GET", at, "segments", ""); got.StatusCode != 403 {
		t.Errorf("without customers:read: %s", got.Status)
	}
	size := d.get("/v1/segments/" + d.id(d.a, "s2")).json(t)["size"]
	if size != float64(0) {
		t.Errorf("the size is %v, not what the service says", size)
	}
}
