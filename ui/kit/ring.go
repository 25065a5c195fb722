package kit

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The ring that shows where the keyboard is. It stands a little outside of what
// it is around, so that it lies on the ground of the page and is seen around a
// button of its own colour too (WCAG 2.4.13: two pixels thick, 3:1 to before).
// Around a field, which has a border of its own, it needs no gap: it would touch
// the label above and the note below.
const (
	ringThick float32 = 2
	ringGap   float32 = 2
	ringReach         = ringThick + ringGap
)

// newRing returns a ring that is not shown yet.
func newRing(corner float32) *panel {
	p := newPanel("", theme.ColorNamePrimary, corner)
	p.thick = ringThick
	p.Hide()
	return p
}

// ringed draws a ring around one of Fyne's widgets, on top of what it draws.
type ringed struct {
	fyne.WidgetRenderer
	ring  *panel
	x, y  float32 // how far the ring reaches out at the sides, and above and below
	close bool    // around what is drawn, also where there is more room
}

func (r *ringed) Objects() []fyne.CanvasObject {
	return append(slices.Clip(r.WidgetRenderer.Objects()), r.ring)
}

func (r *ringed) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s)
	if r.close {
		s.Width = min(s.Width, r.MinSize().Width)
	}
	place(r.ring, -r.x, -r.y, s.Width+2*r.x, s.Height+2*r.y)
}

func (r *ringed) Refresh() {
	r.WidgetRenderer.Refresh()
	r.ring.Refresh()
}
