package kit

import "fyne.io/fyne/v2"

// fieldRow lays a box that takes the room, then buttons and a word of fixed
// room after them, so that nothing jumps when the word appears.
func fieldRow(box, button fyne.CanvasObject, said *Text) *fyne.Container {
	return fieldRowN(box, []fyne.CanvasObject{button}, said)
}

func fieldRowN(box fyne.CanvasObject, buttons []fyne.CanvasObject, said *Text) *fyne.Container {
	c := &fyne.Container{Layout: fieldLayout{}}
	c.Objects = append(append([]fyne.CanvasObject{box}, buttons...), said)
	return c
}

type fieldLayout struct{}

const saidWidth = 64

func (fieldLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	m.Width = max(m.Width, 120)
	for _, b := range o[1 : len(o)-1] {
		bm := b.MinSize()
		m = fyne.NewSize(m.Width+Gap+bm.Width, max(m.Height, bm.Height))
	}
	return m.AddWidthHeight(Gap+saidWidth, 0)
}

func (fieldLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x := s.Width - saidWidth
	last := len(o) - 1
	h := o[last].MinSize().Height
	place(o[last], x, (s.Height-h)/2, max(saidWidth, o[last].MinSize().Width), h)
	for i := last - 1; i >= 1; i-- {
		m := o[i].MinSize()
		x -= Gap + m.Width
		place(o[i], x, (s.Height-m.Height)/2, m.Width, m.Height)
	}
	place(o[0], 0, 0, x-Gap, s.Height)
}
