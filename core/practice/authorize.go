package practice

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// ClientID is the public client under which Linkdesk is known here.
const ClientID = "linkdesk-desktop"

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// signin is one pass through the sign-in pages. Its random id is in every form
// and known to nobody else, so no other page can press a button in it.
type signin struct {
	redirect  *url.URL
	state     string
	challenge string
	scopes    []string
	issuer    string
	account   string // id, once chosen
	expires   time.Time
}

// authorize starts a sign-in. A wrong client or return address is shown here
// and never sent on; everything else is told to the client (RFC 6749 section 4.1.2.1).
func (s *Store) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, ok := loopbackRedirect(q["redirect_uri"])
	switch {
	case len(q["client_id"]) != 1 || q.Get("client_id") != ClientID:
		s.problem(w, http.StatusBadRequest, "This app is not known here", "The practice store only knows Linkdesk. Close this page and start the sign-in again in Linkdesk.")
		return
	case !ok:
		s.problem(w, http.StatusBadRequest, "The way back is not safe", "The practice store only sends you back to a program on this computer. Close this page and start again in Linkdesk.")
		return
	}
	t := &signin{redirect: redirect, state: q.Get("state"), challenge: q.Get("code_challenge"), issuer: origin(r), expires: s.clock.Now().Add(signinLife)}
	t.scopes, ok = parseScopes(q.Get("scope"))
	switch {
	case slices.ContainsFunc([]string{"state", "scope", "response_type", "code_challenge", "code_challenge_method"}, func(k string) bool { return len(q[k]) > 1 }):
		s.sendBack(w, r, t, "error", "invalid_request")
	case q.Get("response_type") != "code":
		s.sendBack(w, r, t, "error", "unsupported_response_type")
	case q.Get("code_challenge_method") != "S256" || !challengeForm.MatchString(t.challenge):
		s.sendBack(w, r, t, "error", "invalid_request")
	case !ok:
		s.sendBack(w, r, t, "error", "invalid_scope")
	default:
		id := newToken()
		s.mu.Lock()
		s.sweep()
		s.pending[id] = t
		s.mu.Unlock()
		http.Redirect(w, r, "/signin/account?tx="+id, http.StatusSeeOther)
	}
}

// sweep forgets sign-ins and codes whose time is over. The caller holds the lock.
func (s *Store) sweep() {
	now := s.clock.Now()
	for id, t := range s.pending {
		if now.After(t.expires) {
			delete(s.pending, id)
		}
	}
	for id, c := range s.codes {
		if now.After(c.expires.Add(signinLife)) { // kept a while to notice a second use
			delete(s.codes, id)
		}
	}
}

// loopbackRedirect accepts http with a loopback address and any port (RFC 8252 section 7.3).
func loopbackRedirect(values []string) (*url.URL, bool) {
	if len(values) != 1 {
		return nil, false
	}
	u, err := url.Parse(values[0])
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || u.Port() == "" {
		return nil, false
	}
	return u, isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sendBack ends a sign-in: the browser goes to the client with a code or an
// error, the state as it came, and who we are (RFC 9207).
func (s *Store) sendBack(w http.ResponseWriter, r *http.Request, t *signin, key, value string) {
	back := *t.redirect
	q := back.Query()
	q.Set(key, value)
	q.Set("iss", t.issuer)
	if t.state != "" {
		q.Set("state", t.state)
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// pendingBy returns the sign-in that a page or form belongs to, or answers that it is over.
func (s *Store) pendingBy(w http.ResponseWriter, id string) (signin, bool) {
	s.mu.Lock()
	t, ok := s.pending[id]
	var copied signin
	if ok = ok && !s.clock.Now().After(t.expires); ok {
		copied = *t
	}
	s.mu.Unlock()
	if !ok {
		s.problem(w, http.StatusGone, "This sign-in is over", "It was finished, or it took too long. Start again in Linkdesk.")
	}
	return copied, ok
}

// chooseAccount takes the answer of the first page.
func (s *Store) chooseAccount(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("tx")
	if _, ok := s.pendingBy(w, id); !ok {
		return
	}
	chosen, ok := accountBy(func(a account) bool { return a.login == r.PostFormValue("account") })
	if !ok {
		http.Redirect(w, r, "/signin/account?tx="+url.QueryEscape(id), http.StatusSeeOther)
		return
	}
	s.mu.Lock()
	if _, wrong := s.strikesLocked(WrongAccount); wrong {
		chosen = accounts[1]
	}
	if t := s.pending[id]; t != nil {
		t.account = chosen.id
	}
	s.mu.Unlock()
	http.Redirect(w, r, "/signin/allow?tx="+url.QueryEscape(id), http.StatusSeeOther)
}

// decide takes the answer of the second page.
func (s *Store) decide(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("tx")
	t, ok := s.pendingBy(w, id)
	if !ok {
		return
	}
	if t.account == "" {
		http.Redirect(w, r, "/signin/account?tx="+url.QueryEscape(id), http.StatusSeeOther)
		return
	}
	if _, silent := s.strikes(SilentSignIn); silent {
		s.render(w, http.StatusOK, "silent.html", nil, nil)
		return
	}
	given := slices.DeleteFunc(slices.Clone(t.scopes), func(name string) bool { return !slices.Contains(r.PostForm["scope"], name) })
	if _, refused := s.strikes(DenySignIn); refused || r.PostFormValue("decision") != "allow" || len(given) == 0 {
		given = nil
	}
	if len(given) > 1 {
		if _, fewer := s.strikes(PartialGrant); fewer {
			given = given[:len(given)-1]
		}
	}
	s.mu.Lock()
	_, open := s.pending[id] // a second press of the button comes too late
	delete(s.pending, id)
	secret := newToken()
	if open && given != nil {
		s.codes[hashOf(secret)] = &code{account: t.account, scopes: given, redirect: t.redirect.String(), challenge: t.challenge, expires: s.clock.Now().Add(codeLife)}
	}
	s.mu.Unlock()
	switch {
	case !open:
		s.problem(w, http.StatusGone, "This sign-in is over", "It was already answered.")
	case given == nil:
		s.sendBack(w, r, &t, "error", "access_denied")
	default:
		s.sendBack(w, r, &t, "code", secret)
	}
}
