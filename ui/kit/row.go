package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Row is one line of a RowList.
type Row struct {
	ID      string
	Icon    Icon
	Name    string
	Second  string // below the name: account, what it holds
	Status  State
	Figures []string // one for each column of RowListOptions.Figures
	Action  string   // title of the one visible button; empty: none
	Strong  bool     // the button is the primary one: this row needs the person
	Dim     bool     // switched off: greyed
}

// rowView shows a Row; the list reuses a few of them for all rows. Its minimum
// size is fixed, because Fyne's list makes a row just to measure it.
type rowView struct {
	widget.BaseWidget
	list    *RowList
	at      int
	row     Row
	loading bool

	icon    *image
	name    *Text
	second  *Text
	status  *Status
	figures []*Text
	action  *Button
	menu    *Button
	bars    []*panel // instead of all that while loading
	built   bool
}

func newRowView(l *RowList) *rowView {
	r := &rowView{list: l, at: -1}
	r.ExtendBaseWidget(r)
	return r
}

// build makes the parts when they are first needed.
func (r *rowView) build() {
	if r.built {
		return
	}
	r.built = true
	r.icon = newImage("", ColorSecondary, 24)
	r.name = NewBold("")
	r.second = NewSecondary("")
	r.status = NewStatus(State{})
	for _, c := range r.list.opt.Figures {
		t := NewText("")
		if c.Right {
			t.Right()
		}
		if c.Mono {
			t.style.Monospace = true
		}
		r.figures = append(r.figures, t)
	}
	r.action = NewButton("", func() { r.list.act(r.at) })
	r.menu = NewIconButton(IconDots, T("More"), func() { r.list.showMenu(r.at, r.menu) })
	for range 4 {
		r.bars = append(r.bars, newPanel(ColorSkeleton, "", 4))
	}
}

// set shows row i. Parts that are the same cost nothing.
func (r *rowView) set(i int, row Row, loading bool) {
	r.build()
	r.at, r.row = i, row
	if r.loading != loading {
		r.loading = loading
		defer r.Refresh()
	}
	if loading {
		return
	}
	text := theme.ColorNameForeground
	if row.Dim {
		text = theme.ColorNameDisabled
	}
	r.icon.set(row.Icon, ColorSecondary)
	r.name.Set(row.Name, text)
	if r.second.Text() != row.Second {
		defer r.Refresh()
	}
	r.second.SetText(row.Second)
	r.status.Set(row.Status)
	for c, t := range r.figures {
		s := ""
		if c < len(row.Figures) {
			s = row.Figures[c]
		}
		t.Set(s, text)
	}
	r.setAction(row)
}

func (r *rowView) setAction(row Row) {
	importance := widget.MediumImportance
	if row.Strong {
		importance = widget.HighImportance
	}
	r.action.Hidden = row.Action == "" || r.Size().Width < roomy
	if r.action.Text != row.Action || r.action.Importance != importance {
		r.action.Text, r.action.Importance = row.Action, importance
		r.action.Refresh()
		r.Refresh()
	}
}

// Tapped opens the row.
func (r *rowView) Tapped(*fyne.PointEvent) {
	if !r.loading {
		r.list.list.tapped(r.at)
	}
}

// TappedSecondary opens the menu where the pointer is.
func (r *rowView) TappedSecondary(ev *fyne.PointEvent) {
	if !r.loading {
		r.list.showMenuAt(r.at, ev.AbsolutePosition)
	}
}

// MinSize is the height of a row less the gap that Fyne's list puts between two.
func (r *rowView) MinSize() fyne.Size { return fyne.NewSize(320, RowHeight-GapTight) }

// CreateRenderer is for Fyne.
func (r *rowView) CreateRenderer() fyne.WidgetRenderer {
	r.build()
	return &rowRenderer{r}
}

type rowRenderer struct{ r *rowView }

func (x *rowRenderer) Destroy()           {}
func (x *rowRenderer) MinSize() fyne.Size { return x.r.MinSize() }

func (x *rowRenderer) Objects() []fyne.CanvasObject {
	r := x.r
	var all []fyne.CanvasObject
	if r.loading {
		for _, b := range r.bars {
			all = append(all, b)
		}
		return all
	}
	all = append(all, r.icon.Image, r.name, r.second, r.status)
	for _, f := range r.figures {
		all = append(all, f)
	}
	return append(all, r.action, r.menu)
}

func (x *rowRenderer) Refresh() {
	x.Layout(x.r.Size())
	for _, o := range x.Objects() {
		o.Refresh()
	}
}

func (x *rowRenderer) Layout(s fyne.Size) {
	r := x.r
	sp := spans(r.list.cols, s.Width-2*GapGroup-r.list.tail(s.Width), GapGroup)
	left := float32(GapGroup)
	if r.loading {
		x.layoutBars(s, sp)
		return
	}
	place(r.icon.Image, left+sp[0].x, (s.Height-24)/2, 24, 24)
	indent := float32(24 + 12)
	if r.row.Icon == "" {
		indent = 0
	}
	nameX, nameW := left+sp[0].x+indent, sp[0].w-indent
	nameH, secondH := r.name.MinSize().Height, r.second.MinSize().Height
	top := (s.Height - nameH - secondH) / 2
	if r.row.Second == "" {
		top = (s.Height - nameH) / 2
	}
	place(r.name, nameX, top, nameW, nameH)
	place(r.second, nameX, top+nameH, nameW, secondH)
	statusH := r.status.MinSize().Height
	place(r.status, left+sp[1].x, (s.Height-statusH)/2, sp[1].w, statusH)
	for i, f := range r.figures {
		h := f.MinSize().Height
		place(f, left+sp[2+i].x, (s.Height-h)/2, sp[2+i].w, h)
	}
	menu := r.menu.MinSize()
	place(r.menu, s.Width-Gap-menu.Width, (s.Height-menu.Height)/2, menu.Width, menu.Height)
	r.action.Hidden = r.row.Action == "" || s.Width < roomy
	act := r.action.MinSize()
	place(r.action, s.Width-Gap-menu.Width-Gap-act.Width, (s.Height-act.Height)/2, act.Width, act.Height)
}

// layoutBars draws where name, second line, status and last figure will be.
func (x *rowRenderer) layoutBars(s fyne.Size, sp []span) {
	left := float32(GapGroup)
	wide := func(i int, part float32) float32 { return sp[i].w * part }
	vary := []float32{0.62, 0.48, 0.7}[max(0, x.r.at)%3]
	place(x.r.bars[0], left+sp[0].x, (s.Height-24)/2, 24, 24)
	place(x.r.bars[1], left+sp[0].x+36, s.Height/2-13, wide(0, vary), 10)
	place(x.r.bars[2], left+sp[0].x+36, s.Height/2+4, wide(0, vary*0.6), 8)
	place(x.r.bars[3], left+sp[1].x, (s.Height-10)/2, wide(1, 0.6), 10)
}
