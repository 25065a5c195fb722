package signin_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func TestFreshTokenNeedsNoCall(t *testing.T) {
	v := newVault(t)
	first := v.grant().AccessToken.Reveal()
	v.clock.Add(55 * time.Minute) // the margin of a token of one hour is 5 minutes
	if v.token() != first {
		t.Error("another token")
	}
	v.refreshes(0)
	v.clock.Add(time.Second)
	if v.token() == first {
		t.Error("a token that is about to end was handed out")
	}
	v.refreshes(1)
}

func TestA17OneRefreshForAHundredCallers(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	var group sync.WaitGroup
	tokens := make(chan string, 100)
	for range cap(tokens) {
		group.Go(func() {
			s, err := v.tokens.Token(t.Context(), v.id)
			if err != nil {
				t.Error(err)
			}
			tokens <- s.Reveal()
		})
	}
	group.Wait()
	close(tokens)
	first := <-tokens
	for token := range tokens {
		if token != first {
			t.Fatal("two different tokens")
		}
	}
	v.refreshes(1)
	if !v.good(first) || v.store.Saves() != 1 {
		t.Errorf("good %v, %d saves", v.good(first), v.store.Saves())
	}
}

func TestA17RejectedTokenIsRenewedOnceForAll(t *testing.T) {
	v := newVault(t)
	v.server.Expire() // before its time
	rejected := v.grant().AccessToken
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			s, err := v.tokens.Refresh(t.Context(), v.id, rejected)
			if err != nil || s == rejected {
				t.Errorf("the rejected token again, or %v", err)
			}
		})
	}
	group.Wait()
	v.refreshes(1)
	if s, err := v.tokens.Refresh(t.Context(), v.id, rejected); err != nil || s.Reveal() != v.token() {
		t.Error("a late caller who names the old token got something else", err)
	}
	v.refreshes(1)
}

func TestA17TwoInstancesLeaveTheConnectionAlive(t *testing.T) {
	v := newVault(t)
	other := v.newTokens()
	t.Cleanup(func() { other.Close(context.Background()) })
	v.clock.Add(2 * hour)
	if _, err := other.Token(t.Context(), v.id); err != nil {
		t.Fatal(err)
	}
	v.token() // reads again before it would refresh
	v.refreshes(1)
}

func TestP2InvalidGrantReadsAgainBeforeItCounts(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	other := v.newTokens()
	t.Cleanup(func() { other.Close(context.Background()) })
	// Both instances read the old token; the service answers the second one with
	// invalid_grant, after the first has saved.
	once := sync.OnceFunc(func() {
		v.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = nil; s.TokenError = "" })
		if _, err := other.Token(t.Context(), v.id); err != nil {
			t.Error(err)
		}
	})
	v.server.Set(func(s *signintest.Switches) { s.TokenError, s.BeforeAnswer = "invalid_grant", once })
	if token := v.token(); !v.good(token) {
		t.Error("not a good token")
	}
	if v.isDead() {
		t.Error("the connection was given up")
	}
	v.refreshes(2)
}

func TestCallersContextEndsOnlyItsWait(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	reached, release := make(chan struct{}), make(chan struct{})
	v.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = func() { close(reached); <-release } })
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := v.tokens.Token(ctx, v.id)
		failed <- err
	}()
	<-reached
	cancel()
	if err := <-failed; core.CodeOf(err) != core.CodeCancelled {
		t.Fatal(err)
	}
	v.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = nil })
	close(release)
	if token := v.token(); !v.good(token) {
		t.Error("not a good token")
	}
	v.refreshes(1)
}

func TestCloseWaitsForTheRefresh(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	reached, release := make(chan struct{}), make(chan struct{})
	v.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = func() { close(reached); <-release } })
	go v.tokens.Token(t.Context(), v.id)
	<-reached
	closed := make(chan error, 1)
	go func() { closed <- v.tokens.Close(t.Context()) }()
	close(release)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if v.store.Saves() != 1 {
		t.Error("Close returned before the token was stored")
	}
	v.clock.Add(2 * hour)
	v.noToken(core.CodeCancelled)
}

