package connections

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/signin"
	"linkdesk/ui/kit"
)

// made is what a sign-in at the practice store leads to.
func made(d *desk, created bool) answer {
	return answer{result: connection.Result{Connection: d.views[0].Connection, Created: created, Checks: d.views[0].Health.Models}}
}

// link waits until the browser is open.
func (s *shown) link(t *testing.T) {
	t.Helper()
	s.until(t, "the link", func() bool { return s.wizard.w.flow.Link != "" })
}

func TestAddingByKeyboardFromTheFirstStepToTheFirstSync(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	test.Tap(s.button("Add connection"))
	for _, r := range "pract" { // the search field has the cursor
		s.Window.Canvas().Focused().TypedRune(r)
	}
	for _, step := range []Step{StepForm, StepReview, StepWaiting} {
		s.press(fyne.KeyReturn)
		s.at(t, step)
	}
	s.link(t)
	got := d.drafts[0]
	if got.Service != "practice" || got.Name != "" || got.Access.Of(core.Orders) != core.Read || got.Reauthorize != "" {
		t.Errorf("draft for %s, name %q, access %v", got.Service, got.Name, got.Access)
	}
	d.pending.notices <- signin.NoticeChecked
	s.until(t, "the check", func() bool { return s.wizard.w.flow.Checking })
	d.pending.answer <- made(d, true)
	s.at(t, StepDone)
	s.press(fyne.KeyReturn)
	if !slices.Equal(s.synced, []core.ConnectionID{"con_ok"}) || s.wizard != nil || s.Dialogs.Open() != nil {
		t.Errorf("synced %v, wizard open: %v", s.synced, s.wizard != nil)
	}
}

func TestTheFirstSyncIsLeftOutWhenTheTickIsTaken(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.Add("practice")
	s.wizard.w.Start()
	d.pending.answer <- made(d, true)
	s.at(t, StepDone)
	for _, o := range test.LaidOutObjects(s.Window.Canvas().Overlays().Top()) {
		if c, ok := o.(*kit.Check); ok {
			test.Tap(c)
		}
	}
	s.press(fyne.KeyEscape)
	if len(s.synced) != 0 || s.wizard != nil {
		t.Error("data was copied though the tick was taken away")
	}
}

func TestCancelEndsTheSignInAndALateAnswerChangesNothing(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.Add("practice")
	w := s.wizard.w
	w.Start()
	s.link(t)
	s.press(fyne.KeyEscape)
	<-d.pending.cancelled
	s.until(t, "what comes too late", func() bool { return s.wizard == nil })
	if w.flow.Step != StepWaiting || s.Dialogs.Open() != nil {
		t.Errorf("after Cancel the wizard went on to %v", w.flow.Step)
	}
	s.Add("practice") // and it can be opened again
	if s.wizard == nil {
		t.Error("no second try")
	}
}

func TestTryingAgainLetsGoOfTheFirstTry(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.fail(t, "practice", core.E(core.CodeConsentDenied, "", nil))
	first := d.pending
	d.pending = newPending()
	<-first.cancelled
	if got := s.Dialogs.Open().Title; got != "You did not allow access" {
		t.Error(got)
	}
	s.press(fyne.KeyReturn)
	s.link(t)
	if len(d.drafts) != 2 {
		t.Errorf("%d tries", len(d.drafts))
	}
}

func TestAnotherAccountCanBeAddedAsNew(t *testing.T) {
	d := sample(t)
	d.pending.added = made(d, true).result
	s := open(t, d)
	s.Reauthorize([]core.ConnectionID{"con_scope"})
	s.wizard.w.Start()
	d.pending.answer <- answer{err: core.E(core.CodeAccountMismatch, "", &connection.Mismatch{Expected: "Portal 4211", Got: "Portal 9"})}
	f := s.at(t, StepFailed)
	if f.Other != "Portal 9" || slices.Contains(d.pending.done(), "cancel") {
		t.Fatalf("other %q, the sign-in was let go of: %v", f.Other, d.pending.done())
	}
	s.Dialogs.Open().Press("Add Portal 9 as a new connection")
	if f := s.at(t, StepDone); f.Of != nil || !f.Result.Created {
		t.Error("it is shown as the old connection")
	}
	<-d.pending.cancelled
}

func TestABlockedAddressCanBePasted(t *testing.T) {
	d := sample(t)
	d.beginErr = core.E(core.CodePortBlocked, "A program uses port 3000.", nil)
	s := open(t, d)
	s.Add("practice")
	s.wizard.w.Start()
	s.at(t, StepFailed)
	d.mu.Lock()
	d.beginErr = nil
	d.mu.Unlock()
	s.Dialogs.Open().Press("Paste address")
	s.link(t)
	if !d.drafts[1].PasteOnly {
		t.Error("the second try listens again")
	}
	s.wizard.w.Paste("http://127.0.0.1:3000/x?code=1")
	s.until(t, "the address", func() bool { return len(d.pending.done()) == 1 })
	if d.pending.done()[0] != "paste http://127.0.0.1:3000/x?code=1" {
		t.Error(d.pending.done())
	}
}

