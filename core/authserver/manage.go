package authserver

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
)

const noApp = "That app is not there any more."

// CreateApp adds an app. The secret is told here and never again; a public app
// has none. Errors: CodeInvalid with the reason.
func (s *Service) CreateApp(ctx context.Context, d Draft) (App, core.Secret, error) {
	now := s.clock.Now()
	var secret core.Secret
	a := App{ID: AppID(newID("app_")), ClientID: rand.Text(), Created: now}
	err := s.store.Update(ctx, func(tx Tx) error {
		apps, err := tx.Apps()
		if err != nil {
			return err
		}
		if len(apps) >= mostApps {
			return core.Invalid("There are " + strconv.Itoa(mostApps) + " apps already. Delete one that you no longer use.")
		}
		if a.Draft, err = d.clean(apps); err != nil {
			return err
		}
		if !a.Public {
			secret = newCredential(secretPrefix)
			a.Secrets = []Secret{newSecret(secret, now)}
		}
		return tx.SaveApp(a)
	})
	if err != nil {
		return App{}, core.Secret{}, err
	}
	s.log.Info("app made", "client", a.ClientID, "public", a.Public)
	s.changed(a.ID)
	return a, secret, nil
}

func newSecret(text core.Secret, now time.Time) Secret {
	t := text.Reveal()
	return Secret{Hash: hashOf(t), LastFour: t[len(t)-4:], Created: now}
}

// EditApp replaces what the person decided about an app. More permissions
// change nothing for access already given: the app has to ask again (P-24).
// Fewer take effect at once. Whether an app is public cannot be changed.
func (s *Service) EditApp(ctx context.Context, id AppID, d Draft) (App, error) {
	a, err := s.editApp(ctx, id, func(a *App, others []App) (err error) {
		if d.Public != a.Public {
			return core.Invalid("Whether an app can keep a secret cannot be changed. Create a new app instead.")
		}
		a.Draft, err = d.clean(others)
		return err
	})
	if err == nil {
		s.withdraw(ctx, id)
	}
	return a, err
}

// withdraw ends the questions of an app: they were put with what has changed.
func (s *Service) withdraw(ctx context.Context, id AppID) {
	s.consents.endAll(ctx, AppChangedMeanwhile, func(q *question) bool { return q.App == id })
}

// PauseApp takes access away for the time being, or gives it back.
func (s *Service) PauseApp(ctx context.Context, id AppID, paused bool) error {
	_, err := s.editApp(ctx, id, func(a *App, _ []App) error {
		a.Paused = paused
		return nil
	})
	if err == nil {
		s.withdraw(ctx, id)
	}
	return err
}

// RegenerateSecret makes a new secret and returns it, the only time it can be
// read. The newest of the old ones works for the overlap (0 to 168 hours), any
// other ends now. Access already given stays.
func (s *Service) RegenerateSecret(ctx context.Context, id AppID, overlap time.Duration) (App, core.Secret, error) {
	secret := newCredential(secretPrefix)
	a, err := s.editApp(ctx, id, func(a *App, _ []App) error {
		now := s.clock.Now()
		switch {
		case a.Public:
			return core.Invalid("This app has no secret: it was made for programs that cannot keep one.")
		case overlap < 0 || overlap > mostOverlap:
			return core.Invalid("The old secret can go on working for 0 to " + strconv.Itoa(int(mostOverlap.Hours())) + " hours.")
		}
		keep := []Secret{newSecret(secret, now)}
		if old := a.Secrets[0]; old.Active(now) {
			if ends := now.Add(overlap); old.Ends.IsZero() || ends.Before(old.Ends) {
				old.Ends = ends
			}
			keep = append(keep, old)
		}
		a.Secrets = keep
		return nil
	})
	if err != nil {
		return App{}, core.Secret{}, err
	}
	return a, secret, nil
}

