package connection_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/event"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func TestConnect(t *testing.T) {
	b := newBench(t)
	r := b.connect(b.draft())
	c := r.Connection
	if !r.Created || len(r.Missing) != 0 || len(r.Checks) != 3 {
		t.Errorf("%+v", r)
	}
	if c.Name != "Fake shop – Account shop-1" || c.AccountID != "shop-1" || c.AccountName != "Account shop-1" || c.Method != "oauth2" || c.ClientID != "linkdesk-test" {
		t.Errorf("%+v", c)
	}
	want := []string{"profile", "stores:read", "customers:read", "orders:read"}
	if !slices.Equal(c.Asked, want) || !slices.Equal(c.Granted, want) {
		t.Errorf("asked %q, granted %q", c.Asked, c.Granted)
	}
	v := b.get(c.ID)
	if v.Status != core.StatusOK || v.Service.ID != "fake" || !v.Health.OKAt.Equal(b.clock.Now()) || v.CreatedAt.IsZero() {
		t.Errorf("%+v", v)
	}
	for _, check := range v.Health.Models {
		if !check.OK || check.Model == core.Orders && check.Proof != "#1042" {
			t.Errorf("%+v", check)
		}
	}
	b.told(event.ConnectionChanged{ID: c.ID})
	if page := b.browser.Page(t); !strings.Contains(page.Body, "Fake shop is connected to Linkdesk") {
		t.Errorf("page %s", page.Body)
	}
	if token, err := b.tokens.Token(t.Context(), c.ID); err != nil || token.Empty() {
		t.Error("no token", err)
	}
}

func TestNothingIsStoredUnlessAllOfItWorked(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*signintest.Switches)
		want core.Code
	}{
		{"denied", func(s *signintest.Switches) { s.Deny = "access_denied" }, core.CodeConsentDenied},
		{"token endpoint down", func(s *signintest.Switches) { s.TokenStatus = 503 }, core.CodeServiceDown},
		{"client refused", func(s *signintest.Switches) { s.TokenError = "invalid_client" }, core.CodeClientInvalid},
		{"token refused by the API", func(s *signintest.Switches) { s.RefuseAccess = true }, core.CodeDataUnexpected},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.set(c.set)
			b.fails(b.draft(), c.want)
			if len(b.list()) != 0 {
				t.Error("something was stored")
			}
			if page := b.browser.Page(t); strings.Contains(page.Body, "is connected") {
				t.Errorf("page %s", page.Body)
			}
		})
	}
}

func TestStoreThatFailsIsNoSuccess(t *testing.T) {
	b := newBench(t)
	b.store.Set(func(s *signintest.Store) { s.FailCreate = core.E(core.CodeStorageFull, "", errors.New("full")) })
	b.fails(b.draft(), core.CodeStorageFull)
	if page := b.browser.Page(t); strings.Contains(page.Body, "is connected to") {
		t.Errorf("page %s", page.Body)
	}
}

func TestCancelStoresNothing(t *testing.T) {
	b := newBench(t)
	reached, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release) })
	b.set(func(s *signintest.Switches) { s.BeforeAnswer = func() { close(reached); <-release } })
	p := b.begin(b.draft())
	go func() { <-reached; p.Cancel() }()
	if _, err := p.Wait(t.Context()); core.CodeOf(err) != core.CodeCancelled {
		t.Error(err)
	}
	if len(b.list()) != 0 {
		t.Error("something was stored")
	}
}

