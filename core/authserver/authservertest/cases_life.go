package authservertest

import (
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

func (w *World) proves(secret core.Secret) bool {
	w.T.Helper()
	w.Clock.Add(time.Minute) // a new minute for the limits
	return w.Refresh("x", "client_secret", secret.Reveal()).Error() == "invalid_grant"
}

func secrets(w *World) {
	ctx, id, first := w.T.Context(), w.App.ID, w.Secret
	regenerate := func(overlap time.Duration) core.Secret {
		w.T.Helper()
		_, s, err := w.S.RegenerateSecret(ctx, id, overlap)
		w.must(err)
		return s
	}
	list := func() []authserver.Secret {
		w.T.Helper()
		a, err := w.S.App(ctx, id)
		w.must(err)
		return a.Secrets
	}
	access, refresh := w.Tokens()
	if s := list(); len(s) != 1 || !strings.HasSuffix(first.Reveal(), s[0].LastFour) || len(s[0].LastFour) != 4 || !s[0].LastUsed.Equal(Start) || !s[0].Created.Equal(Start) {
		w.T.Errorf("%+v", s)
	}
	q, _ := w.Ask()
	second := regenerate(authserver.DefaultOverlap)
	w.Decide(q, authserver.Decision{}) // the question waits on
	if !w.proves(first) || !w.proves(second) || !w.Works(access) {
		w.T.Error("the overlap does not hold")
	}
	if s := list(); len(s) != 2 || !s[1].Ends.Equal(Start.Add(24*time.Hour)) || !s[0].Ends.IsZero() {
		w.T.Errorf("%+v", s)
	}
	access2, refresh := w.Both(w.Refresh(refresh)) // with the first
	if s := list(); !s[0].LastUsed.IsZero() || !s[1].LastUsed.Equal(w.Clock.Now()) || access2 == access {
		w.T.Errorf("%+v", s)
	}
	third := regenerate(48 * time.Hour) // at most two: the first ends now
	if w.proves(first) || !w.proves(second) || !w.proves(third) || len(list()) != 2 {
		w.T.Error("three secrets")
	}
	w.Clock.Add(48*time.Hour - 5*time.Minute)
	if !w.proves(second) {
		w.T.Error("the overlap ended early")
	}
	w.Clock.Add(3 * time.Minute)
	if w.proves(second) || len(list()) != 1 {
		w.T.Error("the overlap did not end")
	}
	fourth := regenerate(0)
	if w.proves(third) || !w.proves(fourth) {
		w.T.Error("the old secret did not end at once")
	}
	w.Both(w.Refresh(refresh, "client_secret", fourth.Reveal())) // access given stays
	regenerate(time.Hour)
	w.Clock.Add(2 * time.Hour)
	if regenerate(24 * time.Hour); len(list()) != 2 {
		w.T.Error("a secret that had ended came back")
	}
}

func noSecret(w *World) {
	ctx, id := w.T.Context(), w.App.ID
	public, _ := w.Create(authserver.Draft{Name: "public", RedirectURIs: []string{Callback}, Public: true})
	for _, bad := range []struct {
		app     authserver.AppID
		overlap time.Duration
		code    core.Code
	}{{id, -1, core.CodeInvalid}, {id, 168*time.Hour + 1, core.CodeInvalid}, {public.ID, 0, core.CodeInvalid}, {"x", 0, core.CodeNotFound}} {
		if _, s, err := w.S.RegenerateSecret(ctx, bad.app, bad.overlap); core.CodeOf(err) != bad.code || !s.Empty() {
			w.T.Errorf("%+v: %v", bad, err)
		}
	}
	if _, _, err := w.S.RegenerateSecret(ctx, id, 168*time.Hour); err != nil {
		w.T.Error(err)
	}
}

func pauseAndDelete(w *World) {
	ctx, id := w.T.Context(), w.App.ID
	access, refresh := w.Tokens()
	if !w.Works(access) {
		w.T.Fatal("no access")
	}
	q, page := w.Ask()
	w.must(w.S.PauseApp(ctx, id, true))
	if w.Works(access) {
		w.T.Error("a paused app reads on")
	}
	w.Refused("renewal", w.Refresh(refresh), 400, "unauthorized_client")
	w.sentBack("sign-in", w.Authorize(), "access_denied")
	w.sentBack("the question that waited", w.Get(page), "access_denied")
	if err := w.S.Consents().Decide(ctx, q.ID, Yes(q)); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("answered for a paused app: %v", err)
	}
	if a := w.Post("/oauth/introspect", w.As("token", access)...); a.JSON["active"] != false {
		w.T.Errorf("introspection: %s", a.Body)
	}
	w.must(w.S.PauseApp(ctx, id, false))
	if !w.Works(access) {
		w.T.Error("the app does not read again")
	}
	w.Both(w.Refresh(refresh))

	_, page = w.Ask()
	code := w.Code()
	w.must(w.Store.AppendLedger(ctx, []authserver.Read{{App: id, At: Start, Route: "/v1/orders", Rows: 3}}))
	w.must(w.S.DeleteApp(ctx, id))
	if w.Works(access) {
		w.T.Error("a deleted app reads on")
	}
	w.Refused("renewal", w.Refresh(refresh), 401, "invalid_client")
	w.Refused("exchange", w.Exchange(code), 401, "invalid_client")
	w.noRedirect("sign-in", w.Authorize())
	w.Get(page)
	lines, err := w.Store.Ledger(ctx, "", 0, 9)
	if grants, gerr := w.S.Grants(ctx, ""); err != nil || gerr != nil || len(lines)+len(grants) != 0 {
		w.T.Errorf("left behind: %v, %v", lines, grants)
	}
	if x, err := w.S.Setup(ctx, id); err != nil || x != (authserver.Setup{}) {
		w.T.Errorf("left behind: %+v %v", x, err)
	}
	if err := w.S.DeleteApp(ctx, id); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("deleted twice: %v", err)
	}
	if err := w.S.PauseApp(ctx, id, true); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("paused after: %v", err)
	}
}

