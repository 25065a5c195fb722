package kit

import (
	"fyne.io/fyne/v2"
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
}

func newKeyList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *keyList {
	l := &keyList{}
	l.Length, l.CreateItem, l.UpdateItem = length, create, update
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey moves, opens, and lets go of other keys.
func (l *keyList) TypedKey(ev *fyne.KeyEvent) {
	page := max(1, int(l.Size().Height/RowHeight)-1)
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

// tapped is a press on row i: it takes the keyboard there and opens it.
func (l *keyList) tapped(i int) {
	l.cursor = i
	if c := fyne.CurrentApp().Driver().CanvasForObject(l); c != nil {
		c.Focus(l)
	}
	l.Highlight(i)
	l.Select(i)
	if l.open != nil {
		l.open(i)
	}
}
