package connections

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// stepWidth and stepHeight are the room of a step: the same for all, so that
// nothing jumps between them. A small window gives less, and what does not fit
// scrolls; around a step there are title, buttons and some air.
const (
	stepWidth  = 700
	stepHeight = 436
	stepAround = 204
)

// flowView shows a Wizard: for each step a dialog of the same size.
type flowView struct {
	t      *Tab
	w      *Wizard
	dialog *kit.Dialog
	update func(Flow) // shows a change within the step
	stop   func()     // ends what the step subscribed to
	finish func()     // what is to be done when the last step closes
}

// page says when a step needs another dialog and not only an update.
type page struct {
	step             Step
	service, method  string
	checking, adding bool
	failure          error
}

func (f Flow) page() page {
	p := page{step: f.Step, method: f.Draft.Method, checking: f.Checking, adding: f.Adding, failure: f.Err}
	if f.Service != nil {
		p.service = f.Service.ID
	}
	return p
}

// Add opens the wizard: at the choice of a service for "", else with that
// service chosen. While a wizard is open it does nothing.
func (t *Tab) Add(serviceID string) {
	if t.wizard != nil {
		return
	}
	v := t.newFlow()
	for _, m := range t.services() {
		if m.ID == serviceID {
			v.w.Choose(m)
			return
		}
	}
	v.show(Flow{Step: -1}, Flow{})
}

// Reauthorize signs in again, for one connection after the other. Cancelling
// one ends it for those behind it too.
func (t *Tab) Reauthorize(ids []core.ConnectionID) {
	if t.wizard != nil {
		return
	}
	for i, id := range ids {
		if c, ok := t.p.state.Find(id); ok {
			t.queue = ids[i+1:]
			t.newFlow().w.Again(c, len(t.queue))
			return
		}
	}
}

func (t *Tab) newFlow() *flowView {
	v := &flowView{t: t}
	v.w = NewWizard(t.p.tasks, t.env.Now, t.core, v.show, t.stored)
	t.wizard = v
	return v
}

// stored is called when a sign-in has led to something.
func (t *Tab) stored(connection.Result) { t.p.changed() }

// closed is called when the wizard is gone, finished or not.
func (t *Tab) closed(finished bool) {
	t.wizard = nil
	queue := t.queue
	t.queue = nil
	if finished && len(queue) > 0 {
		t.Reauthorize(queue)
	}
}

// show renders a step.
func (v *flowView) show(old, now Flow) {
	if v.dialog != nil && old.page() == now.page() {
		if v.update != nil {
			v.update(now)
		}
		return
	}
	if old.Step == StepWaiting && now.Step != StepWaiting {
		v.t.env.Window.RequestFocus() // the person is still in the browser (P-26)
	}
	if v.stop != nil {
		v.stop()
	}
	v.update, v.stop, v.finish = nil, nil, nil
	v.replace(v.build(now))
}

func (v *flowView) build(f Flow) *kit.Dialog {
	switch f.Step {
	case StepUnlisted:
		return v.unlisted()
	case StepForm:
		return v.form(f)
	case StepReview:
		return v.review(f)
	case StepWaiting:
		return v.waiting(f)
	case StepDone:
		return v.done(f)
	case StepFailed:
		return v.failed(f)
	}
	return v.choose()
}

// replace puts another dialog where the present one is. Closing a dialog that
// was not replaced ends the wizard.
func (v *flowView) replace(d *kit.Dialog) {
	before := v.dialog
	v.dialog = d
	d.Width = stepWidth
	d.Closed = func() {
		if v.dialog != d {
			return
		}
		finished := v.w.flow.Step == StepDone
		if v.stop != nil {
			v.stop()
		}
		v.w.Cancel()
		v.t.closed(finished)
		if v.finish != nil {
			v.finish()
		}
	}
	v.t.env.Dialogs.Show(d)
	if before != nil {
		before.Close()
	}
}

