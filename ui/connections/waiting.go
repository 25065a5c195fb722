package connections

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// hintAfter is when one may begin to wonder (product W-02).
const hintAfter = time.Minute

// waiting is step 4, W-02: the browser, and then the check.
type waiting struct {
	v      *flowView
	left   *kit.Text
	said   *kit.Text // "Copied", what is wrong with a pasted address, and other remarks
	hint   *kit.Text
	field  *kit.Field
	entry  *kit.Entry
	links  *fyne.Container
	opener *kit.Button // of the field for the address
}

func (v *flowView) waiting(f Flow) *kit.Dialog {
	if f.Checking {
		return v.checking(f)
	}
	x := &waiting{v: v, left: kit.NewHead("").Center(), said: kit.NewSecondary("").Center(), hint: kit.NewSecondary("").Center()}
	x.entry = kit.NewEntry("http://127.0.0.1…")
	x.entry.OnSubmitted = func(string) { v.w.Paste(x.entry.Text) }
	x.field = kit.NewField(kit.T("Address of the last page"), container.NewBorder(nil, nil, nil, kit.InsetXY(kit.Gap, 0, kit.NewButton(kit.T("Use it"), func() { v.w.Paste(x.entry.Text) })), x.entry),
		kit.T("After you agree the browser may show a page that cannot be opened. Copy its whole address here."))
	x.field.Hide()
	x.opener = kit.NewButton(kit.T("Paste address…"), x.openPaste)
	x.links = kit.HStack(kit.Gap, kit.NewButton(kit.T("Open again"), v.w.OpenAgain).With(kit.IconOpen), kit.NewButton(kit.T("Copy link"), x.copy).With(kit.IconCopy), x.opener)
	text := kit.T("We opened {service} in your browser. Sign in there and agree. This window continues by itself.", "service", f.Service.Name)
	if f.Draft.PasteOnly {
		text = kit.T("We opened {service} in your browser. Sign in there and agree. Then copy the address of the last page here.", "service", f.Service.Name)
		x.field.Show()
		x.opener.Hide()
	}
	body := kit.VStack(kit.GapGroup, container.NewCenter(big(kit.NewSpinner())), centred(text), x.left,
		container.NewCenter(x.links), kit.VStack(kit.GapTight, x.said, x.hint), container.NewCenter(kit.Width(stepWidth-96, x.field)))
	x.set(f)
	v.update = x.set
	v.stop = v.t.env.Ticks.Subscribe(func(now time.Time) { x.count(v.w.flow, now) })
	return &kit.Dialog{Title: kit.T("Continue in your browser"), Content: v.step(f.caption(), container.NewCenter(kit.Width(stepWidth-64, body))), Buttons: []kit.DialogButton{cancelButton()}}
}

func (x *waiting) copy() {
	x.v.t.env.Copy(x.v.w.flow.Link)
	x.said.Set(kit.T("Link copied. Paste it into any browser or private window on this computer."), kit.ColorGood)
}

func (x *waiting) openPaste() {
	x.field.Show()
	x.opener.Hide()
	x.v.dialog.Refit()
	x.v.t.env.Window.Canvas().Focus(x.entry)
}

func (x *waiting) set(f Flow) {
	for _, o := range x.links.Objects {
		if b := o.(*kit.Button); f.Link == "" {
			b.Disable()
		} else {
			b.Enable()
		}
	}
	switch {
	case f.Browser != nil:
		x.said.Set(kit.T("The browser could not be opened. Copy the link and open it in a browser yourself."), kit.ColorBad)
	case f.Foreign:
		x.said.Set(kit.T("A page of another sign-in answered and was ignored. Finish the page that was opened last."), kit.ColorAttention)
	case x.said.Text() == "":
		x.said.Set(kit.T("Copy the link to use another browser or profile."), kit.ColorSecondary)
	}
	fault := ""
	if f.PasteErr != nil {
		fault = words.Error(f.PasteErr, words.Names{}).Cause
	}
	x.field.Fault(fault)
	x.count(f, x.v.t.env.Now())
}

// count shows how long Linkdesk still waits. The lines are there from the
// beginning, so that nothing moves.
func (x *waiting) count(f Flow, now time.Time) {
	x.left.SetText(kit.T("Opening…"))
	if !f.Deadline.IsZero() {
		x.left.SetText(kit.T("Time left {time}", "time", clock(f.Deadline.Sub(now))))
	}
	if now.Sub(f.Began) >= hintAfter {
		x.hint.SetText(kit.T("Nothing happened? The page may be behind other windows."))
	}
}

// clock writes 4:32.
func clock(d time.Duration) string {
	s := max(0, int(d.Round(time.Second)/time.Second))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// checking is what is shown while the service is asked: after the browser, and
// for an API key.
func (v *flowView) checking(f Flow) *kit.Dialog {
	text := kit.T("{service} has agreed. Linkdesk now tries out what it may read.", "service", f.Service.Name)
	if f.Auth().Method != "oauth2" {
		text = kit.T("Linkdesk tries out what it may read at {service}.", "service", f.Service.Name)
	}
	body := kit.VStack(kit.GapGroup, container.NewCenter(big(kit.NewSpinner())), centred(text))
	return &kit.Dialog{Title: kit.T("Checking the connection"), Content: v.step(f.caption(), container.NewCenter(kit.Width(stepWidth-64, body))), Buttons: []kit.DialogButton{cancelButton()}}
}

// big gives a spinner or icon the room of the shape of a step.
func big(o fyne.CanvasObject) fyne.CanvasObject {
	return container.NewGridWrap(fyne.NewSquareSize(48), o)
}

// centred is a paragraph with centred lines; **bold** is bold.
func centred(s string) fyne.CanvasObject {
	rich := widget.NewRichText()
	rich.Wrapping = fyne.TextWrapWord
	for i, part := range strings.Split(s, "**") {
		if part != "" {
			rich.Segments = append(rich.Segments, &widget.TextSegment{Text: part, Style: widget.RichTextStyle{Inline: true, Alignment: fyne.TextAlignCenter,
				ColorName: theme.ColorNameForeground, SizeName: theme.SizeNameText, TextStyle: fyne.TextStyle{Bold: i%2 == 1}}})
		}
	}
	return rich
}
