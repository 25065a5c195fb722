package signin_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
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