func TestCloseCutsOffWhatTakesTooLong(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	reached, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release) })
	v.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = func() { close(reached); <-release } })
	go v.tokens.Token(t.Context(), v.id)
	<-reached
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.tokens.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestA15OneTimeCredentialsAreSentOnce(t *testing.T) {
	faults := map[string]func(*signintest.Switches){
		"503":      func(s *signintest.Switches) { s.TokenStatus = 503 },
		"401":      func(s *signintest.Switches) { s.TokenStatus = 401 },
		"EOF":      func(s *signintest.Switches) { s.TokenCut = true },
		"redirect": func(s *signintest.Switches) { s.TokenRedirect = "/token" },
		"no":       func(s *signintest.Switches) { s.TokenError = "invalid_grant" },
		"nonsense": func(s *signintest.Switches) {
			s.TokenAnswer = func(map[string]any) (string, string) { return "text/html", "<p>hello" }
		},
	}
	for name, fault := range faults {
		for _, style := range []string{"header", "body", "none"} {
			b := newBench(t)
			b.manifest.Auth[0].Token.Auth = style
			b.server.Set(fault)
			a := b.begin(func(r *signin.Request) { r.ClientSecret = core.NewSecret("s") })
			if _, err := a.Wait(t.Context()); err == nil {
				t.Errorf("%s, %s: no error", name, style)
			}
			if n := b.server.Counts().Exchanges; n != 1 {
				t.Errorf("%s, %s: the code was sent %d times", name, style, n)
			}
		}
		v := newVault(t)
		v.server.Set(fault)
		v.clock.Add(2 * hour)
		if _, err := v.tokens.Token(t.Context(), v.id); err == nil {
			t.Errorf("%s: no error", name)
		}
		v.refreshes(1)
	}
}

func TestA15CredentialsGoWhereTheManifestSays(t *testing.T) {
	for _, c := range []struct {
		style, body, secret string
		basic, inBody       bool
	}{
		{"header", "form", "s+cr/t", true, false},
		{"body", "form", "s+cr/t", false, true},
		{"body", "json", "s+cr/t", false, true},
		{"none", "form", "", false, false},
		{"header", "form", "", false, false}, // no secret: no empty Basic header
	} {
		b := newBench(t)
		b.manifest.Auth[0].Token.Auth, b.manifest.Auth[0].Token.Body = c.style, c.body
		b.wait(b.begin(func(r *signin.Request) { r.ClientSecret = core.NewSecret(c.secret) })).Finish(nil)
		form, header := b.server.LastForm()
		if got := strings.HasPrefix(header.Get("Authorization"), "Basic "); got != c.basic || form.Has("client_secret") != c.inBody || c.inBody && form.Get("client_secret") != c.secret {
			t.Errorf("%+v: basic %v, secret in the body %v", c, got, form.Has("client_secret"))
		}
		if header.Get("Accept") != "application/json" || (c.body == "json") != (header.Get("Content-Type") == "application/json") {
			t.Errorf("%+v: headers %v", c, header)
		}
		if !c.basic && form.Get("client_id") != "linkdesk-test" {
			t.Errorf("%+v: no client id", c)
		}
	}
}

func TestTokenAndRefreshParameters(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) {})
	v.manifest.Auth[0].Token.Params = map[string]service.Template{"audience": "api"}
	v.manifest.Auth[0].Token.Refresh = &service.RefreshCall{URL: service.Template(v.server.URL + "/token"), Params: map[string]service.Template{"expiring": "1"}}
	v.wait(v.begin()).Finish(nil)
	if form, _ := v.server.LastForm(); form.Get("audience") != "api" {
		t.Error("the exchange lacks a parameter")
	}
	v.clock.Add(2 * hour)
	v.token()
	form, _ := v.server.LastForm()
	if form.Get("expiring") != "1" || form.Has("code") || form.Get("grant_type") != "refresh_token" {
		t.Errorf("the refresh sent %d parameters", len(form))
	}
}

func TestA16TokenEndpointMustBeAHostOfTheService(t *testing.T) {
	for _, address := range []string{"http://shop.example/token", "https://evil.example/token", "http://127.0.0.1:1/token"} {
		b := newBench(t)
		b.manifest.Auth[0].Token.URL = service.Template(address)
		b.fails(b.begin(), core.CodeInvalid)
		if n := b.server.Counts(); n.Exchanges+n.Failed != 0 {
			t.Errorf("%s: %+v", address, n)
		}
	}
}

func TestA16RedirectsOfTheTokenEndpointAreNotFollowed(t *testing.T) {
	other := signintest.NewServer(t)
	b := newBench(t)
	b.server.Set(func(s *signintest.Switches) { s.TokenRedirect = other.URL + "/token" })
	b.fails(b.begin(), core.CodeDataUnexpected)
	if n := other.Counts(); n.Exchanges != 0 {
		t.Error("the code was sent on to another host")
	}
}

