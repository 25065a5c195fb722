package signin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func asJSON(fields map[string]any) (contentType, body string) {
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return "application/json", string(text)
}

func TestA18SaveFailureHandsOutNoToken(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	full := core.E(core.CodeStorageFull, "", errors.New("disk full"))
	v.store.Set(func(s *signintest.Store) { s.FailGrant = full })
	v.noToken(core.CodeStorageFull)
	v.noToken(core.CodeStorageFull)
	v.refreshes(1)
	if len(v.saved) != 0 {
		t.Error("told of a grant that was not saved")
	}
	v.store.Set(func(s *signintest.Store) { s.FailGrant = nil })
	if token := v.token(); !v.good(token) {
		t.Error("not a good token")
	}
	v.refreshes(1) // from the journal
	v.clock.Add(2 * hour)
	if token := v.token(); !v.good(token) {
		t.Error("the next refresh token is lost")
	}
	v.refreshes(2)
}

func TestA18SaveAndJournalFailing(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	full := core.E(core.CodeStorageFull, "", errors.New("disk full"))
	v.store.Set(func(s *signintest.Store) { s.FailGrant, s.FailJournal = full, full })
	v.noToken(core.CodeStorageFull)
	v.noToken(core.CodeStorageFull)
	v.store.Set(func(s *signintest.Store) { s.FailGrant, s.FailJournal = nil, nil })
	if token := v.token(); !v.good(token) {
		t.Error("not a good token")
	}
	v.refreshes(1)
}

// TestA18KilledBetweenReplyAndSave ends the refresh's goroutine at the moment
// before the save, which is all that a kill -9 leaves behind: a journal. Then
// Linkdesk starts again.
func TestA18KilledBetweenReplyAndSave(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	killed := make(chan struct{})
	v.store.Set(func(s *signintest.Store) { s.BeforeSave = func() { close(killed); runtime.Goexit() } })
	ctx, cancel := context.WithCancel(t.Context())
	go v.tokens.Token(ctx, v.id)
	<-killed
	cancel()
	v.store.Set(func(s *signintest.Store) { s.BeforeSave = nil })
	v.tokens = v.newTokens() // what the dead process kept in memory is gone
	if err := v.tokens.Recover(t.Context(), v.id); err != nil {
		t.Fatal(err)
	}
	if token := v.token(); !v.good(token) {
		t.Error("not a good token")
	}
	v.refreshes(1)
	v.clock.Add(2 * hour)
	if token := v.token(); !v.good(token) {
		t.Error("the next refresh token is lost")
	}
	v.refreshes(2)
}

func TestCloseDoesNotCutOffTheSave(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	closing := make(chan error, 1)
	v.store.Set(func(s *signintest.Store) {
		s.BeforeSave = func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			go func() { closing <- v.tokens.Close(ctx) }()
			for { // until Close has begun, which then cuts calls off at once
				if _, err := v.tokens.Refresh(context.Background(), "other", core.Secret{}); core.CodeOf(err) == core.CodeCancelled {
					return
				}
			}
		}
	})
	go v.tokens.Token(t.Context(), v.id)
	<-closing
	if v.store.Saves() != 1 {
		t.Error("the renewed grant was lost")
	}
}

func TestP3LostReplyAsksThePersonAndLosesNothing(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	v.server.Set(func(s *signintest.Switches) { s.LoseReply = true })
	v.noToken(core.CodeServiceDown)
	v.server.Set(func(s *signintest.Switches) { s.LoseReply = false })
	v.clock.Add(hour)
	v.noToken(core.CodeReauthRequired)
	if !v.isDead() || v.grant().RefreshToken.Empty() {
		t.Error("the state is not that of a connection that needs a new sign-in")
	}
	v.noToken(core.CodeReauthRequired) // and the service is not asked again
	v.refreshes(2)
}

func TestJournalThatCannotBeReadIsPassedOver(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	v.server.Set(func(s *signintest.Switches) {
		s.KeepRefresh = true
		s.TokenAnswer = func(map[string]any) (string, string) { return "text/html", "<p>nonsense" }
	})
	v.noToken(core.CodeDataUnexpected)
	v.server.Set(func(s *signintest.Switches) { s.TokenAnswer = nil })
	v.clock.Add(hour)
	if token := v.token(); !v.good(token) {
		t.Error("not a good token")
	}
	v.refreshes(2)
}

func TestJournalOfAnOlderGrantIsDropped(t *testing.T) {
	v := newVault(t)
	v.clock.Add(2 * hour)
	v.store.Set(func(s *signintest.Store) { s.FailGrant = errors.New("no") })
	if _, err := v.tokens.Token(t.Context(), v.id); err == nil {
		t.Fatal("no error")
	}
	row, err := v.store.LoadSealed(t.Context(), v.id)
	if err != nil || len(row.Journal) == 0 {
		t.Fatal("no journal", err)
	}
	v.store.Set(func(s *signintest.Store) { s.FailGrant = nil })
	o := v.wait(v.begin()) // the person signs in again
	o.Finish(nil)
	sealed, err := signin.SealGrant(v.sealer, v.id, o.Grant)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.store.Reauthorize(t.Context(), core.Connection{ID: v.id}, sealed, nil); err != nil {
		t.Fatal(err)
	}
	if err := v.store.SaveJournal(t.Context(), v.id, row.Journal); err != nil { // the old refresh was still on its way
		t.Fatal(err)
	}
	if v.token() != o.Grant.AccessToken.Reveal() {
		t.Error("the old answer replaced the new sign-in")
	}
	if row, _ := v.store.LoadSealed(t.Context(), v.id); len(row.Journal) != 0 {
		t.Error("the old answer is still there")
	}
}

