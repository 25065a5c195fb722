package authserver

import (
	"errors"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"time"

	"linkdesk/core"
)

// request is a request for authorization that may be put to the person.
type request struct {
	redirect  string
	state     string
	challenge string
	scopes    []core.Scope
	issuer    string // what the app knows this server by
	from      string // see Question.From
}

// sender is where a request came from: "" for this computer.
func sender(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || at.Addr().Unmap().IsLoopback() {
		return ""
	}
	return at.Addr().Unmap().WithZone("").String()
}

// authorize is the authorization endpoint (RFC 6749 section 4.1.1). The app
// and its return address come first: before both are known nothing is sent
// anywhere, whatever else is wrong.
func (s *Service) authorize(w http.ResponseWriter, r *http.Request) {
	if !navigation(w, r) {
		return
	}
	query, repeated, err := parameters(r.URL.RawQuery)
	if err != nil {
		badRequestPage.send(w, http.StatusBadRequest)
		return
	}
	var app App
	err = s.store.View(r.Context(), func(tx Tx) (err error) { app, err = tx.AppOf(query["client_id"]); return err })
	if core.CodeOf(err) == core.CodeNotFound {
		s.log.Warn("an unknown app asked for access", "client", show(query["client_id"]))
		unknownPage(query["client_id"]).send(w, http.StatusBadRequest)
		return
	}
	if refused := s.stored(err); refused != nil {
		w.Header().Set("Retry-After", seconds(refused.wait))
		troublePage.send(w, refused.status)
		return
	}
	asked := query["redirect_uri"]
	if !registeredAs(app.RedirectURIs, asked) {
		s.log.Warn("an app asked to return elsewhere", "client", app.ClientID, "asked", show(asked))
		s.trouble(app.ID, WrongRedirect, asked)
		mismatchPage(app.Name, asked, app.RedirectURIs).send(w, http.StatusBadRequest)
		return
	}
	s.went(app.ID, func(x *Setup, at time.Time) { x.Opened = at })
	req := request{redirect: asked, state: query["state"], issuer: s.origin(r.Context()), from: sender(r)}
	no := s.examine(app, query, repeated, &req)
	var ticket core.Secret
	if no == nil {
		ticket, err = s.consents.ask(r.Context(), app, req)
		no = s.unasked(err)
	}
	if no != nil {
		s.log.Warn("an app was refused", "client", app.ClientID, "code", no.code, "why", no.description)
		seeOther(w, errorRedirect(asked, req.state, req.issuer, no.code, no.description))
		return
	}
	seeOther(w, "/oauth/wait/"+ticket.Reveal())
}

// unasked says why a question could not be put.
func (s *Service) unasked(err error) *refusal {
	if errors.Is(err, errBusy) {
		return &refusal{code: "temporarily_unavailable", description: "Too many questions wait for an answer in Linkdesk."}
	}
	return s.stored(err)
}

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`) // SHA-256 in base64url

// examine reads the rest of the request, and says what is wrong with it.
func (s *Service) examine(app App, query map[string]string, repeated []string, req *request) *refusal {
	stuck := func(t Trouble, asked, code, description string) *refusal {
		s.trouble(app.ID, t, asked)
		return &refusal{code: code, description: description}
	}
	kind, challenge, method := query["response_type"], query["code_challenge"], query["code_challenge_method"]
	switch {
	case len(repeated) > 0:
		return stuck(WrongRequest, repeated[0], "invalid_request", "A parameter was sent more than once.")
	case app.Paused:
		return stuck(IsPaused, "", "access_denied", "This app is paused in Linkdesk.")
	case kind == "":
		return stuck(WrongRequest, "response_type", "invalid_request", "There is no response_type.")
	case kind != "code":
		return stuck(WrongRequest, kind, "unsupported_response_type", "Use response_type=code.")
	case query["response_mode"] != "" && query["response_mode"] != "query":
		return stuck(WrongRequest, query["response_mode"], "invalid_request", "Use response_mode=query.")
	case challenge == "" && method == "" && !app.needsPKCE():
	case challenge == "":
		return stuck(NoPKCE, "", "invalid_request", "A code_challenge is needed.")
	case method != "S256" || !challengeForm.MatchString(challenge):
		return stuck(NoPKCE, method, "invalid_request", "Use code_challenge_method=S256.")
	}
	req.challenge = challenge
	var err error
	if req.scopes, err = core.ParseScopes(query["scope"]); err != nil || !core.CoversScopes(app.Scopes, req.scopes) {
		return stuck(WrongScope, query["scope"], "invalid_scope", "The app may not ask for all of these scopes.")
	}
	if len(req.scopes) == 0 {
		req.scopes = app.Scopes
	}
	if len(req.scopes) == 0 {
		return stuck(WrongScope, "", "invalid_scope", "No permission is ticked for this app in Linkdesk.")
	}
	if s.limits.Take("questions of "+app.ClientID, mostQuestions, s.clock.Now()) > 0 {
		return &refusal{code: "temporarily_unavailable", description: "The app asked too often. Wait a minute."}
	}
	return nil
}

// navigation lets through what a browser opened as a page, or a program that
// says nothing about it: not frames, images, or pages fetched ahead of time.
func navigation(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		badRequestPage.send(w, http.StatusMethodNotAllowed)
		return false
	}
	dest := r.Header.Get("Sec-Fetch-Dest")
	ahead := r.Header.Get("Sec-Purpose") + r.Header.Get("Purpose") + r.Header.Get("X-Moz")
	if dest != "" && dest != "document" || ahead != "" {
		badRequestPage.send(w, http.StatusForbidden)
		return false
	}
	return true
}

// wait is the page that the browser shows until the person has answered. It
// loads itself again and again; when it stops, the question is withdrawn.
func (s *Service) wait(w http.ResponseWriter, r *http.Request) {
	if !navigation(w, r) {
		return
	}
	name, next, known := s.consents.visit(r.PathValue("ticket"))
	switch {
	case !known:
		overPage.send(w, http.StatusGone)
	case next.Empty():
		waitingPage(name).send(w, http.StatusOK)
	default:
		seeOther(w, next.Reveal())
	}
}

// visit notes that the page is still there, and returns where it goes when
// there is an answer; that is told once.
func (c *Consents) visit(ticket string) (app string, next core.Secret, known bool) {
	hash, now := hashOf(ticket), c.s.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.list, func(q *question) bool { return q.ticket.same(hash) })
	if i < 0 {
		return "", core.Secret{}, false
	}
	q := c.list[i]
	q.seen = now
	if q.Outcome != "" {
		c.drop(q)
		select {
		case c.told <- struct{}{}:
		default: // it is said already that somebody was
		}
	}
	return q.app.Name, q.next, true
}

// seeOther sends the browser on with GET and without a referrer (RFC 9700
// section 4.12), and byte for byte where it should go.
func seeOther(w http.ResponseWriter, to string) {
	secure(w)
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
