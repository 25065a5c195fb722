package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Dialog is a question over the window. Its buttons stand in the order of
// Buttons from the right: the first is the primary one.
type Dialog struct {
	Title   string
	Body    string            // at most three sentences; **bold** is bold
	Content fyne.CanvasObject // between body and buttons; may be nil
	Buttons []DialogButton
	Width   float32        // 0 is 480
	Focus   fyne.Focusable // first field; nil: the button that Enter presses
	Closed  func()         // called once when it is gone, however

	host    *Dialogs
	veil    *veil
	buttons []*Button
	gone    bool
}

// DialogButton is one way out of a dialog.
type DialogButton struct {
	Title  string
	Do     func()
	Enter  bool // what Enter does: the safe one; without any, the first
	Cancel bool // what Escape does; without any, Escape only closes
	Danger bool // loses something: coloured so
	Keep   bool // the dialog stays open; Do closes it when it is content
	Off    bool // disabled at first, see Enable
}

// Dialogs shows the dialogs of one window one after the other, never stacked.
type Dialogs struct {
	canvas  fyne.Canvas
	waiting []*Dialog
	open    *Dialog
	before  func(*fyne.KeyEvent)
	focus   fyne.Focusable
}

// NewDialogs returns the queue of a window.
func NewDialogs(c fyne.Canvas) *Dialogs { return &Dialogs{canvas: c} }

// Show opens d, or queues it behind the one that is open.
func (ds *Dialogs) Show(d *Dialog) {
	d.host = ds
	if ds.open != nil {
		ds.waiting = append(ds.waiting, d)
		return
	}
	ds.show(d)
}

// Open returns the dialog on screen, or nil.
func (ds *Dialogs) Open() *Dialog { return ds.open }

func (ds *Dialogs) show(d *Dialog) {
	if ds.open == nil && ds.before == nil {
		ds.before = ds.canvas.OnTypedKey()
		ds.focus = ds.canvas.Focused()
	}
	ds.open = d
	ds.canvas.SetOnTypedKey(d.typedKey)
	d.veil = newVeil(d.build(), d.width())
	ds.canvas.Overlays().Add(d.veil)
	d.veil.Resize(ds.canvas.Size())
	if d.Focus != nil {
		ds.canvas.Focus(d.Focus)
	} else if b := d.buttonFor(func(b DialogButton) bool { return b.Enter }); b >= 0 && !d.buttons[b].Disabled() {
		ds.canvas.Focus(d.buttons[b])
	} else {
		ds.canvas.Unfocus()
	}
}

func (ds *Dialogs) next() {
	ds.open = nil
	if len(ds.waiting) > 0 {
		d := ds.waiting[0]
		ds.waiting = ds.waiting[1:]
		ds.show(d)
		return
	}
	ds.canvas.SetOnTypedKey(ds.before)
	if ds.focus != nil {
		ds.canvas.Focus(ds.focus)
	}
	ds.before, ds.focus = nil, nil
}

func (d *Dialog) build() *fyne.Container {
	head := VStack(Gap, paragraph("**"+d.Title+"**", theme.ColorNameForeground, theme.SizeNameHeadingText))
	if d.Body != "" {
		head.Add(NewParagraph(d.Body))
	}
	row := HStack(Gap)
	d.buttons = make([]*Button, len(d.Buttons))
	for i := len(d.Buttons) - 1; i >= 0; i-- {
		b := d.Buttons[i]
		a := Action{Title: b.Title, Do: func() { d.press(i) }, Danger: b.Danger, Primary: i == 0 && !b.Danger && !b.Cancel}
		d.buttons[i] = a.Button()
		if b.Off {
			d.buttons[i].Disable()
		}
		row.Add(d.buttons[i])
	}
	foot := container.New(&rowLayout{spread: true}, row)
	return container.New(&dialogLayout{}, head, d.body(), foot)
}

func (d *Dialog) body() fyne.CanvasObject {
	if d.Content == nil {
		return container.NewWithoutLayout()
	}
	return container.NewVScroll(container.New(scrollGutter{}, d.Content))
}

