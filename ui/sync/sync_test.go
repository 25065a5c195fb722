package sync

import (
	"context"
	"errors"
	stdsync "sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// desk is a Core that remembers what it was asked to do.
type desk struct {
	mu      stdsync.Mutex
	rows    []syncing.Row
	runs    []core.Run
	running []syncing.Progress
	applied []core.SyncSetting
	unset   []core.SyncSetting
	asked   []syncing.Request
	did     []string
	raised  []core.ConnectionID
	err     error
}

func (d *desk) Settings(context.Context, core.ConnectionID) ([]syncing.Row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]syncing.Row(nil), d.rows...), d.err
}

func (d *desk) Apply(_ context.Context, set, unset []core.SyncSetting) ([]core.ConnectionID, []core.ConnectionID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.applied, d.unset = set, unset
	for _, s := range set {
		for i := range d.rows {
			if d.rows[i].Model == s.Model {
				d.rows[i].Access, d.rows[i].Schedule = s.Access, s.Schedule
			}
		}
	}
	return d.raised, nil, nil
}

func (d *desk) SyncNow(_ context.Context, r syncing.Request) ([]core.RunID, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, r)
	return nil, d.err
}

func (d *desk) note(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did = append(d.did, what)
	return nil
}

func (d *desk) Cancel(_ context.Context, id core.RunID) error { return d.note("cancel " + string(id)) }
func (d *desk) Runs(context.Context, core.ConnectionID, core.RunID, int) ([]core.Run, error) {
	return d.runs, nil
}
func (d *desk) Running() []syncing.Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running
}
func (d *desk) CheckAgain(_ context.Context, c core.ConnectionID, m core.Model) (core.RunID, error) {
	return "", d.note("check " + string(c) + " " + string(m))
}
func (d *desk) RemoveHeld(_ context.Context, c core.ConnectionID, m core.Model) (core.RunID, error) {
	return "", d.note("remove " + string(c) + " " + string(m))
}
func (d *desk) KeepHeld(_ context.Context, c core.ConnectionID, m core.Model) error {
	return d.note("keep " + string(c) + " " + string(m))
}
func (d *desk) Preview(context.Context, syncing.Request) (map[core.Model]core.Counts, error) {
	return map[core.Model]core.Counts{core.Orders: {Added: 14, Changed: 3}}, nil
}

func sample() *desk {
	d := &desk{}
	asOf := kittest.Noon.Add(-10 * time.Hour)
	counts := map[core.Model]int64{core.Stores: 3, core.Customers: 600, core.Orders: 1204, core.Products: 250, core.Segments: 8}
	for _, m := range core.Models() {
		d.rows = append(d.rows, syncing.Row{Model: m, Access: core.Read, Offers: core.ReadWrite, Schedule: core.DefaultSchedule(), Records: counts[m],
			AsOf: asOf, Status: syncing.StatusOK, NextAt: kittest.Noon.Add(14 * time.Hour)})
	}
	d.rows[4].Access, d.rows[4].Status = core.Disabled, syncing.StatusDisabled
	d.rows[3].Schedule = core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Monday, Hour: 2}
	ok := core.RunModel{Model: core.Orders, Status: core.RunOK, Counts: core.Counts{Read: 1204, Added: 1204}}
	bad := core.RunModel{Model: core.Customers, Status: core.RunFailed, Code: core.CodeScopeMissing, Ref: "LD-7F3A-91C2"}
	d.runs = []core.Run{
		{ID: "run_2", Connection: "con_1", Kind: core.KindAutomatic, Mode: core.Incremental, Status: core.RunPartial, StartedAt: asOf, EndedAt: asOf.Add(4200 * time.Millisecond), Models: []core.RunModel{ok, bad}},
		{ID: "run_1", Connection: "con_1", Kind: core.KindManual, Mode: core.Full, Status: core.RunOK, StartedAt: asOf.Add(-30 * time.Hour), EndedAt: asOf.Add(-30*time.Hour + 95*time.Second), Models: []core.RunModel{ok}},
	}
	return d
}

func open(t *testing.T, d *desk, conns ...Connection) (*kittest.Env, *Tab) {
	t.Helper()
	return openIn(t, "en", d, conns...)
}

