package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Column describes one column of a RowList or DataTable.
type Column struct {
	Title  string
	Width  float32 // fixed width; 0: a share of what is left by Weight
	Weight float32 // 0 counts as 1
	Right  bool    // figures stand at the right
	Mono   bool    // ids
	Sort   string  // key handed to OnSort; empty: not sortable
	Spare  bool    // left out where the list is too narrow for all, the last one first
}

// narrowest is what a column of weight 1 must have before spare ones are left out.
const narrowest = 84

// span is where a column lies in a row.
type span struct{ x, w float32 }

// spans divides width among columns with a gap between them. A column that is
// left out has no width.
func spans(cols []Column, width, gap float32) []span {
	shown := make([]bool, len(cols))
	for i := range cols {
		shown[i] = true
	}
	unit := share(cols, shown, width, gap)
	for i := len(cols) - 1; i >= 0 && unit < narrowest; i-- {
		if cols[i].Spare {
			shown[i] = false
			unit = share(cols, shown, width, gap)
		}
	}
	all := make([]span, len(cols))
	x := float32(0)
	for i, c := range cols {
		if !shown[i] {
			continue
		}
		w := c.Width
		if w == 0 {
			w = max(0, unit*c.weight())
		}
		all[i] = span{x, w}
		x += w + gap
	}
	return all
}

// share is the width of a column of weight 1 among those that are shown.
func share(cols []Column, shown []bool, width, gap float32) float32 {
	room, weights := width+gap, float32(0)
	for i, c := range cols {
		if !shown[i] {
			continue
		}
		room -= c.Width + gap
		if c.Width == 0 {
			weights += c.weight()
		}
	}
	if weights == 0 {
		return narrowest
	}
	return room / weights
}

func (c Column) weight() float32 {
	if c.Weight == 0 {
		return 1
	}
	return c.Weight
}

// Sorting is the column a list is sorted by.
type Sorting struct {
	Key  string
	Down bool // largest first
}

// next returns the sorting after a press on the head of key.
func (s Sorting) next(key string) Sorting {
	if s.Key == key {
		return Sorting{key, !s.Down}
	}
	return Sorting{Key: key}
}

// heads is the row of column titles.
type heads struct {
	widget.BaseWidget
	cols   []Column
	pad    float32
	tail   func(width float32) float32 // room at the right that belongs to no column
	sort   Sorting
	onSort func(Sorting)
	cells  []*head
}

func newHeads(cols []Column, pad float32, tail func(float32) float32, onSort func(Sorting)) *heads {
	h := &heads{cols: cols, pad: pad, tail: tail, onSort: onSort}
	for _, c := range cols {
		h.cells = append(h.cells, newHead(c, func() { h.press(c.Sort) }))
	}
	h.ExtendBaseWidget(h)
	return h
}

func (h *heads) press(key string) {
	if key == "" || h.onSort == nil {
		return
	}
	h.set(h.sort.next(key))
	h.onSort(h.sort)
}

func (h *heads) set(s Sorting) {
	h.sort = s
	for _, c := range h.cells {
		c.mark(s)
	}
}

func (h *heads) CreateRenderer() fyne.WidgetRenderer { return &headsRenderer{h} }

type headsRenderer struct{ h *heads }

func (r *headsRenderer) Destroy()           {}
func (r *headsRenderer) MinSize() fyne.Size { return fyne.NewSize(0, 32) }
func (r *headsRenderer) Objects() (all []fyne.CanvasObject) {
	for _, c := range r.h.cells {
		all = append(all, c)
	}
	return all
}

func (r *headsRenderer) Layout(s fyne.Size) {
	for i, sp := range spans(r.h.cols, s.Width-2*r.h.pad-r.h.tail(s.Width), GapGroup) {
		r.h.cells[i].Hidden = sp.w <= 0 // left out: nor can it be pressed, or be stopped at
		place(r.h.cells[i], r.h.pad+sp.x, 0, sp.w, s.Height)
	}
}

func (r *headsRenderer) Refresh() {
	r.Layout(r.h.Size())
	for _, c := range r.h.cells {
		c.Refresh()
	}
}

// head is one column title; a press sorts.
type head struct {
	pressable
	col   Column
	text  *Text
	arrow *image
}

func newHead(c Column, do func()) *head {
	h := &head{col: c, arrow: newImage("", ColorSecondary, 12)}
	h.text = newText(c.Title, ColorSecondary, theme.SizeNameCaptionText, fyne.TextStyle{Bold: true})
	if c.Right {
		h.text.Right()
	}
	if c.Sort == "" {
		do = nil
	}
	h.extend(h, do, 4)
	return h
}

func (h *head) mark(s Sorting) {
	icon := Icon("")
	if h.col.Sort != "" && s.Key == h.col.Sort {
		icon = IconUp
		if s.Down {
			icon = IconDown
		}
	}
	h.arrow.set(icon, ColorSecondary)
	h.Refresh()
}

func (h *head) CreateRenderer() fyne.WidgetRenderer { return &headRenderer{h} }

type headRenderer struct{ h *head }

func (r *headRenderer) Destroy()           {}
func (r *headRenderer) MinSize() fyne.Size { return fyne.NewSize(0, 32) }
func (r *headRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.h.text, r.h.arrow.Image, r.h.ring}
}

func (r *headRenderer) Layout(s fyne.Size) {
	arrow := float32(0)
	if r.h.arrow.icon != "" {
		arrow = 12 + GapTight
	}
	wide := min(r.h.text.Natural(), s.Width-arrow)
	x := float32(0)
	if r.h.col.Right {
		x = s.Width - wide - arrow
	}
	textH := r.h.text.MinSize().Height
	place(r.h.text, x, (s.Height-textH)/2, wide+1, textH)
	place(r.h.arrow.Image, x+wide+GapTight, (s.Height-12)/2, 12, 12)
	place(r.h.ring, x-GapTight, 5, wide+arrow+2*GapTight, s.Height-10)
}

func (r *headRenderer) Refresh() {
	r.Layout(r.h.Size())
	r.h.text.Refresh()
	r.h.arrow.Refresh()
}
