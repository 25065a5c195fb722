package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// ProgressState is how far something is.
type ProgressState struct {
	What    string        // "Orders from Acme Shopify"
	Done    int64         // records read
	Total   int64         // 0: not known, so nothing is said of the whole
	Elapsed time.Duration // since it began
	Left    time.Duration // estimate; 0: none
}

// Sentence says it in words: "Orders · 1,240 of 5,000 · 40 s · about 2 min left".
// Without a known total there is no percentage and no estimate of one.
func (w ProgressState) Sentence() string {
	s := w.What
	switch {
	case w.Total > 0:
		s += " · " + T("{n} of {total}", "n", Number(w.Done), "total", Number(w.Total))
	case w.Done > 0:
		s += " · " + T("{n} read", "n", Number(w.Done))
	}
	if w.Elapsed >= time.Second {
		s += " · " + Took(w.Elapsed.Truncate(time.Second))
	}
	if w.Total > 0 && w.Left > 0 {
		s += " · " + T("about {time} left", "time", Took(w.Left.Truncate(time.Second)))
	}
	return s
}

// Progress shows its state as a sentence over a bar, with Cancel beside it.
type Progress struct {
	part
	text *Text
	bar  *bar
}

// NewProgress returns a progress part; cancel may be nil.
func NewProgress(cancel func()) *Progress {
	p := &Progress{text: NewText(""), bar: newBar()}
	col := VStack(GapTight, p.text, p.bar)
	if cancel == nil {
		p.content = col
		p.ExtendBaseWidget(p)
		return p
	}
	p.content = container.NewBorder(nil, nil, nil, InsetXY(Gap, 0, container.NewCenter(NewButton(T("Cancel"), cancel))), container.NewVBox(col))
	p.ExtendBaseWidget(p)
	return p
}

// Set shows how far the work is. Call it at most about four times a second.
func (p *Progress) Set(w ProgressState) {
	p.text.SetText(w.Sentence())
	part := float32(-1)
	if w.Total > 0 {
		part = float32(min(1, float64(w.Done)/float64(w.Total)))
	}
	p.bar.set(part)
}

// bar is a thin line that fills. For an unknown whole it is not drawn, though
// its room stays: any filled part of it would be read as a share.
type bar struct {
	widget.BaseWidget
	part       float32
	back, fill *panel
}

func newBar() *bar {
	b := &bar{part: -1, back: newPanel(ColorSkeleton, "", 2), fill: newPanel(theme.ColorNamePrimary, "", 2)}
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) set(part float32) {
	if b.part != part {
		b.part = part
		b.Refresh()
	}
}

func (b *bar) CreateRenderer() fyne.WidgetRenderer { return &barRenderer{b} }

type barRenderer struct{ b *bar }

func (r *barRenderer) Destroy()                     {}
func (r *barRenderer) MinSize() fyne.Size           { return fyne.NewSize(80, 4) }
func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.b.back, r.b.fill} }

func (r *barRenderer) Layout(s fyne.Size) {
	place(r.b.back, 0, 0, s.Width, s.Height)
	r.b.back.Hidden, r.b.fill.Hidden = r.b.part < 0, r.b.part <= 0
	place(r.b.fill, 0, 0, s.Width*max(0, r.b.part), s.Height)
}

func (r *barRenderer) Refresh() {
	r.Layout(r.b.Size())
	r.b.back.Refresh()
	r.b.fill.Refresh()
}

// Spinner says that something is going on whose length nobody knows.
type Spinner struct{ widget.Activity }

// NewSpinner returns a turning spinner; Stop ends it.
func NewSpinner() *Spinner {
	s := &Spinner{}
	s.ExtendBaseWidget(s)
	s.Start()
	return s
}
