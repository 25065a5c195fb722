package authserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"time"

	"linkdesk/core"
)

// token is the token endpoint (RFC 6749 sections 4.1.3 and 6).
func (s *Service) token(w http.ResponseWriter, r *http.Request) {
	body, refused := s.tokens(w, r)
	if refused != nil {
		refused.send(w)
		return
	}
	sendJSON(w, http.StatusOK, body)
}

func (s *Service) tokens(w http.ResponseWriter, r *http.Request) ([]byte, *refusal) {
	form, refused := readForm(w, r)
	if refused != nil {
		return nil, refused
	}
	var run func(context.Context, caller, map[string]string) ([]byte, *refusal)
	switch form["grant_type"] {
	case "authorization_code":
		run = s.exchange
	case "refresh_token":
		run = s.refresh
	case "":
		return nil, invalidRequest("There is no grant_type.")
	default:
		return nil, &refusal{status: http.StatusBadRequest, code: "unsupported_grant_type", description: "Use authorization_code or refresh_token."}
	}
	c, refused := s.authenticate(r.Context(), r, form)
	if refused != nil {
		return nil, refused
	}
	if c.Paused {
		s.trouble(c.ID, IsPaused, "")
		return nil, &refusal{status: http.StatusBadRequest, code: "unauthorized_client", description: "This app is paused in Linkdesk."}
	}
	return run(r.Context(), c, form)
}

// exchange changes a code into the first tokens. A code is good once, whatever
// comes of it: a failed exchange ends the grant, and a second one ends what the
// first one gave.
func (s *Service) exchange(ctx context.Context, c caller, form map[string]string) (body []byte, refused *refusal) {
	if form["code"] == "" {
		return nil, invalidRequest("There is no code.")
	}
	var trouble Trouble
	err := s.store.Update(ctx, func(tx Tx) error {
		app, no, err := c.still(tx, s)
		if no != nil || err != nil {
			refused = no
			return err
		}
		code, g, err := s.codeOf(tx, app.ID, form["code"])
		if err != nil {
			if core.CodeOf(err) == core.CodeNotFound {
				refused, err = invalidGrant("The code is not known."), nil
			}
			return err
		}
		now := s.clock.Now()
		if refused, trouble = judge(code, g, form, now); refused != nil {
			reason := EndedByFailure
			if trouble == CodeReplayed {
				reason = EndedByReplay
			}
			return end(tx, g, reason, now)
		}
		code.Used, g.Fetched = now, now
		if err := tx.SaveCode(code); err != nil {
			return err
		}
		if err := makeRoom(tx, g, now); err != nil {
			return err
		}
		if err := tx.SaveApp(app); err != nil { // when its secret was last used
			return err
		}
		body, err = issue(tx, g, core.OnlyScopes(g.Scopes, app.Scopes), now)
		return err
	})
	if err != nil {
		return nil, s.stored(err)
	}
	s.cache.clear()
	if refused != nil {
		s.log.Warn("a code was refused", "client", c.ClientID, "why", refused.description)
		if trouble != "" {
			s.trouble(c.ID, trouble, "")
		}
		return nil, refused
	}
	s.log.Info("an app fetched its first tokens", "client", c.ClientID)
	s.went(c.ID, func(x *Setup, now time.Time) {
		x.Fetched = now
	})
	s.changed(c.ID)
	return body, nil
}

// codeOf finds a code of an app; that of another app is as unknown as any.
func (s *Service) codeOf(tx Tx, app AppID, text string) (Code, Grant, error) {
	code, err := tx.Code(hashOf(text))
	if err != nil {
		return Code{}, Grant{}, err
	}
	g, err := tx.Grant(code.Grant)
	if err == nil && g.App != app {
		err = core.NotFound("")
	}
	return code, g, err
}

// judge says why a code is not good, if it is not.
func judge(code Code, g Grant, form map[string]string, now time.Time) (*refusal, Trouble) {
	switch {
	case !code.Used.IsZero():
		return invalidGrant("The code was used before."), CodeReplayed
	case !alive(now, code.Expires, codeLife), !g.Revoked.IsZero():
		return invalidGrant("The code is too old."), CodeTooLate
	case form["redirect_uri"] != code.RedirectURI:
		return invalidGrant("The redirect_uri is not the one of the sign-in."), OtherReturn
	case !provedBy(code.Challenge, form["code_verifier"]):
		return invalidGrant("The code_verifier does not fit."), WrongVerifier
	}
	return nil, ""
}

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`) // RFC 7636 section 4.1

// provedBy reports whether the verifier is the one behind the challenge. A
// verifier without a challenge is refused: somebody took the challenge away.
func provedBy(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	proof := base64.RawURLEncoding.EncodeToString(sum[:])
	return verifierForm.MatchString(verifier) && subtle.ConstantTimeCompare([]byte(proof), []byte(challenge)) == 1
}

// makeRoom ends the oldest accesses of an app that has too many.
func makeRoom(tx Tx, g Grant, now time.Time) error {
	others, err := tx.Grants(g.App)
	if err != nil {
		return err
	}
	live := 1 // g itself
	for _, o := range others {
		if o.ID == g.ID || !o.Live(now) {
			continue
		}
		if live++; live > mostLiveGrants {
			if err := end(tx, o, EndedByNewer, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// issue makes an access token for the scopes and a renewal key for the whole
// grant, and returns the answer to the app (RFC 6749 section 5.1).
func issue(tx Tx, g Grant, scopes []core.Scope, now time.Time) ([]byte, error) {
	access, refresh := newCredential(accessPrefix), newCredential(refreshPrefix)
	g.RenewBy = earlier(now.Add(refreshLife), g.Ends)
	expires := earlier(now.Add(accessLife), g.Ends)
	if err := tx.SaveGrant(g); err != nil {
		return nil, err
	}
	if err := tx.SaveToken(Token{Hash: hashOf(access.Reveal()), Kind: AccessToken, Grant: g.ID, Scopes: scopes, Issued: now, Expires: expires}); err != nil {
		return nil, err
	}
	if err := tx.SaveToken(Token{Hash: hashOf(refresh.Reveal()), Kind: RefreshToken, Grant: g.ID, Issued: now, Expires: g.RenewBy}); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"access_token": access.Reveal(), "token_type": "Bearer", "expires_in": int64(expires.Sub(now).Seconds()),
		"refresh_token": refresh.Reveal(), "scope": core.JoinScopes(scopes, " "),
	})
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
