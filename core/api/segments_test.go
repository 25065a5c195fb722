package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
)

const regulars = `{"name":" Regulars ","rules":{"field":"orders_count","op":"gte","value":"2"}}`

func TestSegmentsAreMadeAndChanged(t *testing.T) {
	d := newDesk(t)
	d.fill()
	made := d.ask("POST", "/v1/segments", "all", regulars)
	s := made.json(t)
	if made.StatusCode != 201 || s["name"] != "Regulars" || s["origin"] != "linkdesk" || s["connection"] != "linkdesk" || s["kind"] != "rules" {
		t.Fatalf("%d %s", made.StatusCode, made.body)
	}
	at := "/v1/segments/" + s["id"].(string)
	if got := d.get(at); string(got.body) != string(made.body) {
		t.Errorf("read again: %s, made as %s", got.body, made.body)
	}
	if got := d.get(at + "/customers").remotes(t); got != "c1" {
		t.Errorf("members %s", got)
	}
	d.clock.add(time.Minute)
	changed := d.ask("PATCH", at, "all", `{"rules":{"field":"email","op":"contains","value":"EXAMPLE.com"}}`)
	if got := d.get(at + "/customers").remotes(t); changed.StatusCode != 200 || got != "c1 ann@example.com" { // of all connections
		t.Errorf("%s: %s", changed.body, got)
	}
	if c := changed.json(t); c["name"] != "Regulars" || c["updated_at"] != start.Add(time.Minute).Format(time.RFC3339) {
		t.Errorf("%v", c)
	}
	if got := d.ask("PATCH", at, "all", `{"removed":true}`).json(t); got["removed_at"] == nil {
		t.Errorf("%v", got)
	}
	if got := d.get("/v1/segments?connection=linkdesk").remotes(t); got != "" {
		t.Errorf("after its removal: %s", got)
	}
	if got := d.get("/v1/segments?include_removed=true&connection=linkdesk&updated_since=2026-03-01T12:01:00Z").remotes(t); got != s["remote_id"] {
		t.Errorf("the removal is not told: %s", got)
	}
	d.ask("PATCH", at, "all", `{"removed":false,"name":"Back"}`)
	if got := d.get("/v1/segments?name=back").remotes(t); got != s["remote_id"] {
		t.Errorf("brought back: %s", got)
	}
	if len(d.changed) != 4 || d.changed[0].Connection != api.LinkdeskID || d.changed[3] != d.changed[0] {
		t.Errorf("told of %v", d.changed)
	}
	list, err := d.db.Connections().List(t.Context())
	if err != nil || len(list) != 2 {
		t.Errorf("Linkdesk's own segments made a connection: %v, %v", list, err)
	}
	if names, err := d.db.Connections().Names(t.Context()); err != nil || names["linkdesk"] != "Linkdesk" {
		t.Errorf("%v, %v", names, err)
	}
	if n, err := d.db.Records().Counts(t.Context(), ""); err != nil || n[core.Segments] != 3 {
		t.Errorf("%v, %v", n, err)
	}
}

func TestBadSegments(t *testing.T) {
	d := newDesk(t)
	d.fill()
	own := "/v1/segments/" + d.ask("POST", "/v1/segments", "all", regulars).json(t)["id"].(string)
	service := "/v1/segments/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "s1"})
	for _, c := range []struct {
		method, path, body string
		status             int
		say                string
	}{
		{"POST", "/v1/segments", `{"name":"x"}`, 400, "rules"},
		{"POST", "/v1/segments", `{"name":"","rules":{"field":"city","op":"is_set"}}`, 400, "name"},
		{"POST", "/v1/segments", `{"name":"a\u202eb","rules":{"field":"city","op":"is_set"}}`, 400, "name"},
		{"POST", "/v1/segments", `{"name":"x","rules":{"field":"doc","op":"eq","value":"1"}}`, 400, "rules.field"},
		{"POST", "/v1/segments", `{"name":"x","rules":{},"size":1}`, 400, "size"},
		{"POST", "/v1/segments", `{"name":"x"} {}`, 400, "behind"},
		{"POST", "/v1/segments", `[`, 400, "JSON"},
		{"POST", "/v1/segments", `{"name":1}`, 400, "JSON"},
		{"POST", "/v1/segments", `{"name":"` + strings.Repeat("x", 70<<10) + `"}`, 413, ""},
		{"PATCH", service, `{"name":"x"}`, 409, "service"},
		{"PATCH", "/v1/segments/x", `{"name":"x"}`, 404, ""},
		{"PATCH", "/v1/segments/" + api.RecordID(api.Key{Connection: api.LinkdeskID, RemoteID: "none"}), `{"name":"x"}`, 404, ""},
		{"PATCH", own, `{"name":""}`, 400, "name"},
		{"PATCH", own, `{"rules":{"any":[]}}`, 400, "rules"},
		{"GET", "/v1/segments/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "s2"}) + "/customers", "", 409, "members"},
	} {
		got := d.ask(c.method, c.path, "all", c.body)
		if got.StatusCode != c.status || !strings.Contains(string(got.body), c.say) || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %.60s: %d %s", c.method, c.path, c.body, got.StatusCode, got.body)
		}
	}
	if got := d.ask("POST", "/v1/segments", "all", regulars, "Content-Type", "text/plain"); got.StatusCode != 415 {
		t.Errorf("text: %d", got.StatusCode)
	}
	if got := d.ask("POST", "/v1/segments", "all", regulars, "Origin", "https://evil.example"); got.StatusCode != 403 {
		t.Errorf("from another site: %d", got.StatusCode)
	}
	if got := len(d.get("/v1/segments?connection=linkdesk").data(t)); got != 1 {
		t.Errorf("%d segments were made", got)
	}
}

