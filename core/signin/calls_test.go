package signin_test

import (
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func TestA15OneTimeCredentialsAreSentOnce(t *testing.T) {
	faults := map[string]func(*signintest.Switches){
		"503":      func(s *signintest.Switches) { s.TokenStatus = 503 },
		"401":      func(s *signintest.Switches) { s.TokenStatus = 401 },
		"EOF":      func(s *signintest.Switches) { s.TokenCut = true },
		"redirect": func(s *signintest.Switches) { s.TokenRedirect = "/token" },
		"no":       func(s *signintest.Switches) { s.TokenError = "invalid_grant" },
		"nonsense": func(s *signintest.Switches) {
			s.TokenAnswer = func(map[string]any) (string, string) { return "text/html", "<p>hello" }
		},
	}
	for name, fault := range faults {
		for _, style := range []string{"header", "body", "none"} {
			b := newBench(t)
			b.manifest.Auth[0].Token.Auth = style
			b.server.Set(fault)
			a := b.begin(func(r *signin.Request) { r.ClientSecret = core.NewSecret("s") })
			if _, err := a.Wait(t.Context()); err == nil {
				t.Errorf("%s, %s: no error", name, style)
			}
			if n := b.server.Counts().Exchanges; n != 1 {
				t.Errorf("%s, %s: the code was sent %d times", name, style, n)
			}
		}
		v := newVault(t)
		v.server.Set(fault)
		v.clock.Add(2 * hour)
		if _, err := v.tokens.Token(t.Context(), v.id); err == nil {
			t.Errorf("%s: no error", name)
		}
		v.refreshes(1)
	}
}

func TestA15CredentialsGoWhereTheManifestSays(t *testing.T) {
	for _, c := range []struct {
		style, body, secret string
		basic, inBody       bool
	}{
		{"header", "form", "s+cr/t", true, false},
		{"body", "form", "s+cr/t", false, true},
		{"body", "json", "s+cr/t", false, true},
		{"none", "form", "", false, false},
		{"header", "form", "", false, false}, // no secret: no empty Basic header
	} {
		b := newBench(t)
		b.manifest.Auth[0].Token.Auth, b.manifest.Auth[0].Token.Body = c.style, c.body
		b.wait(b.begin(func(r *signin.Request) { r.ClientSecret = core.NewSecret(c.secret) })).Finish(nil)
		form, header := b.server.LastForm()
		if got := strings.HasPrefix(header.Get("Authorization"), "Basic "); got != c.basic || form.Has("client_secret") != c.inBody || c.inBody && form.Get("client_secret") != c.secret {
			t.Errorf("%+v: basic %v, secret in the body %v", c, got, form.Has("client_secret"))
		}
		if header.Get("Accept") != "application/json" || (c.body == "json") != (header.Get("Content-Type") == "application/json") {
			t.Errorf("%+v: headers %v", c, header)
		}
		if !c.basic && form.Get("client_id") != "linkdesk-test" {
			t.Errorf("%+v: no client id", c)
		}
	}
}

func TestTokenAndRefreshParameters(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) {})
	v.manifest.Auth[0].Token.Params = map[string]service.Template{"audience": "api"}
	v.manifest.Auth[0].Token.Refresh = &service.RefreshCall{URL: service.Template(v.server.URL + "/token"), Params: map[string]service.Template{"expiring": "1"}}
	v.wait(v.begin()).Finish(nil)
	if form, _ := v.server.LastForm(); form.Get("audience") != "api" {
		t.Error("the exchange lacks a parameter")
	}
	v.clock.Add(2 * hour)
	v.token()
	form, _ := v.server.LastForm()
	if form.Get("expiring") != "1" || form.Has("code") || form.Get("grant_type") != "refresh_token" {
		t.Errorf("the refresh sent %d parameters", len(form))
	}
}

func TestA16TokenEndpointMustBeAHostOfTheService(t *testing.T) {
	for _, address := range []string{"http://shop.example/token", "https://evil.example/token", "http://127.0.0.1:1/token"} {
		b := newBench(t)
		b.manifest.Auth[0].Token.URL = service.Template(address)
		b.fails(b.begin(), core.CodeInvalid)
		if n := b.server.Counts(); n.Exchanges+n.Failed != 0 {
			t.Errorf("%s: %+v", address, n)
		}
	}
}

func TestA16RedirectsOfTheTokenEndpointAreNotFollowed(t *testing.T) {
	other := signintest.NewServer(t)
	b := newBench(t)
	b.server.Set(func(s *signintest.Switches) { s.TokenRedirect = other.URL + "/token" })
	b.fails(b.begin(), core.CodeDataUnexpected)
	if n := other.Counts(); n.Exchanges != 0 {
		t.Error("the code was sent on to another host")
	}
}

func TestA16LargeAnswersAreRefused(t *testing.T) {
	b := newBench(t)
	b.server.Set(func(s *signintest.Switches) {
		s.TokenAnswer = func(map[string]any) (string, string) {
			return "application/json", `{"access_token":"x","padding":"` + strings.Repeat("x", 2<<20) + `"}`
		}
	})
	b.fails(b.begin(), core.CodeServiceDown)
}
