package connections

import (
	"errors"

	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Way is what a person can do after a sign-in that did not work.
type Way string

// The ways on.
const (
	WayAgain  Way = "again"
	WayNew    Way = "new" // keep the other account as a connection of its own
	WayEdit   Way = "edit"
	WayPaste  Way = "paste"
	WayUnlock Way = "unlock"
)

// Ending is how a sign-in that did not work is told (product W-04 to W-07).
type Ending struct {
	Title   string
	Text    string
	Icon    kit.Icon
	Tone    kit.Tone
	Ways    []Way  // the first is the primary one
	Details string // for support; empty: there is nothing to tell
}

// ending turns the error of a sign-in into words. Nothing was stored in any of them.
func ending(f Flow) Ending {
	e := core.AsError(f.Err)
	service := f.Service.Name
	again := []Way{WayAgain}
	switch e.Code {
	case core.CodeConsentDenied:
		return Ending{Title: kit.T("You did not allow access"), Icon: kit.IconStop, Tone: kit.Neutral, Ways: again,
			Text: kit.T("Nothing was changed and nothing is stored. If you clicked Cancel by mistake, try again.")}
	case core.CodeConsentTimeout:
		return Ending{Title: kit.T("The sign-in took too long"), Icon: kit.IconClock, Tone: kit.Attention, Ways: again,
			Text: kit.T("We waited 5 minutes for {service}. Nothing was changed. An old browser page from this attempt will no longer work.", "service", service)}
	case core.CodeAccountMismatch:
		return mismatch(f)
	case core.CodePortBlocked:
		p := words.Error(e, words.Names{Service: service})
		return Ending{Title: p.Title, Text: p.Cause + " " + kit.T("Close that program and try again, or paste the address yourself after the sign-in."),
			Icon: kit.IconAlert, Tone: kit.Attention, Ways: []Way{WayAgain, WayPaste}}
	case core.CodeKeyring:
		p := words.Error(e, words.Names{})
		return Ending{Title: p.Title, Text: kit.T("What {service} gives would have no safe place. Unlock the password store, then try again.", "service", service),
			Icon: kit.IconLock, Tone: kit.Attention, Ways: []Way{WayUnlock, WayAgain}}
	case core.CodeInvalid:
		return Ending{Title: kit.T("The sign-in could not begin"), Text: kit.Say(e.Public), Icon: kit.IconAlert, Tone: kit.Attention, Ways: []Way{WayEdit}}
	case core.CodeClientInvalid:
		p := words.Error(e, words.Names{Service: service})
		return Ending{Title: p.Title, Text: p.Cause, Icon: kit.IconCross, Tone: kit.Bad, Ways: []Way{WayEdit, WayAgain}, Details: details(e)}
	}
	return Ending{Title: kit.T("{service} did not finish the sign-in", "service", shortTo(service, 30)), Text: cause(e, f), Icon: kit.IconCross, Tone: kit.Bad, Ways: again, Details: details(e)}
}

func mismatch(f Flow) Ending {
	expected := ""
	if m, ok := errors.AsType[*connection.Mismatch](f.Err); ok {
		expected = m.Expected
	}
	return Ending{Title: kit.T("That was a different account"), Icon: kit.IconAlert, Tone: kit.Attention, Ways: []Way{WayAgain, WayNew},
		Text: kit.T("This connection belongs to **{expected}**, but you signed in as **{other}**. Nothing was changed. Sign out of {service} in your browser, or use “Copy link” in a private window.",
			"expected", expected, "other", f.Other, "service", f.Service.Name)}
}

// cause says why in the words of the class; where those speak of a sync that
// goes on by itself, in words for a sign-in, which does not.
func cause(e *core.Error, f Flow) string {
	service := f.Service.Name
	nothing := " " + kit.T("Nothing was changed.")
	switch {
	case e.Public != "":
		return kit.Say(e.Public)
	case e.Code == core.CodeServiceDown:
		return kit.T("{service} has a problem; nothing is wrong on this computer. Try again in a few minutes.", "service", service) + nothing
	case e.Code == core.CodeOffline:
		return kit.T("{service} could not be reached. See whether this computer is online, then try again.", "service", service) + nothing
	case e.Code == core.CodeRateLimited:
		return kit.T("{service} asked us to wait a while. Try again later.", "service", service) + nothing
	case e.Code == core.CodeDataUnexpected:
		return kit.T("{service} answered in a way that Linkdesk does not understand.", "service", service) + nothing
	}
	p := words.Error(e, words.Names{Service: service})
	return "**" + p.Title + ".** " + p.Cause
}

func details(e *core.Error) string {
	return words.Error(e, words.Names{}).Details
}

func wayTitle(w Way, f Flow) string {
	switch w {
	case WayNew:
		return kit.T("Add {account} as a new connection", "account", shortTo(f.Other, 24))
	case WayEdit:
		return kit.T("Edit settings")
	case WayPaste:
		return kit.T("Paste address")
	case WayUnlock:
		return kit.T("Unlock")
	}
	return kit.T("Try again")
}

// failed shows an ending.
func (v *flowView) failed(f Flow) *kit.Dialog {
	e := ending(f)
	body := kit.VStack(kit.GapGroup, container.NewCenter(kit.NewIcon(e.Icon, e.Tone.Color(), 48)), centred(e.Text))
	do := map[Way]func(){WayAgain: v.w.Start, WayNew: v.w.AddAsNew, WayEdit: v.w.Back, WayPaste: v.w.StartPasting, WayUnlock: v.t.hooks.Unlock}
	d := &kit.Dialog{Title: e.Title}
	for i, w := range e.Ways {
		d.Buttons = append(d.Buttons, kit.DialogButton{Title: wayTitle(w, f), Enter: i == 0, Keep: true, Do: do[w], Off: f.Adding})
	}
	if e.Details != "" {
		text := f.Service.ID + " · " + e.Details
		body.Add(v.fold(kit.T("Details"), false, true, kit.NewCopyField(v.t.env, text)))
	}
	last := kit.DialogButton{Title: kit.T("Close"), Cancel: true}
	if e.Ways[len(e.Ways)-1] == WayNew {
		last = cancelButton()
	}
	d.Buttons = append(d.Buttons, last)
	d.Content = v.step(f.caption(), container.NewCenter(kit.Width(stepWidth-96, body)))
	return d
}
