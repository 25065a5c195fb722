package authserver

import (
	"context"
	"maps"
	"sync"
	"time"

	"linkdesk/core"
)

// uses notes in memory when grants were last used, so that a read of the API
// does not write; Flush writes them every few seconds.
type uses struct {
	mu     sync.Mutex
	grants map[GrantID]use
}

type use struct {
	app AppID
	at  time.Time
}

// note reports whether this is the first use since the last Flush.
func (u *uses) note(app AppID, g GrantID, at time.Time) (first bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.grants == nil {
		u.grants = map[GrantID]use{}
	}
	_, known := u.grants[g]
	u.grants[g] = use{app, at}
	return !known
}

func (u *uses) grant(id GrantID) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.grants[id].at
}

func (u *uses) app(id AppID) (last time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, x := range u.grants {
		if x.app == id && x.at.After(last) {
			last = x.at
		}
	}
	return last
}

func (u *uses) all() map[GrantID]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.grants)
}

// written forgets what was written, unless it was used again meanwhile.
func (u *uses) written(done map[GrantID]use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.grants, func(id GrantID, x use) bool { return done[id] == x })
}

// Flush writes when apps and grants were last used.
func (s *Service) Flush(ctx context.Context) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	noted := s.uses.all()
	if len(noted) == 0 {
		return nil
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		for id, x := range noted {
			if err := noteUse(tx, id, x); err != nil && core.CodeOf(err) != core.CodeNotFound {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.uses.written(noted)
	for _, x := range noted {
		s.changed(x.app)
	}
	return nil
}

func noteUse(tx Tx, id GrantID, x use) error {
	g, err := tx.Grant(id)
	if err != nil {
		return err
	}
	a, err := tx.App(x.app)
	if err != nil {
		return err
	}
	if x.at.After(g.LastUsed) {
		g.LastUsed = x.at
		if err := tx.SaveGrant(g); err != nil {
			return err
		}
	}
	if x.at.After(a.LastUsed) {
		a.LastUsed = x.at
		return tx.SaveApp(a)
	}
	return nil
}
