package ui

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"linkdesk/assets"
	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/connection"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
	"linkdesk/core/service"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/ui/connections"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
	"linkdesk/ui/oauthapps"
)

// desk is everything the window needs, made up. It notes what it was asked to do.
type desk struct {
	mu      sync.Mutex
	did     []string
	views   []connection.View
	rows    []syncing.Row
	runs    []core.Run
	running []syncing.Progress
	paused  bool
	until   time.Time
	vault   vault.State
	wrong   error // of the next passphrase
	prefs   map[string]string
	address oauthapps.Address
	outside []authserver.App      // programs that may read
	asks    []authserver.Question // of theirs
	tray    bool
	screen  fyne.Size // something shows tray icons
	icons   bool      // the window can be minimised
	auto    bool
	fault   error  // of any action
	wake    func() // lets a test that waits look again
}

func (d *desk) note(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did = append(d.did, what)
	d.wake()
	return d.fault
}

func (d *desk) has(what string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.did, what)
}

func (d *desk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// people are the connections.
type people struct{ d *desk }

func (p people) List(context.Context) ([]connection.View, error) {
	p.d.mu.Lock()
	defer p.d.mu.Unlock()
	return slices.Clone(p.d.views), nil
}
func (p people) Verify(_ context.Context, id core.ConnectionID) (connection.View, error) {
	return p.d.views[0], p.d.note("verify " + string(id))
}
func (p people) VerifyAll(context.Context) ([]connection.View, error) {
	return p.d.views, p.d.note("verify all")
}
func (p people) Rename(context.Context, core.ConnectionID, string) error { return nil }
func (p people) Pause(context.Context, core.ConnectionID) error          { return nil }
func (p people) Resume(context.Context, core.ConnectionID) error         { return nil }
func (p people) UsedBy(context.Context, core.ConnectionID) (connection.Usage, error) {
	return connection.Usage{Models: 5, Records: 2061}, nil
}
func (p people) Delete(context.Context, core.ConnectionID, connection.DeleteOptions) (connections.Deletion, error) {
	return nil, errors.New("not here")
}
func (p people) Begin(context.Context, connection.Draft) (connections.Pending, error) {
	return nil, errors.New("not here")
}

func (d *desk) Settings(context.Context, core.ConnectionID) ([]syncing.Row, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.rows), nil
}
func (d *desk) Apply(context.Context, []core.SyncSetting, []core.SyncSetting) ([]core.ConnectionID, []core.ConnectionID, error) {
	return nil, nil, nil
}
func (d *desk) SyncNow(_ context.Context, r syncing.Request) ([]core.RunID, error) {
	what := "sync all"
	for _, id := range r.Connections {
		what = "sync " + string(id)
	}
	return nil, d.note(what)
}
func (d *desk) Cancel(context.Context, core.RunID) error { return nil }
func (d *desk) Runs(context.Context, core.ConnectionID, core.RunID, int) ([]core.Run, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.runs), nil
}
func (d *desk) Running() []syncing.Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.running)
}
func (d *desk) CheckAgain(context.Context, core.ConnectionID, core.Model) (core.RunID, error) {
	return "", nil
}
func (d *desk) RemoveHeld(context.Context, core.ConnectionID, core.Model) (core.RunID, error) {
	return "", nil
}
func (d *desk) KeepHeld(context.Context, core.ConnectionID, core.Model) error { return nil }
func (d *desk) Preview(context.Context, syncing.Request) (map[core.Model]core.Counts, error) {
	return nil, nil
}
func (d *desk) PauseUntil(_ context.Context, t time.Time) error {
	d.set(func() { d.paused, d.until = true, t })
	return d.note("pause")
}
func (d *desk) Resume(context.Context) error {
	d.set(func() { d.paused = false })
	return d.note("resume")
}
func (d *desk) Paused() (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.until, d.paused
}

// copied are the records: one order.
type copied struct{}

func (copied) Query(context.Context, core.RecordQuery) (core.RecordPage, error) {
	return core.RecordPage{Total: 1, Records: []core.Record{{Connection: "con_1", RemoteID: "o1", Data: &core.Order{Number: "#1042"}}}}, nil
}
func (copied) Get(context.Context, core.ConnectionID, core.Model, string) (core.Record, error) {
	return core.Record{}, nil
}
func (copied) History(context.Context, core.ConnectionID, string) ([]core.OrderChange, error) {
	return nil, nil
}
func (copied) Members(context.Context, core.ConnectionID, string) (*int64, error) { return nil, nil }
func (copied) Analytics(context.Context, core.ConnectionID, string) (core.CustomerAnalytics, error) {
	return core.CustomerAnalytics{}, nil
}

