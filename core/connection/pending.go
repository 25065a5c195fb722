package connection

import (
	"context"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/signin"
)

// Pending is a connection that is being made or reauthorized.
type Pending struct {
	service *Service
	plan    plan
	attempt *signin.Attempt // nil: an API key, no browser
	ctx     context.Context // ends with Cancel
	cancel  context.CancelFunc

	mu    sync.Mutex
	other *proof // another account than the connection's, for AddAsNew
}

// Result is what a sign-in has led to.
type Result struct {
	Connection core.Connection
	Created    bool
	Missing    []core.Model // chosen, but not given by the service
	Checks     []core.ModelCheck
}

// Mismatch says whose account a reauthorization should have been, and whose it
// was. It is in the chain of an error of class CodeAccountMismatch.
type Mismatch struct{ Expected, Got string }

// Error is for the log, which has no business with names.
func (m *Mismatch) Error() string { return "signed in to another account" }

// URL is the link for the browser; empty for an API key.
func (p *Pending) URL() string {
	if p.attempt == nil {
		return ""
	}
	return p.attempt.URL()
}

// Deadline is when the sign-in ends by itself; zero for an API key.
func (p *Pending) Deadline() time.Time {
	if p.attempt == nil {
		return time.Time{}
	}
	return p.attempt.Deadline()
}

// OpenAgain opens the browser once more. Errors: CodeBrowserFailed.
func (p *Pending) OpenAgain(ctx context.Context) error {
	if p.attempt == nil {
		return nil
	}
	return p.attempt.OpenAgain(ctx)
}

// BrowserErr says why the browser did not open; the sign-in goes on with Copy link.
func (p *Pending) BrowserErr() error {
	if p.attempt == nil {
		return nil
	}
	return p.attempt.BrowserErr()
}

// Notices tells what happens while one waits. It is closed when the browser is
// done; nil for an API key.
func (p *Pending) Notices() <-chan signin.Notice {
	if p.attempt == nil {
		return nil
	}
	return p.attempt.Notices()
}

// Paste takes the whole address of the page on which the browser ended.
func (p *Pending) Paste(ctx context.Context, address string) error {
	if p.attempt == nil {
		return core.Invalid("There is nothing to paste here.")
	}
	return p.attempt.Paste(ctx, address)
}

// Cancel ends it and returns when nothing listens any more. After Wait has
// returned it only lets go of what Wait left open.
func (p *Pending) Cancel() {
	p.cancel()
	if p.attempt != nil {
		p.attempt.Cancel()
	}
	p.service.mu.Lock()
	delete(p.service.pending, p)
	p.service.mu.Unlock()
}

// Wait returns when the connection is proven and stored, or why it is not;
// then nothing was changed. Errors: those of signin.Attempt and provider.Verify,
// CodeAccountMismatch with a *Mismatch, and storage classes. Call it once.
func (p *Pending) Wait(ctx context.Context) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	got, finish, err := p.signIn(ctx)
	if err != nil {
		return Result{}, err
	}
	result, err := p.complete(ctx, got)
	finish(err)
	if err != nil {
		p.service.o.Log.Info("a connection was not made", "service", p.plan.manifest.ID, "code", string(core.CodeOf(err)))
	}
	return result, err
}

// signIn gets the grant, and how to tell the browser what became of it.
func (p *Pending) signIn(ctx context.Context) (*signin.Outcome, func(error), error) {
	if p.attempt != nil {
		o, err := p.attempt.Wait(ctx)
		if err != nil {
			return nil, nil, err
		}
		return o, o.Finish, nil
	}
	key := p.plan.Secrets[p.plan.auth.Key()]
	grant := signin.Grant{AccessToken: key, ReceivedAt: p.service.o.Clock.Now()}
	return &signin.Outcome{Grant: grant, Captured: p.plan.derived}, func(error) {}, nil
}

// complete proves what was given, and stores it.
func (p *Pending) complete(ctx context.Context, got *signin.Outcome) (Result, error) {
	pr, err := p.service.prove(ctx, &p.plan, got)
	if err != nil {
		return Result{}, err
	}
	c := p.plan.current
	if c == nil {
		return p.service.create(ctx, pr)
	}
	if c.AccountID != "" && c.AccountID != pr.connection.AccountID {
		p.mu.Lock()
		p.other = pr
		p.mu.Unlock()
		return Result{}, core.E(core.CodeAccountMismatch, "", &Mismatch{Expected: accountWords(*c), Got: accountWords(pr.connection)})
	}
	return p.service.reauthorize(ctx, c.ID, pr)
}

// AddAsNew keeps the other account, to which Wait found the person signed in,
// as a connection of its own.
func (p *Pending) AddAsNew(ctx context.Context) (Result, error) {
	p.mu.Lock()
	pr := p.other
	p.other = nil
	p.mu.Unlock()
	if pr == nil {
		return Result{}, core.Invalid("There is no other account to add.")
	}
	return p.service.create(ctx, pr)
}
