package practice

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
)

// token is the token endpoint (RFC 6749 sections 4.1.3 and 6) for a public
// client: parameters in a form body, no secret.
func (s *Store) token(w http.ResponseWriter, r *http.Request) {
	kind := r.PostFormValue("grant_type")
	s.mu.Lock()
	switch kind {
	case "authorization_code":
		s.requests.Exchanges++
	case "refresh_token":
		s.requests.Refreshes++
	}
	s.mu.Unlock()
	if _, down := s.strikes(TokenDown); down {
		w.Header().Set("Retry-After", "5")
		oauthError(w, http.StatusServiceUnavailable, "temporarily_unavailable")
		return
	}
	if !s.knownClient(w, r) {
		return
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			oauthError(w, http.StatusBadRequest, "invalid_request")
			return
		}
	}
	odd, _ := s.strikes(OddToken)
	if odd == OddErrorObject {
		writeJSON(w, http.StatusOK, map[string]any{"error": map[string]any{"code": "try_again_later", "message": "The practice store is busy."}})
		return
	}
	switch kind {
	case "authorization_code":
		s.exchange(w, r, odd)
	case "refresh_token":
		s.refresh(w, r, odd)
	default:
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// knownClient answers with invalid_client unless the request is Linkdesk's.
func (s *Store) knownClient(w http.ResponseWriter, r *http.Request) bool {
	_, refuse := s.strikes(RefuseClient)
	if refuse || r.Header.Get("Authorization") != "" || r.PostForm.Has("client_secret") || r.PostFormValue("client_id") != ClientID {
		w.Header().Set("WWW-Authenticate", `Basic realm="practice store"`)
		oauthError(w, http.StatusUnauthorized, "invalid_client")
		return false
	}
	return true
}

// exchange hands out the first tokens. A code is good once: whatever is wrong,
// it is used up, and a second use ends what the first one gave.
func (s *Store) exchange(w http.ResponseWriter, r *http.Request, odd string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.codes[hashOf(r.PostFormValue("code"))]
	if c == nil || s.clock.Now().After(c.expires) || c.used {
		if c != nil && c.used {
			for _, g := range s.state.Grants {
				if g.ID == c.grant {
					s.drop(g)
					s.trySave()
					break
				}
			}
		}
		oauthError(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	c.used = true
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	proof := base64.RawURLEncoding.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(proof), []byte(c.challenge)) != 1 || r.PostFormValue("redirect_uri") != c.redirect {
		oauthError(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	g := &grant{ID: "grant_" + newToken()[:12], Account: c.account, Scopes: c.scopes, Created: s.clock.Now()}
	c.grant = g.ID
	s.state.Grants = append(s.state.Grants, g)
	s.answer(w, s.issue(g, false), odd)
}

// refresh renews access. The refresh token rotates, except for the services
// that keep it, which OddNoRefresh plays.
func (s *Store) refresh(w http.ResponseWriter, r *http.Request, odd string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, refuse := s.strikesLocked(RefuseRefresh); refuse {
		oauthError(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	if r.PostForm.Has("scope") {
		g, _ := s.refreshBy(r.PostFormValue("refresh_token"))
		asked, ok := parseScopes(r.PostFormValue("scope"))
		if g != nil && (!ok || !covers(g.Scopes, asked)) {
			oauthError(w, http.StatusBadRequest, "invalid_scope")
			return
		}
	}
	p, ok := s.rotate(r.PostFormValue("refresh_token"), odd == OddNoRefresh)
	if !ok {
		s.trySave()
		oauthError(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	if _, lose := s.strikesLocked(LoseReply); lose {
		s.trySave()
		hangUp(w, nil, 0)
		return
	}
	s.answer(w, p, odd)
}

// revoke ends a token (RFC 7009): a refresh token with its whole grant, an
// access token alone. The answer does not tell whether the token was known.
func (s *Store) revoke(w http.ResponseWriter, r *http.Request) {
	if !s.knownClient(w, r) {
		return
	}
	token := r.PostFormValue("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	if g, _ := s.refreshBy(token); g != nil {
		s.drop(g)
	} else if g, ok := s.accessBy(token); ok {
		hash, kept := hashOf(token), g.Access[:0]
		for _, t := range g.Access {
			if t.Hash != hash {
				kept = append(kept, t)
			}
		}
		g.Access = kept
	}
	if s.save() != nil {
		oauthError(w, http.StatusServiceUnavailable, "temporarily_unavailable")
		return
	}
	writeJSON(w, http.StatusOK, struct{}{})
}
