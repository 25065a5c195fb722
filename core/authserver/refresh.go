package authserver

import (
	"context"
	"time"

	"linkdesk/core"
)

// refresh renews access (RFC 6749 section 6). The renewal key changes each
// time. The old one, sent again within 60 seconds, gets the same answer: programs
// renew in parallel, and answers get lost. Later it means that two hold the same
// key, so the whole family ends (RFC 9700 section 4.14.2).
func (s *Service) refresh(ctx context.Context, c caller, form map[string]string) (body []byte, refused *refusal) {
	key := form["refresh_token"]
	if key == "" {
		return nil, invalidRequest("There is no refresh_token.")
	}
	asked, err := core.ParseScopes(form["scope"])
	if err != nil {
		return nil, invalidScope()
	}
	var replayed bool
	err = s.store.Update(ctx, func(tx Tx) error {
		app, no, err := c.still(tx, s)
		if no != nil || err != nil {
			refused = no
			return err
		}
		old, g, err := ownToken(tx, app.ID, key)
		if core.CodeOf(err) == core.CodeNotFound || err == nil && old.Kind != RefreshToken {
			refused = invalidGrant("The refresh_token is not known.")
			return nil
		}
		if err != nil {
			return err
		}
		now := s.clock.Now()
		if !g.Live(now) || !now.Before(old.Expires) {
			refused = invalidGrant("The access has ended. Ask for it again.")
			return nil
		}
		if !old.Used.IsZero() {
			if body = replay(old, key, now); body != nil {
				return nil
			}
			refused, replayed = invalidGrant("The refresh_token was used before."), true
			return end(tx, g, EndedByReplay, now)
		}
		scopes := core.OnlyScopes(g.Scopes, app.Scopes)
		if !core.CoversScopes(scopes, asked) || len(scopes) == 0 {
			refused = invalidScope()
			return nil
		}
		if len(asked) > 0 {
			scopes = asked
		}
		if err := tx.SaveApp(app); err != nil { // when its secret was last used
			return err
		}
		body, err = rotate(tx, old, key, g, scopes, now)
		return err
	})
	if err != nil {
		return nil, s.stored(err)
	}
	s.renewed(c, refused, replayed)
	return body, refused
}

// renewed tells the window what came of a renewal.
func (s *Service) renewed(c caller, refused *refusal, replayed bool) {
	if replayed {
		s.cache.clear()
		s.trouble(c.ID, RenewalReplayed, "")
		s.log.Warn("a used renewal key came again, the access was ended", "client", c.ClientID)
	}
	if refused == nil {
		s.changed(c.ID)
	}
}

func invalidScope() *refusal {
	return &refusal{status: 400, code: "invalid_scope", description: "The app was not given all of these scopes."}
}

// rotate uses the key up and keeps the answer under it, unreadable without it.
func rotate(tx Tx, old Token, key string, g Grant, scopes []core.Scope, now time.Time) (body []byte, err error) {
	if body, err = issue(tx, g, scopes, now); err != nil {
		return nil, err
	}
	old.Used = now
	if old.Replay, err = sealAnswer(key, body); err != nil {
		return nil, err
	}
	return body, tx.SaveToken(old)
}

// replay returns the answer that the key got before, or nil when it is too late.
func replay(old Token, key string, now time.Time) []byte {
	if now.Sub(old.Used).Abs() > replayLife || old.Replay == nil {
		return nil
	}
	body, err := openAnswer(key, old.Replay)
	if err != nil {
		return nil
	}
	return body
}

// ownToken finds a token of an app; that of another app is as unknown as any.
func ownToken(tx Tx, app AppID, text string) (Token, Grant, error) {
	t, err := tx.Token(hashOf(text))
	if err != nil {
		return Token{}, Grant{}, err
	}
	g, err := tx.Grant(t.Grant)
	if err == nil && g.App != app {
		err = core.NotFound("")
	}
	return t, g, err
}
