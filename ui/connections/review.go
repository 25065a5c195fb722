package connections

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// review is step 3, W-01: what to sync, and what is asked for it.
type review struct {
	v     *flowView
	rows  []*reviewRow
	d     *kit.Dialog
	start string          // title of the primary button
	names *fyne.Container // what is asked for, as the service calls it
}

// reviewRow is one kind of data.
type reviewRow struct {
	access *levelButton
	read   *kit.Text // what is asked, in words
	more   *kit.Text // the rest of it
	reason *kit.Text // why a level is not used
	now    *kit.Text // on reauthorizing: given, new, no longer needed
}

func (v *flowView) review(f Flow) *kit.Dialog {
	r := &review{v: v}
	grid := kit.VStack(0)
	head := []fyne.CanvasObject{columnHead(kit.T("Data")), columnHead(kit.T("Access")), columnHead(kit.T("Permission asked"))}
	if f.Of != nil {
		head = append(head, columnHead(kit.T("Now")))
	}
	grid.Add(container.New(reviewLayout{}, head...))
	for _, row := range f.Service.Review(f.Draft.Access, granted(f)) {
		grid.Add(widget.NewSeparator())
		grid.Add(r.row(f, row))
	}
	intro := kit.T("Choose for each kind of data. Linkdesk asks {service} only for these permissions. {service} shows them to you again before you agree.", "service", f.Service.Name)
	if f.Auth().Method != "oauth2" {
		intro = kit.T("Choose for each kind of data. Linkdesk does no more than this, whatever else the key would allow.")
	}
	body := kit.VStack(fieldGap, kit.NewParagraph(intro), grid)
	if note := f.Service.AccessNote(); note != "" && f.Auth().Method == "oauth2" {
		n := &kit.Notice{Tone: kit.Attention, Text: kit.T(note)}
		if f.Service.Settings != "" {
			n.Actions = []kit.Action{{Title: kit.T("Settings there"), Do: func() { v.t.hooks.OpenURL(f.Service.Settings) }}}
		}
		body.Add(kit.NewBanner(n))
	}
	if scopes := f.Service.ScopesFor(f.Draft.Access, f.Draft.Method); scopes != nil {
		r.names = container.NewStack()
		body.Add(v.fold(kit.T("As {service} calls it", "service", shortTo(f.Service.Name, 36)), false, false, r.names))
	}
	body.Add(kit.NewNote(kit.T("What is read stays on this computer.")))
	r.start = kit.T("Open {service} in my browser", "service", shortTo(f.Service.Name, 24))
	if f.Auth().Method != "oauth2" {
		r.start = kit.T("Connect")
	}
	r.d = &kit.Dialog{Title: kit.T("Review what Linkdesk may do at {service}", "service", shortTo(f.Service.Name, 28)), Content: v.step(f.caption(), body),
		Buttons: []kit.DialogButton{{Title: r.start, Enter: true, Keep: true, Do: v.w.Start}}}
	if f.Of == nil || len(f.fields()) > 0 || f.ownClient() {
		r.d.Buttons = append(r.d.Buttons, v.backButton())
	}
	r.d.Buttons = append(r.d.Buttons, cancelButton())
	v.update = r.set
	r.set(f)
	return r.d
}

// granted is what the service gave before: nil for a new connection.
func granted(f Flow) []string {
	if f.Of == nil {
		return nil
	}
	return append([]string{}, f.Of.Granted...)
}

func columnHead(text string) fyne.CanvasObject { return kit.NewSecondary(text) }

func (r *review) row(f Flow, row service.ReviewRow) fyne.CanvasObject {
	m := row.Model
	x := &reviewRow{read: kit.NewText(""), more: kit.NewText(""), reason: kit.NewSecondary(""), now: kit.NewSecondary("")}
	x.access = newLevelButton(func() { kit.ShowMenu(x.access.button, r.levels(m)) })
	r.rows = append(r.rows, x)
	cells := []fyne.CanvasObject{
		container.NewBorder(nil, nil, container.NewCenter(kit.NewIcon(words.ModelIcon(m), kit.ColorSecondary, 20)), nil, kit.InsetXY(kit.Gap, 0, container.New(midline{}, kit.NewBold(kit.T(row.Title))))),
		x.access.content, kit.VStack(0, x.read, x.more, x.reason)}
	if f.Of != nil {
		cells = append(cells, x.now)
	}
	return container.New(reviewLayout{tall: true}, cells...)
}

