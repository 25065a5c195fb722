package practice

import (
	"log/slog"
	"sync"
	"time"

	"linkdesk/core"
)

// Options are what a Store needs. StateFile keeps what must survive a restart;
// empty: nothing is kept. Clock and Log may be nil.
type Options struct {
	StateFile string
	Clock     core.Clock
	Log       *slog.Logger
}

// Store is the practice store: its data, its sign-ins and its switches. It is
// safe for use by several goroutines.
type Store struct {
	file  string
	clock core.Clock
	log   *slog.Logger

	mu       sync.Mutex // guards everything below; never held while writing to a client
	data     map[string]dataset
	state    state
	pending  map[string]*signin // by transaction id; lost on restart, as a browser page is
	codes    map[string]*code   // by SHA-256 of the code
	requests Requests
}

// account is someone who can sign in at the practice store.
type account struct {
	id    string
	login string // value of the form field "account"
	owner string
	shop  string
	email string
	plan  plan
}

var accounts = []account{
	{"acc_ada", "ada", "Ada Example", "Willow & Pine", "ada@willow-pine.example",
		plan{seed: 1, brand: "Willow & Pine", domain: "willow-pine.example", shops: 3, customers: 600, products: 250, orders: 1200, segments: 8}},
	{"acc_ben", "ben", "Ben Example", "Harbour Lane", "ben@harbour-lane.example",
		plan{seed: 2, brand: "Harbour Lane", domain: "harbour-lane.example", shops: 1, customers: 40, products: 32, orders: 90, segments: 3}},
}

// ada is the account whose data the desk shows and whose records can be edited.
const ada = "acc_ada"

func accountBy(match func(account) bool) (account, bool) {
	for _, a := range accounts {
		if match(a) {
			return a, true
		}
	}
	return account{}, false
}

// New makes the store. A state file that cannot be read is set aside as
// FILE.damaged and logged: a training place must not keep Linkdesk from starting.
// An error means that the file may not be read or written at all.
func New(o Options) (*Store, error) {
	s := &Store{
		file: o.StateFile, clock: o.Clock, log: o.Log,
		data: map[string]dataset{}, pending: map[string]*signin{}, codes: map[string]*code{},
	}
	if s.clock == nil {
		s.clock = core.SystemClock{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, a := range accounts {
		s.data[a.id] = generate(a.plan)
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

// Counts returns how many records of each data model the store holds (Ada's account).
func (s *Store) Counts() map[core.Model]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[core.Model]int{}
	for _, m := range core.Models() {
		counts[m] = s.data[ada].of(m).count()
	}
	return counts
}

// Requests counts what clients asked for since the store was made.
type Requests struct {
	Exchanges int // sign-in codes handed in, accepted or not
	Refreshes int // refresh tokens handed in, accepted or not
	API       int // calls below /api/
}

// Requests returns the counts so far.
func (s *Store) Requests() Requests {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// stamp returns a time for a change, later than that of every change before,
// so that a client that asks for what changed since the newest it knows finds it.
// The caller holds the lock.
func (s *Store) stamp() time.Time {
	now := s.clock.Now().UTC().Truncate(time.Millisecond)
	if last := s.state.LastEdit; !now.After(last) {
		now = last.Add(time.Millisecond)
	}
	if !now.After(dataEnd) {
		now = dataEnd.Add(time.Millisecond)
	}
	s.state.LastEdit = now
	return now
}
