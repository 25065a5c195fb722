package practice

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"time"
)

const (
	accessLife  = time.Hour
	refreshLife = 90 * 24 * time.Hour // without use
	codeLife    = time.Minute
	graceLife   = time.Minute
	signinLife  = 10 * time.Minute
	keptHashes  = 200 // used refresh tokens that are still recognised as stolen
)

// grant is what one person allowed the app. Its refresh tokens are a family:
// the last one is good, a used one that comes back ends the grant.
type grant struct {
	ID      string         `json:"id"`
	Account string         `json:"account"`
	Scopes  []string       `json:"scopes"`
	Created time.Time      `json:"created"`
	Refresh []refreshToken `json:"refresh"`
	Access  []accessToken  `json:"access"`
}

type refreshToken struct {
	Hash     string    `json:"sha256"`
	Issued   time.Time `json:"issued"`
	Used     time.Time `json:"used,omitzero"`
	Forgiven bool      `json:"forgiven,omitempty"` // its one replay was used up
}

type accessToken struct {
	Hash    string    `json:"sha256"`
	Expires time.Time `json:"expires"`
}

// code is an authorization code that waits to be exchanged.
type code struct {
	account   string
	scopes    []string
	redirect  string
	challenge string
	expires   time.Time
	grant     string // id, once it was exchanged
	used      bool
}

// pair is what a client receives. It is never kept or logged.
type pair struct {
	access, refresh string
	life            time.Duration
	scopes          []string
}

// newToken returns 256 random bits in URL-safe characters.
func newToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails, crypto/rand since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// issue gives a grant fresh tokens; with keepRefresh only an access token. The caller holds the lock.
func (s *Store) issue(g *grant, keepRefresh bool) pair {
	now := s.clock.Now()
	p := pair{access: "pat_" + newToken(), life: accessLife, scopes: g.Scopes}
	if value, due := s.strikesLocked(ShortLife); due {
		seconds, _ := strconv.Atoi(value) // checked by Set
		p.life = time.Duration(seconds) * time.Second
	}
	g.Access = slices.DeleteFunc(g.Access, func(t accessToken) bool { return !now.Before(t.Expires) })
	g.Access = append(g.Access, accessToken{hashOf(p.access), now.Add(p.life)})
	if !keepRefresh {
		p.refresh = "prt_" + newToken()
		g.Refresh = append(g.Refresh, refreshToken{Hash: hashOf(p.refresh), Issued: now})
		g.Refresh = g.Refresh[max(0, len(g.Refresh)-keptHashes):]
	}
	return p
}

// rotate exchanges a refresh token for new ones. ok is false when the token is
// not good; a used one ends the whole grant, except for one replay within
// graceLife where ReplayGrace is on, as long as its successor was not used. The
// caller holds the lock and saves.
func (s *Store) rotate(token string, keepRefresh bool) (p pair, ok bool) {
	g, i := s.refreshBy(token)
	if g == nil {
		return pair{}, false
	}
	now, t, last := s.clock.Now(), &g.Refresh[i], len(g.Refresh)-1
	if now.Sub(t.Issued) > refreshLife {
		s.drop(g)
		return pair{}, false
	}
	if !t.Used.IsZero() {
		fresh := now.Sub(t.Used) <= graceLife && !t.Forgiven && i == last-1
		if _, grace := s.strikesLocked(ReplayGrace); !grace || !fresh {
			s.log.Warn("The practice store withdrew access: a used refresh token came back", "grant", g.ID)
			s.drop(g)
			return pair{}, false
		}
		t.Forgiven = true
		g.Refresh = g.Refresh[:last] // the successor never arrived
		return s.issue(g, false), true
	}
	if !keepRefresh {
		t.Used = now
	}
	return s.issue(g, keepRefresh), true
}

func (s *Store) refreshBy(token string) (*grant, int) {
	hash := hashOf(token)
	for _, g := range s.state.Grants {
		if i := slices.IndexFunc(g.Refresh, func(t refreshToken) bool { return t.Hash == hash }); i >= 0 {
			return g, i
		}
	}
	return nil, -1
}

// accessBy returns the grant of an access token that is still good. The caller holds the lock.
func (s *Store) accessBy(token string) (*grant, bool) {
	hash, now := hashOf(token), s.clock.Now()
	for _, g := range s.state.Grants {
		if slices.ContainsFunc(g.Access, func(t accessToken) bool { return t.Hash == hash && now.Before(t.Expires) }) {
			return g, true
		}
	}
	return nil, false
}

// drop ends a grant with all its tokens. The caller holds the lock and saves.
func (s *Store) drop(g *grant) {
	s.state.Grants = slices.DeleteFunc(s.state.Grants, func(o *grant) bool { return o == g })
}

// GrantInfo is a permission that was given and still stands.
type GrantInfo struct {
	ID      string
	Owner   string // "Ada Example"
	Scopes  []string
	Created time.Time
}

// Grants returns the permissions that stand, newest first.
func (s *Store) Grants() []GrantInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []GrantInfo
	for _, g := range slices.Backward(s.state.Grants) {
		owner, _ := accountBy(func(a account) bool { return a.id == g.Account })
		list = append(list, GrantInfo{g.ID, owner.owner, slices.Clone(g.Scopes), g.Created})
	}
	return list
}

// Revoke ends one permission, or every one when id is empty, as a person does
// in the settings of a real service.
func (s *Store) Revoke(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Grants = slices.DeleteFunc(s.state.Grants, func(g *grant) bool { return id == "" || g.ID == id })
	return s.save()
}

// ExpireAccess ends all access tokens now; they can be renewed.
func (s *Store) ExpireAccess() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.state.Grants {
		g.Access = nil
	}
	return s.save()
}
