package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Split shows a list and, when asked, the detail beside it; the gap between
// them can be dragged.
type Split struct {
	widget.BaseWidget
	left, right fyne.CanvasObject
	part        float32 // of the width for the left
	grip        *grip
	open        bool
}

// NewSplit returns a split with its right side hidden; part is the share of the
// left when both are shown, usually 0.6.
func NewSplit(left, right fyne.CanvasObject, part float32) *Split {
	s := &Split{left: left, right: right, part: part}
	s.grip = &grip{moved: s.drag}
	s.grip.ExtendBaseWidget(s.grip)
	s.ExtendBaseWidget(s)
	return s
}

// ShowRight shows or hides the right side.
func (s *Split) ShowRight(on bool) {
	if s.open == on {
		return
	}
	s.open = on
	s.Refresh()
}

// Opened reports whether the right side is shown.
func (s *Split) Opened() bool { return s.open }

func (s *Split) drag(dx float32) {
	if w := s.Size().Width; w > 0 {
		s.part = max(0.3, min(0.8, s.part+dx/w))
		s.Refresh()
	}
}

// CreateRenderer is for Fyne.
func (s *Split) CreateRenderer() fyne.WidgetRenderer { return &splitRenderer{s} }

type splitRenderer struct{ s *Split }

func (r *splitRenderer) Destroy() {}
func (r *splitRenderer) Objects() []fyne.CanvasObject {
	if !r.s.open {
		return []fyne.CanvasObject{r.s.left}
	}
	return []fyne.CanvasObject{r.s.left, r.s.grip, r.s.right}
}

func (r *splitRenderer) MinSize() fyne.Size {
	a, b := r.s.left.MinSize(), r.s.right.MinSize()
	if !r.s.open {
		return a
	}
	return fyne.NewSize(a.Width+12+b.Width, max(a.Height, b.Height))
}

func (r *splitRenderer) Layout(size fyne.Size) {
	if !r.s.open {
		place(r.s.left, 0, 0, size.Width, size.Height)
		return
	}
	const gap = 12
	left := max(r.s.left.MinSize().Width, min(size.Width*r.s.part, size.Width-gap-r.s.right.MinSize().Width))
	place(r.s.left, 0, 0, left, size.Height)
	place(r.s.grip, left, 0, gap, size.Height)
	place(r.s.right, left+gap, 0, size.Width-left-gap, size.Height)
}

func (r *splitRenderer) Refresh() {
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

// grip is the gap that is dragged.
type grip struct {
	widget.BaseWidget
	moved func(dx float32)
}

// Dragged moves the border.
func (g *grip) Dragged(ev *fyne.DragEvent) { g.moved(ev.Dragged.DX) }

// DragEnd is for Fyne.
func (g *grip) DragEnd() {}

// Cursor shows that the gap can be dragged.
func (g *grip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// CreateRenderer is for Fyne.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(newPanel("", "", 0))
}
