package authservertest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

// The checklist of oauth.md section 6, the authorization endpoint.
var authorizeCases = []Case{
	{"TestB01_UnknownAppOrAddressGetsAPage", unknownAppOrAddress},
	{"TestB02_AddressMustBeTheRegisteredOne", onlyRegistered},
	{"TestB03_RegistrationRefusesUnsafeAddresses", unsafeAddresses},
	{"TestB04_ProofMustBeS256", proofMustBeS256},
	{"TestB05_OnlyCodes", onlyCodes},
	{"TestB06_NeverMoreThanAskedOrTicked", neverMore},
	{"TestB07_EveryCodeIsAsked", everyCodeIsAsked},
	{"TestB08_QuestionsWaitAndEnd", questionsWaitAndEnd},
	{"TestB09_StateAndIssuer", stateAndIssuer},
	{"TestB10_NoFramesNoPrefetch", noFrames},
	{"TestB11_RepeatedParameters", repeatedParameters},
	{"TestB12_RedirectsAndPagesKeepQuiet", keepQuiet},
	{"TestP20_PageShowsBothAddresses", showsBoth},
}

func (w *World) noRedirect(what string, a Answer) {
	w.T.Helper()
	if a.Status != http.StatusBadRequest || a.To() != "" || !strings.Contains(a.Body, "This app may not ask") {
		w.T.Errorf("%s: %d to %q", what, a.Status, a.To())
	}
	if len(w.S.Consents().Pending()) != 0 {
		w.T.Errorf("%s: a question was put", what)
	}
}

func unknownAppOrAddress(w *World) {
	w.noRedirect("unknown app", w.Authorize("client_id", "nobody"))
	w.noRedirect("no app", w.Authorize("client_id", "-"))
	w.noRedirect("other address", w.Authorize("redirect_uri", "https://evil.example/cb"))
	w.noRedirect("no address", w.Authorize("redirect_uri", "-"))
	w.noRedirect("all wrong", w.Authorize("client_id", "<script>", "redirect_uri", "javascript:alert(1)", "response_type", "token", "scope", "x"))
	w.noRedirect("other address and no proof", w.Authorize("redirect_uri", "https://evil.example/cb", "code_challenge", "-"))
	unreadable := w.Get("/oauth/authorize?client_id=" + w.App.ClientID + "&redirect_uri=" + Callback + "&x=%zz")
	if w.noRedirect("unreadable query", unreadable); !strings.Contains(unreadable.Body, "cannot be read") {
		w.T.Errorf("unreadable query: %s", unreadable.Body)
	}
	w.noRedirect("no query", w.Get("/oauth/authorize"))
	if a := w.Authorize("client_id", "<script>alert(1)</script>"); strings.Contains(a.Body, "<script") {
		w.T.Error("the page holds a script")
	}
}

func onlyRegistered(w *World) {
	d := w.App.Draft
	d.RedirectURIs = []string{Callback, "http://127.0.0.1/cb", "http://[::1]:9/cb?a=b", "http://localhost:5678/cb"}
	_, err := w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	for uri, want := range map[string]bool{
		Callback: true, "http://127.0.0.1:41234/cb": true, "http://[::1]:41234/cb?a=b": true, "http://localhost:5678/cb": true,
		Callback + "/": false, "https://app.example:443/cb": false, "http://localhost:5679/cb": false, "http://127.0.0.1:41234/cb?a=b": false,
		"http://127.0.0.1@evil.example/cb": false, "http://127.0.0.1:80@evil.example/cb": false, "http://[::1]:1/cb": false,
	} {
		a := w.Authorize("redirect_uri", uri)
		if asked := len(w.S.Consents().Pending()) == 1; asked != want || want != (a.Status == http.StatusSeeOther) {
			w.T.Errorf("%s: %d, asked %v", uri, a.Status, asked)
		}
		for _, q := range w.S.Consents().Pending() {
			w.Decide(q, authserver.Decision{})
			if to := w.Get(a.To()).To(); !strings.HasPrefix(to, uri) {
				w.T.Errorf("%s went to %s", uri, to)
			}
		}
	}
}

