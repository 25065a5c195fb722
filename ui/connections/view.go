package connections

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Hooks lead out of the tab; the shell connects them. They are called on the
// window's goroutine and must not block. Those marked so may be nil.
type Hooks struct {
	OnSync   func(core.ConnectionID)             // start a sync
	Unlock   func()                              // open the password store
	OpenURL  func(address string)                // in the browser
	Changed  func()                              // connections are different: other parts of the window may want to know
	Browse   func(core.Model, core.ConnectionID) // look at the copied records; may be nil
	Activity func(core.ConnectionID)             // what happened; may be nil
	Settings func(core.ConnectionID)             // what is synced and how often; may be nil
	NextSync func(core.ConnectionID) time.Time   // zero: none is planned; may be nil
	Running  func(core.ConnectionID) bool        // a sync is under way; may be nil
	Folder   string                              // where files for other services belong; may be empty
}

// Tab is the Connections tab.
type Tab struct {
	Content fyne.CanvasObject

	env      *kit.Env
	core     Core
	services func() []*service.Manifest
	hooks    Hooks
	ctx      context.Context
	p        *Presenter
	search   *kit.Entry
	all      *kit.Button     // Verify all
	tools    *fyne.Container // search and buttons
	fault    *kit.Banner
	list     *kit.RowList
	pane     *kit.DetailPane
	beside   *kit.Beside
	wizard   *flowView // nil: none is open
	queue    []core.ConnectionID
	minute   time.Time
	stop     func()
}

// New builds the tab and starts to load. services tells what can be connected.
func New(ctx context.Context, env *kit.Env, c Core, services func() []*service.Manifest, hooks Hooks) *Tab {
	t := &Tab{env: env, core: c, services: services, hooks: hooks, ctx: ctx, fault: kit.NewBanner(nil), minute: env.Now()}
	t.p = NewPresenter(ctx, env.Do, env.Now, c, Out{Show: t.show, Failed: t.failed, Checked: t.checked, AllDone: t.allChecked, Deleted: t.deleted, Wiped: t.wiped, Changed: hooks.Changed})
	t.list = kit.NewRowList(kit.RowListOptions{
		Name: kit.T("Name"), Status: kit.T("Status"), NameSort: sortName, StatusSort: sortStatus, ActionWidth: 128, NameWeight: 2.9, StatusWeight: 2.1,
		Figures:  []kit.Column{{Title: kit.T("Permissions"), Width: 132, Spare: true}, {Title: kit.T("Last checked"), Width: 112, Sort: sortChecked, Spare: true}},
		OnOpen:   func(id string) { t.p.Open(core.ConnectionID(id)) },
		OnAction: func(id string) { t.mend(core.ConnectionID(id)) },
		OnSort:   func(s kit.Sorting) { t.p.Sort(s) },
		OnFilter: func(key string) { t.p.Choose(Filter(key)) },
		Menu:     t.menu,
	})
	t.pane = kit.NewDetailPane(func() { t.p.Open("") })
	t.search = kit.NewSearch(kit.T("Search connections"), func(text string) { t.p.Search(text) })
	t.search.OnDown(t.list.Focus)
	t.all = kit.NewButton(kit.T("Verify all"), func() { t.p.VerifyAll() })
	t.tools = kit.HStack(kit.Gap, kit.Width(240, t.search), t.all, kit.NewPrimary(kit.T("Add connection"), func() { t.Add("") }).With(kit.IconPlus))
	t.beside = kit.NewBeside(t.list)
	bar := kit.Spread(kit.Gap, 1, kit.NewTitle(kit.T("Connections")), t.tools)
	t.Content = kit.Page(kit.Fill(kit.Gap, kit.VStack(kit.Gap, bar, t.fault), t.beside))
	t.stop = env.Ticks.Subscribe(t.tick)
	t.p.Reload()
	return t
}

// tick keeps "5 min ago" true.
func (t *Tab) tick(now time.Time) {
	if now.Sub(t.minute) < time.Minute {
		return
	}
	t.minute = now
	t.showList(t.p.state, now)
}

// show renders the state.
func (t *Tab) show(old, now State) {
	clock := t.env.Now()
	t.showList(now, clock)
	if len(now.All) < 2 || len(now.Checking) > 0 {
		t.all.Disable()
	} else {
		t.all.Enable()
	}
	t.tools.Hidden = len(now.All) == 0 && !now.Loading && now.Err == nil // the empty page has buttons of its own
	var fault *kit.Notice
	if now.Err != nil {
		p := words.Error(now.Err, words.Names{Now: clock})
		fault = &kit.Notice{Tone: kit.Bad, Text: "**" + p.Title + ".** " + p.Cause, Actions: []kit.Action{{Title: kit.T("Try again"), Do: t.p.Reload}}}
	}
	t.fault.Set(fault)
	v, open := now.Find(now.Open)
	if !open {
		t.beside.Open(nil)
		return
	}
	t.pane.Set(detail(now, v, clock, t.acts(v)))
	t.beside.Open(t.pane)
	if old.Open != now.Open {
		t.list.Select(string(now.Open))
	}
}

