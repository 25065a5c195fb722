package signintest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/signin"
)

// Store keeps connections and sealed secrets in memory. It implements
// signin.Store and connection.Store.
type Store struct {
	mu    sync.Mutex
	order []core.ConnectionID
	rows  map[core.ConnectionID]*row
	saves int

	// What fails, and with what; nil: nothing.
	FailGrant, FailJournal, FailCreate, FailDelete error
	// BeforeSave is called before a grant is saved, BeforeLoad before one is read.
	BeforeSave, BeforeLoad func()
}

type row struct {
	connection core.Connection
	sealed     signin.Sealed
}

// NewStore returns an empty store.
func NewStore() *Store { return &Store{rows: map[core.ConnectionID]*row{}} }

// Set changes what fails while others use the store.
func (s *Store) Set(change func(*Store)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// Saves returns how many grants were saved.
func (s *Store) Saves() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saves
}

func (s *Store) find(id core.ConnectionID) (*row, error) {
	if r := s.rows[id]; r != nil {
		return r, nil
	}
	return nil, core.NotFound("There is no such connection.")
}

// LoadSealed implements signin.Store.
func (s *Store) LoadSealed(_ context.Context, id core.ConnectionID) (signin.Sealed, error) {
	s.mu.Lock()
	before := s.BeforeLoad
	s.mu.Unlock()
	if before != nil {
		before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return signin.Sealed{}, err
	}
	return r.sealed, nil
}

// SaveGrant implements signin.Store.
func (s *Store) SaveGrant(ctx context.Context, id core.ConnectionID, revision int64, grant []byte) error {
	s.mu.Lock()
	before := s.BeforeSave
	s.mu.Unlock()
	if before != nil {
		before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case s.FailGrant != nil:
		return s.FailGrant
	case r.sealed.Revision != revision:
		return core.E(core.CodeInternal, "", signin.ErrRevision)
	}
	r.sealed = signin.Sealed{Revision: revision + 1, Grant: grant, Client: r.sealed.Client}
	s.saves++
	return nil
}

// SaveJournal implements signin.Store.
func (s *Store) SaveJournal(ctx context.Context, id core.ConnectionID, journal []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case s.FailJournal != nil:
		return s.FailJournal
	}
	r.sealed.Journal = journal
	return nil
}

// SaveClient implements signin.Store.
func (s *Store) SaveClient(_ context.Context, id core.ConnectionID, client []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return err
	}
	r.sealed.Client = client
	return nil
}

// Create implements connection.Store.
func (s *Store) Create(_ context.Context, c core.Connection, grant, client []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.FailCreate != nil {
		return s.FailCreate
	}
	s.rows[c.ID] = &row{c, signin.Sealed{Revision: 1, Grant: grant, Client: client}}
	s.order = append(s.order, c.ID)
	return nil
}

// Reauthorize implements connection.Store.
func (s *Store) Reauthorize(_ context.Context, c core.Connection, grant, client []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(c.ID)
	if err != nil {
		return err
	}
	old := &r.connection
	old.Granted, old.Asked, old.Access, old.Captured, old.ClientID, old.Method = c.Granted, c.Asked, c.Access, c.Captured, c.ClientID, c.Method
	old.AuthorizedAt, old.ExpiresAt, old.AccountName, old.Health = c.AuthorizedAt, c.ExpiresAt, c.AccountName, c.Health
	r.sealed = signin.Sealed{Revision: r.sealed.Revision + 1, Grant: grant, Client: client}
	return nil
}

// Get implements connection.Store.
func (s *Store) Get(_ context.Context, id core.ConnectionID) (core.Connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return core.Connection{}, err
	}
	return r.connection, nil
}

// List implements connection.Store.
func (s *Store) List(context.Context) ([]core.Connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []core.Connection
	for _, id := range s.order {
		all = append(all, s.rows[id].connection)
	}
	return all, nil
}

// Update implements connection.Store.
func (s *Store) Update(_ context.Context, id core.ConnectionID, change func(*core.Connection) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return err
	}
	c := r.connection
	if err := change(&c); err != nil {
		return err
	}
	r.connection = c
	return nil
}

// Delete implements connection.Store.
func (s *Store) Delete(_ context.Context, id core.ConnectionID, _ bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(id); err != nil {
		return err
	}
	if s.FailDelete != nil {
		return s.FailDelete
	}
	delete(s.rows, id)
	s.order = slices.DeleteFunc(s.order, func(o core.ConnectionID) bool { return o == id })
	return nil
}

// Sealer seals with a key of its own, bound to the place as the vault does it.
type Sealer struct {
	aead   cipher.AEAD
	mu     sync.Mutex
	locked error
}

// NewSealer returns a Sealer with a fresh key.
func NewSealer() *Sealer {
	key := make([]byte, 32)
	rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return &Sealer{aead: aead}
}

// Lock makes every call fail with err; nil unlocks.
func (s *Sealer) Lock(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked = err
}

func (s *Sealer) state() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked
}

// SealAt implements signin.Sealer.
func (s *Sealer) SealAt(table, row, column string, plain []byte) ([]byte, error) {
	if err := s.state(); err != nil {
		return nil, err
	}
	return s.aead.Seal(nil, nil, plain, []byte(table+"|"+row+"|"+column)), nil
}

// UnsealAt implements signin.Sealer.
func (s *Sealer) UnsealAt(table, row, column string, sealed []byte) ([]byte, error) {
	if err := s.state(); err != nil {
		return nil, err
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(table+"|"+row+"|"+column))
	if err != nil {
		return nil, core.E(core.CodeStorageDamaged, "", errors.New("the seal is broken"))
	}
	return plain, nil
}

// Clock is a clock that a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at the present.
func NewClock() *Clock { return &Clock{now: time.Now().UTC().Round(0)} }

// Now implements core.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