func unsafeAddresses(w *World) {
	for _, uri := range []string{"https://a.example/#x", "https://a:b@a.example/", "https://*.example/", "http://a.example/cb", "myapp:/cb", "javascript:alert(1)", "data:text/html,x", "/cb", "//a.example/cb", ""} {
		d := w.App.Draft
		d.RedirectURIs = []string{uri}
		if _, err := w.S.EditApp(w.T.Context(), w.App.ID, d); core.CodeOf(err) != core.CodeInvalid {
			w.T.Errorf("%q: %v", uri, err)
		}
	}
	d := w.App.Draft
	d.RedirectURIs = []string{"  http://localhost:5678/rest/oauth2-credential/callback\n"}
	if a, err := w.S.EditApp(w.T.Context(), w.App.ID, d); err != nil || a.RedirectURIs[0] != "http://localhost:5678/rest/oauth2-credential/callback" {
		w.T.Errorf("a pasted address: %q, %v", a.RedirectURIs, err)
	}
}

// sentBack checks a redirect with an error and without a code.
func (w *World) sentBack(what string, a Answer, code string) {
	w.T.Helper()
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.To(), Callback+"?") || a.Query("error") != code || a.Query("code") != "" {
		w.T.Errorf("%s: %d to %q, want %s", what, a.Status, a.To(), code)
	}
}

func proofMustBeS256(w *World) {
	for name, changes := range map[string][]string{
		"plain": {"code_challenge_method", "plain"}, "no method": {"code_challenge_method", "-"}, "only a method": {"code_challenge", "-"},
		"short": {"code_challenge", Challenge[1:]}, "long": {"code_challenge", Challenge + "A"}, "letters": {"code_challenge", Challenge[1:] + "+"},
		"padded": {"code_challenge", Challenge[1:] + "="}, "small s": {"code_challenge_method", "s256"},
	} {
		w.sentBack(name, w.Authorize(changes...), "invalid_request")
	}
	w.Code("code_challenge", "-", "code_challenge_method", "-") // a confidential app may leave it out (n8n does)
	d := w.App.Draft
	d.RequirePKCE = true
	_, err := w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	w.sentBack("required by the switch", w.Authorize("code_challenge", "-", "code_challenge_method", "-"), "invalid_request")
	public, _ := w.Create(authserver.Draft{Name: "public", RedirectURIs: []string{Callback}, Scopes: core.Scopes(), Public: true})
	w.sentBack("a public app", w.Authorize("client_id", public.ClientID, "code_challenge", "-", "code_challenge_method", "-"), "invalid_request")
}

func onlyCodes(w *World) {
	for kind, code := range map[string]string{"token": "unsupported_response_type", "code token": "unsupported_response_type", "id_token": "unsupported_response_type", "-": "invalid_request"} {
		w.sentBack(kind, w.Authorize("response_type", kind), code)
	}
	w.sentBack("fragment", w.Authorize("response_mode", "fragment"), "invalid_request")
	w.sentBack("form", w.Authorize("response_mode", "form_post"), "invalid_request")
	for _, grant := range []string{"password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code", "implicit"} {
		w.Refused(grant, w.Post("/oauth/token", w.As("grant_type", grant, "username", "a", "password", "b")...), 400, "unsupported_grant_type")
	}
	w.Refused("none", w.Post("/oauth/token", w.As()...), 400, "invalid_request")
}

