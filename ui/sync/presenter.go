package sync

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
)

// Core is what the tab needs of Linkdesk; *syncing.Service is most of it.
// Methods that take a context are never called on the window's goroutine.
type Core interface {
	Settings(ctx context.Context, c core.ConnectionID) ([]syncing.Row, error)
	Apply(ctx context.Context, set, unset []core.SyncSetting) (raised, lowered []core.ConnectionID, err error)
	SyncNow(ctx context.Context, r syncing.Request) ([]core.RunID, error)
	Cancel(ctx context.Context, id core.RunID) error
	Runs(ctx context.Context, c core.ConnectionID, before core.RunID, limit int) ([]core.Run, error)
	Running() []syncing.Progress
	CheckAgain(ctx context.Context, c core.ConnectionID, m core.Model) (core.RunID, error)
	RemoveHeld(ctx context.Context, c core.ConnectionID, m core.Model) (core.RunID, error)
	KeepHeld(ctx context.Context, c core.ConnectionID, m core.Model) error
	Preview(ctx context.Context, r syncing.Request) (map[core.Model]core.Counts, error)
}

// Connection is a choice of "Settings for".
type Connection struct {
	ID      core.ConnectionID
	Name    string
	Service string // its name, for the words of errors
}

// State is what the tab shows. A presenter never changes one that it has shown.
type State struct {
	Loading     bool
	Err         error
	Connections []Connection
	For         core.ConnectionID // "": the defaults for all connections
	Rows        []syncing.Row
	Running     []syncing.Progress
	Runs        []core.Run
	MoreRuns    bool
	Changes     map[core.Model]core.SyncSetting // not applied yet
	Unset       map[core.Model]bool             // own settings to be dropped
	Applying    bool
	Open        core.Model // the data model beside the list; "" none
	OpenRun     core.RunID // the run beside the list; "" none
	Raised      []core.ConnectionID
}

// runPage is how many runs are fetched at a time.
const runPage = 50

// Presenter loads and acts. Its methods belong to the window's goroutine.
type Presenter struct {
	core   Core
	tasks  *kit.Tasks
	show   func(old, now State)
	failed func(error) // an action that did not work
	state  State
	loads  int // number of the latest load; older answers are dropped
}

// NewPresenter returns a presenter. show gets each change of state, failed each
// action that did not work.
func NewPresenter(ctx context.Context, do func(func()), c Core, show func(old, now State), failed func(error)) *Presenter {
	return &Presenter{core: c, tasks: kit.NewTasks(ctx, do), show: show, failed: failed, state: State{Loading: true}}
}

