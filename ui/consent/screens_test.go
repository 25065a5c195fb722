package consent

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
	"linkdesk/ui/words"
)

// A name as long as an app may have, in words and in one word.
const (
	longName = "The weekly report of the Lumen Prints family, Rotterdam West"
	longWord = "Kundenbestellungsuebersichtswochenberichtserstellungsprogram"
)

// largest is the question with the most in it.
func largest(name string) authserver.Question {
	q := question("ask_1", name, core.Scopes()...)
	q.LastAllowed, q.New = kittest.Noon.Add(-50*time.Hour), []core.Scope{core.ProductsRead, core.SegmentsWrite}
	q.ReturnsTo = "workflows.wilhelmina-van-den-berg-oosterhuis.lumenprints.example:8443"
	return q
}

// speak opens a question in another language.
func speak(t *testing.T, language string, questions ...authserver.Question) *shown {
	t.Helper()
	s := openIn(t, language, questions...)
	s.Advance(2 * time.Second)
	return s
}

// below returns how far a part of the open question reaches below the edge that
// the dialog shows; nil stands for all of it.
func (s *shown) below(t *testing.T, part fyne.CanvasObject) float32 {
	t.Helper()
	for _, o := range test.LaidOutObjects(s.Window.Canvas().Overlays().Top()) {
		scroll, ok := o.(*container.Scroll)
		if !ok {
			continue
		}
		if part == nil {
			return scroll.Content.MinSize().Height - scroll.Size().Height
		}
		at := s.App.Driver().AbsolutePositionForObject
		return at(part).Y + part.Size().Height - at(scroll).Y - scroll.Size().Height
	}
	t.Fatal("no question is open")
	return 0
}

// All that an app asks for is in sight before anybody can allow it, in every
// language and in the smallest window; of an app without a secret, which is
// warned of, at least every permission.
func TestTheWholeQuestionIsInSight(t *testing.T) {
	for _, language := range kit.Languages {
		for name, public := range map[string]bool{longName: false, longWord: true} {
			q := largest(name)
			q.AppInfo.Public, q.New = public, q.Scopes
			s := speak(t, language, q, question("ask_2", "Reports", core.StoresRead))
			v := s.asks["ask_1"].view
			v.hide.SetChecked(true)
			s.Window.Resize(fyne.NewSize(860, 560))
			var last fyne.CanvasObject
			if public {
				last = v.notes[len(v.notes)-1]
			}
			if over := s.below(t, last); over > 0 {
				t.Errorf("%s, %.10s…, public %v: %.0f below the edge", language, name, public, over)
			}
			for _, n := range v.notes {
				if n.Natural() > n.Size().Width {
					t.Errorf("%s: “%s” is cut", language, n.Text())
				}
			}
		}
	}
}

// The bar after allowing keeps its buttons in the window, whatever the name.
func TestTheBarAfterAllowingStaysInTheWindow(t *testing.T) {
	for _, language := range kit.Languages {
		for _, name := range []string{"n8n", longWord} {
			for _, width := range []float32{860, 1600} {
				s := speak(t, language, largest(name))
				s.Window.Resize(fyne.NewSize(width, 720))
				s.Dialogs.Open().Press(kit.T("Allow"))
				s.until(t, "the bar", func() bool { return s.Snacks.Shown() != "" })
				x := s.button(kit.T("Stop") + " (15)")
				if x == nil {
					t.Fatal("no way back")
				}
				if right := s.App.Driver().AbsolutePositionForObject(x).X + x.Size().Width; right > width-76 {
					t.Errorf("%s, %v wide: “%s” pushes the buttons to %v", language, width, s.Snacks.Shown(), right)
				}
				if whole := words.MayNow(name, core.Scopes()); width == 1600 && name == "n8n" && s.Snacks.Shown() != whole {
					t.Errorf("%q is shorter than it need be", s.Snacks.Shown())
				}
			}
		}
	}
}

func TestScreens(t *testing.T) {
	for _, language := range kit.Languages {
		t.Run("all-"+language, func(t *testing.T) {
			name := map[string]string{"de": longWord}[language]
			s := speak(t, language, largest(name+longName[:60-len(name)]), question("ask_2", "Reports", core.StoresRead))
			s.Snapshot(t, "consent-all-"+language)
			s.Window.Resize(fyne.NewSize(860, 560))
			s.Snapshot(t, "consent-small-"+language)
		})
	}
	t.Run("public", func(t *testing.T) {
		q := question("ask_1", "n8n", core.CustomersRead, core.OrdersRead)
		q.AppInfo.Public = true
		s := open(t, q)
		s.Snapshot(t, "consent-public")
		s.asks["ask_1"].view.setFault("Your answer could not be kept: another program uses the data file.")
		s.Snapshot(t, "consent-fault")
	})
	t.Run("allowed", func(t *testing.T) {
		s := open(t, question("ask_1", "n8n", core.CustomersRead, core.OrdersRead))
		s.Advance(time.Second)
		s.Dialogs.Open().Press("Allow")
		s.until(t, "the snack", func() bool { return s.Snacks.Shown() != "" })
		s.Snapshot(t, "consent-allowed")
	})
	t.Run("allowed-all", func(t *testing.T) {
		s := speak(t, "de", largest(longWord))
		s.Window.Resize(fyne.NewSize(860, 560))
		s.Dialogs.Open().Press(kit.T("Allow"))
		s.until(t, "the snack", func() bool { return s.Snacks.Shown() != "" })
		s.Snapshot(t, "consent-allowed-all")
	})
}
