package vault

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
)

func TestFirstAndSecondDay(t *testing.T) {
	k, m, sealed := secondDay(t)
	if len(k.items) != 1 || len(k.items[app+"|"+Item]) != 44 {
		t.Errorf("the keyring holds %d items", len(k.items))
	}
	v := start(k, m)
	defer v.Close()
	if err := v.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, v, Keyring, Open, "")
	wantUnseal(t, v, sealed)
}

// A second data folder of the same person takes the key over instead of replacing it.
func TestSecondFolderSharesTheKey(t *testing.T) {
	k, m, sealed := secondDay(t)
	other := start(k, &fakeMeta{})
	defer other.Close()
	if err := other.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := start(k, m)
	defer first.Close()
	if err := first.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantUnseal(t, first, sealed)
}

func TestPassphrase(t *testing.T) {
	k, m := newFakeKeyring(), &fakeMeta{}
	k.getErr = errors.New("no keyring")
	v := New(Options{Meta: m, Keyring: k, Service: app, Log: slog.New(slog.DiscardHandler)}) // at full strength
	v.Open(t.Context())
	if err := v.UsePassphrase(t.Context(), core.NewSecret("short")); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("short passphrase: %v", err)
	}
	if err := v.UsePassphrase(t.Context(), core.NewSecret("correct horse")); err != nil {
		t.Fatal(err)
	}
	if m.meta.Memory != 64<<10 || m.meta.Time != 3 || len(m.meta.Salt) != 16 {
		t.Errorf("weak parameters: %d KiB, %d passes, %d bytes of salt", m.meta.Memory, m.meta.Time, len(m.meta.Salt))
	}
	sealed := mustSeal(t, v)
	v.Close()

	v = start(k, m)
	defer v.Close()
	if err := v.Open(t.Context()); core.CodeOf(err) != core.CodeKeyring {
		t.Errorf("Open: %v", err)
	}
	wantState(t, v, Passphrase, Locked, core.CodeKeyring)
	if err := v.UnlockWithPassphrase(t.Context(), core.NewSecret("wrong horse")); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("wrong passphrase: %v", err)
	}
	wantState(t, v, Passphrase, Locked, core.CodeKeyring)
	if err := v.UnlockWithPassphrase(t.Context(), core.NewSecret("correct horse")); err != nil {
		t.Fatal(err)
	}
	wantUnseal(t, v, sealed)
}

// From keyring to passphrase, and to another one: nothing has to be signed in again.
func TestPassphraseKeepsTheKey(t *testing.T) {
	k, m, sealed := secondDay(t)
	v := start(k, m)
	v.Open(t.Context())
	for _, p := range []string{"first passphrase", "second passphrase"} {
		if err := v.UsePassphrase(t.Context(), core.NewSecret(p)); err != nil {
			t.Fatal(err)
		}
	}
	v.Close()
	v = start(k, m)
	defer v.Close()
	v.Open(t.Context())
	if err := v.UnlockWithPassphrase(t.Context(), core.NewSecret("first passphrase")); err == nil {
		t.Error("the replaced passphrase still opens")
	}
	if err := v.UnlockWithPassphrase(t.Context(), core.NewSecret("second passphrase")); err != nil {
		t.Fatal(err)
	}
	wantUnseal(t, v, sealed)
}

