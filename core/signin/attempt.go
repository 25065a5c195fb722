package signin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"linkdesk/core"
	"linkdesk/core/service"
)

// Notice is something that a person who waits may want to know.
type Notice string

// The notices.
const (
	NoticeForeign Notice = "foreign" // a page of another sign-in came in, and was ignored
	NoticeChecked Notice = "checked" // the browser is done; Linkdesk goes on
)

// Attempt is one sign-in under way. It ends by an answer of the browser, by
// Cancel, or at its deadline; its listener ends with it.
type Attempt struct {
	client   *Client
	request  Request
	call     tokenCall
	want     expectation
	verifier string // "": the service has no PKCE
	redirect string
	url      string
	deadline time.Time
	receiver *receiver // nil: the address is pasted
	timer    *time.Timer
	ctx      context.Context // ends with Cancel; calls that go on after the browser's answer end with it
	cancel   context.CancelFunc

	mu         sync.Mutex
	over       bool // no callback is taken any more
	browserErr error
	answer     chan callback // holds the one callback, or why there is none
	notices    chan Notice
}

// Outcome is a sign-in that the service has agreed to. Nothing is stored yet.
type Outcome struct {
	Grant    Grant
	Captured map[string]string // values of the callback and the token answer

	// Finish tells the browser how it ended: nil once the connection is proven
	// and stored. It must be called once; it does not wait.
	Finish func(err error)
}

// Begin listens on this computer and then opens the browser. A browser that
// does not open is no error: see BrowserErr. Errors: CodeInvalid, CodePortBlocked.
// The attempt does not end with ctx, but with Cancel or at its deadline.
func (c *Client) Begin(ctx context.Context, r Request) (*Attempt, error) {
	id, secret, err := r.client()
	if err != nil {
		return nil, err
	}
	values := r.Manifest.Values(r.Inputs)
	a := &Attempt{client: c, request: r, answer: make(chan callback, 1), notices: make(chan Notice, 8)}
	a.ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	a.call = tokenCall{Target: Target{Manifest: r.Manifest, Auth: r.Auth, ClientID: id, Values: values}, secret: secret, url: r.Auth.Token.URL, params: r.Auth.Token.Params}
	a.want = expectation{service: r.Manifest.Name, state: newState(), rules: r.Auth.Callback}
	if r.Auth.Issuer != "" {
		if a.want.issuer, err = r.Auth.Issuer.Expand(values, service.Raw); err != nil {
			return nil, err
		}
	}
	if r.Auth.PKCE != "unsupported" {
		a.verifier = oauth2.GenerateVerifier()
	}
	for _, s := range []core.Secret{secret, core.NewSecret(a.want.state), core.NewSecret(a.verifier)} {
		c.endpoint.remember(s)
	}
	if err := a.listen(); err != nil {
		return nil, err
	}
	if a.url, err = a.address(); err != nil {
		a.expire(err)
		return nil, err
	}
	a.deadline = c.endpoint.clock.Now().Add(c.timeout)
	c.mu.Lock()
	c.open[a] = struct{}{}
	c.mu.Unlock()
	a.mu.Lock()
	a.timer = time.AfterFunc(c.timeout, func() { a.expire(core.E(core.CodeConsentTimeout, "", nil)) })
	a.mu.Unlock()
	c.endpoint.log.Info("a sign-in has begun", "service", r.Manifest.ID, "scopes", len(r.Scopes), "listening", a.receiver != nil)
	if !r.NoBrowser {
		_ = a.OpenAgain(ctx) // kept for BrowserErr
	}
	return a, nil
}

// listen opens the return address, or only names it when it will be pasted.
func (a *Attempt) listen() error {
	rules := a.request.Auth.Redirect
	if a.request.PasteOnly {
		kind, err := kindOf(a.want.service, rules)
		if err != nil {
			return err
		}
		port := 65535 // where nothing listens, as a rule
		if rules.Port == "registered" {
			port = rules.Ports[0]
		}
		a.redirect = redirectURL(kind, port, rules.Path).String()
		return nil
	}
	listeners, address, err := listen(a.want.service, rules)
	if err != nil {
		return err
	}
	a.redirect = address.String()
	a.receiver = newReceiver(a, listeners, address)
	return nil
}

// address builds the page that the browser opens.
func (a *Attempt) address() (string, error) {
	rules, values := a.request.Auth.Authorize, a.call.Values
	page, err := a.request.Manifest.ExpandURL(rules.URL, values)
	if err != nil {
		return "", err
	}
	var options []oauth2.AuthCodeOption
	for name, t := range rules.Params {
		text, err := t.Expand(values, service.InQuery)
		if err != nil {
			return "", err
		}
		options = append(options, oauth2.SetAuthURLParam(name, text))
	}
	if rules.Scope != nil && len(a.request.Scopes) > 0 {
		separator := rules.Scope.Separator
		if separator == "+" {
			separator = " " // which a query writes as +
		}
		options = append(options, oauth2.SetAuthURLParam(rules.Scope.Param, strings.Join(a.request.Scopes, separator)))
	}
	if a.verifier != "" {
		options = append(options, oauth2.S256ChallengeOption(a.verifier))
	}
	conf := oauth2.Config{ClientID: a.call.ClientID, RedirectURL: a.redirect, Endpoint: oauth2.Endpoint{AuthURL: page.String()}}
	return conf.AuthCodeURL(a.want.state, options...), nil
}

// newState returns 256 random bits.
func newState() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails, crypto/rand since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

// URL is the link that the browser opens. Whoever has it can answer in the
// person's place, so it goes nowhere but to the person.
func (a *Attempt) URL() string { return a.url }

