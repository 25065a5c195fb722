package authserver

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
)

// ConsentID names a question, "ask_" and 16 letters and digits.
type ConsentID string

// Outcome is what became of a question.
type Outcome string

// The outcomes; "" while it waits.
const (
	Allowed             Outcome = "allowed"
	Denied              Outcome = "denied"
	TimedOut            Outcome = "timed_out"
	Withdrawn           Outcome = "withdrawn"   // the browser page was closed
	Interrupted         Outcome = "interrupted" // Linkdesk ended
	AppChangedMeanwhile Outcome = "app_changed"
)

// Consent is a question as it is stored, for the Activity.
type Consent struct {
	ID          ConsentID
	App         AppID
	Scopes      []core.Scope // asked for
	RedirectURI string
	Asked       time.Time
	Ends        time.Time // not answered until then means no
	Decided     time.Time
	Outcome     Outcome
}

// Question is a consent that waits, with what the person needs to decide (W-14).
type Question struct {
	Consent
	AppInfo     App
	New         []core.Scope // of Scopes, those not allowed before; all, of a public app
	LastAllowed time.Time    // zero: never
	ReturnsTo   string       // "localhost:5678"
	From        string       // "192.168.1.20": the computer or container with the browser; "" is this one
}

// Decision is the person's answer.
type Decision struct {
	Allow        bool
	Scopes       []core.Scope // of those asked for, at least one
	HidePersonal bool
	For          Lifetime // "" means UntilRemoved
}

const (
	mostWaiting = 3
	// tabGone is how long the waiting page may be silent, which reloads itself
	// every two seconds, until it counts as closed.
	tabGone = 7 * time.Second
	// farewell is how long Interrupt waits for the pages: they reload within two seconds.
	farewell = 3 * time.Second
)

var errBusy = errors.New("authserver: too many questions wait")

// Consents are the questions that wait for the person. Every code needs an
// answer of its own; no answer is remembered.
type Consents struct {
	s    *Service
	mu   sync.Mutex
	list []*question
	told chan struct{} // a page was sent on; holds one
}

// question is a consent together with the browser page that waits for it.
type question struct {
	Consent
	app       App // as it was when it asked
	fresh     []core.Scope
	last      time.Time
	ticket    Hash // of the address of the waiting page
	state     string
	challenge string
	issuer    string
	from      string
	seen      time.Time   // the page last asked
	deciding  bool        // an answer is being written
	next      core.Secret // where the page goes when there is an outcome
}

// ask puts a question and returns the ticket of its waiting page, or errBusy.
func (c *Consents) ask(ctx context.Context, app App, r request) (core.Secret, error) {
	now := c.s.clock.Now()
	ticket := newCredential("")
	q := &question{
		Consent: Consent{ID: ConsentID(newID("ask_")), App: app.ID, Scopes: r.scopes, RedirectURI: r.redirect, Asked: now, Ends: now.Add(consentLife)},
		app:     app, ticket: hashOf(ticket.Reveal()), state: r.state, challenge: r.challenge, issuer: r.issuer, from: r.from, seen: now,
	}
	c.mu.Lock()
	if len(slices.DeleteFunc(slices.Clone(c.list), func(q *question) bool { return q.Outcome != "" })) >= mostWaiting {
		c.mu.Unlock()
		return core.Secret{}, errBusy
	}
	q.deciding = true // not shown before it is stored
	c.list = append(c.list, q)
	c.mu.Unlock()

	err := c.s.store.Update(ctx, func(tx Tx) error {
		grants, err := tx.Grants(app.ID)
		if err != nil {
			return err
		}
		q.fresh, q.last = compare(app, r.scopes, grants)
		return tx.SaveConsent(q.Consent)
	})
	c.mu.Lock()
	q.deciding = false
	if err != nil {
		c.drop(q)
	}
	c.mu.Unlock()
	if err != nil {
		return core.Secret{}, err
	}
	c.s.log.Info("an app asks for access", "client", app.ClientID, "consent", q.ID, "scopes", core.JoinScopes(q.Scopes, " "))
	event.Publish(c.s.bus, ConsentAsked{ID: q.ID, App: app.ID})
	return ticket, nil
}

