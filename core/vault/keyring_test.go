package vault

import (
	"errors"
	"maps"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/godbus/dbus/v5"

	"linkdesk/core"
)

// The answers of a Linux keyring in every situation that was measured
// (real ones: keyring_desktop_test.go), on the first day and with a key of ours.
func TestKeyringSituations(t *testing.T) {
	locked := errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'")
	for _, c := range []struct {
		name   string
		set    func(*fakeKeyring)
		fresh  Phase
		second Phase
	}{
		{"open", func(*fakeKeyring) {}, Open, Open},
		{"no session bus", func(k *fakeKeyring) { k.getErr = &exec.Error{Name: "dbus-launch", Err: exec.ErrNotFound} }, Choose, Locked},
		{"no secret service", func(k *fakeKeyring) {
			k.getErr = dbus.MakeFailedError(errors.New("not provided by any .service files"))
		}, Choose, Locked},
		{"dead bus address", func(k *fakeKeyring) { k.getErr = &net.OpError{Op: "dial", Err: syscall.ENOENT} }, Choose, Locked},
		{"locked, nobody to ask, or dismissed", func(k *fakeKeyring) { k.getErr = locked }, Choose, Locked},
		{"prompt that nobody answers", func(k *fakeKeyring) { k.block = make(chan struct{}) }, Choose, Locked},
		{"profile without a collection", func(k *fakeKeyring) { k.setErr = locked }, Choose, Open},
		{"says stored, but is not", func(k *fakeKeyring) { k.forget = true }, Choose, Open},
		{"stores nothing of it", func(k *fakeKeyring) { k.empty = true }, Choose, Open},
		{"the library panics", func(k *fakeKeyring) { k.panics = true }, Choose, Locked},
		{"emptied", func(k *fakeKeyring) { clear(k.items) }, Open, Lost},
		{"holds another key", func(k *fakeKeyring) { other := newKey(); k.items[app+"|"+Item] = other.text() }, Open, Lost},
		{"holds nonsense", func(k *fakeKeyring) { k.items[app+"|"+Item] = "" }, Open, Lost},
	} {
		t.Run("first day, "+c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, m := newFakeKeyring(), &fakeMeta{}
				c.set(k)
				checkOpen(t, k, m, c.fresh)
				if c.fresh == Choose && m.meta.Mode != None {
					t.Errorf("a choice was made for the person: %+v", m.meta.Mode)
				}
			})
		})
		t.Run("later, "+c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, m, sealed := secondDay(t)
				c.set(k)
				items, id := maps.Clone(k.items), m.meta.KeyID
				v := checkOpen(t, k, m, c.second)
				if c.second == Open {
					wantUnseal(t, v, sealed)
				}
				if !maps.Equal(k.items, items) || m.meta.KeyID != id || m.meta.Mode != Keyring {
					t.Error("the keyring or what is known of the key was changed")
				}
			})
		})
	}
}

func checkOpen(t *testing.T, k *fakeKeyring, m *fakeMeta, want Phase) *Vault {
	t.Helper()
	v := start(k, m)
	t.Cleanup(v.Close)
	began := time.Now()
	err := v.Open(t.Context())
	if took := time.Since(began); took > probeDeadline {
		t.Errorf("Open took %v", took)
	}
	code := map[Phase]core.Code{Open: "", Choose: core.CodeKeyring, Locked: core.CodeKeyring, Lost: core.CodeKeyLost}[want]
	wantState(t, v, m.meta.Mode, want, code)
	if core.CodeOf(err) != code {
		t.Errorf("Open: %v", err)
	}
	if want != Open {
		if _, err := v.SealAt("secret", "con_1", "grant", []byte("x")); core.CodeOf(err) != code {
			t.Errorf("SealAt: %v", err)
		}
	}
	if k.block != nil {
		close(k.block) // let the call that hangs end with the test
		synctest.Wait()
	}
	return v
}

// A prompt may stand on the screen for long: Unlock waits, and asks once only.
func TestUnlockWaitsForThePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, m, sealed := secondDay(t)
		k.block = make(chan struct{})
		v := start(k, m)
		defer v.Close()
		v.Open(t.Context())
		time.AfterFunc(40*time.Second, func() {
			block := k.block
			k.change(func() { k.block = nil })
			close(block)
		})
		if err := v.Unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantUnseal(t, v, sealed)
		if k.most != 1 {
			t.Errorf("%d keyring calls at once", k.most)
		}
	})
}

// Product P-04: the keyring is not ready for 90 s after signing in to the computer.
func TestRetryUntilTheKeyringIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, m, sealed := secondDay(t)
		k.getErr = errors.New("failed to unlock correct collection '/org/freedesktop/secrets/collection/login'")
		v := start(k, m)
		defer v.Close()
		var seen []Phase
		v.OnChange(func(s State) { seen = append(seen, s.Phase) })
		began := time.Now()
		v.Open(t.Context())
		time.AfterFunc(90*time.Second, func() { k.change(func() { k.getErr = nil }) })
		if err := v.Retry(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 95*time.Second {
			t.Errorf("open after %v", took)
		}
		wantUnseal(t, v, sealed)
		if len(seen) != 3 || seen[1] != Locked || seen[2] != Open {
			t.Errorf("states %v", seen)
		}
	})
}

// Retry never puts a question on the screen, and gives nothing up when its time is over.
func TestRetryIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, m, _ := secondDay(t)
		k.getErr, k.locked = errors.New("failed to unlock correct collection"), true
		v := start(k, m)
		defer v.Close()
		v.Open(t.Context())
		asked, began := k.gets, time.Now()
		if err := v.Retry(t.Context()); core.CodeOf(err) != core.CodeKeyring {
			t.Errorf("Retry: %v", err)
		}
		if took := time.Since(began); took != retryFor {
			t.Errorf("gave up after %v", took)
		}
		if k.gets != asked {
			t.Errorf("the person was asked %d times", k.gets-asked)
		}
		wantState(t, v, Keyring, Locked, core.CodeKeyring)
	})
}

func TestRetryReturnsAtOnceWhenAPersonIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, m, _ := secondDay(t)
		clear(k.items)
		v := start(k, m)
		defer v.Close()
		v.Open(t.Context())
		began := time.Now()
		if err := v.Retry(t.Context()); core.CodeOf(err) != core.CodeKeyLost || time.Since(began) != 0 {
			t.Errorf("Retry: %v after %v", err, time.Since(began))
		}
	})
}
