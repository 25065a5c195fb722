package connections

import (
	"context"
	"slices"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/ui/kit"
)

// State is what the tab shows. A presenter never changes one that it has shown.
type State struct {
	Loading  bool
	Err      error
	All      []connection.View
	Search   string
	Filter   Filter
	Sort     kit.Sorting
	Open     core.ConnectionID // beside the list; "" none
	Checking map[core.ConnectionID]bool
	Took     map[core.ConnectionID]time.Duration // how long the last check from here lasted
}

// Find returns a connection.
func (s State) Find(id core.ConnectionID) (connection.View, bool) {
	i := slices.IndexFunc(s.All, func(v connection.View) bool { return v.ID == id })
	if i < 0 {
		return connection.View{}, false
	}
	return s.All[i], true
}

// Presenter loads and acts. Its methods belong to the window's goroutine.
type Presenter struct {
	core   Core
	tasks  *kit.Tasks
	now    func() time.Time
	out    Out
	state  State
	loads  int                             // number of the latest load; older answers are dropped
	checks map[core.ConnectionID]int       // checks under way
	since  map[core.ConnectionID]time.Time // when they began
}

// Out is what a presenter tells. All are called on the window's goroutine.
type Out struct {
	Show    func(old, now State)
	Failed  func(error)                                         // an action that did not work
	Checked func(id core.ConnectionID, good bool)               // one connection was checked
	AllDone func(all []connection.View)                         // all were checked
	Deleted func(connection.View, Deletion)                     // it is gone, and can be had back
	Wiped   func(v connection.View, outcome connection.Outcome) // it cannot be had back any more
	Changed func()                                              // something is different for the rest of the window
}

// NewPresenter returns a presenter; nothing is loaded yet.
func NewPresenter(ctx context.Context, do func(func()), now func() time.Time, c Core, out Out) *Presenter {
	return &Presenter{core: c, tasks: kit.NewTasks(ctx, do), now: now, out: out, checks: map[core.ConnectionID]int{}, since: map[core.ConnectionID]time.Time{},
		state: State{Loading: true, Filter: FilterAll, Sort: kit.Sorting{Key: sortStatus}}}
}

// Reload reads the list anew; what is on screen stays meanwhile.
func (p *Presenter) Reload() {
	p.loads++
	load := p.loads
	p.tasks.Go(func(ctx context.Context) func() {
		all, err := p.core.List(ctx)
		return func() {
			if load != p.loads {
				return
			}
			s := p.state
			s.Loading, s.Err = false, err
			if err == nil {
				s.All = all
				if _, there := s.Find(s.Open); !there {
					s.Open = ""
				}
			}
			p.set(s)
		}
	})
}

// Search narrows the list to connections with all these words.
func (p *Presenter) Search(text string) {
	s := p.state
	s.Search = text
	p.set(s)
}

// Choose shows one kind of states.
func (p *Presenter) Choose(f Filter) {
	s := p.state
	s.Filter = f
	p.set(s)
}

// Sort orders the list.
func (p *Presenter) Sort(by kit.Sorting) {
	s := p.state
	s.Sort = by
	p.set(s)
}

// Open shows a connection beside the list; "" closes it.
func (p *Presenter) Open(id core.ConnectionID) {
	s := p.state
	s.Open = id
	p.set(s)
}

// Verify checks one connection by really asking its service.
func (p *Presenter) Verify(id core.ConnectionID) {
	if p.checks[id] > 0 {
		return
	}
	p.checking(id)
	p.tasks.Go(func(ctx context.Context) func() {
		v, err := p.core.Verify(ctx, id)
		return func() {
			s := p.checked(p.state, id)
			if err == nil {
				s = s.with(v)
			}
			p.set(s)
			if err != nil {
				p.out.Failed(err)
				return
			}
			p.out.Checked(id, v.Health.Code == "")
			p.out.Changed()
		}
	})
}

