package sync

import (
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// pane is the right half of the tab: the settings of one data model. Its
// controls are made when a data model is opened, and stay while it is open, so
// that nothing jumps under the pointer.
type pane struct {
	Content *kit.DetailPane
	tab     *Tab
	access  *kit.Choice
	picker  *kit.SchedulePicker
}

func newPane(t *Tab) *pane {
	return &pane{tab: t, Content: kit.NewDetailPane(func() { t.p.Open("") })}
}

// levels are the choices for a data model: those that the service offers.
func levels(r syncing.Row) []core.Access {
	all := []core.Access{core.Disabled, core.Read}
	if r.Offers.CanWrite() {
		all = append(all, core.Write, core.ReadWrite)
	}
	return all
}

func (p *pane) set(s State, now time.Time, anew bool) {
	r, ok := s.Row(s.Open)
	if !ok {
		return
	}
	if anew || p.access == nil {
		p.build(r)
	}
	p.access.Choose(indexOf(levels(r), r.Access))
	d := kit.Detail{Icon: words.ModelIcon(r.Model), Title: kit.T(r.Model.Title()), Second: kit.T(r.Model.Holds()), Status: status(s, r, now)}
	d.Notice = p.notice(s, r, now)
	d.Actions = []kit.Action{{Title: kit.T("Browse data"), Icon: kit.IconSearch, Do: func() { p.tab.hooks.Browse(r.Model, s.For) }}}
	if r.Access != core.Disabled && len(s.Connections) > 0 {
		d.Actions = append(d.Actions, kit.Action{Title: kit.T("Sync now"), Icon: kit.IconSync, Do: func() { p.tab.p.SyncNow([]core.Model{r.Model}, core.Incremental) }})
	}
	if s.For != "" && r.Own {
		d.Actions = append(d.Actions, kit.Action{Title: kit.T("Reset to default"), Do: func() { p.tab.p.UseDefault(r.Model) }})
	}
	d.Sections = []kit.Section{{Title: kit.T("Access"), Body: p.accessBody(r)}}
	if r.Access != core.Disabled {
		d.Sections = append(d.Sections, kit.Section{Title: kit.T("Frequency"), Body: p.picker})
	}
	p.Content.Set(d)
}

func (p *pane) build(r syncing.Row) {
	choices := levels(r)
	var titles []string
	for _, a := range choices {
		titles = append(titles, kit.T(a.Title()))
	}
	m := r.Model
	p.access = kit.NewChoice(titles, indexOf(choices, r.Access), func(i int) {
		p.tab.p.Change(m, func(set *core.SyncSetting) { set.Access = choices[i] })
	})
	p.picker = kit.NewSchedulePicker(r.Schedule, p.tab.env.Now, func(sch core.Schedule) {
		p.tab.p.Change(m, func(set *core.SyncSetting) { set.Schedule = sch })
	}, nil)
}

func (p *pane) accessBody(r syncing.Row) fyne.CanvasObject {
	body := kit.VStack(kit.Gap, p.access)
	for _, note := range notes(r) {
		body.Add(kit.NewNote(note))
	}
	return body
}

// notes explain the access that is chosen, and no more than is true today.
func notes(r syncing.Row) []string {
	all := []string{kit.T("Read copies from the service to this computer. Linkdesk asks each service only for what you choose here.")}
	switch {
	case !r.Offers.CanWrite():
		return []string{kit.T("The service lets Linkdesk read this, not change it.")}
	case r.Access == core.Write:
		all = []string{kit.T("With Write alone nothing is copied to this computer.")}
	}
	if r.Access.CanWrite() {
		all = append(all, kit.T("Write asks the service for permission to change this data. Nothing is sent yet: that comes with a later version."))
	}
	return all
}

// notice is what needs the person, with the button that mends it.
func (p *pane) notice(s State, r syncing.Row, now time.Time) *kit.Notice {
	switch r.Status {
	case syncing.StatusHeld:
		return &kit.Notice{Tone: kit.Attention, Text: held(r), Actions: []kit.Action{{Title: kit.T("Review"), Do: func() { p.tab.askHeld(r) }}}}
	case syncing.StatusScope:
		n := &kit.Notice{Tone: kit.Attention, Text: kit.T("The service has not given this permission yet.")}
		if s.For != "" {
			n.Actions = []kit.Action{{Title: kit.T("Reauthorize"), Do: func() { p.tab.hooks.Reauthorize([]core.ConnectionID{s.For}) }}}
		}
		return n
	}
	if r.Item.LastCode != "" {
		w := words.Code(r.Item.LastCode, r.Item.LastPublic, words.Names{Service: s.service(s.For), Data: kit.T(r.Model.Title()), Now: now})
		return &kit.Notice{Tone: kit.Bad, Text: "**" + w.Title + ".** " + w.Cause}
	}
	return nil
}

func indexOf(all []core.Access, a core.Access) int {
	for i, x := range all {
		if x == a {
			return i
		}
	}
	return 0
}
