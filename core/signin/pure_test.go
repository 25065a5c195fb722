package signin

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

func TestMargin(t *testing.T) {
	now := time.Now()
	for _, c := range []struct{ life, want time.Duration }{
		{24 * time.Hour, 5 * time.Minute},
		{time.Hour, 5 * time.Minute},
		{30 * time.Minute, 3 * time.Minute},
		{10 * time.Minute, time.Minute},
		{5 * time.Minute, time.Minute},
		{2 * time.Minute, time.Minute},
		{time.Minute, 30 * time.Second},
		{10 * time.Second, 5 * time.Second},
	} {
		g := Grant{ReceivedAt: now, Expiry: now.Add(c.life)}
		if got := g.margin(); got != c.want {
			t.Errorf("a token of %v has a margin of %v, want %v", c.life, got, c.want)
		}
		if !g.fresh(now) || !g.fresh(g.Expiry.Add(-c.want)) || g.fresh(g.Expiry.Add(-c.want+1)) {
			t.Errorf("a token of %v is fresh at the wrong times", c.life)
		}
	}
	if !(Grant{ReceivedAt: now}).fresh(now.Add(1000 * time.Hour)) {
		t.Error("a token without a known end is not fresh")
	}
}

func TestA24OddAnswers(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	hour := at.Add(time.Hour)
	for _, c := range []struct {
		name, kind, body string
		rules            service.TokenResponse
		expiry           time.Time
		refresh          string
		scopes           []string
	}{
		{name: "usual", body: `{"access_token":"AT","refresh_token":"RT","expires_in":3600,"scope":"a b"}`, expiry: hour, refresh: "RT", scopes: []string{"a", "b"}},
		{name: "life as text", body: `{"access_token":"AT","expires_in":"3600"}`, expiry: hour},
		{name: "life as float", body: `{"access_token":"AT","expires_in":3600.0}`, expiry: hour},
		{name: "life with exponent", body: `{"access_token":"AT","expires_in":3.6e3}`, expiry: hour},
		{name: "life empty", body: `{"access_token":"AT","expires_in":""}`},
		{name: "life zero", body: `{"access_token":"AT","expires_in":0}`},
		{name: "life null", body: `{"access_token":"AT","expires_in":null}`},
		{name: "life negative", body: `{"access_token":"AT","expires_in":-1}`},
		{name: "life in words", body: `{"access_token":"AT","expires_in":"soon"}`},
		{name: "life a list", body: `{"access_token":"AT","expires_in":[3600]}`},
		{name: "life endless", body: `{"access_token":"AT","expires_in":1e300}`, expiry: at.Add(longestLife)},
		{name: "life unsaid, known from the manifest", body: `{"access_token":"AT"}`, rules: service.TokenResponse{Expires: service.Expires{In: "expires_in", After: "60m"}}, expiry: hour},
		{name: "end as a time", body: `{"access_token":"AT","expires_at":"2026-03-01T13:00:00Z"}`, rules: service.TokenResponse{Expires: service.Expires{At: "expires_at"}}, expiry: hour},
		{name: "end as a number", body: `{"access_token":"AT","expires_at":1772370000}`, rules: service.TokenResponse{Expires: service.Expires{At: "expires_at"}}, expiry: hour},
		{name: "never", body: `{"access_token":"AT","expires_in":3600}`, rules: service.TokenResponse{Expires: service.Expires{Never: true}}},
		{name: "plain text", kind: "text/plain; charset=utf-8", body: `{"access_token":"AT","expires_in":3600}`, expiry: hour},
		{name: "text/html", kind: "text/html", body: `{"access_token":"AT","expires_in":3600}`, expiry: hour},
		{name: "no type", kind: "", body: `{"access_token":"AT","expires_in":3600}`, expiry: hour},
		{name: "byte order mark", body: "\uFEFF" + `{"access_token":"AT","expires_in":3600}`, expiry: hour},
		{name: "blank lines", body: "\n\n" + `{"access_token":"AT","expires_in":3600}` + "\n", expiry: hour},
		{name: "nested as the manifest says", body: `{"authed_user":{"access_token":"AT","scope":"a,b"},"access_token":"bot"}`, rules: service.TokenResponse{AccessToken: "authed_user.access_token", Scope: "authed_user.scope"}, scopes: []string{"a", "b"}},
		{name: "nested unannounced", body: `{"ok":true,"data":{"access_token":"AT","refresh_token":"RT","expires_in":3600}}`, expiry: hour, refresh: "RT"},
		{name: "form", kind: "application/x-www-form-urlencoded", body: "access_token=AT&expires_in=3600&scope=a%2Cb&realm=00123", expiry: hour, scopes: []string{"a", "b"}},
		{name: "form as plain text", kind: "text/plain", body: "access_token=AT&refresh_token=RT", refresh: "RT"},
		{name: "scopes with commas and blanks", body: `{"access_token":"AT","scope":"a, b ,c"}`, scopes: []string{"a", "b", "c"}},
		{name: "scopes as a list", body: `{"access_token":"AT","scope":["a","b c"]}`, scopes: []string{"a", "b", "c"}},
		{name: "scopes null", body: `{"access_token":"AT","scope":null}`},
		{name: "error null", body: `{"access_token":"AT","error":null}`},
		{name: "error empty", body: `{"access_token":"AT","error":""}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind := c.kind
			if kind == "" && c.name != "no type" {
				kind = "application/json"
			}
			r, err := entry{Status: 200, Type: kind, Body: []byte(c.body), At: at}.read(&service.Auth{Response: c.rules})
			if err != nil {
				t.Fatal(err)
			}
			g := r.grant
			if g.AccessToken.Reveal() != "AT" || g.RefreshToken.Reveal() != c.refresh || !g.Expiry.Equal(c.expiry) || !slices.Equal(g.Scopes, c.scopes) {
				t.Errorf("access %q, refresh %q, expiry %v, scopes %q", g.AccessToken.Reveal(), g.RefreshToken.Reveal(), g.Expiry, g.Scopes)
			}
			if strings.Contains(c.body, "realm") && g.Extras["realm"] != "00123" {
				t.Errorf("extras %v", g.Extras)
			}
			for name, value := range g.Extras {
				if value == "AT" || value == "RT" {
					t.Errorf("the token is also an extra, %s", name)
				}
			}
		})
	}
}

func TestA24Refusals(t *testing.T) {
	for _, c := range []struct {
		status     int
		kind, body string
		want       core.Code
	}{
		{400, "application/json", `{"error":"invalid_grant","error_description":"canary"}`, core.CodeReauthRequired},
		{200, "application/json", `{"error":"invalid_grant"}`, core.CodeReauthRequired},
		{401, "application/json", `{"error":"invalid_grant"}`, core.CodeReauthRequired},
		{400, "application/x-www-form-urlencoded", `error=invalid_grant`, core.CodeReauthRequired},
		{500, "application/json", `{"error":"invalid_grant"}`, core.CodeServiceDown},
		{503, "text/html", `<h1>canary</h1>`, core.CodeServiceDown},
		{429, "application/json", `{"error":"invalid_grant"}`, core.CodeRateLimited},
		{401, "application/json", `{"error":"invalid_client"}`, core.CodeClientInvalid},
		{400, "application/json", `{"error":"unauthorized_client"}`, core.CodeClientInvalid},
		{401, "text/plain", `canary`, core.CodeClientInvalid},
		{400, "application/json", `{"error":"canary with spaces"}`, core.CodeDataUnexpected},
		{400, "application/json", `{"status":"BAD","message":"canary"}`, core.CodeDataUnexpected},
		{200, "application/json", `{"error":{"code":"try_again","message":"canary"}}`, core.CodeDataUnexpected},
		{200, "application/json", `{"error":{"error":"invalid_grant"}}`, core.CodeReauthRequired},
		{200, "application/json", `{"error":true,"access_token":"canary"}`, core.CodeDataUnexpected},
		{200, "text/html", `<h1>canary</h1>`, core.CodeDataUnexpected},
		{200, "application/json", `{"access_token":""}`, core.CodeDataUnexpected},
		{200, "application/json", `{"access_token":42}`, core.CodeDataUnexpected},
		{200, "application/json", `{"access_token":"canary`, core.CodeDataUnexpected},
		{200, "application/json", `"canary"`, core.CodeDataUnexpected},
		{200, "application/json", ``, core.CodeDataUnexpected},
		{307, "", ``, core.CodeDataUnexpected},
	} {
		_, err := entry{Status: c.status, Type: c.kind, Body: []byte(c.body)}.read(&service.Auth{})
		if no, ok := err.(*refusal); ok {
			err = refused("Shop", no, time.Time{})
		}
		if core.CodeOf(err) != c.want || strings.Contains(err.Error(), "canary") {
			t.Errorf("%d %s: %v, want %s", c.status, c.body, err, c.want)
		}
	}
}

func TestAnswersCaptureWithinTheirPattern(t *testing.T) {
	auth := &service.Auth{Response: service.TokenResponse{Capture: map[string]service.Capture{"host": {Path: "api.host", Pattern: "[a-z]+"}}}}
	good, err := entry{Status: 200, Type: "application/json", Body: []byte(`{"access_token":"AT","api":{"host":"eu"}}`)}.read(auth)
	if err != nil || good.captured["host"] != "eu" {
		t.Errorf("%v, %v", good.captured, err)
	}
	if _, err := (entry{Status: 200, Type: "application/json", Body: []byte(`{"access_token":"AT","api":{"host":"evil.com/"}}`)}).read(auth); core.CodeOf(err) != core.CodeDataUnexpected {
		t.Error(err)
	}
}

func TestAfterRefresh(t *testing.T) {
	now := time.Now()
	old := Grant{AccessToken: core.NewSecret("A1"), RefreshToken: core.NewSecret("R1"), RefreshExpiry: now.Add(time.Hour), Scopes: []string{"a"}, ClientID: "c", Extras: map[string]string{"x": "1", "y": "1"}}
	g := Grant{AccessToken: core.NewSecret("A2"), Extras: map[string]string{"x": "2"}}.after(old, false)
	if g.RefreshToken != old.RefreshToken || !g.RefreshExpiry.Equal(old.RefreshExpiry) || !slices.Equal(g.Scopes, old.Scopes) || g.ClientID != "c" || g.Extras["x"] != "2" || g.Extras["y"] != "1" {
		t.Errorf("what the answer left out was lost: %v %v %v", g.RefreshExpiry, g.Scopes, g.Extras)
	}
	later := now.Add(2 * time.Hour)
	fresh := Grant{RefreshToken: core.NewSecret("R2"), RefreshExpiry: later, Scopes: []string{"b"}}
	if g := fresh.after(old, true); g.RefreshToken.Reveal() != "R2" || !g.RefreshExpiry.Equal(later) || !slices.Equal(g.Scopes, []string{"b"}) {
		t.Error("what the answer said was not taken")
	}
	if g := fresh.after(old, false); !g.RefreshExpiry.Equal(old.RefreshExpiry) {
		t.Error("a life that does not begin anew did")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{"": 0, "x": 0, "-5": 0, "0": 0, "120": 2 * time.Minute, " 7 ": 7 * time.Second,
		"Sun, 01 Mar 2026 12:01:00 GMT": time.Minute, "Sun, 01 Mar 2026 11:00:00 GMT": 0, "99999999999": longestRetryAfter, "999999": longestRetryAfter} {
		got := retryAfter(header, now)
		if want == 0 && !got.IsZero() || want != 0 && got.Sub(now) != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

// FuzzJudge: without the right state no query is ours, and what is ours is
// shown as one line without controls.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{"", "code=a&state=S", "state=S&error=access_denied&error_description=no", "state=S&state=S", "state=%53&code=x", "code=x&state=", "%zz", "state=S&iss=x&code=y;z", "state=S&error=e&error_description=%E2%80%AE%00x"} {
		f.Add(seed, "S")
	}
	f.Fuzz(func(t *testing.T, query, state string) {
		c, v := judge(query, expectation{service: "Shop", state: state, rules: service.Callback{Capture: map[string]string{"x": "x"}}})
		values, err := url.ParseQuery(query)
		if v == ours && (err != nil || len(values["state"]) > 1 || values.Get("state") != state) {
			t.Errorf("%q is ours with the state %q", query, state)
		}
		if v == ours && (c.err == nil) == c.code.Empty() {
			t.Errorf("%q: neither a code nor an error, or both", query)
		}
		if c.err != nil && strings.ContainsAny(core.AsError(c.err).Public, "\x00\n\r\x1b\u202e") {
			t.Errorf("%q shows %q", query, core.AsError(c.err).Public)
		}
	})
}

// FuzzAnswer: no answer makes a grant without a token, or a life out of range.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{`{"access_token":"a"}`, `{"data":{"access_token":"a","expires_in":1e9}}`, "access_token=a&expires_in=5", "\uFEFF{}", `{"error":{"code":1}}`, `[]`, ``} {
		f.Add(seed, "application/json")
		f.Add(seed, "text/plain")
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body, kind string) {
		r, err := entry{Status: 200, Type: kind, Body: []byte(body), At: at}.read(&service.Auth{})
		if err != nil {
			return
		}
		if r.grant.AccessToken.Empty() || !r.grant.Expiry.IsZero() && (r.grant.Expiry.Before(at) || r.grant.Expiry.After(at.Add(longestLife))) {
			t.Errorf("%q: a grant until %v", body, r.grant.Expiry)
		}
	})
}
