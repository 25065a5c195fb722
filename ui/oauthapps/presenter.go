package oauthapps

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/localhttp"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// readPage is how many lines of the ledger are fetched at a time.
const readPage = 20

// Presenter loads and acts. Its methods belong to the window's goroutine.
type Presenter struct {
	core   Core
	tasks  *kit.Tasks
	show   func(old, now State)
	failed func(error) // an action that did not work
	state  State

	loading bool // a load is under way
	again   bool // and something has changed since it began
}

// NewPresenter returns a presenter. show gets each change of state, failed each
// action that did not work.
func NewPresenter(ctx context.Context, do func(func()), c Core, show func(old, now State), failed func(error)) *Presenter {
	return &Presenter{core: c, tasks: kit.NewTasks(ctx, do), show: show, failed: failed, state: State{Loading: true, Address: c.Address()}}
}

// Reload reads everything anew; what is on screen stays meanwhile. Apps report
// themselves at each call, so reloads that come while one is under way are one.
func (p *Presenter) Reload() {
	s := p.state
	s.Address = p.core.Address()
	p.set(s)
	if p.loading {
		p.again = true
		return
	}
	p.loading, p.again = true, false
	open, reads := s.Open, max(readPage, len(s.Detail.Reads))
	p.tasks.Go(func(ctx context.Context) func() {
		apps, err := p.load(ctx)
		var d Detail
		if err == nil && slices.ContainsFunc(apps, func(a App) bool { return a.ID == open }) {
			d, err = p.detail(ctx, open, reads)
		}
		return func() { p.loaded(apps, d, err) }
	})
}

func (p *Presenter) loaded(apps []App, d Detail, err error) {
	p.loading = false
	s := p.state
	s.Loading, s.Err = false, err
	if err == nil {
		s.Apps = apps
		if _, there := s.Find(s.Open); !there {
			s.Open, s.Detail = "", Detail{}
		} else if d.App == s.Open {
			s.Detail = d
		}
	}
	p.set(s)
	if p.again || err == nil && s.Detail.App != s.Open {
		p.Reload()
	}
}

