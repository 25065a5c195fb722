package connections

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/ui/kit"
)

// practice is the id of the practice store.
const practice = "practice"

// Step is where the wizard is.
type Step int

// The steps. Only the first three can be gone back to.
const (
	StepService Step = iota
	StepUnlisted
	StepForm    // name and what the service wants to know
	StepReview  // W-01
	StepWaiting // W-02; for an API key the check
	StepDone    // W-03
	StepFailed  // W-04 to W-07
)

// Flow is what the wizard shows. A Wizard never changes one that it has shown.
type Flow struct {
	Step    Step
	Service *service.Manifest
	Of      *connection.View // what is reauthorized; nil: a new connection
	Left    int              // how many more are to be reauthorized after this

	Draft   connection.Draft
	Touched bool // the person has written a name
	Asked   bool // faults of empty fields are shown too

	// Of StepWaiting.
	Link     string // empty: an API key, or the browser is being opened
	Deadline time.Time
	Began    time.Time
	Browser  error // why the browser did not open
	Foreign  bool  // a page of another sign-in came in
	Checking bool  // the browser is done, or not needed
	PasteErr error

	Result connection.Result // of StepDone
	Err    error             // of StepFailed
	Other  string            // the account that was signed in to instead
	Adding bool              // the other account is being added
}

// Auth is the chosen way of signing in.
func (f Flow) Auth() *service.Auth {
	a, _ := f.Service.AuthMethod(f.Draft.Method)
	return a
}

// Browser sign-ins ask for a Client ID of the person's own where the manifest has none.
func (f Flow) ownClient() bool {
	a := f.Auth()
	return a.Method == "oauth2" && a.Client.ID == "required"
}

// fields are what the service asks for before the sign-in. On reauthorizing,
// what leads to the account stays as it is: only secrets are asked anew.
func (f Flow) fields() []service.Input {
	all := f.Service.InputsFor(f.Draft.Method)
	if f.Of == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(in service.Input) bool { return !in.Secret })
}

// value is what was typed into a field.
func (f Flow) value(in service.Input) string {
	if in.Secret {
		return f.Draft.Secrets[in.ID].Reveal()
	}
	return f.Draft.Inputs[in.ID]
}

// ready reports whether the form can be left.
func (f Flow) ready() bool {
	if f.Of == nil && nameFault(f.Draft.Name) != "" {
		return false
	}
	for _, in := range f.fields() {
		if in.Validate(f.value(in)) != nil {
			return false
		}
	}
	return f.clientFault() == "" && f.secretFault() == ""
}

func (f Flow) clientFault() string {
	if f.ownClient() && f.Draft.ClientID == "" && f.Of == nil {
		return kit.T("The Client ID is missing.")
	}
	return ""
}

func (f Flow) secretFault() string {
	a := f.Auth()
	if a.Method == "oauth2" && a.Client.Secret == "required" && f.Draft.ClientSecret.Empty() && (f.Of == nil || keyLost(f.Of)) {
		return kit.T("The Client Secret is missing.")
	}
	return ""
}

func keyLost(v *connection.View) bool { return v.Health.Code == core.CodeKeyLost }

// chosen reports whether anything would be synced.
func (f Flow) chosen() bool {
	return slices.ContainsFunc(core.Models(), func(m core.Model) bool { return f.Service.Offered(m, f.Draft.Access.Of(m)) != core.Disabled })
}

// Wizard adds a connection or signs in again. Its methods belong to the
// window's goroutine.
type Wizard struct {
	core    Core
	tasks   *kit.Tasks
	now     func() time.Time
	show    func(old, now Flow)
	ended   func(connection.Result) // stored; the wizard still shows it
	flow    Flow
	pending Pending // nil: none
	tries   int     // number of the latest try; answers of older ones are dropped
}

// NewWizard returns a wizard at its first step: the choice of a service.
// tasks are those of the tab, which waits for them when it closes.
func NewWizard(tasks *kit.Tasks, now func() time.Time, c Core, show func(old, now Flow), ended func(connection.Result)) *Wizard {
	return &Wizard{core: c, tasks: tasks, now: now, show: show, ended: ended}
}

