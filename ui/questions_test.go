package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
	"linkdesk/ui/kit/kittest"
	"linkdesk/ui/oauthapps"
)

// outside is the authorization server with the apps of a desk.
type outside struct {
	notAsked
	d *desk
}

type notAsked = oauthapps.Apps

var theApp = authserver.App{ID: "app_1", ClientID: "QX7M2K9PLD4RTW8B", Created: kittest.Noon,
	Draft: authserver.Draft{Name: "n8n", RedirectURIs: []string{"http://localhost:5678/back"}, Scopes: []core.Scope{core.OrdersRead}}}

func (o outside) Address() oauthapps.Address                     { return o.d.Address() }
func (o outside) TurnAddress(ctx context.Context, on bool) error { return o.d.TurnAddress(ctx, on) }
func (o outside) SetAddress(ctx context.Context, set localhttp.Setting) error {
	return o.d.SetAddress(ctx, set)
}
func (o outside) MakeCertificate() (localhttp.Setting, error)    { return o.d.MakeCertificate() }
func (o outside) Apps(context.Context) ([]authserver.App, error) { return o.d.outside, nil }
func (o outside) Grants(context.Context, authserver.AppID) ([]authserver.Grant, error) {
	return nil, nil
}
func (o outside) Setup(context.Context, authserver.AppID) (authserver.Setup, error) {
	return authserver.Setup{}, nil
}
func (o outside) Ledger() authserver.Ledger { return nothingRead{} }

type nothingRead struct{ unused }

type unused = authserver.Ledger

func (nothingRead) Ledger(context.Context, authserver.AppID, int64, int) ([]authserver.Read, error) {
	return nil, nil
}

func (d *desk) Pending() []authserver.Question {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asks)
}

func (d *desk) Decide(_ context.Context, id authserver.ConsentID, x authserver.Decision) error {
	d.mu.Lock()
	d.asks = nil
	d.mu.Unlock()
	if x.Allow {
		return d.note("allow " + string(id))
	}
	return d.note("refuse " + string(id))
}

func (d *desk) Counts(context.Context) (map[core.Model]int64, error) {
	return map[core.Model]int64{core.Orders: 1204}, nil
}

func (d *desk) RevokeApp(_ context.Context, id authserver.AppID) error {
	return d.note("revoke " + string(id))
}

// TestAQuestionOfAnAppComesToTheFront follows a question from the event to what the app reads.
func TestAQuestionOfAnAppComesToTheFront(t *testing.T) {
	d := sample(t)
	d.outside = []authserver.App{theApp}
	w := open(t, d)
	d.mu.Lock()
	d.asks = []authserver.Question{{AppInfo: theApp, ReturnsTo: "localhost:5678", New: theApp.Scopes,
		Consent: authserver.Consent{ID: "ask_1", App: "app_1", Scopes: theApp.Scopes, Asked: w.Clock, Ends: w.Clock.Add(5 * time.Minute)}}}
	d.mu.Unlock()
	event.Publish(w.bus, authserver.ConsentAsked{ID: "ask_1", App: "app_1"})
	w.wait(t, "the question in a window at the front", func() bool {
		return w.Dialogs.Open() != nil && strings.Contains(w.Dialogs.Open().Title, "“n8n” wants to read your data") && d.has("show")
	})
	w.Advance(time.Second)
	w.Dialogs.Open().Press("Allow")
	w.wait(t, "the answer", func() bool { return d.has("allow ask_1") && w.Snacks.Shown() == "n8n can now read orders." })
	w.showApp("app_1")
	w.wait(t, "the app", func() bool { return w.seen("http://localhost:5678/back") })
	if w.frame.Selected() != TabApps {
		t.Error("another tab is open")
	}
}

// asks makes apps of those names ask, as the authorization server does.
func (w *world) asks(names ...string) {
	w.d.mu.Lock()
	for i, name := range names {
		app := theApp
		app.Name = name
		id := authserver.ConsentID("ask_" + strconv.Itoa(i+1))
		w.d.asks = append(w.d.asks, authserver.Question{AppInfo: app, ReturnsTo: "localhost:5678", New: app.Scopes,
			Consent: authserver.Consent{ID: id, App: "app_1", Scopes: app.Scopes, Asked: w.Clock, Ends: w.Clock.Add(5 * time.Minute)}})
	}
	w.d.mu.Unlock()
	for _, q := range w.d.Pending() {
		event.Publish(w.bus, authserver.ConsentAsked{ID: q.ID, App: "app_1"})
	}
}

