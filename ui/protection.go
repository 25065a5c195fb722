package ui

import (
	"context"

	"linkdesk/core"
	"linkdesk/core/vault"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// vaultNotice is the banner for a vault that does not open by itself (oauth.md
// section 5): every situation has a way out, and none loses anything unasked.
func (w *Window) vaultNotice() *kit.Notice {
	s := w.deps.Vault.State()
	if s.Phase == w.dismiss {
		return nil
	}
	w.dismiss = "" // what was put aside is over; the next time it is news again
	later := func() { w.dismiss = s.Phase; w.show() }
	switch {
	case s.Phase == vault.Choose:
		return &kit.Notice{Tone: kit.Attention,
			Text: kit.T("**This computer has no open password store.** Choose how Linkdesk protects your sign-ins."),
			Actions: []kit.Action{{Title: kit.T("Use a passphrase…"), Primary: true, Do: w.askNewPassphrase},
				{Title: kit.T("This session only"), Do: w.askSession}, {Title: kit.T("Try again"), Do: w.unlock}}}
	case s.Phase == vault.Locked && s.Mode == vault.Passphrase:
		return &kit.Notice{Tone: kit.Attention, Text: kit.T("**Your sign-ins are locked.** Syncing goes on after you type the passphrase."),
			Actions: []kit.Action{{Title: kit.T("Unlock"), Primary: true, Do: w.unlock}}, Dismiss: later}
	case s.Phase == vault.Locked:
		return &kit.Notice{Tone: kit.Attention, Text: kit.T("**The password store of this computer is locked.** Your connections are safe; syncing goes on once it is open."),
			Actions: []kit.Action{{Title: kit.T("Unlock"), Primary: true, Do: w.unlock}}, Dismiss: later}
	case s.Phase == vault.Lost:
		return &kit.Notice{Tone: kit.Bad, Text: kit.T("**The key to your sign-ins is missing.** The password store of this computer no longer has it. Your data is readable; your connections need a new sign-in."),
			Actions: []kit.Action{{Title: kit.T("Try again"), Primary: true, Do: w.unlock}, {Title: kit.T("Start over with the sign-ins…"), Do: w.askStartOver}}}
	}
	return nil
}

// unlock opens the vault in the way it is closed.
func (w *Window) unlock() {
	if s := w.deps.Vault.State(); s.Mode == vault.Passphrase && s.Phase != vault.Open {
		w.askPassphrase()
		return
	}
	w.env.Snacks.Show(kit.Snack{Text: kit.T("Asking the password store of this computer…")})
	w.act(w.deps.Vault.Unlock)
}

// pauseNotice keeps a pause in sight, with its end.
func (w *Window) pauseNotice() *kit.Notice {
	if !w.facts.Paused {
		return nil
	}
	text := kit.T("**Syncing is paused** until you resume it.")
	if !w.facts.PausedUntil.IsZero() {
		text = kit.T("**Syncing is paused** until {time}.", "time", kit.When(w.facts.PausedUntil, w.facts.Now))
	}
	return &kit.Notice{Tone: kit.Info, Text: text, Actions: []kit.Action{{Title: kit.T("Resume"), Do: w.resume}}}
}

// passphraseField is a hidden text; unlike Fyne's own it lets Escape close the dialog.
func passphraseField() *kit.Entry {
	e := kit.NewEntry("")
	e.Password = true
	return e
}

// answer runs what a passphrase dialog asked for. The dialog waits meanwhile,
// closes when it went well, and otherwise says at the field what is wrong.
func (w *Window) answer(d *kit.Dialog, field *kit.Field, do func(context.Context) error) {
	press := d.Buttons[0].Title
	field.Fault("")
	d.Enable(press, false)
	w.tasks.Go(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			d.Enable(press, true)
			if err != nil {
				field.Fault(words.Error(err, words.Names{Now: w.env.Now()}).Cause)
				d.Refit()
				return
			}
			d.Close()
			w.Reload()
		}
	})
}

