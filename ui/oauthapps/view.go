package oauthapps

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Tab is the OAuth Apps tab.
type Tab struct {
	Content fyne.CanvasObject

	env     *kit.Env
	p       *Presenter
	place   place // asks where to save a file
	pick    place // asks which file to take
	address *kit.CopyField
	status  *kit.Status
	toggle  *kit.Button
	reached *kit.Text
	create  *kit.Button
	fault   *kit.Banner
	list    *kit.RowList
	beside  *kit.Beside
	pane    *pane
}

// New builds the tab and starts to load.
func New(ctx context.Context, env *kit.Env, c Core) *Tab {
	t := &Tab{env: env, fault: kit.NewBanner(nil), place: filePlace(env.Window), pick: openPlace(env.Window)}
	t.p = NewPresenter(ctx, env.Do, c, t.show, t.failed)
	head := kit.NewPageHeader(kit.Header{Title: kit.T("OAuth Apps"), Primary: &kit.Action{Title: kit.T("Create new app"), Icon: kit.IconPlus, Do: t.askCreate}})
	t.create = head.Primary
	t.list = kit.NewRowList(kit.RowListOptions{
		Name: kit.T("Name"), Status: kit.T("Access"), ActionWidth: 84,
		Figures: []kit.Column{{Title: kit.T("Permissions"), Weight: 2, Spare: true}, {Title: kit.T("Returns to"), Weight: 1.3, Spare: true},
			{Title: kit.T("Client ID"), Weight: 1, Mono: true, Spare: true}},
		OnOpen:   func(id string) { t.p.Open(authserver.AppID(id)) },
		OnAction: func(id string) { t.p.Pause(authserver.AppID(id), false) },
		OnFilter: func(key string) { t.p.Choose(Filter(key)) },
		Menu:     t.menu,
	})
	t.pane = newPane(t)
	t.beside = kit.NewBeside(t.list)
	top := kit.VStack(kit.GapGroup, head, t.addressLine(), t.fault)
	t.Content = kit.Page(kit.Fill(kit.GapGroup, top, container.NewStack(t.beside)))
	t.Reload()
	return t
}

// addressLine says what address programs on this computer use.
func (t *Tab) addressLine() fyne.CanvasObject {
	t.address = kit.NewCopyField(t.env, "")
	t.status = kit.NewStatusLine(kit.State{})
	t.toggle = kit.NewButton("", t.p.Turn)
	t.reached = kit.NewSecondary("")
	change := kit.NewLink(kit.T("Allow Docker or my network…"), func() { t.askReach() })
	return kit.Surface(kit.InsetXY(kit.GapGroup, kit.Gap, kit.VStack(kit.GapTight,
		kit.Spread(kit.GapGroup, 3, kit.NewText(kit.T("Apps on this computer use")).Whole(), kit.Width(372, t.address), t.status, t.toggle),
		container.NewBorder(nil, nil, nil, change, t.reached),
	)))
}

// show renders the state.
func (t *Tab) show(_, now State) {
	clock := t.env.Now()
	t.showAddress(now)
	t.showFault(now)
	state := kit.RowListState{Rows: rows(now, clock), Loading: now.Loading, Filter: string(now.Filter), Empty: t.empty(now)}
	if len(now.Apps) > 0 {
		state.Filters = filters(now, clock)
	}
	t.list.Set(state)
	t.showPane()
}

func (t *Tab) showAddress(s State) {
	t.address.SetText(s.Address.Origin)
	state := kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: s.Line(), Busy: s.Busy}
	switch {
	case s.Address.On:
		state.Icon, state.Tone = kit.IconCheck, kit.Good
	case s.Address.Problem != "" || s.Fault != "":
		state.Icon, state.Tone = kit.IconAlert, kit.Attention
	}
	if s.Fault != "" {
		state.Word = s.Fault
	}
	t.status.Set(state)
	t.reached.SetText(s.Address.Reached())
	t.toggle.SetText(s.Toggle())
	if s.Busy {
		t.toggle.Disable()
	} else {
		t.toggle.Enable()
	}
}

