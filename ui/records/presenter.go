package records

import (
	"context"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/ui/kit"
)

// Core reads the copied records. Its methods may take a while and are never
// called on the window's goroutine.
type Core interface {
	Query(ctx context.Context, q core.RecordQuery) (core.RecordPage, error)
	Get(ctx context.Context, c core.ConnectionID, m core.Model, remoteID string) (core.Record, error)
	History(ctx context.Context, c core.ConnectionID, orderID string) ([]core.OrderChange, error)
	Analytics(ctx context.Context, c core.ConnectionID, customerID string) (core.CustomerAnalytics, error)

	// Members counts the customers on the list of a segment; nil: there is none here.
	Members(ctx context.Context, c core.ConnectionID, segmentID string) (*int64, error)
}

// pageSize is how many records are fetched at a time: a few screens full.
const pageSize = 200

// State is what the page shows.
type State struct {
	Query   core.RecordQuery
	Rows    []core.Record
	More    bool  // there are more behind Rows
	Total   int64 // -1: not counted
	Loading bool  // the first page is on its way
	Err     error
	Open    *Detail // the record beside the table; nil: none
}

// Detail is one record in full.
type Detail struct {
	Record    core.Record
	History   []core.OrderChange      // of an order
	Analytics *core.CustomerAnalytics // of a customer
	Members   *int64                  // of a list: those who are here now
	Err       error
}

// Presenter loads records. Its methods belong to the window's goroutine.
type Presenter struct {
	core  Core
	tasks *kit.Tasks
	show  func(old, now State)
	state State
	next  string
	fetch bool               // a page is on its way
	asked int                // number of the latest question; older answers are dropped
	stop  context.CancelFunc // ends the question that a newer one replaced
}

// NewPresenter returns a presenter that tells each change of state to show.
func NewPresenter(ctx context.Context, do func(func()), c Core, show func(old, now State)) *Presenter {
	return &Presenter{core: c, tasks: kit.NewTasks(ctx, do), show: show}
}

// Open shows a data model of a connection, or of all of them for "".
func (p *Presenter) Open(m core.Model, c core.ConnectionID) {
	q := core.RecordQuery{Model: m, Connection: c, Sort: "updated_at", Descending: true, Limit: pageSize}
	if m == core.Orders {
		q.Sort = "placed_at"
	}
	p.set(State{Query: q, Loading: true, Total: -1})
	p.first()
}

// Search narrows the records to those with all these words.
func (p *Presenter) Search(text string) {
	if text == p.state.Query.Search {
		return
	}
	s := p.state
	s.Query.Search = text
	p.ask(s)
}

// Sort orders by a column.
func (p *Presenter) Sort(column string, down bool) {
	s := p.state
	s.Query.Sort, s.Query.Descending = column, down
	p.ask(s)
}

// ShowRemoved adds or leaves out records that are gone at the service.
func (p *Presenter) ShowRemoved(on bool) {
	s := p.state
	s.Query.IncludeRemoved = on
	p.ask(s)
}

// Retry asks again after an error.
func (p *Presenter) Retry() { p.ask(p.state) }

// Refresh reads the first page anew, because a sync wrote; what is on screen
// stays until the answer is there.
func (p *Presenter) Refresh() {
	if p.state.Query.Model == "" || len(p.state.Rows) > pageSize {
		return // somebody has scrolled far: moving the rows under their eyes helps nobody
	}
	p.first()
}

// ask starts a question anew, with greyed rows until the answer is there.
func (p *Presenter) ask(s State) {
	s.Rows, s.More, s.Loading, s.Err, s.Total = nil, false, true, nil, -1
	p.set(s)
	p.first()
}

func (p *Presenter) first() {
	if p.stop != nil {
		p.stop()
	}
	p.asked++
	asked, q := p.asked, p.state.Query
	q.After = ""
	ctx, cancel := context.WithCancel(p.tasks.Context())
	p.stop = cancel
	p.tasks.Go(func(context.Context) func() {
		page, err := p.core.Query(ctx, q)
		cancel()
		return func() {
			if asked != p.asked {
				return
			}
			s := p.state
			s.Loading, s.Err, p.fetch = false, err, false
			if err == nil { // otherwise what is on screen stays
				s.Rows, s.Total, s.More = page.Records, page.Total, page.Next != ""
				p.next = page.Next
			}
			p.set(s)
		}
	})
}

// More fetches the next page; the table calls it when its end comes near.
func (p *Presenter) More() {
	if p.fetch || !p.state.More {
		return
	}
	p.fetch = true
	asked, q := p.asked, p.state.Query
	q.After = p.next
	p.tasks.Go(func(ctx context.Context) func() {
		page, err := p.core.Query(ctx, q)
		return func() {
			if asked != p.asked {
				return
			}
			p.fetch = false
			s := p.state
			s.Rows = append(s.Rows[:len(s.Rows):len(s.Rows)], page.Records...)
			s.Err, s.More = err, page.Next != "" && err == nil
			p.next = page.Next
			p.set(s)
		}
	})
}

// Select opens row i beside the table.
func (p *Presenter) Select(i int) {
	if i < 0 || i >= len(p.state.Rows) {
		return
	}
	r := p.state.Rows[i]
	s := p.state
	s.Open = &Detail{Record: r}
	p.set(s)
	p.tasks.Go(func(ctx context.Context) func() {
		d := p.detail(ctx, r)
		return func() {
			if o := p.state.Open; o != nil && o.Record.RemoteID == r.RemoteID && o.Record.Connection == r.Connection {
				s := p.state
				s.Open = &d
				p.set(s)
			}
		}
	})
}

func (p *Presenter) detail(ctx context.Context, r core.Record) Detail {
	d := Detail{Record: r}
	switch data := r.Data.(type) {
	case *core.Order:
		d.History, d.Err = p.core.History(ctx, r.Connection, r.RemoteID)
	case *core.Customer:
		var a core.CustomerAnalytics
		if a, d.Err = p.core.Analytics(ctx, r.Connection, r.RemoteID); d.Err == nil {
			d.Analytics = &a
		}
	case *core.Segment:
		if r.Connection == api.LinkdeskID && data.Kind != "static" {
			break // its rules tell
		}
		d.Members, d.Err = p.core.Members(ctx, r.Connection, r.RemoteID)
	}
	return d
}

// CloseDetail closes the record beside the table.
func (p *Presenter) CloseDetail() {
	s := p.state
	s.Open = nil
	p.set(s)
}

func (p *Presenter) set(s State) {
	old := p.state
	p.state = s
	p.show(old, s)
}

// Close ends what is under way.
func (p *Presenter) Close() { p.tasks.Close() }

// cell is the text of a column as a person reads it.
func cell(col core.Column, r core.Record, now time.Time) string {
	text := col.Text(r)
	switch col.Kind {
	case core.TimeColumn:
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return ""
		}
		return kit.Day(t, now)
	case core.MoneyColumn:
		return money(text)
	}
	return text
}
