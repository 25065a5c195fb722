package consent

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// dialogWidth leaves a line to each permission with its count, so that all six
// are in sight at once in the smallest window: nobody allows what is below an edge.
const dialogWidth = 740

// rowHeight is that of a permission, with a badge or without.
const rowHeight float32 = 24

// view is the dialog of one question.
type view struct {
	dialog  *kit.Dialog
	asked   []core.Scope
	checks  []*kit.Check // one for each of asked
	notes   []*kit.Text
	hide    *kit.Check // nil: there is nothing personal to hide
	length  *kit.Choice
	left    *kit.Text
	fault   *kit.Banner
	counts  map[core.Model]int64
	settled bool // in sight long enough for Allow
	busy    bool
}

func newView(q authserver.Question, now time.Time, allow, closed func()) *view {
	v := &view{asked: q.Scopes, left: kit.NewSecondary(""), fault: kit.NewBanner(nil)}
	body := kit.VStack(kit.Gap+kit.GapTight, // as tight as the smallest window needs
		v.fault,
		kit.VStack(kit.GapTight, kit.NewNote(origin(q, now)),
			kit.NewParagraph(kit.T("After you decide, the browser returns to **{host}**.", "host", q.ReturnsTo))),
	)
	if q.AppInfo.Public {
		body.Add(kit.NewBanner(&kit.Notice{Tone: kit.Attention, Text: kit.T("This app has no secret, so another program could pose as it. Allow only what you have just started yourself.")}))
	}
	body.Add(v.scopes(q.New))
	body.Add(v.terms())
	body.Add(kit.VStack(kit.GapTight,
		kit.NewNote(warning(q)), v.left))
	v.dialog = &kit.Dialog{
		Title: kit.T("“{app}” wants to read your data", "app", q.AppInfo.Name), Content: body, Width: dialogWidth, Closed: closed,
		Buttons: []kit.DialogButton{{Title: kit.T("Don't allow"), Enter: true}, {Title: kit.T("Allow"), Do: allow, Keep: true, Off: true}},
	}
	v.setLeft(q.Ends.Sub(now), 0)
	return v
}

// scopes lists what is asked for, each with a check box.
func (v *view) scopes(fresh []core.Scope) fyne.CanvasObject {
	col := kit.VStack(0)
	for _, s := range v.asked {
		check := kit.NewCheck(words.Scope(s), func(bool) { v.enable() })
		check.Checked = true
		note := kit.NewSecondary("").Right()
		if s.Writes() {
			note.Colored(kit.ColorAttention)
		}
		row := kit.HStack(kit.Gap, check)
		if slices.Contains(fresh, s) {
			row.Add(kit.Badge(kit.T("New"), kit.Attention))
		}
		v.checks, v.notes = append(v.checks, check), append(v.notes, note)
		col.Add(container.New(lineLayout{}, row, note))
	}
	return col
}

// lineLayout puts what is chosen at the left of a line and what it comes to in
// the rest of it, at the right. A check box alone would ask for more height.
type lineLayout struct{}

func (lineLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := o[0].MinSize().Width
	if len(o) > 1 {
		w += kit.GapGroup + o[1].MinSize().Width
	}
	return fyne.NewSize(w, rowHeight)
}

func (lineLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	x := float32(0)
	for i, child := range o {
		m := child.MinSize()
		if i == len(o)-1 {
			m.Width = max(0, s.Width-x)
		}
		child.Resize(m)
		child.Move(fyne.NewPos(x, (s.Height-m.Height)/2))
		x += m.Width + kit.GapGroup
	}
}

// terms are what the person can add: hidden fields, and for how long.
func (v *view) terms() fyne.CanvasObject {
	col := kit.VStack(kit.GapTight)
	if personal(v.asked) {
		v.hide = kit.NewCheck(kit.T("Hide personal fields (e-mail, phone, address) from this app"), func(bool) { v.showNotes() })
		col.Add(container.New(lineLayout{}, v.hide))
	}
	v.length = kit.NewChoice(lifetimeTitles(), 0, nil).Across()
	col.Add(kit.HStack(kit.GapGroup, kit.NewText(kit.T("For")).Whole(), v.length))
	return col
}

// setCounts shows how many records there are.
func (v *view) setCounts(counts map[core.Model]int64) {
	v.counts = counts
	v.showNotes()
}

func (v *view) showNotes() {
	for i, s := range v.asked {
		v.notes[i].SetText(note(s, v.counts, v.hide != nil && v.hide.Checked))
	}
}

// setLeft shows how long the question waits, and how many wait behind it.
func (v *view) setLeft(d time.Duration, behind int) { v.left.SetText(left(d, behind)) }

// ready lets Allow be pressed.
func (v *view) ready() {
	v.settled = true
	v.enable()
}

// setBusy switches the buttons off while the answer is kept.
func (v *view) setBusy(on bool) {
	v.busy = on
	v.dialog.Enable(kit.T("Don't allow"), !on)
	v.enable()
}

func (v *view) enable() {
	v.dialog.Enable(kit.T("Allow"), v.settled && !v.busy && len(v.decision().Scopes) > 0)
}

// setFault says why an answer was not taken.
func (v *view) setFault(text string) {
	v.fault.Set(&kit.Notice{Tone: kit.Bad, Text: text})
	v.dialog.Refit()
}

// decision is what Allow would give.
func (v *view) decision() authserver.Decision {
	d := authserver.Decision{Allow: true, For: lifetimes[v.length.Chosen()], HidePersonal: v.hide != nil && v.hide.Checked}
	for i, s := range v.asked {
		if v.checks[i].Checked {
			d.Scopes = append(d.Scopes, s)
		}
	}
	return d
}