// VerifyAll checks all of them.
func (p *Presenter) VerifyAll() {
	var ids []core.ConnectionID
	for _, v := range p.state.All {
		ids = append(ids, v.ID)
	}
	p.checking(ids...)
	p.tasks.Go(func(ctx context.Context) func() {
		all, err := p.core.VerifyAll(ctx)
		return func() {
			s := p.state
			for _, id := range ids {
				s = p.checked(s, id)
			}
			for _, v := range all {
				delete(s.Took, v.ID) // together they say nothing about one
				s = s.with(v)
			}
			p.set(s)
			if err != nil {
				p.out.Failed(err)
				return
			}
			p.out.AllDone(all)
			p.out.Changed()
		}
	})
}

func (p *Presenter) checking(ids ...core.ConnectionID) {
	s := p.state
	s.Checking = clone(s.Checking)
	for _, id := range ids {
		p.checks[id]++
		p.since[id] = p.now()
		s.Checking[id] = true
	}
	p.set(s)
}

func (p *Presenter) checked(s State, id core.ConnectionID) State {
	p.checks[id]--
	s.Checking, s.Took = clone(s.Checking), clone(s.Took)
	if p.checks[id] == 0 {
		delete(s.Checking, id)
	}
	s.Took[id] = p.now().Sub(p.since[id])
	return s
}

// with returns the state with a newer view of one connection, if it is still there.
func (s State) with(v connection.View) State {
	s.All = slices.Clone(s.All)
	for i := range s.All {
		if s.All[i].ID == v.ID {
			s.All[i] = v
		}
	}
	return s
}

// Rename gives a connection another name.
func (p *Presenter) Rename(id core.ConnectionID, name string) {
	p.act(func(ctx context.Context) error { return p.core.Rename(ctx, id, name) })
}

// Pause stops using a connection; Resume goes on.
func (p *Presenter) Pause(id core.ConnectionID) {
	p.act(func(ctx context.Context) error { return p.core.Pause(ctx, id) })
}

// Resume ends Pause.
func (p *Presenter) Resume(id core.ConnectionID) {
	p.act(func(ctx context.Context) error { return p.core.Resume(ctx, id) })
}

// Usage asks what would be lost with a connection and hands it to then.
func (p *Presenter) Usage(id core.ConnectionID, then func(connection.Usage)) {
	p.tasks.Go(func(ctx context.Context) func() {
		u, err := p.core.UsedBy(ctx, id)
		return func() {
			if err != nil {
				p.out.Failed(err)
				return
			}
			then(u)
		}
	})
}

// Delete takes a connection away; for half a minute it can be had back.
func (p *Presenter) Delete(v connection.View, drop bool) {
	p.tasks.Go(func(ctx context.Context) func() {
		d, err := p.core.Delete(ctx, v.ID, connection.DeleteOptions{DropRecords: drop})
		return func() {
			if err != nil {
				p.out.Failed(err)
				return
			}
			p.out.Deleted(v, d)
			p.await(v, d)
			p.changed()
		}
	})
}

// await tells what became of a deletion once it can no longer be undone.
func (p *Presenter) await(v connection.View, d Deletion) {
	p.tasks.Go(func(ctx context.Context) func() {
		select {
		case <-d.Done():
		case <-ctx.Done():
			return nil
		}
		return func() {
			switch {
			case d.Err() != nil:
				p.out.Failed(d.Err())
				p.changed()
			case d.Outcome() != "":
				p.out.Wiped(v, d.Outcome())
				p.changed()
			}
		}
	})
}

// Undo brings a deleted connection back.
func (p *Presenter) Undo(d Deletion) { p.act(d.Undo) }

// act does something off the window's goroutine and then shows how things are.
func (p *Presenter) act(do func(context.Context) error) {
	p.tasks.Go(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if err != nil {
				p.out.Failed(err)
			}
			p.changed()
		}
	})
}

func (p *Presenter) changed() {
	p.Reload()
	p.out.Changed()
}

func (p *Presenter) set(s State) {
	old := p.state
	p.state = s
	p.out.Show(old, s)
}

// Close ends what is under way.
func (p *Presenter) Close() { p.tasks.Close() }

func clone[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m)+1)
	for k, v := range m {
		c[k] = v
	}
	return c
}
