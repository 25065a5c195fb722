package oauthapps

import (
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// pane is the right half of the tab: one app.
type pane struct {
	Content *kit.DetailPane
	tab     *Tab
	program *kit.Select // whose recipe is shown; stays while the pane is filled anew
	shown   shownApp
}

// shownApp is what the pane was filled with. It is filled anew only when that
// has changed, so that the keyboard does not lose its place.
type shownApp struct {
	app     App
	detail  Detail
	origin  string
	minute  time.Time
	program string
}

// mostEnded is how many accesses that ended are listed.
const mostEnded = 3

func newPane(t *Tab) *pane {
	p := &pane{tab: t, Content: kit.NewDetailPane(func() { t.p.Open("") })}
	var names []string
	for _, r := range recipes(authserver.App{}, Address{}) {
		names = append(names, r.Program)
	}
	p.program = kit.NewSelect(names, func(string) { t.showPane() })
	p.program.Choose(names[0])
	return p
}

func (p *pane) set(s State, now time.Time) {
	a, ok := s.Find(s.Open)
	if !ok {
		return
	}
	next := shownApp{a, s.Detail, s.Address.Origin, now.Truncate(time.Minute), p.program.Selected}
	if reflect.DeepEqual(next, p.shown) {
		return
	}
	p.shown = next
	d := kit.Detail{Icon: kit.IconApp, Title: a.Name, Second: lastUsed(a, now), Status: access(a, now), Actions: p.actions(a, now)}
	if text := trouble(a.App, s.Detail.Setup); text != "" {
		d.Notice = &kit.Notice{Tone: kit.Attention, Text: text}
	}
	d.Sections = []kit.Section{p.setUp(s, a, now), p.credentials(a, now), p.permissions(a), p.given(a, now), p.reads(s, now)}
	if done(s.Detail.Setup) { // what the app does matters more than how it got there
		d.Sections = []kit.Section{p.reads(s, now), p.given(a, now), p.permissions(a), p.credentials(a, now), p.setUp(s, a, now)}
	}
	p.Content.Set(d)
}

func (p *pane) actions(a App, now time.Time) []kit.Action {
	t := p.tab
	all := []kit.Action{{Title: kit.T("Edit"), Icon: kit.IconPencil, Do: func() { t.openForm(&a) }}}
	if a.Paused {
		all = append(all, kit.Action{Title: kit.T("Resume"), Do: func() { t.p.Pause(a.ID, false) }})
	} else {
		all = append(all, kit.Action{Title: kit.T("Pause"), Icon: kit.IconPause, Do: func() { t.p.Pause(a.ID, true) }})
	}
	if len(a.Live(now)) > 0 {
		all = append(all, kit.Action{Title: kit.T("Stop now…"), Danger: true, Do: func() { t.askRevoke(a) }})
	}
	return all
}

// setUp is the checklist and the recipe (U-03).
func (p *pane) setUp(s State, a App, now time.Time) kit.Section {
	body := kit.VStack(kit.Gap)
	for _, st := range steps(s.Detail.Setup, now) {
		body.Add(kit.NewStatusLine(st))
	}
	r := recipes(a.App, s.Address)[max(0, p.program.SelectedIndex())]
	body.Add(kit.Spread(kit.Gap, 2, kit.NewText(kit.T("Settings for")).Whole(), p.program,
		kit.NewButton(kit.T("Copy all"), func() { p.tab.copy(r.Text()) }).With(kit.IconCopy)))
	if r.Problem != "" {
		body.Add(kit.NewBanner(&kit.Notice{Tone: kit.Attention, Text: r.Problem}))
	}
	if r.Note != "" {
		body.Add(kit.NewNote(r.Note))
	}
	for _, l := range r.Lines {
		body.Add(p.setting(l))
	}
	return kit.Section{Title: kit.T("Set up"), Body: body}
}

// setting shows one field of a program: its name above its value.
func (p *pane) setting(l Setting) fyne.CanvasObject {
	value := kit.NewMono(l.Value)
	if l.Plain {
		value = kit.NewText(l.Value)
	}
	names := kit.VStack(0, kit.NewSecondary(l.Label), value)
	if l.Plain {
		return names
	}
	copied := kit.NewIconButton(kit.IconCopy, kit.T("Copy"), func() { p.tab.copy(l.Value) })
	return besideButton(names, copied)
}

func (p *pane) credentials(a App, now time.Time) kit.Section {
	t := p.tab
	body := kit.VStack(kit.Gap, p.setting(Setting{Label: kit.T("Client ID"), Value: a.ClientID}))
	if a.Public {
		body.Add(kit.NewNote(kit.T("This app has no secret: it proves each sign-in by itself (PKCE).")))
		return kit.Section{Title: kit.T("Credentials"), Body: body}
	}
	for _, s := range a.Secrets {
		body.Add(wrapped(secretLine(s, now)))
	}
	body.Add(kit.HStack(0, kit.NewButton(kit.T("Regenerate secret…"), func() { t.askRegenerate(a) })))
	return kit.Section{Title: kit.T("Credentials"), Body: body}
}

func (p *pane) permissions(a App) kit.Section {
	body := kit.VStack(kit.GapTight)
	for _, s := range a.Scopes {
		body.Add(kit.NewText(words.Scope(s)))
	}
	if len(a.Scopes) == 0 {
		body.Add(kit.NewNote(kit.T("This app may ask for nothing yet. Edit it and tick what it needs.")))
	}
	body.Add(kit.NewSecondary(kit.T("Returns to")))
	for _, uri := range a.RedirectURIs {
		body.Add(kit.NewParagraph(uri))
	}
	return kit.Section{Title: kit.T("Permissions"), Body: body}
}

// given lists the access that the app has, and the last that ended.
func (p *pane) given(a App, now time.Time) kit.Section {
	body := kit.VStack(kit.Gap)
	ended := 0
	for _, g := range a.Grants {
		status := wrapped(grantLine(g, now))
		if g.Live(now) {
			body.Add(besideButton(status, kit.NewButton(kit.T("Remove"), func() { p.tab.askRevokeGrant(a, g) })))
		} else if ended++; ended <= mostEnded {
			body.Add(status)
		}
	}
	if len(a.Grants) == 0 {
		body.Add(kit.NewNote(kit.T("You have not allowed anything yet. The app asks when you connect it.")))
	}
	return kit.Section{Title: kit.T("Access given"), Body: body}
}

// wrapped shows a state whose detail may need several lines.
func wrapped(st kit.State) fyne.CanvasObject {
	detail := st.Detail
	st.Detail = ""
	return kit.VStack(0, kit.NewStatusLine(st), container.New(layout.NewCustomPaddedLayout(0, 0, 26, 0), kit.NewNote(detail)))
}

// reads is the access ledger (U-02).
func (p *pane) reads(s State, now time.Time) kit.Section {
	body := kit.VStack(kit.GapTight)
	for _, r := range s.Detail.Reads {
		body.Add(kit.NewParagraph(readLine(r, now)))
	}
	switch {
	case s.Detail.App != s.Open:
		body.Add(kit.NewNote(kit.T("Loading…")))
	case len(s.Detail.Reads) == 0:
		body.Add(kit.NewNote(kit.T("It has read nothing yet.")))
	case s.Detail.More:
		body.Add(kit.HStack(0, kit.NewButton(kit.T("Show more"), p.tab.p.MoreReads)))
	}
	return kit.Section{Title: kit.T("What it read"), Body: body}
}
