package authserver

import (
	"encoding/json"
	"net/http"

	"linkdesk/core"
)

// revoke gives a token back (RFC 7009). A renewal key ends the whole family, an
// access token only itself. A token that is unknown, or not of this app, is
// answered alike and left alone. The answer is JSON, because simple-oauth2
// stumbles over anything else.
func (s *Service) revoke(w http.ResponseWriter, r *http.Request) {
	form, refused := readForm(w, r)
	if refused == nil && form["token"] == "" {
		refused = invalidRequest("There is no token.")
	}
	var c caller
	if refused == nil {
		c, refused = s.authenticate(r.Context(), r, form)
	}
	if refused == nil {
		refused = s.stored(s.store.Update(r.Context(), func(tx Tx) error {
			t, g, err := ownToken(tx, c.ID, form["token"])
			switch {
			case core.CodeOf(err) == core.CodeNotFound:
				return nil
			case err != nil:
				return err
			case t.Kind == RefreshToken:
				return end(tx, g, EndedByApp, s.clock.Now())
			case t.Used.IsZero():
				t.Used = s.clock.Now()
				return tx.SaveToken(t)
			}
			return nil
		}))
	}
	if refused != nil {
		refused.send(w)
		return
	}
	s.cache.clear()
	s.changed(c.ID)
	sendJSON(w, http.StatusOK, []byte("{}"))
}

// introspect tells an app about a token of its own, and about any other only
// that it is not active (RFC 7662). A public app cannot prove who it is, so it
// is told nothing.
func (s *Service) introspect(w http.ResponseWriter, r *http.Request) {
	form, refused := readForm(w, r)
	if refused == nil && form["token"] == "" {
		refused = invalidRequest("There is no token.")
	}
	var c caller
	if refused == nil {
		c, refused = s.authenticate(r.Context(), r, form)
	}
	if refused == nil && c.Public {
		refused = errClient
	}
	told := map[string]any{"active": false}
	if refused == nil {
		refused = s.stored(s.store.View(r.Context(), func(tx Tx) error {
			t, g, err := ownToken(tx, c.ID, form["token"])
			if core.CodeOf(err) == core.CodeNotFound {
				return nil
			}
			if err == nil {
				told = s.tell(s.origin(r.Context()), c.App, t, g)
			}
			return err
		}))
	}
	if refused != nil {
		refused.send(w)
		return
	}
	body, _ := json.Marshal(told) // of texts and numbers: cannot fail
	sendJSON(w, http.StatusOK, body)
}

func (s *Service) tell(issuer string, app App, t Token, g Grant) map[string]any {
	now := s.clock.Now()
	if app.Paused || !t.good(g, now) {
		return map[string]any{"active": false}
	}
	told := map[string]any{"active": true, "client_id": app.ClientID, "iss": issuer, "iat": t.Issued.Unix(), "exp": t.Expires.Unix()}
	scopes := g.Scopes
	if t.Kind == AccessToken {
		told["token_type"] = "Bearer"
		scopes = t.Scopes
	}
	told["scope"] = core.JoinScopes(core.OnlyScopes(scopes, app.Scopes), " ")
	return told
}
