package consent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// desk is a Core that remembers the answers.
type desk struct {
	mu      sync.Mutex
	pending []authserver.Question
	answers []answer
	revoked []authserver.AppID
	fault   error
	hold    chan struct{} // Decide waits for it
}

type answer struct {
	id authserver.ConsentID
	authserver.Decision
}

func (d *desk) Pending() []authserver.Question {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.pending)
}

func (d *desk) Decide(_ context.Context, id authserver.ConsentID, x authserver.Decision) error {
	if d.hold != nil {
		<-d.hold
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault != nil {
		return d.fault
	}
	d.answers = append(d.answers, answer{id, x})
	d.pending = slices.DeleteFunc(d.pending, func(q authserver.Question) bool { return q.ID == id })
	return nil
}

func (d *desk) Counts(context.Context) (map[core.Model]int64, error) {
	return map[core.Model]int64{core.Stores: 3, core.Customers: 318, core.Orders: 1204, core.Products: 250, core.Segments: 6}, nil
}

func (d *desk) RevokeApp(_ context.Context, id authserver.AppID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.revoked = append(d.revoked, id)
	return d.fault
}

func (d *desk) given() []answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.answers)
}

func (d *desk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func question(id authserver.ConsentID, name string, scopes ...core.Scope) authserver.Question {
	at := kittest.Noon
	return authserver.Question{
		Consent: authserver.Consent{ID: id, App: authserver.AppID("app_" + id), Scopes: scopes, RedirectURI: "http://localhost:5678/rest/oauth2-credential/callback", Asked: at, Ends: at.Add(5 * time.Minute)},
		AppInfo: authserver.App{ID: authserver.AppID("app_" + id), Draft: authserver.Draft{Name: name, Scopes: scopes}, Created: at.AddDate(0, 0, -15)},
		New:     scopes, ReturnsTo: "localhost:5678",
	}
}

type shown struct {
	*kittest.Env
	*Asker
	desk *desk
	seen []authserver.AppID
}

func open(t *testing.T, questions ...authserver.Question) *shown {
	t.Helper()
	return openIn(t, "en", questions...)
}

func openIn(t *testing.T, language string, questions ...authserver.Question) *shown {
	t.Helper()
	s := &shown{Env: kittest.NewEnv(t), desk: &desk{pending: questions}}
	kit.SetLanguage(language)
	s.Asker = New(t.Context(), s.Env.Env, s.desk, func(id authserver.AppID) { s.seen = append(s.seen, id) })
	t.Cleanup(s.Asker.Close)
	s.Show(container.NewStack(), fyne.NewSize(1080, 720))
	s.Refresh()
	s.until(t, "the counts", func() bool {
		for _, k := range s.asks {
			if k.view.counts == nil {
				return false
			}
		}
		return true
	})
	return s
}

func (s *shown) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Queue.WaitFor(ctx, cond); err != nil {
		t.Fatalf("waited in vain for %s", what)
	}
}

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

// button finds a button of the window by its title.
func (s *shown) button(title string) *kit.Button {
	var all []fyne.CanvasObject
	for _, o := range append([]fyne.CanvasObject{s.Window.Canvas().Content()}, s.Window.Canvas().Overlays().List()...) {
		all = append(all, test.LaidOutObjects(o)...)
	}
	for _, o := range all {
		if b, ok := o.(*kit.Button); ok && b.Text == title {
			return b
		}
	}
	return nil
}

