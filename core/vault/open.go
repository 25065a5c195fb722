package vault

import (
	"context"
	"errors"
	"slices"
	"time"

	"linkdesk/core"
)

// attempt tries once to get the key. quiet: nobody pressed anything, so
// nothing is asked and the phase is not shown as Opening.
func (v *Vault) attempt(ctx context.Context, limit time.Duration, quiet bool) error {
	return v.exclusive(ctx, func() error {
		before := v.State()
		if before.Phase == Open {
			return nil
		}
		m, err := v.meta.LoadKeyMeta(ctx)
		if err != nil {
			return v.settle(before.Mode, Closed, err)
		}
		if m.Mode == Passphrase {
			return v.settle(m.Mode, Locked, core.E(core.CodeKeyring, "Your sign-ins are locked. Enter your passphrase to open them.", nil))
		}
		if !quiet {
			_ = v.settle(m.Mode, Opening, nil) // it hands back the error it is given
		}
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		if m.Mode == Keyring {
			return v.fetch(ctx, m, quiet)
		}
		return v.begin(ctx, m.Mode)
	})
}

// fetch gets the key that sealed our rows. Another one, or none, is never replaced.
func (v *Vault) fetch(ctx context.Context, m KeyMeta, quiet bool) error {
	text, err := v.ring.get(ctx, v.service, quiet)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return v.settle(Keyring, Locked, keyringErr("", err))
	}
	k, ok := parseKey(text)
	defer clear(k[:])
	if !ok || k.id() != m.KeyID {
		return v.settle(Keyring, Lost, core.E(core.CodeKeyLost, "", err))
	}
	return v.opened(Keyring, k)
}

// begin is the first day, and the day after a session without a keyring. A key
// that the keyring already holds is taken over: another data folder of the
// same person may depend on it.
func (v *Vault) begin(ctx context.Context, mode Mode) error {
	k, err := v.adoptOrCreate(ctx)
	defer clear(k[:])
	if err != nil {
		return v.settle(mode, Choose, keyringErr("There is no open password store on this computer. Use a passphrase, or keep the sign-ins for this session only.", err))
	}
	// The keyring's time may be used up; the row must be written all the same.
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeDeadline)
	defer cancel()
	if err := v.meta.SaveKeyMeta(save, KeyMeta{Mode: Keyring, KeyID: k.id()}); err != nil {
		return v.settle(mode, Closed, err)
	}
	return v.opened(Keyring, k)
}

var errNotKept = errors.New("vault: the keyring did not keep the key")

// adoptOrCreate reads the key back after storing it: keyrings were seen to
// answer well and store nothing (a dismissed prompt on Linux, an empty item on macOS).
func (v *Vault) adoptOrCreate(ctx context.Context) (key, error) {
	text, err := v.ring.get(ctx, v.service, false)
	if k, ok := parseKey(text); ok && err == nil {
		return k, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return key{}, err
	}
	k := newKey()
	if err := v.ring.set(ctx, v.service, k.text()); err != nil {
		return key{}, err
	}
	if text, err = v.ring.get(ctx, v.service, false); err != nil {
		return key{}, errors.Join(errNotKept, err)
	}
	if back, ok := parseKey(text); !ok || back != k {
		return key{}, errNotKept
	}
	return k, nil
}

func keyringErr(public string, cause error) *core.Error {
	return core.E(core.CodeKeyring, public, cause)
}

func errNotNow() error {
	return core.Invalid("The way the sign-ins are kept cannot be changed now. Unlock them first, or start over with them.")
}

// exclusive makes one change at a time.
func (v *Vault) exclusive(ctx context.Context, change func() error) error {
	select {
	case v.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-v.turn }()
	return change()
}

// current returns a copy of the key and the phase.
func (v *Vault) current() (key, Phase) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.key, v.state.Phase
}

// opened takes the key into use.
func (v *Vault) opened(mode Mode, k key) error {
	v.mu.Lock()
	if !v.ended {
		v.key = k
	}
	v.mu.Unlock()
	return v.settle(mode, Open, nil)
}

// settle sets the state, tells the listeners if it is news, and returns err. After Close nothing changes.
func (v *Vault) settle(mode Mode, phase Phase, err error) error {
	v.mu.Lock()
	if v.ended {
		v.mu.Unlock()
		return core.E(core.CodeCancelled, "", nil)
	}
	news := v.state.Mode != mode || v.state.Phase != phase
	v.state = State{mode, phase, err}
	state, listen := v.state, slices.Clone(v.listen)
	v.mu.Unlock()
	if !news {
		return err
	}
	v.log.Info("vault", "phase", string(phase), "mode", string(mode), "err", err)
	for _, f := range listen {
		f(state)
	}
	return err
}