// step lays out a step: where one is, and below that its content.
func (v *flowView) step(caption string, body fyne.CanvasObject) fyne.CanvasObject {
	height := min(stepHeight, v.t.env.Window.Canvas().Size().Height-stepAround)
	return container.New(atLeast{height}, kit.Fill(kit.GapGroup, kit.NewSecondary(caption), body))
}

// caption says where one is: "Step 2 of 5 · Mailchimp".
func (f Flow) caption() string {
	if f.Of != nil {
		text := f.Of.Name
		if f.Of.AccountName != "" {
			text += " · " + f.Of.AccountName
		}
		if f.Left > 0 {
			text += " · " + kit.N(f.Left, "{n} more after this", "{n} more after this")
		}
		return text
	}
	text := kit.T("Step {n} of {m}", "n", map[Step]int{StepService: 1, StepUnlisted: 1, StepForm: 2, StepReview: 3, StepWaiting: 4, StepFailed: 4, StepDone: 5}[f.Step], "m", 5)
	if f.Service != nil {
		text += " · " + f.Service.Name
	}
	return text
}

func cancelButton() kit.DialogButton { return kit.DialogButton{Title: kit.T("Cancel"), Cancel: true} }

func (v *flowView) backButton() kit.DialogButton {
	return kit.DialogButton{Title: kit.T("Back"), Keep: true, Do: v.w.Back}
}

const unlistedID = ""

// choose is step 1.
func (v *flowView) choose() *kit.Dialog {
	all := v.t.services()
	options := make([]kit.Option, 0, len(all)+1)
	for _, m := range all {
		options = append(options, kit.Option{ID: m.ID, Icon: words.ServiceIcon(m.ID, m.Category), Title: m.Name, Note: kit.T(m.Note)})
	}
	options = append(options, kit.Option{ID: unlistedID, Icon: kit.IconInfo, Title: kit.T("My service is not listed"), Note: kit.T("How Linkdesk learns another service"), Always: true})
	pick := kit.NewPicker(options, kit.T("Search services"), func(id string) { v.w.Choose(byID(all, id)) })
	return &kit.Dialog{Title: kit.T("Choose a service"), Content: v.step(Flow{}.caption(), pick), Focus: pick.Search, Buttons: []kit.DialogButton{cancelButton()}}
}

func byID(all []*service.Manifest, id string) *service.Manifest {
	for _, m := range all {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// unlisted tells how to connect what Linkdesk does not know.
func (v *flowView) unlisted() *kit.Dialog {
	body := kit.VStack(kit.GapGroup,
		kit.NewParagraph(kit.T("Linkdesk learns a service from one text file that says how to sign in there and where its data stands. Nothing has to be programmed.")),
		kit.NewParagraph(kit.T("Ask your support for such a file, or write one: the files of the services that come with Linkdesk show how. Put it into the services folder and open this list again.")))
	if v.t.hooks.Folder != "" {
		body.Add(kit.NewField(kit.T("Services folder"), kit.NewCopyField(v.t.env, v.t.hooks.Folder), kit.T("A file with a mistake is not used; Linkdesk then says what is wrong in which line.")))
	}
	return &kit.Dialog{Title: kit.T("My service is not listed"), Content: v.step(Flow{}.caption(), body), Buttons: []kit.DialogButton{{Title: kit.T("Back to the list"), Enter: true, Keep: true, Do: v.w.Back}, cancelButton()}}
}

// redirectAddress is what a person has to enter at the service when they
// register an app of their own there; empty where any address is accepted.
func redirectAddress(r service.Redirect) string {
	if r.Port != "registered" || len(r.Ports) == 0 {
		return ""
	}
	host := "127.0.0.1"
	for _, kind := range r.Kinds {
		if kind == "loopback_ip" {
			break
		}
		if kind == "loopback_localhost" {
			host = "localhost"
			break
		}
	}
	return "http://" + host + ":" + itoa(r.Ports[0]) + cmp.Or(r.Path, "/")
}
