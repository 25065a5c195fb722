package kit

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// RowListOptions fix what a RowList is; what it shows comes with Set.
type RowListOptions struct {
	Name, Status string   // heads of the first two columns
	NameSort     string   // key of the first column for OnSort; empty: not sortable
	StatusSort   string   // key of the second
	Figures      []Column // columns at the right
	ActionWidth  float32  // room for the visible button; 0: none of the rows has one

	OnOpen                   func(id string) // Enter or a press on a row
	NameWeight, StatusWeight float32         // shares of the width; 0: 2 and 1.6

	OnAction func(id string)            // the visible button
	Menu     func(id string) []MenuItem // the menu button, right press, menu key
	OnSort   func(Sorting)
	OnFilter func(key string) // a chip
	OnMore   func()           // the end of the rows came into sight and More was set
}

// Filter is a chip above the list: "Needs attention 2".
type Filter struct {
	Key   string
	Title string
	Count int
}

// RowListState is what a RowList shows. The presenter has sorted and filtered the rows.
type RowListState struct {
	Rows    []Row
	More    bool // there are more rows than these: OnMore is called near the end
	Loading bool // nothing known yet: greyed rows
	Fault   *Notice
	Empty   Empty // shown when there are no rows
	Filters []Filter
	Filter  string
	Sort    Sorting
}

// RowList is the list of a tab: chips, heads, rows 56 high, and its loading,
// empty and error states.
type RowList struct {
	part
	opt   RowListOptions
	cols  []Column
	state RowListState

	chips   *fyne.Container
	top     *fyne.Container // chips and banner; hidden when there are neither
	banner  *Banner
	heads   *heads
	list    *keyList
	body    *fyne.Container
	views   map[*rowView]bool
	asked   int    // rows when more were last asked for
	chosen  string // id of the marked row; "": none
	emptied bool
}

const skeletonRows = 6

// NewRowList returns a list that shows greyed rows until Set.
func NewRowList(opt RowListOptions) *RowList {
	l := &RowList{opt: opt, chips: HStack(Gap), banner: NewBanner(nil), views: map[*rowView]bool{}, asked: -1}
	l.cols = append([]Column{{Title: opt.Name, Weight: cmp.Or(opt.NameWeight, 2), Sort: opt.NameSort}, {Title: opt.Status, Weight: cmp.Or(opt.StatusWeight, 1.6), Sort: opt.StatusSort}}, opt.Figures...)
	l.heads = newHeads(l.cols, GapGroup, l.tail, opt.OnSort)
	l.list = newKeyList(l.length, func() fyne.CanvasObject {
		r := newRowView(l)
		return r
	}, l.update)
	l.list.open = l.openRow
	l.list.menu = l.menuKey
	l.body = container.NewStack()
	l.top = VStack(Gap, l.chips, l.banner)
	l.content = Fill(Gap, l.top, Surface(l.body))
	l.ExtendBaseWidget(l)
	l.Set(RowListState{Loading: true})
	return l
}

// roomy is how wide a list must be for a button in each row. A narrower one
// stands beside the detail of a row, which has that button too.
const roomy = 640

// tail is the room at the right for button and menu in a list of that width.
func (l *RowList) tail(width float32) float32 {
	if l.opt.ActionWidth == 0 || width < roomy {
		return 40
	}
	return 40 + l.opt.ActionWidth + Gap
}

// Set shows another state. Rows that stay where they are are updated in place.
func (l *RowList) Set(s RowListState) {
	before := l.state
	l.state = s
	if len(s.Rows) < l.asked || len(s.Rows) == 0 {
		l.asked = -1
	}
	l.setChips(before)
	l.banner.Set(s.Fault)
	l.setTop()
	l.heads.set(s.Sort)
	l.setBody()
	defer l.mark()
	if len(before.Rows) == len(s.Rows) && before.Loading == s.Loading && !l.emptied {
		for v := range l.views {
			if v.at >= 0 && v.at < len(s.Rows) {
				v.set(v.at, s.Rows[v.at], false)
			}
		}
		return
	}
	clear(l.views) // those in sight come back by Refresh
	l.list.Refresh()
}

func (l *RowList) setChips(before RowListState) {
	if slices.Equal(before.Filters, l.state.Filters) && before.Filter == l.state.Filter {
		return
	}
	l.chips.Objects = nil
	for _, f := range l.state.Filters {
		l.chips.Add(newChip(f, f.Key == l.state.Filter, func() { l.opt.OnFilter(f.Key) }))
	}
	l.content.Refresh()
}

