package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/assets"
	"linkdesk/core/practice"
)

// shop is the practice store in a process of its own, as services are: it goes
// on when Linkdesk is killed, can be slow by milliseconds, and hears every
// secret that passes.
type shop struct {
	*practice.Store
	URL string

	w      *world
	mu     sync.Mutex
	delay  time.Duration // before each answer with data
	asked  int           // requests for data
	last   string        // access token
	deaf   bool          // answers 503 to who withdraws a permission
	given  int           // permissions that were withdrawn
	change chan struct{} // closed and replaced at each of them
}

// newShop opens a shop and puts its manifest into the person's folder.
func newShop(t *testing.T, w *world) *shop {
	t.Helper()
	store, err := practice.New(practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{Store: store, w: w, change: make(chan struct{})}
	server := httptest.NewServer(s.listen(store.Handler()))
	t.Cleanup(server.Close)
	s.URL = server.URL
	s.offer(w, "corner", nil)
	return s
}

// offer writes a manifest of the shop into a person's folder.
func (s *shop) offer(w *world, id string, edit func(string) string) string {
	w.t.Helper()
	text, err := assets.Services.ReadFile("services/practice.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	m := strings.NewReplacer("id: practice\n", "id: "+id+"\n", "name: Practice store", "name: Corner shop", `"{practice}"`, `"`+s.URL+`"`,
		"{practice}", s.URL, "limit: 250", "limit: 40").Replace(string(text))
	m = strings.Replace(m, `hosts: ["`+s.URL+`"]`, `hosts: ["`+strings.TrimPrefix(s.URL, "http://")+`"]`, 1)
	if edit != nil {
		m = edit(m)
	}
	file := filepath.Join(w.home, "services", id+".yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(m), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// slow makes each answer with data wait.
func (s *shop) slow(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = by
}

// served returns how many requests for data came so far.
func (s *shop) served() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// until waits for the n-th request for data; false when none came in time.
func (s *shop) until(n int, within time.Duration) bool {
	late := time.After(within)
	for {
		s.mu.Lock()
		asked, change := s.asked, s.change
		s.mu.Unlock()
		if asked >= n {
			return true
		}
		select {
		case <-change:
		case <-late:
			return false
		}
	}
}

// hears reports whether the shop takes a permission back, and counts it.
func (s *shop) hears() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deaf {
		return false
	}
	s.given++
	return true
}

// goDeaf makes the shop hear nothing of permissions that are given back, or hear again.
func (s *shop) goDeaf(deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = deaf
}

// withdrawn returns how many permissions were given back.
func (s *shop) withdrawn() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.given
}

var tokenForm = regexp.MustCompile(`p[ar]t_[A-Za-z0-9_-]{30,}`)

func (s *shop) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/"):
			s.mu.Lock()
			delay := s.delay
			s.asked++
			close(s.change)
			s.change = make(chan struct{})
			s.mu.Unlock()
			if delay > 0 {
				select {
				case <-time.After(delay):
				case <-r.Context().Done():
				}
			}
			next.ServeHTTP(rw, r)
		case r.URL.Path == "/oauth/revoke" && !s.hears():
			rw.WriteHeader(http.StatusServiceUnavailable)
		case r.URL.Path == "/oauth/token" || r.URL.Path == "/oauth/revoke":
			body, _ := io.ReadAll(r.Body)
			form, _ := url.ParseQuery(string(body))
			for name := range form {
				switch name {
				case "code", "code_verifier", "refresh_token", "token":
					s.w.keep(form.Get(name), name)
				}
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(&hearing{ResponseWriter: rw, s: s}, r)
		default:
			next.ServeHTTP(rw, r)
		}
	})
}

// hearing notes the tokens of an answer.
type hearing struct {
	http.ResponseWriter
	s *shop
}

func (h *hearing) Write(b []byte) (int, error) {
	for _, token := range tokenForm.FindAllString(string(b), -1) {
		h.s.w.keep(token, "token")
		if strings.HasPrefix(token, "pat_") {
			h.s.mu.Lock()
			h.s.last = token
			h.s.mu.Unlock()
		}
	}
	return h.ResponseWriter.Write(b)
}

func (h *hearing) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// anyToken returns a token that the shop gave out last.
func (s *shop) anyToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