func (p *Presenter) load(ctx context.Context) ([]App, error) {
	found, err := p.core.Apps(ctx)
	if err != nil {
		return nil, err
	}
	grants, err := p.core.Grants(ctx, "")
	if err != nil {
		return nil, err
	}
	apps := make([]App, len(found))
	for i, a := range found {
		apps[i].App = a
		for _, g := range grants {
			if g.App == a.ID {
				apps[i].Grants = append(apps[i].Grants, g)
			}
		}
		last, err := p.core.Ledger().Ledger(ctx, a.ID, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			apps[i].Last = last[0]
		}
	}
	slices.SortFunc(apps, func(a, b App) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return apps, nil
}

func (p *Presenter) detail(ctx context.Context, id authserver.AppID, reads int) (Detail, error) {
	d := Detail{App: id}
	var err error
	if d.Setup, err = p.core.Setup(ctx, id); err != nil {
		return d, err
	}
	d.Reads, err = p.core.Ledger().Ledger(ctx, id, 0, reads)
	d.More = len(d.Reads) == reads
	return d, err
}

// MoreReads fetches older lines of the ledger.
func (p *Presenter) MoreReads() {
	d := p.state.Detail
	if !d.More || len(d.Reads) == 0 {
		return
	}
	before := d.Reads[len(d.Reads)-1].ID
	p.tasks.Go(func(ctx context.Context) func() {
		older, err := p.core.Ledger().Ledger(ctx, d.App, before, readPage)
		return func() {
			s := p.state
			if n := len(s.Detail.Reads); err != nil || s.Detail.App != d.App || n == 0 || s.Detail.Reads[n-1].ID != before {
				return
			}
			s.Detail.Reads = append(slices.Clip(s.Detail.Reads), older...)
			s.Detail.More = len(older) == readPage
			p.set(s)
		}
	})
}

// Open shows an app beside the list; "" closes it.
func (p *Presenter) Open(id authserver.AppID) {
	s := p.state
	s.Open, s.Detail = id, Detail{}
	p.set(s)
	if id != "" {
		p.Reload()
	}
}

// Choose shows the apps of a filter.
func (p *Presenter) Choose(f Filter) {
	s := p.state
	s.Filter = f
	p.set(s)
}

// Turn turns the address on or off.
func (p *Presenter) Turn() {
	if p.state.Busy {
		return
	}
	s := p.state
	on := !s.Address.On
	s.Busy, s.Fault = true, ""
	p.set(s)
	p.tasks.Go(func(ctx context.Context) func() {
		err := p.core.TurnAddress(ctx, on)
		return func() {
			s := p.state
			s.Busy, s.Address = false, p.core.Address()
			if err != nil {
				s.Fault = words.Error(core.AsError(err), words.Names{}).Cause
			}
			p.set(s)
		}
	})
}

// SetAddress changes who may reach the address; done gets the error.
func (p *Presenter) SetAddress(set localhttp.Setting, done func(error)) {
	p.tasks.Go(func(ctx context.Context) func() {
		err := p.core.SetAddress(ctx, set)
		return func() {
			s := p.state
			s.Address, s.Fault = p.core.Address(), ""
			p.set(s)
			done(err)
		}
	})
}

// MakeCertificate makes a certificate of this computer's own; done gets where it is, or the error.
func (p *Presenter) MakeCertificate(done func(localhttp.Setting, error)) {
	p.tasks.Go(func(context.Context) func() {
		set, err := p.core.MakeCertificate()
		return func() { done(set, err) }
	})
}

// Create makes an app; done gets the secret, the only time it is told, or the error.
func (p *Presenter) Create(d authserver.Draft, done func(authserver.App, core.Secret, error)) {
	p.tasks.Go(func(ctx context.Context) func() {
		a, secret, err := p.core.CreateApp(ctx, d)
		return func() {
			done(a, secret, err)
			if err == nil {
				p.Open(a.ID)
			}
		}
	})
}

// Edit changes an app; done gets the error.
func (p *Presenter) Edit(id authserver.AppID, d authserver.Draft, done func(error)) {
	p.tasks.Go(func(ctx context.Context) func() {
		_, err := p.core.EditApp(ctx, id, d)
		return func() {
			done(err)
			p.Reload()
		}
	})
}

// Regenerate makes a new secret; done gets it, the only time it is told.
func (p *Presenter) Regenerate(id authserver.AppID, overlap time.Duration, done func(authserver.App, core.Secret)) {
	p.tasks.Go(func(ctx context.Context) func() {
		a, secret, err := p.core.RegenerateSecret(ctx, id, overlap)
		return func() {
			if err != nil {
				p.failed(err)
			} else {
				done(a, secret)
			}
			p.Reload()
		}
	})
}

// Pause takes access away for the time being, or gives it back.
func (p *Presenter) Pause(id authserver.AppID, paused bool) {
	p.act(func(ctx context.Context) error { return p.core.PauseApp(ctx, id, paused) }, nil)
}

// RevokeGrant ends one access.
func (p *Presenter) RevokeGrant(id authserver.GrantID, done func()) {
	p.act(func(ctx context.Context) error { return p.core.RevokeGrant(ctx, id) }, done)
}

// Revoke ends all access of an app.
func (p *Presenter) Revoke(id authserver.AppID, done func()) {
	p.act(func(ctx context.Context) error { return p.core.RevokeApp(ctx, id) }, done)
}

// Delete deletes an app.
func (p *Presenter) Delete(id authserver.AppID, done func()) {
	p.act(func(ctx context.Context) error { return p.core.DeleteApp(ctx, id) }, done)
}

// act does something off the window's goroutine and then shows how things are.
func (p *Presenter) act(do func(context.Context) error, done func()) {
	p.tasks.Go(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if err != nil {
				p.failed(err)
			} else if done != nil {
				done()
			}
			p.Reload()
		}
	})
}

func (p *Presenter) set(s State) {
	old := p.state
	p.state = s
	p.show(old, s)
}

// Close ends what is under way.
func (p *Presenter) Close() { p.tasks.Close() }