func openIn(t *testing.T, language string, d *desk, conns ...Connection) (*kittest.Env, *Tab) {
	t.Helper()
	env := kittest.NewEnv(t)
	kit.SetLanguage(language)
	tab := New(t.Context(), env.Env, d, Hooks{Browse: func(core.Model, core.ConnectionID) {}, Connections: func() {},
		Reauthorize: func([]core.ConnectionID) {}})
	t.Cleanup(tab.Close)
	env.Show(tab.Content, fyne.NewSize(1080, 640))
	tab.SetConnections(conns)
	settle(t, env, func() bool { return !tab.p.state.Loading })
	return env, tab
}

var shop = Connection{ID: "con_1", Name: "Willow & Pine", Service: "Practice store"}

func settle(t *testing.T, env *kittest.Env, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := env.Queue.WaitFor(ctx, cond); err != nil {
		t.Fatal("waited in vain")
	}
}

func TestEveryStatusHasItsOwnWords(t *testing.T) {
	seen := map[kit.State]syncing.Status{}
	for _, s := range []syncing.Status{syncing.StatusHeld, syncing.StatusScope, syncing.StatusFailed, syncing.StatusPartial, syncing.StatusOverdue,
		syncing.StatusInterrupted, syncing.StatusRateLimited, syncing.StatusRunning, syncing.StatusQueued, syncing.StatusCancelled,
		syncing.StatusPaused, syncing.StatusNever, syncing.StatusOK, syncing.StatusDisabled} {
		got := status(State{}, syncing.Row{Model: core.Orders, Status: s}, kittest.Noon)
		if other, dup := seen[got]; dup || got.Word == "" {
			t.Errorf("%s and %s look the same: %+v", s, other, got)
		}
		seen[got] = s
	}
}

func TestAnUnknownTotalShowsNoPercentage(t *testing.T) {
	s := State{Running: []syncing.Progress{{Run: "r", Connection: "con_1", Model: core.Orders, Counts: core.Counts{Read: 1240}}}}
	if got := status(s, syncing.Row{Model: core.Orders}, kittest.Noon).Detail; got != "1,240 read" {
		t.Error(got)
	}
	s.Running[0].Total = 5000
	if got := status(s, syncing.Row{Model: core.Orders}, kittest.Noon).Detail; got != "1,240 of 5,000" {
		t.Error(got)
	}
}

func TestChangesAreCollectedAndAppliedTogether(t *testing.T) {
	d := sample()
	d.raised = []core.ConnectionID{"con_1"}
	env, tab := open(t, d, shop)
	tab.p.Change(core.Orders, func(s *core.SyncSetting) { s.Access = core.ReadWrite })
	tab.p.Change(core.Stores, func(s *core.SyncSetting) { s.Schedule.Hour = 5 })
	tab.p.Change(core.Products, func(s *core.SyncSetting) { s.Access = core.Disabled })
	tab.p.Change(core.Products, func(s *core.SyncSetting) { s.Access = core.Read }) // back again
	if n := tab.p.state.Pending(); n != 2 {
		t.Fatalf("%d changes", n)
	}
	if len(d.applied) != 0 {
		t.Fatal("applied before Apply")
	}
	tab.p.Apply()
	settle(t, env, func() bool { return tab.p.state.Pending() == 0 })
	if len(d.applied) != 2 {
		t.Errorf("applied %+v", d.applied)
	}
	if dlg := env.Dialogs.Open(); dlg == nil || dlg.Title != "1 connection needs your permission" {
		t.Errorf("raised access opens %+v", dlg)
	}
}

func TestLeavingWithChangesAsksFirst(t *testing.T) {
	env, tab := open(t, sample(), shop)
	tab.p.Change(core.Orders, func(s *core.SyncSetting) { s.Access = core.Write })
	tab.choice.SetSelected("Willow & Pine")
	if env.Dialogs.Open() == nil || tab.p.state.For != "" {
		t.Fatal("the changes went without a question")
	}
	env.Dialogs.Open().Press("Discard")
	if tab.p.state.For != "con_1" || tab.p.state.Pending() != 0 {
		t.Errorf("for %q with %d changes", tab.p.state.For, tab.p.state.Pending())
	}
}

