package vault

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"linkdesk/core"
)

// Phase is how far the vault is.
type Phase string

// The phases.
const (
	Closed  Phase = "closed"  // not opened yet, or closed for good
	Opening Phase = "opening" // the keyring is being asked
	Open    Phase = "open"
	Locked  Phase = "locked" // the key exists but cannot be had now: Unlock, UnlockWithPassphrase
	Lost    Phase = "lost"   // the keyring answers but has not our key: Unlock again, or StartOver
	Choose  Phase = "choose" // no key yet and no keyring: UsePassphrase, UseSession, or Unlock again
)

// State is what the window shows about the vault.
type State struct {
	Mode  Mode
	Phase Phase
	Err   error // why not open: *core.Error of CodeKeyring or CodeKeyLost, or storage's error; else nil
}

// Options is what a vault needs.
type Options struct {
	Meta    Meta
	Keyring OSKeyring // System()
	Service string    // app id, the name of the keyring item
	Log     *slog.Logger
}

// Vault seals and unseals while it is open. All methods may be called from any
// goroutine; those that take a context may block for up to a minute.
type Vault struct {
	meta    Meta
	ring    ring
	service string
	log     *slog.Logger
	memory  uint32        // of Argon2id, KiB; less in tests
	turn    chan struct{} // one change at a time: holds an element while one is made

	mu     sync.RWMutex
	state  State
	key    key  // valid while the phase is Open
	ended  bool // Close was called
	listen []func(State)
}

// New makes a closed vault.
func New(o Options) *Vault {
	return &Vault{
		meta: o.Meta, ring: newRing(o.Keyring), service: o.Service, log: o.Log,
		memory: argonMemory, turn: make(chan struct{}, 1), state: State{Phase: Closed},
	}
}

// State returns the present state.
func (v *Vault) State() State {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.state
}

// OnChange calls f after each change of the state, in order. f must return
// soon and may not change the vault itself. Register before Open.
func (v *Vault) OnChange(f func(State)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.listen = append(v.listen, f)
}

// Open fetches the key, or makes one on the first day. It takes at most a few
// seconds. Nil means open; otherwise State tells what helps.
func (v *Vault) Open(ctx context.Context) error { return v.attempt(ctx, probeDeadline, false) }

// Unlock is Open with time for the person to answer the system's own question.
func (v *Vault) Unlock(ctx context.Context) error { return v.attempt(ctx, unlockDeadline, false) }

// The pauses of Retry (product P-04).
const (
	retryFirst = time.Second
	retryMost  = 30 * time.Second
	retryFor   = 10 * time.Minute
)

// Retry waits for a keyring that is not ready, as after signing in to the
// computer: it tries after 1 s, then 2, 4 … 30 s, for 10 minutes. It puts no
// question to the person and gives nothing up. It returns nil when the vault
// is open, and at once when the keyring is not what it waits for.
func (v *Vault) Retry(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, retryFor)
	defer cancel()
	for pause := retryFirst; ; pause = min(2*pause, retryMost) {
		if s := v.State(); s.Phase == Open {
			return nil
		} else if s.Mode != Keyring || s.Phase != Locked && s.Phase != Opening {
			return s.Err
		}
		select {
		case <-ctx.Done():
			return errors.Join(v.State().Err, ctx.Err())
		case <-time.After(pause):
		}
		_ = v.attempt(ctx, probeDeadline, true) // what came of it is the state
	}
}

// UsePassphrase keeps the key under a passphrase from now on. In phase Choose
// it makes the key; while open it wraps the present one, so that nothing has
// to be signed in again. Shorter than 8 characters is refused (CodeInvalid).
func (v *Vault) UsePassphrase(ctx context.Context, passphrase core.Secret) error {
	if len([]rune(passphrase.Reveal())) < minPassphrase {
		return core.Invalid("Use at least 8 characters for the passphrase.")
	}
	return v.exclusive(ctx, func() error {
		k, phase := v.current()
		if phase == Choose {
			k = newKey()
		} else if phase != Open {
			return errNotNow()
		}
		defer clear(k[:])
		m := wrap(k, passphrase, v.memory)
		if err := v.meta.SaveKeyMeta(ctx, m); err != nil {
			return err
		}
		return v.opened(Passphrase, k)
	})
}

