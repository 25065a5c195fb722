package practice

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

func TestSignIn(t *testing.T) {
	h := open(t)
	back := h.approve(h.askFor(allReads, nil), ApproveOptions{})
	if back.Get("state") != "st&te/1" || back.Get("iss") != h.url || back.Get("error") != "" {
		t.Fatalf("callback: %v", back)
	}
	got := h.exchange(back.Get("code"))
	if got.Expires != 3600 || got.Scope != allReads {
		t.Errorf("tokens live %d s for %q", got.Expires, got.Scope)
	}
	status, _, body := h.get(got.Access, "/account")
	if status != 200 {
		t.Fatalf("account: %d %s", status, body)
	}
	contains(t, body, `"id":"acc_ada"`, `Ada Example, Willow \u0026 Pine`, `"ada@willow-pine.example"`, `"orders:read"`)
	if got := h.store.Requests(); got != (Requests{Exchanges: 1, API: 1}) {
		t.Errorf("requests %+v", got)
	}
}

// The scripted browser ends at the client's own listener, as a real one does.
func TestApproveOpensTheCallback(t *testing.T) {
	h := open(t)
	redirect, got := callbackServer(t)
	back, err := Approve(t.Context(), http.DefaultClient, h.askFor("orders:read", url.Values{"redirect_uri": {redirect}}), ApproveOptions{})
	if err != nil || !strings.HasPrefix(back, redirect+"?") {
		t.Fatalf("%q, %v", back, err)
	}
	if q := <-got; q.Get("code") == "" || q.Get("state") != "st&te/1" {
		t.Errorf("callback got %v", q)
	}
}

func TestAnswersAtTheSignIn(t *testing.T) {
	h := open(t)
	for name, c := range map[string]struct {
		change url.Values
		o      ApproveOptions
		want   string
	}{
		"denied":                  {o: ApproveOptions{Deny: true}, want: "access_denied"},
		"nothing ticked":          {o: ApproveOptions{Untick: strings.Fields(allReads)}, want: "access_denied"},
		"no challenge":            {change: url.Values{"code_challenge": nil}, want: "invalid_request"},
		"plain challenge":         {change: url.Values{"code_challenge_method": {"plain"}}, want: "invalid_request"},
		"no method":               {change: url.Values{"code_challenge_method": nil}, want: "invalid_request"},
		"short challenge":         {change: url.Values{"code_challenge": {"abc"}}, want: "invalid_request"},
		"state twice":             {change: url.Values{"state": {"a", "b"}}, want: "invalid_request"},
		"unknown scope":           {change: url.Values{"scope": {"orders:read everything"}}, want: "invalid_scope"},
		"no scope":                {change: url.Values{"scope": nil}, want: "invalid_scope"},
		"token instead of a code": {change: url.Values{"response_type": {"token"}}, want: "unsupported_response_type"},
	} {
		back := h.approve(h.askFor(allReads, c.change), c.o)
		if back.Get("error") != c.want || back.Has("code") || back.Get("iss") != h.url {
			t.Errorf("%s: %v, want error %s", name, back, c.want)
		}
	}
}

// A wrong client or way back is never sent on.
func TestLocalErrors(t *testing.T) {
	h := open(t)
	for name, change := range map[string]url.Values{
		"client":          {"client_id": {"someone"}},
		"no client":       {"client_id": nil},
		"two clients":     {"client_id": {ClientID, ClientID}},
		"no redirect":     {"redirect_uri": nil},
		"two redirects":   {"redirect_uri": {callback, callback}},
		"foreign host":    {"redirect_uri": {"http://example.com:80/callback"}},
		"near miss":       {"redirect_uri": {"http://127.0.0.1.example.com:80/callback"}},
		"https":           {"redirect_uri": {"https://127.0.0.1:9/callback"}},
		"user name":       {"redirect_uri": {"http://127.0.0.1:9@example.com:80/"}},
		"no port":         {"redirect_uri": {"http://127.0.0.1/callback"}},
		"fragment":        {"redirect_uri": {"http://127.0.0.1:9/callback#x"}},
		"own scheme":      {"redirect_uri": {"linkdesk:/callback"}},
		"script as state": {"client_id": {"<script>alert(1)</script>"}},
	} {
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		r, err := client.Get(h.askFor(allReads, change))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusBadRequest || r.Header.Get("Location") != "" {
			t.Errorf("%s: %d %q", name, r.StatusCode, r.Header.Get("Location"))
		}
	}
}

