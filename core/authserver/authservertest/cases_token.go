package authservertest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

// The checklist of oauth.md section 6: token, revocation, introspection.
var tokenCases = []Case{
	{"TestB13_CodeLives60Seconds", codeLives},
	{"TestB14_SecondUseOfACodeEndsAll", secondUse},
	{"TestB15_FailedExchangeBurnsTheCode", failedExchange},
	{"TestB16_BoundToTheApp", boundToApp},
	{"TestB17_ParallelExchanges", parallelExchanges},
	{"TestB17_ParallelRenewals", parallelRenewals},
	{"TestB18_RenewalRotates", renewalRotates},
	{"TestB18_SameAnswerWithin60Seconds", sameAnswer},
	{"TestB18_LateReplayEndsTheFamily", lateReplay},
	{"TestB19_RenewalNeedsTheSecret", renewalNeedsSecret},
	{"TestB20_ScopeOfARenewal", scopeOfRenewal},
	{"TestB21_AppsProveWhoTheyAre", appsProve},
	{"TestB21_CredentialsAreDecoded", credentialsDecoded},
	{"TestB22_UnknownAppAndWrongSecretAnswerAlike", answerAlike},
	{"TestB23_ParametersOnlyFromTheBody", onlyBody},
	{"TestB24_Secrets", secrets},
	{"TestB24_NoSecretToRegenerate", noSecret},
	{"TestB24_PauseAndDelete", pauseAndDelete},
	{"TestB25_Revocation", revocation},
	{"TestB26_Introspection", introspection},
	{"TestB27_Lifetimes", lifetimes},
	{"TestU12_LifetimesChosen", lifetimesChosen},
	{"TestB27_Purge", purge},
	{"TestB28_NothingReadableIsLogged", nothingLogged},
}

func codeLives(w *World) {
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 200}, {59 * time.Second, 200}, {60 * time.Second, 400}, {61 * time.Second, 400}, {-time.Hour, 400}} {
		code := w.Code()
		w.Clock.Add(c.after)
		if a := w.Exchange(code); a.Status != c.want || c.want == 400 && a.Error() != "invalid_grant" {
			w.T.Errorf("after %v: %d %s", c.after, a.Status, a.Body)
		}
		w.Clock.Add(-c.after)
	}
	code := w.Code()
	if len(code) < 50 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		w.T.Errorf("a code of %d characters, or not only letters and digits", len(code))
	}
	code = w.Code()
	w.must(w.S.RevokeApp(w.T.Context(), w.App.ID))
	w.Refused("removed meanwhile", w.Exchange(code), 400, "invalid_grant")
	w.Refused("unknown", w.Exchange("x"), 400, "invalid_grant")
	w.Refused("none", w.Exchange("-", "code", "-"), 400, "invalid_request")
}

func secondUse(w *World) {
	code := w.Code()
	access, refresh := w.Both(w.Exchange(code))
	if !w.Works(access) {
		w.T.Fatal("the first use gave nothing")
	}
	w.Refused("second use", w.Exchange(code), 400, "invalid_grant")
	if w.Works(access) {
		w.T.Error("the access lives on")
	}
	w.Refused("renewal", w.Refresh(refresh), 400, "invalid_grant")
	grants, err := w.S.Grants(w.T.Context(), w.App.ID)
	if err != nil || len(grants) != 1 || grants[0].Why != authserver.EndedByReplay || !grants[0].Revoked.Equal(Start) {
		w.T.Errorf("%+v %v", grants, err)
	}
}

