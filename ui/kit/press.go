package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// pressable is the base of a small part that is pressed by pointer, Space or
// Enter and shows where the keyboard is: chips, column heads, links.
type pressable struct {
	widget.BaseWidget
	self fyne.Widget
	do   func() // nil: cannot be pressed, and Tab passes it by
	ring *panel
}

func (p *pressable) extend(self fyne.Widget, do func(), corner float32) {
	p.self, p.do = self, do
	p.ring = newRing(corner)
	p.ExtendBaseWidget(self)
}

// Tapped presses.
func (p *pressable) Tapped(*fyne.PointEvent) {
	if p.do != nil {
		p.do()
	}
}

// TypedKey presses by Space and Enter and lets go of other keys.
func (p *pressable) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.Tapped(nil)
	default:
		forward(p.self, ev)
	}
}

// TypedRune is for Fyne.
func (p *pressable) TypedRune(rune) {}

// FocusGained shows the ring.
func (p *pressable) FocusGained() { p.ring.Show() }

// FocusLost hides it.
func (p *pressable) FocusLost() { p.ring.Hide() }

// Enable, Disable and Disabled tell Fyne to pass by what cannot be pressed.
func (p *pressable) Enable() {}

// Disable is for Fyne.
func (p *pressable) Disable() {}

// Disabled reports whether there is nothing to press.
func (p *pressable) Disabled() bool { return p.do == nil }

// Cursor shows that it can be pressed.
func (p *pressable) Cursor() desktop.Cursor {
	if p.do == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Link is text that is pressed to go somewhere.
type Link struct {
	pressable
	text *Text
}

// NewLink returns a link.
func NewLink(s string, do func()) *Link {
	l := &Link{text: newText(s, theme.ColorNamePrimary, theme.SizeNameText, fyne.TextStyle{Underline: true}).Whole()}
	l.extend(l, do, 4)
	return l
}

// AccessibilityLabel returns what a screen reader says.
func (l *Link) AccessibilityLabel() string { return l.text.text }

// CreateRenderer is for Fyne.
func (l *Link) CreateRenderer() fyne.WidgetRenderer {
	return &ringed{WidgetRenderer: widget.NewSimpleRenderer(InsetXY(0, GapTight, l.text)), ring: l.ring, x: ringReach, close: true}
}
