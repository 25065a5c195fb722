package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Entry is Fyne's text field that lets go of Escape and the function keys.
type Entry struct {
	widget.Entry
	onEscape func() bool // reports whether Escape was used up
	onDown   func()
	ring     *panel
}

// NewEntry returns a text field with a hint inside.
func NewEntry(hint string) *Entry {
	e := &Entry{ring: newRing(Corner + ringThick)}
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.PlaceHolder = hint
	e.ExtendBaseWidget(e)
	return e
}

// NewSearch returns a search field; Escape clears it. changed gets the text at each change.
func NewSearch(hint string, changed func(string)) *Entry {
	e := NewEntry(hint)
	e.Icon = IconSearch.Resource(ColorSecondary)
	e.OnChanged = changed
	e.onEscape = func() bool {
		had := e.Text != ""
		if had {
			e.SetText("")
		}
		return had
	}
	return e
}

// OnDown is what the Down key does: it leaves the field for the list below it.
func (e *Entry) OnDown(do func()) { e.onDown = do }

// CreateRenderer draws Fyne's field with the ring around it.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	return &ringed{WidgetRenderer: e.Entry.CreateRenderer(), ring: e.ring, x: ringThick, y: ringThick}
}

// FocusGained shows where the keyboard is.
func (e *Entry) FocusGained() {
	e.ring.Show()
	e.Entry.FocusGained()
}

// FocusLost hides it.
func (e *Entry) FocusLost() {
	e.ring.Hide()
	e.Entry.FocusLost()
}

// TypedKey edits, and forwards what is not for editing. Enter goes to the
// window as well unless the field has a use for it.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyEscape:
		if e.onEscape == nil || !e.onEscape() {
			forward(e, ev)
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if e.MultiLine || e.OnSubmitted != nil {
			e.Entry.TypedKey(ev)
			return
		}
		forward(e, ev)
	case fyne.KeyDown:
		if e.onDown == nil {
			e.Entry.TypedKey(ev)
			return
		}
		e.onDown()
	case fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5:
		forward(e, ev)
	default:
		e.Entry.TypedKey(ev)
	}
}

// Check is a check box that lets go of the keys it has no use for.
type Check struct {
	widget.Check
	ring *panel
}

// NewCheck returns a check box.
func NewCheck(title string, changed func(bool)) *Check {
	c := &Check{ring: newRing(Corner)}
	c.Text, c.OnChanged = title, changed
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer draws Fyne's box at the left edge, in line with what is above it.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	box := &shiftRenderer{c.Check.CreateRenderer(), sizeOf(theme.SizeNameInnerPadding) - 1}
	return &ringed{WidgetRenderer: box, ring: c.ring, x: ringReach, close: true}
}

// FocusGained shows where the keyboard is.
func (c *Check) FocusGained() {
	c.ring.Hidden = c.Disabled()
	c.Check.FocusGained()
}

// FocusLost hides it.
func (c *Check) FocusLost() {
	c.ring.Hide()
	c.Check.FocusLost()
}

type shiftRenderer struct {
	fyne.WidgetRenderer
	by float32
}

func (r *shiftRenderer) MinSize() fyne.Size {
	return r.WidgetRenderer.MinSize().SubtractWidthHeight(r.by, 0)
}

func (r *shiftRenderer) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s.AddWidthHeight(r.by, 0))
	for _, o := range r.Objects() {
		o.Move(o.Position().SubtractXY(r.by, 0))
	}
}

// TypedKey forwards keys; Space is a rune to Fyne's check.
func (c *Check) TypedKey(ev *fyne.KeyEvent) { forward(c, ev) }

// Select is a drop-down list that lets go of the keys it has no use for.
type Select struct {
	widget.Select
	ring *panel
}

// NewSelect returns a drop-down list.
func NewSelect(options []string, changed func(string)) *Select {
	s := &Select{ring: newRing(Corner + ringThick)}
	s.Options, s.OnChanged = options, changed
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey opens and steps the list, and forwards the rest.
func (s *Select) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
		s.Select.TypedKey(ev)
	default:
		forward(s, ev)
	}
}

// MinSize fits the longest option, so that nothing is cut and nothing jumps.
func (s *Select) MinSize() fyne.Size {
	m := s.Select.MinSize()
	wide := float32(0)
	for _, o := range s.Options {
		wide = max(wide, fyne.MeasureText(o, sizeOf(theme.SizeNameText), fyne.TextStyle{}).Width)
	}
	return fyne.NewSize(wide+sizeOf(theme.SizeNameInlineIcon)+4*Gap, m.Height)
}

// CreateRenderer draws Fyne's list with the border of a text field.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	box := &borderRenderer{s.Select.CreateRenderer(), newPanel("", theme.ColorNameInputBorder, Corner)}
	return &ringed{WidgetRenderer: box, ring: s.ring, x: ringThick, y: ringThick}
}

// FocusGained shows where the keyboard is.
func (s *Select) FocusGained() {
	s.ring.Show()
	s.Select.FocusGained()
}

// FocusLost hides it.
func (s *Select) FocusLost() {
	s.ring.Hide()
	s.Select.FocusLost()
}

type borderRenderer struct {
	fyne.WidgetRenderer
	border *panel
}

func (r *borderRenderer) Objects() []fyne.CanvasObject {
	return append(slices.Clip(r.WidgetRenderer.Objects()), r.border)
}

func (r *borderRenderer) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s)
	r.border.Resize(s)
}

func (r *borderRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.border.Refresh()
}

// Choose selects without telling OnChanged, for showing a state.
func (s *Select) Choose(option string) {
	f := s.OnChanged
	s.OnChanged = nil
	s.SetSelected(option)
	s.OnChanged = f
}

// Field puts a label above a control and a note or fault below it.
type Field struct {
	part
	note *Text
	hint string
}

// NewField returns a labelled control; hint may be empty.
func NewField(label string, control fyne.CanvasObject, hint string) *Field {
	f := &Field{note: NewSecondary(hint), hint: hint}
	f.note.Hidden = hint == ""
	name := newText(label, theme.ColorNameForeground, theme.SizeNameText, fyne.TextStyle{Bold: true})
	f.content = VStack(GapTight, name, control, f.note)
	f.ExtendBaseWidget(f)
	return f
}

// Fault shows what is wrong with the value, or the hint again when empty.
func (f *Field) Fault(what string) {
	text, c := what, ColorBad
	if what == "" {
		text, c = f.hint, ColorSecondary
	}
	f.note.Hidden = text == ""
	f.note.Set(text, c)
	f.content.Refresh()
}
