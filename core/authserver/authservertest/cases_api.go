package authservertest

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/localhttp"
)

// The checklist of oauth.md section 6: the local server and the API. B39 is the
// race detector, the fuzz targets and the mutation run themselves.
var apiCases = []Case{
	{"TestB29_OnlyThisHost", onlyThisHost},
	{"TestB30_NoOtherSites", noOtherSites},
	{"TestB31_BearerOnlyFromTheHeader", bearerOnlyFromHeader},
	{"TestB32_EachScopeOpensItsOwnDoor", eachScope},
	{"TestB33_MetadataIsTrue", metadataIsTrue},
	{"TestB33_TheIssuerIsWhereTheCallerCame", issuerOfTheCaller},
	{"TestB34_NoOtherPort", noOtherPort},
	{"TestB35_FailuresAreLimited", failuresLimited},
	{"TestB35_CallsAreLimited", callsLimited},
	{"TestB35_QuestionsAreLimited", questionsLimited},
	{"TestB36_SlowRequest", slowRequest},
	{"TestB37_StoppingEndsQuestions", stoppingEndsQuestions},
	{"TestB38_AccessCanBeSeenAndRemoved", seenAndRemoved},
	{"TestB38_StopEndsReading", stopEndsReading},
	{"TestB40_RandomTokens", randomTokens},
}

func onlyThisHost(w *World) {
	for _, path := range []string{"/oauth/authorize", authserver.MetadataPath, "/oauth/wait/x", "/v1/me"} {
		for _, host := range []string{"evil.example", "127.0.0.1", "127.0.0.1.evil.example:80", strings.TrimPrefix(w.Base, "http://") + ".evil.example"} {
			if a := w.Get(path, "Host", host); a.Status != http.StatusMisdirectedRequest {
				w.T.Errorf("%s as %s: %d", path, host, a.Status)
			}
		}
	}
	if !strings.HasPrefix(w.Base, "http://127.0.0.1:") {
		w.T.Errorf("listens at %s", w.Base)
	}
}

func noOtherSites(w *World) {
	_, refresh := w.Tokens()
	body := pairs(w.As("grant_type", "refresh_token", "refresh_token", refresh)...).Encode()
	for _, h := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		a := w.Do("POST", "/oauth/token", body, append(h, "Content-Type", "application/x-www-form-urlencoded")...)
		if a.Status != http.StatusForbidden {
			w.T.Errorf("%v: %d", h, a.Status)
		}
	}
	for _, path := range []string{"/oauth/token", "/v1/me", authserver.MetadataPath} {
		a := w.Do("OPTIONS", path, "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
		if a.Status != http.StatusMethodNotAllowed {
			w.T.Errorf("OPTIONS %s: %d", path, a.Status)
		}
		for name := range a.Header {
			if strings.HasPrefix(name, "Access-Control") {
				w.T.Errorf("%s: %s", path, name)
			}
		}
	}
	w.Both(w.Refresh(refresh))
}

func bearerOnlyFromHeader(w *World) {
	access, refresh := w.Tokens()
	is := func(what string, a Answer, code string) {
		w.T.Helper()
		if a.Status != http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") != `Bearer realm="Linkdesk"`+code || a.Header.Get("Content-Type") != "application/problem+json" {
			w.T.Errorf("%s: %d %s", what, a.Status, a.Header.Get("WWW-Authenticate"))
		}
	}
	const bad = `, error="invalid_token"`
	is("nothing", w.Get("/v1/me"), "")
	is("query", w.Get("/v1/me?access_token="+access), "")
	is("both", w.Get("/v1/me?access_token="+access, "Authorization", "Bearer "+access), "")
	is("body", w.Do("POST", "/v1/me", "access_token="+access, "Content-Type", "application/x-www-form-urlencoded"), "")
	is("Basic", w.Get("/v1/me", "Authorization", "Basic "+access), "")
	is("bare", w.Get("/v1/me", "Authorization", access), "")
	is("two", w.Get("/v1/me", "Authorization", "Bearer "+access, "Authorization", "Bearer "+access), "")
	is("renewal key", w.Get("/v1/me", "Authorization", "Bearer "+refresh), bad)
	is("empty", w.Get("/v1/me", "Authorization", "Bearer"), "")
	is("a letter less", w.Get("/v1/me", "Authorization", "Bearer "+access[:len(access)-1]), bad)
	if a := w.Get("/v1/me", "Authorization", "bearer "+access); a.Status != http.StatusOK {
		w.T.Errorf("small letters: %d", a.Status)
	}
}

