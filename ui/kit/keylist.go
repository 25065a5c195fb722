package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// keyList is Fyne's list with the keyboard of a table: arrows, page keys, Home
// and End move, Enter opens, the menu key or Shift+F10 opens the menu.
type keyList struct {
	widget.List
	cursor int
	open   func(i int)
	menu   func(i int)
	ringed bool // the keyboard is here, and used: a press of the pointer shows itself
}

func newKeyList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *keyList {
	l := &keyList{}
	l.Length = length
	l.CreateItem = func() fyne.CanvasObject { return container.New(ringedRow{}, create(), newRing(Corner)) }
	l.UpdateItem = func(i int, o fyne.CanvasObject) {
		row := o.(*fyne.Container)
		update(i, row.Objects[0])
		ring := row.Objects[1]
		if show := l.ringed && i == l.cursor; show && !ring.Visible() {
			ring.Show()
		} else if !show && ring.Visible() {
			ring.Hide()
		}
	}
	l.ExtendBaseWidget(l)
	return l
}

// ringedRow is a row of a list with the ring at its edge, inside: the list cuts
// what is outside.
type ringedRow struct{}

func (ringedRow) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (ringedRow) Layout(o []fyne.CanvasObject, s fyne.Size) {
	for _, each := range o {
		place(each, 0, 0, s.Width, s.Height)
	}
}

// FocusGained shows in which row the keyboard is.
func (l *keyList) FocusGained() {
	l.ringed = true
	l.List.FocusGained()
	l.moveTo(l.cursor)
}

// FocusLost shows it no longer.
func (l *keyList) FocusLost() {
	l.ringed = false
	l.List.FocusLost()
}

// TypedKey moves, opens, and lets go of other keys.
func (l *keyList) TypedKey(ev *fyne.KeyEvent) {
	page := max(1, int(l.Size().Height/RowHeight)-1)
	l.ringed = true
	switch ev.Name {
	case fyne.KeyDown:
		l.moveTo(l.cursor + 1)
	case fyne.KeyUp:
		l.moveTo(l.cursor - 1)
	case fyne.KeyPageDown:
		l.moveTo(l.cursor + page)
	case fyne.KeyPageUp:
		l.moveTo(l.cursor - page)
	case fyne.KeyHome:
		l.moveTo(0)
	case fyne.KeyEnd:
		l.moveTo(l.Length() - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		if l.open != nil && l.cursor < l.Length() {
			l.open(l.cursor)
		}
	case desktop.KeyMenu, fyne.KeyF10:
		if l.menu != nil && l.cursor < l.Length() {
			l.menu(l.cursor)
		}
	default:
		forward(l, ev)
	}
}

func (l *keyList) moveTo(i int) {
	n := l.Length()
	if n == 0 {
		return
	}
	l.cursor = max(0, min(i, n-1))
	l.Highlight(l.cursor)
}

// takeFocus gives the list the keyboard, unless it is not on screen.
func (l *keyList) takeFocus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
}

// tapped is a press on row i: it takes the keyboard there and opens it.
func (l *keyList) tapped(i int) {
	l.cursor = i
	l.takeFocus()
	l.ringed = false
	l.Highlight(i)
	if l.open != nil {
		l.open(i)
	}
}
