package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// State is what a Status shows: a shape, a word, a colour, and the time or
// figure that goes with them.
type State struct {
	Icon   Icon
	Tone   Tone
	Word   string // "Connected"
	Detail string // "checked 5 min ago"
	Busy   bool   // turning shape instead of Icon
}

// Sentence returns the state as text: "Connected, checked 5 min ago".
func (s State) Sentence() string {
	if s.Detail == "" {
		return s.Word
	}
	return s.Word + ", " + s.Detail
}

// Status shows a State in two lines beside its shape. Its size does not depend on the state.
type Status struct {
	widget.BaseWidget
	state  State
	shape  *image
	word   *Text
	detail *Text
	oneRow bool
}

// NewStatus returns a status: word above, detail below.
func NewStatus(s State) *Status { return newStatus(s, false) }

// NewStatusLine returns a status in one line.
func NewStatusLine(s State) *Status { return newStatus(s, true) }

func newStatus(s State, oneRow bool) *Status {
	w := &Status{oneRow: oneRow, shape: newImage("", ColorSecondary, 18)}
	w.word = newText("", theme.ColorNameForeground, theme.SizeNameText, fyne.TextStyle{})
	w.detail = NewSecondary("")
	w.ExtendBaseWidget(w)
	w.Set(s)
	return w
}

// Set shows another state.
func (w *Status) Set(s State) {
	if s == w.state {
		return
	}
	relayout := (s.Detail == "") != (w.state.Detail == "") || w.oneRow
	w.state = s
	icon := s.Icon
	if s.Busy {
		icon = IconSync
	}
	w.shape.set(icon, s.Tone.Color())
	c := s.Tone.Color()
	if s.Tone == Neutral {
		c = theme.ColorNameForeground
	}
	w.word.Set(s.Word, c)
	w.detail.SetText(s.Detail)
	if relayout {
		w.Refresh()
	}
}

// State returns what is shown.
func (w *Status) State() State { return w.state }

// AccessibilityLabel returns what a screen reader says.
func (w *Status) AccessibilityLabel() string { return w.state.Sentence() }

// Natural returns the width at which nothing is shortened.
func (w *Status) Natural() float32 {
	if w.oneRow {
		return 18 + Gap + w.word.Natural() + Gap + w.detail.Natural()
	}
	return 18 + Gap + max(w.word.Natural(), w.detail.Natural())
}

// CreateRenderer is for Fyne.
func (w *Status) CreateRenderer() fyne.WidgetRenderer { return &statusRenderer{w} }

type statusRenderer struct{ w *Status }

func (r *statusRenderer) Destroy() {}
func (r *statusRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.w.shape.Image, r.w.word, r.w.detail}
}

func (r *statusRenderer) MinSize() fyne.Size {
	h := r.w.word.MinSize().Height
	if !r.w.oneRow {
		h += r.w.detail.MinSize().Height
	}
	return fyne.NewSize(18+Gap+60, h)
}

func (r *statusRenderer) Layout(s fyne.Size) {
	w := r.w
	x := 18 + Gap
	wordH, detailH := w.word.MinSize().Height, w.detail.MinSize().Height
	w.shape.Resize(fyne.NewSquareSize(18))
	if w.oneRow {
		w.shape.Move(fyne.NewPos(0, (s.Height-18)/2))
		wide := min(w.word.Natural(), s.Width-x)
		place(w.word, x, (s.Height-wordH)/2, wide, wordH)
		place(w.detail, x+wide+Gap, (s.Height-detailH)/2+1, max(0, s.Width-x-wide-Gap), detailH)
		return
	}
	top := (s.Height - wordH - detailH) / 2
	if w.state.Detail == "" {
		top = (s.Height - wordH) / 2
	}
	w.shape.Move(fyne.NewPos(0, top+(wordH-18)/2))
	place(w.word, x, top, s.Width-x, wordH)
	place(w.detail, x, top+wordH, s.Width-x, detailH)
}

func (r *statusRenderer) Refresh() {
	r.Layout(r.w.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(max(0, w), h))
}

// Badge is a small word on a wash of its tone: a count in a tab, "New", "Full access".
func Badge(text string, tone Tone) fyne.CanvasObject {
	t := newText(text, tone.Color(), theme.SizeNameCaptionText, fyne.TextStyle{Bold: true}).Whole()
	return stack(newPanel(tone.Wash(), "", 9), InsetXY(Gap, 2, t))
}