// compare finds what was not allowed before. Anybody can pose as a public app,
// so nothing that one was allowed counts.
func compare(app App, asked []core.Scope, grants []Grant) (fresh []core.Scope, last time.Time) {
	fresh = slices.Clone(asked)
	for _, g := range grants {
		if g.Fetched.IsZero() {
			continue
		}
		if g.Created.After(last) {
			last = g.Created
		}
		if !app.Public {
			fresh = slices.DeleteFunc(fresh, func(s core.Scope) bool { return slices.Contains(g.Scopes, s) })
		}
	}
	return fresh, last
}

// Pending returns the questions that wait, the first asked first.
func (c *Consents) Pending() []Question {
	now := c.s.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Question
	for _, q := range c.list {
		if q.Outcome != "" || q.deciding || !alive(now, q.Ends, consentLife) {
			continue
		}
		back, _ := url.Parse(q.RedirectURI) // was checked when it was registered
		all = append(all, Question{Consent: q.Consent, AppInfo: q.app, New: q.fresh, LastAllowed: q.last, ReturnsTo: back.Host, From: q.from})
	}
	return all
}

// OnChange calls f after each change of Pending, until cancel. f runs on a
// goroutine of the bus.
func (c *Consents) OnChange(f func()) (cancel func()) {
	one := event.Subscribe(c.s.bus, func(ConsentAsked) { f() })
	two := event.Subscribe(c.s.bus, func(ConsentEnded) { f() })
	return func() { one(); two() }
}

// Recent returns the last questions, newest first, for the Activity.
func (c *Consents) Recent(ctx context.Context, limit int) (all []Consent, err error) {
	err = c.s.store.View(ctx, func(tx Tx) (err error) { all, err = tx.Consents(limit); return err })
	return all, err
}

// Sweep ends the questions that were not answered in time or whose browser page
// was closed. Run calls it every second.
func (c *Consents) Sweep(ctx context.Context) {
	now := c.s.clock.Now()
	c.endAll(ctx, TimedOut, func(q *question) bool { return !alive(now, q.Ends, consentLife) })
	c.endAll(ctx, Withdrawn, func(q *question) bool { return now.Sub(q.seen) > tabGone })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = slices.DeleteFunc(c.list, func(q *question) bool { return q.Outcome != "" && !alive(now, q.Decided.Add(codeLife), codeLife) })
}

// endAll ends waiting questions without access.
func (c *Consents) endAll(ctx context.Context, outcome Outcome, which func(*question) bool) {
	c.mu.Lock()
	var ended []*question
	for _, q := range c.list {
		if q.Outcome == "" && !q.deciding && which(q) {
			c.finish(q, outcome, refusedAt(q))
			ended = append(ended, q)
		}
	}
	c.mu.Unlock()
	for _, q := range ended {
		c.s.logged("end a question", c.s.store.Update(ctx, func(tx Tx) error { return tx.SaveConsent(q.Consent) }))
		c.tell(q)
	}
}

// Interrupt ends the questions because Linkdesk ends, and waits until their
// browser pages have gone back to the app with that; without it they would end
// at an address that answers no more. Call it while the local server is on.
func (c *Consents) Interrupt(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	c.endAll(ctx, Interrupted, func(*question) bool { return true })
	for c.expected() {
		select {
		case <-c.told:
		case <-ctx.Done():
			return
		}
	}
}

// expected reports whether a page has still to come for its answer.
func (c *Consents) expected() bool {
	now := c.s.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.list, func(q *question) bool { return q.Outcome != "" && now.Sub(q.seen) < farewell })
}

// finish notes the outcome. The caller holds the lock.
func (c *Consents) finish(q *question, outcome Outcome, next core.Secret) {
	q.Outcome, q.Decided, q.next = outcome, c.s.clock.Now(), next
}

func (c *Consents) tell(q *question) {
	c.s.log.Info("the question of an app ended", "client", q.app.ClientID, "consent", q.ID, "outcome", string(q.Outcome))
	c.s.setups.decided(q.App, q.Outcome, q.Decided)
	event.Publish(c.s.bus, ConsentEnded{ID: q.ID, App: q.App, Outcome: q.Outcome})
	c.s.changed(q.App)
}

func (c *Consents) drop(q *question) {
	c.list = slices.DeleteFunc(c.list, func(o *question) bool { return o == q })
}

// refusedAt is where the browser goes when there is no access.
func refusedAt(q *question) core.Secret {
	return core.NewSecret(errorRedirect(q.RedirectURI, q.state, q.issuer, "access_denied", "The person did not allow access."))
}
