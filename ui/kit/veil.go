package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// veil lies over the whole window, takes the pointer away from what is under it,
// and keeps a dialog in the middle as large as its content, whatever happens to
// the size of either.
type veil struct {
	widget.BaseWidget
	width float32
	box   *fyne.Container // the dialog
	card  fyne.CanvasObject
}

var (
	_ fyne.Tappable     = (*veil)(nil)
	_ desktop.Hoverable = (*veil)(nil)
)

func newVeil(box *fyne.Container, width float32) *veil {
	v := &veil{width: width, box: box}
	v.card = container.NewStack(newPanel(ColorSurface, theme.ColorNameSeparator, Corner+2), box)
	v.ExtendBaseWidget(v)
	return v
}

// Tapped takes presses beside the dialog; nothing happens.
func (v *veil) Tapped(*fyne.PointEvent) {}

// TappedSecondary takes right presses.
func (v *veil) TappedSecondary(*fyne.PointEvent) {}

// MouseIn keeps what is under the veil from being hovered.
func (v *veil) MouseIn(*desktop.MouseEvent) {}

// MouseMoved is for Fyne.
func (v *veil) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is for Fyne.
func (v *veil) MouseOut() {}

// CreateRenderer is for Fyne.
func (v *veil) CreateRenderer() fyne.WidgetRenderer {
	return &veilRenderer{v: v, dim: newPanel(ColorVeil, "", 0)}
}

type veilRenderer struct {
	v   *veil
	dim *panel
}

func (r *veilRenderer) Destroy()                     {}
func (r *veilRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *veilRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.dim, r.v.card} }

func (r *veilRenderer) Layout(s fyne.Size) {
	r.dim.Resize(s)
	w := min(max(r.v.width, r.v.box.MinSize().Width), s.Width-2*GapPage)
	l := r.v.box.Layout.(*dialogLayout)
	if r.v.box.Size().Width != w { // paragraphs know their height only once they have a width
		r.v.box.Resize(fyne.NewSize(w, s.Height-2*GapPage))
	}
	h := min(l.height(r.v.box.Objects), s.Height-2*GapPage)
	place(r.v.card, (s.Width-w)/2, (s.Height-h)/2, w, h)
}

func (r *veilRenderer) Refresh() {
	r.dim.Refresh()
	r.v.card.Refresh()
	r.Layout(r.v.Size())
}