// What the disk says about a passphrase is not trusted.
func TestDamagedPassphraseMeta(t *testing.T) {
	k := newKey()
	good := wrap(k, core.NewSecret("correct horse"), 64)
	for name, change := range map[string]func(*KeyMeta){
		"no passes":   func(m *KeyMeta) { m.Time = 0 },
		"no lanes":    func(m *KeyMeta) { m.Threads = 0 },
		"all memory":  func(m *KeyMeta) { m.Memory = 1 << 31 },
		"for ever":    func(m *KeyMeta) { m.Time = 1 << 31 },
		"cut":         func(m *KeyMeta) { m.Wrapped = m.Wrapped[:20] },
		"other key":   func(m *KeyMeta) { m.KeyID = "0011223344556677" },
		"bit flipped": func(m *KeyMeta) { m.Wrapped = bytes.Clone(m.Wrapped); m.Wrapped[len(m.Wrapped)-1] ^= 1 },
	} {
		m := good
		change(&m)
		v := start(newFakeKeyring(), &fakeMeta{meta: m})
		v.Open(t.Context())
		if err := v.UnlockWithPassphrase(t.Context(), core.NewSecret("correct horse")); core.CodeOf(err) != core.CodeKeyLost {
			t.Errorf("%s: %v", name, err)
		}
		wantState(t, v, Passphrase, Lost, core.CodeKeyLost)
		v.Close()
	}
}

