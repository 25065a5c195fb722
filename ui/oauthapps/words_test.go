package oauthapps

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/localhttp"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// samples returns the apps of sample as the presenter would.
func samples() State {
	d := sample()
	s := State{Address: d.address}
	for _, a := range d.apps {
		x := App{App: a}
		for _, g := range d.grants {
			if g.App == a.ID {
				x.Grants = append(x.Grants, g)
			}
		}
		if a.ID == "app_n8n" {
			x.Last = d.reads[0]
		}
		s.Apps = append(s.Apps, x)
	}
	return s
}

func TestRowsSayWhatAnAppMayAndDid(t *testing.T) {
	kit.SetLanguage("en")
	all := rows(samples(), kittest.Noon)
	for i, want := range []struct{ second, word, permissions, returns string }{
		{"3 min ago · orders · 250 rows", "2 active", "Read: orders, products", "localhost:5678"},
		{"Never used", "Not yet allowed", "Read: stores, customers, orders, products, segments · Write: segments", "localhost:5678"},
		{"Never used", "No access now", "Read: orders, products", "workflows.wilhelmina-van-den-berg-oosterhuis.lumenprints.example"},
		{"9 Nov, 12:00", "Paused", "Read: orders, products", "localhost:5678"},
	} {
		r := all[i]
		if r.Second != want.second || r.Status.Word != want.word || r.Figures[0] != want.permissions || r.Figures[1] != want.returns {
			t.Errorf("row %d: %+v", i, r)
		}
	}
}

func TestFiltersCount(t *testing.T) {
	s := samples()
	var got []int
	for _, f := range filters(s, kittest.Noon) {
		got = append(got, f.Count)
		s.Filter = Filter(f.Key)
		if n := len(rows(s, kittest.Noon)); n != f.Count {
			t.Errorf("%s shows %d of %d", f.Title, n, f.Count)
		}
	}
	if !slices.Equal(got, []int{4, 1, 2, 1}) {
		t.Error(got)
	}
}

func TestAccessSaysHowItEnds(t *testing.T) {
	kit.SetLanguage("en")
	seen := map[string]bool{}
	for _, why := range []authserver.Reason{authserver.EndedByPerson, authserver.EndedByApp, authserver.EndedByReplay, authserver.EndedByFailure, authserver.EndedByQuit, authserver.EndedByNewer, ""} {
		g := grant("1", "n8n", func(g *authserver.Grant) { g.Revoked, g.Why = kittest.Noon, why })
		st := grantLine(g, kittest.Noon)
		if seen[st.Detail] || st.Tone == kit.Good {
			t.Errorf("%q: %+v", why, st)
		}
		seen[st.Detail] = true
	}
	if got := grantLine(grant("1", "n8n", nil), kittest.Noon); got.Detail != "allowed 15 Nov, 12:00 · last used: 3 min ago · ends 15 Nov 2027, 12:00" {
		t.Error(got.Detail)
	}
}