func TestAllowGivesWhatIsTickedAndNothingElse(t *testing.T) {
	s := open(t, question("ask_1", "n8n", core.CustomersRead, core.OrdersRead, core.SegmentsWrite))
	k := s.asks["ask_1"]
	k.view.checks[0].SetChecked(false)
	k.view.hide.SetChecked(true)
	k.view.length.Choose(1)
	s.Advance(time.Second)
	s.Dialogs.Open().Press("Allow")
	s.until(t, "the answer", func() bool { return len(s.desk.given()) == 1 && s.Dialogs.Open() == nil })
	got := s.desk.given()[0]
	if !got.Allow || !slices.Equal(got.Scopes, []core.Scope{core.OrdersRead, core.SegmentsWrite}) || !got.HidePersonal || got.For != authserver.OneHour {
		t.Errorf("%+v", got)
	}
	if s.Snacks.Shown() != "n8n can now read orders and change segments." {
		t.Error(s.Snacks.Shown())
	}
	test.Tap(s.button("See what it reads"))
	if !slices.Equal(s.seen, []authserver.AppID{"app_ask_1"}) || s.Snacks.Shown() != "" {
		t.Error(s.seen, s.Snacks.Shown())
	}
}

func TestStopTakesItBack(t *testing.T) {
	s := open(t, question("ask_1", "n8n", core.OrdersRead))
	s.Advance(time.Second)
	s.Dialogs.Open().Press("Allow")
	s.until(t, "the snack", func() bool { return s.Snacks.Shown() != "" })
	test.Tap(s.button("Stop (15)"))
	s.until(t, "the end of access", func() bool { return s.Snacks.Shown() == "n8n can no longer read your data." })
	if !slices.Equal(s.desk.revoked, []authserver.AppID{"app_ask_1"}) {
		t.Error(s.desk.revoked)
	}
}