func TestHeldRemovalsAreDecidedForTheConnectionThatHasThem(t *testing.T) {
	d := sample()
	d.rows[2].Status, d.rows[2].Item.HeldCount = syncing.StatusHeld, 400
	env, tab := open(t, d, shop)
	tab.p.Choose("con_1")
	settle(t, env, func() bool { return !tab.p.state.Loading })
	tab.act("orders")
	dlg := env.Dialogs.Open()
	if dlg == nil || dlg.Title != "400 of 1,204 records are gone: Orders" {
		t.Fatalf("dialog %+v", dlg)
	}
	dlg.Press("Remove them here")
	settle(t, env, func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.did) == 1 })
	if d.did[0] != "remove con_1 orders" {
		t.Error(d.did)
	}
}

func TestCancelAsksAndStopsThatRun(t *testing.T) {
	d := sample()
	d.running = []syncing.Progress{{Run: "run_9", Connection: "con_1", Model: core.Orders, Counts: core.Counts{Read: 1240, Added: 1240}}}
	env, tab := open(t, d, shop)
	tab.act("orders")
	dlg := env.Dialogs.Open()
	if dlg == nil || dlg.Title != "Stop this sync?" {
		t.Fatalf("dialog %+v", dlg)
	}
	dlg.Press("Stop")
	settle(t, env, func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.did) == 1 })
	if d.did[0] != "cancel run_9" {
		t.Error(d.did)
	}
}

func TestAFaultIsABannerWithAWayOut(t *testing.T) {
	d := sample()
	d.err = core.E(core.CodeStorageBusy, "", errors.New("locked"))
	env, tab := open(t, d, shop)
	settle(t, env, func() bool { return tab.p.state.Err != nil })
	if !tab.fault.Visible() {
		t.Error("no banner")
	}
}

func TestScreens(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		d := sample()
		d.runs = nil
		env, _ := open(t, d)
		env.Snapshot(t, "sync-empty")
	})
	t.Run("defaults", func(t *testing.T) {
		env, _ := open(t, sample(), shop)
		env.Snapshot(t, "sync-defaults")
	})
	t.Run("running and held", func(t *testing.T) {
		d := sample()
		d.rows[1].Status, d.rows[1].Item.HeldCount = syncing.StatusHeld, 400
		d.rows[3].Status = syncing.StatusFailed
		d.running = []syncing.Progress{{Run: "run_9", Connection: "con_1", Model: core.Orders, Counts: core.Counts{Read: 1240, Added: 1240}, Total: 5000}}
		env, _ := open(t, d, shop)
		env.Snapshot(t, "sync-running")
	})
	t.Run("settings", func(t *testing.T) {
		env, tab := open(t, sample(), shop)
		tab.p.Open(core.Products)
		tab.p.Change(core.Products, func(s *core.SyncSetting) { s.Access = core.ReadWrite })
		env.Snapshot(t, "sync-settings")
	})
	t.Run("run", func(t *testing.T) {
		env, tab := open(t, sample(), shop)
		tab.p.OpenRun("run_2")
		env.Snapshot(t, "sync-run")
		tab.askHeld(syncing.Row{Model: core.Orders, Records: 431, Item: syncing.Item{HeldCount: 412}})
		env.Snapshot(t, "sync-held")
	})
}

// At the window's first size nothing of a row is cut that a shop meets every
// week: names, what waits for an OK, and how often.
func TestNothingOfARowIsCut(t *testing.T) {
	t.Cleanup(func() { kit.SetLanguage("en") })
	for _, language := range kit.Languages {
		d := sample()
		d.rows[2].Status, d.rows[2].Item.HeldCount = syncing.StatusHeld, 400
		env, tab := openIn(t, language, d, shop)
		have := drawn(env)
		for _, want := range []string{kit.T(core.Orders.Title()), status(tab.p.state, d.rows[2], kittest.Noon).Detail, kit.ScheduleSentence(d.rows[3].Schedule), kit.T("Read"), kit.Number(1204)} {
			if !have[want] {
				t.Errorf("%s: %q is not there as a whole", language, want)
			}
		}
	}
}

// drawn are the texts on screen as they are drawn.
func drawn(env *kittest.Env) map[string]bool {
	found := map[string]bool{}
	for _, o := range test.LaidOutObjects(env.Window.Canvas().Content()) {
		if text, ok := o.(*canvas.Text); ok {
			found[text.Text] = true
		}
	}
	return found
}