func failedExchange(w *World) {
	for name, change := range map[string][]string{
		"wrong verifier": {"code_verifier", strings.Repeat("x", 43)}, "no verifier": {"code_verifier", "-"}, "short verifier": {"code_verifier", "x"},
		"other address": {"redirect_uri", "https://app.example/cb2"}, "no address": {"redirect_uri", "-"},
	} {
		code := w.Code()
		w.Refused(name, w.Exchange(code, change...), 400, "invalid_grant")
		w.Refused(name+", then right", w.Exchange(code), 400, "invalid_grant")
		w.Refused(name+", then without", w.Exchange(code, "code_verifier", "-"), 400, "invalid_grant")
	}
	code := w.Code("code_challenge", "-", "code_challenge_method", "-")
	w.Refused("a verifier without a challenge", w.Exchange(code), 400, "invalid_grant")
	w.Refused("and then without", w.Exchange(code, "code_verifier", "-"), 400, "invalid_grant")
	if n := len(w.Live()); n != 0 {
		w.T.Errorf("%d accesses came of it", n)
	}
	code = w.Code("code_challenge", "-", "code_challenge_method", "-")
	w.Both(w.Exchange(code, "code_verifier", "-"))
}

func (w *World) other() []string {
	w.T.Helper()
	a, secret := w.Create(authserver.Draft{Name: "other", RedirectURIs: []string{Callback}, Scopes: core.Scopes()})
	return []string{"client_id", a.ClientID, "client_secret", secret.Reveal()}
}

func boundToApp(w *World) {
	other := w.other()
	code := w.Code()
	w.Refused("code", w.Exchange(code, other...), 400, "invalid_grant")
	access, refresh := w.Both(w.Exchange(code))
	w.Refused("renewal key", w.Refresh(refresh, other...), 400, "invalid_grant")
	w.Refused("used code", w.Exchange(code, other...), 400, "invalid_grant")
	if !w.Works(access) {
		w.T.Error("another app ended the access")
	}
	_, newer := w.Both(w.Refresh(refresh))
	w.Clock.Add(2 * time.Minute)
	w.Refused("used key", w.Refresh(refresh, other...), 400, "invalid_grant")
	w.Refused("access token", w.Refresh(access), 400, "invalid_grant")
	w.Refused("code as key", w.Refresh(code), 400, "invalid_grant")
	w.Both(w.Refresh(newer))
}

// parallel runs f sixteen times at once and counts the answers by status.
func parallel(f func() Answer) (answers []Answer, byStatus map[int]int) {
	var wg sync.WaitGroup
	answers, byStatus = make([]Answer, 16), map[int]int{}
	for i := range answers {
		wg.Go(func() { answers[i] = f() })
	}
	wg.Wait()
	for _, a := range answers {
		byStatus[a.Status]++
	}
	return answers, byStatus
}

func parallelExchanges(w *World) {
	code := w.Code()
	_, n := parallel(func() Answer { return w.Exchange(code) })
	if n[200] != 1 || n[400] != 15 {
		w.T.Errorf("answers %v", n)
	}
	grants, err := w.S.Grants(w.T.Context(), w.App.ID)
	if err != nil || len(grants) != 1 || grants[0].Revoked.IsZero() {
		w.T.Errorf("%d families (%v)", len(grants), err)
	}
}

func parallelRenewals(w *World) {
	_, refresh := w.Tokens()
	answers, n := parallel(func() Answer { return w.Refresh(refresh) })
	if n[200] != 16 {
		w.T.Errorf("answers %v", n)
	}
	for _, a := range answers {
		if a.Body != answers[0].Body {
			w.T.Errorf("two answers: %d, %d", a.Status, answers[0].Status)
		}
	}
	if len(w.Live()) != 1 {
		w.T.Errorf("%d families", len(w.Live()))
	}
	w.Both(w.Refresh(answers[0].text("refresh_token")))
	w.Clock.Add(2 * time.Minute)
	_, n = parallel(func() Answer { return w.Refresh(refresh) })
	if n[400] != 16 || len(w.Live()) != 0 {
		w.T.Errorf("late replays: %v", n)
	}
}

