package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Choice is a group of radio buttons: one tab stop, the arrows choose.
type Choice struct {
	widget.BaseWidget
	options []string
	chosen  int
	changed func(i int)
	marks   []*image
	texts   []*Text
	ring    *panel
	across  bool
}

// NewChoice returns radio buttons below each other.
func NewChoice(options []string, chosen int, changed func(i int)) *Choice {
	c := &Choice{options: options, chosen: chosen, changed: changed, ring: newRing(Corner)}
	for _, o := range options {
		c.marks = append(c.marks, newImage(IconNone, ColorSecondary, 18))
		c.texts = append(c.texts, NewText(o))
	}
	c.ExtendBaseWidget(c)
	c.paint()
	return c
}

// Across puts the buttons beside each other.
func (c *Choice) Across() *Choice {
	c.across = true
	return c
}

// Chosen returns the index of the chosen option.
func (c *Choice) Chosen() int { return c.chosen }

// Choose shows option i as chosen without telling.
func (c *Choice) Choose(i int) {
	c.chosen = i
	c.paint()
}

func (c *Choice) pick(i int) {
	if i < 0 || i >= len(c.options) || i == c.chosen {
		return
	}
	c.Choose(i)
	if c.changed != nil {
		c.changed(i)
	}
}

func (c *Choice) paint() {
	for i, m := range c.marks {
		if i == c.chosen {
			m.set("radio-on", theme.ColorNamePrimary)
		} else {
			m.set("radio-off", ColorSecondary)
		}
	}
}

// Tapped chooses the option under the pointer.
func (c *Choice) Tapped(ev *fyne.PointEvent) {
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c); cv != nil {
		cv.Focus(c)
	}
	for i := range c.options {
		a, s := c.cell(i)
		if ev.Position.X >= a.X && ev.Position.X < a.X+s.Width && ev.Position.Y >= a.Y && ev.Position.Y < a.Y+s.Height {
			c.pick(i)
		}
	}
}

// TypedKey chooses by the arrows.
func (c *Choice) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyDown, fyne.KeyRight:
		c.pick(c.chosen + 1)
	case fyne.KeyUp, fyne.KeyLeft:
		c.pick(c.chosen - 1)
	default:
		forward(c, ev)
	}
}

// TypedRune is for Fyne.
func (c *Choice) TypedRune(rune) {}

// FocusGained shows where the keyboard is.
func (c *Choice) FocusGained() { c.ring.Show() }

// FocusLost hides it.
func (c *Choice) FocusLost() { c.ring.Hide() }

const choiceHeight = 28

func (c *Choice) cell(i int) (fyne.Position, fyne.Size) {
	wide := 18 + Gap + c.texts[i].Natural() + 1
	if !c.across {
		return fyne.NewPos(0, float32(i)*choiceHeight), fyne.NewSize(max(wide, c.Size().Width), choiceHeight)
	}
	x := float32(0)
	for j := range i {
		x += 18 + Gap + c.texts[j].Natural() + 1 + GapGroup
	}
	return fyne.NewPos(x, 0), fyne.NewSize(wide, choiceHeight)
}

// CreateRenderer is for Fyne.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer { return &choiceRenderer{c} }

type choiceRenderer struct{ c *Choice }

func (r *choiceRenderer) Destroy() {}
func (r *choiceRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.c.ring}
	for i := range r.c.options {
		all = append(all, r.c.marks[i].Image, r.c.texts[i])
	}
	return all
}

func (r *choiceRenderer) MinSize() fyne.Size {
	var m fyne.Size
	for i, t := range r.c.texts {
		wide := 18 + Gap + t.Natural() + 1
		if r.c.across {
			if i > 0 {
				m.Width += GapGroup
			}
			m = fyne.NewSize(m.Width+wide, choiceHeight)
			continue
		}
		m = fyne.NewSize(max(m.Width, wide), m.Height+choiceHeight)
	}
	return m
}

func (r *choiceRenderer) Layout(s fyne.Size) {
	for i := range r.c.options {
		p, size := r.c.cell(i)
		place(r.c.marks[i].Image, p.X, p.Y+(choiceHeight-18)/2, 18, 18)
		h := r.c.texts[i].MinSize().Height
		place(r.c.texts[i], p.X+18+Gap, p.Y+(choiceHeight-h)/2, size.Width-18-Gap, h)
	}
	place(r.c.ring, -ringReach, -2, s.Width+2*ringReach, s.Height+4)
}

func (r *choiceRenderer) Refresh() {
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