func TestLockedVaultKeepsEverything(t *testing.T) {
	v := newVault(t)
	v.sealer.Lock(core.E(core.CodeKeyring, "", nil))
	v.noToken(core.CodeKeyring)
	v.sealer.Lock(nil)
	v.token()
	if v.isDead() {
		t.Error("a locked vault ended the connection")
	}
}

func TestWipedGrantNeedsASignIn(t *testing.T) {
	v := newVault(t)
	if err := v.store.SaveGrant(t.Context(), v.id, 1, nil); err != nil {
		t.Fatal(err)
	}
	v.noToken(core.CodeReauthRequired)
}

func TestA21SealedValuesStayInTheirRow(t *testing.T) {
	v := newVault(t)
	row, err := v.store.LoadSealed(t.Context(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	other := core.NewConnectionID()
	if err := v.store.Create(t.Context(), core.Connection{ID: other}, row.Grant, nil); err != nil {
		t.Fatal(err)
	}
	if s, err := v.tokens.Token(t.Context(), other); err == nil || !s.Empty() {
		t.Error("the grant of another row was opened")
	}
	if _, err := signin.UnsealClient(v.sealer, v.id, row.Grant); err == nil {
		t.Error("a grant was opened as a client secret")
	}
}

func TestClientSecretsAreSealed(t *testing.T) {
	sealer := signintest.NewSealer()
	sealed, err := signin.SealClient(sealer, "con_1", map[string]core.Secret{signin.ClientSecretKey: core.NewSecret("canary"), "empty": {}})
	if err != nil || bytes.Contains(sealed, []byte("canary")) {
		t.Fatal(err)
	}
	secrets, err := signin.UnsealClient(sealer, "con_1", sealed)
	if err != nil || len(secrets) != 1 || secrets[signin.ClientSecretKey].Reveal() != "canary" {
		t.Error(err, len(secrets))
	}
	if none, err := signin.SealClient(sealer, "con_1", nil); err != nil || none != nil {
		t.Error("nothing was sealed", err)
	}
}

// TestA14NothingSecretIsToldAnywhere goes through good and bad endings and then
// looks for what the service has made, all of which begins with "canary".
func TestA14NothingSecretIsToldAnywhere(t *testing.T) {
	var told strings.Builder
	note := func(err error) { fmt.Fprintf(&told, "%v %+v\n", err, core.AsError(err)) }
	v := newVault(t)
	v.manifest.Auth[0].Client.Secret = "optional"
	states := []string{}
	for _, fault := range []func(*signintest.Switches){
		func(s *signintest.Switches) {},
		func(s *signintest.Switches) { s.TokenError = "invalid_grant" },
		func(s *signintest.Switches) { s.TokenStatus = 503 },
		func(s *signintest.Switches) { s.TokenCut = true },
		func(s *signintest.Switches) {
			s.TokenAnswer = func(f map[string]any) (string, string) { _, body := asJSON(f); return "text/html", "<p>" + body }
		},
		func(s *signintest.Switches) {
			s.TokenAnswer = func(f map[string]any) (string, string) { f["access_token"] = 7; return asJSON(f) }
		},
		func(s *signintest.Switches) { s.Deny, s.DenyText = "canary error", "no" },
		func(s *signintest.Switches) { s.Issuer = "https://canary.example" },
	} {
		v.server.Set(func(s *signintest.Switches) { *s = signintest.Switches{} })
		v.server.Set(fault)
		a := v.begin(func(r *signin.Request) { r.ClientSecret = core.NewSecret("canary-client-secret") })
		fmt.Fprintf(&told, "%+v", v.request())
		state := strings.SplitN(strings.SplitN(a.URL(), "state=", 2)[1], "&", 2)[0]
		states = append(states, state)
		o, err := a.Wait(t.Context())
		if err == nil {
			o.Finish(nil)
			fmt.Fprintf(&told, "%v %+v %#v", o.Grant, o.Grant, o.Grant)
		}
		note(err)
		v.clock.Add(2 * hour)
		_, err = v.tokens.Token(t.Context(), v.id)
		note(err)
		note(v.tokens.Revoke(t.Context(), v.id))
	}
	row, err := v.store.LoadSealed(t.Context(), v.id)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"log": v.log.String(), "errors and prints": told.String(), "store": string(row.Grant) + string(row.Journal) + string(row.Client)} {
		for _, secret := range append(states, "canary") {
			if strings.Contains(text, secret) {
				t.Errorf("the %s hold “%s”:\n%s", name, secret, text)
			}
		}
	}
	if v.log.String() == "" {
		t.Error("nothing was logged at all")
	}
}

func TestRememberIsToldEverySecret(t *testing.T) {
	var remembered []string
	b := newBench(t, func(o *signin.Options) {
		o.Remember = func(s core.Secret) { remembered = append(remembered, s.Reveal()) }
	})
	a := b.begin(noBrowser, func(r *signin.Request) { r.ClientSecret = core.NewSecret("the-secret") })
	answer := b.answer(a)
	if err := a.Paste(t.Context(), b.callback(a, answer)); err != nil {
		t.Fatal(err)
	}
	o := b.wait(a)
	o.Finish(nil)
	form, _ := b.server.LastForm()
	all := strings.Join(remembered, "\n")
	for _, secret := range []string{"the-secret", form.Get("code"), form.Get("code_verifier"), o.Grant.AccessToken.Reveal(), o.Grant.RefreshToken.Reveal()} {
		if secret == "" || !strings.Contains(all, secret) {
			t.Errorf("%q was not remembered", secret)
		}
	}
}
