package kit

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"linkdesk/core"
)

// clearAfter is how long a copied secret stays on the clipboard (product W-13).
const clearAfter = 60 * time.Second

// SecretField shows a secret as dots, can reveal it, and copies it for a minute:
// after that the clipboard is cleared, unless something else is on it by then.
type SecretField struct {
	part
	env    *Env
	secret core.Secret
	text   *Text
	said   *Text
	eye    *Button
	shown  bool
}

// NewSecretField returns a masked field.
func NewSecretField(env *Env, secret core.Secret) *SecretField {
	f := &SecretField{env: env, secret: secret, text: NewMono("")}
	f.said = newText("", ColorGood, theme.SizeNameCaptionText, fyne.TextStyle{}).Whole()
	f.eye = NewIconButton(IconEye, T("Show"), func() { f.Reveal(!f.shown) })
	box := stack(newPanel(ColorRaised, "", Corner), InsetXY(Gap, Gap, f.text))
	row := fieldRowN(box, []fyne.CanvasObject{f.eye, NewButton(T("Copy"), f.copy).With(IconCopy)}, NewText(""))
	f.content = VStack(GapTight, row, f.said)
	f.ExtendBaseWidget(f)
	f.Reveal(false)
	return f
}

// Reveal shows or masks the secret. The dots do not tell its length.
func (f *SecretField) Reveal(on bool) {
	f.shown = on
	icon, text := IconEye, strings.Repeat("•", 24)
	if on {
		icon, text = IconEyeOff, f.secret.Reveal()
	}
	f.eye.icon = icon
	f.eye.Refresh()
	f.text.SetText(text)
}

// Said returns the note below the field.
func (f *SecretField) Said() string { return f.said.Text() }

func (f *SecretField) copy() {
	clip := fyne.CurrentApp().Clipboard()
	clip.SetContent(f.secret.Reveal())
	f.said.SetText(T("Copied. The clipboard is cleared in {n} seconds.", "n", int(clearAfter/time.Second)))
	until := f.env.Now().Add(clearAfter)
	var cancel func()
	cancel = f.env.Ticks.Subscribe(func(now time.Time) {
		if now.Before(until) {
			return
		}
		cancel()
		if clip.Content() == f.secret.Reveal() {
			clip.SetContent("")
		}
		f.said.SetText("")
	})
}
