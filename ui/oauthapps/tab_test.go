package oauthapps

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

func TestTheAddressIsTurnedOffAndOn(t *testing.T) {
	s := open(t, sample())
	test.Tap(s.button("Turn off"))
	s.until(t, "off", func() bool { return !s.p.state.Busy })
	if s.status.State().Word != "Off" || s.button("Turn on") == nil {
		t.Error(s.status.State())
	}
	s.desk.set(func() { s.desk.fault = core.E(core.CodePortBlocked, "Another program uses the port 8787.", nil) })
	test.Tap(s.button("Turn on"))
	s.until(t, "the fault", func() bool { return s.p.state.Fault != "" })
	if s.status.State().Word != "Another program uses the port 8787." {
		t.Error(s.status.State())
	}
}

func TestAnAppIsCreatedWithNothingTickedByItself(t *testing.T) {
	s := open(t, sample())
	test.Tap(s.button("Create new app"))
	create := s.button("Create app")
	for _, scope := range core.Scopes() {
		if s.check(scope.Title()).Checked {
			t.Errorf("%s is ticked", scope)
		}
	}
	s.Window.Canvas().Focused().(interface{ SetText(string) }).SetText("  Workflows ")
	test.Tap(s.button("n8n (this computer)"))
	if !create.Disabled() {
		t.Error("an app that may read nothing can be made")
	}
	s.check("Read order data and history").SetChecked(true)
	if create.Disabled() {
		t.Fatal("a good app cannot be made")
	}
	test.Tap(create)
	s.until(t, "the secret", func() bool { return s.Dialogs.Open() != nil && strings.Contains(s.Dialogs.Open().Title, "is ready") })
	want := authserver.Draft{Name: "Workflows", RedirectURIs: []string{n8nReturn}, Scopes: []core.Scope{core.OrdersRead}}
	if got := s.desk.drafts[0]; got.Name != want.Name || !slices.Equal(got.RedirectURIs, want.RedirectURIs) || !slices.Equal(got.Scopes, want.Scopes) || got.Public {
		t.Errorf("%+v", got)
	}
	if s.p.state.Open != "app_new" {
		t.Error("the settings of the new app are not shown")
	}
}

func TestWhatIsWrongWithAnAddressIsSaidWhileItIsTyped(t *testing.T) {
	s := open(t, sample())
	f := s.openForm(nil)
	f.name.SetText("Workflows")
	f.scopes[0].SetChecked(true)
	save := s.button("Create app")
	for uri, good := range map[string]bool{
		"http://localhost:5678/callback": true, "https://n8n.example/callback": true, "http://n8n.example/callback": false,
		"https://n8n.example/#x": false, "https://*.example/": false, "https://YOUR-N8N/rest/oauth2-credential/callback": false, "": false,
	} {
		f.lines[0].entry.SetText(uri)
		if save.Disabled() == good {
			t.Errorf("%q: can be saved: %t", uri, !save.Disabled())
		}
	}
	f.lines[0].entry.SetText(n8nReturn)
	f.preset(presets()[2])
	if len(f.lines) != 2 || f.lines[1].entry.Text != postmanReturn || save.Disabled() {
		t.Error("a second preset does not make a second address")
	}
	f.lines[1].entry.SetText("nonsense")
	if !save.Disabled() {
		t.Error("one wrong address of two is let through")
	}
	f.dropURI(f.lines[1])
	if save.Disabled() {
		t.Error("a wrong address that was removed still counts")
	}
	f.name.SetText("WAREHOUSE")
	if !save.Disabled() {
		t.Error("a name can be used twice")
	}
}

func TestAnErrorKeepsWhatWasEntered(t *testing.T) {
	s := open(t, sample())
	s.desk.fault = errBusy
	f := s.openForm(nil)
	f.name.SetText("Workflows")
	f.lines[0].entry.SetText(n8nReturn)
	f.scopes[2].SetChecked(true)
	test.Tap(s.button("Create app"))
	s.until(t, "the fault", func() bool { return f.fault.Visible() })
	if s.Dialogs.Open() != f.dialog || f.name.Text != "Workflows" || s.button("Create app").Disabled() {
		t.Error("what was entered is lost")
	}
}

func TestEditKeepsWhatTheFormDoesNotShow(t *testing.T) {
	s := open(t, sample())
	a, _ := s.p.state.Find("app_long")
	f := s.openForm(&a)
	f.scopes[0].SetChecked(true)
	test.Tap(s.button("Save"))
	s.did(t, "edit app_long")
	if got := s.desk.drafts[0]; !got.Public || len(got.Scopes) != 3 || got.Name != a.Name || !slices.Equal(got.RedirectURIs, a.RedirectURIs) {
		t.Errorf("%+v", got)
	}
	s.until(t, "the end", func() bool { return s.Dialogs.Open() == nil })
}

func TestTheSecretIsNotLostByASlip(t *testing.T) {
	s := open(t, sample())
	s.showReady(s.desk.apps[0], core.NewSecret(fakeSecret))
	if !s.button("Done").Disabled() || s.says(fakeSecret) {
		t.Fatal("done before it was stored, or shown in clear")
	}
	s.press(fyne.KeyEscape)
	if s.Dialogs.Open() == nil || s.Dialogs.Open().Title != "Close without storing the secret?" {
		t.Fatal("the secret went without a question")
	}
	s.press(fyne.KeyReturn)
	if !strings.Contains(s.Dialogs.Open().Title, "is ready") {
		t.Fatal("the way back does not lead back")
	}
	s.check("I have stored the secret").SetChecked(true)
	s.Dialogs.Open().Press("Done")
	if s.Dialogs.Open() != nil {
		t.Error("does not close")
	}
}

