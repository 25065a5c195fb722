package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func TestA3StateIsLongAndUsedOnce(t *testing.T) {
	b := newBench(t)
	seen := map[string]bool{}
	for range 20 {
		a := b.begin(noBrowser)
		u, err := url.Parse(a.URL())
		if err != nil {
			t.Fatal(err)
		}
		state := u.Query().Get("state")
		if len(state) < 43 || seen[state] { // 43 base64 digits are 256 bits
			t.Fatalf("state %q", state)
		}
		seen[state] = true
		a.Cancel()
	}
}

func TestA3StateOfASleptThroughSignInIsWorthless(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	answer := b.answer(a)
	b.clock.Add(6 * 60 * 1e9) // timers do not run while a computer sleeps
	if page := b.browser.Get(t.Context(), b.callback(a, answer)); page.Status != http.StatusGone {
		t.Errorf("got page %d", page.Status)
	}
	b.fails(a, core.CodeConsentTimeout)
	if n := b.server.Counts().Exchanges; n != 0 {
		t.Errorf("%d exchanges", n)
	}
}

func TestA4IssuerMustBeTheRightOne(t *testing.T) {
	for _, c := range []struct {
		issuer string
		looked bool
		good   bool
	}{
		{"", true, true}, {"none", true, false}, {"https://evil.example", true, false}, {"https://evil.example", false, true}, {"none", false, true},
	} {
		b := newBench(t)
		b.server.Set(func(s *signintest.Switches) { s.Issuer = c.issuer })
		if !c.looked {
			b.manifest.Auth[0].Issuer = ""
		}
		a := b.begin()
		if c.good {
			b.wait(a).Finish(nil)
			continue
		}
		b.fails(a, core.CodeDataUnexpected)
		if n := b.server.Counts().Exchanges; n != 0 {
			t.Errorf("issuer %q: %d exchanges", c.issuer, n)
		}
	}
}

func TestA8OnlyAPersonsGetOnTheExactPathCounts(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	good := b.callback(a, b.answer(a))
	origin := strings.SplitAfter(good, "/callback")[0]
	origin = strings.TrimSuffix(origin, "/callback")
	query := "?" + strings.SplitN(good, "?", 2)[1]
	for _, c := range []struct {
		name, method, url string
		headers           []string
		want              int
	}{
		{"favicon", "GET", origin + "/favicon.ico", nil, 404},
		{"root", "GET", origin + "/" + query, nil, 404},
		{"longer path", "GET", origin + "/callback/" + query, nil, 404},
		{"other case", "GET", origin + "/Callback" + query, nil, 404},
		{"head", "HEAD", good, nil, 405},
		{"post", "POST", good, nil, 405},
		{"options", "OPTIONS", good, nil, 405},
		{"prefetch", "GET", good, []string{"Sec-Purpose", "prefetch"}, 403},
		{"prerender", "GET", good, []string{"Sec-Purpose", "prefetch;prerender"}, 403},
		{"old prefetch", "GET", good, []string{"Purpose", "prefetch"}, 403},
		{"frame", "GET", good, []string{"Sec-Fetch-Dest", "iframe"}, 403},
		{"picture", "GET", good, []string{"Sec-Fetch-Dest", "image"}, 403},
		{"script", "GET", good, []string{"Sec-Fetch-Dest", "empty"}, 403},
	} {
		if page := b.browser.Do(t.Context(), c.method, c.url, c.headers...); page.Status != c.want || page.Body != "" {
			t.Errorf("%s: page %d %q, want %d; %v", c.name, page.Status, page.Body, c.want, page.Err)
		}
	}
	if n := b.server.Counts().Exchanges; n != 0 {
		t.Fatalf("%d exchanges", n)
	}
	if err := a.Paste(t.Context(), good); err != nil { // none of it has used the state up
		t.Fatal(err)
	}
	b.wait(a).Finish(nil)
}

