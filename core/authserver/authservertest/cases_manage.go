package authservertest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/event"
)

var manageCases = []Case{
	{"TestApps", apps},
	{"TestO18_Limits", limitsOfApps},
	{"TestEvents", events},
	{"TestEveryChangeIsTold", everyChangeIsTold},
	{"TestAnswersAtOnce", answersAtOnce},
	{"TestAppChangedBehindTheQuestion", changedBehindQuestion},
	{"TestAppChangedBehindTheCall", changedBehindCall},
	{"TestU03_SetUp", setUp},
	{"TestU02_Ledger", ledger},
}

func apps(w *World) {
	ctx := w.T.Context()
	good := authserver.Draft{Name: "  Other app ", RedirectURIs: []string{" " + Callback + "\t", Callback, "https://b.example/"},
		Scopes: []core.Scope{core.SegmentsWrite, core.OrdersRead, core.OrdersRead}, RequirePKCE: true}
	a, secret := w.Create(good)
	if a.Name != "Other app" || !slices.Equal(a.RedirectURIs, []string{Callback, "https://b.example/"}) || !slices.Equal(a.Scopes, []core.Scope{core.OrdersRead, core.SegmentsWrite}) ||
		!a.RequirePKCE || a.Paused || !a.Created.Equal(Start) || !a.LastUsed.IsZero() || secret.Empty() || a.ClientID == w.App.ClientID {
		w.T.Errorf("%+v", a)
	}
	eleven := make([]string, 11)
	for i := range eleven {
		eleven[i] = fmt.Sprintf("https://a%d.example/", i)
	}
	for name, change := range map[string]func(*authserver.Draft){
		"no name": func(d *authserver.Draft) { d.Name = " \t" }, "long name": func(d *authserver.Draft) { d.Name = strings.Repeat("ä", 61) },
		"two lines": func(d *authserver.Draft) { d.Name = "a\nb" }, "turned": func(d *authserver.Draft) { d.Name = "a\u202eb" }, "bad bytes": func(d *authserver.Draft) { d.Name = "a\xff" },
		"taken": func(d *authserver.Draft) { d.Name = "N8N" }, "nowhere": func(d *authserver.Draft) { d.RedirectURIs = nil }, "eleven": func(d *authserver.Draft) { d.RedirectURIs = eleven },
		"bad address": func(d *authserver.Draft) { d.RedirectURIs = []string{Callback, "x"} }, "unknown scope": func(d *authserver.Draft) { d.Scopes = []core.Scope{"all"} },
	} {
		d := good
		d.Name = "Third"
		change(&d)
		if _, s, err := w.S.CreateApp(ctx, d); core.CodeOf(err) != core.CodeInvalid || !s.Empty() {
			w.T.Errorf("%s: %v", name, err)
		}
		if _, err := w.S.EditApp(ctx, a.ID, d); core.CodeOf(err) != core.CodeInvalid {
			w.T.Errorf("edit, %s: %v", name, err)
		}
	}
	d := a.Draft
	d.Name, d.Scopes, d.RedirectURIs = strings.Repeat("ä", 60), nil, eleven[:10]
	b, err := w.S.EditApp(ctx, a.ID, d)
	if err != nil || b.Name != d.Name || len(b.Scopes) != 0 || b.ClientID != a.ClientID || len(b.Secrets) != 1 || len(b.RedirectURIs) != 10 {
		w.T.Errorf("%+v %v", b, err)
	}
	d.Public = true
	if _, err := w.S.EditApp(ctx, a.ID, d); core.CodeOf(err) != core.CodeInvalid {
		w.T.Errorf("made public: %v", err)
	}
	w.Restart()
	list, err := w.S.Apps(ctx)
	if err != nil || len(list) != 2 || list[0].ID != w.App.ID || list[1].Name != b.Name || list[1].Secrets[0].Hash != a.Secrets[0].Hash {
		w.T.Errorf("%+v %v", list, err)
	}
	if _, err := w.S.App(ctx, "x"); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("unknown: %v", err)
	}
}

