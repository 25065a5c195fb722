package vault

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"linkdesk/core"
)

// fakeKeyring is a keyring whose answers a test writes.
type fakeKeyring struct {
	mu     sync.Mutex
	items  map[string]string
	getErr error
	setErr error
	forget bool // Set says nil and keeps nothing
	empty  bool // Set says nil and keeps an empty text
	locked bool
	block  chan struct{} // when set, every call waits for it, as for a person
	panics bool

	gets, running, most int
}

func newFakeKeyring() *fakeKeyring { return &fakeKeyring{items: map[string]string{}} }

func (f *fakeKeyring) enter() (leave func()) {
	f.mu.Lock()
	f.running++
	f.most = max(f.most, f.running)
	block := f.block
	f.mu.Unlock()
	if block != nil {
		<-block
	}
	f.mu.Lock()
	return func() { f.running--; f.mu.Unlock() }
}

func (f *fakeKeyring) Get(service, user string) (string, error) {
	defer f.enter()()
	f.gets++
	if f.panics {
		panic("nil signal")
	}
	if f.getErr != nil {
		return "", f.getErr
	}
	text, ok := f.items[service+"|"+user]
	if !ok {
		return "", ErrNotFound
	}
	return text, nil
}

func (f *fakeKeyring) Set(service, user, secret string) error {
	defer f.enter()()
	if f.empty {
		secret = ""
	}
	if f.setErr == nil && !f.forget {
		f.items[service+"|"+user] = secret
	}
	return f.setErr
}

func (f *fakeKeyring) Locked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.locked
}

func (f *fakeKeyring) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// fakeMeta is storage's part.
type fakeMeta struct {
	mu            sync.Mutex
	meta          KeyMeta
	loadErr, save error
}

func (f *fakeMeta) LoadKeyMeta(context.Context) (KeyMeta, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.meta, f.loadErr
}

func (f *fakeMeta) SaveKeyMeta(_ context.Context, m KeyMeta) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.save == nil {
		f.meta = m
	}
	return f.save
}

const app = "app.linkdesk.Linkdesk"

func start(k OSKeyring, m Meta) *Vault {
	v := New(Options{Meta: m, Keyring: k, Service: app, Log: slog.New(slog.DiscardHandler)})
	v.memory = 64
	return v
}

// secondDay returns the keyring, the meta and a sealed value that a first day left behind.
func secondDay(t *testing.T) (*fakeKeyring, *fakeMeta, []byte) {
	t.Helper()
	k, m := newFakeKeyring(), &fakeMeta{}
	v := start(k, m)
	defer v.Close()
	if err := v.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k, m, mustSeal(t, v)
}

func mustSeal(t *testing.T, v *Vault) []byte {
	t.Helper()
	sealed, err := v.SealAt("secret", "con_1", "grant", []byte("refresh-token"))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantUnseal(t *testing.T, v *Vault, sealed []byte) {
	t.Helper()
	plain, err := v.UnsealAt("secret", "con_1", "grant", sealed)
	if err != nil || string(plain) != "refresh-token" {
		t.Errorf("unsealed %q, %v", plain, err)
	}
}

func wantState(t *testing.T, v *Vault, mode Mode, phase Phase, code core.Code) {
	t.Helper()
	if s := v.State(); s.Mode != mode || s.Phase != phase || core.CodeOf(s.Err) != code {
		t.Errorf("state %q %q %v; want %q %q %q", s.Mode, s.Phase, s.Err, mode, phase, code)
	}
}
