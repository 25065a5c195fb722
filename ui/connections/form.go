package connections

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
)

func itoa(n int) string { return strconv.Itoa(n) }

// fieldGap stands between fields: a form is one group.
const fieldGap = 12

// formField is one field with the check of what is typed.
type formField struct {
	entry *kit.Entry
	field *kit.Field
	value func(Flow) string
	fault func(Flow) string // what is wrong; empty when nothing is
	note  func(Flow) string // what is worth knowing though nothing is wrong; may be nil
}

// form is step 2: the name, and what the service wants to know.
type form struct {
	v      *flowView
	fields []*formField
	body   *fyne.Container
}

func (v *flowView) form(f Flow) *kit.Dialog {
	fm := &form{v: v, body: kit.VStack(fieldGap)}
	fm.addMethods(f)
	if f.Of == nil {
		fm.addName(f)
	}
	for _, in := range f.fields() {
		fm.addInput(f, in)
	}
	fm.addAdvanced(f)
	fm.addGuide(f)
	v.update = fm.set
	fm.set(f)
	title := kit.T("Connect {service}", "service", shortTo(f.Service.Name, 40))
	if f.Of != nil {
		title = kit.T("Sign in again at {service}", "service", shortTo(f.Service.Name, 36))
	}
	d := &kit.Dialog{Title: title, Content: v.step(f.caption(), fm.body), Buttons: []kit.DialogButton{{Title: kit.T("Continue"), Enter: true, Keep: true, Do: func() { fm.next() }}}}
	if f.Of == nil {
		d.Buttons = append(d.Buttons, v.backButton())
	}
	d.Buttons = append(d.Buttons, cancelButton())
	if e := fm.first(f); e != nil {
		d.Focus = e
	}
	return d
}

// first is the field to begin with: the first that needs something, else the first.
func (fm *form) first(f Flow) *kit.Entry {
	for _, x := range fm.fields {
		if x.fault(f) != "" {
			return x.entry
		}
	}
	if len(fm.fields) > 0 {
		return fm.fields[0].entry
	}
	return nil
}

// next goes on, or to the first field that is not right.
func (fm *form) next() {
	fm.v.w.Next()
	if f := fm.v.w.flow; f.Step == StepForm {
		if e := fm.first(f); e != nil {
			fm.v.t.env.Window.Canvas().Focus(e)
		}
	}
}

// set shows what is wrong: at once in fields that hold something, in empty ones
// only after Continue.
func (fm *form) set(f Flow) {
	for _, x := range fm.fields {
		fault := x.fault(f)
		if x.value(f) == "" && !f.Asked {
			fault = ""
		}
		if fault == "" && x.note != nil {
			fault = x.note(f)
		}
		x.field.Fault(fault)
	}
}

func (fm *form) add(x *formField, label, hint, suffix string, edit func(f *Flow, text string)) {
	x.entry.SetText(x.value(fm.v.w.flow))
	x.entry.OnChanged = func(text string) { fm.v.w.Edit(func(f *Flow) { edit(f, strings.TrimSpace(text)) }) }
	control := fyne.CanvasObject(x.entry)
	if suffix != "" {
		control = container.NewBorder(nil, nil, nil, kit.InsetXY(kit.Gap, kit.Gap, kit.NewText(suffix).Whole().Colored(kit.ColorSecondary)), x.entry)
	}
	x.field = kit.NewField(label, control, hint)
	fm.fields = append(fm.fields, x)
}

func (fm *form) addMethods(f Flow) {
	if len(f.Service.Auth) < 2 || f.Of != nil {
		return
	}
	var titles []string
	at := 0
	for i, a := range f.Service.Auth {
		titles = append(titles, methodTitle(f.Service, a.Method))
		if a.Method == f.Draft.Method {
			at = i
		}
	}
	choice := kit.NewChoice(titles, at, func(i int) { fm.v.w.Method(f.Service.Auth[i].Method) }).Across()
	fm.body.Add(kit.NewField(kit.T("How to sign in"), choice, ""))
}

func (fm *form) addName(Flow) {
	x := &formField{entry: kit.NewEntry(""),
		value: func(f Flow) string { return f.Draft.Name },
		fault: func(f Flow) string { return nameFault(f.Draft.Name) },
		note: func(f Flow) string {
			if f.Touched && nameTaken(fm.v.t.p.state.All, f.Draft.Name, "") {
				return kit.T("Another connection has this name. You can still use it.")
			}
			return ""
		}}
	fm.add(x, kit.T("Name in Linkdesk"), kit.T("Unless you change it, the name of your account is added after the sign-in."), "", func(f *Flow, text string) {
		f.Draft.Name, f.Touched = text, text != f.Service.Name
	})
	fm.body.Add(x.field)
}