func renewalRotates(w *World) {
	access, refresh := w.Tokens()
	seen := map[string]bool{access: true, refresh: true}
	for range 5 {
		w.Clock.Add(80 * 24 * time.Hour / 2)
		access, refresh = w.Both(w.Refresh(refresh))
		if seen[access] || seen[refresh] || !w.Works(access) {
			w.T.Fatal("a renewal gave something old")
		}
		seen[access], seen[refresh] = true, true
	}
	w.Refused("unknown", w.Refresh("x"), 400, "invalid_grant")
	w.Refused("none", w.Refresh("-", "refresh_token", "-"), 400, "invalid_request")
}

func sameAnswer(w *World) {
	_, refresh := w.Tokens()
	first := w.Refresh(refresh)
	w.Both(first)
	for _, step := range []time.Duration{0, 30 * time.Second, 30 * time.Second} {
		w.Clock.Add(step)
		if a := w.Refresh(refresh); a.Body != first.Body || a.Status != 200 {
			w.T.Errorf("%v later: %d, the answer differs", step, a.Status)
		}
	}
	w.Restart()
	if a := w.Refresh(refresh); a.Body != first.Body {
		w.T.Errorf("after a restart: %d, the answer differs", a.Status)
	}
	access, next := w.Both(first)
	w.Refused("the wrong secret", w.Refresh(refresh, "client_secret", "x"), 401, "invalid_client")
	w.Refused("another app", w.Refresh(refresh, w.other()...), 400, "invalid_grant")
	if !w.Works(access) {
		w.T.Error("the access ended")
	}
	w.Both(w.Refresh(next))
	w.Clock.Add(-30 * time.Second) // a clock that was corrected by a little
	if a := w.Refresh(refresh); a.Body != first.Body {
		w.T.Errorf("with the clock corrected: %d", a.Status)
	}
}

func lateReplay(w *World) {
	for _, restart := range []bool{false, true} {
		for _, late := range []time.Duration{61 * time.Second, 30 * 24 * time.Hour, -2 * time.Minute} {
			_, old := w.Tokens()
			access, newer := w.Both(w.Refresh(old))
			if !w.Works(access) {
				w.T.Error("no access")
			}
			w.Clock.Add(late)
			w.must(w.S.Purge(w.T.Context()))
			if restart {
				w.Restart()
			}
			w.Refused("replay", w.Refresh(old), 400, "invalid_grant")
			if w.Works(access) {
				w.T.Errorf("after %v the access lives on", late)
			}
			w.Refused("the newer key", w.Refresh(newer), 400, "invalid_grant")
			if len(w.Live()) != 0 {
				w.T.Errorf("after %v a family lives on", late)
			}
			w.Clock.Add(time.Hour)
		}
	}
}

func renewalNeedsSecret(w *World) {
	_, refresh := w.Tokens()
	w.Refused("wrong", w.Refresh(refresh, "client_secret", "wrong"), 401, "invalid_client")
	w.Refused("missing", w.Refresh(refresh, "client_secret", "-"), 401, "invalid_client")
	w.Refused("of another", w.Refresh(refresh, w.other()...), 400, "invalid_grant")
	w.Refused("of another, our name", w.Refresh(refresh, "client_secret", w.Secret.Reveal()+"x"), 401, "invalid_client")
	w.Clock.Add(2 * time.Minute) // were it used up, this would be a replay
	w.Both(w.Refresh(refresh))
}