func TestCodeIsGoodOnce(t *testing.T) {
	h := open(t)
	newCode := func() string { return h.approve(h.askFor(allReads, nil), ApproveOptions{}).Get("code") }
	wrong := func(code, verifier, redirect string) string {
		return h.tokens(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier}}).Error
	}
	for name, try := range map[string]func(code string) string{
		"wrong verifier": func(c string) string { return wrong(c, challenge, callback) },
		"no verifier":    func(c string) string { return wrong(c, "", callback) },
		"other redirect": func(c string) string { return wrong(c, verifier, callback+"2") },
	} {
		code := newCode()
		if got := try(code); got != "invalid_grant" {
			t.Errorf("%s: %q", name, got)
		}
		if got := h.exchange(code); got.Error != "invalid_grant" {
			t.Errorf("%s did not use the code up", name)
		}
	}
	late := newCode()
	h.clock.move(codeLife + time.Second)
	if got := h.exchange(late); got.Error != "invalid_grant" {
		t.Error("a code lives too long")
	}
	code := newCode()
	first := h.exchange(code)
	if got := h.exchange(code); got.Error != "invalid_grant" {
		t.Error("a code worked twice")
	}
	if status, _, _ := h.get(first.Access, "/account"); status != 401 {
		t.Error("a code that came twice did not end what it gave")
	}
}

func TestUntickingGivesLess(t *testing.T) {
	h := open(t)
	got := h.signIn("orders:read orders:write segments:write", ApproveOptions{Untick: []string{"orders:write"}})
	if got.Scope != "orders:read segments:write" {
		t.Errorf("scope %q", got.Scope)
	}
	status, header, body := h.get(got.Access, "/customers")
	if status != 403 || !strings.Contains(header.Get("WWW-Authenticate"), `scope="customers:read"`) {
		t.Errorf("customers: %d %v", status, header)
	}
	contains(t, body, `"insufficient_scope"`, `"scope":"customers:read"`)
}

func TestPressingTwiceOrLate(t *testing.T) {
	h := open(t)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	begin := func() string {
		r, err := client.Get(h.askFor(allReads, nil))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		u, err := r.Location()
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("tx")
	}
	press := func(path string, form url.Values) int {
		r, err := client.PostForm(h.url+path, form)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	tx := begin()
	allow := url.Values{"tx": {tx}, "decision": {"allow"}, "scope": {"orders:read"}}
	if got := press("/signin/allow", allow); got != 303 || h.store.pending[tx] == nil {
		t.Errorf("allowing before choosing an account: %d", got)
	}
	press("/signin/account", url.Values{"tx": {tx}, "account": {"ada"}})
	if got := []int{press("/signin/allow", allow), press("/signin/allow", allow)}; got[0] != 303 || got[1] != 410 {
		t.Errorf("pressing twice: %v", got)
	}
	tx = begin()
	h.clock.move(signinLife + time.Second)
	if got := press("/signin/account", url.Values{"tx": {tx}, "account": {"ada"}}); got != 410 {
		t.Errorf("too late: %d", got)
	}
	if got := press("/signin/account", url.Values{"tx": {"guess"}, "account": {"ada"}}); got != 410 {
		t.Errorf("guessed: %d", got)
	}
}

func TestPagesAreLocked(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/", "/style.css", "/signin/account?tx=x", "/api/v1/account", "/nothing"} {
		r, err := http.Get(h.url + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		contains(t, r.Header.Get("Content-Security-Policy"), "default-src 'none'", "frame-ancestors 'none'", "form-action 'self' http://127.0.0.1:*")
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", path, r.Header)
		}
	}
	for _, host := range []string{"evil.example", "evil.example:80", "127.0.0.1:1", "127.0.0.1", "localhost.evil.example:80"} {
		r, err := http.NewRequest(http.MethodGet, h.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("host %s: %d", host, answer.StatusCode)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/desk/switch", strings.NewReader("all=off"))
	r.Host = strings.TrimPrefix(h.url, "http://")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	h.store.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a form of another site: %d", w.Code)
	}
}

func TestIPv6Callback(t *testing.T) {
	h := open(t)
	back, err := Approve(t.Context(), http.DefaultClient, h.askFor(allReads, url.Values{"redirect_uri": {"http://[::1]:9/cb"}}), ApproveOptions{Hold: true})
	if err != nil || !strings.HasPrefix(back, "http://[::1]:9/cb?") {
		t.Errorf("%q, %v", back, err)
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	h := open(t)
	at, stop, done := serve(t, h.store, "127.0.0.1:0")
	r, err := http.Get("http://" + at + "/.well-known/oauth-authorization-server")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + at + "/"); err == nil {
		t.Error("it still answers")
	}
	_, _, done = serve(t, h.store, "0.0.0.0:0")
	wantCode(t, <-done, core.CodeInternal)
}
