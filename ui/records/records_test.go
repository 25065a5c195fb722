package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// shop is a Core over made-up orders. Two questions may be under way at once.
type shop struct {
	orders int

	mu      sync.Mutex
	asked   []core.RecordQuery
	failing error
}

func (s *shop) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = err
}

func (s *shop) questions() []core.RecordQuery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *shop) Query(_ context.Context, q core.RecordQuery) (core.RecordPage, error) {
	s.mu.Lock()
	s.asked = append(s.asked, q)
	failing := s.failing
	s.mu.Unlock()
	if failing != nil {
		return core.RecordPage{}, failing
	}
	from, _ := strconv.Atoi(q.After)
	page := core.RecordPage{Total: int64(s.orders)}
	for i := from; i < s.orders && len(page.Records) < q.Limit; i++ {
		r := orderNo(i)
		if strings.Contains(r.Data.(*core.Order).Number, q.Search) {
			page.Records = append(page.Records, r)
		}
	}
	if from+q.Limit < s.orders && q.Search == "" {
		page.Next = strconv.Itoa(from + q.Limit)
	}
	return page, nil
}

func orderNo(i int) core.Record {
	placed := kittest.Noon.AddDate(0, 0, -i)
	return core.Record{Connection: "con_1", RemoteID: fmt.Sprint("o", i), UpdatedAt: placed, SyncedAt: placed,
		Data: &core.Order{Number: fmt.Sprintf("#%d", 2200-i), Status: "open", PaymentStatus: "paid", FulfillmentStatus: "shipped", Currency: "EUR",
			Total: core.Money(fmt.Sprintf("%d.90", 19+i)), Subtotal: "17.00", Tax: "2.90", PlacedAt: placed, Customer: "c17",
			Lines: []core.Line{{Title: "Oak chopping board", SKU: "WP-0013", Quantity: "2", Price: "8.50"}, {Title: "Linen apron", SKU: "WP-0104", Quantity: "1", Price: "2.90"}}}}
}

func (s *shop) Get(context.Context, core.ConnectionID, core.Model, string) (core.Record, error) {
	return orderNo(0), nil
}

func (s *shop) History(context.Context, core.ConnectionID, string) ([]core.OrderChange, error) {
	return []core.OrderChange{{SeenAt: kittest.Noon.Add(-time.Hour), Field: "payment_status", From: "pending", To: "paid"}}, nil
}

func (s *shop) Members(_ context.Context, _ core.ConnectionID, id string) (*int64, error) {
	if id == "seg_unread" {
		return nil, nil
	}
	n := int64(1204)
	return &n, nil
}

func (s *shop) Analytics(context.Context, core.ConnectionID, string) (core.CustomerAnalytics, error) {
	return core.CustomerAnalytics{}, nil
}

func open(t *testing.T, s *shop) (*kittest.Env, *Page) {
	t.Helper()
	env := kittest.NewEnv(t)
	g := New(t.Context(), env.Env, s, Options{Model: core.Orders, Name: func(core.ConnectionID) string { return "Willow & Pine" }, Back: func() {}})
	t.Cleanup(g.Close)
	env.Show(g.Content, fyne.NewSize(1080, 720))
	return env, g
}

func wait(t *testing.T, env *kittest.Env, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := env.Queue.WaitFor(ctx, cond); err != nil {
		t.Fatalf("waited in vain for %s", what)
	}
}

func TestRecordsComePageByPage(t *testing.T) {
	s := &shop{orders: 1000}
	env, g := open(t, s)
	wait(t, env, "the first page", func() bool { return len(g.p.state.Rows) == pageSize })
	if len(s.questions()) != 1 {
		t.Fatalf("%d questions for the first screen", len(s.questions()))
	}
	g.table.ScrollTo(pageSize - 1)
	env.Window.Canvas().Capture()
	wait(t, env, "the second page", func() bool { return len(g.p.state.Rows) == 2*pageSize })
	if q := s.questions()[1]; q.After != strconv.Itoa(pageSize) {
		t.Errorf("the second question was %+v", q)
	}
}

func TestSearchStartsAnewAndAnOldAnswerIsDropped(t *testing.T) {
	s := &shop{orders: 1000}
	env, g := open(t, s)
	g.p.Search("#2150") // before the first page has come
	wait(t, env, "the match", func() bool { return !g.p.state.Loading })
	if n := len(g.p.state.Rows); n != 1 || g.p.state.Rows[0].RemoteID != "o50" {
		t.Fatalf("%d rows, first %+v", n, g.p.state.Rows)
	}
}

func TestAFaultIsShownAndRetryMendsIt(t *testing.T) {
	s := &shop{orders: 5, failing: core.E(core.CodeStorageBusy, "", errors.New("locked"))}
	env, g := open(t, s)
	wait(t, env, "the fault", func() bool { return g.p.state.Err != nil })
	if !g.fault.Visible() {
		t.Fatal("no banner")
	}
	s.fail(nil)
	g.p.Retry()
	wait(t, env, "the rows", func() bool { return len(g.p.state.Rows) == 5 })
	if g.fault.Visible() {
		t.Error("the banner stays")
	}
}

