package signintest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Switches are the faults and habits of a Server. The zero value is a service
// in good health that rotates its refresh tokens and punishes their reuse.
type Switches struct {
	Deny            string        // error of the callback, such as access_denied
	DenyText        string        // its error_description
	Silent          bool          // the authorization page never leads back
	WrongState      bool          // the callback carries another state
	Issuer          string        // iss of the callback; "none" for none, "" for the right one
	Account         string        // who signs in; "" for shop-1
	GiveScopes      []string      // granted in place of those asked; nil: as asked
	HideScopes      bool          // the token answer does not tell scopes
	Life            time.Duration // of access tokens; 0: 1 hour
	NoRefresh       bool          // gives no refresh token at all
	KeepRefresh     bool          // does not rotate, and a refresh answers without one
	TokenStatus     int           // the token endpoint answers this and nothing else
	TokenError      string        // the token endpoint answers 400 and this error
	TokenCut        bool          // the token endpoint breaks the connection before it answers
	TokenRedirect   string        // the token endpoint sends elsewhere (307)
	LoseReply       bool          // rotates, then breaks the connection
	RevokeStatus    int           // the revocation endpoint answers this
	DenyModels      []string      // the API answers 403 for these
	RefuseAccess    bool          // the API answers 401 whatever the token
	TokenAnswer     func(map[string]any) (contentType, body string)
	BeforeAnswer    func() // called when a token request has been carried out, before its answer
	RetryAfter      string // sent with TokenStatus
	NeedSecret      string // of the client, by HTTP Basic or in the body
	AuthorizeExtras url.Values
}

// Counts say what was asked of a Server.
type Counts struct {
	Authorized, Exchanges, Refreshes, Failed, Revoked, Calls int
}

// Server is a service: /authorize, /token, /revoke, and an API with /me,
// /stores, /customers and /orders.
type Server struct {
	URL string

	mu       sync.Mutex
	switches Switches
	counts   Counts
	forms    []url.Values // of token and revocation requests
	headers  []http.Header
	codes    map[string]code
	access   map[string]*family
	refresh  map[string]*family
	used     map[string]*family
	next     int
}

type code struct {
	challenge, redirect, account string
	scopes                       []string
}

// family is what came of one sign-in.
type family struct {
	account string
	scopes  []string
	dead    bool
}

// NewServer starts a service that lives as long as the test.
func NewServer(t testing.TB) *Server {
	s := &Server{codes: map[string]code{}, access: map[string]*family{}, refresh: map[string]*family{}, used: map[string]*family{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /revoke", s.revoke)
	mux.HandleFunc("GET /me", s.api("", `{"id":%q,"name":"Account %s","scopes":%s}`))
	for _, model := range []string{"stores", "customers", "orders"} {
		mux.HandleFunc("GET /"+model, s.api(model, `{"data":[{"id":"1","name":"First %[2]s","number":"1042","updated_at":"2026-01-02T03:04:05Z"}]}`))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Set changes switches.
func (s *Server) Set(change func(*Switches)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.switches)
}

// Counts returns what was asked so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// LastForm returns the parameters and headers of the last token or revocation request.
func (s *Server) LastForm() (url.Values, http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.forms) == 0 {
		return nil, nil
	}
	return s.forms[len(s.forms)-1], s.headers[len(s.headers)-1]
}

// Expire ends all access tokens, but not the permissions.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// Withdraw ends all permissions, as when a person takes them back at the service.
func (s *Server) Withdraw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.refresh {
		f.dead = true
	}
	clear(s.access)
}

// authorize agrees at once, as a person would.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	sw := s.switches
	s.counts.Authorized++
	secret := s.secret("code")
	c := code{challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri"), account: "shop-1", scopes: strings.Fields(q.Get("scope"))}
	if sw.Account != "" {
		c.account = sw.Account
	}
	if sw.GiveScopes != nil {
		c.scopes = sw.GiveScopes
	}
	s.codes[secret] = c
	s.mu.Unlock()
	if sw.Silent {
		fmt.Fprint(w, "thinking")
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {s.URL}}
	for name, v := range sw.AuthorizeExtras {
		back[name] = v
	}
	if sw.WrongState {
		back.Set("state", "wrong"+q.Get("state"))
	}
	switch sw.Issuer {
	case "none":
		back.Del("iss")
	case "":
	default:
		back.Set("iss", sw.Issuer)
	}
	if sw.Deny != "" {
		back.Set("error", sw.Deny)
		back.Set("error_description", sw.DenyText)
	} else {
		back.Set("code", secret)
	}
	http.Redirect(w, r, c.redirect+"?"+back.Encode(), http.StatusFound)
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	form := readForm(r)
	s.mu.Lock()
	sw := s.switches
	s.forms, s.headers = append(s.forms, form), append(s.headers, r.Header)
	refresh := form.Get("grant_type") == "refresh_token"
	if refresh {
		s.counts.Refreshes++
	} else {
		s.counts.Exchanges++
	}
	s.mu.Unlock()
	switch {
	case sw.TokenCut:
		panic(http.ErrAbortHandler)
	case sw.TokenStatus != 0:
		w.Header().Set("Retry-After", sw.RetryAfter)
		w.WriteHeader(sw.TokenStatus)
		return
	case sw.TokenRedirect != "":
		http.Redirect(w, r, sw.TokenRedirect, http.StatusTemporaryRedirect)
		return
	}
	fields, failure := s.grant(form, r.Header, refresh)
	if sw.BeforeAnswer != nil {
		sw.BeforeAnswer()
	}
	switch {
	case failure != "":
		s.mu.Lock()
		s.counts.Failed++
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"error": failure, "error_description": "canary-description"})
	case sw.LoseReply:
		panic(http.ErrAbortHandler)
	case sw.TokenAnswer != nil:
		kind, body := sw.TokenAnswer(fields)
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	default:
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(fields)
	}
}