func (d *desk) Address() oauthapps.Address                          { return d.address }
func (d *desk) TurnAddress(context.Context, bool) error             { return nil }
func (d *desk) SetAddress(context.Context, localhttp.Setting) error { return nil }
func (d *desk) MakeCertificate() (localhttp.Setting, error)         { return localhttp.Setting{}, nil }

// safe is the vault.
type safe struct{ d *desk }

func (s safe) State() vault.State {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	return s.d.vault
}
func (s safe) opened(what string, mode vault.Mode) error {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.did = append(s.d.did, what)
	s.d.wake()
	if s.d.wrong != nil {
		return s.d.wrong
	}
	s.d.vault = vault.State{Mode: mode, Phase: vault.Open}
	return nil
}
func (s safe) Unlock(context.Context) error { return s.opened("unlock", vault.Keyring) }
func (s safe) UnlockWithPassphrase(_ context.Context, p core.Secret) error {
	return s.opened("unlock with "+p.Reveal(), vault.Passphrase)
}
func (s safe) UsePassphrase(_ context.Context, p core.Secret) error {
	return s.opened("use "+p.Reveal(), vault.Passphrase)
}
func (s safe) UseSession(context.Context) error { return s.opened("session", vault.Session) }
func (s safe) StartOver(context.Context) error  { return s.opened("start over", vault.Keyring) }

// notes are the preferences.
type notes struct{ d *desk }

func (n notes) Get(_ context.Context, key string) (string, error) { return n.d.prefs[key], nil }
func (n notes) Set(_ context.Context, key, value string) error {
	n.d.mu.Lock()
	defer n.d.mu.Unlock()
	n.d.prefs[key] = value
	n.d.wake()
	return nil
}

func (d *desk) TrayHost(context.Context) bool { return d.tray }
func (d *desk) CanTray() bool                 { return true }
func (d *desk) Screen() fyne.Size             { return d.screen }
func (d *desk) Minimise(fyne.Window) bool {
	_ = d.note("minimise")
	return d.icons
}
func (d *desk) OpenURL(_ context.Context, address string) error { return d.note("open " + address) }
func (d *desk) Autostart() bool                                 { return d.auto }
func (d *desk) SetAutostart(on bool) error {
	d.auto = on
	return d.note("autostart")
}

// shell is Fyne's test app with a tray, and a window that tells what is done with it.
type shell struct {
	fyne.App
	d    *desk
	win  *pane
	menu *fyne.Menu
	icon fyne.Resource
}

var _ desktop.App = (*shell)(nil)

func (s *shell) NewWindow(title string) fyne.Window {
	win := s.App.NewWindow(title)
	s.win = &pane{Window: win, d: s.d, glass: &glass{Canvas: win.Canvas(), keys: map[string]func(fyne.Shortcut){}}}
	return s.win
}
func (s *shell) Quit()                             { _ = s.d.note("quit") }
func (s *shell) SetSystemTrayMenu(m *fyne.Menu)    { s.menu = m }
func (s *shell) SetSystemTrayIcon(i fyne.Resource) { s.icon = i }
func (s *shell) SetSystemTrayWindow(fyne.Window)   {}

type pane struct {
	fyne.Window
	d     *desk
	cross func() // the window's own close button
	glass *glass
}

// glass notes the shortcuts, since the canvas of a test cannot be made to press one.
type glass struct {
	fyne.Canvas
	keys map[string]func(fyne.Shortcut)
}

func (g *glass) AddShortcut(s fyne.Shortcut, do func(fyne.Shortcut)) { g.keys[s.ShortcutName()] = do }

// SetScale is for pictures.
func (g *glass) SetScale(scale float32) { g.Canvas.(interface{ SetScale(float32) }).SetScale(scale) }

func (p *pane) Canvas() fyne.Canvas { return p.glass }

func (p *pane) SetCloseIntercept(f func()) { p.cross = f }
func (p *pane) Show()                      { _ = p.d.note("show") }
func (p *pane) Hide()                      { _ = p.d.note("hide") }

// world is a window over a desk.
type world struct {
	*kittest.Env
	*Window
	d     *desk
	shell *shell
	bus   *event.Bus
}

