package oauthapps

import (
	"strings"

	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// askRevoke is W-17.
func (t *Tab) askRevoke(a App) {
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.T("Stop “{app}” from reading your data?", "app", a.Name),
		Body:  kit.T("Takes effect at once. The app must ask again. The app itself stays in the list."),
		Buttons: []kit.DialogButton{{Title: kit.T("Stop access"), Danger: true, Do: func() {
			t.p.Revoke(a.ID, func() { t.stopped(a) })
		}}, {Title: kit.T("Cancel"), Enter: true, Cancel: true}},
	})
}

// askRevokeGrant is W-17 for one of several accesses.
func (t *Tab) askRevokeGrant(a App, g authserver.Grant) {
	if len(a.Live(t.env.Now())) == 1 {
		t.askRevoke(a)
		return
	}
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.T("Remove this access of “{app}”?", "app", a.Name),
		Body: kit.T("It was allowed {when}: {what}. It ends at once; the other access of this app stays.",
			"when", kit.Ago(g.Created, t.env.Now()), "what", words.Scopes(g.Scopes)),
		Buttons: []kit.DialogButton{{Title: kit.T("Remove access"), Danger: true, Do: func() {
			t.p.RevokeGrant(g.ID, func() { t.env.Snacks.Show(kit.Snack{Text: kit.T("Access removed.")}) })
		}}, {Title: kit.T("Cancel"), Enter: true, Cancel: true}},
	})
}

func (t *Tab) stopped(a App) {
	t.env.Snacks.Show(kit.Snack{Text: kit.T("{app} can no longer read your data.", "app", a.Name)})
}

// askDelete is W-18: the name must be typed when the app ever had access.
func (t *Tab) askDelete(a App) {
	now := t.env.Now()
	live := len(a.Live(now))
	var body []string
	if live > 0 {
		body = append(body, kit.N(live, "It has **{n} active access**.", "It has **{n} active accesses**."))
	}
	if !a.LastUsed.IsZero() {
		body = append(body, kit.T("It last read data: {when}.", "when", kit.Ago(a.LastUsed, now)))
	}
	if live > 0 {
		body = append(body, kit.T("It will stop working at once."))
	}
	body = append(body, kit.T("This cannot be undone."))
	d := &kit.Dialog{Title: kit.T("Delete app “{app}”?", "app", a.Name), Body: strings.Join(body, " ")}
	del := kit.DialogButton{Title: kit.T("Delete app"), Danger: true, Do: func() {
		t.p.Delete(a.ID, func() { t.env.Snacks.Show(kit.Snack{Text: kit.T("“{app}” was deleted.", "app", a.Name)}) })
	}}
	if len(a.Grants) > 0 || !a.LastUsed.IsZero() {
		entry := kit.NewEntry(a.Name)
		entry.OnChanged = func(text string) { d.Enable(kit.T("Delete app"), strings.TrimSpace(text) == a.Name) }
		del.Off = true
		d.Content, d.Focus = kit.NewField(kit.T("Type the name to confirm"), entry, ""), entry
	}
	d.Buttons = []kit.DialogButton{del, {Title: kit.T("Cancel"), Enter: true, Cancel: true}}
	t.env.Dialogs.Show(d)
}

// failed tells about an action that did not work.
func (t *Tab) failed(err error) {
	p := words.Error(err, words.Names{Now: t.env.Now()})
	t.env.Dialogs.Show(&kit.Dialog{Title: p.Title, Body: p.Cause, Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}})
}