func (t *Tab) showList(s State, now time.Time) {
	st := kit.RowListState{Rows: rows(s, now), Loading: s.Loading, Sort: s.Sort, Filter: string(s.Filter),
		Empty: emptyList(s, func() { t.Add("") }, func() { t.Add(practice) }, t.clear)}
	if len(s.All) > 0 {
		st.Filters = filters(s)
	} else if s.Err != nil {
		st.Empty = kit.Empty{Title: kit.T("The connections could not be read"), Text: kit.T("Nothing is lost. What to do stands above.")}
	}
	t.list.Set(st)
}

func (t *Tab) acts(v connection.View) acts {
	a := acts{Mend: func() { t.mend(v.ID) }, Verify: func() { t.p.Verify(v.ID) }, Copy: t.env.Copy}
	if t.hooks.Browse != nil {
		a.Browse = func(m core.Model) { t.hooks.Browse(m, v.ID) }
	}
	return a
}

// clear shows all connections again.
func (t *Tab) clear() {
	t.search.SetText("")
	t.p.Choose(FilterAll)
}

// mend does what the one visible button of a connection says.
func (t *Tab) mend(id core.ConnectionID) {
	v, ok := t.p.state.Find(id)
	if !ok {
		return
	}
	switch v.Status {
	case core.StatusReauth, core.StatusScope, core.StatusExpiring:
		t.Reauthorize([]core.ConnectionID{id})
	case core.StatusPaused:
		t.p.Resume(id)
	case core.StatusLocked:
		t.hooks.Unlock()
	default:
		t.p.Verify(id)
	}
}

func (t *Tab) menu(row string) []kit.MenuItem {
	id := core.ConnectionID(row)
	v, ok := t.p.state.Find(id)
	if !ok {
		return nil
	}
	pause := kit.MenuItem{Title: kit.T("Pause"), Icon: kit.IconPause, Do: func() { t.p.Pause(id) }}
	sync := kit.MenuItem{Title: kit.T("Sync now"), Icon: kit.IconSync, Do: func() { t.hooks.OnSync(id) }}
	switch v.Status {
	case core.StatusPaused:
		pause = kit.MenuItem{Title: kit.T("Resume"), Icon: kit.IconSync, Do: func() { t.p.Resume(id) }}
		sync.Do, sync.Reason = nil, kit.T("paused")
	case core.StatusReauth:
		sync.Do, sync.Reason = nil, kit.T("needs reauthorizing")
	}
	items := []kit.MenuItem{
		{Title: kit.T("Verify"), Icon: kit.IconCheck, Do: func() { t.p.Verify(id) }},
		{Title: kit.T("Reauthorize"), Icon: kit.IconLock, Do: func() { t.Reauthorize([]core.ConnectionID{id}) }},
		sync, {Line: true},
		{Title: kit.T("Rename…"), Icon: kit.IconPencil, Do: func() { t.askRename(v) }}, pause,
	}
	if t.hooks.Activity != nil {
		items = append(items, kit.MenuItem{Title: kit.T("See activity"), Icon: kit.IconClock, Do: func() { t.hooks.Activity(id) }})
	}
	return append(items,
		kit.MenuItem{Title: kit.T("Copy details for support"), Icon: kit.IconCopy, Do: func() { t.copyDetails(v) }},
		kit.MenuItem{Line: true},
		kit.MenuItem{Title: kit.T("Delete…"), Icon: kit.IconTrash, Do: func() { t.askDelete(v) }})
}

func (t *Tab) copyDetails(v connection.View) {
	t.env.Copy(supportText(v, t.env.Now()))
	t.env.Snacks.Show(kit.Snack{Text: kit.T("Details copied. They hold no password, no key and no name.")})
}

// Reload reads everything anew.
func (t *Tab) Reload() { t.p.Reload() }

// Show opens a connection beside the list.
func (t *Tab) Show(id core.ConnectionID) {
	if t.p.state.Filter != FilterAll || t.p.state.Search != "" {
		t.clear()
	}
	t.p.Open(id)
}

// Selected returns the connection that is open beside the list; "" none.
func (t *Tab) Selected() core.ConnectionID { return t.p.state.Open }

// RenameSelected, DeleteSelected and VerifySelected are for the window's
// shortcuts (F2, Del, Ctrl+Shift+V); they do nothing while no connection is open.
func (t *Tab) RenameSelected() { t.selected(t.askRename) }

// DeleteSelected asks whether to delete the open connection.
func (t *Tab) DeleteSelected() { t.selected(t.askDelete) }

// VerifySelected checks the open connection.
func (t *Tab) VerifySelected() { t.selected(func(v connection.View) { t.p.Verify(v.ID) }) }

// VerifyAll checks all connections.
func (t *Tab) VerifyAll() { t.p.VerifyAll() }

func (t *Tab) selected(do func(connection.View)) {
	if v, ok := t.p.state.Find(t.p.state.Open); ok {
		do(v)
	}
}

// FocusSearch puts the cursor into the search field.
func (t *Tab) FocusSearch() { t.env.Window.Canvas().Focus(t.search) }

// Escape closes what is open beside the list; it reports whether there was something.
func (t *Tab) Escape() bool {
	if t.p.state.Open == "" {
		return false
	}
	t.p.Open("")
	return true
}

// Close ends what the tab does in the background, a sign-in included.
func (t *Tab) Close() {
	t.stop()
	t.p.Close()
}
