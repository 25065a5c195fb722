package kit

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Button is Fyne's button that is also pressed by Enter and lets go of the keys
// it has no use for, so that Escape reaches the dialog and F5 the page.
type Button struct {
	widget.Button
	icon  Icon
	title string // what an icon alone is called
	ring  *panel
}

// AccessibilityLabel returns what a screen reader says.
func (b *Button) AccessibilityLabel() string {
	if b.Text == "" {
		return b.title
	}
	return b.Text
}

// NewButton returns an ordinary button.
func NewButton(title string, do func()) *Button {
	return newButton("", title, widget.MediumImportance, do)
}

// NewPrimary returns the one button of a page or dialog that matters most.
func NewPrimary(title string, do func()) *Button {
	return newButton("", title, widget.HighImportance, do)
}

// NewDanger returns a button that loses something.
func NewDanger(title string, do func()) *Button {
	return newButton("", title, widget.DangerImportance, do)
}

// NewIconButton returns a button that is only an icon; title is what it is called.
func NewIconButton(i Icon, title string, do func()) *Button {
	b := newButton(i, "", widget.LowImportance, do)
	b.title = title
	return b
}

func newButton(i Icon, title string, importance widget.Importance, do func()) *Button {
	b := &Button{icon: i, ring: newRing(Corner + ringReach)}
	b.Text, b.Importance, b.OnTapped = title, importance, do
	b.ExtendBaseWidget(b)
	b.paint()
	return b
}

// With puts an icon before the title.
func (b *Button) With(i Icon) *Button {
	b.icon = i
	b.paint()
	return b
}

func (b *Button) paint() {
	if b.icon == "" {
		return
	}
	c := theme.ColorNameForeground
	switch {
	case b.Disabled():
		c = theme.ColorNameDisabled
	case b.Importance == widget.HighImportance:
		c = theme.ColorNameForegroundOnPrimary
	case b.Importance == widget.DangerImportance:
		c = theme.ColorNameForegroundOnError
	case b.Text == "":
		c = ColorSecondary
	}
	b.Icon = b.icon.Resource(c)
}

// MinSize gives the title room at its sides.
func (b *Button) MinSize() fyne.Size {
	m := b.Button.MinSize()
	if b.Text != "" {
		m.Width += 2 * GapTight
	}
	return m
}

// Refresh repaints; the icon follows the state.
func (b *Button) Refresh() {
	b.paint()
	b.Button.Refresh()
}

// CreateRenderer draws Fyne's button with the ring around it.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	return &ringed{WidgetRenderer: b.Button.CreateRenderer(), ring: b.ring, x: ringReach, y: ringReach}
}

// FocusGained shows where the keyboard is.
func (b *Button) FocusGained() {
	b.ring.Show()
	b.Button.FocusGained()
}

// FocusLost hides it.
func (b *Button) FocusLost() {
	b.ring.Hide()
	b.Button.FocusLost()
}

// TypedKey presses the button by Space and Enter and lets go of other keys.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		forward(b, ev)
	}
}

// forward hands a key to the window (or the dialog on top of it): Fyne sends
// keys to the focused widget alone.
func forward(o fyne.CanvasObject, ev *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return
	}
	if f := c.OnTypedKey(); f != nil {
		f(ev)
	}
}

// Action is a button described as data.
type Action struct {
	Title   string
	Do      func()
	Primary bool
	Danger  bool
	Icon    Icon
}

// Button returns the button of an action.
func (a Action) Button() *Button {
	importance := widget.MediumImportance
	switch {
	case a.Primary:
		importance = widget.HighImportance
	case a.Danger:
		importance = widget.DangerImportance
	}
	return newButton(a.Icon, a.Title, importance, a.Do)
}

// MenuItem is a line of a menu. One without Do is disabled; Reason says why.
type MenuItem struct {
	Title  string
	Icon   Icon
	Do     func()
	Reason string
	Line   bool // a line between groups; all else is ignored
	Items  []MenuItem
}

// ShowMenu opens a menu below o.
func ShowMenu(o fyne.CanvasObject, items []MenuItem) {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil || len(items) == 0 {
		return
	}
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
	showMenuAt(c, pos.AddXY(0, o.Size().Height), items)
}

func showMenuAt(c fyne.Canvas, pos fyne.Position, items []MenuItem) {
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", fyneItems(items)...), c, pos)
}

// blank stands where an entry has no icon and others have one, so that the
// titles begin at one line.
const blank Icon = "blank"

func fyneItems(items []MenuItem) []*fyne.MenuItem {
	var all []*fyne.MenuItem
	icons := slices.ContainsFunc(items, func(it MenuItem) bool { return it.Icon != "" })
	for _, it := range items {
		if it.Line {
			all = append(all, fyne.NewMenuItemSeparator())
			continue
		}
		title := it.Title
		if it.Reason != "" {
			title += " – " + it.Reason
		}
		m := fyne.NewMenuItem(title, it.Do)
		m.Disabled = it.Do == nil && it.Items == nil
		if icons {
			m.Icon = cmp.Or(it.Icon, blank).Resource(ColorSecondary)
		}
		if it.Items != nil {
			m.ChildMenu = fyne.NewMenu("", fyneItems(it.Items)...)
		}
		all = append(all, m)
	}
	return all
}