// levels are the entries of the menu of a kind of data; those that the service
// does not offer say why.
func (r *review) levels(m core.Model) []kit.MenuItem {
	var items []kit.MenuItem
	for _, c := range r.v.w.flow.Service.LevelsFor(m) {
		it := kit.MenuItem{Title: kit.T(c.Level.Title())}
		if c.Allowed {
			it.Do = func() { r.v.w.Edit(func(f *Flow) { f.Draft.Access[m] = c.Level }) }
		} else {
			it.Reason = kit.Say(c.Reason)
		}
		items = append(items, it)
	}
	return items
}

func (r *review) set(f Flow) {
	for i, row := range f.Service.Review(f.Draft.Access, granted(f)) {
		r.rows[i].set(f, row)
	}
	if r.names != nil {
		r.names.Objects = []fyne.CanvasObject{kit.NewNote(strings.Join(f.Service.ScopesFor(f.Draft.Access, f.Draft.Method), ", "))}
		r.names.Refresh()
	}
	r.d.Enable(r.start, f.chosen())
}

func (x *reviewRow) set(f Flow, row service.ReviewRow) {
	x.access.set(kit.T(row.Access.Title()), !offersNothing(f.Service, row.Model))
	read, more := askedWords(row.Words)
	if read == "" {
		read = kit.T("Nothing")
	}
	x.read.SetText(read)
	x.more.SetText(more)
	x.reason.SetText(kit.Say(row.Reason))
	x.more.Hidden, x.reason.Hidden = more == "", row.Reason == "" || more != ""
	text, color := stateWord(row.State)
	x.now.Set(text, color)
}

// askedWords parts "See your orders; change your orders" into two lines.
func askedWords(all string) (first, second string) {
	first, second, _ = strings.Cut(all, "; ")
	if r, n := utf8.DecodeRuneInString(second); n > 0 {
		second = kit.Say(string(unicode.ToUpper(r)) + second[n:])
	}
	return kit.Say(first), second
}

// asked is what is permitted, in one line.
func asked(all string) string {
	first, second := askedWords(all)
	if second == "" {
		return first
	}
	return first + " · " + second
}

// levelButton looks like a list to choose from; what it opens is a menu, where
// levels that cannot be chosen say why.
type levelButton struct {
	content fyne.CanvasObject
	button  *kit.Button
}

func newLevelButton(open func()) *levelButton {
	b := kit.NewButton("", open)
	b.Alignment = widget.ButtonAlignLeading
	arrow := kit.NewIcon(kit.IconDown, kit.ColorSecondary, 16)
	return &levelButton{button: b, content: container.NewStack(b, container.NewBorder(nil, nil, nil, kit.InsetXY(kit.Gap, 0, container.NewCenter(arrow))))}
}

func (b *levelButton) set(title string, on bool) {
	b.button.SetText(title)
	if on {
		b.button.Enable()
	} else {
		b.button.Disable()
	}
}

func offersNothing(m *service.Manifest, model core.Model) bool {
	for _, l := range core.AccessLevels() {
		if l != core.Disabled && m.Offers(model, l) {
			return false
		}
	}
	return true
}

func stateWord(state string) (string, fyne.ThemeColorName) {
	switch state {
	case service.StateGiven:
		return kit.T("given"), kit.ColorGood
	case service.StateNew:
		return kit.T("new"), kit.ColorAttention
	case service.StateUnneeded:
		return kit.T("no longer needed"), kit.ColorSecondary
	}
	return "–", kit.ColorSecondary
}

// reviewLayout: data, access, what is asked, and on reauthorizing what is given now.
type reviewLayout struct{ tall bool }

func (l reviewLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	if l.tall {
		return fyne.NewSize(480, 46)
	}
	return fyne.NewSize(480, 24)
}

func (l reviewLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	const data, access = 140, 160 // the longest German words fit
	widths := []float32{data, access, s.Width - data - access - 2*kit.GapGroup, 0}
	if len(o) > 3 {
		widths[3] = 104
		widths[2] -= widths[3] + kit.GapGroup
	}
	x := float32(0)
	for i, c := range o {
		h := c.MinSize().Height
		c.Resize(fyne.NewSize(widths[i], h))
		c.Move(fyne.NewPos(x, (s.Height-h)/2))
		x += widths[i] + kit.GapGroup
	}
}

// midline centres a line of text in the height.
type midline struct{}

func (midline) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (midline) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Resize(fyne.NewSize(s.Width, h))
	o[0].Move(fyne.NewPos(0, (s.Height-h)/2))
}

func shortTo(name string, n int) string {
	if r := []rune(name); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return name
}
