package connections

import (
	"context"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/assets"
	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/ui/kit/kittest"
)

// desk is a Core that remembers what it was asked to do.
type desk struct {
	mu       sync.Mutex
	views    []connection.View
	err      error           // of List
	verified connection.View // answer of Verify
	fault    error           // of any action
	did      []string
	drafts   []connection.Draft
	pending  *pending
	beginErr error
	deletion *deletion
	hold     chan struct{} // List waits for it
}

func (d *desk) note(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did = append(d.did, what)
	return d.fault
}

func (d *desk) done() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.did...)
}

func (d *desk) List(ctx context.Context) ([]connection.View, error) {
	if d.hold != nil {
		select {
		case <-d.hold:
		case <-ctx.Done():
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]connection.View(nil), d.views...), d.err
}

func (d *desk) Verify(_ context.Context, id core.ConnectionID) (connection.View, error) {
	err := d.note("verify " + string(id))
	return d.verified, err
}

func (d *desk) VerifyAll(ctx context.Context) ([]connection.View, error) {
	err := d.note("verify all")
	return d.views, err
}

func (d *desk) Rename(_ context.Context, id core.ConnectionID, name string) error {
	return d.note("rename " + string(id) + " " + name)
}
func (d *desk) Pause(_ context.Context, id core.ConnectionID) error {
	return d.note("pause " + string(id))
}
func (d *desk) Resume(_ context.Context, id core.ConnectionID) error {
	return d.note("resume " + string(id))
}
func (d *desk) UsedBy(context.Context, core.ConnectionID) (connection.Usage, error) {
	return connection.Usage{Models: 4, Records: 2841}, d.fault
}

func (d *desk) Delete(_ context.Context, id core.ConnectionID, o connection.DeleteOptions) (Deletion, error) {
	what := "delete " + string(id)
	if o.DropRecords {
		what += " with records"
	}
	if err := d.note(what); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, v := range d.views {
		if v.ID == id {
			d.views = append(d.views[:i:i], d.views[i+1:]...)
			break
		}
	}
	return d.deletion, nil
}

func (d *desk) Begin(_ context.Context, draft connection.Draft) (Pending, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drafts = append(d.drafts, draft)
	if d.beginErr != nil {
		return nil, d.beginErr
	}
	return d.pending, nil
}

// pending is a sign-in that the test answers.
type pending struct {
	link      string
	deadline  time.Time
	browser   error
	notices   chan signin.Notice
	answer    chan answer
	mu        sync.Mutex
	did       []string
	pasteErr  error
	added     connection.Result
	cancelled chan struct{}
	once      sync.Once
}

type answer struct {
	result connection.Result
	err    error
}

func newPending() *pending {
	return &pending{link: "https://login.example/authorize?state=x", deadline: kittest.Noon.Add(5 * time.Minute), notices: make(chan signin.Notice, 4),
		answer: make(chan answer, 1), cancelled: make(chan struct{})}
}

func (p *pending) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.did = append(p.did, what)
}
func (p *pending) done() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.did...)
}
func (p *pending) URL() string                             { return p.link }
func (p *pending) Deadline() time.Time                     { return p.deadline }
func (p *pending) OpenAgain(context.Context) error         { p.note("open again"); return nil }
func (p *pending) BrowserErr() error                       { return p.browser }
func (p *pending) Notices() <-chan signin.Notice           { return p.notices }
func (p *pending) Paste(_ context.Context, a string) error { p.note("paste " + a); return p.pasteErr }
func (p *pending) Cancel()                                 { p.once.Do(func() { p.note("cancel"); close(p.cancelled) }) }
func (p *pending) AddAsNew(context.Context) (connection.Result, error) {
	p.note("add as new")
	return p.added, nil
}
func (p *pending) Wait(ctx context.Context) (connection.Result, error) {
	select {
	case a := <-p.answer:
		return a.result, a.err
	case <-p.cancelled:
	case <-ctx.Done():
	}
	return connection.Result{}, core.E(core.CodeCancelled, "", nil)
}

// deletion is one that the test ends.
type deletion struct {
	end     chan struct{}
	outcome connection.Outcome
	err     error
	undone  chan struct{}
}

func newDeletion() *deletion { return &deletion{end: make(chan struct{}), undone: make(chan struct{})} }

func (d *deletion) Undo(context.Context) error  { close(d.undone); close(d.end); return nil }
func (d *deletion) Done() <-chan struct{}       { return d.end }
func (d *deletion) Outcome() connection.Outcome { return d.outcome }
func (d *deletion) Err() error                  { return d.err }

// manifests are the built-in services: the practice store, HubSpot, Mailchimp.
func manifests(t *testing.T) map[string]*service.Manifest {
	t.Helper()
	r, err := service.NewRegistry(assets.Services, "", "http://127.0.0.1:8786")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*service.Manifest{}
	for _, m := range r.List() {
		all[m.ID] = m
	}
	return all
}