func TestTheChecklistTicksInOrderAndExplainsEachTrouble(t *testing.T) {
	kit.SetLanguage("en")
	now := kittest.Noon
	x := authserver.Setup{}
	for i, step := range []*time.Time{&x.Opened, &x.Allowed, &x.Fetched, &x.Read} {
		if done(x) {
			t.Errorf("done after %d steps", i)
		}
		*step = now
		for j, st := range steps(x, now) {
			if (st.Tone == kit.Good) != (j <= i) {
				t.Errorf("after step %d, step %d is %+v", i, j, st)
			}
		}
	}
	if !done(x) {
		t.Error("never done")
	}
	said := map[string]bool{}
	for tr, step := range map[authserver.Trouble]int{
		authserver.WrongRedirect: 0, authserver.WrongScope: 0, authserver.NoPKCE: 0, authserver.WrongRequest: 0, authserver.IsPaused: 0,
		authserver.NotAllowed: 1, authserver.NotAnswered: 1, authserver.PageClosed: 1,
		authserver.WrongSecret: 2, authserver.NoSecret: 2, authserver.NeedlessSecret: 2, authserver.WrongVerifier: 2, authserver.CodeTooLate: 2, authserver.OtherReturn: 2,
		authserver.RenewalReplayed: 3,
	} {
		x.Trouble, x.Asked = tr, "what-it-sent"
		text := trouble(samples().Apps[0].App, x)
		if text == "" || said[text] {
			t.Errorf("%s: %q", tr, text)
		}
		said[text] = true
		for j, st := range steps(x, now) {
			if (st.Tone == kit.Bad) != (j == step) {
				t.Errorf("%s: step %d is %+v", tr, j, st)
			}
		}
		if done(x) {
			t.Errorf("%s: done", tr)
		}
	}
	if got := trouble(samples().Apps[0].App, authserver.Setup{Trouble: authserver.WrongRedirect, Asked: "http://localhost:9"}); !strings.Contains(got, "http://localhost:9") {
		t.Error(got)
	}
}

