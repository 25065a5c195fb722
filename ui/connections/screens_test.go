package connections

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/signin"
	"linkdesk/ui/kit"
)

func TestScreensList(t *testing.T) {
	for name, d := range map[string]*desk{"conn-empty": {}, "conn-error": {err: core.E(core.CodeStorageBusy, "", errors.New("locked"))}, "conn-loading": {hold: make(chan struct{})}} {
		open(t, d).Snapshot(t, name)
	}
	s := open(t, sample(t))
	s.search.SetText("nothing like this")
	s.Snapshot(t, "conn-no-match")
	s = open(t, sample(t))
	s.Snapshot(t, "conn-list")
	for _, id := range []core.ConnectionID{"con_ok", "con_scope", "con_reauth", "con_down"} {
		s.Tab.Show(id)
		s.Snapshot(t, "conn-detail-"+string(id[4:]))
	}
	s.Tab.Show("con_ok")
	s.Env.Show(s.Content, fyne.NewSize(1080, 1500))
	s.Snapshot(t, "conn-detail-whole")
	s.Env.Show(s.Content, fyne.NewSize(860, 500))
	s.Snapshot(t, "conn-narrow")
	s.Escape()
	s.p.checking("con_ok", "con_stale", "con_down")
	s.Snapshot(t, "conn-checking")
}

func TestScreensDialogs(t *testing.T) {
	s := open(t, sample(t))
	v, _ := s.p.state.Find("con_reauth")
	s.askRename(v)
	s.Snapshot(t, "conn-rename")
	s.Dialogs.Open().Close()
	s.showDelete(v, connection.Usage{Models: 4, Records: 2841})
	s.Snapshot(t, "conn-delete")
	s.Dialogs.Open().Press("Delete")
	s.until(t, "the list without it", func() bool { return len(s.p.state.All) == 6 })
	s.Snapshot(t, "conn-deleted")
	s.wiped(v, connection.NotTold)
	s.Snapshot(t, "conn-not-told")
	s.Tab.failed(core.E(core.CodeKeyring, "", nil))
	s.Snapshot(t, "conn-failed")
}

func TestScreensWizard(t *testing.T) {
	s := open(t, sample(t))
	s.Add("")
	s.Snapshot(t, "wizard-1-service")
	s.wizard.w.Choose(nil)
	s.Snapshot(t, "wizard-1-unlisted")
	s.wizard.w.Back()
	s.wizard.w.Choose(manifests(t)["practice"])
	s.Snapshot(t, "wizard-2-practice")
	s.Dialogs.Open().Close()

	s.Add("mailchimp")
	s.Snapshot(t, "wizard-2-own-app")
	s.wizard.w.Next()
	s.Snapshot(t, "wizard-2-faults")
	s.wizard.w.Method("api_key")
	s.wizard.w.Edit(func(f *Flow) { f.Draft.Secrets["key"] = core.NewSecret("0123") })
	s.Snapshot(t, "wizard-2-key")
	s.Dialogs.Open().Close()

	s.Add("hubspot")
	s.wizard.w.Edit(func(f *Flow) { f.Draft.ClientID, f.Draft.ClientSecret = "abc", core.NewSecret("def") })
	s.Dialogs.Open().Press("Continue")
	s.Snapshot(t, "wizard-3-review")
	s.Env.Show(s.Content, fyne.NewSize(860, 560))
	s.Snapshot(t, "wizard-3-review-small")
	s.Env.Show(s.Content, fyne.NewSize(1080, 640))
	kit.ShowMenu(s.Content, (&review{v: s.wizard}).levels(core.Segments))
	s.Snapshot(t, "wizard-3-levels")
	s.Window.Canvas().Overlays().Remove(s.Window.Canvas().Overlays().Top())
	s.Dialogs.Open().Close()

	s.Add("mailchimp")
	s.wizard.w.Edit(func(f *Flow) { f.Draft.ClientID, f.Draft.ClientSecret = "abc", core.NewSecret("def") })
	s.Dialogs.Open().Press("Continue")
	s.Snapshot(t, "wizard-3-review-whole-access")
	s.Dialogs.Open().Close()

	s.Reauthorize([]core.ConnectionID{"con_scope", "con_reauth"})
	s.Snapshot(t, "wizard-3-again")
}

