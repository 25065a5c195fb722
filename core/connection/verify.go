package connection

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"linkdesk/core"
	"linkdesk/core/signin"
)

// verifyAtOnce is how many connections VerifyAll asks at a time.
const verifyAtOnce = 4

// Verify asks the service who we are and reads one record of each chosen data
// model, and notes what came of it. What is wrong at the service is in the
// view's Health, not an error; errors are of this computer (CodeNotFound,
// CodeKeyring, storage) or say to come again (CodeRateLimited, CodeCancelled).
func (s *Service) Verify(ctx context.Context, id core.ConnectionID) (View, error) {
	v, err := s.Get(ctx, id)
	if err != nil {
		return View{}, err
	}
	m, known := s.manifest(v.Connection)
	if !known {
		_, err := s.o.Registry.Get(v.Connection.Service)
		return View{}, err
	}
	s.o.Tokens.TryNow(id)
	client := s.o.Provider.For(m, v.Connection)
	account, granted, err := client.Verify(ctx)
	if err != nil {
		if !tellsHealth(core.CodeOf(err)) {
			return View{}, err
		}
		if err := s.Checked(ctx, id, core.CodeOf(err)); err != nil {
			return View{}, err
		}
		return s.Get(ctx, id)
	}
	c := v.Connection
	if granted != nil {
		c.Granted = granted
	}
	checks := probe(ctx, client, m, c)
	if ctx.Err() != nil {
		return View{}, core.E(core.CodeCancelled, "", ctx.Err())
	}
	err = s.update(ctx, id, func(now *core.Connection) error {
		now.Health = health(checks, s.o.Clock.Now())
		now.AccountName = accountName(account)
		if granted != nil {
			now.Granted = granted
		}
		return nil
	})
	if err != nil {
		return View{}, err
	}
	return s.Get(ctx, id)
}

// VerifyAll verifies every connection, four at a time. One that could not be
// verified does not keep the others from it; its view is as it was.
func (s *Service) VerifyAll(ctx context.Context) ([]View, error) {
	views, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	var group errgroup.Group
	group.SetLimit(verifyAtOnce)
	for i := range views {
		group.Go(func() error {
			v, err := s.Verify(ctx, views[i].ID)
			if err == nil {
				views[i] = v
			}
			return nil
		})
	}
	_ = group.Wait() // what is wrong is in the views
	if ctx.Err() != nil {
		return views, core.E(core.CodeCancelled, "", ctx.Err())
	}
	return views, nil
}

// tellsHealth reports whether an error class says something about the
// connection, and not about this computer, the moment or one answer.
func tellsHealth(code core.Code) bool {
	return slices.Contains([]core.Code{core.CodeReauthRequired, core.CodeScopeMissing, core.CodeClientInvalid, core.CodeServiceDown, core.CodeOffline,
		core.CodeTLSUntrusted, core.CodeClockWrong, core.CodeKeyLost, core.CodeDataUnexpected}, code)
}

// Checked notes what a service really answered: the empty code after success,
// else why it could not be used. Classes that say nothing about the connection
// change nothing.
func (s *Service) Checked(ctx context.Context, id core.ConnectionID, code core.Code) error {
	if code != "" && !tellsHealth(code) {
		return nil
	}
	now := s.o.Clock.Now()
	return s.update(ctx, id, func(c *core.Connection) error {
		c.Health = after(c.Health, code, now)
		return nil
	})
}

// after is the health after one more answer. Only a good answer ends "sign in
// again": a service that is down does not.
func after(h core.Health, code core.Code, now time.Time) core.Health {
	h.CheckedAt = now
	switch ended := h.Code == core.CodeReauthRequired || h.Code == core.CodeKeyLost; {
	case code == "":
		h.OKAt = now
		if h.Code != core.CodeScopeMissing { // that is about one model; Verify tells
			h.Code = ""
		}
	case !ended || code == core.CodeReauthRequired || code == core.CodeKeyLost:
		h.Code = code
	}
	return h
}

// PermissionEnded is for signin.TokensOptions.OnDead: the service has withdrawn
// the permission.
func (s *Service) PermissionEnded(ctx context.Context, id core.ConnectionID) {
	if err := s.Checked(ctx, id, core.CodeReauthRequired); err != nil {
		s.o.Log.Warn("the end of a permission was not noted", "connection", string(id), "code", string(core.CodeOf(err)))
	}
}

// PermissionRenewed is for signin.TokensOptions.OnSaved: what a refresh tells
// about scopes (unless the service lists them better, for Verify) and about
// when a new sign-in will be needed. It writes and tells only what is new.
func (s *Service) PermissionRenewed(ctx context.Context, id core.ConnectionID, g signin.Grant) {
	c, err := s.o.Store.Get(ctx, id)
	m, _ := s.manifest(c)
	same := slices.Equal(c.Granted, g.Scopes) || g.Scopes == nil || m.Verify.Scopes != ""
	if err == nil && same && dayOf(c.ExpiresAt) == dayOf(g.SignInBy()) {
		return
	}
	err = s.update(ctx, id, func(c *core.Connection) error {
		c.ExpiresAt = g.SignInBy()
		if !same {
			c.Granted = g.Scopes
		}
		return nil
	})
	if err != nil {
		s.o.Log.Warn("a renewed permission was not noted", "connection", string(id), "code", string(core.CodeOf(err)))
	}
}

func dayOf(t time.Time) time.Time { return t.Truncate(24 * time.Hour) }

// Alive is for signin.TokensOptions.List: the connections whose permissions are
// worth keeping alive.
func (s *Service) Alive(ctx context.Context) ([]core.ConnectionID, error) {
	views, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	var ids []core.ConnectionID
	for _, v := range views {
		if v.Health.Code != core.CodeReauthRequired && v.Health.Code != core.CodeKeyLost {
			ids = append(ids, v.ID)
		}
	}
	return ids, nil
}

// Pause stops using a connection until Resume; its permission is kept alive.
func (s *Service) Pause(ctx context.Context, id core.ConnectionID) error {
	return s.update(ctx, id, func(c *core.Connection) error { c.Paused = true; return nil })
}

// Resume ends Pause.
func (s *Service) Resume(ctx context.Context, id core.ConnectionID) error {
	return s.update(ctx, id, func(c *core.Connection) error { c.Paused = false; return nil })
}

// SetAccess changes what the person chose. What the service has not granted for
// it shows as StatusScope until the connection is reauthorized (P-08).
func (s *Service) SetAccess(ctx context.Context, id core.ConnectionID, access core.AccessMap) error {
	return s.update(ctx, id, func(c *core.Connection) error { c.Access = access.Clone(); return nil })
}