func revocation(w *World) {
	give := func(token string, changes ...string) {
		w.T.Helper()
		if a := w.post("/oauth/revoke", w.As("token", token), changes); a.Status != 200 || a.Body != "{}" || a.Header.Get("Content-Type") != "application/json" {
			w.T.Errorf("%d %s", a.Status, a.Body)
		}
	}
	access, refresh := w.Tokens()
	give("unknown")
	give(access, w.other()...)
	give(refresh, "token_type_hint", "access_token", "client_id", w.App.ClientID, "token", "x"+refresh)
	if !w.Works(access) {
		w.T.Fatal("somebody else's revocation counted")
	}
	give(access)
	give(access)
	if w.Works(access) {
		w.T.Error("an access token that was given back works")
	}
	access, newer := w.Both(w.Refresh(refresh)) // the family lives
	give(refresh, "token_type_hint", "access_token")
	if w.Works(access) {
		w.T.Error("the family lives on")
	}
	w.Refused("renewal", w.Refresh(newer), 400, "invalid_grant")
	if grants, err := w.S.Grants(w.T.Context(), w.App.ID); err != nil || grants[0].Why != authserver.EndedByApp {
		w.T.Errorf("%+v %v", grants, err)
	}
	w.Refused("no token", w.Post("/oauth/revoke", w.As()...), 400, "invalid_request")
	w.Refused("nobody", w.Post("/oauth/revoke", "token", access), 401, "invalid_client")

	public, _ := w.Create(authserver.Draft{Name: "public", RedirectURIs: []string{Callback}, Scopes: core.Scopes(), Public: true})
	me := []string{"client_id", public.ClientID, "client_secret", "-"}
	access, refresh = w.Both(w.Exchange(w.Code("client_id", public.ClientID), me...))
	give(refresh, me...)
	if w.Works(access) {
		w.T.Error("a public app could not give back")
	}
}