func TestA16LargeAnswersAreRefused(t *testing.T) {
	b := newBench(t)
	b.server.Set(func(s *signintest.Switches) {
		s.TokenAnswer = func(map[string]any) (string, string) {
			return "application/json", `{"access_token":"x","padding":"` + strings.Repeat("x", 2<<20) + `"}`
		}
	})
	b.fails(b.begin(), core.CodeServiceDown)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestA16TokenEndpointThatHangs runs on fake time: the call gives up after half a minute.
func TestA16TokenEndpointThatHangs(t *testing.T) {
	server := signintest.NewServer(t)
	manifest := server.Manifest(t)
	synctest.Test(t, func(t *testing.T) {
		store, sealer, id := signintest.NewStore(), signintest.NewSealer(), core.NewConnectionID()
		sealed, err := signin.SealGrant(sealer, id, signin.Grant{AccessToken: core.NewSecret("a"), RefreshToken: core.NewSecret("r"), Expiry: time.Now(), ReceivedAt: time.Now().Add(-hour)})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Create(t.Context(), core.Connection{ID: id}, sealed, nil); err != nil {
			t.Fatal(err)
		}
		hang := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		tokens := signin.NewTokens(signin.TokensOptions{Store: store, Sealer: sealer, HTTP: hang, Lookup: func(context.Context, core.ConnectionID) (signin.Target, error) {
			return signin.Target{Manifest: manifest, Auth: &manifest.Auth[0], ClientID: "x"}, nil
		}})
		began := time.Now()
		if _, err := tokens.Token(t.Context(), id); core.CodeOf(err) != core.CodeServiceDown {
			t.Error(err)
		}
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("gave up after %v", took)
		}
	})
}

func TestA19OnlyInvalidGrantEndsAConnection(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(*signintest.Switches)
		want  core.Code
		dead  bool
	}{
		{"invalid_grant", func(s *signintest.Switches) { s.TokenError = "invalid_grant" }, core.CodeReauthRequired, true},
		{"invalid_client", func(s *signintest.Switches) { s.TokenError = "invalid_client" }, core.CodeClientInvalid, false},
		{"401", func(s *signintest.Switches) { s.TokenStatus = 401 }, core.CodeClientInvalid, false},
		{"500", func(s *signintest.Switches) { s.TokenStatus = 500 }, core.CodeServiceDown, false},
		{"429", func(s *signintest.Switches) { s.TokenStatus = 429 }, core.CodeRateLimited, false},
		{"cut", func(s *signintest.Switches) { s.TokenCut = true }, core.CodeServiceDown, false},
		{"HTML", func(s *signintest.Switches) {
			s.TokenAnswer = func(map[string]any) (string, string) { return "text/html", "<p>" }
		}, core.CodeDataUnexpected, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVault(t)
			v.clock.Add(2 * hour)
			v.server.Set(c.fault)
			v.noToken(c.want)
			if v.isDead() != c.dead {
				t.Errorf("dead: %v", v.isDead())
			}
			if v.grant().RefreshToken.Empty() {
				t.Error("the grant was not kept")
			}
			v.noToken(c.want) // at once: no second call
			v.refreshes(1)
		})
	}
}

func TestA19FailuresAreAskedAgainLaterAndLater(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	v.server.Set(func(s *signintest.Switches) { s.TokenStatus = 503 })
	for i, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute} {
		v.noToken(core.CodeServiceDown)
		v.clock.Add(pause - time.Second)
		v.noToken(core.CodeServiceDown)
		v.refreshes(i + 1)
		v.clock.Add(time.Second)
	}
	v.noToken(core.CodeServiceDown)
	v.tokens.TryNow(v.id) // the person asks
	v.server.Set(func(s *signintest.Switches) { s.TokenStatus = 0 })
	if !v.good(v.token()) {
		t.Error("not a good token")
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	v.server.Set(func(s *signintest.Switches) { s.TokenStatus, s.RetryAfter = 429, "600" })
	_, err := v.tokens.Token(t.Context(), v.id)
	if got := core.AsError(err).Until.Sub(v.clock.Now()); core.CodeOf(err) != core.CodeRateLimited || got != 10*time.Minute {
		t.Errorf("%v, wait %v", err, got)
	}
	v.clock.Add(9 * time.Minute)
	v.noToken(core.CodeRateLimited)
	v.refreshes(1)
}

func TestTokenWithLifeLeftServesWhileTheServiceIsDown(t *testing.T) {
	v := newVault(t)
	old := v.token()
	v.server.Set(func(s *signintest.Switches) { s.TokenStatus = 503 })
	v.clock.Add(56 * time.Minute)
	if v.token() != old || v.token() != old {
		t.Error("another token")
	}
	v.refreshes(1)
	v.clock.Add(3*time.Minute + time.Second) // less than a minute is left
	v.noToken(core.CodeServiceDown)
}

