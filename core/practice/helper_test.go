package practice

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
)

// hand is a clock that stands still until it is moved.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hand) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// logBuffer is a log that several goroutines may write to.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// shop is a practice store on a loopback port, and a client of it.
type shop struct {
	t     *testing.T
	store *Store
	url   string
	clock *hand
	log   *logBuffer
	file  string
}

func open(t *testing.T) *shop {
	t.Helper()
	h := &shop{t: t, clock: &hand{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, log: &logBuffer{}, file: filepath.Join(t.TempDir(), "practice.json")}
	h.start()
	return h
}

// start makes a store over the state file, as a start of Linkdesk does.
func (h *shop) start() {
	h.t.Helper()
	s, err := New(Options{StateFile: h.file, Clock: h.clock, Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		h.t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	h.t.Cleanup(server.Close)
	h.store, h.url = s, server.URL
}

func (h *shop) set(name Switch, to Setting) {
	h.t.Helper()
	if err := h.store.Set(name, to); err != nil {
		h.t.Fatal(err)
	}
}

const (
	// The example of RFC 7636 appendix B.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	callback  = "http://127.0.0.1:9/callback"
	allReads  = "stores:read customers:read products:read orders:read segments:read"
)

// askFor is the authorization address that a good client opens, with changes.
func (h *shop) askFor(scope string, change url.Values) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {ClientID}, "redirect_uri": {callback}, "scope": {scope}, "state": {"st&te/1"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for k, v := range change {
		if q[k] = v; v == nil {
			delete(q, k)
		}
	}
	return h.url + "/oauth/authorize?" + q.Encode()
}

// answer of the authorization, as the client sees it.
func (h *shop) approve(address string, o ApproveOptions) url.Values {
	h.t.Helper()
	o.Hold = true
	back, err := Approve(h.t.Context(), http.DefaultClient, address, o)
	if err != nil {
		h.t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		h.t.Fatal(err)
	}
	return u.Query()
}

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int    `json:"expires_in"`
	Scope   string `json:"scope"`
	Error   string `json:"error"`
}

func (h *shop) post(path string, form url.Values) (*http.Response, string) {
	h.t.Helper()
	r, err := http.PostForm(h.url+path, form)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return r, string(body)
}

func (h *shop) tokens(form url.Values) tokens {
	h.t.Helper()
	if !form.Has("client_id") {
		form.Set("client_id", ClientID)
	}
	_, body := h.post("/oauth/token", form)
	var got tokens
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		h.t.Fatalf("token answer %q: %v", body, err)
	}
	return got
}

func (h *shop) exchange(code string) tokens {
	h.t.Helper()
	return h.tokens(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}})
}

func (h *shop) refresh(token string) tokens {
	h.t.Helper()
	return h.tokens(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// signIn goes the whole way.
func (h *shop) signIn(scope string, o ApproveOptions) tokens {
	h.t.Helper()
	got := h.exchange(h.approve(h.askFor(scope, nil), o).Get("code"))
	if got.Access == "" || got.Refresh == "" {
		h.t.Fatalf("sign-in gave no tokens: error %q", got.Error)
	}
	return got
}

// get reads from the API; status 0 means that the connection broke.
func (h *shop) get(token, path string) (status int, header http.Header, body string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+"/api/v1"+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, answer.Header, string(text)
	}
	return answer.StatusCode, answer.Header, string(text)
}

type item struct {
	ID      string    `json:"id"`
	Deleted bool      `json:"deleted"`
	Updated time.Time `json:"updated_at"`
	Stamps  Stamps    `json:"timestamps"`
	State   string    `json:"state"`
}

// all pages through a list.
func (h *shop) all(token, path string, limit string, between func()) []item {
	h.t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		h.t.Fatal(err)
	}
	var items []item
	for q := u.Query(); ; {
		q.Set("limit", limit)
		status, _, body := h.get(token, u.Path+"?"+q.Encode())
		var page struct {
			Data   []item
			Paging paging
		}
		if err := json.Unmarshal([]byte(body), &page); status != 200 || err != nil {
			h.t.Fatalf("%s: status %d, %v, %.200s", path, status, err, body)
		}
		items = append(items, page.Data...)
		if page.Paging.Next == nil {
			return items
		}
		q.Set("cursor", *page.Paging.Next)
		if between != nil {
			between()
			between = nil
		}
	}
}

// callbackServer is a client's own listener.
func callbackServer(t *testing.T) (redirect string, got <-chan url.Values) {
	t.Helper()
	values := make(chan url.Values, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		values <- r.URL.Query()
	}))
	t.Cleanup(server.Close)
	return server.URL + "/callback", values
}

func serve(t *testing.T, s *Store, address string) (at string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	return l.Addr().String(), stop, ended
}

func wantCode(t *testing.T, err error, code core.Code) {
	t.Helper()
	if core.CodeOf(err) != code {
		t.Errorf("error %v, want code %q", err, code)
	}
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in %.400s", p, text)
		}
	}
}
