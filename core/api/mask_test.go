package api_test

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/api"
)

// personalFields are the nine fields that product row U-13 keeps from an app.
var personalFields = map[core.Model][]string{
	core.Customers: {"email", "phone", "first_name", "last_name", "company", "country", "city", "tags"},
	core.Stores:    {"email"},
}

// canaries fills every text field of a record with a text of its own; those of personal fields are returned.
func canaries(data core.Data, personal []string) (secret []string) {
	v := reflect.ValueOf(data).Elem()
	for name, i := range core.FieldIndex(v.Type()) {
		mark := "canary-" + string(data.Model()) + "-" + name
		if name == "email" {
			mark += "@example.com"
		}
		switch f := v.Field(i); {
		case f.Kind() == reflect.String && f.Type() != reflect.TypeFor[core.Money]():
			f.SetString(mark)
		case f.Type() == reflect.TypeFor[[]string]():
			f.Set(reflect.ValueOf([]string{mark}))
		default:
			continue
		}
		for _, p := range personal {
			if p == name {
				secret = append(secret, mark)
			}
		}
	}
	return secret
}

// No answer of any route to an app that may not see personal fields holds one of them.
func TestPersonalFieldsAreHidden(t *testing.T) {
	d := newDesk(t)
	d.fill()
	var secret []string
	for _, m := range core.Models() {
		data := core.NewData(m)
		marks := canaries(data, personalFields[m])
		if len(marks) != len(personalFields[m]) {
			t.Fatalf("%s: %q", m, marks)
		}
		secret = append(secret, marks...)
		id := "canary"
		if m == core.Customers {
			id = "canary-id@example.com" // as some services do
			secret = append(secret, id, url.QueryEscape(id), api.RecordID(api.Key{Connection: d.a, RemoteID: id}))
		}
		if o, ok := data.(*core.Order); ok {
			o.Customer = "canary-id@example.com"
		}
		if s, ok := data.(*core.Segment); ok {
			s.Kind, s.Rules = "rules", &core.Rule{All: []core.Rule{{Field: "email", Op: "contains", Value: "canary-customers"}, {Not: &core.Rule{Field: "city", Op: "eq", Value: "canary-rule-value"}}}}
			secret = append(secret, "canary-rule-value", "canary-customers")
		}
		d.put(d.a, id, data)
	}
	answers := 0
	segment := "/v1/segments/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "canary"})
	paths := []string{segment, segment + "/customers", "/v1/stores/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "canary"}), "/v1/orders/" + api.RecordID(api.Key{Connection: d.a, RemoteID: "canary"})}
	for _, r := range api.Routes() {
		if r.Method == "GET" {
			paths = append(paths, d.path(r))
			for _, f := range append(r.Includes, r.Fields...) {
				for _, p := range []string{"include", "fields"} {
					paths = append(paths, d.path(r)+"?"+p+"="+f)
				}
			}
		}
	}
	for _, path := range paths {
		open, masked := d.ask("GET", path, "all", ""), d.ask("GET", path, "masked", "")
		if open.StatusCode != masked.StatusCode {
			t.Errorf("%s: %d and %d", path, open.StatusCode, masked.StatusCode)
		}
		if bytes.Contains(open.body, []byte("canary")) {
			answers++
		}
		for _, s := range append(secret, "Ann", "Meier", "ACME", "Köln", "+49 1", "example.com") {
			if bytes.Contains(masked.body, []byte(s)) {
				t.Errorf("%s tells %q", path, s)
			}
		}
	}
	if answers < 20 {
		t.Errorf("only %d answers had something to hide", answers)
	}
	if body := d.get("/v1/customers").body; !bytes.Contains(body, []byte("canary-customers-city")) {
		t.Error("an app that may see it does not")
	}
}

// Pseudonyms are the same in all answers to one app, so joins work, and other for another app.
func TestPseudonyms(t *testing.T) {
	d := newDesk(t)
	d.fill()
	read := func(token, path string) []map[string]any { return d.ask("GET", path, token, "").data(t) }
	people := read("masked", "/v1/customers")
	if people[0]["email"] != people[2]["email"] || people[0]["email"] == nil || !strings.HasSuffix(fmt.Sprint(people[0]["email"]), "@hidden.invalid") {
		t.Errorf("one address in two services: %v and %v", people[0]["email"], people[2]["email"])
	}
	if people[0]["first_name"] != nil || people[0]["tags"] != nil {
		t.Errorf("%v", people[0])
	}
	if _, has := people[1]["email"]; has {
		t.Error("a customer without an address has a pseudonym")
	}
	if other := read("masked3", "/v1/customers"); other[0]["email"] == people[0]["email"] {
		t.Error("two apps can join what they were given")
	}
	o := read("masked", "/v1/orders?connection="+string(d.b))[0]
	if o["customer_id"] != people[2]["id"] || o["customer"] != people[2]["remote_id"] || !strings.HasPrefix(fmt.Sprint(o["customer"]), "hidden-") {
		t.Errorf("%v does not join %v", o, people[2])
	}
}

// An app that may not see a field may not find out by asking for its value.
func TestHiddenFieldsCannotBeAskedFor(t *testing.T) {
	d := newDesk(t)
	d.fill()
	real := api.RecordID(api.Key{Connection: d.b, RemoteID: "ann@example.com"})
	for path, want := range map[string]int{
		"/v1/customers?email=ann@example.com": 403, "/v1/customers?phone=1": 403, "/v1/customers?company=x": 403, "/v1/customers?remote_id=ann@example.com": 403, "/v1/customers?remote_id=c1": 200,
		"/v1/orders?customer=" + real: 403, "/v1/customers/" + real: 404, "/v1/customers/" + api.RecordID(api.Key{Connection: d.b, RemoteID: "nobody@example.com"}): 404,
		"/v1/orders?customer=" + api.RecordID(api.Key{Connection: d.a, RemoteID: "c1"}): 200,
	} {
		if got := d.ask("GET", path, "masked", ""); got.StatusCode != want {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	for rule, want := range map[string]int{
		`{"field":"email","op":"eq","value":"ann@example.com"}`: 403, `{"all":[{"not":{"field":"city","op":"contains","value":"K"}}]}`: 403, `{"field":"tags","op":"is_set"}`: 403,
		`{"field":"orders_count","op":"gt","value":"1"}`: 201,
	} {
		if got := d.ask("POST", "/v1/segments", "masked", `{"name":"x","rules":`+rule+`}`); got.StatusCode != want {
			t.Errorf("%s: %d %s", rule, got.StatusCode, got.body)
		}
	}
}
