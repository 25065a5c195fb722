package ui

import (
	"context"
	"encoding/json"
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/ui/connections"
	"linkdesk/ui/consent"
	"linkdesk/ui/kit"
	"linkdesk/ui/oauthapps"
	"linkdesk/ui/records"
	"linkdesk/ui/sync"
)

// The smallest window in which nothing is cut, and the first size (product 5.0).
var (
	smallest  = fyne.NewSize(860, 560)
	firstSize = fyne.NewSize(1080, 720)
)

// Window is the one window of Linkdesk with its tray. Its methods belong to the
// window's goroutine unless they say otherwise.
type Window struct {
	app   fyne.App
	win   fyne.Window
	deps  Deps
	env   *kit.Env
	tasks *kit.Tasks
	ctx   context.Context

	frame       *Frame
	sync        *sync.Tab
	apps        *oauthapps.Tab
	asker       *consent.Asker
	connections *connections.Tab
	records     *records.Page // over the tabs; nil: none
	tray        *tray

	facts    Facts
	choices  []sync.Connection
	remember remembered
	gathers  int  // number of the latest gathering; older answers are dropped
	gathered bool // the first has come
	dismiss  vault.Phase
	quitting bool
	waitQuit bool // quit as soon as nothing runs
	asking   bool // W-23 is on screen or waits for its turn
	cancels  []func()
}

// remembered is kept between starts.
type remembered struct {
	Width, Height float32
	Tab           Tab
	Appearance    kit.Appearance
	Language      string
	Explained     bool // W-24 was shown
}

const rememberKey = "window"

// New builds the window; Show or Hide follows. ctx ends with the program.
func New(ctx context.Context, app fyne.App, deps Deps) *Window {
	w := &Window{app: app, deps: deps, ctx: ctx,
		remember: remembered{Width: firstSize.Width, Height: firstSize.Height, Tab: TabConnections, Appearance: kit.FollowSystem}}
	if text, err := deps.Preferences.Get(ctx, rememberKey); err == nil && text != "" {
		_ = json.Unmarshal([]byte(text), &w.remember) // an unreadable one is as good as none
	}
	kit.SetLanguage(orElse(w.remember.Language, kit.SystemLanguage()))
	app.Settings().SetTheme(kit.NewTheme(w.remember.Appearance))
	w.win = app.NewWindow("Linkdesk")
	w.win.SetIcon(kit.AppIcon())
	w.env = kit.NewEnv(w.win, deps.Dispatcher, deps.Now)
	w.tasks = kit.NewTasks(ctx, w.env.Do)
	w.build()
	w.win.Resize(fit(fyne.NewSize(w.remember.Width, w.remember.Height).Max(smallest), w.deps.Platform.Screen()))
	w.win.CenterOnScreen()
	w.tray = newTray(w)
	w.win.SetCloseIntercept(w.close)
	w.shortcuts()
	w.subscribe()
	w.subscribeApps()
	// Countdowns, snack bars and ages count by these.
	w.tasks.Go(func(ctx context.Context) func() { w.env.Ticks.Run(ctx, deps.Dispatcher, deps.Now); return nil })
	w.Reload()
	w.asker.Refresh()
	return w
}

func (w *Window) build() {
	w.sync = sync.New(w.ctx, w.env, w.deps.Sync, sync.Hooks{
		Browse:      w.browse,
		Connections: func() { w.frame.Select(TabConnections) },
		Reauthorize: func(ids []core.ConnectionID) { w.frame.Select(TabConnections); w.connections.Reauthorize(ids) },
	})
	w.apps = oauthapps.New(w.ctx, w.env, w.deps.Apps)
	w.asker = consent.New(w.ctx, w.env, w.deps.Consents, w.showApp)
	w.connections = connections.New(w.ctx, w.env, w.deps.Connections, w.deps.Services, connections.Hooks{
		OnSync: w.syncOne, Unlock: w.unlock, OpenURL: w.openURL, Changed: w.Reload, Browse: w.browse,
		Settings: func(id core.ConnectionID) { w.frame.Select(TabSync); w.sync.Choose(id) },
		NextSync: func(core.ConnectionID) time.Time { return w.facts.NextSync },
		Running:  w.isRunning,
		Folder:   w.deps.ServicesFolder,
	})
	w.frame = NewFrame(w.env, FrameActions{SyncMenu: w.syncMenu, GearMenu: w.gearMenu, Selected: func(t Tab) { w.remember.Tab = t }},
		[3]fyne.CanvasObject{w.sync.Content, w.apps.Content, w.connections.Content})
	w.frame.Select(w.remember.Tab) // at once, so that nothing flickers when the connections are known
	w.win.SetPadded(false)
	w.win.SetContent(w.fitted())
}

// fitted is the content in a window that cannot be made smaller than what it
// shows. On a screen with less room than that it scrolls.
func (w *Window) fitted() fyne.CanvasObject {
	atLeast := func(s fyne.Size, o fyne.CanvasObject) fyne.CanvasObject {
		least := canvas.NewRectangle(color.Transparent) // a window is never smaller than its content
		least.SetMinSize(s)
		return container.NewStack(least, o)
	}
	whole := atLeast(smallest, w.frame.Content)
	room := fit(smallest, w.deps.Platform.Screen())
	if room == smallest {
		return whole
	}
	return atLeast(room, container.NewScroll(whole))
}