// Choose takes a service; nil is "My service is not listed".
func (w *Wizard) Choose(m *service.Manifest) {
	f := w.flow
	if m == nil {
		f.Step = StepUnlisted
		w.set(f)
		return
	}
	if f.Service != m {
		f = Flow{Service: m, Draft: connection.Draft{Service: m.ID, Name: m.Name, Method: m.Auth[0].Method, Inputs: map[string]string{}, Secrets: map[string]core.Secret{}, Access: readAll(m)}}
	}
	f.Step = StepForm
	w.set(f)
}

// readAll is what a new connection starts with: read everything the service has.
func readAll(m *service.Manifest) core.AccessMap {
	a := core.AccessMap{}
	for _, model := range core.Models() {
		if m.Offers(model, core.Read) {
			a[model] = core.Read
		}
	}
	return a
}

// Again signs in again for a connection. left is how many come after it.
func (w *Wizard) Again(v connection.View, left int) {
	f := Flow{Step: StepReview, Service: v.Service, Of: &v, Left: left, Draft: connection.Draft{Service: v.Connection.Service, Method: v.Method, ClientID: v.ClientID,
		Inputs: clone(v.Inputs), Secrets: map[string]core.Secret{}, Access: v.Access.Clone(), Reauthorize: v.ID}}
	if !f.ready() { // a key to be typed
		f.Step = StepForm
	}
	w.set(f)
}

// Edit notes what was typed or chosen.
func (w *Wizard) Edit(change func(*Flow)) {
	f := w.flow
	f.Draft.Inputs, f.Draft.Secrets, f.Draft.Access = clone(f.Draft.Inputs), clone(f.Draft.Secrets), f.Draft.Access.Clone()
	change(&f)
	w.set(f)
}

// Method chooses another way of signing in.
func (w *Wizard) Method(name string) {
	w.Edit(func(f *Flow) { f.Draft.Method, f.Asked = name, false })
}

// Next goes from the form to the review, if the form is right.
func (w *Wizard) Next() {
	f := w.flow
	f.Asked = true
	if f.ready() {
		f.Step = StepReview
	}
	w.set(f)
}

// Back goes one step back. From the browser there is only Cancel.
func (w *Wizard) Back() {
	f := w.flow
	switch f.Step {
	case StepReview, StepFailed:
		f.Step = StepForm
	case StepForm, StepUnlisted:
		f.Step = StepService
	}
	w.set(f)
}

// Start opens the browser, or tries the API key.
func (w *Wizard) Start() { w.start(false) }

// StartPasting signs in without an address of our own (after CodePortBlocked).
func (w *Wizard) StartPasting() { w.start(true) }

func (w *Wizard) start(paste bool) {
	w.drop()
	w.tries++
	try := w.tries
	f := w.flow
	f.Draft.PasteOnly = paste
	f.Step, f.Link, f.Deadline, f.Browser, f.Foreign, f.PasteErr, f.Err, f.Other = StepWaiting, "", time.Time{}, nil, false, nil, nil, ""
	f.Began, f.Checking = w.now(), f.Auth().Method != "oauth2"
	w.set(f)
	d := w.flow.Draft
	if !f.Touched {
		d.Name = "" // the core adds the account, which it then knows
	}
	w.tasks.Go(func(ctx context.Context) func() {
		p, err := w.core.Begin(ctx, d)
		if err == nil && ctx.Err() != nil {
			p.Cancel()
		}
		return func() { w.begun(try, p, err) }
	})
}

func (w *Wizard) begun(try int, p Pending, err error) {
	switch {
	case try != w.tries && err == nil:
		w.release(p)
		return
	case try != w.tries:
		return
	case err != nil:
		w.fail(err)
		return
	}
	w.pending = p
	f := w.flow
	f.Link, f.Deadline, f.Browser = p.URL(), p.Deadline(), p.BrowserErr()
	w.set(f)
	w.listen(try, p)
	w.tasks.Go(func(ctx context.Context) func() {
		r, err := p.Wait(ctx)
		return func() {
			if try == w.tries {
				w.waited(p, r, err)
			}
		}
	})
}