func eachScope(w *World) {
	for _, has := range core.Scopes() {
		access, _ := w.Tokens("scope", string(has))
		for _, needs := range core.Scopes() {
			a := w.Get("/v1/"+string(needs), "Authorization", "Bearer "+access)
			switch {
			case has == needs && (a.Status != http.StatusOK || a.Body != w.App.ClientID):
				w.T.Errorf("%s at its own door: %d %s", has, a.Status, a.Body)
			case has != needs && (a.Status != http.StatusForbidden || a.Header.Get("WWW-Authenticate") != `Bearer realm="Linkdesk", error="insufficient_scope", scope="`+string(needs)+`"`):
				w.T.Errorf("%s at %s: %d %s", has, needs, a.Status, a.Header.Get("WWW-Authenticate"))
			}
		}
		if !w.Works(access) {
			w.T.Errorf("%s at the door for all", has)
		}
		w.Clock.Add(time.Minute)
	}
}

func metadataIsTrue(w *World) {
	m := w.Get(authserver.MetadataPath)
	if m.Status != 200 || m.Header.Get("Content-Type") != "application/json" || m.text("issuer") != w.Base || m.JSON["authorization_response_iss_parameter_supported"] != true {
		w.T.Fatalf("%d %s", m.Status, m.Body)
	}
	for name, want := range map[string]string{
		"scopes_supported": "[stores:read customers:read orders:read products:read segments:read segments:write]", "response_types_supported": "[code]",
		"grant_types_supported": "[authorization_code refresh_token]", "code_challenge_methods_supported": "[S256]", "response_modes_supported": "[query]",
		"token_endpoint_auth_methods_supported":         "[client_secret_basic client_secret_post none]",
		"revocation_endpoint_auth_methods_supported":    "[client_secret_basic client_secret_post none]",
		"introspection_endpoint_auth_methods_supported": "[client_secret_basic client_secret_post]",
	} {
		if got := fmt.Sprint(m.JSON[name]); got != want {
			w.T.Errorf("%s: %s", name, got)
		}
	}
	for name, want := range map[string]int{"token_endpoint": 400, "revocation_endpoint": 400, "introspection_endpoint": 400} {
		if a := w.Do("POST", m.text(name), "", "Content-Type", "application/x-www-form-urlencoded"); a.Status != want {
			w.T.Errorf("%s: %d", name, a.Status)
		}
	}
	if a := w.Get(m.text("authorization_endpoint")); a.Status != 400 || !strings.Contains(a.Body, "This app may not ask") {
		w.T.Errorf("authorization_endpoint: %d", a.Status)
	}
}

// A container is told the address that containers use, in all that names one; the
// answer to a question names the one it was asked at, wherever its page goes.
func issuerOfTheCaller(w *World) {
	w.must(w.local.Apply(w.T.Context(), localhttp.Setting{Reach: localhttp.Docker}))
	w.Base = w.local.Origin()
	inside := w.local.State().Docker
	host := strings.TrimPrefix(inside, "http://")
	if got := w.Get(authserver.MetadataPath, "Host", host); got.text("issuer") != inside || got.text("token_endpoint") != inside+"/oauth/token" {
		w.T.Errorf("metadata: %s", got.Body)
	}
	for _, allow := range []bool{true, false} {
		a := w.Authorize("Host", host)
		q := w.S.Consents().Pending()[0]
		d := Yes(q)
		d.Allow = allow
		w.Decide(q, d)
		if got := w.Get(a.To()); got.Query("iss") != inside || (got.Query("code") != "") != allow {
			w.T.Errorf("allowed %v: to %s, want iss %s", allow, got.To(), inside)
		}
	}
	if a := w.Authorize("scope", "everything", "Host", host); a.Query("iss") != inside {
		w.T.Errorf("a refusal: %s", a.To())
	}
	access, _ := w.Tokens()
	told := w.Do("POST", "/oauth/introspect", pairs(w.As("token", access)...).Encode(), "Host", host, "Content-Type", "application/x-www-form-urlencoded")
	if told.text("iss") != inside {
		w.T.Errorf("introspection: %s", told.Body)
	}
}

