package oauthapps

import (
	"strconv"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
)

// showReady is W-13 for a new app.
func (t *Tab) showReady(a authserver.App, secret core.Secret) {
	t.showSecret(kit.T("Your app “{app}” is ready", "app", a.Name), a, secret)
}

// showRenewed is W-13 for a new secret.
func (t *Tab) showRenewed(a authserver.App, secret core.Secret) {
	t.showSecret(kit.T("The new secret of “{app}”", "app", a.Name), a, secret)
}

// showSecret shows a secret, the only time that is done. A public app has none.
func (t *Tab) showSecret(title string, a authserver.App, secret core.Secret) {
	body := kit.VStack(kit.GapGroup, kit.NewField(kit.T("Client ID"), kit.NewCopyField(t.env, a.ClientID), ""))
	d := &kit.Dialog{Title: title, Content: body, Width: 560}
	if secret.Empty() {
		body.Add(kit.NewNote(kit.T("This app has no secret. The settings for your program stand beside the list.")))
		d.Buttons = []kit.DialogButton{{Title: kit.T("Done"), Enter: true, Cancel: true}}
		t.env.Dialogs.Show(d)
		return
	}
	stored := kit.NewCheck(kit.T("I have stored the secret"), func(on bool) { d.Enable(kit.T("Done"), on) })
	body.Add(kit.NewField(kit.T("Client Secret"), kit.NewSecretField(t.env, secret), ""))
	body.Add(newSaver(t, a, secret, stored).content())
	body.Add(kit.NewBanner(&kit.Notice{Tone: kit.Attention,
		Text: kit.T("**This is the only time the secret is shown.** If you lose it, create a new one with “Regenerate secret”.")}))
	body.Add(stored)
	d.Buttons = []kit.DialogButton{{Title: kit.T("Done"), Enter: true, Off: true},
		{Title: kit.T("Close"), Cancel: true, Do: func() {
			if !stored.Checked {
				t.askUnstored(title, a, secret)
			}
		}}}
	t.env.Dialogs.Show(d)
}

// askUnstored keeps a secret from being lost by a slip.
func (t *Tab) askUnstored(title string, a authserver.App, secret core.Secret) {
	back := func() { t.showSecret(title, a, secret) }
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.T("Close without storing the secret?"),
		Body:  kit.T("It cannot be shown again. Without it “{app}” cannot get access, and you would have to create a new secret.", "app", a.Name),
		Buttons: []kit.DialogButton{{Title: kit.T("Close without storing"), Danger: true},
			{Title: kit.T("Back to the secret"), Enter: true, Cancel: true, Do: back}},
	})
}

// mostHours is how long an old secret may go on working (product row O04).
const mostHours = 168

// hours reads the overlap; false when it is not a whole number from 0 to 168.
func hours(text string) (time.Duration, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return time.Duration(n) * time.Hour, err == nil && n >= 0 && n <= mostHours
}

// askRegenerate is W-16.
func (t *Tab) askRegenerate(a App) {
	entry := kit.NewEntry("")
	entry.SetText(strconv.Itoa(int(authserver.DefaultOverlap / time.Hour)))
	hint := kit.T("So that you can update the app meanwhile. 0 stops it now.")
	field := kit.NewField(kit.T("Hours that the old secret keeps working"), entry, hint)
	d := &kit.Dialog{Title: kit.T("Create a new secret for “{app}”?", "app", a.Name), Content: field, Focus: entry,
		Body: kit.T("Access already given is not affected.")}
	d.Buttons = []kit.DialogButton{{Title: kit.T("Create secret"), Enter: true, Do: func() {
		if overlap, ok := hours(entry.Text); ok {
			t.p.Regenerate(a.ID, overlap, t.showRenewed)
		}
	}}, {Title: kit.T("Cancel"), Cancel: true}}
	entry.OnChanged = func(text string) {
		_, ok := hours(text)
		d.Enable(kit.T("Create secret"), ok)
		fault := ""
		if !ok {
			fault = kit.T("Enter a whole number from 0 to {n}.", "n", mostHours)
		}
		field.Fault(fault)
	}
	t.env.Dialogs.Show(d)
}