func TestSessionOnly(t *testing.T) {
	k, m := newFakeKeyring(), &fakeMeta{}
	k.getErr = errors.New("no keyring")
	v := start(k, m)
	v.Open(t.Context())
	if err := v.UseSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	sealed := mustSeal(t, v)
	wantUnseal(t, v, sealed)
	v.Close()
	if len(k.items) != 0 || len(m.meta.Wrapped) != 0 {
		t.Error("the key of a session was kept")
	}

	v = start(k, m)
	defer v.Close()
	v.Open(t.Context())
	wantState(t, v, Session, Choose, core.CodeKeyring)
	if err := v.UseSession(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.UnsealAt("secret", "con_1", "grant", sealed); core.CodeOf(err) != core.CodeKeyLost {
		t.Errorf("a value of the last session: %v", err)
	}
}

// No choice may give up a key that still exists.
func TestLockedAllowsNoNewKey(t *testing.T) {
	k, m, sealed := secondDay(t)
	k.getErr = errors.New("failed to unlock correct collection")
	v := start(k, m)
	defer v.Close()
	v.Open(t.Context())
	for name, err := range map[string]error{
		"session":    v.UseSession(t.Context()),
		"passphrase": v.UsePassphrase(t.Context(), core.NewSecret("correct horse")),
		"unlock":     v.UnlockWithPassphrase(t.Context(), core.NewSecret("correct horse")),
	} {
		if core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.getErr = nil
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wiped := 0
	wipe := func(context.Context) error { wiped++; return nil }
	if err := v.StartOver(t.Context(), wipe); core.CodeOf(err) != core.CodeInvalid || wiped != 0 {
		t.Errorf("StartOver of an open vault: %v, wiped %d times", err, wiped)
	}
	wantUnseal(t, v, sealed)
}

func TestStartOver(t *testing.T) {
	k, m, sealed := secondDay(t)
	lost := m.meta.KeyID
	clear(k.items)
	v := start(k, m)
	defer v.Close()
	v.Open(t.Context())
	full := errors.New("no space")
	if err := v.StartOver(t.Context(), func(context.Context) error { return full }); err != full || m.meta.KeyID != lost {
		t.Fatalf("could not be wiped: %v, key id %q", err, m.meta.KeyID)
	}
	wiped := 0
	if err := v.StartOver(t.Context(), func(context.Context) error { wiped++; return nil }); err != nil || wiped != 1 {
		t.Fatalf("%v, wiped %d times", err, wiped)
	}
	wantState(t, v, Keyring, Open, "")
	if m.meta.KeyID == lost || m.meta.KeyID == "" {
		t.Errorf("key id %q", m.meta.KeyID)
	}
	if _, err := v.UnsealAt("secret", "con_1", "grant", sealed); core.CodeOf(err) != core.CodeKeyLost {
		t.Errorf("an old value: %v", err)
	}
	wantUnseal(t, v, mustSeal(t, v))
}

func TestSealBindsThePlace(t *testing.T) {
	k, m, sealed := secondDay(t)
	v := start(k, m)
	defer v.Close()
	v.Open(t.Context())
	if bytes.Contains(sealed, []byte("refresh")) || bytes.Equal(sealed, mustSeal(t, v)) {
		t.Error("the value is readable or sealed the same way twice")
	}
	for _, p := range [][3]string{
		{"secret", "con_2", "grant"}, {"secret", "con_1", "client"}, {"oauth", "con_1", "grant"},
		{"secret", `con_1"|"grant`, ""}, {`secret"|"con_1`, "grant", ""},
	} {
		if _, err := v.UnsealAt(p[0], p[1], p[2], sealed); core.CodeOf(err) != core.CodeStorageDamaged {
			t.Errorf("opened at %v: %v", p, err)
		}
	}
	for i := range sealed {
		flipped := bytes.Clone(sealed)
		flipped[i] ^= 1
		if _, err := v.UnsealAt("secret", "con_1", "grant", flipped); err == nil {
			t.Errorf("byte %d may be changed", i)
		}
		if _, err := v.UnsealAt("secret", "con_1", "grant", sealed[:i]); core.CodeOf(err) != core.CodeStorageDamaged {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestCloseForgetsTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, m, _ := secondDay(t)
		v := start(k, m)
		v.Open(t.Context())
		v.Close()
		if v.key != (key{}) {
			t.Error("the key is still in memory")
		}
		if _, err := v.SealAt("secret", "con_1", "grant", nil); core.CodeOf(err) != core.CodeKeyring {
			t.Errorf("SealAt: %v", err)
		}

		k.block = make(chan struct{}) // a prompt is answered after Close
		v = start(k, m)
		time.AfterFunc(10*time.Second, v.Close)
		time.AfterFunc(20*time.Second, func() { close(k.block) })
		if err := v.Unlock(t.Context()); err == nil || v.State().Phase != Closed || v.key != (key{}) {
			t.Errorf("opened after Close: %v, %v", err, v.State())
		}
	})
}

// Storage's own errors come through, and a key is never used that storage does not know of.
func TestStorageErrors(t *testing.T) {
	full := core.E(core.CodeStorageFull, "", nil)
	k := newFakeKeyring()
	for _, m := range []*fakeMeta{{loadErr: full}, {save: full}} {
		v := start(k, m)
		if err := v.Open(t.Context()); core.CodeOf(err) != core.CodeStorageFull || v.State().Phase != Closed {
			t.Errorf("Open: %v, %v", err, v.State())
		}
		v.Close()
	}
	k.getErr = errors.New("no keyring")
	v := start(k, &fakeMeta{save: full})
	defer v.Close()
	v.Open(t.Context())
	for _, err := range []error{v.UseSession(t.Context()), v.UsePassphrase(t.Context(), core.NewSecret("correct horse"))} {
		if core.CodeOf(err) != core.CodeStorageFull || v.State().Phase != Choose {
			t.Errorf("%v, %v", err, v.State())
		}
	}
}

// Neither the key nor the passphrase is in the log or in an error.
func TestNothingSecretIsSaid(t *testing.T) {
	var said bytes.Buffer
	k, m := newFakeKeyring(), &fakeMeta{}
	v := New(Options{Meta: m, Keyring: k, Service: app, Log: slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	v.OnChange(func(s State) { fmt.Fprintln(&said, s) })
	v.Open(t.Context())
	v.UsePassphrase(t.Context(), core.NewSecret("canary-passphrase"))
	fmt.Fprintln(&said, v.UnlockWithPassphrase(t.Context(), core.NewSecret("canary-other")))
	secret := k.items[app+"|"+Item]
	raw, _ := base64.StdEncoding.DecodeString(secret)
	v.Close()
	for _, canary := range []string{secret, string(raw), fmt.Sprintf("%x", raw), fmt.Sprint(raw), "canary"} {
		if strings.Contains(said.String(), canary) {
			t.Errorf("%q was said", canary)
		}
	}
	if !strings.Contains(said.String(), `"phase":"open"`) {
		t.Errorf("the log tells nothing: %s", said.String())
	}
}