func TestDetailShowsLinesAndHistory(t *testing.T) {
	env, g := open(t, &shop{orders: 10})
	wait(t, env, "rows", func() bool { return len(g.p.state.Rows) == 10 })
	g.p.Select(3)
	wait(t, env, "the history", func() bool { return g.p.state.Open != nil && g.p.state.Open.History != nil })
	d := detail(*g.p.state.Open, "Willow & Pine", kittest.Noon)
	var text strings.Builder
	for _, sec := range d.Sections {
		for _, l := range sec.Lines {
			text.WriteString(sec.Title + "/" + l.Label + "=" + l.Value + "\n")
		}
	}
	for _, want := range []string{"Lines/2 ×=Oak chopping board · WP-0013 · 8.50 EUR", "Amounts/Total=22.90 EUR", "Payment: was pending, now paid", "Details/ID at the service=o3"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if !g.Escape() || g.p.state.Open != nil || g.Escape() {
		t.Error("Escape closes the detail, once")
	}
}

// Down leads from the search into the records, Enter opens one there, and
// Escape closes it again without leaving the page.
func TestRecordsByKeyboard(t *testing.T) {
	env, g := open(t, &shop{orders: 10})
	wait(t, env, "rows", func() bool { return len(g.p.state.Rows) == 10 })
	c := env.Window.Canvas()
	g.FocusSearch()
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} {
		c.Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if o := g.p.state.Open; o == nil || o.Record.RemoteID != "o1" {
		t.Fatalf("Down, Down, Enter opened %+v", o)
	}
	if !g.Escape() || g.p.state.Open != nil {
		t.Error("Escape did not close it")
	}
}

// What stands above the records ends where they end.
func TestTheSearchEndsAtTheEdgeOfTheRecords(t *testing.T) {
	_, g := open(t, &shop{orders: 10})
	right := func(o fyne.CanvasObject) float32 {
		return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).X + o.Size().Width
	}
	if a, b := right(g.head.Search), right(g.table); a != b {
		t.Errorf("the search ends at %v, the records at %v", a, b)
	}
}

// No column is cut while another beside it has room to spare: at the window's
// first size an e-mail address of usual length is whole.
func TestColumnsHaveTheRoomTheyNeed(t *testing.T) {
	env := kittest.NewEnv(t)
	g := New(t.Context(), env.Env, &shop{}, Options{Model: core.Customers, Name: func(core.ConnectionID) string { return "" }, Back: func() {}})
	t.Cleanup(g.Close)
	weight := map[string]float32{}
	var all float32
	for _, c := range g.tableColumns() {
		weight[c.Title] = cmp.Or(c.Weight, 1)
		if c.Width == 0 {
			all += weight[c.Title]
		}
	}
	room := float32(1080 - 2*24 - 2*16 - 92 - 5*16)
	if need := fyne.MeasureText("genevieve.tremblay3@example.com", 14, fyne.TextStyle{}).Width; room*weight["E-mail"]/all < need {
		t.Errorf("an address needs %v and has %v", need, room*weight["E-mail"]/all)
	}
}

func TestScreens(t *testing.T) {
	env, g := open(t, &shop{orders: 1204})
	wait(t, env, "rows", func() bool { return len(g.p.state.Rows) > 0 })
	env.Snapshot(t, "records-orders")
	g.p.Select(2)
	wait(t, env, "the history", func() bool { return g.p.state.Open.History != nil })
	g.table.Select(2)
	env.Snapshot(t, "records-order-open")
	g.p.Search("nothing like it")
	wait(t, env, "no match", func() bool { return !g.p.state.Loading })
	g.p.CloseDetail()
	env.Snapshot(t, "records-no-match")
}

// Who is in a list is counted; of a service's segment its own figure stands beside that.
func TestDetailCountsMembers(t *testing.T) {
	kit.SetLanguage("en")
	_, g := open(t, &shop{orders: 1})
	size := int64(1206)
	own := core.Record{Connection: "linkdesk", RemoteID: "seg_1", Data: &core.Segment{Name: "Regulars", Kind: "static", Size: &size, Origin: "linkdesk"}}
	theirs, unread := own, own
	theirs.Connection, unread.Connection, unread.RemoteID = "con_1", "con_1", "seg_unread"
	byRules := core.Record{Connection: "linkdesk", RemoteID: "seg_2", Data: &core.Segment{Name: "Big", Kind: "rules", Origin: "linkdesk"}}
	for _, c := range []struct {
		record          core.Record
		customers, here string
	}{{own, "1,204, and 2 more that are gone at the service", ""}, {theirs, "1,206", "1,204"}, {unread, "1,206", ""}, {byRules, "", ""}} {
		d := g.p.detail(t.Context(), c.record)
		got := map[string]string{}
		for _, l := range detail(d, "Willow & Pine", kittest.Noon).Sections[0].Lines {
			got[l.Label] = l.Value
		}
		if got["Customers"] != c.customers || got["Of them here"] != c.here {
			t.Errorf("%s of %s: %q, %q", c.record.RemoteID, c.record.Connection, got["Customers"], got["Of them here"])
		}
	}
}
