package kit

import "fyne.io/fyne/v2"

// Beside is a list with room for a detail pane at its right, which takes 40 %
// while it is open (product 5.0).
type Beside struct {
	*fyne.Container
	list fyne.CanvasObject
}

// NewBeside returns the list alone.
func NewBeside(list fyne.CanvasObject) *Beside {
	return &Beside{Container: &fyne.Container{Layout: besideLayout{}, Objects: []fyne.CanvasObject{list}}, list: list}
}

// Open shows the pane beside the list; nil closes it.
func (b *Beside) Open(pane fyne.CanvasObject) {
	objs := []fyne.CanvasObject{b.list}
	if pane != nil {
		objs = append(objs, pane)
	}
	if len(objs) == len(b.Objects) && (pane == nil || b.Objects[1] == pane) {
		return
	}
	b.Objects = objs
	b.Refresh()
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
