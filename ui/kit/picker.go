package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Option is one thing to pick.
type Option struct {
	ID     string
	Icon   Icon
	Title  string
	Note   string // "Reads orders, customers, products"
	Badge  string // "For trying out"; empty: none
	Always bool   // stays in the list whatever is searched ("My service is not listed")
}

// Picker is a search field over a list of options. Down moves from the field
// into the list, Enter picks.
type Picker struct {
	part
	Search  *Entry
	all     []Option
	found   []Option
	list    *keyList
	nothing *Text
}

// NewPicker returns a picker; choose gets the id of what was picked.
func NewPicker(options []Option, hint string, choose func(id string)) *Picker {
	p := &Picker{all: options, found: options, nothing: NewSecondary("").Center()}
	p.Search = NewSearch(hint, p.search)
	p.list = newKeyList(func() int { return len(p.found) }, func() fyne.CanvasObject { return newOptionView(p) },
		func(i int, o fyne.CanvasObject) { o.(*optionView).set(i, p.found[i]) })
	p.list.open = func(i int) { choose(p.found[i].ID) }
	p.Search.OnSubmitted = func(string) {
		if len(p.found) > 0 {
			choose(p.found[max(0, min(p.list.cursor, len(p.found)-1))].ID)
		}
	}
	p.Search.OnDown(p.list.takeFocus)
	p.nothing.Hide()
	p.content = Fill(Gap, p.Search, Surface(stack(p.list, container.NewCenter(Width(300, p.nothing)))))
	p.ExtendBaseWidget(p)
	return p
}

// SetOptions shows other options.
func (p *Picker) SetOptions(options []Option) {
	p.all = options
	p.search(p.Search.Text)
}

// Found returns the ids in the list, in order.
func (p *Picker) Found() (ids []string) {
	for _, o := range p.found {
		ids = append(ids, o.ID)
	}
	return ids
}

func (p *Picker) search(text string) {
	p.found = match(p.all, text)
	p.list.cursor = 0
	p.nothing.Hidden = len(p.found) > 0
	p.nothing.SetText(T("Nothing matches “{text}”.", "text", text))
	p.list.Refresh()
}

// match keeps the options whose title or note holds all the words.
func match(all []Option, text string) []Option {
	words := strings.Fields(strings.ToLower(text))
	var found []Option
next:
	for _, o := range all {
		hay := strings.ToLower(o.Title + " " + o.Note)
		for _, w := range words {
			if !o.Always && !strings.Contains(hay, w) {
				continue next
			}
		}
		found = append(found, o)
	}
	return found
}

// optionView is a line of the picker.
type optionView struct {
	widget.BaseWidget
	p     *Picker
	at    int
	icon  *image
	title *Text
	note  *Text
	badge *Text
}

func newOptionView(p *Picker) *optionView {
	v := &optionView{p: p, icon: newImage("", ColorSecondary, 24), title: NewBold(""), note: NewSecondary("")}
	v.badge = newText("", theme.ColorNamePrimary, theme.SizeNameCaptionText, fyne.TextStyle{Bold: true}).Whole()
	v.ExtendBaseWidget(v)
	return v
}

func (v *optionView) set(i int, o Option) {
	v.at = i
	v.icon.set(o.Icon, ColorSecondary)
	v.title.SetText(o.Title)
	v.note.SetText(o.Note)
	v.badge.SetText(o.Badge)
	v.Refresh()
}

// Tapped picks the option.
func (v *optionView) Tapped(*fyne.PointEvent) { v.p.list.tapped(v.at) }

func (v *optionView) MinSize() fyne.Size { return fyne.NewSize(240, RowHeight-GapTight) }

func (v *optionView) CreateRenderer() fyne.WidgetRenderer {
	text := VStack(0, v.title, v.note)
	mid := container.New(midLayout{}, v.icon.Image, text, v.badge)
	return widget.NewSimpleRenderer(mid)
}

// midLayout: icon, text that takes the rest, a word at the right.
type midLayout struct{}

func (midLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(240, RowHeight-GapTight) }

func (midLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	place(o[0], GapGroup, (s.Height-24)/2, 24, 24)
	badge := o[2].MinSize()
	x := GapGroup + 24 + float32(12)
	h := o[1].MinSize().Height
	place(o[1], x, (s.Height-h)/2, s.Width-x-GapGroup-badge.Width-Gap, h)
	place(o[2], s.Width-GapGroup-badge.Width, (s.Height-badge.Height)/2, badge.Width, badge.Height)
}