func limitsOfApps(w *World) {
	ctx := w.T.Context()
	first, _ := w.Tokens()
	dead, _ := w.Tokens()
	a, err := w.S.Check(ctx, dead)
	w.must(err)
	w.must(w.S.RevokeGrant(ctx, a.Grant)) // does not count
	w.Code()                              // nor does what is not fetched
	var tokens []string
	for range 9 {
		w.Clock.Add(10 * time.Second)
		access, _ := w.Tokens()
		tokens = append(tokens, access)
	}
	if !w.Works(first) || len(w.Live()) != 10 {
		w.T.Fatalf("%d live", len(w.Live()))
	}
	w.Tokens()
	if w.Works(first) || len(w.Live()) != 10 {
		w.T.Error("the eleventh access did not end the oldest")
	}
	for _, access := range tokens {
		if !w.Works(access) {
			w.T.Error("another than the oldest ended")
		}
	}
	grants, err := w.S.Grants(ctx, w.App.ID)
	if err != nil || grants[len(grants)-1].Why != authserver.EndedByNewer && grants[len(grants)-2].Why != authserver.EndedByNewer {
		w.T.Errorf("%+v %v", grants[len(grants)-1], err)
	}
	for i := range 49 {
		w.Create(authserver.Draft{Name: fmt.Sprint("app ", i), RedirectURIs: []string{Callback}})
	}
	if _, _, err := w.S.CreateApp(ctx, authserver.Draft{Name: "one more", RedirectURIs: []string{Callback}}); core.CodeOf(err) != core.CodeInvalid {
		w.T.Errorf("app 51: %v", err)
	}
}

func events(w *World) {
	var got []event.Event
	event.Subscribe(w.bus, func(e event.Event) { got = append(got, e) })
	changes := make(chan struct{}, 20)
	cancel := w.S.Consents().OnChange(func() { changes <- struct{}{} })
	q, _ := w.Ask()
	<-changes
	w.Decide(q, Yes(q))
	<-changes
	cancel()
	w.Tokens()
	w.Clock.Add(time.Minute)
	w.must(w.S.DeleteApp(w.T.Context(), w.App.ID))
	w.Restart() // delivers what waits
	if len(changes) != 0 {
		w.T.Errorf("%d calls after cancel", len(changes))
	}
	text := fmt.Sprint(got)
	for _, want := range []event.Event{authserver.ConsentEnded{ID: q.ID, App: w.App.ID, Outcome: authserver.Allowed}, authserver.AppChanged{ID: w.App.ID, Deleted: true}} {
		if !strings.Contains(text, fmt.Sprint(want)) {
			w.T.Errorf("%v lacks %v", got, want)
		}
	}
}

// setUp makes the mistakes that people make with n8n, one after the other.
func setUp(w *World) {
	w.setUpSignIn()
	w.setUpTokens()
}

// stuck checks what the window says about the set-up.
func (w *World) stuck(step string, want authserver.Trouble) authserver.Setup {
	w.T.Helper()
	x, err := w.S.Setup(w.T.Context(), w.App.ID)
	if err != nil || x.Trouble != want || want != "" && !x.At.Equal(w.Clock.Now()) {
		w.T.Errorf("%s: %+v %v, want %s", step, x, err, want)
	}
	w.Clock.Add(time.Second)
	return x
}

func (w *World) setUpSignIn() {
	is := w.stuck
	is("nothing yet", "")
	w.Authorize("redirect_uri", Callback+"/")
	is("address", authserver.WrongRedirect)
	w.Authorize("scope", "all")
	if x := is("scope", authserver.WrongScope); x.Asked != "all" || x.Opened.IsZero() {
		w.T.Errorf("%+v", x)
	}
	w.Authorize("code_challenge_method", "plain")
	is("proof", authserver.NoPKCE)
	w.Authorize("response_type", "token")
	is("kind", authserver.WrongRequest)
	q, _ := w.Ask()
	is("asked", "")
	w.Decide(q, authserver.Decision{})
	if x := is("denied", authserver.NotAllowed); !x.Allowed.IsZero() {
		w.T.Errorf("%+v", x)
	}
	q, page := w.Ask()
	is("asked again", "")
	w.Clock.Add(7 * time.Second)
	w.S.Consents().Sweep(w.T.Context())
	is("closed", authserver.PageClosed)
	w.Get(page)
}

