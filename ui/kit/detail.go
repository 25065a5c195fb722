package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Detail is what a DetailPane shows of one thing.
type Detail struct {
	Icon     Icon
	Title    string
	Second   string
	Status   State
	Notice   *Notice // what needs the person, with its button
	Actions  []Action
	Sections []Section
}

// Section is a head with lines below it, or with an object of any kind.
type Section struct {
	Title string
	Lines []Line
	Body  fyne.CanvasObject // below the lines; may be nil
}

// Line is a label and its value. State, when it has a word, stands instead of Value.
type Line struct {
	Label string
	Value string
	Mono  bool
	State State
	Do    Action // a button at the right; without Title none
}

// DetailPane is the right half of a tab.
type DetailPane struct {
	part
	close  func()
	scroll *container.Scroll
	head   *fyne.Container
}

// NewDetailPane returns an empty pane; close is its × and may be nil.
func NewDetailPane(close func()) *DetailPane {
	p := &DetailPane{close: close, head: container.NewStack(), scroll: container.NewVScroll(container.NewStack())}
	p.content = Surface(Fill(0, p.head, p.scroll))
	p.ExtendBaseWidget(p)
	return p
}

// Set shows a thing; the scroll position stays, so that an update does not jump.
func (p *DetailPane) Set(d Detail) {
	names := VStack(0, NewHead(d.Title))
	if d.Second != "" {
		names.Add(NewSecondary(d.Second))
	}
	left := fyne.CanvasObject(names)
	if d.Icon != "" {
		left = container.NewBorder(nil, nil, InsetXY(0, 4, NewIcon(d.Icon, ColorSecondary, 28)), nil, InsetXY(12, 0, names))
	}
	if p.close != nil {
		left = container.NewBorder(nil, nil, nil, container.NewCenter(NewIconButton(IconClose, T("Close"), p.close)), left)
	}
	p.head.Objects = []fyne.CanvasObject{Fill(0, InsetXY(GapGroup, 12, left), widget.NewSeparator())}
	p.head.Refresh()

	body := VStack(GapGroup)
	if d.Status.Word != "" {
		body.Add(NewStatus(d.Status))
	}
	if d.Notice != nil {
		body.Add(NewBanner(d.Notice))
	}
	if len(d.Actions) > 0 {
		row := HStack(Gap)
		for _, a := range d.Actions {
			row.Add(a.Button())
		}
		body.Add(row)
	}
	for _, s := range d.Sections {
		body.Add(section(s))
	}
	p.scroll.Content = Inset(GapGroup, body)
	p.scroll.Refresh()
}

func section(s Section) fyne.CanvasObject {
	col := VStack(Gap)
	if s.Title != "" {
		col.Add(VStack(GapTight, NewBold(s.Title), widget.NewSeparator()))
	}
	for _, l := range s.Lines {
		col.Add(line(l))
	}
	if s.Body != nil {
		col.Add(s.Body)
	}
	return col
}

// labelWidth is the room of the labels: the longest German ones fit, but in a
// narrow pane the values come first.
func labelWidth(pane float32) float32 { return min(136, pane*0.32) }

func line(l Line) fyne.CanvasObject {
	var value fyne.CanvasObject
	switch {
	case l.State.Word != "":
		value = NewStatusLine(l.State)
	case l.Mono:
		value = NewMono(l.Value)
	default:
		value = NewParagraph(l.Value)
	}
	row := container.New(&lineLayout{}, NewText(l.Label).Colored(ColorSecondary), value)
	if l.Do.Title != "" {
		row.Add(l.Do.Button())
	}
	return row
}

// lineLayout: label, value that takes the rest and may wrap, a button.
type lineLayout struct{}

func (l *lineLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := fyne.NewSize(160, max(o[0].MinSize().Height, o[1].MinSize().Height))
	if len(o) > 2 {
		b := o[2].MinSize()
		m = fyne.NewSize(m.Width+Gap+b.Width, max(m.Height, b.Height))
	}
	return m
}

func (l *lineLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	label := labelWidth(s.Width)
	wide := s.Width - label - Gap
	top := float32(0)
	if len(o) > 2 {
		b := o[2].MinSize()
		wide -= b.Width + Gap
		place(o[2], s.Width-b.Width, 0, b.Width, b.Height)
		top = max(0, (b.Height-o[0].MinSize().Height)/2)
		if name, ok := o[0].(*Text); ok { // beside a button there is little room: the label gives up what it does not need
			wide += max(0, label-name.Natural()-Gap)
			label = min(label, name.Natural()+Gap)
		}
	}
	place(o[0], 0, top, label, o[0].MinSize().Height)
	o[1].Resize(fyne.NewSize(wide, o[1].MinSize().Height))
	place(o[1], label+Gap, top, wide, o[1].MinSize().Height)
}
