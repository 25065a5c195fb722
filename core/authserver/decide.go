package authserver

import (
	"context"
	"net/url"
	"slices"

	"linkdesk/core"
)

const consentOver = "That question has ended: it was answered, withdrawn or waited too long."

// Decide answers a question, once. Allowing writes the answer, the grant and
// the code in one transaction: on an error nothing was given and the question
// still waits. Errors: CodeNotFound when it has ended, CodeInvalid when the
// answer does not fit it.
func (c *Consents) Decide(ctx context.Context, id ConsentID, d Decision) error {
	q, err := c.take(id)
	if err != nil {
		return err
	}
	if d.For == "" {
		d.For = UntilRemoved
	}
	d.Scopes = core.OnlyScopes(core.Scopes(), d.Scopes)
	next, err := c.write(ctx, q, d)
	outcome := Denied
	switch {
	case core.CodeOf(err) == core.CodeNotFound: // the app changed meanwhile, or is gone
		outcome, next = AppChangedMeanwhile, refusedAt(q)
	case err != nil:
		outcome = ""
	case d.Allow:
		outcome = Allowed
	}
	c.mu.Lock()
	q.deciding = false
	if outcome != "" {
		c.finish(q, outcome, next)
	}
	c.mu.Unlock()
	if outcome != "" {
		c.tell(q)
	}
	return err
}

// take reserves a waiting question, so that nobody else answers or ends it meanwhile.
func (c *Consents) take(id ConsentID) (*question, error) {
	now := c.s.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.list, func(q *question) bool { return q.ID == id })
	if i < 0 || c.list[i].Outcome != "" || c.list[i].deciding || !alive(now, c.list[i].Ends, consentLife) {
		return nil, core.NotFound(consentOver)
	}
	c.list[i].deciding = true
	return c.list[i], nil
}

// write stores the answer and returns where the browser goes.
func (c *Consents) write(ctx context.Context, q *question, d Decision) (next core.Secret, err error) {
	now := c.s.clock.Now()
	if d.Allow {
		if err := fits(q, d); err != nil {
			return next, err
		}
	}
	err = c.s.store.Update(ctx, func(tx Tx) error {
		stored, err := tx.Consent(q.ID)
		if err != nil {
			return err
		}
		if stored.Outcome != "" {
			return core.NotFound(consentOver)
		}
		stored.Decided, stored.Outcome = now, Denied
		if !d.Allow {
			next = refusedAt(q)
			return tx.SaveConsent(stored)
		}
		app, err := tx.App(q.App)
		if err != nil {
			return err
		}
		if app.Paused || !registeredAs(app.RedirectURIs, q.RedirectURI) || !core.CoversScopes(app.Scopes, d.Scopes) {
			return core.NotFound(consentOver)
		}
		code := newCredential(codePrefix)
		g := newGrant(q.App, d, now)
		stored.Outcome = Allowed
		next = core.NewSecret(withAnswer(q.RedirectURI, answer(q.state, q.issuer, url.Values{"code": {code.Reveal()}})))
		if err := tx.SaveConsent(stored); err != nil {
			return err
		}
		if err := tx.SaveGrant(g); err != nil {
			return err
		}
		return tx.SaveCode(Code{Hash: hashOf(code.Reveal()), Grant: g.ID, RedirectURI: q.RedirectURI, Challenge: q.challenge, Expires: now.Add(codeLife)})
	})
	return next, err
}

func fits(q *question, d Decision) error {
	switch {
	case len(d.Scopes) == 0:
		return core.Invalid("Tick at least one permission, or choose “Don't allow”.")
	case !core.CoversScopes(q.Scopes, d.Scopes):
		return core.Invalid("The app did not ask for all of these permissions.")
	case !slices.Contains([]Lifetime{UntilRemoved, OneHour, UntilQuit}, d.For):
		return core.Invalid("Choose how long access is given: until you remove it, one hour, or until Linkdesk quits.")
	}
	return nil
}

// answer adds what every redirect carries: the state as it came (RFC 6749
// section 4.1.2) and who answers (RFC 9207).
func answer(state, issuer string, v url.Values) url.Values {
	if state != "" {
		v.Set("state", state)
	}
	v.Set("iss", issuer)
	return v
}

func errorRedirect(uri, state, issuer, code, description string) string {
	return withAnswer(uri, answer(state, issuer, url.Values{"error": {code}, "error_description": {description}}))
}
