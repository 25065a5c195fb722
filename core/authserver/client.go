package authserver

import (
	"context"
	"net/http"
	"net/url"

	"linkdesk/core"
)

// What one app may do in a minute at the endpoints of this package (product row
// O24; checklist B35).
const (
	mostRequests  = 60 // calls with right credentials
	mostFailures  = 10 // calls with wrong ones
	mostQuestions = 10
)

// caller is an app that proved who it is; a public one only says it.
type caller struct {
	App
	secret Hash // that it proved itself with; zero of a public app
}

// claim is what a request says about who it is.
type claim struct {
	clientID string
	secret   core.Secret
}

var errClient = &refusal{status: http.StatusUnauthorized, code: "invalid_client", description: "The Client ID or the Client Secret is not right."}

// authenticate finds the app of a request: by HTTP Basic or by the body, not by
// both (RFC 6749 section 2.3). A wrong secret and an unknown app get the same
// answer. Who fails too often is told to wait, and yet the right secret is
// always let in, so nobody can lock an app out.
func (s *Service) authenticate(ctx context.Context, r *http.Request, form map[string]string) (caller, *refusal) {
	said, refused := claimed(r, form)
	if refused != nil {
		return caller{}, refused
	}
	var c caller
	err := s.store.View(ctx, func(tx Tx) (err error) { c.App, err = tx.AppOf(said.clientID); return err })
	known := core.CodeOf(err) != core.CodeNotFound
	if err != nil && known {
		return caller{}, s.stored(err)
	}
	now := s.clock.Now()
	hash := hashOf(said.secret.Reveal())
	right := known && c.Public && said.secret.Empty()
	for _, x := range c.Secrets {
		if x.Active(now) && x.Hash.same(hash) {
			c.secret, right = hash, true
		}
	}
	if !right {
		if known {
			s.trouble(c.ID, troubleOf(c.App, said), "")
		}
		if wait := s.limits.Take("failures of "+said.clientID, mostFailures, now); wait > 0 {
			return caller{}, tooMany(wait)
		}
		s.log.Warn("an app was refused", "client", show(said.clientID))
		return caller{}, errClient
	}
	if wait := s.limits.Take("requests of "+said.clientID, mostRequests, now); wait > 0 {
		return caller{}, tooMany(wait)
	}
	return c, nil
}

func troubleOf(app App, said claim) Trouble {
	switch {
	case app.Public:
		return NeedlessSecret
	case said.secret.Empty():
		return NoSecret
	}
	return WrongSecret
}

// claimed reads the credentials.
func claimed(r *http.Request, form map[string]string) (claim, *refusal) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return claim{form["client_id"], core.NewSecret(form["client_secret"])}, nil
	}
	user, pass, ok := r.BasicAuth()
	if !ok || len(headers) > 1 {
		return claim{}, errClient
	}
	id, err1 := url.QueryUnescape(user) // both are urlencoded first (RFC 6749 section 2.3.1)
	secret, err2 := url.QueryUnescape(pass)
	if err1 != nil || err2 != nil {
		return claim{}, errClient
	}
	if form["client_secret"] != "" || form["client_id"] != "" && form["client_id"] != id {
		return claim{}, invalidRequest("Send the credentials once: in the header or in the body.")
	}
	return claim{id, core.NewSecret(secret)}, nil
}

// still checks inside the transaction that what was proven still holds.
func (c caller) still(tx Tx, s *Service) (App, *refusal, error) {
	app, err := tx.App(c.ID)
	if core.CodeOf(err) == core.CodeNotFound {
		return app, errClient, nil
	}
	if err != nil {
		return app, nil, err
	}
	now := s.clock.Now()
	for i, x := range app.Secrets {
		if x.Hash == c.secret && x.Active(now) {
			app.Secrets[i].LastUsed = now
			return app, nil, nil
		}
	}
	if !app.Public {
		return app, errClient, nil
	}
	return app, nil, nil
}