// askPassphrase opens a vault that a passphrase closes.
func (w *Window) askPassphrase() {
	entry := passphraseField()
	field := kit.NewField(kit.T("Passphrase"), entry, kit.T("The one you chose for Linkdesk."))
	d := &kit.Dialog{Title: kit.T("Unlock your sign-ins"), Content: field, Focus: entry}
	d.Buttons = []kit.DialogButton{{Title: kit.T("Unlock"), Enter: true, Keep: true, Do: func() {
		pass := core.NewSecret(entry.Text)
		w.answer(d, field, func(ctx context.Context) error { return w.deps.Vault.UnlockWithPassphrase(ctx, pass) })
	}}, {Title: kit.T("Cancel"), Cancel: true}, {Title: kit.T("I forgot it…"), Do: w.askStartOver}}
	w.env.Dialogs.Show(d)
}

// askNewPassphrase protects the sign-ins by a passphrase from now on.
func (w *Window) askNewPassphrase() {
	first, second := passphraseField(), passphraseField()
	one := kit.NewField(kit.T("Passphrase"), first, kit.T("At least 8 characters. Several words are easier to remember than odd signs."))
	two := kit.NewField(kit.T("The same again"), second, "")
	d := &kit.Dialog{Title: kit.T("Protect your sign-ins with a passphrase"),
		Body:    kit.T("Linkdesk asks for it each time it starts. Nobody can bring it back for you: without it, your connections need a new sign-in. Your data stays readable."),
		Content: kit.VStack(kit.GapGroup, one, two), Focus: first}
	first.OnSubmitted = func(string) { w.win.Canvas().Focus(second) }
	use := func() {
		two.Fault("")
		if first.Text != second.Text {
			two.Fault(kit.T("The two are not the same."))
			d.Refit()
			return
		}
		pass := core.NewSecret(first.Text)
		w.answer(d, one, func(ctx context.Context) error { return w.deps.Vault.UsePassphrase(ctx, pass) })
	}
	d.Buttons = []kit.DialogButton{{Title: kit.T("Use this passphrase"), Enter: true, Keep: true, Do: use}, {Title: kit.T("Cancel"), Cancel: true}}
	w.env.Dialogs.Show(d)
}

func (w *Window) askSession() {
	w.env.Dialogs.Show(&kit.Dialog{Title: kit.T("Keep sign-ins for this session only?"),
		Body: kit.T("They are gone when Linkdesk ends, and your connections then need a new sign-in. What was copied stays."),
		Buttons: []kit.DialogButton{{Title: kit.T("This session only"), Do: func() { w.act(w.deps.Vault.UseSession) }},
			{Title: kit.T("Cancel"), Enter: true, Cancel: true}}})
}

func (w *Window) askStartOver() {
	w.env.Dialogs.Show(&kit.Dialog{Title: kit.T("Start over with the sign-ins?"),
		Body: kit.T("The old sign-ins can no longer be read, and are removed. Each connection keeps its settings and its data, and needs you to sign in once."),
		Buttons: []kit.DialogButton{{Title: kit.T("Start over"), Danger: true, Do: func() { w.act(w.deps.Vault.StartOver) }},
			{Title: kit.T("Cancel"), Enter: true, Cancel: true}}})
}

// showProtection says how the sign-ins are protected, and offers a passphrase.
func (w *Window) showProtection() {
	s := w.deps.Vault.State()
	body := map[vault.Mode]string{
		vault.Keyring:    kit.T("The key to your sign-ins is in the password store of this computer. It opens when you sign in to the computer."),
		vault.Passphrase: kit.T("The key to your sign-ins is protected by your passphrase. Linkdesk asks for it each time it starts."),
		vault.Session:    kit.T("Your sign-ins are kept for this session only and are gone when Linkdesk ends."),
		vault.None:       kit.T("There is no sign-in to protect yet."),
	}[s.Mode]
	buttons := []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}
	if s.Phase == vault.Open || s.Phase == vault.Choose {
		title := kit.T("Use a passphrase…")
		if s.Mode == vault.Passphrase {
			title = kit.T("Change the passphrase…")
		}
		buttons = append(buttons, kit.DialogButton{Title: title, Do: w.askNewPassphrase})
	}
	w.env.Dialogs.Show(&kit.Dialog{Title: kit.T("How sign-ins are protected"),
		Body: body + " " + kit.T("This protects them on the disk and in backups, not from programs that you run yourself."), Buttons: buttons})
}
