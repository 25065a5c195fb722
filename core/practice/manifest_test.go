package practice_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"linkdesk/assets"
	"linkdesk/core"
	"linkdesk/core/practice"
	"linkdesk/core/provider"
	"linkdesk/core/service"
)

// The manifest that comes with Linkdesk reads every record of the store, and
// nothing that a person would miss is lost on the way.

func clientOf(t *testing.T) (*practice.Store, *provider.Client) {
	t.Helper()
	text, err := assets.Services.ReadFile("services/practice.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range service.Check("practice.yaml", text) {
		t.Errorf("practice.yaml:%d: %s", f.Line, f.Text)
	}
	m, err := service.Load("practice.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	store, err := practice.New(practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(store.Handler())
	t.Cleanup(server.Close)
	m.PracticeOrigin = server.URL
	return store, provider.New(provider.Options{Clock: core.SystemClock{}}).ForToken(m, nil, signIn(t, m))
}

// signIn follows the manifest by hand, asking for everything.
func signIn(t *testing.T, m *service.Manifest) core.Secret {
	t.Helper()
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 appendix B
	auth, redirect := m.Auth[0], "http://127.0.0.1:9"+m.Auth[0].Redirect.Path
	q := url.Values{"response_type": {"code"}, "client_id": {auth.Client.FixedID}, "redirect_uri": {redirect}, "state": {"s"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	for _, model := range core.Models() {
		for _, s := range append(m.Models[model].Scopes.Read, m.Models[model].Scopes.Write...) {
			q.Set("scope", q.Get("scope")+" "+s)
		}
	}
	address, err := m.ExpandURL(auth.Authorize.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := practice.Approve(t.Context(), http.DefaultClient, address.String()+"?"+q.Encode(), practice.ApproveOptions{Hold: true})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil || u.Query().Get("iss") != m.PracticeOrigin {
		t.Fatalf("callback %v, %v", u.Query().Get("error"), err)
	}
	return exchange(t, m, url.Values{"grant_type": {"authorization_code"}, "client_id": {auth.Client.FixedID}, "redirect_uri": {redirect},
		"code": {u.Query().Get("code")}, "code_verifier": {verifier}})
}

func readAll(t *testing.T, c *provider.Client, m core.Model, q provider.ListQuery) []core.Record {
	t.Helper()
	var all []core.Record
	for at := provider.Position(""); ; {
		page, err := c.Page(t.Context(), m, q, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range page.Bad {
			t.Errorf("%s %s: %s", m, b.RemoteID, b.Reason)
		}
		all = append(all, page.Records...)
		if at = page.Next; at == "" {
			return all
		}
	}
}

func TestManifestReadsEverything(t *testing.T) {
	store, c := clientOf(t)
	account, granted, err := c.Verify(t.Context())
	if err != nil || account.ID != "acc_ada" || account.Name != "Ada Example, Willow & Pine" || len(granted) != 10 {
		t.Errorf("account %+v, granted %v, %v", account, granted, err)
	}
	if first, err := c.Page(t.Context(), core.Orders, provider.ListQuery{}, ""); err != nil || first.Total != 1200 {
		t.Errorf("the first page counts %d orders, %v", first.Total, err)
	}
	var newest time.Time
	for m, want := range store.Counts() {
		records := readAll(t, c, m, provider.ListQuery{})
		if len(records) != want {
			t.Errorf("%s: %d records, want %d", m, len(records), want)
		}
		for _, r := range records {
			complete(t, r)
			if r.UpdatedAt.After(newest) {
				newest = r.UpdatedAt
			}
		}
	}
	if err := store.EditOrder("ord_00100", func(o *practice.Order) { o.Payment.State = "refunded" }); err != nil {
		t.Fatal(err)
	}
	if err := store.RemoveOrder("ord_00101"); err != nil {
		t.Fatal(err)
	}
	since := provider.ListQuery{Since: newest.Add(time.Hour)}
	changed := readAll(t, c, core.Orders, since)
	if len(changed) != 2 || changed[0].RemoteID != "ord_00100" || changed[0].Data.(*core.Order).PaymentStatus != "refunded" ||
		changed[1].RemoteID != "ord_00101" || !changed[1].Removed || changed[1].UpdatedAt.IsZero() {
		t.Errorf("changes: %+v", changed)
	}
	if all := readAll(t, c, core.Orders, provider.ListQuery{Full: true}); len(all) != 1199 {
		t.Errorf("a full read gives %d orders", len(all))
	}
}

// complete fails when a field that every record of the store has is empty.
func complete(t *testing.T, r core.Record) {
	t.Helper()
	ok := r.RemoteID != "" && !r.UpdatedAt.IsZero() && !r.Removed
	switch d := r.Data.(type) {
	case *core.Store:
		ok = ok && d.Name != "" && d.URL != "" && d.Currency != "" && d.Timezone != "" && d.Country != "" && d.Email != "" && d.Platform != "" && len(d.Settings) == 4
	case *core.Customer:
		ok = ok && d.Email != "" && d.FirstName != "" && d.LastName != "" && d.Country != "" && d.City != "" && d.AcceptsMarketing != nil && !d.CreatedAt.IsZero()
	case *core.Product:
		ok = ok && d.Title != "" && d.Description != "" && d.SKU != "" && d.Vendor != "" && d.URL != "" && d.ImageURL != "" && d.Price != "" && d.Currency == "EUR" && d.Stock != nil &&
			(d.Status == "active" || d.Status == "draft" || d.Status == "archived") && len(d.Categories) == 2 && d.Categories[0].Parent == d.Categories[1].ID && len(d.Variants) > 0 && d.Variants[0].Stock != nil
	case *core.Order:
		ok = ok && d.Number != "" && d.Customer != "" && d.Store != "" && d.Status != "" && d.PaymentStatus != "" && d.FulfillmentStatus != "" && d.Currency != "" &&
			d.Total != "" && d.Subtotal != "" && d.Tax != "" && d.Shipping != "" && d.Discount != "" && !d.PlacedAt.IsZero() && len(d.Lines) > 0
		for _, l := range d.Lines {
			ok = ok && l.ID != "" && l.Product != "" && l.Variant != "" && l.SKU != "" && l.Title != "" && l.Quantity != "" && l.Price != ""
		}
	case *core.Segment:
		ok = ok && d.Name != "" && d.Size != nil && d.Origin == "practice" && (d.Kind == "rules" && d.Rules != nil || d.Kind == "static" && d.Rules == nil)
	}
	if !ok {
		t.Errorf("%s is not complete: %+v", r.RemoteID, r.Data)
	}
}

func exchange(t *testing.T, m *service.Manifest, form url.Values) core.Secret {
	t.Helper()
	address, err := m.ExpandURL(m.Auth[0].Token.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.PostForm(address.String(), form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	token, _ := answer[string(m.Auth[0].Response.AccessToken)].(string)
	if token == "" {
		t.Fatalf("no token: %v", answer["error"])
	}
	return core.NewSecret(token)
}

// The store's one plain list is read, as long as the store says; the members of
// segments by rules follow from those.
func TestManifestReadsMembers(t *testing.T) {
	_, c := clientOf(t)
	lists := 0
	for _, r := range readAll(t, c, core.Segments, provider.ListQuery{}) {
		s := r.Data.(*core.Segment)
		if (r.Members != "") != (s.Kind == "static") {
			t.Errorf("%s, %s: the list is read at %q", s.Name, s.Kind, r.Members)
		}
		if r.Members == "" {
			continue
		}
		lists++
		people := 0
		for pos := provider.Position(r.Members); pos != ""; {
			page, err := c.Members(t.Context(), pos)
			if err != nil {
				t.Fatal(err)
			}
			people, pos = people+len(page.Keys), page.Next
		}
		if int64(people) != *s.Size || people == 0 {
			t.Errorf("%s: %d of %d members", s.Name, people, *s.Size)
		}
	}
	if lists != 1 {
		t.Errorf("%d lists", lists)
	}
}
