package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// DataTableOptions fix what a DataTable is.
type DataTableOptions struct {
	Columns []Column
	// Length returns how many rows there are, or are known so far. It is asked
	// often and must be cheap.
	Length func() int
	// Cells writes the texts of row i into cells and reports whether the row is
	// there; false shows a greyed row (and the owner starts to load it).
	Cells  func(i int, cells []string) bool
	OnOpen func(i int)
	OnSort func(Sorting)
	Menu   func(i int) []MenuItem
}

// DataTable shows records: heads and rows of cells 36 high. It holds only the
// rows in sight, so a million rows cost as much as twenty.
type DataTable struct {
	part
	opt   DataTableOptions
	heads *heads
	list  *keyList
	body  *fyne.Container
	table fyne.CanvasObject
	views map[*cellsView]bool
}

const cellRowHeight = 36

// NewDataTable returns a table.
func NewDataTable(opt DataTableOptions) *DataTable {
	t := &DataTable{opt: opt, heads: newHeads(opt.Columns, GapGroup, func(float32) float32 { return 0 }, opt.OnSort), views: map[*cellsView]bool{}}
	t.list = newKeyList(opt.Length, func() fyne.CanvasObject { return newCellsView(t) }, func(i int, o fyne.CanvasObject) {
		v := o.(*cellsView)
		t.views[v] = true
		v.set(i)
	})
	t.list.open = func(i int) {
		t.list.Select(i)
		if opt.OnOpen != nil {
			opt.OnOpen(i)
		}
	}
	t.list.menu = t.menuKey
	t.table = Fill(0, Fill(0, t.heads, widget.NewSeparator()), t.list)
	t.body = container.NewStack(t.table)
	t.content = Surface(t.body)
	t.ExtendBaseWidget(t)
	return t
}

// Reload shows the rows anew: their number or order changed. top scrolls to the first.
func (t *DataTable) Reload(s Sorting, top bool) {
	t.heads.set(s)
	if top {
		t.list.cursor = 0
		t.list.UnselectAll()
		t.list.ScrollToOffset(0)
	}
	clear(t.views) // those in sight come back by Refresh
	t.list.Refresh()
}

// Loaded shows rows from..to-1 that have arrived, if they are in sight.
func (t *DataTable) Loaded(from, to int) {
	for v := range t.views {
		if v.at >= from && v.at < to {
			v.set(v.at)
		}
	}
}

// ShowEmpty shows an empty state instead of the rows; nil shows the rows again.
func (t *DataTable) ShowEmpty(e *Empty) {
	t.body.Objects = []fyne.CanvasObject{t.table}
	if e != nil {
		t.body.Objects = []fyne.CanvasObject{NewEmpty(*e)}
	}
	t.body.Refresh()
}

// Select marks row i without opening it.
func (t *DataTable) Select(i int) {
	t.list.cursor = i
	t.list.Select(i)
}

// Unselect marks no row, for when what was beside the table has been closed.
func (t *DataTable) Unselect() { t.list.UnselectAll() }

// Focus gives the rows the keyboard.
func (t *DataTable) Focus() { t.list.takeFocus() }

// ScrollTo brings row i into sight.
func (t *DataTable) ScrollTo(i int) { t.list.ScrollTo(i) }

func (t *DataTable) menuKey(i int) {
	for v := range t.views {
		if v.at == i && t.opt.Menu != nil {
			ShowMenu(v, t.opt.Menu(i))
			return
		}
	}
}

// cellsView is a row of cells.
type cellsView struct {
	widget.BaseWidget
	table *DataTable
	at    int
	there bool
	texts []string
	cells []*Text
	bar   *panel
}

func newCellsView(t *DataTable) *cellsView {
	v := &cellsView{table: t, at: -1}
	v.ExtendBaseWidget(v)
	return v
}

func (v *cellsView) build() {
	if v.cells != nil {
		return
	}
	v.texts = make([]string, len(v.table.opt.Columns))
	v.bar = newPanel(ColorSkeleton, "", 4)
	for _, c := range v.table.opt.Columns {
		t := newText("", theme.ColorNameForeground, theme.SizeNameText, fyne.TextStyle{Monospace: c.Mono})
		if c.Right {
			t.Right()
		}
		v.cells = append(v.cells, t)
	}
}

func (v *cellsView) set(i int) {
	v.build()
	v.at = i
	clear(v.texts)
	v.there = v.table.opt.Cells(i, v.texts)
	for c, t := range v.cells {
		if !v.there {
			v.texts[c] = ""
		}
		t.SetText(v.texts[c])
	}
	if v.bar.Hidden != v.there {
		v.bar.Hidden = v.there
		v.bar.Refresh()
	}
}

// Tapped opens the row.
func (v *cellsView) Tapped(*fyne.PointEvent) {
	if v.there {
		v.table.list.tapped(v.at)
	}
}

// TappedSecondary opens the row's menu where the pointer is.
func (v *cellsView) TappedSecondary(ev *fyne.PointEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(v)
	if v.there && c != nil && v.table.opt.Menu != nil {
		showMenuAt(c, ev.AbsolutePosition, v.table.opt.Menu(v.at))
	}
}

// MinSize is the height of a row less the gap between two.
func (v *cellsView) MinSize() fyne.Size { return fyne.NewSize(200, cellRowHeight-GapTight) }

// CreateRenderer is for Fyne.
func (v *cellsView) CreateRenderer() fyne.WidgetRenderer {
	v.build()
	return &cellsRenderer{v}
}

type cellsRenderer struct{ v *cellsView }

func (r *cellsRenderer) Destroy()           {}
func (r *cellsRenderer) MinSize() fyne.Size { return r.v.MinSize() }
func (r *cellsRenderer) Objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{r.v.bar}
	for _, c := range r.v.cells {
		all = append(all, c)
	}
	return all
}

func (r *cellsRenderer) Layout(s fyne.Size) {
	for i, sp := range spans(r.v.table.opt.Columns, s.Width-2*GapGroup, GapGroup) {
		c := r.v.cells[i]
		h := c.MinSize().Height
		place(c, GapGroup+sp.x, (s.Height-h)/2, sp.w, h)
		if i == 0 {
			place(r.v.bar, GapGroup+sp.x, (s.Height-10)/2, sp.w*0.6, 10)
		}
	}
}

func (r *cellsRenderer) Refresh() {
	r.Layout(r.v.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