// UnlockWithPassphrase opens a vault that a passphrase closes. A wrong one is
// CodeInvalid and changes nothing.
func (v *Vault) UnlockWithPassphrase(ctx context.Context, passphrase core.Secret) error {
	return v.exclusive(ctx, func() error {
		m, err := v.meta.LoadKeyMeta(ctx)
		if err != nil {
			return err
		}
		if v.State().Phase == Open {
			return nil
		}
		if m.Mode != Passphrase {
			return core.Invalid("The sign-ins are not kept under a passphrase.")
		}
		k, err := m.unwrap(passphrase)
		defer clear(k[:])
		switch {
		case errors.Is(err, errWrongPassphrase):
			return core.Invalid("That is not the passphrase. Try again.")
		case err != nil:
			return v.settle(Passphrase, Lost, core.E(core.CodeKeyLost, "", err))
		}
		return v.opened(Passphrase, k)
	})
}

// UseSession makes a key that is gone when Linkdesk ends; only in phase
// Choose, and only because the person said so.
func (v *Vault) UseSession(ctx context.Context) error {
	return v.exclusive(ctx, func() error {
		if v.State().Phase != Choose {
			return errNotNow()
		}
		k := newKey()
		defer clear(k[:])
		if err := v.meta.SaveKeyMeta(ctx, KeyMeta{Mode: Session, KeyID: k.id()}); err != nil {
			return err
		}
		return v.opened(Session, k)
	})
}

// StartOver gives the old key up, because the person said so, and opens the
// vault as on the first day. What was sealed can no longer be read, so wipe
// removes it, and the connections need a new sign-in. It is refused, and wipe
// not called, while the vault is open: the keyring may have come back while the
// person was thinking.
func (v *Vault) StartOver(ctx context.Context, wipe func(context.Context) error) error {
	err := v.exclusive(ctx, func() error {
		if p := v.State().Phase; p != Lost && p != Locked {
			return errNotNow()
		}
		v.log.Warn("the person starts over with the sign-ins")
		if err := wipe(ctx); err != nil {
			return err
		}
		return v.meta.SaveKeyMeta(ctx, KeyMeta{})
	})
	if err != nil {
		return err
	}
	return v.Unlock(ctx)
}

// Close forgets the key, for good. A call that waits for the keyring no longer opens anything.
func (v *Vault) Close() {
	v.mu.Lock()
	clear(v.key[:])
	v.ended = true
	v.state.Phase, v.state.Err = Closed, nil
	state, listen := v.state, slices.Clone(v.listen)
	v.mu.Unlock()
	for _, f := range listen {
		f(state)
	}
}

// SealAt seals a value for one place in the database. Not open: CodeKeyring.
func (v *Vault) SealAt(table, row, column string, plain []byte) ([]byte, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.state.Phase != Open {
		return nil, v.closedErr()
	}
	return v.key.seal(table, row, column, plain), nil
}

// UnsealAt opens a value that SealAt made for the same place. Errors:
// CodeKeyring when not open, CodeKeyLost when another key sealed it,
// CodeStorageDamaged when it was changed or moved.
func (v *Vault) UnsealAt(table, row, column string, sealed []byte) ([]byte, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.state.Phase != Open {
		return nil, v.closedErr()
	}
	plain, err := v.key.unseal(table, row, column, sealed)
	switch {
	case errors.Is(err, errOtherKey):
		return nil, core.E(core.CodeKeyLost, "", err)
	case err != nil:
		return nil, core.E(core.CodeStorageDamaged, "A stored sign-in was changed or damaged. Sign in again to replace it.", err)
	}
	return plain, nil
}

func (v *Vault) closedErr() error {
	if v.state.Err != nil {
		return v.state.Err
	}
	return core.E(core.CodeKeyring, "The sign-ins are locked. Try again in a moment.", nil)
}