// fit is a size that the screen has room for; a screen of size zero is not known.
func fit(s, screen fyne.Size) fyne.Size {
	if screen.IsZero() {
		return s
	}
	return s.Min(screen)
}

// subscribe follows what happens in the core. Events come on the bus's
// goroutine; what they lead to is done on the window's.
func (w *Window) subscribe() {
	reload := func() { w.env.Do(w.Reload) }
	w.cancels = append(w.cancels,
		event.Subscribe(w.deps.Bus, func(event.ConnectionChanged) { w.env.Do(func() { w.connections.Reload(); w.Reload() }) }),
		event.Subscribe(w.deps.Bus, func(event.SyncChanged) { reload() }),
		event.Subscribe(w.deps.Bus, func(event.VaultChanged) { w.env.Do(func() { w.connections.Reload(); w.Reload() }) }),
		event.Subscribe(w.deps.Bus, func(event.RunEnded) { w.env.Do(w.runEnded) }),
		event.Subscribe(w.deps.Bus, func(event.RunProgress) { w.env.Do(w.progress) }),
		event.Subscribe(w.deps.Bus, func(event.RecordsChanged) {
			w.env.Do(func() {
				if w.records != nil {
					w.records.Refresh()
				}
			})
		}),
	)
	// Relative times and due times age without any event.
	last := w.env.Now()
	w.env.Ticks.Subscribe(func(now time.Time) {
		if now.Sub(last) >= 30*time.Second || now.Before(last) {
			last = now
			w.Reload()
		}
	})
}

// Reload reads the overall state anew and shows it everywhere.
func (w *Window) Reload() {
	w.gathers++
	gather := w.gathers
	w.tasks.Go(func(ctx context.Context) func() {
		facts, choices, err := w.deps.gather(ctx)
		return func() {
			if gather != w.gathers || err != nil {
				return // the tabs say what is wrong
			}
			w.facts, w.choices = facts, choices
			w.sync.SetConnections(choices)
			w.apps.Reload()
			w.show()
			if !w.gathered {
				w.gathered = true
				w.firstTab()
			}
		}
	})
}

// firstTab turns to Connections while there are none; the tab of last time is
// on screen already.
func (w *Window) firstTab() {
	if len(w.facts.Connections) == 0 {
		w.frame.Select(TabConnections)
	}
}

func (w *Window) show() {
	notice := w.vaultNotice()
	if notice == nil {
		notice = w.pauseNotice()
	}
	w.facts.Asking = asking(w.deps.Consents.Pending())
	w.frame.Set(w.facts, notice)
	w.tray.set(w.facts)
}

// progress shows how far the runs are; it asks memory only.
func (w *Window) progress() {
	w.facts.Now = w.env.Now()
	w.facts.running(w.deps.Sync.Running(), w.choices)
	w.sync.Progress()
	w.show()
}

func (w *Window) runEnded() {
	w.Reload()
	w.quitIfDone()
}

// browse lays the records of a data model over the tabs.
func (w *Window) browse(m core.Model, c core.ConnectionID) {
	w.closeRecords()
	w.records = records.New(w.ctx, w.env, w.deps.Records, records.Options{Model: m, Connection: c, Name: w.name, Back: w.closeRecords})
	w.frame.Cover(w.records.Content)
	w.records.FocusSearch()
}

func (w *Window) closeRecords() {
	if w.records == nil {
		return
	}
	old := w.records
	w.records = nil
	w.frame.Uncover()
	w.tasks.Go(func(context.Context) func() { old.Close(); return nil })
}

func (w *Window) name(id core.ConnectionID) string {
	for _, c := range w.choices {
		if c.ID == id {
			return c.Name
		}
	}
	return kit.T("deleted connection")
}

func (w *Window) isRunning(id core.ConnectionID) bool {
	for _, p := range w.deps.Sync.Running() {
		if p.Connection == id {
			return true
		}
	}
	return false
}

func (w *Window) syncOne(id core.ConnectionID) {
	w.act(func(ctx context.Context) error {
		_, err := w.deps.Sync.SyncNow(ctx, syncing.Request{Connections: []core.ConnectionID{id}})
		return err
	})
}

func (w *Window) syncAll() {
	w.act(func(ctx context.Context) error {
		_, err := w.deps.Sync.SyncNow(ctx, syncing.Request{})
		return err
	})
}

func (w *Window) pause(until time.Time) {
	w.act(func(ctx context.Context) error { return w.deps.Sync.PauseUntil(ctx, until) })
}

func (w *Window) resume() { w.act(w.deps.Sync.Resume) }

func (w *Window) openURL(address string) {
	w.act(func(ctx context.Context) error { return w.deps.Platform.OpenURL(ctx, address) })
}

// act does something off the window's goroutine, tells when it failed, and
// shows how things are then.
func (w *Window) act(do func(context.Context) error) {
	w.tasks.Go(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			if err != nil {
				w.failed(err)
			}
			w.Reload()
		}
	})
}

// Show brings the window to the front. It may be called from anywhere.
func (w *Window) Show() {
	w.env.Do(func() {
		w.win.Show()
		w.win.RequestFocus()
	})
}

// ShowConnection opens a connection in the window; "" opens the Sync tab.
func (w *Window) ShowConnection(id core.ConnectionID) {
	w.Show()
	w.env.Do(func() {
		w.closeRecords()
		if id == "" {
			w.frame.Select(TabSync)
			return
		}
		w.frame.Select(TabConnections)
		w.connections.Show(id)
	})
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
