package kit

import "fyne.io/fyne/v2"

// Beside is a list with room for a detail pane at its right, which takes 40 %
// while it is open (product 5.0).
type Beside struct {
	part
	list fyne.CanvasObject
	row  *fyne.Container
}

// NewBeside returns the list alone.
func NewBeside(list fyne.CanvasObject) *Beside {
	b := &Beside{list: list, row: &fyne.Container{Layout: besideLayout{}, Objects: []fyne.CanvasObject{list}}}
	b.content = b.row
	b.ExtendBaseWidget(b)
	return b
}

// Open shows the pane beside the list; nil closes it.
func (b *Beside) Open(pane fyne.CanvasObject) {
	objs := []fyne.CanvasObject{b.list}
	if pane == nil {
		unmark(b.list)
	} else {
		objs = append(objs, pane)
	}
	if len(objs) == len(b.row.Objects) && (pane == nil || b.row.Objects[1] == pane) {
		return
	}
	b.row.Objects = objs
	b.row.Refresh()
}

// unmark takes the mark from the row that was open: a list, or several.
func unmark(o fyne.CanvasObject) {
	switch x := o.(type) {
	case interface{ Unselect() }:
		x.Unselect()
	case *fyne.Container:
		for _, each := range x.Objects {
			unmark(each)
		}
	}
}

type besideLayout struct{}

func (besideLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var m fyne.Size
	for i, c := range o {
		s := c.MinSize()
		m = fyne.NewSize(m.Width+s.Width, max(m.Height, s.Height))
		if i > 0 {
			m.Width += GapGroup
		}
	}
	return m
}

func (besideLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	if len(o) == 1 {
		place(o[0], 0, 0, s.Width, s.Height)
		return
	}
	right := max(o[1].MinSize().Width, (s.Width-GapGroup)*0.4)
	place(o[0], 0, 0, s.Width-GapGroup-right, s.Height)
	place(o[1], s.Width-right, 0, right, s.Height)
}