func neverMore(w *World) {
	d := w.App.Draft
	d.Scopes = []core.Scope{core.OrdersRead, core.CustomersRead}
	_, err := w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	for _, scope := range []string{"orders:read segments:write", "orders:write", "openid", "orders:read  customers:read", " ", "ORDERS:READ"} {
		w.sentBack(scope, w.Authorize("scope", scope), "invalid_scope")
	}
	q, page := w.Ask("scope", "orders:read")
	decide := w.S.Consents().Decide
	for name, no := range map[string]authserver.Decision{
		"more than asked":   {Allow: true, Scopes: []core.Scope{core.OrdersRead, core.CustomersRead}},
		"nothing":           {Allow: true},
		"an unknown time":   {Allow: true, Scopes: q.Scopes, For: "ever"},
		"an unknown scope":  {Allow: true, Scopes: []core.Scope{"all"}},
		"more than offered": {Allow: true, Scopes: []core.Scope{core.OrdersRead, core.SegmentsWrite}},
	} {
		if err := decide(w.T.Context(), q.ID, no); core.CodeOf(err) != core.CodeInvalid {
			w.T.Errorf("%s: %v", name, err)
		}
	}
	w.Decide(q, Yes(q)) // a wrong answer did not use the question up
	if a := w.Exchange(w.Get(page).Query("code")); a.text("scope") != "orders:read" {
		w.T.Errorf("got %s", a.Body)
	}
	q, page = w.Ask()
	w.Decide(q, authserver.Decision{Allow: true, Scopes: []core.Scope{core.OrdersRead, core.CustomersRead, core.OrdersRead}})
	if a := w.Exchange(w.Get(page).Query("code")); a.text("scope") != "customers:read orders:read" {
		w.T.Errorf("out of order and twice: %s", a.Body)
	}
	q, page = w.Ask("scope", "-") // all that is ticked; the person takes one away
	if !slices.Equal(q.Scopes, []core.Scope{core.CustomersRead, core.OrdersRead}) {
		w.T.Errorf("asked for %v", q.Scopes)
	}
	w.Decide(q, authserver.Decision{Allow: true, Scopes: []core.Scope{core.CustomersRead}})
	a := w.Exchange(w.Get(page).Query("code"))
	if access, _ := w.Both(a); a.text("scope") != "customers:read" || w.Get("/v1/orders:read", "Authorization", "Bearer "+access).Status != http.StatusForbidden {
		w.T.Errorf("a scope that was taken away was given: %s", a.Body)
	}
	d.Scopes = nil
	_, err = w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	w.sentBack("nothing ticked", w.Authorize("scope", "-"), "invalid_scope")
}

func everyCodeIsAsked(w *World) {
	public, _ := w.Create(authserver.Draft{Name: "public", RedirectURIs: []string{Callback}, Scopes: core.Scopes(), Public: true})
	for range 2 {
		q, _ := w.Ask("client_id", public.ClientID)
		if !slices.Equal(q.New, q.Scopes) {
			w.T.Errorf("a public app: new are %v of %v", q.New, q.Scopes)
		}
		w.Decide(q, Yes(q))
	}
	q, page := w.Ask()
	if q.AppInfo.Name != "n8n" || q.AppInfo.ClientID != w.App.ClientID || q.ReturnsTo != "app.example" || !q.AppInfo.Created.Equal(Start) ||
		!q.Asked.Equal(Start) || !q.Ends.Equal(Start.Add(5*time.Minute)) || !q.LastAllowed.IsZero() || !slices.Equal(q.New, q.Scopes) {
		w.T.Errorf("%+v", q)
	}
	w.Decide(q, authserver.Decision{Allow: true, Scopes: []core.Scope{core.OrdersRead}})
	if again, _ := w.Ask(); !slices.Equal(again.New, again.Scopes) {
		w.T.Errorf("a code that was not fetched counts as allowed before: %v", again.New)
	}
	w.Exchange(w.Get(page).Query("code"))
	w.Clock.Add(5 * time.Second)
	again, _ := w.Ask()
	if !slices.Equal(again.New, []core.Scope{core.CustomersRead}) || !again.LastAllowed.Equal(Start) {
		w.T.Errorf("new %v, last %v", again.New, again.LastAllowed)
	}
	if err := w.S.Consents().Decide(w.T.Context(), q.ID, Yes(q)); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("answered twice: %v", err)
	}
	if w.Get(page).Status != http.StatusGone {
		w.T.Error("the code was told twice")
	}
	_, page = w.Ask()
	w.Decide(again, Yes(again))
	w.Clock.Add(time.Second)
	if a := w.Get(page); a.Status != http.StatusOK {
		w.T.Errorf("another question's page: %d", a.Status)
	}
	q, page = w.Ask()
	w.Decide(q, Yes(q))
	w.Clock.Add(time.Minute)
	w.S.Consents().Sweep(w.T.Context())
	if a := w.Get(page); a.Status != http.StatusGone {
		w.T.Errorf("a page that comes back too late: %d", a.Status)
	}
}