// Deadline is when the attempt ends by itself.
func (a *Attempt) Deadline() time.Time { return a.deadline }

// OpenAgain opens the browser once more. Errors: CodeBrowserFailed.
func (a *Attempt) OpenAgain(ctx context.Context) error {
	err := errors.New("no browser is known")
	if a.client.browser != nil {
		err = a.client.browser(ctx, a.url)
	}
	if err != nil {
		err = core.E(core.CodeBrowserFailed, "", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.browserErr = err
	return err
}

// BrowserErr says why the browser did not open the last time; the sign-in goes on.
func (a *Attempt) BrowserErr() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.browserErr
}

// Notices tells what happens while one waits. It is closed when the wait ends.
func (a *Attempt) Notices() <-chan Notice { return a.notices }

// Paste takes the whole address of the page on which the browser ended. The
// same is checked as when the browser comes by itself. Errors: CodeInvalid,
// after which the wait goes on.
func (a *Attempt) Paste(_ context.Context, address string) error {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		address = "http://" + address // browsers may hide it
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme+"://"+u.Host+u.EscapedPath() != a.redirect {
		return core.Invalid("That is not the address of the last page. It begins with " + a.redirect)
	}
	switch a.take(u.RawQuery, func() {}) {
	case taken:
		return nil
	case late:
		return core.Invalid("This sign-in has ended. Start again in Linkdesk.")
	}
	return core.Invalid("That address belongs to another sign-in, or a part of it is missing. Copy the whole address of the last page.")
}

// The fates of a callback.
type fate int

const (
	ignored fate = iota
	taken
	late
)

// take gives the attempt the query of a callback. The first that is ours is
// taken, which is told before anybody acts on it; a later one finds the attempt over.
func (a *Attempt) take(query string, told func()) fate {
	c, v := judge(query, a.want)
	switch {
	case v == malformed:
		return ignored
	case v == foreign:
		a.notify(NoticeForeign)
		return ignored
	case a.client.endpoint.clock.Now().After(a.deadline): // the computer slept, and timers with it
		a.expire(core.E(core.CodeConsentTimeout, "", nil))
		return late
	case !a.settle(c, told):
		return late
	}
	return taken
}

// settle ends the wait, once.
func (a *Attempt) settle(c callback, told func()) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return false
	}
	a.over = true
	if a.timer != nil {
		a.timer.Stop()
	}
	if c.err == nil {
		select {
		case a.notices <- NoticeChecked:
		default:
		}
	}
	close(a.notices)
	told()
	a.answer <- c
	return true
}

func (a *Attempt) notify(n Notice) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return
	}
	select {
	case a.notices <- n:
	default: // nobody looks: the first ones tell enough
	}
}

// expire ends the wait without the browser's answer, unless that has come.
func (a *Attempt) expire(err error) {
	if a.settle(callback{err: err}, func() {}) {
		a.finish(err)
	}
}

// finish tells the browser how it ended, and lets the listener go.
func (a *Attempt) finish(err error) {
	if a.receiver != nil {
		a.receiver.finish(err)
	}
	a.client.mu.Lock()
	delete(a.client.open, a)
	a.client.mu.Unlock()
}

// Cancel ends the attempt and returns when its listener is closed, at most a
// second later: a page that the browser is still to get is waited for.
func (a *Attempt) Cancel() {
	a.stop(core.E(core.CodeCancelled, "", context.Canceled))
	if a.receiver != nil {
		a.receiver.wait()
	}
}

// stop ends the attempt wherever it stands.
func (a *Attempt) stop(err error) {
	a.settle(callback{err: err}, func() {})
	a.cancel()
	a.finish(err)
}

// Wait returns what came of it; call it once. Errors: CodeConsentDenied,
// CodeConsentTimeout, CodeCancelled, CodeClientInvalid, CodeServiceDown,
// CodeRateLimited, CodeOffline, CodeTLSUntrusted, CodeScopeMissing,
// CodeDataUnexpected. When ctx ends the attempt is cancelled.
func (a *Attempt) Wait(ctx context.Context) (*Outcome, error) {
	var c callback
	select {
	case c = <-a.answer:
	case <-ctx.Done():
		err := core.E(core.CodeCancelled, "", ctx.Err())
		a.stop(err)
		return nil, err
	}
	if c.err == nil {
		var r reply
		if r, c.err = a.exchange(ctx, c); c.err == nil {
			return &Outcome{Grant: r.grant, Captured: r.captured, Finish: a.finish}, nil
		}
	}
	a.client.endpoint.log.Info("a sign-in has failed", "service", a.request.Manifest.ID, slog.String("code", string(core.CodeOf(c.err))))
	a.finish(c.err)
	return nil, c.err
}

// exchange turns the code into the grant, with what the callback told.
func (a *Attempt) exchange(ctx context.Context, c callback) (reply, error) {
	a.client.endpoint.remember(c.code)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(a.ctx, cancel)()
	r, err := a.client.endpoint.exchange(ctx, &a.call, c.code.Reveal(), a.redirect, a.verifier)
	if core.CodeOf(err) == core.CodeReauthRequired { // the code, not a permission, was refused
		return r, core.E(core.CodeDataUnexpected, a.want.service+" did not accept the answer that the browser brought. Nothing was changed. Start again.", err)
	}
	if err != nil {
		return r, err
	}
	for name, value := range c.captured {
		r.captured[name] = value
		r.grant.Extras[name] = value
	}
	r.grant.ClientID = a.call.ClientID
	if r.grant.Scopes == nil {
		r.grant.Scopes = a.request.Scopes
	}
	return r, nil
}
