package authservertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
)

// Store is all that a Service needs of one.
type Store interface {
	authserver.Store
	authserver.Ledger
}

// Backend makes an empty store. Each call of reopen closes what was open and
// gives the same data again, as after a restart.
type Backend func(t *testing.T) (reopen func() Store)

// InMemory is the backend of Memory.
func InMemory(*testing.T) func() Store {
	m := NewMemory()
	return func() Store { return m }
}

// Start is where the clock of a World begins.
var Start = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)

// Callback is the return address of the app of a World.
const Callback = "https://app.example/cb"

// Clock is a clock that the test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// Add moves the clock.
func (c *Clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// World is a running authorization server with one app, and a browser.
type World struct {
	T      *testing.T
	S      *authserver.Service
	Store  Store
	Clock  *Clock
	Log    *bytes.Buffer // what was logged
	Base   string
	App    authserver.App
	Secret core.Secret
	Hook   *Hooked // see UseHook

	reopen  func() Store
	bus     *event.Bus
	local   *localhttp.Server
	browser *http.Client
}

// NewWorld starts a server whose app may ask for everything.
func NewWorld(t *testing.T, open Backend) *World {
	w := newWorld(t, open(t))
	w.App, w.Secret = w.Create(authserver.Draft{Name: "n8n", RedirectURIs: []string{Callback}, Scopes: core.Scopes()})
	return w
}

func newWorld(t *testing.T, reopen func() Store) *World {
	w := &World{T: t, Clock: &Clock{now: Start}, Log: &bytes.Buffer{}, reopen: reopen,
		browser: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	w.start()
	t.Cleanup(w.stop)
	return w
}

// Continue starts a second server, at the same time of day, on a copy of the data.
func (w *World) Continue(t *testing.T, reopen func() Store) *World {
	c := newWorld(t, reopen)
	c.App, c.Secret = w.App, w.Secret
	c.Clock.Add(w.Clock.Now().Sub(Start))
	return c
}

// UseHook starts again on a store with a hook.
func (w *World) UseHook() *Hooked {
	w.Hook = &Hooked{Store: w.Store}
	w.Restart()
	return w.Hook
}

func (w *World) start() {
	w.Store = w.reopen()
	if w.Hook != nil {
		w.Hook.Store, w.Store = w.Store, w.Hook
	}
	log := slog.New(slog.NewTextHandler(&syncWriter{w: w.Log}, nil))
	w.bus = event.New(log)
	w.local = localhttp.New(localhttp.Options{Log: log})
	w.S = authserver.New(authserver.Options{Store: w.Store, Ledger: w.Store, Bus: w.bus, Clock: w.Clock, Log: log, Origin: w.local.OriginOf})
	w.must(w.S.Start(w.T.Context()))
	w.local.Mount("/oauth/", w.S.Handler())
	w.local.Mount(authserver.MetadataPath, w.S.Handler())
	for _, scope := range core.Scopes() {
		w.local.Mount("/v1/"+string(scope), w.S.RequireScope(scope, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			io.WriteString(rw, string(authserver.AccessOf(r.Context()).ClientID))
		})))
	}
	w.local.Mount("/v1/me", w.S.RequireScope("", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	w.must(w.local.Start(w.T.Context()))
	w.Base = w.local.Origin()
}

func (w *World) stop() {
	ctx := contextOf(w.T)
	w.browser.CloseIdleConnections()
	w.must(w.local.Stop(ctx))
	w.must(w.S.Stop(ctx))
	w.must(w.bus.Close(ctx))
}

// Restart ends the program and starts it again on the same data.
func (w *World) Restart() {
	w.stop()
	w.start()
}

// Crash starts again without an orderly end.
func (w *World) Crash() {
	w.browser.CloseIdleConnections()
	w.must(w.local.Stop(contextOf(w.T)))
	w.must(w.bus.Close(contextOf(w.T)))
	w.start()
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// contextOf is for what happens in a Cleanup, when the test's own context has ended.
func contextOf(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Create adds an app.
func (w *World) Create(d authserver.Draft) (authserver.App, core.Secret) {
	w.T.Helper()
	a, secret, err := w.S.CreateApp(w.T.Context(), d)
	w.must(err)
	return a, secret
}

// Config is the app as golang.org/x/oauth2 wants it.
func (w *World) Config(scopes ...core.Scope) *oauth2.Config {
	c := &oauth2.Config{ClientID: w.App.ClientID, ClientSecret: w.Secret.Reveal(), RedirectURL: Callback,
		Endpoint: oauth2.Endpoint{AuthURL: w.Base + "/oauth/authorize", TokenURL: w.Base + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams}}
	for _, s := range scopes {
		c.Scopes = append(c.Scopes, string(s))
	}
	return c
}

// Answer is what the server answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any
}

// To is where the answer sends the browser; "" means nowhere.
func (a Answer) To() string { return a.Header.Get("Location") }

// Query returns a parameter of the address the browser is sent to.
func (a Answer) Query(name string) string {
	u, err := url.Parse(a.To())
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// Error returns the error code, of the body or of the redirect.
func (a Answer) Error() string {
	if code, ok := a.JSON["error"].(string); ok {
		return code
	}
	return a.Query("error")
}

func (a Answer) text(name string) string { s, _ := a.JSON[name].(string); return s }

// Do sends a request. Headers are name, value, name, value.
func (w *World) Do(method, target, body string, headers ...string) Answer {
	w.T.Helper()
	if strings.HasPrefix(target, "/") {
		target = w.Base + target
	}
	req, err := http.NewRequestWithContext(w.T.Context(), method, target, strings.NewReader(body))
	w.must(err)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := w.browser.Do(req)
	w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: string(text)}
	json.Unmarshal(text, &a.JSON) // a page is none
	return a
}

// Get opens an address as a browser does.
func (w *World) Get(target string, headers ...string) Answer {
	w.T.Helper()
	return w.Do("GET", target, "", headers...)
}

// Post sends a form. Values are name, value, name, value.
func (w *World) Post(path string, values ...string) Answer {
	w.T.Helper()
	return w.Do("POST", path, pairs(values...).Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// As adds the credentials of the World's app to a form.
func (w *World) As(values ...string) []string {
	return append([]string{"client_id", w.App.ClientID, "client_secret", w.Secret.Reveal()}, values...)
}

func pairs(values ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(values); i += 2 {
		v.Add(values[i], values[i+1])
	}
	return v
}

// The PKCE proof that Ask sends.
const (
	Verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 appendix B
)

// Authorize sends a request for authorization that is in order but for the
// given changes: name, value, …; the value "-" leaves a parameter out. Host is
// a header.
func (w *World) Authorize(changes ...string) Answer {
	w.T.Helper()
	q := pairs("response_type", "code", "client_id", w.App.ClientID, "redirect_uri", Callback, "scope", "orders:read customers:read",
		"state", "s t/&=+é", "code_challenge", Challenge, "code_challenge_method", "S256")
	var headers []string
	for i := 0; i < len(changes); i += 2 {
		if changes[i] == "Host" {
			headers = changes[i : i+2]
		} else if q.Del(changes[i]); changes[i+1] != "-" {
			q.Set(changes[i], changes[i+1])
		}
	}
	return w.Get("/oauth/authorize?"+q.Encode(), headers...)
}

// Ask puts a question and returns it with the address of the waiting page.
func (w *World) Ask(changes ...string) (authserver.Question, string) {
	w.T.Helper()
	a := w.Authorize(changes...)
	if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.To(), "/oauth/wait/") {
		w.T.Fatalf("no question was put: %d %s %s", a.Status, a.To(), a.Body)
	}
	all := w.S.Consents().Pending()
	if len(all) == 0 {
		w.T.Fatal("no question waits")
	}
	return all[len(all)-1], a.To()
}

// Decide answers a question.
func (w *World) Decide(q authserver.Question, d authserver.Decision) {
	w.T.Helper()
	w.must(w.S.Consents().Decide(w.T.Context(), q.ID, d))
}

// Yes allows all that was asked.
func Yes(q authserver.Question) authserver.Decision {
	return authserver.Decision{Allow: true, Scopes: q.Scopes}
}

// Code goes through the sign-in and returns the code.
func (w *World) Code(changes ...string) string {
	w.T.Helper()
	q, page := w.Ask(changes...)
	w.Decide(q, Yes(q))
	a := w.Get(page)
	if a.Query("code") == "" {
		w.T.Fatalf("no code: %d %s", a.Status, a.To())
	}
	return a.Query("code")
}

// Exchange changes a code into tokens, with changes as in Authorize.
func (w *World) Exchange(code string, changes ...string) Answer {
	w.T.Helper()
	return w.post("/oauth/token", w.As("grant_type", "authorization_code", "code", code, "redirect_uri", Callback, "code_verifier", Verifier), changes)
}

// Refresh renews, with changes as in Authorize.
func (w *World) Refresh(token string, changes ...string) Answer {
	w.T.Helper()
	return w.post("/oauth/token", w.As("grant_type", "refresh_token", "refresh_token", token), changes)
}

func (w *World) post(path string, values, changes []string) Answer {
	w.T.Helper()
	v := pairs(values...)
	for i := 0; i < len(changes); i += 2 {
		if v.Del(changes[i]); changes[i+1] != "-" {
			v.Set(changes[i], changes[i+1])
		}
	}
	return w.Do("POST", path, v.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// Tokens goes through everything and returns both tokens.
func (w *World) Tokens(changes ...string) (access, refresh string) {
	w.T.Helper()
	a := w.Exchange(w.Code(changes...))
	return w.Both(a)
}

// Both returns the two tokens of an answer.
func (w *World) Both(a Answer) (access, refresh string) {
	w.T.Helper()
	if a.Status != http.StatusOK || a.text("access_token") == "" || a.text("refresh_token") == "" {
		w.T.Fatalf("no tokens: %d %s", a.Status, a.Body)
	}
	return a.text("access_token"), a.text("refresh_token")
}

// Works reports whether the API takes an access token.
func (w *World) Works(access string) bool {
	w.T.Helper()
	a := w.Get("/v1/me", "Authorization", "Bearer "+access)
	if a.Status != http.StatusOK && a.Status != http.StatusUnauthorized {
		w.T.Fatalf("the API answered %d", a.Status)
	}
	return a.Status == http.StatusOK
}

// Refused checks status and error code of an answer of the token endpoint.
func (w *World) Refused(what string, a Answer, status int, code string) {
	w.T.Helper()
	if a.Status != status || a.Error() != code || a.JSON["access_token"] != nil {
		w.T.Errorf("%s: %d %s, want %d %s", what, a.Status, a.Body, status, code)
	}
	if (a.Header.Get("Retry-After") != "") != (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		w.T.Errorf("%s: Retry-After %q", what, a.Header.Get("Retry-After"))
	}
	if status == http.StatusUnauthorized && a.Header.Get("WWW-Authenticate") == "" {
		w.T.Errorf("%s: no WWW-Authenticate", what)
	}
}

// Live returns the access that the World's app has.
func (w *World) Live() (live []authserver.Grant) {
	w.T.Helper()
	grants, err := w.S.Grants(w.T.Context(), w.App.ID)
	w.must(err)
	for _, g := range grants {
		if g.Live(w.Clock.Now()) {
			live = append(live, g)
		}
	}
	return live
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
