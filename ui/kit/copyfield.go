package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// CopyField shows an id or address with a button that copies it and says so
// beside itself for a while.
type CopyField struct {
	part
	env    *Env
	text   *Text
	said   *Text
	cancel func()
}

// NewCopyField returns a copy field.
func NewCopyField(env *Env, text string) *CopyField {
	f := &CopyField{env: env, text: NewMono(text)}
	f.said = newText("", ColorGood, theme.SizeNameCaptionText, fyne.TextStyle{}).Whole()
	box := stack(newPanel(ColorRaised, "", Corner), InsetXY(Gap, Gap, f.text))
	f.content = fieldRow(box, NewButton(T("Copy"), f.copy).With(IconCopy), f.said)
	f.ExtendBaseWidget(f)
	return f
}

// SetText changes what is shown and copied.
func (f *CopyField) SetText(s string) { f.text.SetText(s) }

// Said returns the word beside the button, "Copied" after a press.
func (f *CopyField) Said() string { return f.said.Text() }

func (f *CopyField) copy() {
	f.env.Copy(f.text.Text())
	f.say(T("Copied"), 4*time.Second)
}

func (f *CopyField) say(what string, d time.Duration) {
	if f.cancel != nil {
		f.cancel()
	}
	f.said.SetText(what)
	f.Refresh()
	until := f.env.Now().Add(d)
	f.cancel = f.env.Ticks.Subscribe(func(now time.Time) {
		if now.Before(until) {
			return
		}
		f.cancel()
		f.said.SetText("")
		f.Refresh()
	})
}
