package connection_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/event"
	"linkdesk/core/provider"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func (b *bench) caller() *provider.Caller {
	return provider.New(provider.Options{Tokens: b.tokens, Clock: b.clock})
}

func TestVerifySaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*signintest.Switches)
		want core.Status
		code core.Code
	}{
		{"well", func(s *signintest.Switches) {}, core.StatusOK, ""},
		{"permission withdrawn", func(s *signintest.Switches) { s.RefuseAccess, s.TokenError = true, "invalid_grant" }, core.StatusReauth, core.CodeReauthRequired},
		{"one model refused", func(s *signintest.Switches) { s.DenyModels = []string{"stores"} }, core.StatusScope, core.CodeScopeMissing},
		{"token endpoint down", func(s *signintest.Switches) { s.TokenStatus = 503 }, core.StatusUnreachable, core.CodeServiceDown},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			id := b.connect(b.draft()).Connection.ID
			b.quiet()
			b.clock.Add(2 * time.Hour)
			b.set(c.set)
			v := b.verify(id)
			if v.Status != c.want || v.Health.Code != c.code || !v.Health.CheckedAt.Equal(b.clock.Now()) {
				t.Errorf("%s, %+v", v.Status, v.Health)
			}
			b.told(event.ConnectionChanged{ID: id})
			b.set(func(s *signintest.Switches) { *s = signintest.Switches{} })
			if c.code == core.CodeReauthRequired {
				return
			}
			if v := b.verify(id); v.Status != core.StatusOK { // at once, without sitting out a pause
				t.Errorf("afterwards %s", v.Status)
			}
		})
	}
}

func TestVerifyAllGoesThroughAll(t *testing.T) {
	b := newBench(t)
	for range 6 {
		b.connect(b.draft())
	}
	b.clock.Add(2 * time.Hour)
	b.server.Withdraw()
	good := b.connect(b.draft()).Connection.ID
	views, err := b.service.VerifyAll(t.Context())
	if err != nil || len(views) != 7 {
		t.Fatal(len(views), err)
	}
	for _, v := range views {
		if want := map[bool]core.Status{true: core.StatusOK, false: core.StatusReauth}[v.ID == good]; v.Status != want {
			t.Errorf("%s is %s", v.ID, v.Status)
		}
	}
}

func TestCheckedKeepsTheWorstThatOnlyThePersonCanMend(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	for _, c := range []struct{ note, want core.Code }{
		{core.CodeOffline, core.CodeOffline},
		{core.CodeRateLimited, core.CodeOffline}, // says nothing about the connection
		{core.CodeStorageFull, core.CodeOffline},
		{"", ""},
		{core.CodeReauthRequired, core.CodeReauthRequired},
		{core.CodeServiceDown, core.CodeReauthRequired},
		{"", ""},
	} {
		if err := b.service.Checked(t.Context(), id, c.note); err != nil {
			t.Fatal(err)
		}
		if got := b.get(id).Health.Code; got != c.want {
			t.Errorf("after %q: %q, want %q", c.note, got, c.want)
		}
	}
}