func TestNothingIsAllowedByAccident(t *testing.T) {
	t.Run("in the first second", func(t *testing.T) {
		s := open(t, question("ask_1", "n8n", core.OrdersRead))
		s.Dialogs.Open().Press("Allow")
		s.Advance(999 * time.Millisecond)
		s.Dialogs.Open().Press("Allow")
		if s.asks["ask_1"].answered {
			t.Error("allowed at once")
		}
	})
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape, fyne.KeySpace} {
		t.Run(string(key), func(t *testing.T) {
			s := open(t, question("ask_1", "n8n", core.OrdersRead))
			s.Advance(2 * time.Second)
			s.press(key)
			s.until(t, "the answer", func() bool { return len(s.desk.given()) == 1 })
			if got := s.desk.given()[0]; got.Allow || s.Dialogs.Open() != nil {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("nothing ticked", func(t *testing.T) {
		s := open(t, question("ask_1", "n8n", core.OrdersRead))
		s.asks["ask_1"].view.checks[0].SetChecked(false)
		s.Advance(2 * time.Second)
		if !s.button("Allow").Disabled() {
			t.Error("Allow without anything to allow")
		}
		s.asks["ask_1"].view.checks[0].SetChecked(true)
		if s.button("Allow").Disabled() {
			t.Error("Allow stays off")
		}
	})
}

func TestAQuestionThatEndedGoesAway(t *testing.T) {
	s := open(t, question("ask_1", "n8n", core.OrdersRead))
	s.desk.set(func() { s.desk.pending = nil })
	s.Refresh()
	if s.Dialogs.Open() != nil || s.Snacks.Shown() != "“n8n” no longer waits for your answer. Nothing was allowed." {
		t.Error(s.Dialogs.Open(), s.Snacks.Shown())
	}
	if len(s.desk.given()) != 0 {
		t.Error("an answer to nobody")
	}
}

func TestQuestionsComeOneAfterTheOtherAndEachSettlesAnew(t *testing.T) {
	s := open(t, question("ask_1", "n8n", core.OrdersRead), question("ask_2", "Reports", core.StoresRead))
	if s.Dialogs.Open() != s.asks["ask_1"].view.dialog || s.Waiting() != 2 {
		t.Fatal("not the first")
	}
	if got := s.asks["ask_1"].view.left.Text(); got != "Without an answer in 5:00 nothing is allowed. 1 more request waits." {
		t.Error(got)
	}
	s.Advance(61 * time.Second)
	if got := s.asks["ask_1"].view.left.Text(); got != "Without an answer in 3:59 nothing is allowed. 1 more request waits." {
		t.Error(got)
	}
	s.Dialogs.Open().Press("Don't allow")
	second := s.asks["ask_2"]
	s.until(t, "the answer", func() bool { return len(s.desk.given()) == 1 && s.Waiting() == 1 })
	s.Dialogs.Open().Press("Allow") // the second press of a double click
	if second.answered {
		t.Error("the second was allowed by a press meant for the first")
	}
	s.Advance(time.Second)
	s.Dialogs.Open().Press("Allow")
	s.until(t, "the second answer", func() bool { return len(s.desk.given()) == 2 })
	if got := s.desk.given(); got[0].Allow || got[0].id != "ask_1" || !got[1].Allow || got[1].id != "ask_2" {
		t.Errorf("%+v", got)
	}
}

func TestAnAnswerThatWasNotKeptIsAskedAgain(t *testing.T) {
	for _, button := range []string{"Allow", "Don't allow"} {
		s := open(t, question("ask_1", "n8n", core.OrdersRead, core.StoresRead))
		s.asks["ask_1"].view.checks[1].SetChecked(false)
		s.desk.set(func() { s.desk.fault = core.E(core.CodeStorageBusy, "", errors.New("locked")) })
		s.Advance(time.Second)
		s.Dialogs.Open().Press(button)
		s.until(t, "the fault", func() bool { k := s.asks["ask_1"]; return k != nil && k.view.fault.Visible() })
		k := s.asks["ask_1"]
		if k.answered || s.Dialogs.Open() != k.view.dialog || button == "Allow" && k.view.checks[1].Checked {
			t.Errorf("%s: not asked again as it was", button)
		}
		s.desk.set(func() { s.desk.fault = nil })
		s.Advance(time.Second)
		s.Advance(time.Second)
		s.Dialogs.Open().Press(button)
		s.until(t, "the answer", func() bool { return len(s.desk.given()) == 1 })
	}
}

func TestWhileTheAnswerIsKeptNoOtherCanBeGiven(t *testing.T) {
	s := open(t, question("ask_1", "n8n", core.OrdersRead))
	s.desk.hold = make(chan struct{})
	s.Advance(time.Second)
	s.Dialogs.Open().Press("Allow")
	s.Dialogs.Open().Press("Allow")
	s.Dialogs.Open().Press("Don't allow")
	s.press(fyne.KeyEscape)
	close(s.desk.hold)
	s.until(t, "the answer", func() bool { return s.Snacks.Shown() != "" })
	if got := s.desk.given(); len(got) != 1 || !got[0].Allow {
		t.Errorf("%+v", got)
	}
}

func TestCountsAreInWords(t *testing.T) {
	kit.SetLanguage("en")
	one := map[core.Model]int64{core.Stores: 1, core.Customers: 1, core.Orders: 1, core.Products: 1, core.Segments: 1}
	many := map[core.Model]int64{core.Stores: 3, core.Customers: 318, core.Orders: 1204, core.Products: 250, core.Segments: 6}
	for s, want := range map[core.Scope][2]string{
		core.StoresRead: {"1 store now", "3 stores now"}, core.OrdersRead: {"1 order now", "1,204 orders now"},
		core.ProductsRead: {"1 product now", "250 products now"}, core.SegmentsRead: {"1 segment now", "6 segments now"},
		core.SegmentsWrite: {"can change your 1 segment", "can change your 6 segments"},
		core.CustomersRead: {"1 customer now, includes e-mail and phone", "318 customers now, includes e-mail and phone"},
	} {
		if a, b := note(s, one, false), note(s, many, false); a != want[0] || b != want[1] {
			t.Errorf("%s: %q, %q", s, a, b)
		}
		if got := note(s, nil, false); got != "" {
			t.Errorf("%s says %q before it is known", s, got)
		}
	}
	if got := note(core.CustomersRead, many, true); got != "318 customers now, without e-mail, phone and address" {
		t.Error(got)
	}
}
