package provider

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"

	"linkdesk/core"
	"linkdesk/core/service"
)

func TestVerify(t *testing.T) {
	body := `{"id":77,"login":"north","scopes":["read_orders","write_orders read_customers"]}`
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
	r.manifest.Verify.Scopes = "scopes"
	client := r.caller.ForToken(r.manifest, map[string]string{"shop": "north"}, core.NewSecret(testToken))
	account, granted, err := client.Verify(t.Context())
	if err != nil || account != (Account{ID: "77", Name: "north"}) || !reflect.DeepEqual(granted, []string{"read_orders", "write_orders", "read_customers"}) {
		t.Errorf("%+v %v %v", account, granted, err)
	}
	if r.requests[0].URL.Path != "/v1/me" || r.requests[0].Header.Get("Authorization") != "Bearer "+testToken {
		t.Errorf("asked %s %v", r.requests[0].URL, r.requests[0].Header)
	}
	r.manifest.Verify.Scopes = ""
	if _, granted, err = client.Verify(t.Context()); granted != nil || err != nil {
		t.Errorf("%v %v", granted, err)
	}
	for _, body = range []string{`{"name":"x"}`, ``, `[]`, `{"id":{}}`} {
		if _, _, err := client.Verify(t.Context()); core.CodeOf(err) != core.CodeDataUnexpected {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestVerifyAtAWrongAddress(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	_, _, err := r.client().Verify(t.Context())
	if core.CodeOf(err) != core.CodeDataUnexpected || core.AsError(err).Public == "" {
		t.Error(err)
	}
}

func TestDiscover(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/metadata" {
			if got := req.Header.Get("Authorization"); got != "OAuth new-token-42" {
				t.Errorf("authorization %q", got)
			}
			io.WriteString(w, `{"dc":"us19"}`)
			return
		}
		fmt.Fprintf(w, `{"tenant":"t-%s"}`, req.URL.Query().Get("dc"))
	})
	r.manifest.Discover = []service.Discover{
		{When: "oauth2", Request: service.Request{URL: service.Template(r.server.URL) + "/metadata", Headers: map[string]service.Template{"Authorization": "OAuth {access_token}"}},
			Capture: map[string]service.Capture{"dc": {Path: "dc", Pattern: "^[a-z]+[0-9]*$"}}},
		{Request: service.Request{Path: "/tenants", Query: map[string]service.Template{"dc": "{dc}"}}, Capture: map[string]service.Capture{"tenant": {Path: "tenant"}}},
	}
	client := r.caller.ForToken(r.manifest, nil, core.NewSecret(testToken))
	got, err := client.Discover(t.Context(), core.NewSecret("new-token-42"))
	if err != nil || !reflect.DeepEqual(got, map[string]string{"dc": "us19", "tenant": "t-us19"}) {
		t.Errorf("%v %v", got, err)
	}
	// With an API key the data centre was derived from the key already.
	r.requests = nil
	client = r.caller.ForToken(r.manifest, map[string]string{"dc": "eu1"}, core.NewSecret(testToken))
	if got, err = client.Discover(t.Context(), core.Secret{}); err != nil || !reflect.DeepEqual(got, map[string]string{"tenant": "t-eu1"}) || len(r.requests) != 1 {
		t.Errorf("%v %v", got, err)
	}
	r.manifest.Discover[0].Capture["dc"] = service.Capture{Path: "dc", Pattern: "^[a-z]+$"}
	client = r.caller.ForToken(r.manifest, nil, core.NewSecret("new-token-42"))
	if _, err = client.Discover(t.Context(), core.Secret{}); core.CodeOf(err) != core.CodeDataUnexpected {
		t.Errorf("an answer that does not fit its pattern: %v", err)
	}
}

// TestProbe is product row P-05: one model works, another one does not, and
// the check says so for each.
func TestProbe(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/v1/customers":
			if req.URL.Query().Get("limit") != "1" {
				t.Errorf("a probe asks for %s", req.URL.RawQuery)
			}
			io.WriteString(w, `{"items":[{"id":"c1","email":"ada@example.com"}]}`)
		case "/v1/orders":
			w.WriteHeader(http.StatusForbidden)
		case "/v1/products":
			io.WriteString(w, `{"items":[{"no":"id"}]}`)
		}
	})
	r.manifest.API.Paging = service.Paging{Kind: "offset", OffsetParam: "offset", LimitParam: "limit", Limit: 100}
	for _, m := range []core.Model{core.Orders, core.Products} {
		r.manifest.Models[m] = &service.Model{List: service.List{Request: service.Request{Path: "/" + service.Template(m)}, Items: "items"}, Fields: map[string]service.Field{"id": path("id")}}
	}
	for _, want := range []core.ModelCheck{
		{Model: core.Customers, OK: true, Proof: "ada@example.com"}, {Model: core.Orders, Code: core.CodeScopeMissing},
		{Model: core.Products, Code: core.CodeDataUnexpected}, {Model: core.Segments, Code: core.CodeInvalid},
	} {
		if got := r.client().Probe(t.Context(), want.Model); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	for _, c := range []struct {
		data core.Data
		want string
	}{
		{&core.Order{Number: "1042"}, "#1042"}, {&core.Order{Number: "#7"}, "#7"}, {&core.Order{}, "id9"}, {&core.Store{Name: "North"}, "North"},
		{&core.Customer{FirstName: "Ada", Email: "a@b.c"}, "Ada"}, {&core.Customer{Email: "a@b.c"}, "a@b.c"}, {&core.Product{Title: "Mug"}, "Mug"}, {&core.Segment{Name: "VIP"}, "VIP"},
	} {
		if got := label(core.Record{RemoteID: "id9", Data: c.data}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
