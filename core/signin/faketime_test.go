package signin_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

// offline is a store with one connection whose service is a function; made for
// tests on fake time, which a real network would stop.
type offline struct {
	store  *signintest.Store
	sealer *signintest.Sealer
	tokens *signin.Tokens
	id     core.ConnectionID
}

func newOffline(t *testing.T, m *service.Manifest, call roundTrip, g signin.Grant) *offline {
	o := &offline{store: signintest.NewStore(), sealer: signintest.NewSealer(), id: core.NewConnectionID()}
	if err := o.store.Create(t.Context(), core.Connection{ID: o.id}, o.seal(t, g), nil); err != nil {
		t.Fatal(err)
	}
	o.tokens = signin.NewTokens(signin.TokensOptions{Store: o.store, Sealer: o.sealer, HTTP: call, Lookup: func(context.Context, core.ConnectionID) (signin.Target, error) {
		return signin.Target{Manifest: m, Auth: &m.Auth[0], ClientID: "x"}, nil
	}})
	return o
}

func (o *offline) seal(t *testing.T, g signin.Grant) []byte {
	t.Helper()
	sealed, err := signin.SealGrant(o.sealer, o.id, g)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func grantUntil(access string, left time.Duration) signin.Grant {
	now := time.Now()
	return signin.Grant{AccessToken: core.NewSecret(access), RefreshToken: core.NewSecret("r"), Expiry: now.Add(left), ReceivedAt: now.Add(left - hour)}
}

// TestRejectionDuringARefreshThatKeptTheToken: a refresh has begun, finds that
// another has renewed the token, and ends with it; meanwhile the service
// rejects that very token. Whoever tells of the rejection must get another one.
func TestRejectionDuringARefreshThatKeptTheToken(t *testing.T) {
	manifest := signintest.NewServer(t).Manifest(t)
	synctest.Test(t, func(t *testing.T) {
		answer := func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"access_token":"third"}`))}, nil
		}
		o := newOffline(t, manifest, answer, grantUntil("first", 0))
		loads, release := 0, make(chan struct{})
		o.store.BeforeLoad = func() {
			if loads++; loads == 2 {
				<-release
			}
		}
		go o.tokens.Token(t.Context(), o.id)
		synctest.Wait() // it has seen the old token, and its refresh is about to read again
		if err := o.store.SaveGrant(t.Context(), o.id, 1, o.seal(t, grantUntil("second", hour))); err != nil {
			t.Fatal(err)
		}
		got := make(chan core.Secret, 1)
		go func() {
			s, err := o.tokens.Refresh(t.Context(), o.id, core.NewSecret("second"))
			if err != nil {
				t.Error(err)
			}
			got <- s
		}()
		synctest.Wait() // it waits for the same refresh
		close(release)
		if s := <-got; s.Reveal() != "third" {
			t.Errorf("got the %s token", s.Reveal())
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestA16TokenEndpointThatHangs runs on fake time: the call gives up after half a minute.
func TestA16TokenEndpointThatHangs(t *testing.T) {
	manifest := signintest.NewServer(t).Manifest(t)
	synctest.Test(t, func(t *testing.T) {
		o := newOffline(t, manifest, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, grantUntil("first", 0))
		began := time.Now()
		if _, err := o.tokens.Token(t.Context(), o.id); core.CodeOf(err) != core.CodeServiceDown {
			t.Error(err)
		}
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("gave up after %v", took)
		}
	})
}