// A request that is sent again does nothing and is answered the same, also
// when both come at once; a key belongs to one app, one request and one day.
func TestIdempotency(t *testing.T) {
	d := newDesk(t)
	const at = 16
	bodies := make([]string, at)
	var wait sync.WaitGroup
	for i := range at {
		wait.Go(func() {
			bodies[i] = string(d.ask("POST", "/v1/segments", "all", regulars, "Idempotency-Key", "k1").body)
		})
	}
	wait.Wait()
	for _, b := range bodies {
		if b != bodies[0] || !strings.Contains(b, "Regulars") {
			t.Errorf("%s and %s", b, bodies[0])
		}
	}
	count := func() int { return len(d.get("/v1/segments?connection=linkdesk").data(t)) }
	if count() != 1 || len(d.changed) != 1 {
		t.Fatalf("%d segments, told of %d", count(), len(d.changed))
	}
	again := d.ask("POST", "/v1/segments", "all", regulars, "Idempotency-Key", "k1")
	if again.StatusCode != http.StatusCreated || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%d %v", again.StatusCode, again.Header)
	}
	if got := d.ask("POST", "/v1/segments", "all", strings.Replace(regulars, "2", "3", 1), "Idempotency-Key", "k1"); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another request: %d %s", got.StatusCode, got.body)
	}
	if got := d.ask("POST", "/v1/segments", "masked", regulars, "Idempotency-Key", "k1"); got.StatusCode != http.StatusCreated || count() != 2 {
		t.Errorf("another app: %d", got.StatusCode)
	}
	for _, key := range []string{"", strings.Repeat("k", 256)} {
		if got := d.ask("POST", "/v1/segments", "all", regulars, "Idempotency-Key", key); got.StatusCode != 400 {
			t.Errorf("key of %d: %d", len(key), got.StatusCode)
		}
	}
	patch := "/v1/segments/" + again.json(t)["id"].(string)
	for i := range 2 {
		got := d.ask("PATCH", patch, "all", `{"name":"New"}`, "Idempotency-Key", "k2")
		if got.StatusCode != 200 || (got.Header.Get("Idempotent-Replayed") == "true") != (i == 1) {
			t.Errorf("change %d: %d %v", i, got.StatusCode, got.Header)
		}
	}
	d.clock.add(25 * time.Hour)
	if got := d.ask("POST", "/v1/segments", "all", regulars, "Idempotency-Key", "k1"); got.StatusCode != 201 || count() != 3 {
		t.Errorf("a day later: %d, %d segments", got.StatusCode, count())
	}
}

// A segment with few members in many customers comes in short pages, and whole.
func TestMembersByPages(t *testing.T) {
	d := newDesk(t)
	var people []core.Record
	for i := range 9000 {
		c := &core.Customer{Email: fmt.Sprint("p", i, "@x.example")}
		if i%2000 == 1999 {
			c.City = "Bonn"
		}
		people = append(people, core.Record{RemoteID: fmt.Sprint(i), Data: c})
	}
	d.apply(d.a, core.Customers, people[:6000]...)
	d.apply(d.b, core.Customers, people[6000:]...)
	id := d.ask("POST", "/v1/segments", "all", `{"name":"Bonn","rules":{"field":"city","op":"eq","value":"bonn"}}`).json(t)["id"].(string)
	var met []string
	pages, next := 0, ""
	for {
		got := d.get("/v1/segments/" + id + "/customers?limit=10" + next)
		met = append(met, strings.Fields(got.remotes(t))...)
		pages++
		cursor, more := got.json(t)["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	if strings.Join(met, " ") != "1999 3999 5999 7999" || pages != 2 {
		t.Errorf("%v in %d pages", met, pages)
	}
}