func TestA9WrongStateIsIgnoredAndASecondCallbackIsTooLate(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	for _, query := range []string{"", "code=x", "code=x&state=", "code=x&state=wrong", "error=access_denied&state=wrong", "error=access_denied"} {
		if page := b.browser.Get(t.Context(), b.callback(a, query)); page.Status != http.StatusBadRequest || !strings.Contains(page.Body, "another sign-in") {
			t.Errorf("%q: page %d", query, page.Status)
		}
	}
	if n := <-a.Notices(); n != signin.NoticeForeign {
		t.Errorf("notice %q", n)
	}
	good := b.callback(a, b.answer(a))
	first := make(chan signintest.Page, 1)
	go func() { first <- b.browser.Get(t.Context(), good) }()
	o := b.wait(a)
	if page := b.browser.Get(t.Context(), good); page.Status != http.StatusGone || !strings.Contains(page.Body, "This sign-in has ended") {
		t.Errorf("replay: page %d %s", page.Status, page.Body)
	}
	if n := b.server.Counts().Exchanges; n != 1 {
		t.Errorf("%d exchanges", n)
	}
	o.Finish(nil)
	if page := <-first; page.Status != 200 || !strings.Contains(page.Body, "is connected") {
		t.Errorf("the first tab shows %d %s %v", page.Status, page.Body, page.Err)
	}
}

func TestA9OneOfManyCallbacksWins(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	good := b.callback(a, b.answer(a))
	pages := make(chan signintest.Page, 16)
	for range cap(pages) {
		go func() { pages <- b.browser.Get(t.Context(), good) }()
	}
	b.wait(a).Finish(nil)
	won := 0
	for range cap(pages) {
		if page := <-pages; page.Status == 200 {
			won++
		}
	}
	if n := b.server.Counts().Exchanges; n != 1 || won != 1 {
		t.Errorf("%d exchanges, %d pages of success", n, won)
	}
}

func TestA10RepeatedParametersAreIgnored(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	answer := b.answer(a)
	for _, query := range []string{answer + "&code=other", answer + "&state=other", "state=x&" + answer, answer + "&iss=a", "unknown=1&unknown=2&" + answer, answer + "&%zz"} {
		if page := b.browser.Get(t.Context(), b.callback(a, query)); page.Status != http.StatusBadRequest {
			t.Errorf("page %d", page.Status)
		}
	}
	if err := a.Paste(t.Context(), b.callback(a, answer)); err != nil {
		t.Fatal(err)
	}
	b.wait(a).Finish(nil)
}

func TestA11ErrorsEndTheSignInInPlainWords(t *testing.T) {
	long := strings.Repeat("ü", 500)
	for _, c := range []struct {
		name, text string
		want       core.Code
		shown      string
	}{
		{"access_denied", "no", core.CodeConsentDenied, ""},
		{"unauthorized_client", "", core.CodeClientInvalid, ""},
		{"temporarily_unavailable", "", core.CodeServiceDown, ""},
		{"server_error", "", core.CodeServiceDown, ""},
		{"invalid_scope", "orders is unknown", core.CodeScopeMissing, "orders is unknown"},
		{"something_else", "<b>bold</b>\nnext\u202eline", core.CodeDataUnexpected, "<b>bold</b>nextline"},
		{"something_else", long, core.CodeDataUnexpected, strings.Repeat("ü", 199) + "…"},
		{"<script>alert(1)</script>", "<script>alert(2)</script>", core.CodeDataUnexpected, "<script>alert(2)</script>"},
	} {
		b := newBench(t)
		b.server.Set(func(s *signintest.Switches) { s.Deny, s.DenyText = c.name, c.text })
		err := core.AsError(b.fails(b.begin(), c.want))
		if !strings.Contains(err.Public, c.shown) || utf8.RuneCountInString(err.Public) > 300 || strings.Contains(err.Public, "_") {
			t.Errorf("%s: public %q", c.name, err.Public)
		}
		if page := b.browser.Page(t); page.Status != 200 || strings.Contains(page.Body, "script") || strings.Contains(page.Body, "bold") || strings.Contains(page.Body, "is connected") {
			t.Errorf("%s: page %d %s", c.name, page.Status, page.Body)
		}
	}
}

func TestDeniedPage(t *testing.T) {
	b := newBench(t)
	b.server.Set(func(s *signintest.Switches) { s.Deny = "access_denied" })
	b.fails(b.begin(), core.CodeConsentDenied)
	if page := b.browser.Page(t); !strings.Contains(page.Body, "Access was not allowed") || !strings.Contains(page.Body, "Nothing was changed") {
		t.Errorf("page: %s", page.Body)
	}
}

