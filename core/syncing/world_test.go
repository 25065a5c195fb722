package syncing

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // zones, also on a bare machine

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
)

// shop is a service with lists. Failures and delays are scripted per page.
type shop struct {
	mu       sync.Mutex
	lists    map[core.Model][]core.Record // in the order of the list
	pageSize int
	full     bool // cannot be asked for changes
	requests map[core.Model]int
	queries  []provider.ListQuery
	members  map[string]string // by segment; others have the usual ones
	// refuse, when set, may refuse a page of members.
	refuse      func(segment string, offset int) error
	memberPages int
	// answer, when set, may replace the page of a model at an offset.
	answer func(ctx context.Context, m core.Model, offset int) (*provider.Page, error)
}

func newShop(perModel int) *shop {
	s := &shop{lists: map[core.Model][]core.Record{}, pageSize: 5, requests: map[core.Model]int{}, members: map[string]string{}}
	for _, m := range readOrder {
		for i := range perModel {
			s.put(m, i, "new", monday.Add(-time.Hour+time.Duration(i)*time.Second))
		}
	}
	return s
}

// put adds or changes a record.
func (s *shop) put(m core.Model, i int, state string, at time.Time) {
	r := core.Record{RemoteID: fmt.Sprintf("%s-%05d", m, i), UpdatedAt: at, Data: core.NewData(m)}
	switch d := r.Data.(type) {
	case *core.Store:
		d.Name = state
	case *core.Customer:
		d.Company = state
	case *core.Product:
		d.Status = state
	case *core.Order:
		d.Status = state
	case *core.Segment:
		d.Name = state
		if hasList(i) {
			r.Members = r.RemoteID + " 0"
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.IndexFunc(s.lists[m], func(o core.Record) bool { return o.RemoteID == r.RemoteID }); at >= 0 {
		s.lists[m][at] = r
	} else {
		s.lists[m] = append(s.lists[m], r)
	}
}

// drop removes n records from the end of a list.
func (s *shop) drop(m core.Model, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists[m] = slices.Clone(s.lists[m][:len(s.lists[m])-n])
}

func (s *shop) asked(m core.Model) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[m]
}

func (s *shop) script(answer func(ctx context.Context, m core.Model, offset int) (*provider.Page, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *shop) Incremental(core.Model) bool    { return !s.full }
func (s *shop) DetectsDeletes(core.Model) bool { return true }

// Page answers from the list. A position is the offset and the time from which
// changes are asked, as that of a real service.
func (s *shop) Page(ctx context.Context, m core.Model, q provider.ListQuery, pos provider.Position) (provider.Page, error) {
	s.mu.Lock()
	s.requests[m]++
	answer := s.answer
	s.mu.Unlock()
	var offset int
	var since int64
	if pos == "" {
		s.mu.Lock()
		s.queries = append(s.queries, q)
		s.mu.Unlock()
		if !q.Full {
			since = q.Since.Unix()
		}
	} else if _, err := fmt.Sscanf(string(pos), "%d since %d", &offset, &since); err != nil {
		return provider.Page{}, core.E(core.CodeDataUnexpected, "", provider.ErrPosition)
	}
	if err := ctx.Err(); err != nil {
		return provider.Page{}, core.E(core.CodeCancelled, "", err)
	}
	if answer != nil {
		if page, err := answer(ctx, m, offset); page != nil || err != nil {
			if err != nil {
				return provider.Page{}, err
			}
			return *page, nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var page provider.Page
	i := offset
	for ; i < len(s.lists[m]) && len(page.Records) < s.pageSize; i++ {
		if r := s.lists[m][i]; r.UpdatedAt.Unix() >= since {
			page.Records = append(page.Records, r)
		}
	}
	if i < len(s.lists[m]) {
		page.Next = provider.Position(strconv.Itoa(i) + " since " + strconv.FormatInt(since, 10))
	}
	return page, nil
}

// wallClock follows the bubble's time, which synctest moves, with jumps as a
// computer that sleeps sees them. Each look at it takes a microsecond.
type wallClock struct {
	mu   sync.Mutex
	jump time.Duration
}

var monday = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

func (c *wallClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jump += time.Microsecond
	return monday.Add(time.Since(bubbleStart)).Add(c.jump).Round(0)
}

func (c *wallClock) sleep(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jump += d
}

// bubbleStart is when every synctest bubble begins.
var bubbleStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// people are connections, in order.
type people struct {
	mu      sync.Mutex
	links   []Link
	checked map[core.ConnectionID][]core.Code
}

func (p *people) List(ctx context.Context) ([]Link, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.links), ctx.Err()
}

func (p *people) Get(_ context.Context, id core.ConnectionID) (Link, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.links {
		if l.ID == id {
			return l, nil
		}
	}
	return Link{}, core.NotFound("That connection is not there any more.")
}

func (p *people) Checked(_ context.Context, id core.ConnectionID, code core.Code) error {
	p.change(id, func(l *Link) {
		if code == core.CodeReauthRequired {
			l.Status = core.StatusReauth
		}
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checked[id] = append(p.checked[id], code)
	return nil
}

func (p *people) Want(_ context.Context, id core.ConnectionID, access core.AccessMap) error {
	p.change(id, func(l *Link) { l.Access = access })
	return nil
}

func (p *people) change(id core.ConnectionID, change func(*Link)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.links {
		if p.links[i].ID == id {
			change(&p.links[i])
		}
	}
}

func everything(a core.Access) core.AccessMap {
	m := core.AccessMap{}
	for _, model := range core.Models() {
		m[model] = a
	}
	return m
}

// world is a Service with everything around it.
type world struct {
	*Service
	t      *testing.T
	clock  *wallClock
	mem    *memory
	shop   *shop
	people *people
	bus    *event.Bus
}

const shopID = core.ConnectionID("con_shop")

// inWorld runs a test in a bubble, with one connection to a shop.
func inWorld(t *testing.T, perModel int, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, clock: &wallClock{}, mem: newMemory(), shop: newShop(perModel), people: &people{checked: map[core.ConnectionID][]core.Code{}}}
		w.connect(shopID)
		w.boot()
		test(w)
		w.halt()
	})
}

func (w *world) connect(id core.ConnectionID) {
	w.people.links = append(w.people.links, Link{Connection: core.Connection{ID: id}, Status: core.StatusOK,
		Offers: everything(core.ReadWrite), Granted: everything(core.Read)})
}

// boot makes and starts a Service on what is stored.
func (w *world) boot(change ...func(*Options)) {
	w.t.Helper()
	log := slog.New(slog.DiscardHandler)
	w.bus = event.New(log)
	o := Options{Store: w.mem, Records: w.mem, Lists: w.mem, Compare: w.mem, Connections: w.people, Preferences: w.mem, Bus: w.bus, Clock: w.clock, Log: log,
		Pages:    func(context.Context, core.Connection) (Lister, error) { return w.shop, nil },
		Location: func() *time.Location { return time.UTC }}
	for _, c := range change {
		c(&o)
	}
	w.Service = New(o)
	if err := w.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

// halt quits.
func (w *world) halt() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	if err := w.Stop(ctx); err != nil {
		w.t.Errorf("Stop: %v", err)
	}
	if err := w.bus.Close(ctx); err != nil {
		w.t.Errorf("bus: %v", err)
	}
}

// sync does a manual run to its end.
func (w *world) sync(r Request) core.Run {
	w.t.Helper()
	ids, err := w.SyncNow(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	runs, err := w.Wait(w.t.Context(), ids)
	if err != nil || len(runs) != 1 {
		w.t.Fatalf("%d runs, %v", len(runs), err)
	}
	return runs[0]
}

// ran returns all runs that ended, in the order of their start.
func (w *world) ran() []core.Run {
	synctest.Wait()
	return slices.DeleteFunc(w.mem.allRuns(), func(r core.Run) bool { return !r.Status.Ended() })
}

// pass lets time pass, awake.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// idle waits until no run waits or goes on.
func (w *world) idle() {
	w.t.Helper()
	for range 10_000 {
		synctest.Wait()
		if len(w.Running()) == 0 {
			return
		}
		time.Sleep(time.Second)
	}
	w.t.Fatal("the runs do not end")
}

func status(r core.Run) string {
	s := string(r.Status) + ":"
	for _, m := range r.Models {
		s += " " + string(m.Model) + "=" + string(m.Status)
		if m.Code != "" {
			s += "(" + string(m.Code) + ")"
		}
	}
	return s
}