func TestRename(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	for name, want := range map[string]string{"Shop": "Shop", "  Läden \t": "Läden", strings.Repeat("ü", 128): strings.Repeat("ü", 128)} {
		if err := b.service.Rename(t.Context(), id, name); err != nil || b.get(id).Name != want {
			t.Errorf("%q: %q, %v", name, b.get(id).Name, err)
		}
	}
	before := b.get(id).Name
	for _, name := range []string{"", "   ", strings.Repeat("ü", 129), "a\x00b", "a\nb", "a\x7fb", "a\xffb"} {
		if err := b.service.Rename(t.Context(), id, name); core.CodeOf(err) != core.CodeInvalid || b.get(id).Name != before {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := b.service.Rename(t.Context(), "con_unknown", "x"); core.CodeOf(err) != core.CodeNotFound {
		t.Error(err)
	}
}

func TestDefaultName(t *testing.T) {
	for _, c := range []struct{ service, account, want string }{
		{"Shopify", "acme-store", "Shopify – acme-store"},
		{"Shopify", "", "Shopify"},
		{"Shopify", "Shopify", "Shopify"},
		{"Shopify", "a\nb\x00c", "Shopify – a b c"},
		{"S", strings.Repeat("ü", 200), "S – " + strings.Repeat("ü", 123) + "…"},
	} {
		if got := connection.DefaultName(c.service, c.account); got != c.want {
			t.Errorf("%q", got)
		}
	}
}

func TestPauseAndResume(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	if err := b.service.Pause(t.Context(), id); err != nil || b.get(id).Status != core.StatusPaused {
		t.Error(b.get(id).Status, err)
	}
	if err := b.service.Resume(t.Context(), id); err != nil || b.get(id).Status != core.StatusOK {
		t.Error(b.get(id).Status, err)
	}
}

func TestC25DeleteCanBeUndone(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	b.quiet()
	d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{DropRecords: true})
	if err != nil {
		t.Fatal(err)
	}
	b.told(event.ConnectionChanged{ID: id, Deleted: true})
	if _, err := b.service.Get(t.Context(), id); len(b.list()) != 0 || core.CodeOf(err) != core.CodeNotFound {
		t.Error("it is still shown", err)
	}
	if err := b.service.Rename(t.Context(), id, "x"); core.CodeOf(err) != core.CodeNotFound {
		t.Error("it can still be changed", err)
	}
	if _, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{}); core.CodeOf(err) != core.CodeNotFound {
		t.Error("it was deleted twice", err)
	}
	if _, err := b.store.Get(t.Context(), id); err != nil {
		t.Error("a crash now would lose it", err)
	}
	if err := d.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.told(event.ConnectionChanged{ID: id})
	if v := b.get(id); v.Status != core.StatusOK || b.server.Counts().Revoked != 0 {
		t.Errorf("%s", v.Status)
	}
	<-d.Done()
	if _, err := d.Commit(t.Context()); err != nil || len(b.list()) != 1 {
		t.Error("an undone deletion was carried out", err)
	}
}