// setTop hides what stands above the list and has nothing to show, with its gap.
func (l *RowList) setTop() {
	l.chips.Hidden = len(l.state.Filters) == 0
	hidden := l.chips.Hidden && l.state.Fault == nil
	if l.top.Hidden != hidden {
		l.top.Hidden = hidden
		l.content.Refresh()
	}
}

// setBody chooses between the list and the empty state.
func (l *RowList) setBody() {
	empty := len(l.state.Rows) == 0 && !l.state.Loading
	if empty {
		l.body.Objects = []fyne.CanvasObject{NewEmpty(l.state.Empty)}
		l.body.Refresh()
	} else if l.emptied || len(l.body.Objects) == 0 {
		l.body.Objects = []fyne.CanvasObject{Fill(0, Fill(0, l.heads, widget.NewSeparator()), l.list)}
		l.body.Refresh()
	}
	l.emptied = empty
}

// Select marks the row of that id, without opening it; "" marks none.
func (l *RowList) Select(id string) {
	l.chosen = id
	if i := l.mark(); i >= 0 {
		l.list.cursor = i
	}
}

// Unselect marks no row, for when what was beside the list has been closed.
func (l *RowList) Unselect() { l.Select("") }

// mark lets the mark follow its row, wherever the order puts it, and returns
// where that is.
func (l *RowList) mark() int {
	i := slices.IndexFunc(l.state.Rows, func(r Row) bool { return l.chosen != "" && r.ID == l.chosen })
	if i < 0 {
		l.list.UnselectAll()
	} else {
		l.list.Select(i)
	}
	return i
}

// Focus gives the list the keyboard.
func (l *RowList) Focus() { l.list.takeFocus() }

func (l *RowList) length() int {
	if l.state.Loading && len(l.state.Rows) == 0 {
		return skeletonRows
	}
	return len(l.state.Rows)
}

func (l *RowList) update(i int, o fyne.CanvasObject) {
	v := o.(*rowView)
	l.views[v] = true
	if i >= len(l.state.Rows) {
		v.set(i, Row{}, true)
		return
	}
	v.set(i, l.state.Rows[i], false)
	if l.state.More && l.opt.OnMore != nil && i >= len(l.state.Rows)-10 && l.asked != len(l.state.Rows) {
		l.asked = len(l.state.Rows)
		l.opt.OnMore()
	}
}

func (l *RowList) openRow(i int) {
	if l.opt.OnOpen != nil && i < len(l.state.Rows) {
		l.Select(l.state.Rows[i].ID)
		l.opt.OnOpen(l.state.Rows[i].ID)
	}
}

func (l *RowList) act(i int) {
	if l.opt.OnAction != nil && i >= 0 && i < len(l.state.Rows) {
		l.opt.OnAction(l.state.Rows[i].ID)
	}
}

func (l *RowList) menuItems(i int) []MenuItem {
	if l.opt.Menu == nil || i < 0 || i >= len(l.state.Rows) {
		return nil
	}
	return l.opt.Menu(l.state.Rows[i].ID)
}

func (l *RowList) showMenu(i int, below fyne.CanvasObject) { ShowMenu(below, l.menuItems(i)) }

func (l *RowList) showMenuAt(i int, pos fyne.Position) {
	c := fyne.CurrentApp().Driver().CanvasForObject(l.list)
	if items := l.menuItems(i); c != nil && len(items) > 0 {
		showMenuAt(c, pos, items)
	}
}

func (l *RowList) menuKey(i int) {
	for v := range l.views {
		if v.at == i && v.menu != nil {
			l.showMenu(i, v.menu)
			return
		}
	}
}

// chip is a filter that is pressed to choose it.
type chip struct {
	pressable
	back  *panel
	title *Text
	count *Text
}

func newChip(f Filter, on bool, do func()) *chip {
	fill, stroke, text := fyne.ThemeColorName(""), theme.ColorNameSeparator, theme.ColorNameForeground
	if on {
		fill, stroke, text = ColorInfoWash, theme.ColorNamePrimary, theme.ColorNamePrimary
	}
	c := &chip{back: newPanel(fill, stroke, 12)}
	c.title = newText(f.Title, text, theme.SizeNameText, fyne.TextStyle{Bold: on}).Whole()
	c.count = newText(Number(int64(f.Count)), ColorSecondary, theme.SizeNameText, fyne.TextStyle{}).Whole()
	c.extend(c, do, 12+ringReach)
	return c
}

// CreateRenderer is for Fyne.
func (c *chip) CreateRenderer() fyne.WidgetRenderer {
	body := widget.NewSimpleRenderer(stack(c.back, InsetXY(12, GapTight, HStack(Gap, c.title, c.count))))
	return &ringed{WidgetRenderer: body, ring: c.ring, x: ringReach, y: ringReach}
}