func TestRegenerateTakesOnlyHoursThatExist(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "24": 24 * time.Hour, " 168 ": 168 * time.Hour, "169": -1, "-1": -1, "": -1, "1.5": -1, "x": -1} {
		if got, ok := hours(text); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v %t", text, got, ok)
		}
	}
	s := open(t, sample())
	a, _ := s.p.state.Find("app_n8n")
	s.askRegenerate(a)
	s.Dialogs.Open().Press("Create secret")
	s.did(t, "regenerate app_n8n 24h0m0s")
	s.until(t, "the secret", func() bool { return s.Dialogs.Open() != nil && s.Dialogs.Open().Title == "The new secret of “n8n”" })
}

func TestStopNowAsksAndEndsAllAccess(t *testing.T) {
	s := open(t, sample())
	s.at(t, "app_n8n")
	test.Tap(s.button("Stop now…"))
	s.press(fyne.KeyReturn)
	if len(s.desk.done()) != 0 || s.Dialogs.Open() != nil {
		t.Fatal("Enter stops")
	}
	test.Tap(s.button("Stop now…"))
	s.Dialogs.Open().Press("Stop access")
	s.did(t, "revoke app_n8n")
	s.until(t, "the word", func() bool { return s.Snacks.Shown() == "n8n can no longer read your data." })
}

func TestOneOfTwoAccessesIsRemoved(t *testing.T) {
	s := open(t, sample())
	a, _ := s.p.state.Find("app_n8n")
	s.askRevokeGrant(a, a.Grants[1])
	s.Dialogs.Open().Press("Remove access")
	s.did(t, "revoke grant_2")
}

func TestDeleteWantsTheNameOfAnAppThatHadAccess(t *testing.T) {
	s := open(t, sample())
	a, _ := s.p.state.Find("app_n8n")
	s.at(t, a.ID)
	s.askDelete(a)
	s.Dialogs.Open().Press("Delete app")
	if s.Dialogs.Open() == nil {
		t.Fatal("deleted without the name")
	}
	s.Window.Canvas().Focused().(interface{ SetText(string) }).SetText("n8n")
	s.Dialogs.Open().Press("Delete app")
	s.did(t, "delete app_n8n")
	s.until(t, "the list", func() bool { return len(s.p.state.Apps) == 3 })
	if s.p.state.Open != "" {
		t.Error("an app that is gone stays open")
	}
	fresh, _ := s.p.state.Find("app_fresh")
	s.askDelete(fresh)
	s.Dialogs.Open().Press("Delete app")
	s.did(t, "delete app_fresh")
}

func TestThePausedAppResumesFromItsRow(t *testing.T) {
	s := open(t, sample())
	test.Tap(s.button("Resume"))
	s.did(t, "pause app_paused false")
}

func TestTheLedgerIsReadOnAndKeepsItsLength(t *testing.T) {
	s := open(t, sample())
	s.at(t, "app_n8n")
	s.p.MoreReads()
	s.p.MoreReads() // the same page, asked twice
	s.until(t, "more", func() bool { return len(s.p.state.Detail.Reads) == 40 })
	s.p.MoreReads()
	s.until(t, "the rest", func() bool { return len(s.p.state.Detail.Reads) == 45 && !s.p.state.Detail.More })
	s.Reload()
	s.until(t, "the reload", func() bool { return !s.p.loading })
	if len(s.p.state.Detail.Reads) != 45 || s.p.state.Detail.Reads[44].ID != 1 {
		t.Errorf("%d lines after a reload", len(s.p.state.Detail.Reads))
	}
}

func TestReloadsThatComeTogetherEndWithTheNewest(t *testing.T) {
	s := open(t, sample())
	s.Reload()
	s.desk.set(func() { s.desk.apps[0].Name = "n8n at home" })
	for range 20 {
		s.Reload()
	}
	s.until(t, "the new name", func() bool { a, _ := s.p.state.Find("app_n8n"); return a.Name == "n8n at home" && !s.p.loading })
}

func TestAFaultIsABannerWithAWayOut(t *testing.T) {
	d := sample()
	d.err = errBusy
	s := open(t, d)
	if !s.fault.Visible() || s.button("Try again") == nil {
		t.Fatal("no banner")
	}
	d.set(func() { d.err = nil })
	test.Tap(s.button("Try again"))
	s.until(t, "the apps", func() bool { return len(s.p.state.Apps) == 4 && !s.fault.Visible() })
}

func TestTheKeyboardKeepsItsPlaceWhileNothingChanges(t *testing.T) {
	s := open(t, sample())
	s.at(t, "app_n8n")
	before := s.button("Stop now…")
	s.Reload()
	s.until(t, "the reload", func() bool { return !s.p.loading })
	if s.button("Stop now…") != before {
		t.Error("the pane was made anew")
	}
	s.desk.set(func() { s.desk.grants[0].LastUsed = s.Clock })
	s.Reload()
	s.until(t, "the reload", func() bool { return !s.p.loading })
	if s.button("Stop now…") == before {
		t.Error("the pane does not show what changed")
	}
}
