package oauthapps

import (
	"time"

	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
)

// steps is the checklist of a set-up (product U-03): what the program did, in
// order, with the trouble at the step that it could not take.
func steps(x authserver.Setup, now time.Time) []kit.State {
	titles := []string{
		kit.T("The sign-in was opened"), kit.T("You allowed access"),
		kit.T("The key was fetched"), kit.T("First data read"),
	}
	times := []time.Time{x.Opened, x.Allowed, x.Fetched, x.Read}
	all := make([]kit.State, len(titles))
	for i := range titles {
		all[i] = kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: titles[i]}
		if !times[i].IsZero() {
			all[i].Icon, all[i].Tone, all[i].Detail = kit.IconCheck, kit.Good, kit.Ago(times[i], now)
		}
	}
	if i := stuck(x.Trouble); i >= 0 {
		all[i].Icon, all[i].Tone, all[i].Detail = kit.IconCross, kit.Bad, kit.Ago(x.At, now)
	}
	return all
}

// done reports whether the whole set-up went well.
func done(x authserver.Setup) bool {
	return x.Trouble == "" && !x.Opened.IsZero() && !x.Allowed.IsZero() && !x.Fetched.IsZero() && !x.Read.IsZero()
}

// stuck returns the step that a trouble belongs to, or -1.
func stuck(t authserver.Trouble) int {
	switch t {
	case authserver.WrongRedirect, authserver.WrongScope, authserver.NoPKCE, authserver.WrongRequest, authserver.IsPaused:
		return 0
	case authserver.NotAllowed, authserver.NotAnswered, authserver.PageClosed:
		return 1
	case authserver.WrongSecret, authserver.NoSecret, authserver.NeedlessSecret, authserver.WrongVerifier, authserver.CodeTooLate, authserver.OtherReturn:
		return 2
	case authserver.RenewalReplayed:
		return 3
	}
	return -1
}

// trouble says what went wrong and what to do; "" when nothing did.
func trouble(a authserver.App, x authserver.Setup) string {
	app := a.Name
	switch x.Trouble {
	case authserver.WrongRedirect:
		return kit.T("{app} wants to return to “{address}”, which is not among its redirect URIs. Edit the app and add that address if it is right.", "app", app, "address", x.Asked)
	case authserver.WrongScope:
		return kit.T("{app} asked for “{scope}”, which it may not ask for. Tick that permission here, or take it out of “Scope” there.", "app", app, "scope", x.Asked)
	case authserver.NoPKCE:
		return kit.T("{app} did not prove its request (PKCE), which this app must do. Turn PKCE on there.", "app", app)
	case authserver.WrongRequest:
		return kit.T("{app} sent a request that Linkdesk could not use: {what}", "app", app, "what", x.Asked)
	case authserver.IsPaused:
		return kit.T("This app is paused. Resume it, then try again in {app}.", "app", app)
	}
	return laterTrouble(app, x.Trouble)
}

// laterTrouble is trouble after the sign-in has begun.
func laterTrouble(app string, t authserver.Trouble) string {
	switch t {
	case authserver.NotAllowed:
		return kit.T("You chose “Don't allow”. Connect again in {app} if you did not mean to.", "app", app)
	case authserver.NotAnswered:
		return kit.T("Nobody answered within 5 minutes. Connect again in {app} and answer the question in this window.", "app", app)
	case authserver.PageClosed:
		return kit.T("The page in the browser was closed before you answered. Connect again in {app} and leave the page open.", "app", app)
	case authserver.WrongSecret:
		return kit.T("{app} sent a Client Secret that is not the right one. Copy it again, without spaces, or make a new one under Credentials.", "app", app)
	case authserver.NoSecret:
		return kit.T("{app} sent no Client Secret. Enter it there; if you have lost it, make a new one under Credentials.", "app", app)
	case authserver.NeedlessSecret:
		return kit.T("{app} sent a Client Secret, but this app has none. Leave that field empty there.", "app", app)
	case authserver.WrongVerifier:
		return kit.T("The proof of {app} (PKCE) did not fit its request. Connect again there.", "app", app)
	case authserver.CodeTooLate:
		return kit.T("{app} fetched its key too late. Connect again there; it must happen within a minute of your answer.", "app", app)
	case authserver.OtherReturn:
		return kit.T("{app} named another redirect URI when it fetched its key than at the sign-in. Use the same address in both places there.", "app", app)
	case authserver.RenewalReplayed:
		return kit.T("A used key of {app} came again, so somebody may have copied it. Its access was ended; connect again in {app}.", "app", app)
	}
	return ""
}