func (fm *form) addInput(_ Flow, in service.Input) {
	x := &formField{entry: kit.NewEntry(in.Example), value: func(f Flow) string { return f.value(in) },
		fault: func(f Flow) string {
			if err := in.Validate(f.value(in)); err != nil {
				return kit.Say(core.AsError(err).Public)
			}
			return ""
		}}
	x.entry.Password = in.Secret
	fm.add(x, kit.T(in.Label), kit.T(in.Help), in.Suffix, func(f *Flow, text string) {
		if in.Secret {
			f.Draft.Secrets[in.ID] = core.NewSecret(text)
			return
		}
		f.Draft.Inputs[in.ID] = text
	})
	fm.body.Add(x.field)
}

// addAdvanced holds the person's own registration at the service: open where
// there is no other, else folded away.
func (fm *form) addAdvanced(f Flow) {
	if !f.ownClient() {
		return
	}
	id := &formField{entry: kit.NewEntry(""), value: func(f Flow) string { return f.Draft.ClientID }, fault: Flow.clientFault}
	fm.add(id, kit.T("Client ID"), kit.T("From the app that you registered at {service}.", "service", f.Service.Name), "", func(f *Flow, text string) { f.Draft.ClientID = text })
	pair := container.NewGridWithColumns(1, id.field)
	if f.Auth().Client.Secret != "none" {
		pair = container.New(halves{}, id.field)
	}
	box := kit.VStack(fieldGap, pair)
	if f.Auth().Client.Secret != "none" {
		secret := &formField{entry: kit.NewEntry(""), value: func(f Flow) string { return f.Draft.ClientSecret.Reveal() }, fault: Flow.secretFault}
		secret.entry.Password = true
		hint := kit.T("Kept sealed on this computer.")
		if f.Of != nil && !keyLost(f.Of) {
			hint = kit.T("Leave empty to keep the one in use.")
		}
		fm.add(secret, kit.T("Client Secret"), hint, "", func(f *Flow, text string) { f.Draft.ClientSecret = core.NewSecret(text) })
		pair.Add(secret.field)
	}
	if address := redirectAddress(f.Auth().Redirect); address != "" {
		box.Add(kit.NewField(kit.T("Redirect URI to enter at {service}", "service", f.Service.Name), kit.NewCopyField(fm.v.t.env, address), ""))
	}
	fm.body.Add(fm.v.fold(kit.T("Advanced settings"), f.Of == nil || keyLost(f.Of), false, box))
}

// addGuide tells how to get what is asked for, without a network.
func (fm *form) addGuide(f Flow) {
	if f.Service.Guide == "" || f.Of != nil {
		return
	}
	box := kit.VStack(kit.GapTight)
	for _, l := range f.Service.GuideLines() {
		box.Add(kit.NewNote(kit.T(l)))
	}
	if f.Service.Docs != "" {
		box.Add(kit.HStack(0, kit.NewLink(kit.T("Open the web site of {service}", "service", f.Service.Name), func() { fm.v.t.hooks.OpenURL(f.Service.Docs) })))
	}
	fm.body.Add(fm.v.fold(kit.T("Where do I find this at {service}?", "service", f.Service.Name), false, false, box))
}

// halves lays two fields beside each other.
type halves struct{}

func (halves) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+kit.GapGroup+b.Width, max(a.Height, b.Height))
}

func (halves) Layout(o []fyne.CanvasObject, s fyne.Size) {
	wide := (s.Width - kit.GapGroup) / 2
	for i, c := range o {
		c.Move(fyne.NewPos(float32(i)*(wide+kit.GapGroup), 0))
		c.Resize(fyne.NewSize(wide, s.Height))
	}
}

// fold is a head that shows and hides what is below it.
func (v *flowView) fold(title string, open, centred bool, inner fyne.CanvasObject) fyne.CanvasObject {
	head := kit.NewButton(title, nil)
	paint := func() {
		icon := kit.IconRight
		if inner.Visible() {
			icon = kit.IconDown
		}
		head.With(icon).Refresh()
	}
	head.OnTapped = func() {
		if inner.Visible() {
			inner.Hide()
		} else {
			inner.Show()
		}
		paint()
		if v.dialog != nil {
			v.dialog.Refit()
		}
	}
	if !open {
		inner.Hide()
	}
	paint()
	row := kit.HStack(0, head)
	if centred {
		row = container.NewCenter(head)
	}
	return kit.VStack(kit.Gap, row, inner)
}
