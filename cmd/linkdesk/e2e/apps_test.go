package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const callback = "http://127.0.0.1:47113/cb" // nothing listens: the browser stops before it

// outsider is a program that reads through the API.
type outsider struct {
	t          *testing.T
	api, token string
	client     *http.Client
}

// reply is what it was sent, as it came over the wire.
type reply struct {
	*http.Response
	body []byte
}

func (o *outsider) ask(method, address, body string, header ...string) (reply, error) {
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.api+strings.TrimPrefix(address, o.api), strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if o.token != "" {
		req.Header.Set("Authorization", "Bearer "+o.token)
	}
	header = append([]string{"Content-Type", "application/json", "Accept-Encoding", "identity"}, header...)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := o.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return reply{resp, text}, err
}

// allowed makes an app, lets it ask, and says yes to what it asks.
func (w *world) allowed(s *server, scopes ...string) (o *outsider, id string) {
	w.t.Helper()
	var app struct {
		ID       string
		ClientID string `json:"client_id"`
		Secret   string `json:"client_secret"`
	}
	create := []string{"apps", "create", "--name", "reader", "--redirect", callback}
	for _, scope := range scopes {
		create = append(create, "--scope", scope)
	}
	w.into(&app, create...)
	o = &outsider{t: w.t, api: s.API, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	w.t.Cleanup(o.client.CloseIdleConnections)
	visit := func(address string) *url.URL {
		got, err := o.ask("GET", address, "")
		if err != nil || got.StatusCode != http.StatusSeeOther {
			w.t.Fatalf("%s: %v %s", address, err, got.body)
		}
		to, err := got.Location()
		if err != nil {
			w.t.Fatal(err)
		}
		return to
	}
	wait := visit("/oauth/authorize?" + url.Values{"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {callback}, "scope": {strings.Join(scopes, " ")}, "state": {"s"}}.Encode())
	var questions []struct{ ID string }
	w.into(&questions, "consents")
	w.must("consents", "approve", questions[0].ID)
	code := visit(wait.String()).Query().Get("code")
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "client_id": {app.ClientID}, "client_secret": {app.Secret}}
	got, err := o.ask("POST", "/oauth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	if err != nil || json.Unmarshal(got.body, &tokens) != nil || tokens.Access == "" {
		w.t.Fatalf("no token: %v %s", err, got.body)
	}
	w.keep(code, "code")
	w.keep(tokens.Access, "token")
	w.keep(tokens.Refresh, "token")
	o.token = tokens.Access
	return o, app.ID
}

// The access ledger of the program as it is built is, line by line, the
// client's own log (U-02).
func TestLedgerOfAThousandRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("demo", "--home", w.home)
	s := w.serve()
	o, _ := w.allowed(s, "orders:read", "customers:read", "segments:write")
	mix := []struct{ method, path, body, encoding, filter string }{
		{"GET", "/v1/orders?limit=100", "", "gzip", "limit=100"},
		{"GET", "/v1/orders?limit=7&status=open", "", "identity", "limit=7, status=open"},
		{"GET", "/v1/customers?limit=3", "", "identity", "limit=3"},
		{"GET", "/v1/customers?limit=2", "", "etag", "limit=2"},
		{"GET", "/v1/products", "", "gzip", ""}, // not allowed
		{"GET", "/v1/orders/nothing", "", "identity", ""},
		{"POST", "/v1/segments", `{"name":"Germany","rules":{"field":"country","op":"eq","value":"DE"}}`, "identity", ""},
		{"POST", "/v1/segments", `{}`, "identity", ""},
	}
	var log []string
	seen := map[int]int{}
	tags := map[string]string{}
	for i := range 1000 {
		q := mix[(i*3+i/8)%len(mix)]
		header := []string{"Accept-Encoding", q.encoding}
		if q.encoding == "etag" {
			header = []string{"If-None-Match", tags[q.path]}
		}
		got, err := o.ask(q.method, q.path, q.body, header...)
		if err != nil {
			t.Fatal(err)
		}
		tags[q.path] = got.Header.Get("ETag")
		seen[got.StatusCode]++
		path, _, _ := strings.Cut(q.path, "?")
		log = append(log, fmt.Sprint(q.method, " ", strings.Replace(path, "/nothing", "/{id}", 1), " ", got.StatusCode, " ", got.rows(t), " rows ", len(got.body), " bytes ", q.filter))
	}
	for _, status := range []int{200, 201, 304, 400, 403, 404} {
		if seen[status] < 60 {
			t.Errorf("%d answers with %d: %v", seen[status], status, seen)
		}
	}
	s.stop()
	lines := w.query(`SELECT method || ' ' || route || ' ' || status || ' ' || records || ' rows ' || bytes || ' bytes ' || filter FROM oauth_ledger ORDER BY num`)
	if len(lines) != len(log) {
		t.Fatalf("%d lines for %d requests", len(lines), len(log))
	}
	for i := range log {
		if lines[i] != log[i] {
			t.Fatalf("line %d is %q, the client says %q", i, lines[i], log[i])
		}
	}
}

// Removed on the command line while it reads without a pause, an app gets
// nothing more: no call that begins after the command has said so.
func TestRevokedWhileItReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("demo", "--home", w.home)
	s := w.serve()
	o, id := w.allowed(s, "orders:read")
	var reads, late atomic.Int64
	var stopped atomic.Bool
	var all sync.WaitGroup
	var ends [3]int
	going := make(chan struct{})
	for i := range ends {
		all.Go(func() {
			// Told to slow down, it does not.
			for ends[i] = http.StatusOK; ends[i] == http.StatusOK || ends[i] == http.StatusTooManyRequests; {
				after := stopped.Load()
				got, err := o.ask("GET", "/v1/orders?limit=10", "")
				if err != nil {
					t.Error(err)
					return
				}
				if ends[i] = got.StatusCode; ends[i] == http.StatusOK {
					if after {
						late.Add(1)
						return
					}
					if reads.Add(1) == 100 {
						close(going)
					}
				}
			}
		})
	}
	select {
	case <-going:
	case <-time.After(patience):
		t.Error("it does not read")
	}
	w.must("apps", "revoke", id)
	stopped.Store(true)
	begin := time.Now()
	all.Wait()
	if took := time.Since(begin); late.Load() != 0 || !slices.Equal(ends[:], []int{401, 401, 401}) || took > time.Second {
		t.Errorf("%d calls were answered after the stop, the last ones %v, the readers knew after %v", late.Load(), ends, took)
	}
	s.stop()
}

func unzip(t *testing.T, body []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// rows are the records of an answer.
func (r reply) rows(t *testing.T) int {
	t.Helper()
	body := r.body
	if r.StatusCode >= 300 {
		return 0
	}
	if r.Header.Get("Content-Encoding") == "gzip" {
		body = unzip(t, body)
	}
	var list struct{ Data []json.RawMessage }
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	if list.Data == nil {
		return 1
	}
	return len(list.Data)
}