func TestDeleteStopsTheSyncs(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	var stopped []core.ConnectionID
	b.stop = func(id core.ConnectionID) {
		if len(b.list()) != 0 {
			t.Error("a sync could begin again: the connection is still in the list")
		}
		stopped = append(stopped, id)
	}
	d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{})
	if err != nil || len(stopped) != 1 || stopped[0] != id {
		t.Fatalf("stopped the syncs of %v, %v", stopped, err)
	}
	if err := d.Undo(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestA23DeleteWithdrawsAndWipes(t *testing.T) {
	for _, c := range []struct {
		status int
		want   connection.Outcome
	}{{0, connection.Withdrawn}, {500, connection.ToldLater}} {
		b := newBench(t)
		id := b.connect(b.draft()).Connection.ID
		b.set(func(s *signintest.Switches) { s.RevokeStatus = c.status })
		d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := d.Commit(t.Context())
		if err != nil || outcome != c.want || d.Outcome() != c.want || b.server.Counts().Revoked != 1 {
			t.Errorf("%q, %v", outcome, err)
		}
		if _, err := b.store.LoadSealed(t.Context(), id); core.CodeOf(err) != core.CodeNotFound {
			t.Error("the secrets are still there", err)
		}
		if err := d.Undo(t.Context()); core.CodeOf(err) != core.CodeInvalid {
			t.Error("undone too late", err)
		}
		if again, err := d.Commit(t.Context()); err != nil || again != c.want || b.server.Counts().Revoked != 1 {
			t.Error("carried out twice", err)
		}
	}
}

func TestDeletedKeysCannotBeWithdrawnThere(t *testing.T) {
	b := newBench(t)
	d := b.draft()
	d.Method, d.Secrets = "api_key", map[string]core.Secret{"key": core.NewSecret("key-good-us7")}
	deletion, err := b.service.Delete(t.Context(), b.connect(d).Connection.ID, connection.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if outcome, err := deletion.Commit(t.Context()); err != nil || outcome != connection.NotTold || len(b.list()) != 0 {
		t.Errorf("%q, %v", outcome, err)
	}
}

func TestDeleteThatTheStoreRefusesBringsItBack(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	b.store.Set(func(s *signintest.Store) {
		s.FailDelete = core.E(core.CodeStorageReadOnly, "", errors.New("read-only"))
	})
	d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Commit(t.Context()); core.CodeOf(err) != core.CodeStorageReadOnly || core.CodeOf(d.Err()) != core.CodeStorageReadOnly || len(b.list()) != 1 {
		t.Error(err)
	}
}

func TestCloseCarriesDeletionsOut(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	if _, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	p := b.begin(connection.Draft{Service: "fake", Access: b.draft().Access, NoBrowser: true})
	if err := b.service.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Get(t.Context(), id); core.CodeOf(err) != core.CodeNotFound || b.server.Counts().Revoked != 1 {
		t.Error("the deletion was forgotten", err)
	}
	if _, err := p.Wait(t.Context()); core.CodeOf(err) != core.CodeCancelled {
		t.Error("the sign-in went on", err)
	}
}

func TestRenewedPermissionMovesTheForecast(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	soon := b.clock.Now().Add(10 * 24 * time.Hour)
	g := signin.Grant{RefreshToken: core.NewSecret("r"), RefreshExpiry: soon, Scopes: []string{"profile", "stores:read"}}
	b.quiet()
	b.service.PermissionRenewed(t.Context(), id, g)
	b.told(event.ConnectionChanged{ID: id})
	v := b.get(id)
	if !v.ExpiresAt.Equal(soon) || v.Status != core.StatusScope || len(v.Missing) != 2 {
		t.Errorf("%s until %v, missing %v", v.Status, v.ExpiresAt, v.Missing)
	}
	g.Scopes = []string{"profile"}
	b.service.PermissionRenewed(t.Context(), id, g) // nothing else is new
	if v := b.get(id); len(v.Missing) != 3 {
		t.Errorf("missing %v", v.Missing)
	}
	if err := b.service.SetAccess(t.Context(), id, core.AccessMap{core.Products: core.Read}); err != nil {
		t.Fatal(err)
	}
	if v := b.get(id); v.Status != core.StatusExpiring {
		t.Errorf("%s", v.Status)
	}
}

func TestAliveLeavesOutWhatNeedsThePerson(t *testing.T) {
	b := newBench(t)
	dead, alive := b.connect(b.draft()).Connection.ID, b.connect(b.draft()).Connection.ID
	b.service.PermissionEnded(t.Context(), dead)
	ids, err := b.service.Alive(t.Context())
	if err != nil || len(ids) != 1 || ids[0] != alive {
		t.Error(ids, err)
	}
}

type counts = map[core.Model]int64

func TestUsedBy(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	b.counts = counts{core.Orders: 1200, core.Stores: 3}
	if u, err := b.service.UsedBy(t.Context(), id); err != nil || u.Models != 3 || u.Records != 1203 {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestServiceWhoseFileIsGoneCanStillBeDeleted(t *testing.T) {
	b := newBench(t)
	id := b.connect(b.draft()).Connection.ID
	if err := b.store.Update(t.Context(), id, func(c *core.Connection) error { c.Service = "gone"; return nil }); err != nil {
		t.Fatal(err)
	}
	if v := b.get(id); v.Service == nil || v.Service.Name != "gone" {
		t.Errorf("%+v", v)
	}
	if _, err := b.service.Verify(t.Context(), id); core.CodeOf(err) != core.CodeNotFound {
		t.Error(err)
	}
	d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if outcome, err := d.Commit(t.Context()); err != nil || outcome != connection.NotTold || len(b.list()) != 0 {
		t.Errorf("%q, %v", outcome, err)
	}
}

// TestDeletionIsCarriedOutAfterHalfAMinute runs on fake time.
func TestDeletionIsCarriedOutAfterHalfAMinute(t *testing.T) {
	server := signintest.NewServer(t)
	synctest.Test(t, func(t *testing.T) {
		b := newBenchFor(t, server)
		id := core.NewConnectionID()
		if err := b.store.Create(t.Context(), core.Connection{ID: id, Service: "fake", Method: "api_key"}, nil, nil); err != nil {
			t.Fatal(err)
		}
		d, err := b.service.Delete(t.Context(), id, connection.DeleteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(30*time.Second - 1)
		synctest.Wait()
		if d.Outcome() != "" {
			t.Error("too early")
		}
		time.Sleep(1)
		<-d.Done()
		if _, err := b.store.Get(t.Context(), id); core.CodeOf(err) != core.CodeNotFound || d.Outcome() != connection.NotTold {
			t.Error("it is still there", err)
		}
	})
}
