package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/ui/kit"
)

// Tab numbers the three tabs in their order (product 5.0).
type Tab int

// The tabs.
const (
	TabSync Tab = iota
	TabApps
	TabConnections
)

// Frame is what stands around the tabs: the overall state and Sync now above,
// a banner for what needs the person, the line at the foot. A page such as the
// records browser may lie over all of the tabs.
type Frame struct {
	Content fyne.CanvasObject

	env     *kit.Env
	actions FrameActions
	facts   Facts
	state   *kit.Status
	sync    *kit.Button
	gear    *kit.Button
	banner  *kit.Banner
	tabs    *container.AppTabs
	inset   *fyne.Container // around tabs
	body    *fyne.Container // tabs, or the page over them
	foot    *kit.Text
	apps    *kit.Text
	rows    []*fyne.Container // give the texts their new widths
}

// FrameActions are what the frame's own buttons do.
type FrameActions struct {
	SyncMenu func() []kit.MenuItem // below Sync now
	GearMenu func() []kit.MenuItem
	Selected func(Tab)
}

// tabInset brings the titles of the tabs in line with the pages below them;
// the pages themselves keep their whole width.
const tabInset = kit.GapPage - kit.Gap

// NewFrame builds the frame around the three pages.
func NewFrame(env *kit.Env, actions FrameActions, pages [3]fyne.CanvasObject) *Frame {
	f := &Frame{env: env, actions: actions, banner: kit.NewBanner(nil), foot: kit.NewSecondary(""), apps: kit.NewSecondary("")}
	f.state = kit.NewStatusLine(kit.State{})
	f.sync = kit.NewButton(kit.T("Sync now"), func() { kit.ShowMenu(f.sync, actions.SyncMenu()) }).With(kit.IconSync)
	f.gear = kit.NewIconButton(kit.IconGear, kit.T("Menu"), func() { kit.ShowMenu(f.gear, actions.GearMenu()) })
	f.tabs = container.NewAppTabs(
		container.NewTabItem(kit.T("Sync"), kit.Bleed(tabInset, pages[TabSync])),
		container.NewTabItem(kit.T("OAuth Apps"), kit.Bleed(tabInset, pages[TabApps])),
		container.NewTabItem(kit.T("Connections"), kit.Bleed(tabInset, pages[TabConnections])),
	)
	f.tabs.OnSelected = func(*container.TabItem) { actions.Selected(f.Selected()) }
	f.inset = kit.InsetXY(tabInset, 0, f.tabs)
	f.body = container.NewStack(f.inset)
	top, foot := kit.Spread(kit.Gap, 1, f.state, f.sync, f.gear), kit.Spread(kit.GapGroup, 1, f.foot, f.apps)
	f.rows = []*fyne.Container{top, foot}
	head := kit.VStack(0, kit.InsetXY(kit.GapPage, kit.Gap, top), kit.InsetXY(kit.GapPage, 0, f.banner))
	f.Content = env.Snacks.Over(container.NewBorder(head, kit.InsetXY(kit.GapPage, kit.Gap, foot), nil, nil, f.body))
	return f
}

// Set shows another overall state.
func (f *Frame) Set(facts Facts, notice *kit.Notice) {
	f.facts = facts
	f.state.Set(moodState(facts))
	f.banner.Set(notice)
	f.foot.SetText(facts.Foot())
	f.apps.Set(appsLine(facts), appsColor(facts))
	for _, row := range f.rows {
		row.Refresh()
	}
	sync, connections := facts.TabNumbers()
	f.title(TabSync, kit.T("Sync"), sync)
	f.title(TabConnections, kit.T("Connections"), connections)
	if len(facts.Connections) == 0 {
		f.sync.Disable()
	} else {
		f.sync.Enable()
	}
}

// title puts the number of things that need the person behind a tab's name; a
// tooltip alone would not be seen.
func (f *Frame) title(t Tab, name string, n int) {
	if n > 0 {
		name += " (" + kit.Number(int64(n)) + ")"
	}
	if item := f.tabs.Items[t]; item.Text != name {
		item.Text = name
		f.tabs.Refresh()
	}
}

func appsLine(f Facts) string {
	switch {
	case f.AppsProblem != "":
		return kit.T("Apps address is off: {why}", "why", kit.Say(f.AppsProblem))
	case !f.AppsOn:
		return kit.T("Apps address is off")
	}
	return kit.T("Apps address {address} is on", "address", f.AppsOrigin)
}

func appsColor(f Facts) fyne.ThemeColorName {
	if f.AppsProblem != "" {
		return kit.ColorAttention
	}
	return kit.ColorSecondary
}

// moodState is the overall state with its shape and colour.
func moodState(f Facts) kit.State {
	s := kit.State{Word: f.Sentence()}
	switch f.Mood() {
	case MoodSyncing:
		s.Busy, s.Icon, s.Tone = true, kit.IconSync, kit.Info
	case MoodPaused:
		s.Icon, s.Tone = kit.IconPause, kit.Neutral
	case MoodAttention:
		s.Icon, s.Tone = kit.IconAlert, kit.Attention
	case MoodOffline:
		s.Icon, s.Tone = kit.IconCloudOff, kit.Neutral
	default:
		s.Icon, s.Tone = kit.IconNone, kit.Neutral
		if f.Fresh() {
			s.Icon, s.Tone = kit.IconCheck, kit.Good
		}
	}
	return s
}

// Select shows a tab, also from below a page that lies over the tabs.
func (f *Frame) Select(t Tab) {
	f.Uncover()
	f.tabs.SelectIndex(int(t))
}

// Selected returns the tab on screen (or under the page that covers it).
func (f *Frame) Selected() Tab { return Tab(f.tabs.SelectedIndex()) }

// Cover lays a page over the tabs.
func (f *Frame) Cover(page fyne.CanvasObject) {
	f.body.Objects = []fyne.CanvasObject{page}
	f.body.Refresh()
}

// Uncover shows the tabs again.
func (f *Frame) Uncover() {
	if !f.Covered() {
		return
	}
	f.body.Objects = []fyne.CanvasObject{f.inset}
	f.body.Refresh()
}

// Covered reports whether a page lies over the tabs.
func (f *Frame) Covered() bool { return f.body.Objects[0] != f.inset }