func TestTokensThatCannotBeRenewed(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) { s.NoRefresh = true })
	v.clock.Add(59 * time.Minute)
	old := v.token() // until its end
	v.clock.Add(time.Minute)
	v.noToken(core.CodeReauthRequired)
	if _, err := v.tokens.Refresh(t.Context(), v.id, core.NewSecret(old)); core.CodeOf(err) != core.CodeReauthRequired {
		t.Error(err)
	}
	v.refreshes(0)
}

func TestTokensOfUnknownLifeAreRenewedWhenRejected(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) {
		s.TokenAnswer = func(fields map[string]any) (string, string) { fields["expires_in"] = 0; return asJSON(fields) }
	})
	old := v.token()
	v.clock.Add(1000 * hour)
	if v.token() != old {
		t.Error("renewed though nobody rejected it")
	}
	v.server.Expire()
	s, err := v.tokens.Refresh(t.Context(), v.id, core.NewSecret(old))
	if err != nil || !v.good(s.Reveal()) {
		t.Error("not a good token", err)
	}
	v.refreshes(1)
}

func TestServicesThatKeepTheirRefreshToken(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) { s.KeepRefresh = true })
	kept := v.grant().RefreshToken
	for range 3 {
		v.clock.Add(2 * hour)
		v.token()
	}
	if v.grant().RefreshToken != kept {
		t.Error("the refresh token is lost")
	}
	v.refreshes(3)
}

func TestP1ADayOfShortTokens(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) { s.Life = 2 * time.Minute })
	for range 24 {
		v.clock.Add(hour)
		token, left := v.token(), v.grant().Expiry.Sub(v.clock.Now())
		if left < time.Minute || !v.good(token) {
			t.Fatalf("a token with %v left", left)
		}
	}
	if v.isDead() {
		t.Error("the connection is dead")
	}
}

func TestKeepAliveRenewsWhatIsIdleForADay(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) { s.Life = 100 * 24 * hour })
	v.clock.Add(23 * hour)
	v.tokens.RenewIdle(t.Context())
	v.refreshes(0)
	v.clock.Add(hour)
	v.tokens.RenewIdle(t.Context())
	v.refreshes(1)
	v.tokens.RenewIdle(t.Context())
	v.refreshes(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v.tokens.KeepAlive(ctx) // ends with its context
}

func TestRevoke(t *testing.T) {
	v := newVault(t)
	refresh := v.grant().RefreshToken.Reveal()
	if err := v.tokens.Revoke(t.Context(), v.id); err != nil {
		t.Fatal(err)
	}
	form, _ := v.server.LastForm()
	if form.Get("token") != refresh || form.Get("client_id") != "linkdesk-test" {
		t.Error("not the refresh token was withdrawn")
	}
	if v.good(v.grant().AccessToken.Reveal()) {
		t.Error("the access token still works")
	}
	v.server.Set(func(s *signintest.Switches) { s.RevokeStatus = 500 })
	if err := v.tokens.Revoke(t.Context(), v.id); core.CodeOf(err) != core.CodeServiceDown {
		t.Error(err)
	}
	v.manifest.Auth[0].Revoke = nil
	if err := v.tokens.Revoke(t.Context(), v.id); !errors.Is(err, signin.ErrNoRevoke) {
		t.Error(err)
	}
}

func TestRevokeWaitsForTheTokenInForce(t *testing.T) {
	v := newVault(t)
	old := v.grant().RefreshToken.Reveal()
	v.clock.Add(2 * hour)
	reached, release := make(chan struct{}), make(chan struct{})
	v.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = func() { close(reached); <-release } })
	go v.tokens.Token(t.Context(), v.id)
	<-reached
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.tokens.Revoke(ctx, v.id); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("it did not wait for the refresh: %v", err)
	}
	close(release)
	if err := v.tokens.Revoke(t.Context(), v.id); err != nil {
		t.Fatal(err)
	}
	if form, _ := v.server.LastForm(); form.Get("token") == old || form.Get("token") != v.grant().RefreshToken.Reveal() {
		t.Error("a used token was withdrawn")
	}
}

func TestTokensAreRenewedByTheClientTheyWereGivenTo(t *testing.T) {
	v := newVault(t)
	v.clientID = "another"
	v.clock.Add(2 * hour)
	v.token()
	if form, _ := v.server.LastForm(); form.Get("client_id") != "linkdesk-test" {
		t.Errorf("renewed by %q", form.Get("client_id"))
	}
}

func TestRevokeWithoutARefreshTokenNamesTheAccessToken(t *testing.T) {
	v := newVault(t, func(s *signintest.Switches) { s.NoRefresh = true })
	if err := v.tokens.Revoke(t.Context(), v.id); err != nil {
		t.Fatal(err)
	}
	if form, _ := v.server.LastForm(); form.Get("token") != v.grant().AccessToken.Reveal() {
		t.Error("another token was withdrawn")
	}
}