func (t *Tab) showFault(s State) {
	if s.Err == nil {
		t.fault.Set(nil)
		return
	}
	p := words.Error(s.Err, words.Names{Now: t.env.Now()})
	t.fault.Set(&kit.Notice{Tone: kit.Bad, Text: "**" + p.Title + ".** " + p.Cause, Actions: []kit.Action{{Title: kit.T("Try again"), Do: t.Reload}}})
}

func (t *Tab) empty(s State) kit.Empty {
	if len(s.Apps) > 0 || s.Err != nil {
		return kit.Empty{Text: kit.T("None of your apps is like this.")}
	}
	return kit.Empty{
		Drawing: kit.DrawingApps,
		Title:   kit.T("No OAuth apps yet"),
		Text:    kit.T("Create one so that a tool such as n8n can read your data – only what you tick, and you can stop it at any time."),
		Actions: []kit.Action{{Title: kit.T("Create new app"), Icon: kit.IconPlus, Do: t.askCreate}},
	}
}

// showPane shows the open app beside the list.
func (t *Tab) showPane() {
	s := t.p.state
	if s.Open == "" {
		t.beside.Open(nil)
		return
	}
	t.pane.set(s, t.env.Now())
	t.beside.Open(t.pane.Content)
}

func (t *Tab) menu(id string) []kit.MenuItem {
	a, ok := t.p.state.Find(authserver.AppID(id))
	if !ok {
		return nil
	}
	pause := kit.MenuItem{Title: kit.T("Pause"), Icon: kit.IconPause, Do: func() { t.p.Pause(a.ID, true) }}
	if a.Paused {
		pause = kit.MenuItem{Title: kit.T("Resume"), Do: func() { t.p.Pause(a.ID, false) }}
	}
	regenerate := kit.MenuItem{Title: kit.T("Regenerate secret…"), Reason: kit.T("this app has none")}
	if !a.Public {
		regenerate = kit.MenuItem{Title: kit.T("Regenerate secret…"), Do: func() { t.askRegenerate(a) }}
	}
	revoke := kit.MenuItem{Title: kit.T("Remove all access…"), Reason: kit.T("it has none")}
	if len(a.Live(t.env.Now())) > 0 {
		revoke = kit.MenuItem{Title: kit.T("Remove all access…"), Do: func() { t.askRevoke(a) }}
	}
	var copies []kit.MenuItem
	for _, r := range recipes(a.App, t.p.state.Address) {
		copies = append(copies, kit.MenuItem{Title: r.Program, Do: func() { t.copy(r.Text()) }})
	}
	return []kit.MenuItem{
		{Title: kit.T("Copy settings for…"), Icon: kit.IconCopy, Items: copies},
		{Title: kit.T("Copy Client ID"), Icon: kit.IconCopy, Do: func() { t.copy(a.ClientID) }},
		{Title: kit.T("See what it read"), Icon: kit.IconEye, Do: func() { t.p.Open(a.ID) }},
		{Line: true},
		{Title: kit.T("Edit"), Icon: kit.IconPencil, Do: func() { t.openForm(&a) }}, regenerate, pause, revoke,
		{Line: true},
		{Title: kit.T("Delete app…"), Icon: kit.IconTrash, Do: func() { t.askDelete(a) }},
	}
}

// copy puts text on the clipboard and says so.
func (t *Tab) copy(text string) {
	t.env.Copy(text)
	t.env.Snacks.Show(kit.Snack{Text: kit.T("Copied")})
}

// besideButton lays a button at the right of what takes the rest.
func besideButton(o fyne.CanvasObject, b *kit.Button) fyne.CanvasObject {
	return container.NewBorder(nil, nil, nil, kit.InsetXY(kit.Gap, 0, container.NewCenter(b)), o)
}

// Reload reads everything anew.
func (t *Tab) Reload() { t.p.Reload() }

// Open shows an app beside the list.
func (t *Tab) Open(id authserver.AppID) { t.p.Open(id) }

// Create opens the form for a new app.
func (t *Tab) Create() { t.askCreate() }

// Escape closes what is open beside the list; it reports whether there was something.
func (t *Tab) Escape() bool {
	if t.p.state.Open == "" {
		return false
	}
	t.p.Open("")
	return true
}

// Focus gives the list the keyboard.
func (t *Tab) Focus() { t.list.Focus() }

// Close ends what the tab does in the background.
func (t *Tab) Close() { t.p.Close() }