func noOtherPort(w *World) {
	_, port, _ := strings.Cut(strings.TrimPrefix(w.Base, "http://"), ":")
	var n int
	fmt.Sscan(port, &n)
	second := localhttp.New(localhttp.Options{Setting: localhttp.Setting{Port: n}, Log: quiet()})
	err := second.Start(w.T.Context())
	if core.CodeOf(err) != core.CodePortBlocked || second.State().On {
		w.T.Errorf("%v, on %v", err, second.State().On)
	}
}

func (w *World) tooMany(what string, a Answer) {
	w.T.Helper()
	if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") == "" || a.Error() != "temporarily_unavailable" {
		w.T.Errorf("%s: %d %s Retry-After %q", what, a.Status, a.Body, a.Header.Get("Retry-After"))
	}
}

func failuresLimited(w *World) {
	_, refresh := w.Tokens()
	for _, name := range []string{w.App.ClientID, "nobody"} {
		for range 10 {
			w.Refused("wrong secret", w.Exchange("x", "client_id", name, "client_secret", "y"), 401, "invalid_client")
		}
		w.Clock.Add(20 * time.Second)
		a := w.Exchange("x", "client_id", name, "client_secret", "y")
		if w.tooMany("an eleventh", a); a.Header.Get("Retry-After") != "40" {
			w.T.Errorf("wait %s", a.Header.Get("Retry-After"))
		}
		w.Clock.Add(-20 * time.Second)
	}
	w.Both(w.Refresh(refresh)) // the right secret is always let in
	if _, page := w.Ask(); w.Get(page).Status != 200 {
		w.T.Error("the person is locked out")
	}
	w.Clock.Add(time.Minute)
	w.Refused("a minute later", w.Exchange("x", "client_secret", "y"), 401, "invalid_client")
}

func callsLimited(w *World) {
	for range 60 {
		w.Refused("control", w.Exchange("x"), 400, "invalid_grant")
	}
	w.tooMany("the 61st", w.Exchange("x"))
	other := w.other()
	w.Refused("another app", w.Exchange("x", other...), 400, "invalid_grant")
	w.Clock.Add(time.Minute)
	w.Refused("a minute later", w.Exchange("x"), 400, "invalid_grant")
	w.Clock.Add(-time.Hour)
	w.Refused("with the clock set back", w.Exchange("x"), 400, "invalid_grant")
}

func questionsLimited(w *World) {
	for range 10 {
		q, _ := w.Ask()
		w.Decide(q, authserver.Decision{})
	}
	w.sentBack("an eleventh question", w.Authorize(), "temporarily_unavailable")
	w.Clock.Add(time.Minute)
	w.Ask()
}

func slowRequest(w *World) {
	c, err := net.Dial("tcp", strings.TrimPrefix(w.Base, "http://"))
	w.must(err)
	defer c.Close()
	fmt.Fprintf(c, "GET /oauth/authorize HTTP/1.1\r\nHost: %s\r\nX-Large: %s\r\n\r\n", strings.TrimPrefix(w.Base, "http://"), strings.Repeat("x", 40<<10))
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || !strings.Contains(line, "431") {
		w.T.Errorf("40 KiB of headers: %q %v", line, err)
	}
}

func stoppingEndsQuestions(w *World) {
	q, page := w.Ask()
	code := w.Code()
	old := w.Base
	w.Restart()
	if len(w.S.Consents().Pending()) != 0 {
		w.T.Error("a question outlived the program")
	}
	if err := w.S.Consents().Decide(w.T.Context(), q.ID, Yes(q)); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("answered after: %v", err)
	}
	if a := w.Get(page); a.Status != http.StatusGone {
		w.T.Errorf("its page: %d", a.Status)
	}
	if old != w.Base {
		if c, err := net.Dial("tcp", strings.TrimPrefix(old, "http://")); err == nil {
			c.Close()
			w.T.Error("the old server still listens")
		}
	}
	w.Both(w.Exchange(code)) // what was given stays given
	w.Ask()
	w.Crash()
	recent, err := w.S.Consents().Recent(w.T.Context(), 9)
	if err != nil || len(recent) != 3 || recent[0].Outcome != authserver.Interrupted || recent[1].Outcome != authserver.Allowed || recent[2].Outcome != authserver.Interrupted {
		w.T.Errorf("%+v %v", recent, err)
	}
}