func questionsWaitAndEnd(w *World) {
	ctx, consents := w.T.Context(), w.S.Consents()
	var pages []string
	for range 3 {
		_, page := w.Ask()
		pages = append(pages, page)
	}
	w.sentBack("a fourth", w.Authorize(), "temporarily_unavailable")
	if a := w.Get(pages[0]); a.Status != http.StatusOK || !strings.Contains(a.Body, `http-equiv="refresh" content="2"`) || !strings.Contains(a.Body, "“n8n wants to read your data”") {
		w.T.Errorf("the waiting page: %d %s", a.Status, a.Body)
	}
	all := consents.Pending()
	w.Decide(all[2], authserver.Decision{})
	w.sentBack("denied", w.Get(pages[2]), "access_denied")
	w.Clock.Add(4 * time.Second)
	w.Get(pages[1]) // loads itself again; the other one was closed
	w.Clock.Add(3 * time.Second)
	if consents.Sweep(ctx); len(consents.Pending()) != 2 {
		w.T.Error("a slow page counts as closed")
	}
	w.Clock.Add(time.Second)
	consents.Sweep(ctx)
	if left := consents.Pending(); len(left) != 1 || left[0].ID != all[1].ID {
		w.T.Fatalf("%d questions wait after one page was closed", len(left))
	}
	if err := consents.Decide(ctx, all[0].ID, Yes(all[0])); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("a withdrawn question was answered: %v", err)
	}
	for w.Clock.Now().Before(all[1].Ends.Add(-time.Second)) {
		w.Clock.Add(time.Second)
		w.Get(pages[1])
		consents.Sweep(ctx)
	}
	if len(consents.Pending()) != 1 {
		w.T.Error("the question did not wait for 5 minutes")
	}
	w.Clock.Add(time.Second)
	if err := consents.Decide(ctx, all[1].ID, Yes(all[1])); core.CodeOf(err) != core.CodeNotFound || len(consents.Pending()) != 0 {
		w.T.Errorf("a late answer: %v", err)
	}
	consents.Sweep(ctx)
	w.sentBack("too late", w.Get(pages[1]), "access_denied")
	if a := w.Get("/oauth/wait/unknown"); a.Status != http.StatusGone || !strings.Contains(a.Body, "This question has ended") {
		w.T.Errorf("an unknown page: %d", a.Status)
	}
	recent, err := consents.Recent(ctx, 9)
	w.must(err)
	var outcomes []authserver.Outcome
	for _, c := range recent {
		outcomes = append(outcomes, c.Outcome)
	}
	if !slices.Equal(outcomes, []authserver.Outcome{authserver.Denied, authserver.TimedOut, authserver.Withdrawn}) {
		w.T.Errorf("noted as %v", outcomes)
	}
}

func stateAndIssuer(w *World) {
	const state = "s t/&=+é%00<>\"';"
	if a := w.Authorize("state", state, "scope", "x"); a.Query("state") != state || a.Query("iss") != w.Base {
		w.T.Errorf("an error: %s", a.To())
	}
	if a := w.Authorize("state", "-", "scope", "x"); strings.Contains(a.To(), "state") {
		w.T.Errorf("a state that was not sent: %s", a.To())
	}
	for _, allow := range []bool{true, false} {
		q, page := w.Ask("state", state)
		w.Decide(q, authserver.Decision{Allow: allow, Scopes: q.Scopes})
		if a := w.Get(page); a.Query("state") != state || a.Query("iss") != w.Base || (a.Query("code") != "") != allow {
			w.T.Errorf("allowed %v: %s", allow, a.To())
		}
	}
}

func noFrames(w *World) {
	for name, headers := range map[string][]string{
		"frame": {"Sec-Fetch-Dest", "iframe"}, "image": {"Sec-Fetch-Dest", "image"}, "script": {"Sec-Fetch-Dest", "empty"},
		"prefetch": {"Sec-Purpose", "prefetch;prerender"}, "old prefetch": {"Purpose", "prefetch"},
	} {
		q := "/oauth/authorize?response_type=code&client_id=" + w.App.ClientID + "&redirect_uri=" + Callback
		if a := w.Get(q, headers...); a.Status != http.StatusForbidden || a.To() != "" || len(w.S.Consents().Pending()) != 0 {
			w.T.Errorf("%s: %d %s", name, a.Status, a.To())
		}
	}
	_, page := w.Ask()
	if a := w.Get(page, "Sec-Fetch-Dest", "iframe"); a.Status != http.StatusForbidden {
		w.T.Errorf("the waiting page in a frame: %d", a.Status)
	}
	if a := w.Get(page, "Sec-Fetch-Dest", "document"); a.Status != http.StatusOK {
		w.T.Errorf("the waiting page: %d", a.Status)
	}
	for _, path := range []string{page, "/oauth/authorize?response_type=code&client_id=" + w.App.ClientID + "&redirect_uri=" + Callback} {
		if a := w.Do("HEAD", path, ""); a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET" || len(w.S.Consents().Pending()) != 1 {
			w.T.Errorf("HEAD: %d", a.Status)
		}
	}
	if a := w.Do("POST", "/oauth/authorize", ""); a.Status != http.StatusMethodNotAllowed {
		w.T.Errorf("POST: %d", a.Status)
	}
}