// view makes a connection as the core would show it.
func view(m *service.Manifest, id, name, account string, change func(*core.Connection)) connection.View {
	access := core.AccessMap{}
	for _, model := range core.Models() {
		access[model] = m.Offered(model, core.Read)
	}
	at := kittest.Noon
	c := core.Connection{ID: core.ConnectionID("con_" + id), Service: m.ID, Name: name, AccountID: "acc_" + id, AccountName: account, Method: m.Auth[0].Method,
		Access: access, Inputs: map[string]string{}, CreatedAt: at.AddDate(0, -2, 0), AuthorizedAt: at.AddDate(0, -2, 0)}
	c.Asked = m.ScopesFor(access, c.Method)
	c.Granted = c.Asked
	c.Health = core.Health{CheckedAt: at.Add(-5 * time.Minute), OKAt: at.Add(-5 * time.Minute)}
	for _, model := range core.Models() {
		if access.Of(model).CanRead() {
			c.Health.Models = append(c.Health.Models, core.ModelCheck{Model: model, OK: true, Proof: map[core.Model]string{core.Orders: "#1042", core.Stores: "Willow & Pine"}[model]})
		}
	}
	if change != nil {
		change(&c)
	}
	v := connection.View{Connection: c, Service: m, Missing: m.Missing(c.Access, c.Granted)}
	v.Status = c.Status(at, len(v.Missing) > 0, false)
	return v
}

// sample has a connection in each state.
func sample(t *testing.T) *desk {
	all := manifests(t)
	shop, crm, mail := all["practice"], all["hubspot"], all["mailchimp"]
	ago := func(d time.Duration) time.Time { return kittest.Noon.Add(-d) }
	d := &desk{pending: newPending(), deletion: newDeletion()}
	d.views = []connection.View{
		view(shop, "ok", "Practice store – Willow & Pine", "demo@willowandpine.example", nil),
		view(mail, "stale", "Newsletter", "Lumen Prints", func(c *core.Connection) { c.Health.CheckedAt, c.Health.OKAt = ago(80*time.Hour), ago(80*time.Hour) }),
		view(crm, "scope", "HubSpot – Lumen Prints", "Portal 4211", func(c *core.Connection) {
			c.Access[core.Customers] = core.ReadWrite
			c.Access[core.Orders] = core.ReadWrite
		}),
		view(crm, "reauth", "HubSpot – the studio of the Lumen Prints family in Rotterdam, the Netherlands", "wilhelmina.van.den.berg-oosterhuis@lumenprints.example", func(c *core.Connection) {
			c.Health.Code, c.Health.CheckedAt, c.Health.OKAt = core.CodeReauthRequired, ago(time.Hour), ago(150*time.Hour)
		}),
		view(mail, "down", "Mailchimp – Acme", "Acme", func(c *core.Connection) {
			c.Health.Code, c.Health.CheckedAt, c.Health.OKAt = core.CodeServiceDown, ago(2*time.Minute), ago(9*time.Hour)
		}),
		view(shop, "soon", "Practice store – Etching club", "etching@practice.example", func(c *core.Connection) { c.ExpiresAt = kittest.Noon.AddDate(0, 0, 9) }),
		view(mail, "paused", "Mailchimp – Warehouse", "Warehouse", func(c *core.Connection) { c.Paused = true }),
	}
	return d
}

// shown is a tab in a window.
type shown struct {
	*kittest.Env
	*Tab
	desk   *desk
	synced []core.ConnectionID
	opened []string
	locked int
}

func open(t *testing.T, d *desk) *shown {
	t.Helper()
	s := &shown{Env: kittest.NewEnv(t), desk: d}
	all := manifests(t)
	list := func() []*service.Manifest {
		return []*service.Manifest{all["practice"], all["hubspot"], all["mailchimp"]}
	}
	s.Tab = New(t.Context(), s.Env.Env, d, list, Hooks{
		OnSync: func(id core.ConnectionID) { s.synced = append(s.synced, id) }, Unlock: func() { s.locked++ },
		OpenURL: func(a string) { s.opened = append(s.opened, a) }, Changed: func() {},
		Browse: func(core.Model, core.ConnectionID) {}, Settings: func(core.ConnectionID) {},
		NextSync: func(core.ConnectionID) time.Time { return kittest.Noon.Add(14 * time.Hour) },
		Folder:   "~/.local/share/linkdesk/services",
	})
	t.Cleanup(s.Tab.Close)
	s.Env.Show(s.Content, fyne.NewSize(1080, 640))
	if d.hold == nil {
		s.until(t, "the list", func() bool { return !s.p.state.Loading })
	}
	return s
}

func (s *shown) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Queue.WaitFor(ctx, cond); err != nil {
		t.Fatalf("waited in vain for %s", what)
	}
}

// at waits for a step of the wizard.
func (s *shown) at(t *testing.T, step Step) Flow {
	t.Helper()
	s.until(t, "a step of the wizard", func() bool { return s.wizard != nil && s.wizard.w.flow.Step == step })
	return s.wizard.w.flow
}
