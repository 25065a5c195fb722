package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/authserver"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
	"linkdesk/storage"
)

// Reading back over HTTP: the server is a process of its own, so that its
// processor time is its own, and so are the callers.

const (
	apiPages  = 200 // pages that the callers read in turn, of recordsPerPage each
	callback  = "http://127.0.0.1:1/cb"
	checksFor = 300 * time.Millisecond
)

// measureAPI serves the data file as Linkdesk does: local server, bearer token
// of an app that went through the sign-in, API, access ledger.
func measureAPI(ctx context.Context, t task, r *result) (err error) {
	s, err := openAPI(ctx, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	token, err := s.signIn(ctx)
	if err != nil {
		return err
	}
	t.Bearer = token
	for next, n := "", min(apiPages, t.Orders/recordsPerPage); len(t.Paths) < n; {
		path := "/v1/orders?limit=" + fmt.Sprint(recordsPerPage) + next
		t.Paths = append(t.Paths, path)
		if next, err = s.cursor(ctx, path, token); err != nil {
			return err
		}
	}
	if err := called(ctx, t, s.local.Origin(), r); err != nil {
		return err
	}
	if r.Checks, err = checks(ctx, token, func() *authserver.Service { return s.apps }); err != nil {
		return err
	}
	// A Service that was just made remembers no token.
	r.LookUps, err = checks(ctx, token, s.newApps)
	return err
}

// called has the callers read from a server that this process is, and notes
// what that cost it.
func called(ctx context.Context, t task, origin string, r *result) error {
	t.Do, t.Shop, t.Profile = "callers", origin, ""
	var seen result
	err := r.timed(func() (err error) { seen, err = measure(ctx, t); return err })
	if err != nil {
		return err
	}
	r.PerSecond = float64(seen.Calls) / seen.Wall.Seconds()
	r.P99, r.Calls = seen.P99, seen.Calls
	return nil
}

// checks counts how many tokens can be checked in a second, one after the other.
func checks(ctx context.Context, token string, by func() *authserver.Service) (perSecond float64, err error) {
	n, began := 0, time.Now()
	for ; n%100 != 0 || time.Since(began) < checksFor; n++ {
		if _, err := by().Check(ctx, token); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

// apiServer is wired as cmd/linkdesk wires it.
type apiServer struct {
	db    *storage.DB
	bus   *event.Bus
	apps  *authserver.Service
	api   *api.API
	local *localhttp.Server
	end   context.CancelFunc

	newApps func() *authserver.Service
	done    chan struct{} // closed when the ledger's writer has ended
}

func openAPI(ctx context.Context, t task) (*apiServer, error) {
	log := slog.New(slog.DiscardHandler)
	s := &apiServer{bus: event.New(log), local: localhttp.New(localhttp.Options{Version: "bench", Log: log}), done: make(chan struct{})}
	var err error
	if s.db, err = storage.Open(ctx, filepath.Join(t.Dir, "linkdesk.db"), storage.Options{Log: log}); err != nil {
		return nil, err
	}
	store, records := s.db.Apps(), s.db.API()
	s.newApps = func() *authserver.Service {
		return authserver.New(authserver.Options{Store: store, Ledger: store, Bus: s.bus, Clock: core.SystemClock{}, Log: log, Origin: s.local.OriginOf})
	}
	s.apps = s.newApps()
	key, err := records.PseudonymKey(ctx)
	if err != nil {
		return nil, err
	}
	s.api = api.New(api.Options{Checker: bearers{s.apps}, Records: records, Segments: records, Ledger: ledger{store}, Clock: core.SystemClock{}, Log: log, Origin: s.local.OriginOf, PseudonymKey: key})
	s.local.Mount("/oauth/", s.apps.Handler())
	s.local.Mount("/v1/", s.api.Handler())
	if err := s.apps.Start(ctx); err != nil {
		return nil, err
	}
	life, end := context.WithCancel(ctx)
	s.end = end
	go func() { defer close(s.done); s.api.Run(life) }()
	return s, s.local.Start(life)
}

func (s *apiServer) close(ctx context.Context) error {
	err := s.local.Stop(ctx)
	s.end()
	<-s.done
	return errors.Join(err, s.api.Flush(ctx), s.apps.Stop(ctx), s.bus.Close(ctx), s.db.Close())
}

// signIn makes an app, answers its question and returns its access token.
func (s *apiServer) signIn(ctx context.Context) (token string, err error) {
	app, secret, err := s.apps.CreateApp(ctx, authserver.Draft{Name: "bench " + time.Now().Format(time.RFC3339Nano), RedirectURIs: []string{callback}, Scopes: []core.Scope{core.OrdersRead}})
	if err != nil {
		return "", err
	}
	ask := url.Values{"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {callback}, "scope": {string(core.OrdersRead)}, "state": {"s"}}
	wait, err := s.visit(ctx, "/oauth/authorize?"+ask.Encode())
	if err != nil {
		return "", err
	}
	for _, q := range s.apps.Consents().Pending() {
		if err := s.apps.Consents().Decide(ctx, q.ID, authserver.Decision{Allow: true, Scopes: q.Scopes}); err != nil {
			return "", err
		}
	}
	back, err := s.visit(ctx, wait.RequestURI())
	if err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {callback}, "client_id": {app.ClientID}, "client_secret": {secret.Reveal()}}
	resp, err := s.do(ctx, http.MethodPost, "/oauth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if err != nil {
		return "", err
	}
	var tokens struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(resp.body, &tokens); err != nil || tokens.Access == "" {
		return "", fmt.Errorf("no token: %s", resp.Status)
	}
	return tokens.Access, nil
}

// visit returns where an address leads.
func (s *apiServer) visit(ctx context.Context, path string) (*url.URL, error) {
	resp, err := s.do(ctx, http.MethodGet, path, "")
	if err != nil {
		return nil, err
	}
	return resp.Location()
}

// cursor returns the parameter with which the page after this one is asked for.
func (s *apiServer) cursor(ctx context.Context, path, token string) (string, error) {
	resp, err := s.do(ctx, http.MethodGet, path, "", "Authorization", "Bearer "+token)
	if err != nil {
		return "", err
	}
	var page struct {
		Data []json.RawMessage `json:"data"`
		Next string            `json:"next"`
	}
	if err := json.Unmarshal(resp.body, &page); err != nil || len(page.Data) != recordsPerPage {
		return "", fmt.Errorf("%s: %s with %d orders (%w)", path, resp.Status, len(page.Data), err)
	}
	return "&cursor=" + page.Next, nil
}

type reply struct {
	*http.Response
	body []byte
}

var browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (s *apiServer) do(ctx context.Context, method, path, body string, header ...string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.local.Origin()+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := browser.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return reply{resp, text}, err
}

// bearers and ledger are those of cmd/linkdesk.
type bearers struct{ apps *authserver.Service }

func (b bearers) Check(ctx context.Context, bearer string) (api.Access, error) {
	a, err := b.apps.Check(ctx, bearer)
	if errors.Is(err, authserver.ErrInvalidToken) {
		err = api.ErrInvalidToken
	}
	return api.Access{App: string(a.App), Grant: string(a.Grant), Scopes: a.Scopes, HidePersonal: a.HidePersonal}, err
}

type ledger struct{ authserver.Ledger }

func (l ledger) Append(ctx context.Context, reads []api.Read) error {
	lines := make([]authserver.Read, len(reads))
	for i, r := range reads {
		lines[i] = authserver.Read{App: authserver.AppID(r.App), Grant: authserver.GrantID(r.Grant), At: r.At, Method: r.Method,
			Route: r.Route, Scope: string(r.Scope), Rows: r.Rows, Filter: r.Filter, Status: r.Status, Bytes: r.Bytes}
	}
	return l.AppendLedger(ctx, lines)
}