func (d *Dialog) width() float32 {
	if d.Width == 0 {
		return 480
	}
	return d.Width
}

// Refit adapts the size after the content has grown or shrunk.
func (d *Dialog) Refit() {
	if d.veil != nil && !d.gone {
		d.veil.Refresh()
	}
}

// Enable switches the button of that title on or off.
func (d *Dialog) Enable(title string, on bool) {
	for i, b := range d.Buttons {
		if b.Title != title {
			continue
		}
		if d.buttons == nil {
			d.Buttons[i].Off = !on
		} else if on {
			d.buttons[i].Enable()
		} else {
			d.buttons[i].Disable()
		}
	}
}

// Press does what pressing the button of that title does, unless it is off.
func (d *Dialog) Press(title string) {
	if i := d.buttonFor(func(b DialogButton) bool { return b.Title == title }); i >= 0 && d.buttons != nil && !d.buttons[i].Disabled() {
		d.press(i)
	}
}

// Close closes the dialog without pressing anything; also one that still waits.
func (d *Dialog) Close() {
	if d.gone || d.host == nil {
		return
	}
	d.gone = true
	if d.veil == nil {
		for i, w := range d.host.waiting {
			if w == d {
				d.host.waiting = append(d.host.waiting[:i:i], d.host.waiting[i+1:]...)
				break
			}
		}
	} else {
		d.host.canvas.Overlays().Remove(d.veil)
		d.host.next()
	}
	if d.Closed != nil {
		d.Closed()
	}
}

func (d *Dialog) press(i int) {
	b := d.Buttons[i]
	if !b.Keep {
		d.Close()
	}
	if b.Do != nil {
		b.Do()
	}
}

func (d *Dialog) buttonFor(want func(DialogButton) bool) int {
	for i, b := range d.Buttons {
		if want(b) {
			return i
		}
	}
	return -1
}

func (d *Dialog) typedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyEscape:
		if i := d.buttonFor(func(b DialogButton) bool { return b.Cancel }); i >= 0 {
			d.press(i)
			return
		}
		d.Close()
	case fyne.KeyReturn, fyne.KeyEnter:
		i := max(0, d.buttonFor(func(b DialogButton) bool { return b.Enter }))
		if i < len(d.buttons) && !d.buttons[i].Disabled() {
			d.press(i)
		}
	}
}

// dialogLayout: head, content that scrolls when the window is small, buttons.
type dialogLayout struct{}

func (l *dialogLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(280, o[2].MinSize().Width+2*GapPage), 120)
}

func (l *dialogLayout) height(o []fyne.CanvasObject) float32 {
	h := GapPage + o[0].MinSize().Height + GapPage + o[2].MinSize().Height + GapPage
	if s, ok := o[1].(*container.Scroll); ok {
		h += GapGroup - 2*GapTight + s.Content.MinSize().Height
	}
	return h
}

func (l *dialogLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := s.Width - 2*GapPage
	o[0].Resize(fyne.NewSize(w, o[0].MinSize().Height))
	headH, footH := o[0].MinSize().Height, o[2].MinSize().Height
	place(o[0], GapPage, GapPage, w, headH)
	place(o[2], GapPage, s.Height-GapPage-footH, w, footH)
	top := GapPage + headH + GapGroup - GapTight
	place(o[1], GapPage-Gap, top, w+2*Gap, max(0, s.Height-top-GapPage-footH-GapPage+GapTight))
}

// scrollGutter keeps content clear of the scroll bar beside it, and borders and
// focus rings clear of the edge where the scroll cuts.
type scrollGutter struct{}

func (scrollGutter) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().AddWidthHeight(2*Gap, 2*GapTight)
}

func (scrollGutter) Layout(o []fyne.CanvasObject, s fyne.Size) {
	place(o[0], Gap, GapTight, s.Width-2*Gap, s.Height-2*GapTight)
}