func TestBeginRefusesBadDrafts(t *testing.T) {
	b := newBench(t)
	for name, change := range map[string]func(*connection.Draft){
		"no data":        func(d *connection.Draft) { d.Access = core.AccessMap{core.Orders: core.Disabled} },
		"long name":      func(d *connection.Draft) { d.Name = strings.Repeat("x", 129) },
		"control name":   func(d *connection.Draft) { d.Name = "a\nb" },
		"unknown method": func(d *connection.Draft) { d.Method = "magic" },
		"unknown input":  func(d *connection.Draft) { d.Inputs = map[string]string{"shop": "x"} },
		"no key":         func(d *connection.Draft) { d.Method = "api_key" },
		"bad key": func(d *connection.Draft) {
			d.Method, d.Secrets = "api_key", map[string]core.Secret{"key": core.NewSecret("canary")}
		},
	} {
		d := b.draft()
		change(&d)
		if _, err := b.service.Begin(t.Context(), d); core.CodeOf(err) != core.CodeInvalid || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := b.draft()
	d.Service = "nobody"
	b.fails(d, core.CodeNotFound)
	b.sealer.Lock(core.E(core.CodeKeyring, "", nil))
	b.fails(b.draft(), core.CodeKeyring)
	if len(b.browser.Opened()) != 0 {
		t.Error("the browser opened")
	}
}

func TestAPIKey(t *testing.T) {
	b := newBench(t)
	d := b.draft()
	d.Method, d.Name, d.Secrets = "api_key", "  My shop ", map[string]core.Secret{"key": core.NewSecret("key-good-us7")}
	r := b.connect(d)
	c := r.Connection
	if c.Name != "My shop" || c.Method != "api_key" || c.ClientID != "" || c.Captured["dc"] != "us7" || len(c.Inputs) != 0 || len(c.Asked) != 0 {
		t.Errorf("%+v", c)
	}
	if v := b.get(c.ID); v.Status != core.StatusOK || len(v.Missing) != 0 {
		t.Errorf("%+v", v)
	}
	if token, err := b.tokens.Token(t.Context(), c.ID); err != nil || token.Reveal() != "key-good-us7" {
		t.Error("not the key", err)
	}
	if row, err := b.store.LoadSealed(t.Context(), c.ID); err != nil || strings.Contains(string(row.Grant)+string(row.Client), "key-good") || row.Client != nil {
		t.Error("the key is not only in the sealed grant", err)
	}
	d.Secrets["key"] = core.NewSecret("key-bad-us7")
	if err := b.fails(d, core.CodeInvalid); !strings.Contains(core.AsError(err).Public, "does not accept this key") {
		t.Error(err)
	}
	b.set(func(s *signintest.Switches) { s.RefuseAccess = true })
	if v := b.verify(c.ID); v.Status != core.StatusReauth {
		t.Errorf("a key that was withdrawn: %s", v.Status)
	}
	b.set(func(s *signintest.Switches) { s.RefuseAccess = false })
	if v := b.verify(c.ID); v.Status != core.StatusOK {
		t.Errorf("a key that works again: %s", v.Status)
	}
}

func TestA20FewerPermissionsThanAsked(t *testing.T) {
	b := newBench(t)
	b.set(func(s *signintest.Switches) { s.GiveScopes = []string{"profile", "stores:read", "customers:read"} })
	r := b.connect(b.draft())
	if !slices.Equal(r.Missing, []core.Model{core.Orders}) {
		t.Errorf("missing %v", r.Missing)
	}
	if n := b.server.Counts().Calls; n != 3 { // the account and two data models
		t.Errorf("%d calls: one for data that was not permitted", n)
	}
	v := b.get(r.Connection.ID)
	if v.Status != core.StatusScope || !slices.Equal(v.Missing, []core.Model{core.Orders}) {
		t.Errorf("%s, missing %v", v.Status, v.Missing)
	}
	for _, check := range v.Health.Models {
		if want := check.Model != core.Orders; check.OK != want || !want && check.Code != core.CodeScopeMissing {
			t.Errorf("%+v", check)
		}
	}
	b.set(func(s *signintest.Switches) { s.GiveScopes, s.HideScopes = nil, true }) // untold means: as asked
	r = b.connect(b.draft())
	if len(r.Missing) != 0 || !slices.Equal(r.Connection.Granted, r.Connection.Asked) {
		t.Errorf("missing %v", r.Missing)
	}
}

func TestP5AModelThatIsRefusedIsNotConnected(t *testing.T) {
	b := newBench(t)
	b.set(func(s *signintest.Switches) { s.DenyModels = []string{"orders"} })
	r := b.connect(b.draft())
	if v := b.get(r.Connection.ID); v.Status != core.StatusScope {
		t.Errorf("%s", v.Status)
	}
	b.set(func(s *signintest.Switches) { s.DenyModels = nil })
	if v := b.verify(r.Connection.ID); v.Status != core.StatusOK {
		t.Errorf("%s", v.Status)
	}
	b.clock.Add(25 * 60 * 60 * 1e9)
	if v := b.get(r.Connection.ID); v.Status != core.StatusStale {
		t.Errorf("a day later: %s", v.Status)
	}
}

func TestOwnClientIsKept(t *testing.T) {
	b := newBench(t)
	b.set(func(s *signintest.Switches) { s.NeedSecret = "the-secret" })
	d := b.draft()
	d.ClientID, d.ClientSecret = "own", core.NewSecret("the-secret")
	c := b.connect(d).Connection
	if c.ClientID != "own" {
		t.Errorf("client %q", c.ClientID)
	}
	b.clock.Add(2 * 60 * 60 * 1e9)
	if _, err := b.tokens.Token(t.Context(), c.ID); err != nil { // refreshes with the secret
		t.Error(err)
	}
	if again := b.connect(connection.Draft{Reauthorize: c.ID}).Connection; again.ClientID != "own" { // and so does the next sign-in
		t.Errorf("client %q", again.ClientID)
	}
}

func TestP7ReauthorizeChangesOnlyThePermission(t *testing.T) {
	b := newBench(t)
	d := b.draft()
	d.Name = "Shop of mine"
	c := b.connect(d).Connection
	if err := b.service.Pause(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	b.server.Withdraw()
	b.clock.Add(2 * 60 * 60 * 1e9)
	if _, err := b.tokens.Token(t.Context(), c.ID); core.CodeOf(err) != core.CodeReauthRequired {
		t.Fatal(err)
	}
	b.told(event.ConnectionChanged{ID: c.ID})
	if v := b.get(c.ID); v.Status != core.StatusReauth {
		t.Fatalf("%s", v.Status)
	}
	before := b.get(c.ID).Connection
	r := b.connect(connection.Draft{Reauthorize: c.ID, Name: "ignored"})
	after := b.get(c.ID).Connection
	if r.Created || len(b.list()) != 1 || after.Health.Code != "" || !after.AuthorizedAt.Equal(b.clock.Now()) {
		t.Errorf("%+v", after)
	}
	after.Health, after.AuthorizedAt, after.ExpiresAt = before.Health, before.AuthorizedAt, before.ExpiresAt
	if after.Name != before.Name || after.ID != before.ID || !after.Paused || !after.CreatedAt.Equal(before.CreatedAt) || len(after.Access) != len(before.Access) {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	b.clock.Add(2 * 60 * 60 * 1e9)
	if _, err := b.tokens.Token(t.Context(), c.ID); err != nil {
		t.Error("it is not renewed again", err)
	}
}

func TestC16AnotherAccountIsRefused(t *testing.T) {
	b := newBench(t)
	c := b.connect(b.draft()).Connection
	b.browser.Page(t)
	before, err := b.store.LoadSealed(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.set(func(s *signintest.Switches) { s.Account = "shop-2" })
	p := b.begin(connection.Draft{Reauthorize: c.ID})
	_, err = p.Wait(t.Context())
	mismatch, ok := errors.AsType[*connection.Mismatch](err)
	if core.CodeOf(err) != core.CodeAccountMismatch || !ok || mismatch.Expected != "Account shop-1" || mismatch.Got != "Account shop-2" {
		t.Fatalf("%v, %+v", err, mismatch)
	}
	if page := b.browser.Page(t); !strings.Contains(page.Body, "different account") || strings.Contains(page.Body, "shop-") {
		t.Errorf("page %s", page.Body)
	}
	after, err := b.store.LoadSealed(t.Context(), c.ID)
	if err != nil || string(after.Grant) != string(before.Grant) || after.Revision != before.Revision || b.get(c.ID).AccountID != "shop-1" {
		t.Error("something was changed", err)
	}
	r, err := p.AddAsNew(t.Context())
	if err != nil || !r.Created || r.Connection.AccountID != "shop-2" || r.Connection.ID == c.ID || len(b.list()) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := p.AddAsNew(t.Context()); core.CodeOf(err) != core.CodeInvalid {
		t.Error("it was added twice", err)
	}
}

func TestReauthorizeThatFailsChangesNothing(t *testing.T) {
	b := newBench(t)
	c := b.connect(b.draft()).Connection
	before := b.get(c.ID).Connection
	b.set(func(s *signintest.Switches) { s.Deny = "access_denied" })
	b.fails(connection.Draft{Reauthorize: c.ID}, core.CodeConsentDenied)
	if after := b.get(c.ID).Connection; after.AuthorizedAt != before.AuthorizedAt || after.Health.Code != before.Health.Code {
		t.Errorf("%+v", after)
	}
	if _, err := b.tokens.Token(t.Context(), c.ID); err != nil {
		t.Error(err)
	}
	b.fails(connection.Draft{Reauthorize: "con_unknown"}, core.CodeNotFound)
}

func TestP8MoreAccessNeedsPermission(t *testing.T) {
	b := newBench(t)
	c := b.connect(b.draft()).Connection
	access := c.Access.Clone()
	access[core.Orders] = core.ReadWrite
	b.quiet()
	if err := b.service.SetAccess(t.Context(), c.ID, access); err != nil {
		t.Fatal(err)
	}
	b.told(event.ConnectionChanged{ID: c.ID})
	v := b.get(c.ID)
	if v.Status != core.StatusScope || !slices.Equal(v.Missing, []core.Model{core.Orders}) {
		t.Errorf("%s, missing %v", v.Status, v.Missing)
	}
	if effective := v.Service.Effective(v.Access, v.Granted); effective[core.Orders] != core.Read {
		t.Errorf("reading does not go on: %s", effective[core.Orders])
	}
	b.connect(connection.Draft{Reauthorize: c.ID})
	if v := b.get(c.ID); v.Status != core.StatusOK || !slices.Contains(v.Granted, "orders:write") {
		t.Errorf("%s, granted %q", v.Status, v.Granted)
	}
}

func TestA22TokensStayWithTheHostsOfTheService(t *testing.T) {
	other := signintest.NewServer(t)
	b := newBench(t)
	c := b.connect(b.draft()).Connection
	m := *b.get(c.ID).Service // the loader refuses such a manifest; here it is used all the same
	m.Verify.Request.Path, m.Verify.Request.URL = "", service.Template(other.URL+"/me")
	client := b.caller().For(&m, c)
	if _, _, err := client.Verify(t.Context()); err == nil {
		t.Error("another host was called")
	}
	if n := other.Counts().Calls; n != 0 {
		t.Errorf("another host got %d calls", n)
	}
}

func TestLockedVaultIsShown(t *testing.T) {
	b := newBench(t)
	c := b.connect(b.draft()).Connection
	b.mu.Lock()
	b.locked = true
	b.mu.Unlock()
	b.sealer.Lock(core.E(core.CodeKeyring, "", nil))
	if v := b.get(c.ID); v.Status != core.StatusLocked {
		t.Errorf("%s", v.Status)
	}
	if _, err := b.service.Verify(t.Context(), c.ID); core.CodeOf(err) != core.CodeKeyring {
		t.Error(err)
	}
	if b.get(c.ID).Health.Code != "" {
		t.Error("a locked vault was taken for a fault of the connection")
	}
}

func TestKeyThatIsLostAsksForASignInAndForTheSecret(t *testing.T) {
	b := newBench(t)
	d := b.draft()
	d.ClientID, d.ClientSecret = "own", core.NewSecret("the-secret")
	c := b.connect(d).Connection
	if err := b.store.SaveGrant(t.Context(), c.ID, 1, nil); err != nil { // wiped when the person started over
		t.Fatal(err)
	}
	if err := b.store.SaveClient(t.Context(), c.ID, nil); err != nil {
		t.Fatal(err)
	}
	if v := b.verify(c.ID); v.Status != core.StatusReauth {
		t.Errorf("%s", v.Status)
	}
	b.connect(connection.Draft{Reauthorize: c.ID, ClientSecret: core.NewSecret("the-secret")})
	row, err := b.store.LoadSealed(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if secrets, err := signin.UnsealClient(b.sealer, c.ID, row.Client); err != nil || secrets[signin.ClientSecretKey].Reveal() != "the-secret" {
		t.Error("the secret was not kept", err)
	}
}