func TestCallbackCapturesWhatTheManifestNames(t *testing.T) {
	b := newBench(t)
	b.manifest.Auth[0].Callback = service.Callback{Capture: map[string]string{"realm_id": "realmId"}}
	b.server.Set(func(s *signintest.Switches) { s.AuthorizeExtras = url.Values{"realmId": {"00123"}} })
	o := b.wait(b.begin())
	o.Finish(nil)
	if o.Captured["realm_id"] != "00123" || o.Grant.Extras["realm_id"] != "00123" {
		t.Errorf("captured %v, extras %v", o.Captured, o.Grant.Extras)
	}
	b.server.Set(func(s *signintest.Switches) { s.AuthorizeExtras = nil })
	b.fails(b.begin(), core.CodeDataUnexpected)
}

func TestCodeUnderAnotherName(t *testing.T) {
	b := newBench(t)
	b.manifest.Auth[0].Callback.CodeParam = "spapi_oauth_code"
	a := b.begin(noBrowser)
	answer := strings.Replace(b.answer(a), "code=", "spapi_oauth_code=", 1)
	if err := a.Paste(t.Context(), b.callback(a, answer)); err != nil {
		t.Fatal(err)
	}
	b.wait(a).Finish(nil)
}

func TestCallbackWithoutACodeEndsTheWait(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	if err := a.Paste(t.Context(), b.callback(a, "state={state}&iss="+url.QueryEscape(b.server.URL))); err != nil {
		t.Fatal(err)
	}
	b.fails(a, core.CodeDataUnexpected)
}

func TestPaste(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	good := b.callback(a, b.answer(a))
	for name, address := range map[string]string{
		"nothing": "", "words": "what I saw", "another site": "https://example.com/callback?code=x", "another path": strings.Replace(good, "/callback", "/other", 1),
		"another port": strings.Replace(good, "127.0.0.1:", "127.0.0.1:1", 1), "a part": good[:len(good)/2], "another sign-in": b.callback(a, "code=x&state=wrong"),
	} {
		if err := a.Paste(t.Context(), address); core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.Paste(t.Context(), "  "+strings.TrimPrefix(good, "http://")+"\n"); err != nil { // as copied from a browser that hides http
		t.Fatal(err)
	}
	if err := a.Paste(t.Context(), good); core.CodeOf(err) != core.CodeInvalid || !strings.Contains(err.Error(), "ended") {
		t.Errorf("again: %v", err)
	}
	b.wait(a).Finish(nil)
}

func TestA25TwoSignInsAtOnceNeverSwap(t *testing.T) {
	one, two := newBench(t), newBench(t)
	two.server.Set(func(s *signintest.Switches) { s.Account = "shop-2" })
	a, b := one.begin(noBrowser), one.begin(noBrowser) // of one service
	other := two.begin(noBrowser)                      // of another
	crossed := []struct{ at, from *signin.Attempt }{{a, b}, {b, a}, {a, other}, {other, a}}
	for _, c := range crossed {
		query := one.answer(c.from)
		if page := one.browser.Get(t.Context(), one.callback(c.at, query)); page.Status != http.StatusBadRequest {
			t.Errorf("an answer of another sign-in was taken: page %d", page.Status)
		}
	}
	var group sync.WaitGroup
	for _, x := range []struct {
		bench   *bench
		attempt *signin.Attempt
	}{{one, a}, {one, b}, {two, other}} {
		group.Go(func() {
			if err := x.attempt.OpenAgain(t.Context()); err != nil {
				t.Error(err)
			}
			o, err := x.attempt.Wait(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			o.Finish(nil)
			if page := x.bench.browser.Get(t.Context(), x.bench.server.URL+"/me", "Authorization", "Bearer "+o.Grant.AccessToken.Reveal()); page.Status != 200 {
				t.Errorf("a token is of another service: %d", page.Status)
			}
		})
	}
	group.Wait()
	if n, m := one.server.Counts(), two.server.Counts(); n.Exchanges != 2 || m.Exchanges != 1 || n.Failed+m.Failed != 0 {
		t.Errorf("%+v %+v", n, m)
	}
}