func scopeOfRenewal(w *World) {
	_, refresh := w.Tokens()
	w.Refused("wider", w.Refresh(refresh, "scope", "orders:read segments:write"), 400, "invalid_scope")
	w.Refused("unknown", w.Refresh(refresh, "scope", "all"), 400, "invalid_scope")
	a := w.Refresh(refresh, "scope", "orders:read")
	access, refresh := w.Both(a)
	if a.text("scope") != "orders:read" || w.Get("/v1/customers:read", "Authorization", "Bearer "+access).Status != http.StatusForbidden {
		w.T.Errorf("narrower: %s", a.Body)
	}
	if a = w.Refresh(refresh); a.text("scope") != "customers:read orders:read" {
		w.T.Errorf("the grant was narrowed for good: %s", a.Body)
	}
	_, refresh = w.Both(a)

	d := w.App.Draft // fewer permissions count at once, more need a new question (P-24)
	d.Scopes = []core.Scope{core.OrdersRead, core.SegmentsWrite}
	_, err := w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	if w.Get("/v1/customers:read", "Authorization", "Bearer "+a.text("access_token")).Status != http.StatusForbidden {
		w.T.Error("a permission that was taken away still works")
	}
	if w.Get("/v1/segments:write", "Authorization", "Bearer "+a.text("access_token")).Status != http.StatusForbidden {
		w.T.Error("a permission that was ticked later works without a question")
	}
	a = w.Refresh(refresh)
	if a.text("scope") != "orders:read" {
		w.T.Errorf("after the edit: %s", a.Body)
	}
	if q, _ := w.Ask("scope", "orders:read segments:write"); len(q.New) != 1 || q.New[0] != core.SegmentsWrite {
		w.T.Errorf("new: %v", q.New)
	}
	d.Scopes = []core.Scope{core.ProductsRead}
	_, err = w.S.EditApp(w.T.Context(), w.App.ID, d)
	w.must(err)
	w.Refused("nothing left", w.Refresh(a.text("refresh_token")), 400, "invalid_scope")
}