// SetConnections tells which connections there are.
func (p *Presenter) SetConnections(all []Connection) {
	s := p.state
	s.Connections = slices.SortedFunc(slices.Values(all), func(a, b Connection) int {
		return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	if s.For != "" && !slices.ContainsFunc(all, func(c Connection) bool { return c.ID == s.For }) {
		s.For, s.Changes, s.Unset, s.Open = "", nil, nil, ""
	}
	p.set(s)
	p.Reload()
}

// Choose shows the settings of a connection, or the defaults for "". Changes
// that were not applied are dropped; the view asks before.
func (p *Presenter) Choose(c core.ConnectionID) {
	if c == p.state.For {
		return
	}
	s := p.state
	s.For, s.Rows, s.Loading, s.Changes, s.Unset, s.Open, s.OpenRun = c, nil, true, nil, nil, "", ""
	p.set(s)
	p.Reload()
}

// Reload reads rows and runs anew; what is on screen stays meanwhile.
func (p *Presenter) Reload() {
	p.loads++
	load, which := p.loads, p.state.For
	p.tasks.Go(func(ctx context.Context) func() {
		rows, err := p.core.Settings(ctx, which)
		var runs []core.Run
		if err == nil {
			runs, err = p.core.Runs(ctx, which, "", runPage)
		}
		running := p.core.Running()
		return func() {
			if load != p.loads {
				return
			}
			s := p.state
			s.Loading, s.Err = false, err
			if err == nil {
				s.Rows, s.Runs, s.Running, s.MoreRuns = rows, runs, running, len(runs) == runPage
			}
			p.set(s)
		}
	})
}

// Progress shows how far the runs are. It asks memory only, so it may be called
// a few times a second.
func (p *Presenter) Progress() {
	s := p.state
	s.Running = p.core.Running()
	p.set(s)
}

// MoreRuns fetches older runs.
func (p *Presenter) MoreRuns() {
	if !p.state.MoreRuns || len(p.state.Runs) == 0 {
		return
	}
	which, before := p.state.For, p.state.Runs[len(p.state.Runs)-1].ID
	p.tasks.Go(func(ctx context.Context) func() {
		older, err := p.core.Runs(ctx, which, before, runPage)
		return func() {
			s := p.state
			if err != nil || s.For != which || len(s.Runs) == 0 || s.Runs[len(s.Runs)-1].ID != before {
				return
			}
			s.Runs = append(slices.Clip(s.Runs), older...)
			s.MoreRuns = len(older) == runPage
			p.set(s)
		}
	})
}

// Row returns a data model with the changes that are not applied yet.
func (s State) Row(m core.Model) (syncing.Row, bool) {
	for _, r := range s.Rows {
		if r.Model != m {
			continue
		}
		if c, ok := s.Changes[m]; ok {
			r.Access, r.Schedule, r.Own = c.Access, c.Schedule, s.For != ""
		}
		return r, true
	}
	return syncing.Row{}, false
}

// Pending is the number of data models with changes that are not applied.
func (s State) Pending() int { return len(s.Changes) + len(s.Unset) }

// Open shows a data model beside the list; "" closes it.
func (p *Presenter) Open(m core.Model) {
	s := p.state
	s.Open, s.OpenRun = m, ""
	p.set(s)
}

// OpenRun shows a run beside the list; "" closes it.
func (p *Presenter) OpenRun(id core.RunID) {
	s := p.state
	s.OpenRun, s.Open = id, ""
	p.set(s)
}

// Change notes a setting, to be applied with the others.
func (p *Presenter) Change(m core.Model, change func(*core.SyncSetting)) {
	row, ok := p.state.Row(m)
	if !ok {
		return
	}
	set := core.SyncSetting{Connection: p.state.For, Model: m, Access: row.Access, Schedule: row.Schedule}
	change(&set)
	s := p.state
	s.Changes, s.Unset = cloneMap(s.Changes), cloneMap(s.Unset)
	delete(s.Unset, m)
	s.Changes[m] = set
	for _, stored := range s.Rows { // back to what it was: nothing to apply
		if stored.Model == m && stored.Access == set.Access && stored.Schedule == set.Schedule {
			delete(s.Changes, m)
		}
	}
	p.set(s)
}

// UseDefault drops the connection's own setting of a data model.
func (p *Presenter) UseDefault(m core.Model) {
	s := p.state
	s.Changes, s.Unset = cloneMap(s.Changes), cloneMap(s.Unset)
	delete(s.Changes, m)
	s.Unset[m] = true
	p.set(s)
}

// Discard drops the changes.
func (p *Presenter) Discard() {
	s := p.state
	s.Changes, s.Unset = nil, nil
	p.set(s)
}

// Apply saves the changes.
func (p *Presenter) Apply() {
	if p.state.Applying || p.state.Pending() == 0 {
		return
	}
	s := p.state
	s.Applying = true
	p.set(s)
	var set, unset []core.SyncSetting
	for _, c := range s.Changes {
		set = append(set, c)
	}
	for m := range s.Unset {
		unset = append(unset, core.SyncSetting{Connection: s.For, Model: m})
	}
	p.tasks.Go(func(ctx context.Context) func() {
		raised, _, err := p.core.Apply(ctx, set, unset)
		return func() {
			s := p.state
			s.Applying = false
			if err == nil {
				s.Changes, s.Unset, s.Raised = nil, nil, raised
			}
			p.set(s)
			if err != nil {
				p.failed(err)
				return
			}
			p.Reload()
		}
	})
}

// Raised is told to the person once; Seen forgets it.
func (p *Presenter) Seen() {
	s := p.state
	s.Raised = nil
	p.set(s)
}

// SyncNow starts a sync of data models (nil: all) of the chosen connection, or of all.
func (p *Presenter) SyncNow(models []core.Model, mode core.Mode) {
	req := syncing.Request{Models: models, Mode: mode}
	if p.state.For != "" {
		req.Connections = []core.ConnectionID{p.state.For}
	}
	p.act(func(ctx context.Context) error {
		_, err := p.core.SyncNow(ctx, req)
		return err
	})
}

// Cancel stops a run.
func (p *Presenter) Cancel(id core.RunID) {
	p.act(func(ctx context.Context) error { return p.core.Cancel(ctx, id) })
}

// Held decisions (W-20), for each connection that has removals waiting.
type Held int

// The three ways out of W-20.
const (
	CheckAgain Held = iota
	RemoveHeld
	KeepHeld
)

// Decide carries out what the person said about held removals of a data model.
func (p *Presenter) Decide(m core.Model, what Held) {
	ids := []core.ConnectionID{p.state.For}
	if p.state.For == "" {
		ids = nil
		for _, c := range p.state.Connections {
			ids = append(ids, c.ID)
		}
	}
	p.act(func(ctx context.Context) error {
		for _, id := range ids {
			if err := p.decide(ctx, id, m, what); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Presenter) decide(ctx context.Context, id core.ConnectionID, m core.Model, what Held) error {
	rows, err := p.core.Settings(ctx, id)
	if err != nil || !slices.ContainsFunc(rows, func(r syncing.Row) bool { return r.Model == m && r.Item.HeldCount > 0 }) {
		return err
	}
	switch what {
	case CheckAgain:
		_, err = p.core.CheckAgain(ctx, id, m)
	case RemoveHeld:
		_, err = p.core.RemoveHeld(ctx, id, m)
	case KeepHeld:
		err = p.core.KeepHeld(ctx, id, m)
	}
	return err
}

// Preview asks what a sync would do and hands the answer to then.
func (p *Presenter) Preview(m core.Model, mode core.Mode, then func(core.Counts)) {
	req := syncing.Request{Models: []core.Model{m}, Mode: mode}
	if p.state.For != "" {
		req.Connections = []core.ConnectionID{p.state.For}
	}
	p.tasks.Go(func(ctx context.Context) func() {
		counts, err := p.core.Preview(ctx, req)
		return func() {
			if err != nil {
				p.failed(err)
				return
			}
			then(counts[m])
		}
	})
}

// act does something off the window's goroutine and then shows how things are.
func (p *Presenter) act(do func(context.Context) error) {
	p.tasks.Go(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if err != nil {
				p.failed(err)
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

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m)+1)
	for k, v := range m {
		c[k] = v
	}
	return c
}