func introspection(w *World) {
	tell := func(token string, changes ...string) Answer {
		w.T.Helper()
		return w.post("/oauth/introspect", w.As("token", token), changes)
	}
	access, refresh := w.Tokens()
	a := tell(access)
	if a.JSON["active"] != true || a.text("client_id") != w.App.ClientID || a.text("scope") != "customers:read orders:read" || a.text("token_type") != "Bearer" ||
		a.JSON["exp"] != float64(Start.Add(time.Hour).Unix()) || a.JSON["iat"] != float64(Start.Unix()) || a.text("iss") != w.Base {
		w.T.Errorf("access token: %s", a.Body)
	}
	a = tell(refresh)
	if a.JSON["active"] != true || a.JSON["token_type"] != nil || a.text("scope") != "customers:read orders:read" {
		w.T.Errorf("renewal key: %s", a.Body)
	}
	_, again := w.Tokens()
	narrow := w.Refresh(again, "scope", "orders:read")
	if a := tell(narrow.text("access_token")); a.text("scope") != "orders:read" {
		w.T.Errorf("a narrower token: %s", a.Body)
	}
	inactive := func(what string, a Answer) {
		w.T.Helper()
		if a.Status != 200 || strings.TrimSpace(a.Body) != `{"active":false}` {
			w.T.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	inactive("unknown", tell("x"))
	inactive("of another", tell(access, w.other()...))
	newer, _ := w.Both(w.Refresh(refresh))
	inactive("used", tell(refresh))
	w.Clock.Add(time.Hour)
	inactive("expired", tell(access))
	w.must(w.S.RevokeApp(w.T.Context(), w.App.ID))
	inactive("removed", tell(newer))
	w.Refused("wrong secret", tell(access, "client_secret", "x"), 401, "invalid_client")
	public, _ := w.Create(authserver.Draft{Name: "public", RedirectURIs: []string{Callback}, Scopes: core.Scopes(), Public: true})
	w.Refused("a public app", tell(access, "client_id", public.ClientID, "client_secret", "-"), 401, "invalid_client")
}

func lifetimes(w *World) {
	access, refresh := w.Tokens()
	w.Clock.Add(time.Hour - time.Second)
	if !w.Works(access) {
		w.T.Error("ended before an hour")
	}
	w.Clock.Add(time.Second)
	if w.Works(access) {
		w.T.Error("lives after an hour")
	}
	w.Clock.Add(-2 * time.Hour)
	if w.Works(access) {
		w.T.Error("lives after the clock was set back by more than it lives")
	}
	w.Clock.Add(time.Hour)
	w.Clock.Add(90*24*time.Hour - time.Second)
	_, refresh = w.Both(w.Refresh(refresh))
	w.Clock.Add(90 * 24 * time.Hour)
	w.Refused("after 90 days without use", w.Refresh(refresh), 400, "invalid_grant")

	_, refresh = w.Tokens()
	began := w.Clock.Now()
	for w.Clock.Now().Before(began.Add(330 * 24 * time.Hour)) {
		w.Clock.Add(60 * 24 * time.Hour)
		_, refresh = w.Both(w.Refresh(refresh))
	}
	w.Clock.Add(began.Add(365*24*time.Hour - 10*time.Minute).Sub(w.Clock.Now()))
	a := w.Refresh(refresh)
	if a.JSON["expires_in"] != 600.0 {
		w.T.Errorf("near the end of the year: %s", a.Body)
	}
	access, refresh = w.Both(a)
	w.Clock.Add(10 * time.Minute)
	w.Refused("after a year", w.Refresh(refresh), 400, "invalid_grant")
	if w.Works(access) {
		w.T.Error("access after a year")
	}

}

func lifetimesChosen(w *World) {
	ctx := w.T.Context()
	hour := w.grantFor(authserver.OneHour)
	quit := w.grantFor(authserver.UntilQuit)
	w.Clock.Add(59 * time.Minute)
	if !w.Works(hour) {
		w.T.Error("one hour is shorter")
	}
	w.Clock.Add(-59 * time.Minute)
	for _, end := range []func(){w.Restart, w.Crash} {
		if !w.Works(quit) {
			w.T.Error("no access before quitting")
		}
		end()
		if w.Works(quit) || !w.Works(hour) {
			w.T.Error("until quit does not end by quitting, or something else does")
		}
		quit = w.grantFor(authserver.UntilQuit)
	}
	w.Clock.Add(61 * time.Minute)
	if w.Works(hour) {
		w.T.Error("one hour is longer")
	}
	if grants, err := w.S.Grants(ctx, ""); err != nil || !slices.ContainsFunc(grants, func(g authserver.Grant) bool { return g.Why == authserver.EndedByQuit }) {
		w.T.Errorf("%v", err)
	}
}

func (w *World) grantFor(l authserver.Lifetime) (access string) {
	w.T.Helper()
	q, page := w.Ask()
	w.Decide(q, authserver.Decision{Allow: true, Scopes: q.Scopes, For: l})
	access, _ = w.Both(w.Exchange(w.Get(page).Query("code")))
	return access
}

func (w *World) purge() {
	w.T.Helper()
	w.must(w.S.Purge(w.T.Context()))
}

func (w *World) keeps(when string, lines, families int) {
	w.T.Helper()
	l, err := w.Store.Ledger(w.T.Context(), w.App.ID, 0, 9)
	if err != nil || len(l) != lines || len(w.Families()) != families {
		w.T.Errorf("%s: %d lines, %d families (%v)", when, len(l), len(w.Families()), err)
	}
}

func purge(w *World) {
	ctx, purge := w.T.Context(), w.purge
	unfetched := w.Code()
	waiting := w.Code()
	access, first := w.Tokens()
	_, second := w.Both(w.Refresh(first))
	purge() // nothing is due
	if !w.Works(access) || w.Refresh(first).Status != 200 || w.Exchange(waiting).Status != 200 {
		w.T.Fatal("the purge took what is needed")
	}
	w.Clock.Add(61 * time.Second)
	purge()
	if all := w.Families(); len(all) != 2 {
		w.T.Errorf("%d families, the one that was never fetched among them", len(all))
	}
	w.Refused("unfetched", w.Exchange(unfetched), 400, "invalid_grant")
	w.Refused("replay", w.Refresh(first), 400, "invalid_grant") // a used key stays known
	w.Refused("its family", w.Refresh(second), 400, "invalid_grant")
	purge()
	w.must(w.Store.AppendLedger(ctx, []authserver.Read{{App: w.App.ID, At: w.Clock.Now(), Route: "/v1/orders"}}))
	w.Clock.Add(90 * 24 * time.Hour)
	purge()
	w.keeps("within 90 days", 1, 2)
	w.Clock.Add(2 * time.Minute)
	purge()
	w.keeps("after 90 days", 0, 1)
	if recent, err := w.S.Consents().Recent(ctx, 9); err != nil || len(recent) != 0 {
		w.T.Errorf("consents of long ago: %v %v", recent, err)
	}
	w.Clock.Add(90 * 24 * time.Hour) // the other one ended for want of use 90 days ago
	purge()
	if all := w.Families(); len(all) != 0 {
		w.T.Errorf("%d families", len(all))
	}
}

// Families returns every grant that is stored.
func (w *World) Families() (all []authserver.Grant) {
	w.T.Helper()
	w.must(w.Store.View(w.T.Context(), func(tx authserver.Tx) (err error) { all, err = tx.Grants(""); return err }))
	return all
}

func nothingLogged(w *World) {
	code := w.Code()
	access, refresh := w.Both(w.Exchange(code))
	newer, newest := w.Both(w.Refresh(refresh))
	w.Exchange("x", "client_secret", "wrong-secret-canary")
	w.Exchange(code)
	w.Authorize("redirect_uri", "https://evil.example")
	_, page := w.Ask()
	w.Restart() // also waits for all that is logged
	for name, text := range map[string]string{"secret": w.Secret.Reveal(), "code": code, "access token": access, "renewal key": refresh, "newer token": newer,
		"newest key": newest, "verifier": Verifier, "wrong secret": "wrong-secret-canary", "ticket": strings.TrimPrefix(page, "/oauth/wait/")} {
		if strings.Contains(w.Log.String(), text) {
			w.T.Errorf("the log holds the %s", name)
		}
	}
	if !strings.Contains(w.Log.String(), w.App.ClientID) {
		w.T.Error("the log does not name the app")
	}
}
