package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	keyring "github.com/zalando/go-keyring"
)

// Item is the user name of the one keyring item; its service is the app id.
// Both are visible to whoever opens the keyring, so they tell nothing.
const Item = "dek-v1"

// ErrNotFound is what OSKeyring.Get returns when the keyring is open and has no such item.
var ErrNotFound = keyring.ErrNotFound

// OSKeyring is the password store of the computer. Every call may block for as
// long as the system asks the person something; the vault allows for that.
type OSKeyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error

	// Locked reports whether Get would put a question to the person. It never
	// asks one itself; where that cannot be known the answer is false.
	Locked() bool
}

// System returns the keyring of this computer: Secret Service on Linux, the
// login keychain on macOS, the credential manager on Windows. On Linux it
// never starts a message bus of its own.
func System() OSKeyring { return system{} }

type system struct{}

func (system) Get(service, user string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (system) Set(service, user, secret string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, user, secret)
}

func (system) Locked() bool { return locked() }

const (
	probeDeadline  = 3 * time.Second  // for a keyring that should be open
	unlockDeadline = 60 * time.Second // while a window says "unlock your keyring"
)

var errNoAnswer = errors.New("vault: the keyring does not answer; it may be asking for its password")
var errLocked = errors.New("vault: the keyring is locked")

// ring makes keyring calls one at a time and gives up waiting for them in
// time. A call cannot be cancelled: one that waits for the person goes on
// alone, its late result is dropped, and the next call waits for its end, so
// that questions never pile up on the screen.
type ring struct {
	os   OSKeyring
	busy chan struct{} // holds one element while a call runs
}

func newRing(k OSKeyring) ring { return ring{k, make(chan struct{}, 1)} }

// get reads the item. With quiet it asks the person nothing: a locked keyring is errLocked.
func (r ring) get(ctx context.Context, service string, quiet bool) (string, error) {
	return call(ctx, r, func() (string, error) {
		if quiet && r.os.Locked() {
			return "", errLocked
		}
		return r.os.Get(service, Item)
	})
}

func (r ring) set(ctx context.Context, service, text string) error {
	_, err := call(ctx, r, func() (string, error) { return "", r.os.Set(service, Item, text) })
	return err
}

func call(ctx context.Context, r ring, f func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	select {
	case r.busy <- struct{}{}:
	case <-ctx.Done():
		return "", errNoAnswer
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-r.busy }()
		defer func() { // go-keyring panics when the bus goes away during a prompt
			if p := recover(); p != nil {
				done <- result{err: fmt.Errorf("vault: the keyring failed: %v", p)}
			}
		}()
		text, err := f()
		done <- result{text, err}
	}()
	select {
	case res := <-done:
		return res.text, res.err
	case <-ctx.Done():
		return "", errNoAnswer
	}
}