// editApp changes an app.
func (s *Service) editApp(ctx context.Context, id AppID, change func(a *App, others []App) error) (a App, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		apps, err := tx.Apps()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(apps, func(a App) bool { return a.ID == id })
		if i < 0 {
			return core.NotFound(noApp)
		}
		a = apps[i]
		if err := change(&a, slices.Delete(slices.Clone(apps), i, i+1)); err != nil {
			return err
		}
		return tx.SaveApp(a)
	})
	if err != nil {
		return App{}, err
	}
	s.cache.clear()
	s.changed(id)
	return a, nil
}

// DeleteApp deletes an app with its secrets, all access and its ledger.
func (s *Service) DeleteApp(ctx context.Context, id AppID) error {
	if err := s.store.Update(ctx, func(tx Tx) error { return tx.DeleteApp(id) }); err != nil {
		return err
	}
	s.cache.clear()
	s.withdraw(ctx, id)
	s.setups.forget(id)
	s.log.Info("app deleted", "app", id)
	event.Publish(s.bus, AppChanged{ID: id, Deleted: true})
	return nil
}

// RevokeApp ends all access of an app, at once. The app itself stays.
func (s *Service) RevokeApp(ctx context.Context, id AppID) error {
	return s.revokeWhere(ctx, id, func(Grant) bool { return true })
}

// RevokeGrant ends one access, at once.
func (s *Service) RevokeGrant(ctx context.Context, id GrantID) error {
	var g Grant
	err := s.store.View(ctx, func(tx Tx) (err error) { g, err = tx.Grant(id); return err })
	if err != nil {
		return err
	}
	return s.revokeWhere(ctx, g.App, func(o Grant) bool { return o.ID == id })
}

func (s *Service) revokeWhere(ctx context.Context, app AppID, which func(Grant) bool) error {
	err := s.store.Update(ctx, func(tx Tx) error {
		if _, err := tx.App(app); err != nil {
			return err
		}
		grants, err := tx.Grants(app)
		for _, g := range grants {
			if err == nil && which(g) {
				err = end(tx, g, EndedByPerson, s.clock.Now())
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	s.cache.clear()
	s.log.Info("access removed", "app", app)
	s.changed(app)
	return nil
}

// Apps returns all apps in the order of their making.
func (s *Service) Apps(ctx context.Context) (apps []App, err error) {
	err = s.store.View(ctx, func(tx Tx) (err error) { apps, err = tx.Apps(); return err })
	for i := range apps {
		apps[i] = s.fresh(apps[i])
	}
	return apps, err
}

// App returns one app, or NotFound.
func (s *Service) App(ctx context.Context, id AppID) (a App, err error) {
	err = s.store.View(ctx, func(tx Tx) (err error) { a, err = tx.App(id); return err })
	return s.fresh(a), err
}

// fresh leaves out secrets that ended and adds a use that was not written yet.
func (s *Service) fresh(a App) App {
	now := s.clock.Now()
	a.Secrets = slices.DeleteFunc(slices.Clone(a.Secrets), func(x Secret) bool { return !x.Active(now) })
	if at := s.uses.app(a.ID); at.After(a.LastUsed) {
		a.LastUsed = at
	}
	return a
}

// Grants returns the access that an app has or had in the last 90 days, newest
// first; "" means all apps. What was allowed and never fetched is left out.
func (s *Service) Grants(ctx context.Context, app AppID) (grants []Grant, err error) {
	err = s.store.View(ctx, func(tx Tx) (err error) { grants, err = tx.Grants(app); return err })
	grants = slices.DeleteFunc(grants, func(g Grant) bool { return g.Fetched.IsZero() })
	for i := range grants {
		if at := s.uses.grant(grants[i].ID); at.After(grants[i].LastUsed) {
			grants[i].LastUsed = at
		}
	}
	return grants, err
}

// Ledger returns what apps read; see the interface Ledger.
func (s *Service) Ledger() Ledger { return s.ledger }
