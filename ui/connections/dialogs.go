package connections

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// longestName is how long the name of a connection may be (product C03).
const longestName = 128

// undoFor is how long a deletion can be undone (product C25).
const undoFor = 30 * time.Second

// nameFault says what is wrong with a name; empty when it can be used.
func nameFault(name string) string {
	switch n := utf8.RuneCountInString(strings.TrimSpace(name)); {
	case n == 0:
		return kit.T("Give the connection a name.")
	case n > longestName:
		return kit.N(n-longestName, "The name is {n} character too long.", "The name is {n} characters too long.")
	}
	return ""
}

// nameTaken reports whether another connection has that name.
func nameTaken(all []connection.View, name string, but core.ConnectionID) bool {
	return slices.ContainsFunc(all, func(v connection.View) bool {
		return v.ID != but && strings.EqualFold(v.Name, strings.TrimSpace(name))
	})
}

// askRename is W-11.
func (t *Tab) askRename(v connection.View) {
	name := kit.NewEntry("")
	name.SetText(v.Name)
	hint := kit.T("Only the name in Linkdesk changes.")
	field := kit.NewField(kit.T("Name"), name, hint)
	d := &kit.Dialog{Title: kit.T("Rename connection"), Content: field, Focus: name}
	d.Buttons = []kit.DialogButton{{Title: kit.T("Rename"), Enter: true, Do: func() {
		if text := strings.TrimSpace(name.Text); text != v.Name {
			t.p.Rename(v.ID, text)
		}
	}}, {Title: kit.T("Cancel"), Cancel: true}}
	name.OnChanged = func(text string) {
		fault := nameFault(text)
		d.Enable(kit.T("Rename"), fault == "")
		if fault == "" && nameTaken(t.p.state.All, text, v.ID) {
			fault = kit.T("Another connection has this name. You can still use it.")
		}
		field.Fault(fault)
	}
	t.env.Dialogs.Show(d)
	t.env.Window.Canvas().Focus(name)
}

// askDelete is W-12, with the counts of what is lost.
func (t *Tab) askDelete(v connection.View) {
	t.p.Usage(v.ID, func(u connection.Usage) { t.showDelete(v, u) })
}

func (t *Tab) showDelete(v connection.View, u connection.Usage) {
	var keep *kit.Choice
	body := kit.VStack(kit.Gap)
	for _, line := range t.consequences(v, u) {
		body.Add(kit.NewParagraph("•  " + line))
	}
	if u.Records > 0 {
		keep = kit.NewChoice([]string{kit.N(int(u.Records), "Keep the {n} record on this computer", "Keep the {n} records on this computer"),
			kit.N(int(u.Records), "Delete it too", "Delete them too")}, 0, nil)
		body.Add(kit.InsetXY(0, kit.GapTight, keep))
	}
	body.Add(kit.NewNote(kit.T("You can undo for 30 seconds.")))
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.T("Delete “{name}”?", "name", v.Name), Content: body,
		Buttons: []kit.DialogButton{{Title: kit.T("Delete"), Danger: true, Do: func() { t.p.Delete(v, keep != nil && keep.Chosen() == 1) }},
			{Title: kit.T("Cancel"), Enter: true, Cancel: true}},
	})
}

func (t *Tab) consequences(v connection.View, u connection.Usage) []string {
	var all []string
	if t.hooks.Running != nil && t.hooks.Running(v.ID) {
		all = append(all, kit.T("A sync is running and will be stopped."))
	}
	if u.Models > 0 {
		all = append(all, kit.N(u.Models, "Syncing of **{n} kind of data** stops.", "Syncing of **{n} kinds of data** stops."))
	}
	return append(all, kit.T("Linkdesk gives up its permission at {service}.", "service", v.Service.Name))
}

// deleted offers the way back.
func (t *Tab) deleted(v connection.View, d Deletion) {
	t.env.Snacks.Show(kit.Snack{Text: kit.T("“{name}” deleted.", "name", short(v.Name)), Action: kit.T("Undo"), Do: func() { t.p.Undo(d) }, For: undoFor})
}

// wiped tells what became of the permission at the service.
func (t *Tab) wiped(v connection.View, outcome connection.Outcome) {
	if outcome == connection.Withdrawn {
		t.env.Snacks.Show(kit.Snack{Text: kit.T("Access was withdrawn at {service}.", "service", v.Service.Name)})
		return
	}
	n := kit.Snack{Text: kit.T("Removed here. {service} could not be told; remove it there.", "service", v.Service.Name), For: undoFor}
	if outcome == connection.ToldLater {
		n.Text = kit.T("Removed here. {service} could not be reached; Linkdesk tries again for 7 days.", "service", v.Service.Name)
	}
	if v.Service.Settings != "" {
		n.Action, n.Do = kit.T("Open {service} settings", "service", v.Service.Name), func() { t.hooks.OpenURL(v.Service.Settings) }
	}
	t.env.Snacks.Show(n)
}

// checked shows at once what a check that was not good has found.
func (t *Tab) checked(id core.ConnectionID, good bool) {
	if !good {
		t.p.Open(id)
	}
}

// allChecked sums up.
func (t *Tab) allChecked(all []connection.View) {
	bad := 0
	for _, v := range all {
		if filterOf(v.Status) == FilterAttention {
			bad++
		}
	}
	text := kit.N(len(all), "Checked {n} connection.", "Checked {n} connections.")
	if bad == 0 {
		text += " " + kit.T("All is well.")
	} else {
		text += " " + kit.N(bad, "{n} needs your attention.", "{n} need your attention.")
	}
	t.env.Snacks.Show(kit.Snack{Text: text})
}

// failed tells about an action that did not work.
func (t *Tab) failed(err error) {
	if core.CodeOf(err) == core.CodeCancelled {
		return
	}
	p := words.Error(err, words.Names{Now: t.env.Now()})
	d := &kit.Dialog{Title: p.Title, Body: p.Cause, Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}}
	if core.CodeOf(err) == core.CodeKeyring {
		d.Buttons = append([]kit.DialogButton{{Title: p.Button, Do: t.hooks.Unlock}}, d.Buttons...)
	}
	t.env.Dialogs.Show(d)
}

// short keeps a long name from making a line wider than the window.
func short(name string) string {
	if r := []rune(name); len(r) > 48 {
		return string(r[:47]) + "…"
	}
	return name
}