func repeatedParameters(w *World) {
	base := "/oauth/authorize?response_type=code&client_id=" + w.App.ClientID + "&redirect_uri=" + Callback
	w.noRedirect("client_id", w.Get(base+"&client_id="+w.App.ClientID))
	w.noRedirect("redirect_uri", w.Get(base+"&redirect_uri=https://evil.example"))
	for _, name := range []string{"scope", "state", "response_type", "anything", "code_challenge"} {
		w.sentBack(name, w.Get(base+"&"+name+"=a&"+name+"=a"), "invalid_request")
	}
	form := pairs(w.As("grant_type", "authorization_code", "code", "x")...).Encode()
	for _, name := range []string{"code", "client_id", "grant_type", "anything"} {
		a := w.Do("POST", "/oauth/token", form+"&"+name+"=a&"+name+"=b", "Content-Type", "application/x-www-form-urlencoded")
		w.Refused("twice "+name, a, 400, "invalid_request")
	}
}

func keepQuiet(w *World) {
	q, page := w.Ask()
	pages := []Answer{w.Authorize("client_id", "x"), w.Get(page), w.Get("/oauth/wait/x"), w.Authorize("scope", "x"), w.Authorize("redirect_uri", "x")}
	w.Decide(q, Yes(q))
	pages = append(pages, w.Get(page))
	for i, a := range pages {
		csp := a.Header.Get("Content-Security-Policy")
		if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("X-Frame-Options") != "DENY" ||
			a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script") {
			w.T.Errorf("answer %d: %v", i, a.Header)
		}
		if strings.Contains(a.Body, "<script") || strings.Contains(a.Body, "src=") || strings.Contains(a.Body, "href=") {
			w.T.Errorf("answer %d: %s", i, a.Body)
		}
		if a.To() != "" && a.Status != http.StatusSeeOther {
			w.T.Errorf("answer %d: status %d", i, a.Status)
		}
		if a.Header.Get("Cross-Origin-Opener-Policy") != "" {
			w.T.Errorf("answer %d cuts the window of the sign-in from the one that opened it", i)
		}
	}
}

func showsBoth(w *World) {
	d := w.App.Draft
	d.RedirectURIs = []string{"http://localhost:5678/rest/oauth2-credential/callback", Callback}
	_, err := w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	a := w.Authorize("redirect_uri", d.RedirectURIs[0]+"/")
	w.noRedirect("a slash more", a)
	for _, text := range []string{"oauth2-credential/callback<mark>/</mark>", "<dt>Registered</dt><dd>http://localhost:5678/rest/oauth2-credential/callback</dd>"} {
		if !strings.Contains(a.Body, text) {
			w.T.Errorf("the page lacks %s:\n%s", text, a.Body)
		}
	}
	setup, err := w.S.Setup(w.T.Context(), w.App.ID)
	if err != nil || setup.Trouble != authserver.WrongRedirect || setup.Asked != d.RedirectURIs[0]+"/" || !setup.At.Equal(Start) {
		w.T.Errorf("%+v %v", setup, err)
	}
	if a := w.Authorize("redirect_uri", "-"); !strings.Contains(a.Body, "(none)") {
		w.T.Error("a missing address is not called so")
	}
	if a := w.Authorize("redirect_uri", Callback+"\u202e<b>"+strings.Repeat("x", 3000)); strings.Contains(a.Body, "<b>") || strings.Contains(a.Body, "\u202e") || len(a.Body) > 6000 {
		w.T.Error("the page shows what was sent as it came")
	}
}