func TestTheWaitTellsAndCounts(t *testing.T) {
	d := sample(t)
	d.pending.browser = core.E(core.CodeBrowserFailed, "", nil)
	s := open(t, d)
	s.Add("practice")
	s.wizard.w.Start()
	s.link(t)
	text := func(want string) bool {
		for _, o := range test.LaidOutObjects(s.Window.Canvas().Overlays().Top()) {
			if x, ok := o.(*kit.Text); ok && x.Text() == want {
				return true
			}
		}
		return false
	}
	s.Advance(28 * time.Second)
	if !text("Time left 4:32") || text("Nothing happened? The page may be behind other windows.") || !text("The browser could not be opened. Copy the link and open it in a browser yourself.") {
		t.Error("the first half minute is not shown as it is")
	}
	s.Advance(32 * time.Second)
	if !text("Time left 4:00") || !text("Nothing happened? The page may be behind other windows.") {
		t.Error("after a minute there is no hint")
	}
	test.Tap(s.button("Copy link"))
	if got := s.App.Clipboard().Content(); got != d.pending.link {
		t.Errorf("copied %q", got)
	}
	test.Tap(s.button("Open again"))
	s.until(t, "the browser", func() bool { return slices.Contains(d.pending.done(), "open again") })
}

func TestAnAPIKeyIsCheckedBeforeAndAfter(t *testing.T) {
	d := sample(t)
	d.pending.link, d.pending.notices = "", nil
	s := open(t, d)
	s.Add("mailchimp")
	s.wizard.w.Method("api_key")
	s.Dialogs.Open().Press("Continue")
	if f := s.wizard.w.flow; f.Step != StepForm || !f.Asked {
		t.Fatal("an empty key was taken")
	}
	s.Window.Canvas().Focused().(*kit.Entry).SetText("0123456789abcdef0123456789abcdef-us6")
	s.press(fyne.KeyReturn)
	s.at(t, StepReview)
	s.Dialogs.Open().Press("Connect")
	if !s.wizard.w.flow.Checking {
		t.Error("a key waits for a browser")
	}
	s.until(t, "the draft", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.drafts) == 1 })
	if got := d.drafts[0].Secrets["key"].Reveal(); got != "0123456789abcdef0123456789abcdef-us6" || d.drafts[0].Method != "api_key" {
		t.Error("the key did not arrive")
	}
	d.pending.answer <- made(d, true)
	if f := s.at(t, StepDone); len(f.Draft.Secrets) != 0 {
		t.Error("the key is still held")
	}
}

func TestBackKeepsWhatWasTyped(t *testing.T) {
	s := open(t, sample(t))
	s.Add("mailchimp")
	s.Window.Canvas().Focused().(*kit.Entry).SetText("client-1")
	s.wizard.w.Edit(func(f *Flow) { f.Draft.ClientSecret, f.Draft.Name, f.Touched = core.NewSecret("s"), "Mine", true })
	s.Dialogs.Open().Press("Continue")
	s.at(t, StepReview)
	s.wizard.w.Edit(func(f *Flow) { f.Draft.Access[core.Orders] = core.Disabled })
	s.Dialogs.Open().Press("Back")
	s.Dialogs.Open().Press("Continue")
	if f := s.wizard.w.flow; f.Step != StepReview || f.Draft.ClientID != "client-1" || f.Draft.Name != "Mine" || f.Draft.Access.Of(core.Orders) != core.Disabled {
		t.Errorf("at %v with %q", f.Step, f.Draft.ClientID)
	}
	s.wizard.w.Edit(func(f *Flow) { f.Draft.Access = core.AccessMap{} })
	s.Dialogs.Open().Press("Open Mailchimp in my browser")
	if s.wizard.w.flow.Step != StepReview {
		t.Error("one can connect and choose nothing")
	}
}

func TestReauthorizingGoesFromOneToTheNext(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.Reauthorize([]core.ConnectionID{"con_gone", "con_scope", "con_soon"})
	if f := s.at(t, StepReview); f.Of.ID != "con_scope" || f.Left != 1 {
		t.Fatalf("first %s, %d left", f.Of.ID, f.Left)
	}
	s.wizard.w.Start()
	d.pending.answer <- made(d, false)
	s.at(t, StepDone)
	if got := d.drafts[0]; got.Reauthorize != "con_scope" || got.Access.Of(core.Orders) != core.ReadWrite || got.Name != "" {
		t.Errorf("draft %s %v", got.Reauthorize, got.Access)
	}
	s.Dialogs.Open().Press("Done")
	if f := s.at(t, StepReview); f.Of.ID != "con_soon" || f.Left != 0 {
		t.Fatalf("then %s", f.Of.ID)
	}
	s.press(fyne.KeyEscape)
	if s.wizard != nil {
		t.Error("Cancel goes on")
	}
}

func TestALostKeyAsksForTheSecretAnew(t *testing.T) {
	d := sample(t)
	mail := d.views[1].Service
	d.views = []connection.View{
		view(mail, "lost", "Lost", "x", func(c *core.Connection) { c.ClientID, c.Health.Code = "id", core.CodeKeyLost }),
		view(mail, "key", "Key", "x", func(c *core.Connection) { c.Method = "api_key" }),
		view(mail, "kept", "Kept", "x", func(c *core.Connection) { c.ClientID = "id" }),
	}
	s := open(t, d)
	for id, want := range map[core.ConnectionID]Step{"con_lost": StepForm, "con_key": StepForm, "con_kept": StepReview} {
		s.Reauthorize([]core.ConnectionID{id})
		if got := s.wizard.w.flow.Step; got != want {
			t.Errorf("%s begins at step %v", id, got)
		}
		s.Dialogs.Open().Close()
	}
}