// listen takes one notice after the other.
func (w *Wizard) listen(try int, p Pending) {
	if p.Notices() == nil {
		return
	}
	w.tasks.Go(func(ctx context.Context) func() {
		var n signin.Notice
		var more bool
		select {
		case n, more = <-p.Notices():
		case <-ctx.Done():
		}
		if !more {
			return nil
		}
		return func() {
			if try != w.tries || w.flow.Step != StepWaiting {
				return
			}
			f := w.flow
			f.Foreign = f.Foreign || n == signin.NoticeForeign
			f.Checking = f.Checking || n == signin.NoticeChecked
			w.set(f)
			w.listen(try, p)
		}
	})
}

func (w *Wizard) waited(p Pending, r connection.Result, err error) {
	if m, ok := errors.AsType[*connection.Mismatch](err); ok {
		f := w.flow
		f.Step, f.Err, f.Other = StepFailed, err, m.Got // pending stays for AddAsNew
		w.set(f)
		return
	}
	w.pending = nil
	w.release(p)
	if err != nil {
		w.fail(err)
		return
	}
	w.done(r)
}

func (w *Wizard) done(r connection.Result) {
	f := w.flow
	f.Step, f.Result, f.Err = StepDone, r, nil
	f.Draft.Secrets, f.Draft.ClientSecret = nil, core.Secret{}
	w.set(f)
	w.ended(r)
}

func (w *Wizard) fail(err error) {
	f := w.flow
	f.Step, f.Err, f.Adding = StepFailed, err, false
	w.set(f)
}

// OpenAgain opens the browser once more.
func (w *Wizard) OpenAgain() {
	p, try := w.pending, w.tries
	if p == nil {
		return
	}
	w.tasks.Go(func(ctx context.Context) func() {
		err := p.OpenAgain(ctx)
		return func() {
			if try == w.tries && w.flow.Step == StepWaiting {
				f := w.flow
				f.Browser = err
				w.set(f)
			}
		}
	})
}

// Paste takes the address of the page on which the browser ended.
func (w *Wizard) Paste(address string) {
	p, try := w.pending, w.tries
	if p == nil || strings.TrimSpace(address) == "" {
		return
	}
	w.tasks.Go(func(ctx context.Context) func() {
		err := p.Paste(ctx, address)
		return func() {
			if try == w.tries && w.flow.Step == StepWaiting {
				f := w.flow
				f.PasteErr = err
				w.set(f)
			}
		}
	})
}

// AddAsNew keeps the other account as a connection of its own (W-06).
func (w *Wizard) AddAsNew() {
	p, try := w.pending, w.tries
	if p == nil || w.flow.Adding {
		return
	}
	f := w.flow
	f.Adding = true
	w.set(f)
	w.tasks.Go(func(ctx context.Context) func() {
		r, err := p.AddAsNew(ctx)
		return func() {
			if try != w.tries {
				return
			}
			w.drop()
			f := w.flow
			f.Adding, f.Of = false, nil
			w.flow = f
			if err != nil {
				w.fail(err)
				return
			}
			w.done(r)
		}
	})
}

// Cancel ends a sign-in that is under way; nothing is stored.
func (w *Wizard) Cancel() {
	w.tries++
	w.drop()
}

// drop lets go of the sign-in that is under way, if there is one.
func (w *Wizard) drop() {
	if w.pending != nil {
		w.release(w.pending)
		w.pending = nil
	}
}

// release ends a sign-in; that waits for its listener, so not here.
func (w *Wizard) release(p Pending) {
	w.tasks.Go(func(context.Context) func() {
		p.Cancel()
		return nil
	})
}

func (w *Wizard) set(f Flow) {
	old := w.flow
	w.flow = f
	w.show(old, f)
}