func TestRecipesAreWhatTheProgramsAskFor(t *testing.T) {
	kit.SetLanguage("en")
	a := app("1", "n8n", nil)
	want := "OAuth Redirect URL: http://localhost:5678/rest/oauth2-credential/callback\nGrant Type: Authorization Code\nAuthorization URL: http://127.0.0.1:8787/oauth/authorize\nAccess Token URL: http://127.0.0.1:8787/oauth/token\n" +
		"Client ID: QX7M2K9PLD4RTW8BN5VHCF3SYA\nClient Secret: the one that ends in 3f9a\nScope: orders:read products:read\nAuth URI Query Parameters: leave empty\nAuthentication: Body\n" +
		"URL: http://127.0.0.1:8787/v1/orders?limit=250\nPagination Mode: Update a Parameter in Each Request\nParameters (Query): cursor: {{ $response.body.next }}\n" +
		"Pagination Complete When: Other\nComplete Expression: {{ $response.body.next === null }}\n"
	if got := n8n(a, "http://127.0.0.1:8787", "http://127.0.0.1:8787"); got.Text() != want || got.Problem != "" {
		t.Errorf("%s\n%s", got.Text(), got.Problem)
	}
	public := app("1", "n8n", func(a *authserver.App) {
		a.Public, a.Secrets = true, nil
		a.RedirectURIs = []string{"https://x.example/it's"}
	})
	if got := n8n(public, "http://o", "http://o"); got.Lines[1].Value != "PKCE" || !strings.Contains(got.Problem, "without a Client Secret") {
		t.Error("a public app must prove itself, and n8n does not let it", got)
	}
	elsewhere := app("1", "n8n", func(a *authserver.App) { a.RequirePKCE, a.RedirectURIs = true, public.RedirectURIs })
	if got := n8n(elsewhere, "http://o", "http://o"); got.Lines[1].Value != "PKCE" || got.Lines[0].Value != "n8n shows it: add it to this app" || !strings.Contains(got.Problem, "redirect URIs") {
		t.Error("it returns elsewhere", got)
	}
	if got := postman(public, "http://o"); got.Lines[0].Value != "Authorization Code (With PKCE)" || got.Problem == "" {
		t.Error(got)
	}
	text := curl(public, "http://o").Text()
	for _, part := range []string{"code_challenge=PROOF", "code_challenge_method=S256", `code_verifier="$verifier"`, `'https://x.example/it'\''s'`, "http://o/v1/orders"} {
		if !strings.Contains(text, part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
	if strings.Contains(text, "client_secret") || !strings.Contains(curl(a, "http://o").Text(), "client_secret=SECRET") {
		t.Error("who sends a secret")
	}
	for _, r := range recipes(a, Address{Origin: "http://o"}) {
		if len(r.Lines) == 0 || r.Note == "" {
			t.Errorf("%s says nothing", r.Program)
		}
	}
}

// The browser of the sign-in is outside of the container.
func TestN8nInDockerFetchesFromInside(t *testing.T) {
	kit.SetLanguage("en")
	a, at := app("1", "n8n", nil), Address{Origin: "http://127.0.0.1:8787", Setting: localhttp.Setting{Port: 8787}}
	shut := n8nInDocker(a, at)
	at.Docker = "http://host.docker.internal:8787"
	open := n8nInDocker(a, at)
	for _, part := range []string{"Authorization URL: http://127.0.0.1:8787/oauth/authorize\n", "Access Token URL: http://host.docker.internal:8787/oauth/token\n", "URL: http://host.docker.internal:8787/v1/"} {
		if !strings.Contains(open.Text(), part) || shut.Text() != open.Text() {
			t.Errorf("no %s in\n%s\n%s", part, open.Text(), shut.Text())
		}
	}
	if !strings.Contains(open.Note, "--add-host=host.docker.internal:host-gateway") || open.Problem != "" || !strings.Contains(shut.Problem, "Allow Docker") {
		t.Error(open.Note, open.Problem, shut.Problem)
	}
	a.Public = true
	if got := n8nInDocker(a, Address{}); !strings.Contains(got.Problem, "Client Secret") {
		t.Error("what stops it in any case comes first:", got.Problem)
	}
}

func TestSecretsSayWhenTheyEnd(t *testing.T) {
	kit.SetLanguage("en")
	now := kittest.Noon
	made := now.AddDate(0, 0, -15)
	for _, c := range []struct {
		s    authserver.Secret
		tone kit.Tone
		want string
	}{
		{authserver.Secret{LastFour: "3f9a", Created: made}, kit.Good, "created 3 Nov · last used: never"},
		{authserver.Secret{LastFour: "3f9a", Created: made, LastUsed: now.Add(-time.Hour), Ends: now.Add(time.Hour)}, kit.Attention, "created 3 Nov · last used: 1 h ago · ends 13:00"},
		{authserver.Secret{LastFour: "3f9a", Created: made, Ends: now}, kit.Neutral, "created 3 Nov · last used: never · ended"},
	} {
		if got := secretLine(c.s, now); got.Word != "••••3f9a" || got.Detail != c.want || got.Tone != c.tone {
			t.Errorf("%+v", got)
		}
	}
}

func TestALineOfTheLedger(t *testing.T) {
	kit.SetLanguage("en")
	r := authserver.Read{At: kittest.Noon.Add(-time.Minute), Method: "GET", Route: "/v1/orders", Scope: string(core.OrdersRead), Rows: 1250, Filter: "status=paid"}
	if got := readLine(r, kittest.Noon); got != "1 min ago · orders · 1,250 rows · status=paid" {
		t.Error(got)
	}
	r.Status, r.Bytes = 200, 31_400
	if got := readLine(r, kittest.Noon); got != "1 min ago · orders · 1,250 rows · 31 kB · status=paid" {
		t.Error(got)
	}
	r.Status, r.Bytes, r.Rows = 304, 0, 0
	if got := readLine(r, kittest.Noon); got != "1 min ago · orders · nothing new · status=paid" {
		t.Error(got)
	}
	r.Status, r.Bytes, r.Method = 403, 210, "POST"
	if got := readLine(r, kittest.Noon); got != "1 min ago · orders · refused · 210 B · status=paid" {
		t.Error(got)
	}
	r.Status, r.Bytes = 0, 0
	r.Method, r.Scope, r.Filter = "POST", string(core.SegmentsWrite), ""
	if got := readLine(r, kittest.Noon); got != "1 min ago · segments · changed" {
		t.Error(got)
	}
	r.Method, r.Scope, r.Rows = "GET", "", 1
	if got := readLine(r, kittest.Noon); got != "1 min ago · /v1/orders · 1 row" {
		t.Error(got)
	}
}