func (w *World) setUpTokens() {
	ctx, is := w.T.Context(), w.stuck
	w.Exchange("x", "client_secret", "-")
	is("no secret", authserver.NoSecret)
	w.Exchange("x", "client_secret", "y")
	is("wrong secret", authserver.WrongSecret)
	code := w.Code()
	if x := is("allowed", ""); x.Allowed.IsZero() || !x.Fetched.IsZero() {
		w.T.Errorf("%+v", x)
	}
	w.Exchange(code, "redirect_uri", "https://x.example")
	is("returned elsewhere", authserver.OtherReturn)
	w.Exchange(w.Code(), "code_verifier", "x")
	is("verifier", authserver.WrongVerifier)
	code = w.Code()
	w.Clock.Add(time.Minute)
	w.Exchange(code)
	is("slow", authserver.CodeTooLate)
	code = w.Code()
	w.Exchange(code, "client_secret", "y")
	is("wrong secret again", authserver.WrongSecret)
	access, refresh := w.Both(w.Exchange(code))
	if x := is("fetched", ""); x.Fetched.IsZero() || !x.Read.IsZero() {
		w.T.Errorf("%+v", x)
	}
	w.Works(access)
	if x := is("read", ""); x.Read.IsZero() {
		w.T.Errorf("%+v", x)
	}
	w.Refresh(refresh)
	w.Clock.Add(2 * time.Minute)
	w.Refresh(refresh)
	is("replayed", authserver.RenewalReplayed)
	w.Exchange(code)
	is("code replayed", authserver.CodeReplayed)
	w.must(w.S.PauseApp(ctx, w.App.ID, true))
	w.Refresh("x")
	is("paused", authserver.IsPaused)
	w.Restart()
	if x := is("after a restart", ""); x.Opened.IsZero() || x.Fetched.IsZero() || x.Read.IsZero() {
		w.T.Errorf("%+v", x)
	}
	if x, err := w.S.Setup(ctx, "x"); err != nil || x != (authserver.Setup{}) {
		w.T.Errorf("unknown app: %+v %v", x, err)
	}
}

func ledger(w *World) {
	ctx := w.T.Context()
	other, _ := w.Create(authserver.Draft{Name: "other", RedirectURIs: []string{Callback}})
	line := func(app authserver.AppID, i int) authserver.Read {
		return authserver.Read{App: app, Grant: "grant_x", At: Start.Add(time.Duration(i) * time.Second), Method: "GET", Route: "/v1/orders", Scope: "orders:read", Rows: i, Filter: "updated_since=2026-01-01", Status: 200, Bytes: 1000 * i}
	}
	l := w.S.Ledger()
	for i := 1; i <= 5; i++ {
		w.must(l.AppendLedger(ctx, []authserver.Read{line(w.App.ID, i), line(other.ID, i), line("gone", i)}))
	}
	var rows []int
	var before int64
	for {
		page, err := l.Ledger(ctx, w.App.ID, before, 2)
		w.must(err)
		if len(page) == 0 {
			break
		}
		for _, got := range page {
			rows = append(rows, got.Rows)
			before = got.ID
			want := line(w.App.ID, got.Rows)
			want.ID = got.ID
			if got != want {
				w.T.Errorf("%+v, want %+v", got, want)
			}
		}
	}
	if !slices.Equal(rows, []int{5, 4, 3, 2, 1}) {
		w.T.Errorf("rows %v", rows)
	}
	all, err := l.Ledger(ctx, "", 0, 100)
	if err != nil || len(all) != 10 {
		w.T.Errorf("%d lines (%v)", len(all), err)
	}
	w.must(l.PruneLedger(ctx, Start.Add(3*time.Second)))
	if all, err = l.Ledger(ctx, "", 0, 100); err != nil || len(all) != 6 {
		w.T.Errorf("%d lines after pruning (%v)", len(all), err)
	}
}