func seenAndRemoved(w *World) {
	ctx := w.T.Context()
	q, page := w.Ask()
	w.Decide(q, authserver.Decision{Allow: true, Scopes: []core.Scope{core.OrdersRead}, HidePersonal: true, For: authserver.OneHour})
	one, _ := w.Both(w.Exchange(w.Get(page).Query("code")))
	w.Clock.Add(time.Second)
	two, _ := w.Tokens()
	w.Clock.Add(time.Second)
	if !w.Works(one) {
		w.T.Fatal("no access")
	}
	a, err := w.S.Check(ctx, one)
	if err != nil || !a.HidePersonal || a.App != w.App.ID || a.ClientID != w.App.ClientID || !slices.Equal(a.Scopes, []core.Scope{core.OrdersRead}) {
		w.T.Errorf("%+v %v", a, err)
	}
	other, _ := w.Create(authserver.Draft{Name: "other", RedirectURIs: []string{Callback}})
	if o, err := w.S.App(ctx, other.ID); err != nil || !o.LastUsed.IsZero() {
		w.T.Errorf("an app that read nothing: %+v %v", o, err)
	}
	seen := func() []authserver.Grant {
		w.T.Helper()
		grants, err := w.S.Grants(ctx, w.App.ID)
		w.must(err)
		if len(grants) != 2 {
			w.T.Fatalf("%d grants", len(grants))
		}
		return grants
	}
	for range 2 { // before and after the uses are written
		g := seen()[1]
		if g.ID != a.Grant || !g.LastUsed.Equal(w.Clock.Now()) || !g.Created.Equal(Start) || g.For != authserver.OneHour || !g.HidePersonal || !g.Ends.Equal(Start.Add(time.Hour)) || !seen()[0].LastUsed.IsZero() {
			w.T.Errorf("%+v", g)
		}
		if app, err := w.S.App(ctx, w.App.ID); err != nil || !app.LastUsed.Equal(w.Clock.Now()) {
			w.T.Errorf("%+v %v", app.LastUsed, err)
		}
		if apps, err := w.S.Apps(ctx); err != nil || len(apps) != 2 || !apps[0].LastUsed.Equal(w.Clock.Now()) {
			w.T.Errorf("%+v %v", apps, err)
		}
		w.must(w.S.Flush(ctx))
	}
	w.must(w.S.RevokeGrant(ctx, a.Grant))
	if w.Works(one) || !w.Works(two) {
		w.T.Error("removing one access")
	}
	if g := seen()[1]; g.Why != authserver.EndedByPerson || !g.Revoked.Equal(w.Clock.Now()) || g.Live(w.Clock.Now()) {
		w.T.Errorf("%+v", g)
	}
	w.Code() // allowed and not fetched: not shown
	seen()
	w.must(w.S.RevokeApp(ctx, w.App.ID))
	if w.Works(two) {
		w.T.Error("removing all access")
	}
	for _, err := range []error{w.S.RevokeGrant(ctx, "x"), w.S.RevokeApp(ctx, "x")} {
		if core.CodeOf(err) != core.CodeNotFound {
			w.T.Errorf("unknown: %v", err)
		}
	}
}

func randomTokens(w *World) {
	access, _ := w.Tokens()
	for i := range 300 {
		token := fmt.Sprintf("ldaccess%052d", i)
		if _, err := w.S.Check(w.T.Context(), token); err != authserver.ErrInvalidToken {
			w.T.Fatalf("%s: %v", token, err)
		}
	}
	for _, path := range []string{"/v1/me", "/v1/orders:read"} {
		if a := w.Get(path); a.Status != http.StatusUnauthorized {
			w.T.Errorf("%s without a token: %d", path, a.Status)
		}
	}
	if !w.Works(access) {
		w.T.Error("the right token does not work any more")
	}
	c := w.Config(core.OrdersRead)
	if a := w.Get(c.AuthCodeURL("x", oauth2.S256ChallengeOption(Verifier))); !strings.HasPrefix(a.To(), "/oauth/wait/") || len(w.S.Consents().Pending()) != 1 {
		w.T.Errorf("another user of the computer: %d %s", a.Status, a.To())
	}
}
