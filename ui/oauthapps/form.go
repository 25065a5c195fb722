package oauthapps

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// mostURIs is how many redirect URIs an app may have (product row O01).
const mostURIs = 10

const longestName = 60

// form is the dialog that makes or edits an app.
type form struct {
	t      *Tab
	of     *App // nil: a new one
	dialog *kit.Dialog
	fault  *kit.Banner
	name   *kit.Entry
	named  *kit.Field
	uris   *fyne.Container
	lines  []*uriLine
	add    *kit.Button
	scopes []*kit.Check
	public *kit.Choice // nil when editing: it cannot be changed
	pkce   *kit.Check
	saving bool
}

// uriLine is one redirect URI with what is wrong with it.
type uriLine struct {
	entry  *kit.Entry
	field  *kit.Field
	preset string // what the last preset put there
}

// askCreate opens the form for a new app.
func (t *Tab) askCreate() { t.openForm(nil) }

// openForm opens the form for an app, or for a new one.
func (t *Tab) openForm(of *App) *form {
	f := &form{t: t, of: of, fault: kit.NewBanner(nil), uris: kit.VStack(kit.Gap)}
	f.name = kit.NewEntry(kit.T("For example: n8n"))
	f.named = kit.NewField(kit.T("Name"), f.name, "")
	f.add = kit.NewButton(kit.T("Add another address"), func() { f.addURI(""); f.changed() }).With(kit.IconPlus)
	d := authserver.Draft{RedirectURIs: []string{""}}
	title, save := kit.T("Create new app"), kit.T("Create app")
	if of != nil {
		d, title, save = of.Draft, kit.T("Edit “{app}”", "app", of.Name), kit.T("Save")
	}
	f.name.SetText(d.Name)
	f.name.OnChanged = func(string) { f.changed() }
	for _, uri := range d.RedirectURIs {
		f.addURI(uri)
	}
	body := kit.VStack(kit.GapGroup, f.fault, f.named, f.addresses(), f.permissions(d), f.advanced(d))
	f.dialog = &kit.Dialog{Title: title, Content: body, Width: 600, Focus: f.name, Buttons: []kit.DialogButton{
		{Title: save, Do: f.save, Keep: true, Enter: true, Off: true}, {Title: kit.T("Cancel"), Cancel: true}}}
	t.env.Dialogs.Show(f.dialog)
	f.changed()
	return f
}

// addresses are the redirect URIs with the presets.
func (f *form) addresses() fyne.CanvasObject {
	row := kit.HStack(kit.Gap)
	for _, p := range presets() {
		row.Add(kit.NewButton(p.title, func() { f.preset(p) }))
	}
	return kit.VStack(kit.Gap, f.uris, row, kit.HStack(0, f.add))
}

// preset fills the last address; a new one when the person typed something into that.
func (f *form) preset(p preset) {
	last := f.lines[len(f.lines)-1]
	if last.entry.Text != last.preset && len(f.lines) < mostURIs {
		f.addURI("")
		last = f.lines[len(f.lines)-1]
	}
	last.preset = p.uri
	last.entry.SetText(p.uri)
	f.t.env.Window.Canvas().Focus(last.entry)
	f.changed()
}

func (f *form) addURI(uri string) {
	l := &uriLine{entry: kit.NewEntry("https://… " + kit.T("or") + " http://localhost…")}
	l.entry.SetText(uri)
	l.entry.OnChanged = func(string) { f.changed() }
	row := fyne.CanvasObject(l.entry)
	if len(f.lines) > 0 {
		row = container.NewBorder(nil, nil, nil, kit.NewIconButton(kit.IconClose, kit.T("Remove this address"), func() { f.dropURI(l) }), l.entry)
	}
	title, hint := kit.T("Redirect URI"), kit.T("Where the browser returns to after you decide. The program that you set up shows it.")
	if len(f.lines) > 0 {
		title, hint = kit.T("Another redirect URI"), ""
	}
	l.field = kit.NewField(title, row, hint)
	f.lines = append(f.lines, l)
	f.uris.Add(l.field)
	if f.dialog != nil {
		f.dialog.Refit()
	}
}

func (f *form) dropURI(l *uriLine) {
	i := slices.Index(f.lines, l)
	f.lines = slices.Delete(f.lines, i, i+1)
	f.uris.Remove(l.field)
	f.dialog.Refit()
	f.changed()
}