func (w *World) basic(id, secret string, values ...string) Answer {
	w.T.Helper()
	return w.Do("POST", "/oauth/token", pairs(values...).Encode(), "Content-Type", "application/x-www-form-urlencoded",
		"Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
}

func appsProve(w *World) {
	id, secret := w.App.ClientID, w.Secret.Reveal()
	w.Refused("no secret", w.Exchange("x", "client_secret", "-"), 401, "invalid_client")
	w.Refused("wrong secret", w.Exchange("x", "client_secret", "y"), 401, "invalid_client")
	w.Refused("nobody", w.Exchange("x", "client_id", "-", "client_secret", "-"), 401, "invalid_client")
	w.Refused("both ways", w.basic(id, secret, w.As("grant_type", "refresh_token", "refresh_token", "x")...), 400, "invalid_request")
	w.Refused("two names", w.basic(id, secret, "client_id", "other", "grant_type", "refresh_token", "refresh_token", "x"), 400, "invalid_request")
	w.Refused("wrong basic", w.basic(id, "y", "grant_type", "refresh_token", "refresh_token", "x"), 401, "invalid_client")
	for _, header := range []string{"Basic", "Basic !!", "Bearer " + secret, "Basic " + base64.StdEncoding.EncodeToString([]byte(id)), "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":%zz"))} {
		a := w.Do("POST", "/oauth/token", "grant_type=refresh_token&refresh_token=x", "Content-Type", "application/x-www-form-urlencoded", "Authorization", header)
		w.Refused(header, a, 401, "invalid_client")
	}
	w.Clock.Add(time.Minute)
	two := w.Do("POST", "/oauth/token", "grant_type=refresh_token&refresh_token=x", "Content-Type", "application/x-www-form-urlencoded",
		"Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)), "Authorization", "Basic eDp5")
	w.Refused("two headers", two, 401, "invalid_client")
	w.Refused("right, same name", w.basic(id, secret, "client_id", id, "grant_type", "refresh_token", "refresh_token", "x"), 400, "invalid_grant")

	public, none := w.Create(authserver.Draft{Name: "public", RedirectURIs: []string{Callback}, Scopes: core.Scopes(), Public: true})
	if !none.Empty() || len(public.Secrets) != 0 {
		w.T.Error("a public app has a secret")
	}
	me := []string{"client_id", public.ClientID, "client_secret", "-"}
	code := w.Code("client_id", public.ClientID)
	w.Refused("a public app with a secret", w.Exchange(code, "client_id", public.ClientID, "client_secret", "x"), 401, "invalid_client")
	_, refresh := w.Both(w.Exchange(code, me...))
	w.Both(w.Refresh(refresh, me...))
	w.Refused("a public app by basic", w.basic(public.ClientID, "x", "grant_type", "refresh_token", "refresh_token", refresh), 401, "invalid_client")
	w.Refused("a public app with a garbled secret", w.basic(public.ClientID, "%zz", "grant_type", "refresh_token", "refresh_token", refresh), 401, "invalid_client")
	if a := w.basic(public.ClientID, "", "grant_type", "refresh_token", "refresh_token", refresh); a.Status != 200 {
		w.T.Errorf("a public app with an empty secret: %d %s", a.Status, a.Body)
	}
}

func credentialsDecoded(w *World) {
	id, secret := w.App.ClientID, w.Secret.Reveal()
	if strings.Trim(id+secret, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		w.T.Error("credentials hold more than letters and digits")
	}
	encoded := func(s string) string { return "%" + strings.ToUpper(hex(s[0])) + url.QueryEscape(s[1:]) }
	_, refresh := w.Tokens()
	w.Both(w.basic(encoded(id), encoded(secret), "grant_type", "refresh_token", "refresh_token", refresh))
}

func hex(b byte) string { return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) }

func answerAlike(w *World) {
	wrong, unknown := w.Exchange("x", "client_secret", "y"), w.Exchange("x", "client_id", "nobody")
	wrong.Header.Del("Date")
	unknown.Header.Del("Date")
	if wrong.Status != unknown.Status || wrong.Body != unknown.Body || len(wrong.Header) != len(unknown.Header) {
		w.T.Errorf("wrong secret: %d %s, unknown app: %d %s", wrong.Status, wrong.Body, unknown.Status, unknown.Body)
	}
}

func onlyBody(w *World) {
	const form = "application/x-www-form-urlencoded"
	body := pairs(w.As("grant_type", "refresh_token", "refresh_token", "x")...).Encode()
	w.Refused("control", w.Do("POST", "/oauth/token", body, "Content-Type", form+"; charset=utf-8"), 400, "invalid_grant")
	w.Refused("query", w.Do("POST", "/oauth/token?"+body, "", "Content-Type", form), 400, "invalid_request")
	w.Refused("query too", w.Do("POST", "/oauth/token?a=b", body, "Content-Type", form), 400, "invalid_request")
	w.Refused("JSON", w.Do("POST", "/oauth/token", `{"grant_type":"refresh_token"}`, "Content-Type", "application/json"), 400, "invalid_request")
	w.Refused("no type", w.Do("POST", "/oauth/token", body), 400, "invalid_request")
	w.Refused("multipart", w.Do("POST", "/oauth/token", body, "Content-Type", "multipart/form-data; boundary=x"), 400, "invalid_request")
	w.Refused("unreadable", w.Do("POST", "/oauth/token", body+"&x=%zz", "Content-Type", form), 400, "invalid_request")
	w.Refused("semicolons", w.Do("POST", "/oauth/token", body+"&x=1;y=2", "Content-Type", form), 400, "invalid_request")
	w.Refused("64 KiB", w.Do("POST", "/oauth/token", body+"&x="+strings.Repeat("x", 64<<10-len(body)-3), "Content-Type", form), 400, "invalid_grant")
	if a := w.Do("POST", "/oauth/token", body+"&x="+strings.Repeat("x", 64<<10-len(body)-2), "Content-Type", form); a.Status != http.StatusRequestEntityTooLarge {
		w.T.Errorf("a byte more: %d", a.Status)
	}
	if a := w.Get("/oauth/token?" + body); a.Status != http.StatusMethodNotAllowed {
		w.T.Errorf("GET: %d", a.Status)
	}
	for _, path := range []string{"/oauth/revoke", "/oauth/introspect"} {
		w.Refused(path, w.Do("POST", path, `{}`, "Content-Type", "application/json"), 400, "invalid_request")
		w.Refused(path+" without a token", w.Post(path, w.As()...), 400, "invalid_request")
		w.Refused(path+" by nobody", w.Post(path, "token", "x"), 401, "invalid_client")
	}
}
