package authserver

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/localhttp"
)

// Access is what a token gives.
type Access struct {
	App          AppID
	ClientID     string
	Grant        GrantID
	Scopes       []core.Scope // do not change
	HidePersonal bool

	expires time.Time
}

// ErrInvalidToken is returned by Check for anything that is not a good access
// token: unknown, expired, removed, or of an app that is paused.
var ErrInvalidToken = errors.New("authserver: not a valid access token")

// good reports whether a token of the grant may be used.
func (t Token) good(g Grant, now time.Time) bool {
	life := accessLife
	if t.Kind == RefreshToken {
		life = grantLife
	}
	return t.Used.IsZero() && g.Live(now) && alive(now, t.Expires, life)
}

// Check returns what a bearer token gives, or ErrInvalidToken; any other error
// is the store's. What Check says holds at that moment: removing access counts
// from the next call on.
func (s *Service) Check(ctx context.Context, bearer string) (Access, error) {
	if !strings.HasPrefix(bearer, accessPrefix) {
		return Access{}, ErrInvalidToken
	}
	now := s.clock.Now()
	hash := hashOf(bearer)
	a, generation, known := s.cache.get(hash)
	if !known {
		var err error
		if a, err = s.look(ctx, hash, now); err != nil {
			return Access{}, err
		}
		s.cache.put(hash, a, generation)
	}
	if !alive(now, a.expires, accessLife) {
		return Access{}, ErrInvalidToken
	}
	if s.uses.note(a.App, a.Grant, now) {
		s.changed(a.App)
	}
	return a, nil
}

func (s *Service) look(ctx context.Context, hash Hash, now time.Time) (a Access, err error) {
	err = s.store.View(ctx, func(tx Tx) error {
		t, err := tx.Token(hash)
		if err != nil {
			return err
		}
		g, err := tx.Grant(t.Grant)
		if err != nil {
			return err
		}
		app, err := tx.App(g.App)
		if err != nil {
			return err
		}
		if app.Paused || t.Kind != AccessToken || !t.good(g, now) {
			return ErrInvalidToken
		}
		a = Access{App: app.ID, ClientID: app.ClientID, Grant: g.ID, Scopes: core.OnlyScopes(t.Scopes, app.Scopes), HidePersonal: g.HidePersonal, expires: t.Expires}
		return nil
	})
	if core.CodeOf(err) == core.CodeNotFound || errors.Is(err, ErrInvalidToken) {
		err = ErrInvalidToken
	}
	return a, err
}

// cache remembers good tokens, so that a read does not ask the store. Whatever
// may end a token clears it, after it was written and before it is told. What
// was read from the store before a clear is not put in after it: the generation
// tells.
type cache struct {
	mu         sync.RWMutex
	generation int
	tokens     map[Hash]Access
}

const mostCached = 1000

func (c *cache) get(h Hash) (a Access, generation int, known bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	a, known = c.tokens[h]
	return a, c.generation, known
}

func (c *cache) put(h Hash, a Access, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if c.tokens == nil || len(c.tokens) >= mostCached {
		c.tokens = map[Hash]Access{}
	}
	c.tokens[h] = a
}

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.tokens = nil
}

type accessKey struct{}

// AccessOf returns what the token of a request gives, behind RequireScope.
func AccessOf(ctx context.Context) Access {
	a, _ := ctx.Value(accessKey{}).(Access)
	return a
}

// RequireScope lets requests through that carry a good token with the scope in
// the Authorization header, and nowhere else. scope "" asks for a good token only.
// Answers: 401, 403 that names the scope, 503 when the data file cannot be read.
func (s *Service) RequireScope(scope core.Scope, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer, sent := bearerOf(r)
		if !sent {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Linkdesk"`)
			localhttp.WriteProblem(w, localhttp.Problem{Status: http.StatusUnauthorized, Detail: "Send an access token in the Authorization header."})
			return
		}
		a, err := s.Check(r.Context(), bearer)
		switch {
		case errors.Is(err, ErrInvalidToken):
			w.Header().Set("WWW-Authenticate", `Bearer realm="Linkdesk", error="invalid_token"`)
			localhttp.WriteProblem(w, localhttp.Problem{Status: http.StatusUnauthorized, Title: "invalid_token", Detail: "The access token is unknown, expired or was removed."})
		case err != nil:
			refused := s.stored(err)
			w.Header().Set("Retry-After", seconds(refused.wait))
			localhttp.WriteProblem(w, localhttp.Problem{Status: refused.status, Detail: refused.description})
		case scope != "" && !slices.Contains(a.Scopes, scope):
			w.Header().Set("WWW-Authenticate", `Bearer realm="Linkdesk", error="insufficient_scope", scope="`+string(scope)+`"`)
			localhttp.WriteProblem(w, localhttp.Problem{Status: http.StatusForbidden, Title: "insufficient_scope", Detail: "This needs the scope " + string(scope) + "."})
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), accessKey{}, a)))
		}
	})
}

// bearerOf returns the token of the one Authorization header. A request that has
// a token in its address as well is not looked at: addresses get into logs.
func bearerOf(r *http.Request) (token string, sent bool) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 || r.URL.Query().Has("access_token") {
		return "", false
	}
	scheme, token, ok := strings.Cut(headers[0], " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}
