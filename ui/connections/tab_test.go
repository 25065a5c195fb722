package connections

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/ui/kit"
)

// press types a key as the window does: to the focused widget, else to the canvas.
func (s *shown) press(key fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: key}
	if f := s.Window.Canvas().Focused(); f != nil {
		f.TypedKey(ev)
		return
	}
	if f := s.Window.Canvas().OnTypedKey(); f != nil {
		f(ev)
	}
}

// button finds a button on screen by its title.
func (s *shown) button(title string) *kit.Button {
	all := test.LaidOutObjects(s.Window.Canvas().Content())
	for _, o := range s.Window.Canvas().Overlays().List() {
		all = append(all, test.LaidOutObjects(o)...)
	}
	for _, o := range all {
		if b, ok := o.(*kit.Button); ok && b.Text == title && b.Visible() {
			return b
		}
	}
	return nil
}

func TestVerifyShowsWhatItFound(t *testing.T) {
	d := sample(t)
	d.verified = view(d.views[0].Service, "ok", d.views[0].Name, "demo", func(c *core.Connection) {
		c.Health = core.Health{Code: core.CodeScopeMissing, CheckedAt: time.Now(), OKAt: time.Now(), Models: []core.ModelCheck{{Model: core.Customers, Code: core.CodeScopeMissing}}}
	})
	s := open(t, d)
	s.mend("con_ok")
	s.until(t, "the check", func() bool { return len(s.p.state.Checking) == 0 })
	if s.p.state.Open != "con_ok" {
		t.Error("a check that was not good does not show what it found")
	}
	v, _ := s.p.state.Find("con_ok")
	if v.Status != core.StatusScope {
		t.Errorf("state %s", v.Status)
	}
}

func TestVerifyAllSumsUp(t *testing.T) {
	s := open(t, sample(t))
	test.Tap(s.button("Verify all"))
	if len(s.p.state.Checking) != 7 || !s.all.Disabled() {
		t.Error("the rows do not show that they are being checked")
	}
	s.until(t, "the end", func() bool { return s.Snacks.Shown() != "" })
	if got := s.Snacks.Shown(); got != "Checked 7 connections. 4 need your attention." {
		t.Error(got)
	}
}

func TestTheRowButtonDoesWhatItSays(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.mend("con_paused")
	s.mend("con_down")
	s.until(t, "both", func() bool { return len(d.done()) == 2 })
	got := d.done()
	slices.Sort(got)
	if !slices.Equal(got, []string{"resume con_paused", "verify con_down"}) {
		t.Error(got)
	}
	s.mend("con_scope")
	if f := s.at(t, StepReview); f.Of.ID != "con_scope" {
		t.Error("Reauthorize opens something else")
	}
}

func TestRenameRefusesWhatCannotBeAName(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.Tab.Show("con_stale")
	s.RenameSelected()
	entry := s.Window.Canvas().Focused().(*kit.Entry)
	entry.SetText("")
	s.press(fyne.KeyReturn)
	if s.Dialogs.Open() == nil {
		t.Fatal("an empty name was taken")
	}
	entry.SetText("News")
	s.press(fyne.KeyReturn)
	s.until(t, "the new name", func() bool { return len(d.done()) == 1 })
	if d.done()[0] != "rename con_stale News" || s.Dialogs.Open() != nil {
		t.Error(d.done())
	}
}

func TestDeleteKeepsTheRecordsUnlessToldAndCanBeUndone(t *testing.T) {
	d := sample(t)
	s := open(t, d)
	s.Tab.Show("con_ok")
	s.DeleteSelected()
	s.until(t, "the question", func() bool { return s.Dialogs.Open() != nil })
	s.press(fyne.KeyReturn) // the safe way
	if len(d.done()) != 0 {
		t.Fatal("Enter deletes")
	}
	s.DeleteSelected()
	s.until(t, "the question", func() bool { return s.Dialogs.Open() != nil })
	s.Dialogs.Open().Press("Delete")
	s.until(t, "the list without it", func() bool { return len(s.p.state.All) == 6 && s.Snacks.Shown() != "" })
	if d.done()[0] != "delete con_ok" || s.p.state.Open != "" {
		t.Errorf("did %v, open %q", d.done(), s.p.state.Open)
	}
	test.Tap(s.button("Undo (30)"))
	s.until(t, "the undo", func() bool {
		select {
		case <-d.deletion.undone:
			return true
		default:
			return false
		}
	})
}

func TestADeletionTellsWhatBecameOfThePermission(t *testing.T) {
	for outcome, want := range map[connection.Outcome]string{connection.Withdrawn: "Access was withdrawn at Mailchimp.",
		connection.NotTold:   "Removed here. Mailchimp could not be told; remove it there.",
		connection.ToldLater: "Removed here. Mailchimp could not be reached; Linkdesk tries again for 7 days."} {
		d := sample(t)
		s := open(t, d)
		v, _ := s.p.state.Find("con_stale")
		s.p.Delete(v, true)
		s.until(t, "the way back", func() bool { return s.Snacks.Shown() == "“Newsletter” deleted." })
		if d.done()[0] != "delete con_stale with records" {
			t.Error(d.done())
		}
		d.deletion.outcome = outcome
		close(d.deletion.end)
		s.until(t, "the outcome", func() bool { return s.Snacks.Shown() == want })
	}
}

func TestAFaultOfAnActionIsTold(t *testing.T) {
	d := sample(t)
	d.fault = core.E(core.CodeStorageReadOnly, "", nil)
	s := open(t, d)
	s.p.Pause("con_ok")
	s.until(t, "the dialog", func() bool { return s.Dialogs.Open() != nil })
	if got := s.Dialogs.Open().Title; got != "Linkdesk may not write to its folder" {
		t.Error(got)
	}
}

func TestEscapeClosesTheDetailOnce(t *testing.T) {
	s := open(t, sample(t))
	s.search.SetText("nothing at all")
	s.Tab.Show("con_ok") // also when the search hid it
	if s.p.state.Open != "con_ok" || s.search.Text != "" || !s.Escape() || s.Escape() {
		t.Error("the detail does not open and close")
	}
	s.FocusSearch()
	s.Window.Canvas().Focused().TypedRune('x')
	if s.p.state.Search != "x" {
		t.Error("the search field has not the cursor")
	}
}

func TestTheMenuSaysWhyNot(t *testing.T) {
	s := open(t, sample(t))
	for id, want := range map[string]string{"con_ok": "", "con_paused": "paused", "con_reauth": "needs reauthorizing"} {
		for _, it := range s.menu(id) {
			if it.Title == "Sync now" && (it.Reason != want || (it.Do == nil) != (want != "")) {
				t.Errorf("%s: %+v", id, it)
			}
		}
	}
	for _, it := range s.menu("con_ok") {
		if it.Title == "Copy details for support" {
			it.Do()
		}
	}
	if got := s.App.Clipboard().Content(); !strings.Contains(got, "con_ok") {
		t.Errorf("copied %q", got)
	}
}