func TestScreensWaiting(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.Add("practice")
	s.Dialogs.Open().Press("Continue")
	s.wizard.w.Start()
	s.until(t, "the link", func() bool { return s.wizard.w.flow.Link != "" })
	s.Advance(28 * time.Second)
	s.Snapshot(t, "wizard-4-waiting")
	s.Advance(45 * time.Second)
	d.pending.notices <- signin.NoticeForeign
	s.until(t, "the notice", func() bool { return s.wizard.w.flow.Foreign })
	s.Snapshot(t, "wizard-4-foreign")
	d.pending.notices <- signin.NoticeChecked
	s.until(t, "the check", func() bool { return s.wizard.w.flow.Checking })
	s.Snapshot(t, "wizard-4-checking")
	c := d.views[0].Connection
	d.pending.answer <- answer{result: connection.Result{Connection: c, Created: true, Checks: c.Health.Models}}
	s.at(t, StepDone)
	s.Snapshot(t, "wizard-5-done")
	f := s.wizard.w.flow
	f.Result.Missing = []core.Model{core.Segments}
	f.Result.Checks = append([]core.ModelCheck(nil), f.Result.Checks...)
	f.Result.Checks[4] = core.ModelCheck{Model: core.Segments, Code: core.CodeScopeMissing}
	s.wizard.replace(s.wizard.done(f))
	s.Snapshot(t, "wizard-5-fewer")
	f.Result.Created, f.Result.Missing, f.Of = false, nil, &d.views[3]
	f.Result.Connection = d.views[3].Connection
	s.wizard.replace(s.wizard.done(f))
	s.Snapshot(t, "wizard-5-again")
}

func TestScreensPasting(t *testing.T) {
	d := sample(t)
	d.pending.browser = core.E(core.CodeBrowserFailed, "", nil)
	d.pending.pasteErr = core.Invalid("That is not the address of the last page. It begins with http://127.0.0.1:38917/callback")
	s := open(t, d)
	s.Add("practice")
	s.Dialogs.Open().Press("Continue")
	s.wizard.w.StartPasting()
	s.until(t, "the link", func() bool { return s.wizard.w.flow.Link != "" })
	s.wizard.w.Paste("http://elsewhere")
	s.until(t, "the fault", func() bool { return s.wizard.w.flow.PasteErr != nil })
	s.Snapshot(t, "wizard-4-paste")
}

func TestScreensEndings(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	for _, code := range []core.Code{core.CodeConsentDenied, core.CodeConsentTimeout, core.CodePortBlocked, core.CodeKeyring, core.CodeClientInvalid, core.CodeServiceDown, core.CodeInternal} {
		e := core.E(code, "", nil)
		if code == core.CodePortBlocked {
			e.Public = "A program on this computer already uses port 38917. If another sign-in is open in Linkdesk, finish it first."
		}
		if code == core.CodeInternal || code == core.CodeServiceDown {
			e.Ref = "LD-7F3A-91C2"
		}
		s.fail(t, "practice", e)
		s.Snapshot(t, "wizard-end-"+strings.ReplaceAll(string(code), "_", "-"))
		s.Dialogs.Open().Close()
	}
	s.Reauthorize([]core.ConnectionID{"con_reauth"})
	s.wizard.w.set(Flow{Step: StepFailed, Service: d.views[3].Service, Of: &d.views[3], Other: "someone.else@lumenprints.example",
		Err: core.E(core.CodeAccountMismatch, "", &connection.Mismatch{Expected: d.views[3].AccountName, Got: "someone.else@lumenprints.example"})})
	s.Snapshot(t, "wizard-end-mismatch")
}

// fail lets a new sign-in end in that error.
func (s *shown) fail(t *testing.T, service string, err error) {
	t.Helper()
	s.desk.pending = newPending()
	s.Add(service)
	s.Dialogs.Open().Press("Continue")
	s.wizard.w.Start()
	s.desk.pending.answer <- answer{err: err}
	s.at(t, StepFailed)
}
