package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Snack says what was done, with a way back for a while.
type Snack struct {
	Text   string
	Action string        // "Undo"; empty: none
	Do     func()        // what the action does
	Also   *Action       // a second way on, before the action; it ends the snack, too
	For    time.Duration // 0 is 6 s; with an action the rest is counted down
	Ended  func()        // called once when it goes away without the action
}

// SnackBar shows one Snack at a time at the foot of the window; a new one ends
// the one before it. The shell stacks it over the content of the window.
type SnackBar struct {
	box    *fyne.Container
	env    *Env
	snack  *Snack
	until  time.Time
	button *Button
	foot   *fyne.Container // where Over put it
}

// NewSnackBar returns a hidden snack bar that counts by env.Ticks.
func NewSnackBar(env *Env) *SnackBar {
	s := &SnackBar{box: container.NewStack(), env: env}
	s.box.Hide()
	env.Ticks.Subscribe(s.tick)
	return s
}

// Show shows a snack.
func (s *SnackBar) Show(n Snack) {
	s.end(true)
	if n.For == 0 {
		n.For = 6 * time.Second
	}
	s.snack, s.until, s.button = &n, s.env.Now().Add(n.For), nil
	line := HStack(GapGroup, NewText(n.Text).Whole())
	if n.Also != nil {
		line.Add(NewButton(n.Also.Title, func() {
			s.end(true)
			n.Also.Do()
		}))
	}
	if n.Action != "" {
		s.button = NewButton("", func() {
			do := s.snack.Do
			s.end(false)
			do()
		})
		line.Add(s.button)
	}
	line.Add(NewIconButton(IconClose, T("Close"), func() { s.end(true) }))
	s.box.Objects = []fyne.CanvasObject{newPanel(ColorRaised, theme.ColorNameInputBorder, Corner), InsetXY(GapGroup, Gap, line)}
	s.count(s.env.Now())
	s.box.Refresh()
	s.box.Show()
	if s.foot != nil {
		s.foot.Refresh()
	}
}

// Shown returns the text that is shown, or "".
func (s *SnackBar) Shown() string {
	if s.snack == nil {
		return ""
	}
	return s.snack.Text
}

// Close ends what is shown as if its time were over.
func (s *SnackBar) Close() { s.end(true) }

func (s *SnackBar) count(now time.Time) {
	if s.button == nil {
		return
	}
	left := int(s.until.Sub(now).Round(time.Second) / time.Second)
	s.button.SetText(T("{action} ({seconds})", "action", s.snack.Action, "seconds", left))
}

func (s *SnackBar) tick(now time.Time) {
	if s.snack == nil {
		return
	}
	if !now.Before(s.until) {
		s.end(true)
		return
	}
	s.count(now)
}

func (s *SnackBar) end(tell bool) {
	if s.snack == nil {
		return
	}
	ended := s.snack.Ended
	s.snack = nil
	s.box.Hide()
	if tell && ended != nil {
		ended()
	}
}

// Over puts the snack bar over the content of a window, at its foot.
func (s *SnackBar) Over(content fyne.CanvasObject) fyne.CanvasObject {
	s.foot = container.New(footLayout{}, s.box)
	return container.NewStack(content, s.foot)
}

// footLayout centres its one object above the lower edge.
type footLayout struct{}

func (footLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (footLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	m := o[0].MinSize()
	place(o[0], (s.Width-m.Width)/2, s.Height-m.Height-GapPage-GapGroup, m.Width, m.Height)
}
