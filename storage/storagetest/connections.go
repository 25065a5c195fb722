package storagetest

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/signin"
	"linkdesk/core/vault"
)

// Now is the time that the examples start from.
var Now = time.Date(2026, 3, 1, 12, 30, 0, 123456000, time.UTC)

// Connection returns a connection with every field set.
func Connection(name string) core.Connection {
	return core.Connection{
		ID: core.NewConnectionID(), Service: "practice", Name: name, AccountID: "acc-1", AccountName: "Ann",
		Method: "oauth2", ClientID: "client", Inputs: map[string]string{"shop": "a.example"}, Captured: map[string]string{"dc": "us6"},
		Access: core.AccessMap{core.Orders: core.Read}, Asked: []string{"orders:read"}, Granted: []string{"orders:read"}, Paused: true,
		Health:    core.Health{Code: core.CodeOffline, CheckedAt: Now, OKAt: Now, Models: []core.ModelCheck{{Model: core.Orders, OK: true, Proof: "#1"}}},
		CreatedAt: Now, AuthorizedAt: Now, ExpiresAt: Now.AddDate(1, 0, 0),
	}
}

// Connections tries a connection.Store together with the signin.Store beside it.
func Connections(t *testing.T, s connection.Store, secrets signin.Store) {
	ctx := t.Context()
	a, b := Connection("First"), Connection("Second")
	for _, c := range []core.Connection{a, b} {
		must(t, s.Create(ctx, c, []byte("grant of "+c.Name), []byte("client of "+c.Name)))
	}
	got, err := s.Get(ctx, a.ID)
	must(t, err)
	same(t, "Get", got, a)
	list, err := s.List(ctx)
	must(t, err)
	same(t, "List", list, []core.Connection{a, b})
	if s.Create(ctx, a, nil, nil) == nil {
		t.Error("a second connection with the same id was accepted")
	}

	again := a
	again.Name, again.Paused, again.Inputs = "ignored", false, nil // not what a sign-in changes
	again.Granted, again.Asked, again.Access = []string{"x"}, []string{"x", "y"}, core.AccessMap{core.Stores: core.Write}
	again.Captured, again.ClientID, again.Method, again.AccountName = map[string]string{"dc": "eu1"}, "other", "api_key", "Ann B"
	again.AuthorizedAt, again.ExpiresAt, again.Health = Now.Add(time.Hour), time.Time{}, core.Health{OKAt: Now}
	must(t, s.Reauthorize(ctx, again, []byte("new grant"), []byte("new client")))
	want := again
	want.Name, want.Paused, want.Inputs = a.Name, a.Paused, a.Inputs
	got, err = s.Get(ctx, a.ID)
	must(t, err)
	same(t, "after Reauthorize", got, want)
	sealed, err := secrets.LoadSealed(ctx, a.ID)
	must(t, err)
	if string(sealed.Grant) != "new grant" || string(sealed.Client) != "new client" {
		t.Error("Reauthorize did not replace the secrets")
	}

	must(t, s.Update(ctx, b.ID, func(c *core.Connection) error { c.Name, c.ID = "Renamed", "con_other"; return nil }))
	got, err = s.Get(ctx, b.ID)
	must(t, err)
	same(t, "name", got.Name, "Renamed")
	stop := errors.New("stop")
	if err := s.Update(ctx, b.ID, func(c *core.Connection) error { c.Name = "never"; return stop }); !errors.Is(err, stop) {
		t.Errorf("Update returned %v instead of what its change said", err)
	}
	got, _ = s.Get(ctx, b.ID)
	same(t, "name after a change that failed", got.Name, "Renamed")

	must(t, s.Delete(ctx, b.ID, false))
	list, err = s.List(ctx)
	must(t, err)
	same(t, "after Delete", len(list), 1)
	nope := Connection("unknown")
	for _, id := range []core.ConnectionID{b.ID, nope.ID} {
		nope.ID = id
		_, err := s.Get(ctx, id)
		code(t, "Get", err, core.CodeNotFound)
		code(t, "Reauthorize", s.Reauthorize(ctx, nope, nil, nil), core.CodeNotFound)
		code(t, "Update", s.Update(ctx, id, func(*core.Connection) error { return nil }), core.CodeNotFound)
		code(t, "Delete", s.Delete(ctx, id, true), core.CodeNotFound)
		_, err = secrets.LoadSealed(ctx, id)
		code(t, "LoadSealed", err, core.CodeNotFound)
		code(t, "SaveGrant", secrets.SaveGrant(ctx, id, 1, nil), core.CodeNotFound)
		code(t, "SaveJournal", secrets.SaveJournal(ctx, id, nil), core.CodeNotFound)
		code(t, "SaveClient", secrets.SaveClient(ctx, id, nil), core.CodeNotFound)
	}
}

// Secrets tries a signin.Store. What is sealed is bytes: nothing in it may be
// read as text, JSON, SQL or a number.
func Secrets(t *testing.T, s connection.Store, secrets signin.Store) {
	ctx := t.Context()
	odd := []byte("\x00'); DROP TABLE secret; --\xff\xfe{\"n\":1}\x001e5")
	c := Connection("Shop")
	must(t, s.Create(ctx, c, odd, nil))
	v, err := secrets.LoadSealed(ctx, c.ID)
	must(t, err)
	if !bytes.Equal(v.Grant, odd) || v.Client != nil || v.Journal != nil {
		t.Error("the sealed bytes came back changed")
	}
	must(t, secrets.SaveJournal(ctx, c.ID, []byte("answer")))
	must(t, secrets.SaveClient(ctx, c.ID, odd))
	before := v.Revision
	v, err = secrets.LoadSealed(ctx, c.ID)
	must(t, err)
	if string(v.Journal) != "answer" || !bytes.Equal(v.Client, odd) || v.Revision != before {
		t.Error("journal or client were not kept as they are")
	}
	must(t, secrets.SaveGrant(ctx, c.ID, before, []byte("two")))
	if err := secrets.SaveGrant(ctx, c.ID, before, []byte("late")); !errors.Is(err, signin.ErrRevision) {
		t.Errorf("a grant of an old revision was answered with %v", err)
	}
	v, err = secrets.LoadSealed(ctx, c.ID)
	must(t, err)
	if string(v.Grant) != "two" || v.Journal != nil || v.Revision != before+1 {
		t.Error("SaveGrant has to replace the grant, clear the journal and add one to the revision")
	}
}

// KeyMeta tries a vault.Meta.
func KeyMeta(t *testing.T, s vault.Meta) {
	ctx := t.Context()
	m, err := s.LoadKeyMeta(ctx)
	must(t, err)
	same(t, "KeyMeta before the first save", m, vault.KeyMeta{})
	want := vault.KeyMeta{Mode: vault.Passphrase, KeyID: "0011223344556677", Salt: []byte{0, 255}, Time: 3, Memory: 65536, Threads: 4, Wrapped: []byte("w")}
	for _, v := range []vault.KeyMeta{{Mode: vault.Keyring, KeyID: "ff"}, want} {
		must(t, s.SaveKeyMeta(ctx, v))
	}
	m, err = s.LoadKeyMeta(ctx)
	must(t, err)
	same(t, "KeyMeta", m, want)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func code(t testing.TB, what string, err error, want core.Code) {
	t.Helper()
	if core.CodeOf(err) != want {
		t.Errorf("%s: got %v, want an error of class %s", what, err, want)
	}
}
