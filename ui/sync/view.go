package sync

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Hooks lead out of the tab; the shell connects them.
type Hooks struct {
	Browse      func(core.Model, core.ConnectionID) // look at the copied records
	Connections func()                              // the Connections tab
	Reauthorize func([]core.ConnectionID)           // W-08
}

// Tab is the Sync tab.
type Tab struct {
	Content fyne.CanvasObject

	env    *kit.Env
	p      *Presenter
	hooks  Hooks
	choice *kit.Select
	apply  *kit.Banner
	fault  *kit.Banner
	models *kit.RowList
	runs   *kit.RowList
	body   *fyne.Container
	beside *kit.Beside
	lists  fyne.CanvasObject
	pane   *pane
	run    *kit.DetailPane
}

// modelsHeight is the room of the five data models with their heads.
const modelsHeight = 5*56 + 36

// New builds the tab and starts to load.
func New(ctx context.Context, env *kit.Env, c Core, hooks Hooks) *Tab {
	t := &Tab{env: env, hooks: hooks, apply: kit.NewBanner(nil), fault: kit.NewBanner(nil)}
	t.p = NewPresenter(ctx, env.Do, c, t.show, t.failed)
	t.choice = kit.NewSelect([]string{kit.T("All connections – defaults")}, func(string) { t.chosen() })
	t.choice.Choose(kit.T("All connections – defaults"))
	t.models = kit.NewRowList(kit.RowListOptions{
		Name: kit.T("Data model"), Status: kit.T("Status"), ActionWidth: 112, NameWeight: 1.34, StatusWeight: 1.88,
		Figures: []kit.Column{{Title: kit.T("Access"), Width: 88, Spare: true}, {Title: kit.T("Frequency"), Weight: 1.8, Spare: true},
			{Title: kit.T("Records"), Width: 64, Right: true, Spare: true}, {Title: kit.T("Next sync"), Width: 112, Right: true, Spare: true}},
		OnOpen:   func(id string) { t.p.Open(core.Model(id)) },
		OnAction: t.act,
		Menu:     t.modelMenu,
	})
	t.runs = kit.NewRowList(kit.RowListOptions{
		Name: kit.T("Recent syncs"), Status: kit.T("Result"), ActionWidth: 72, NameWeight: 2.9, StatusWeight: 1.9,
		Figures: []kit.Column{{Title: kit.T("Added"), Width: 64, Right: true}, {Title: kit.T("Changed"), Width: 72, Right: true, Spare: true},
			{Title: kit.T("Removed"), Width: 72, Right: true, Spare: true}, {Title: kit.T("Took"), Width: 64, Right: true, Spare: true}},
		OnOpen:   func(id string) { t.p.OpenRun(core.RunID(id)) },
		OnAction: func(id string) { t.askCancel(core.RunID(id)) },
		OnMore:   func() { t.p.MoreRuns() },
		Menu: func(id string) []kit.MenuItem {
			items := []kit.MenuItem{{Title: kit.T("Show what happened"), Do: func() { t.p.OpenRun(core.RunID(id)) }}}
			if t.p.state.goesOn(core.RunID(id)) {
				items = append(items, kit.MenuItem{Title: kit.T("Stop this sync…"), Icon: kit.IconStop, Do: func() { t.askCancel(core.RunID(id)) }})
			}
			return items
		},
	})
	t.pane = newPane(t)
	t.run = kit.NewDetailPane(func() { t.p.OpenRun("") })
	t.lists = container.New(&stackedLayout{}, t.models, t.runs)
	t.beside = kit.NewBeside(t.lists)
	t.body = container.NewStack(t.beside)
	head := kit.VStack(kit.Gap,
		kit.Spread(kit.Gap, 1, kit.NewTitle(kit.T("Sync")), kit.NewSecondary(kit.T("Settings for")).Whole(), kit.Width(280, t.choice)),
		t.fault, t.apply)
	t.Content = kit.Page(kit.Fill(kit.Gap, head, t.body))
	t.p.Reload()
	return t
}

