package authserver

import (
	"context"
	"sync"
	"time"
)

// Trouble is why the set-up of an app is stuck (product U-03). Each has its
// sentence in the window.
type Trouble string

// The troubles.
const (
	WrongRedirect   Trouble = "wrong_redirect" // Asked is not among the registered ones
	WrongSecret     Trouble = "wrong_secret"
	NoSecret        Trouble = "no_secret"
	NeedlessSecret  Trouble = "needless_secret" // a public app sent one
	WrongScope      Trouble = "wrong_scope"     // Asked is more than the app may ask for
	NoPKCE          Trouble = "no_pkce"
	WrongVerifier   Trouble = "wrong_verifier"
	WrongRequest    Trouble = "wrong_request" // Asked says what
	CodeTooLate     Trouble = "code_too_late"
	OtherReturn     Trouble = "other_return" // another redirect URI at the exchange than at the sign-in
	IsPaused        Trouble = "paused"
	NotAllowed      Trouble = "not_allowed" // the person said no
	NotAnswered     Trouble = "not_answered"
	PageClosed      Trouble = "page_closed"
	RenewalReplayed Trouble = "renewal_replayed"
	CodeReplayed    Trouble = "code_replayed"
)

// Setup is how far a program got with an app since Linkdesk was started; a
// zero time means not yet. Trouble is the last thing that went wrong since the
// last step that went well.
type Setup struct {
	Opened  time.Time // the sign-in
	Allowed time.Time
	Fetched time.Time // the tokens
	Read    time.Time

	Trouble Trouble
	Asked   string // what the program sent, shortened, never a secret
	At      time.Time
}

type setups struct {
	mu   sync.Mutex
	apps map[AppID]Setup
}

func (s *setups) change(app AppID, change func(*Setup)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.apps == nil {
		s.apps = map[AppID]Setup{}
	}
	x := s.apps[app]
	change(&x)
	s.apps[app] = x
}

func (s *setups) forget(app AppID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.apps, app)
}

// decided notes what became of a question.
func (s *setups) decided(app AppID, outcome Outcome, at time.Time) {
	trouble := map[Outcome]Trouble{Denied: NotAllowed, TimedOut: NotAnswered, Withdrawn: PageClosed}[outcome]
	s.change(app, func(x *Setup) {
		if x.Trouble, x.Asked, x.At = trouble, "", at; outcome == Allowed {
			x.Allowed = at
		}
	})
}

// trouble notes what went wrong, and tells the window.
func (s *Service) trouble(app AppID, t Trouble, asked string) {
	now := s.clock.Now()
	s.setups.change(app, func(x *Setup) { x.Trouble, x.Asked, x.At = t, show(asked), now })
	s.changed(app)
}

// went notes a step that went well.
func (s *Service) went(app AppID, step func(*Setup, time.Time)) {
	now := s.clock.Now()
	s.setups.change(app, func(x *Setup) {
		x.Trouble, x.Asked, x.At = "", "", now
		step(x, now)
	})
}

// Setup returns how far a program got with an app. What happened before
// Linkdesk was started is taken from the access that was given.
func (s *Service) Setup(ctx context.Context, app AppID) (Setup, error) {
	grants, err := s.Grants(ctx, app)
	s.setups.mu.Lock()
	x := s.setups.apps[app]
	s.setups.mu.Unlock()
	for _, g := range grants {
		x.Opened, x.Allowed, x.Fetched = later(x.Opened, g.Created), later(x.Allowed, g.Created), later(x.Fetched, g.Fetched)
		x.Read = later(x.Read, g.LastUsed)
	}
	return x, err
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
