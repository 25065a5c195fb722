package signin_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

// noFollow asks for a page without going where it leads.
type noFollow struct{}

func (noFollow) location(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

func TestA1OpensTheSystemBrowserOnceTheListenerIsUp(t *testing.T) {
	b := newBench(t)
	var page signintest.Page
	b.browser.Before = func(link string) error {
		u, _ := url.Parse(link)
		page = b.browser.Get(t.Context(), u.Query().Get("redirect_uri"))
		return nil
	}
	a := b.begin()
	if page.Status != http.StatusBadRequest {
		t.Errorf("when the browser opened, the return address answered %d, %v", page.Status, page.Err)
	}
	if opened := b.browser.Opened(); len(opened) != 1 || opened[0] != a.URL() {
		t.Errorf("opened %d links", len(opened))
	}
	b.wait(a).Finish(nil)
}

func TestBrowserThatDoesNotOpenIsNotTheEnd(t *testing.T) {
	b := newBench(t)
	b.browser.Before = func(string) error { return errors.New("no browser") }
	a := b.begin()
	if core.CodeOf(a.BrowserErr()) != core.CodeBrowserFailed {
		t.Fatalf("got %v", a.BrowserErr())
	}
	b.browser.Before = nil
	if err := a.OpenAgain(t.Context()); err != nil || a.BrowserErr() != nil {
		t.Fatal(err, a.BrowserErr())
	}
	b.wait(a).Finish(nil)
}

func TestA2SendsAFreshChallenge(t *testing.T) {
	b := newBench(t)
	seen := map[string]bool{}
	for range 3 {
		a := b.begin()
		u, err := url.Parse(a.URL())
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || seen[q.Get("code_challenge")] {
			t.Fatalf("challenge %q by %q", q.Get("code_challenge"), q.Get("code_challenge_method"))
		}
		seen[q.Get("code_challenge")] = true
		b.wait(a).Finish(nil)
		form, _ := b.server.LastForm()
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if got := base64.RawURLEncoding.EncodeToString(sum[:]); got != q.Get("code_challenge") || len(form.Get("code_verifier")) != 43 {
			t.Fatal("the verifier does not belong to the challenge")
		}
	}
}

func TestA2LeavesTheChallengeOutWhereTheServiceBreaks(t *testing.T) {
	b := newBench(t)
	b.manifest.Auth[0].PKCE = "unsupported"
	a := b.begin()
	if strings.Contains(a.URL(), "code_challenge") {
		t.Error("a challenge was sent")
	}
	b.wait(a).Finish(nil)
	if form, _ := b.server.LastForm(); form.Has("code_verifier") {
		t.Error("a verifier was sent")
	}
}

func TestRequestSaysWhatTheManifestSays(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*service.Manifest, *signin.Request)
		key    string
		want   string
	}{
		{"scopes", func(*service.Manifest, *signin.Request) {}, "scope", "profile orders:read"},
		{"commas", func(m *service.Manifest, _ *signin.Request) {
			m.Auth[0].Authorize.Scope = &service.ScopeParam{Param: "user_scope", Separator: ","}
		}, "user_scope", "profile,orders:read"},
		{"plus", func(m *service.Manifest, _ *signin.Request) { m.Auth[0].Authorize.Scope.Separator = "+" }, "scope", "profile orders:read"},
		{"none", func(m *service.Manifest, _ *signin.Request) { m.Auth[0].Authorize.Scope = nil }, "scope", ""},
		{"extra", func(*service.Manifest, *signin.Request) {}, "prompt", "consent"},
		{"fixed client", func(*service.Manifest, *signin.Request) {}, "client_id", "linkdesk-test"},
		{"own client", func(_ *service.Manifest, r *signin.Request) { r.ClientID = "own" }, "client_id", "own"},
		{"kind", func(*service.Manifest, *signin.Request) {}, "response_type", "code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			a := b.begin(noBrowser, func(r *signin.Request) { c.change(b.manifest, r) })
			u, err := url.Parse(a.URL())
			if err != nil {
				t.Fatal(err)
			}
			if got := u.Query().Get(c.key); got != c.want {
				t.Errorf("%s is %q, want %q", c.key, got, c.want)
			}
		})
	}
}

func TestBeginSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*service.Auth)
		want   string
	}{
		{"client id", func(a *service.Auth) { a.Client = service.Client{ID: "required"} }, "Client ID"},
		{"client secret", func(a *service.Auth) { a.Client.Secret = "required" }, "Client Secret"},
		{"relay", func(a *service.Auth) { a.Redirect.Kinds = []string{"https_relay"} }, "web site"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			c.change(&b.manifest.Auth[0])
			_, err := b.client.Begin(t.Context(), b.request())
			if core.CodeOf(err) != core.CodeInvalid || !strings.Contains(core.AsError(err).Public, c.want) {
				t.Errorf("got %v", err)
			}
			if len(b.browser.Opened()) != 0 {
				t.Error("the browser opened")
			}
		})
	}
}

func TestA13RedirectIsTheSameInBothRequests(t *testing.T) {
	b := newBench(t)
	a := b.begin()
	u, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	b.wait(a).Finish(nil)
	form, _ := b.server.LastForm()
	if got, want := form.Get("redirect_uri"), u.Query().Get("redirect_uri"); got != want || !strings.HasPrefix(got, "http://127.0.0.1:") {
		t.Errorf("exchange said %q, the browser %q", got, want)
	}
}

func TestSignInGivesAGrantAndShowsItAfterFinish(t *testing.T) {
	b := newBench(t)
	o := b.wait(b.begin())
	g := o.Grant
	if g.AccessToken.Empty() || g.RefreshToken.Empty() || g.ClientID != "linkdesk-test" || strings.Join(g.Scopes, " ") != "profile orders:read" || !g.ReceivedAt.Equal(b.clock.Now()) {
		t.Errorf("got %+v", g)
	}
	if got := g.Expiry.Sub(g.ReceivedAt); got != hour {
		t.Errorf("lives %v", got)
	}
	o.Finish(nil)
	page := b.browser.Page(t)
	if page.Status != 200 || !strings.Contains(page.Body, "<h1>Fake shop is connected to Linkdesk</h1>") {
		t.Errorf("page %d: %v %s", page.Status, page.Err, page.Body)
	}
	if u, _ := url.Parse(page.URL); u.RawQuery != "" {
		t.Errorf("the address bar still shows %q", u.RawQuery)
	}
}

func TestPageWaitsForTheProof(t *testing.T) {
	b := newBench(t)
	o := b.wait(b.begin())
	o.Finish(core.E(core.CodeAccountMismatch, "", nil))
	if page := b.browser.Page(t); strings.Contains(page.Body, "is connected") || !strings.Contains(page.Body, "different account") {
		t.Errorf("page: %s", page.Body)
	}
}