// stackedLayout gives the data models the height they need and the runs the rest.
type stackedLayout struct{}

func (stackedLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(o[0].MinSize().Width, o[1].MinSize().Width), modelsHeight/2+o[1].MinSize().Height)
}

func (stackedLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	top := min(float32(modelsHeight), s.Height*0.68)
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(s.Width, top))
	o[1].Move(fyne.NewPos(0, top+kit.Gap))
	o[1].Resize(fyne.NewSize(s.Width, max(0, s.Height-top-kit.Gap)))
}

// show renders the state.
func (t *Tab) show(old, now State) {
	clock := t.env.Now()
	t.showChoice(old, now)
	t.showBanners(now, clock)
	if len(now.Connections) == 0 && !now.Loading && len(now.Runs) == 0 {
		t.body.Objects = []fyne.CanvasObject{t.empty()}
		t.body.Refresh()
		return
	}
	if t.body.Objects[0] != t.beside {
		t.body.Objects = []fyne.CanvasObject{t.beside}
		t.body.Refresh()
	}
	t.models.Set(kit.RowListState{Rows: rows(now, clock), Loading: now.Loading})
	t.runs.Set(kit.RowListState{Rows: runRows(now, clock), More: now.MoreRuns, Loading: now.Loading,
		Empty: kit.Empty{Text: kit.T("No sync has run yet.")}})
	t.showBeside(old, now, clock)
	if len(now.Raised) > 0 && len(old.Raised) == 0 {
		t.askReauthorize(now.Raised)
	}
}

func (t *Tab) showChoice(old, now State) {
	titles, at := []string{kit.T("All connections – defaults")}, 0
	for i, c := range now.Connections {
		titles = append(titles, c.Name)
		if c.ID == now.For {
			at = i + 1
		}
	}
	t.choice.Options = titles
	t.choice.Choose(titles[at])
}

// chosen follows the person's choice.
func (t *Tab) chosen() {
	at := t.choice.SelectedIndex()
	var id core.ConnectionID
	if at > 0 && at <= len(t.p.state.Connections) {
		id = t.p.state.Connections[at-1].ID
	}
	t.ask(id)
}

// ask shows a connection's settings; changes that were not applied are asked about first.
func (t *Tab) ask(id core.ConnectionID) {
	if t.p.state.Pending() == 0 || id == t.p.state.For {
		t.p.Choose(id)
		return
	}
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.T("Discard what you changed?"), Body: kit.T("The changes here were not applied yet."),
		Buttons: []kit.DialogButton{{Title: kit.T("Discard"), Danger: true, Do: func() { t.p.Choose(id) }},
			{Title: kit.T("Keep editing"), Enter: true, Cancel: true, Do: func() { t.p.set(t.p.state) }}},
	})
}

func (t *Tab) showBanners(s State, now time.Time) {
	var fault, apply *kit.Notice
	if s.Err != nil {
		p := words.Error(s.Err, words.Names{Now: now})
		fault = &kit.Notice{Tone: kit.Bad, Text: "**" + p.Title + ".** " + p.Cause, Actions: []kit.Action{{Title: kit.T("Try again"), Do: t.p.Reload}}}
	}
	if n := s.Pending(); n > 0 {
		apply = &kit.Notice{Tone: kit.Info, Text: kit.N(n, "{n} change not applied", "{n} changes not applied"),
			Actions: []kit.Action{{Title: kit.T("Discard"), Do: t.p.Discard}, {Title: kit.T("Apply"), Primary: true, Do: t.p.Apply}}}
	}
	if fault == nil && apply == nil && s.nothingWanted() {
		fault = &kit.Notice{Tone: kit.Info, Text: kit.T("All data is set to **Don't sync**. Open a row to choose what is copied.")}
	}
	t.fault.Set(fault)
	t.apply.Set(apply)
}