// rows are the titles of the tray menu before its first line.
func (w *world) rows() (titles []string) {
	for _, it := range w.shell.menu.Items {
		if it.IsSeparator {
			break
		}
		titles = append(titles, it.Label)
	}
	return titles
}

// TestAQuestionHasARowInTheTray: the menu names who asks, only while it waits, and leads to it.
func TestAQuestionHasARowInTheTray(t *testing.T) {
	w := open(t, sample(t))
	w.asks("n8n", "Reports")
	want := []string{"Up to date · last sync 02:00", "? n8n asks for access", "? Reports asks for access"}
	w.wait(t, "the rows", func() bool { return slices.Equal(w.rows(), want) })
	before := w.gathers
	w.Reload() // the overall state is read anew: the rows stay
	w.wait(t, "the state", func() bool { return w.gathers > before && slices.Equal(w.rows(), want) })
	w.d.set(func() { w.d.did = nil })
	w.shell.menu.Items[1].Action()
	w.wait(t, "the window at the front", func() bool { return w.d.has("show") })
	if d := w.Dialogs.Open(); d == nil || !strings.Contains(d.Title, "n8n") {
		t.Error("the row does not lead to the question")
	}
	w.d.set(func() { w.d.asks = nil })
	event.Publish(w.bus, authserver.ConsentEnded{ID: "ask_1", App: "app_1", Outcome: authserver.TimedOut})
	w.wait(t, "the menu without rows", func() bool { return slices.Equal(w.rows(), want[:1]) })
}

// TestAQuestionIsNotified: the desktop says who asks, and nothing else.
func TestAQuestionIsNotified(t *testing.T) {
	w := open(t, sample(t))
	test.AssertNotificationSent(t, fyne.NewNotification("n8n asks for access to your data", "Answer in Linkdesk. Without an answer nothing is allowed."), func() {
		w.asks("n8n")
		w.wait(t, "the question", func() bool { return w.Dialogs.Open() != nil })
	})
}

// TestClosingTheWindowOverAQuestionMeansNo, to those behind it, too; but not to
// questions that nobody has seen.
func TestClosingTheWindowOverAQuestionMeansNo(t *testing.T) {
	w := open(t, sample(t))
	w.remember.Explained = true
	w.asks("n8n", "Reports")
	w.wait(t, "the question", func() bool { return w.Dialogs.Open() != nil && w.asker.Waiting() == 2 })
	w.shell.win.cross()
	w.wait(t, "the answers", func() bool { return w.d.has("refuse ask_1") && w.d.has("refuse ask_2") && w.d.has("hide") })
	if w.Dialogs.Open() != nil {
		t.Errorf("%q is still asked", w.Dialogs.Open().Title)
	}

	w = open(t, sample(t))
	w.remember.Explained = true
	w.about()
	w.asks("n8n")
	w.wait(t, "the question behind it", func() bool { return w.asker.Waiting() == 1 })
	w.shell.win.cross()
	w.wait(t, "the window to go", func() bool { return w.d.has("hide") })
	if w.d.has("refuse ask_1") || w.asker.Waiting() != 1 {
		t.Error("an answer to a question that nobody has seen")
	}
}

func TestAQuestionThatEndedLeavesTheWindow(t *testing.T) {
	d := sample(t)
	d.asks = []authserver.Question{{AppInfo: theApp, ReturnsTo: "localhost:5678",
		Consent: authserver.Consent{ID: "ask_1", App: "app_1", Scopes: theApp.Scopes, Ends: kittest.Noon.Add(5 * time.Minute)}}}
	w := open(t, d)
	if w.Dialogs.Open() == nil {
		t.Fatal("a question that waited before the window was there is not asked")
	}
	d.mu.Lock()
	d.asks = nil
	d.mu.Unlock()
	event.Publish(w.bus, authserver.ConsentEnded{ID: "ask_1", App: "app_1", Outcome: authserver.Withdrawn})
	w.wait(t, "its end", func() bool { return w.Dialogs.Open() == nil })
	if d.has("refuse ask_1") {
		t.Error("an answer to nobody")
	}
}