func (f *form) permissions(d authserver.Draft) fyne.CanvasObject {
	col := kit.VStack(-kit.GapTight)
	for _, s := range core.Scopes() {
		check := kit.NewCheck(words.Scope(s), func(bool) { f.changed() })
		check.Checked = slices.Contains(d.Scopes, s)
		f.scopes = append(f.scopes, check)
		col.Add(check)
	}
	hint := kit.T("Tick only what this app needs. It has to ask you before it gets anything.")
	if f.of != nil {
		hint = kit.T("What you take away ends at once. For what you add, the app has to ask you again.")
	}
	return kit.NewField(kit.T("Permissions"), col, hint)
}

// advanced is folded: most people need nothing of it.
func (f *form) advanced(d authserver.Draft) fyne.CanvasObject {
	f.pkce = kit.NewCheck(kit.T("Every sign-in must carry a proof (PKCE)"), nil)
	f.pkce.Checked = d.RequirePKCE
	inner := kit.VStack(kit.Gap)
	if f.of == nil {
		f.public = kit.NewChoice([]string{kit.T("It can keep a secret (n8n, a server)"), kit.T("It cannot keep a secret (a program on a phone or in a web page)")}, 0, nil)
		inner.Add(f.public)
		inner.Add(kit.NewNote(kit.T("This cannot be changed later. Without a secret a proof is always needed.")))
	}
	inner.Add(f.pkce)
	inner.Hide()
	head := kit.NewButton(kit.T("Advanced"), nil).With(kit.IconRight)
	head.OnTapped = func() {
		icon := kit.IconDown
		if inner.Visible() {
			inner.Hide()
			icon = kit.IconRight
		} else {
			inner.Show()
		}
		head.With(icon).Refresh()
		f.dialog.Refit()
	}
	return kit.VStack(kit.Gap, kit.HStack(0, head), inner)
}

// draft is what is entered.
func (f *form) draft() authserver.Draft {
	d := authserver.Draft{Name: strings.TrimSpace(f.name.Text), RequirePKCE: f.pkce.Checked}
	if f.of != nil {
		d.Public = f.of.Public
	} else {
		d.Public = f.public.Chosen() == 1
	}
	for _, l := range f.lines {
		if uri := strings.TrimSpace(l.entry.Text); uri != "" {
			d.RedirectURIs = append(d.RedirectURIs, uri)
		}
	}
	for i, s := range core.Scopes() {
		if f.scopes[i].Checked {
			d.Scopes = append(d.Scopes, s)
		}
	}
	return d
}

// changed shows at once what is wrong with what is entered; an empty field says nothing yet.
func (f *form) changed() {
	if f.dialog == nil {
		return
	}
	d := f.draft()
	fault := nameFault(d.Name, f.t.p.state.Apps, f.of)
	f.named.Fault(fault)
	good := d.Name != "" && fault == "" && len(d.RedirectURIs) > 0 && len(d.Scopes) > 0 && !f.saving
	for _, l := range f.lines {
		wrong := uriFault(strings.TrimSpace(l.entry.Text))
		l.field.Fault(wrong)
		good = good && wrong == ""
	}
	if len(f.lines) >= mostURIs {
		f.add.Disable()
	} else {
		f.add.Enable()
	}
	f.dialog.Enable(f.dialog.Buttons[0].Title, good)
	f.dialog.Refit()
}

// nameFault says what is wrong with a name; empty when it can be used or is not there yet.
func nameFault(name string, all []App, of *App) string {
	if n := len([]rune(name)) - longestName; n > 0 {
		return kit.N(n, "The name is {n} character too long.", "The name is {n} characters too long.")
	}
	if slices.ContainsFunc(all, func(a App) bool { return (of == nil || a.ID != of.ID) && strings.EqualFold(a.Name, name) }) {
		return kit.T("There is already an app with this name.")
	}
	return ""
}

// uriFault says what is wrong with an address; empty when it can be used or is not there yet.
func uriFault(uri string) string {
	if uri == "" {
		return ""
	}
	if err := authserver.CheckRedirectURI(uri); err != nil {
		return kit.Say(core.AsError(err).Public)
	}
	return ""
}

func (f *form) save() {
	d := f.draft()
	f.saving = true
	f.changed()
	if f.of != nil {
		f.t.p.Edit(f.of.ID, d, func(err error) { f.saved(err) })
		return
	}
	f.t.p.Create(d, func(a authserver.App, secret core.Secret, err error) {
		f.saved(err)
		if err == nil {
			f.t.showReady(a, secret)
		}
	})
}

func (f *form) saved(err error) {
	f.saving = false
	if err == nil {
		f.dialog.Close()
		return
	}
	f.fault.Set(&kit.Notice{Tone: kit.Bad, Text: words.Error(err, words.Names{Now: f.t.env.Now()}).Cause})
	f.changed()
}