func (t *Tab) empty() fyne.CanvasObject {
	return kit.NewEmpty(kit.Empty{Drawing: kit.DrawingSync, Title: kit.T("Nothing to sync yet"),
		Text:    kit.T("Add a connection first. Then you choose here how often each kind of data is copied to this computer."),
		Actions: []kit.Action{{Title: kit.T("Go to Connections"), Primary: true, Do: t.hooks.Connections}}})
}

func (t *Tab) showBeside(old, now State, clock time.Time) {
	if old.Open != now.Open || old.OpenRun != now.OpenRun {
		t.models.Select(string(now.Open))
		t.runs.Select(string(now.OpenRun))
	}
	switch {
	case now.Open != "":
		t.pane.set(now, clock, old.Open != now.Open || old.For != now.For)
		t.beside.Open(t.pane.Content)
	case now.OpenRun != "":
		for _, r := range now.Runs {
			if r.ID == now.OpenRun {
				t.run.Set(runDetail(now, r, clock, t.env.Copy))
			}
		}
		t.beside.Open(t.run)
	default:
		t.beside.Open(nil)
	}
}

// act does what the visible button of a data model says.
func (t *Tab) act(id string) {
	m := core.Model(id)
	r, ok := t.p.state.Row(m)
	if !ok {
		return
	}
	if p, running := progress(t.p.state, m); running {
		t.askCancel(p.Run)
		return
	}
	if r.Status == syncing.StatusHeld {
		t.askHeld(r)
		return
	}
	t.p.SyncNow([]core.Model{m}, core.Incremental)
}

func (t *Tab) modelMenu(id string) []kit.MenuItem {
	m := core.Model(id)
	r, _ := t.p.state.Row(m)
	items := []kit.MenuItem{{Title: kit.T("Sync now"), Icon: kit.IconSync}, {Title: kit.T("Everything again…")},
		{Title: kit.T("Preview…")}, {Line: true}, {Title: kit.T("Browse data"), Icon: kit.IconSearch, Do: func() { t.hooks.Browse(m, t.p.state.For) }},
		{Title: kit.T("Change settings"), Icon: kit.IconPencil, Do: func() { t.p.Open(m) }}}
	if r.Access != core.Disabled && len(t.p.state.Connections) > 0 {
		items[0].Do = func() { t.p.SyncNow([]core.Model{m}, core.Incremental) }
		items[1].Do = func() { t.askFull(r) }
		items[2].Do = func() { t.preview(m, core.Incremental) }
	}
	if p, running := progress(t.p.state, m); running {
		items[0] = kit.MenuItem{Title: kit.T("Stop this sync…"), Icon: kit.IconStop, Do: func() { t.askCancel(p.Run) }}
	}
	return items
}

// failed tells about an action that did not work.
func (t *Tab) failed(err error) {
	p := words.Error(err, words.Names{Now: t.env.Now()})
	t.env.Dialogs.Show(&kit.Dialog{Title: p.Title, Body: p.Cause, Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}})
}

// SetConnections tells which connections there are.
func (t *Tab) SetConnections(all []Connection) { t.p.SetConnections(all) }

// Choose shows the settings of a connection, or the defaults for "".
func (t *Tab) Choose(id core.ConnectionID) { t.ask(id) }

// Reload reads everything anew.
func (t *Tab) Reload() { t.p.Reload() }

// Progress shows how far the runs are.
func (t *Tab) Progress() { t.p.Progress() }

// Escape closes what is open beside the lists; it reports whether there was something.
func (t *Tab) Escape() bool {
	if t.p.state.Open == "" && t.p.state.OpenRun == "" {
		return false
	}
	t.p.Open("")
	return true
}

// Focus gives the list of data models the keyboard.
func (t *Tab) Focus() { t.models.Focus() }

// Close ends what the tab does in the background.
func (t *Tab) Close() { t.p.Close() }