func open(t *testing.T, d *desk) *world {
	t.Helper()
	env := kittest.NewEnv(t)
	d.wake = func() { env.Queue.Do(func() {}) }
	w := &world{Env: env, d: d, shell: &shell{App: env.App, d: d}, bus: event.New(slog.New(slog.DiscardHandler))}
	if d.prefs == nil {
		d.prefs = map[string]string{}
	}
	w.Window = New(t.Context(), w.shell, Deps{Connections: people{d}, Services: func() []*service.Manifest { return manifests(t) }, Sync: d, Records: copied{},
		Apps: outside{d: d}, Consents: d, Vault: safe{d}, Preferences: notes{d}, Bus: w.bus, Platform: d, Practice: "http://127.0.0.1:8786", Version: "0.1.0",
		Dispatcher: env.Queue, Now: func() time.Time { return env.Clock }})
	env.Env = w.env
	t.Cleanup(func() {
		w.Window.Close()
		w.shell.win.Window.Close()
	})
	w.wait(t, "the first look", func() bool { return w.gathered })
	w.wait(t, "the list", func() bool {
		return len(d.views) == 0 || w.frame.Selected() == TabApps || w.seen("Practice store – Willow & Pine") || w.seen("Orders")
	})
	return w
}

func (w *world) wait(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := w.Queue.WaitFor(ctx, cond); err != nil {
		t.Fatalf("waited in vain for %s; asked to %q", what, w.d.did)
	}
}

// seen reports whether a text is on screen, dialogs included.
func (w *world) seen(text string) bool {
	c := w.win.Canvas()
	for _, root := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
		for _, o := range test.LaidOutObjects(root) {
			switch o := o.(type) {
			case *kit.Text:
				if o.Text() == text {
					return true
				}
			case *widget.RichText:
				if o.String() == text {
					return true
				}
			}
		}
	}
	return false
}

// dialog waits for a dialog of that title.
func (w *world) dialog(t *testing.T, title string) *kit.Dialog {
	t.Helper()
	w.wait(t, "the dialog “"+title+"”", func() bool { return w.env.Dialogs.Open() != nil })
	d := w.env.Dialogs.Open()
	if d.Title != title {
		t.Fatalf("dialog %q, want %q", d.Title, title)
	}
	return d
}

// press types a key where the keyboard is.
func (w *world) press(k fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: k}
	if f := w.win.Canvas().Focused(); f != nil {
		f.TypedKey(ev)
		return
	}
	w.win.Canvas().OnTypedKey()(ev)
}

func (w *world) ctrl(k fyne.KeyName, more fyne.KeyModifier) {
	s := &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault | more}
	w.shell.win.glass.keys[s.ShortcutName()](s)
}

func manifests(t *testing.T) []*service.Manifest {
	t.Helper()
	r, err := service.NewRegistry(assets.Services, t.TempDir(), "http://127.0.0.1:8786")
	if err != nil {
		t.Fatal(err)
	}
	return r.List()
}

// sample is a desk with one connection that was synced this night.
func sample(t *testing.T) *desk {
	t.Helper()
	d := &desk{tray: true, vault: vault.State{Mode: vault.Keyring, Phase: vault.Open}, address: oauthapps.Address{Origin: "http://127.0.0.1:8787", On: true}}
	asOf := kittest.Noon.Add(-10 * time.Hour)
	for _, m := range manifests(t) {
		if m.ID == "practice" {
			c := core.Connection{ID: "con_1", Service: m.ID, Name: "Practice store – Willow & Pine", AccountName: "demo@willowandpine.example", Method: m.Auth[0].Method,
				Access: core.AccessMap{core.Orders: core.Read}, Health: core.Health{CheckedAt: asOf, OKAt: asOf}, AuthorizedAt: asOf, CreatedAt: asOf}
			d.views = append(d.views, connection.View{Connection: c, Service: m, Status: core.StatusOK})
		}
	}
	counts := map[core.Model]int64{core.Stores: 3, core.Customers: 600, core.Orders: 1200, core.Products: 250, core.Segments: 8}
	for _, m := range core.Models() {
		d.rows = append(d.rows, syncing.Row{Model: m, Access: core.Read, Offers: core.ReadWrite, Schedule: core.DefaultSchedule(), Records: counts[m],
			AsOf: asOf, Status: syncing.StatusOK, NextAt: kittest.Noon.Add(14 * time.Hour)})
	}
	d.runs = []core.Run{{ID: "run_1", Connection: "con_1", Kind: core.KindAutomatic, Mode: core.Incremental, Status: core.RunOK, StartedAt: asOf, EndedAt: asOf.Add(time.Second),
		Models: []core.RunModel{{Model: core.Orders, Status: core.RunOK, Counts: core.Counts{Read: 4, Added: 3, Changed: 1}}}}}
	return d
}

// firstDay is a desk on which nothing happened yet.
func firstDay(t *testing.T) *desk {
	d := sample(t)
	d.views, d.runs = nil, nil
	for i := range d.rows {
		d.rows[i].Records, d.rows[i].AsOf, d.rows[i].Status, d.rows[i].NextAt = 0, time.Time{}, syncing.StatusNever, time.Time{}
	}
	d.vault = vault.State{Phase: vault.Open, Mode: vault.Keyring}
	return d
}
