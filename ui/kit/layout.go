package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// VStack puts objects below each other with a gap; each is as wide as the container.
func VStack(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(gap), objs...)
}

// HStack puts objects beside each other with a gap, each as wide as it must be
// and centred in height.
func HStack(gap float32, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap: gap}, objs...)
}

// Spread is HStack with the last objects at the right: n of them stay at the left.
func Spread(gap float32, n int, objs ...fyne.CanvasObject) *fyne.Container {
	return container.New(&rowLayout{gap: gap, left: n, spread: true}, objs...)
}

// Inset puts space around an object.
func Inset(pad float32, obj fyne.CanvasObject) *fyne.Container { return InsetXY(pad, pad, obj) }

// InsetXY puts space at the sides and above and below.
func InsetXY(x, y float32, obj fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(y, y, x, x), obj)
}

// Bleed lets obj reach over both edges of its room by that much.
func Bleed(by float32, obj fyne.CanvasObject) *fyne.Container {
	return container.New(bleedLayout{by}, obj)
}

type bleedLayout struct{ by float32 }

func (l bleedLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().SubtractWidthHeight(2*l.by, 0)
}

func (l bleedLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	place(o[0], -l.by, 0, s.Width+2*l.by, s.Height)
}

// Page puts the space of a page around its content.
func Page(obj fyne.CanvasObject) *fyne.Container { return Inset(GapPage, obj) }

// Fill lays head above body, which takes the rest of the height.
func Fill(gap float32, head, body fyne.CanvasObject) *fyne.Container {
	return container.New(&fillLayout{gap}, head, body)
}

// After puts body beside a first object; body takes the rest of the width.
func After(gap float32, first, body fyne.CanvasObject) *fyne.Container {
	return container.New(afterLayout{gap}, first, body)
}

type afterLayout struct{ gap float32 }

func (l afterLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+l.gap+b.Width, max(a.Height, b.Height))
}

func (l afterLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	a, b := o[0].MinSize(), o[1].MinSize()
	place(o[0], 0, (s.Height-a.Height)/2, a.Width, a.Height)
	place(o[1], a.Width+l.gap, (s.Height-b.Height)/2, s.Width-a.Width-l.gap, b.Height)
}

// MaxWidth keeps lines readable: obj is at most width wide, at the left.
func MaxWidth(width float32, obj fyne.CanvasObject) *fyne.Container {
	return container.New(&widthLayout{most: width}, obj)
}

// Width gives obj exactly that width.
func Width(width float32, obj fyne.CanvasObject) *fyne.Container {
	return container.New(&widthLayout{most: width, least: width}, obj)
}

// flush takes the padding of Fyne's text widgets away, so that their text
// stands on the same line as everything else.
func flush(obj fyne.CanvasObject) *fyne.Container { return container.New(flushLayout{}, obj) }

type flushLayout struct{}

func (flushLayout) pad() float32 { return sizeOf(theme.SizeNameInnerPadding) }

func (l flushLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	m := objs[0].MinSize()
	return fyne.NewSize(max(0, m.Width-2*l.pad()), max(0, m.Height-2*l.pad()))
}

func (l flushLayout) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	objs[0].Move(fyne.NewPos(-l.pad(), -l.pad()))
	objs[0].Resize(fyne.NewSize(size.Width+2*l.pad(), size.Height+2*l.pad()))
}

type widthLayout struct{ most, least float32 }

func (l *widthLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	m := objs[0].MinSize()
	if l.least == l.most {
		return fyne.NewSize(l.most, m.Height) // whatever is inside: a select wants room for its longest option
	}
	return fyne.NewSize(max(l.least, m.Width), m.Height)
}

func (l *widthLayout) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	objs[0].Move(fyne.NewPos(0, 0))
	objs[0].Resize(fyne.NewSize(min(size.Width, l.most), size.Height))
}

type fillLayout struct{ gap float32 }

func (l *fillLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	a, b := objs[0].MinSize(), objs[1].MinSize()
	if !objs[0].Visible() {
		return b
	}
	return fyne.NewSize(max(a.Width, b.Width), a.Height+l.gap+b.Height)
}

func (l *fillLayout) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	if objs[0].Visible() {
		h := objs[0].MinSize().Height
		objs[0].Move(fyne.NewPos(0, 0))
		objs[0].Resize(fyne.NewSize(size.Width, h))
		y = h + l.gap
	}
	objs[1].Move(fyne.NewPos(0, y))
	objs[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-y)))
}

// rowLayout gives text that may be shortened its natural width while there is
// room, and shares what is missing among such texts.
type rowLayout struct {
	gap    float32
	left   int
	spread bool
}

func (l *rowLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, o := range objs {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		s.Width += m.Width
		s.Height = max(s.Height, m.Height)
		n++
	}
	return s.AddWidthHeight(l.gap*float32(max(0, n-1)), 0)
}

func (l *rowLayout) Layout(objs []fyne.CanvasObject, size fyne.Size) {
	room := size.Width - l.MinSize(objs).Width
	widths := make([]float32, len(objs))
	for i, o := range objs {
		widths[i] = o.MinSize().Width
		if t, ok := o.(interface{ Natural() float32 }); ok && o.Visible() && room > 0 {
			more := min(room, max(0, t.Natural()-widths[i]))
			widths[i] += more
			room -= more
		}
	}
	x := float32(0)
	for i, o := range objs {
		if l.spread && i == l.left {
			x += max(0, room)
		}
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		o.Resize(fyne.NewSize(widths[i], h))
		o.Move(fyne.NewPos(x, (size.Height-h)/2))
		x += widths[i] + l.gap
	}
}

// panel is a rectangle in colours of the theme.
type panel struct {
	widget.BaseWidget
	fill, stroke fyne.ThemeColorName
	corner       float32
	thick        float32 // of the stroke; 0: 1
}

func newPanel(fill, stroke fyne.ThemeColorName, corner float32) *panel {
	p := &panel{fill: fill, stroke: stroke, corner: corner}
	p.ExtendBaseWidget(p)
	return p
}

func (p *panel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{p: p, rect: canvas.NewRectangle(color.Transparent)}
	r.Refresh()
	return r
}

type panelRenderer struct {
	p    *panel
	rect *canvas.Rectangle
}

func (r *panelRenderer) Destroy()                     {}
func (r *panelRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *panelRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }

// Layout keeps a corner from being larger than half the height, which Fyne draws as a kink.
func (r *panelRenderer) Layout(s fyne.Size) {
	r.rect.CornerRadius = min(r.p.corner, s.Height/2)
	r.rect.Resize(s)
}

func (r *panelRenderer) Refresh() {
	r.Layout(r.p.Size())
	r.rect.FillColor = color.Transparent
	if r.p.fill != "" {
		r.rect.FillColor = colorOf(r.p.fill)
	}
	r.rect.StrokeWidth = 0
	if r.p.stroke != "" {
		r.rect.StrokeWidth = max(1, r.p.thick)
		r.rect.StrokeColor = colorOf(r.p.stroke)
	}
	r.rect.Refresh()
}

// Card puts content on a surface of its own with a thin border.
func Card(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(newPanel(ColorSurface, theme.ColorNameSeparator, Corner), Inset(GapGroup, content))
}

// Surface is a card without space around its content, for lists and tables.
func Surface(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(newPanel(ColorSurface, theme.ColorNameSeparator, Corner), Inset(1, content))
}