// readForm reads a form or a JSON body.
func readForm(r *http.Request) url.Values {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var fields map[string]string
		json.NewDecoder(r.Body).Decode(&fields)
		form := url.Values{}
		for name, value := range fields {
			form.Set(name, value)
		}
		return form
	}
	r.ParseForm()
	return r.PostForm
}

// grant carries a token request out.
func (s *Server) grant(form url.Values, h http.Header, refresh bool) (fields map[string]any, failure string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sw := s.switches
	if sw.TokenError != "" {
		return nil, sw.TokenError
	}
	if sw.NeedSecret != "" && form.Get("client_secret") != sw.NeedSecret {
		if _, password, ok := (&http.Request{Header: h}).BasicAuth(); !ok || password != sw.NeedSecret {
			return nil, "invalid_client"
		}
	}
	var f *family
	if refresh {
		token := form.Get("refresh_token")
		if stolen := s.used[token]; stolen != nil {
			stolen.dead = true // reuse ends all that came of the sign-in
		}
		f = s.refresh[token]
		if f == nil || f.dead {
			return nil, "invalid_grant"
		}
		if !sw.KeepRefresh {
			delete(s.refresh, token)
			s.used[token] = f
		}
	} else {
		c, ok := s.codes[form.Get("code")]
		delete(s.codes, form.Get("code"))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !ok || c.redirect != form.Get("redirect_uri") || c.challenge != "" && c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return nil, "invalid_grant"
		}
		f = &family{account: c.account, scopes: c.scopes}
	}
	return s.tokens(f, refresh), ""
}

// tokens makes a token answer. The caller holds the lock.
func (s *Server) tokens(f *family, refresh bool) map[string]any {
	sw := s.switches
	life := sw.Life
	if life == 0 {
		life = time.Hour
	}
	access := s.secret("access")
	s.access[access] = f
	fields := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(life.Seconds()), "scope": strings.Join(f.scopes, " ")}
	if sw.HideScopes {
		delete(fields, "scope")
	}
	if !sw.NoRefresh && !(refresh && sw.KeepRefresh) {
		token := s.secret("refresh")
		s.refresh[token] = f
		fields["refresh_token"] = token
	}
	return fields
}

// secret makes a value that is easy to find where it should not be.
func (s *Server) secret(kind string) string {
	s.next++
	return fmt.Sprintf("canary-%s-%04d", kind, s.next)
}

func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	form := readForm(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.Revoked++
	s.forms, s.headers = append(s.forms, form), append(s.headers, r.Header)
	if s.switches.RevokeStatus != 0 {
		w.WriteHeader(s.switches.RevokeStatus)
		return
	}
	if f := s.refresh[form.Get("token")]; f != nil {
		f.dead = true
	}
	if f := s.access[form.Get("token")]; f != nil {
		f.dead = true
	}
	fmt.Fprint(w, "{}")
}

// api answers calls that carry a good token; body has verbs for the account id,
// the account or model name, and the scopes.
func (s *Server) api(model, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.counts.Calls++
		f := s.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		key := r.Header.Get("Authorization") == "Bearer key-good-us7"
		if key {
			f = &family{account: "shop-1"}
		}
		switch {
		case f == nil || f.dead || s.switches.RefuseAccess:
			w.WriteHeader(http.StatusUnauthorized)
			return
		case model != "" && (slices.Contains(s.switches.DenyModels, model) || !key && !slices.Contains(f.scopes, model+":read")):
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if model == "" {
			scopes, _ := json.Marshal(f.scopes)
			fmt.Fprintf(w, body, f.account, f.account, scopes)
			return
		}
		fmt.Fprintf(w, body, f.account, model)
	}
}
