package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/desktop"
	"linkdesk/core/vault"
	"linkdesk/ui"
	"linkdesk/ui/connections"
	"linkdesk/ui/kit"
)

// runWindow is Linkdesk with its window, or with only the tray for --background.
func runWindow(c *call, background bool) int {
	if problem := desktop.DisplayProblem(); problem != "" {
		fmt.Fprintln(c.stderr, "linkdesk: "+problem+"\n`linkdesk demo` shows the main job here; `linkdesk serve` runs without a window.")
		return exitNoDisplay
	}
	a, err := openApp(c.ctx, appOptions{home: c.home, port: -1, log: c.stderr})
	if errors.Is(err, desktop.ErrRunning) {
		return raise(c)
	}
	if err != nil {
		return showFault(c, err)
	}
	defer a.Close()
	platform := newPlatform(c.ctx)
	fa := app.NewWithID(desktop.AppID)
	fa.SetIcon(kit.AppIcon())
	win, err := a.newWindow(c.ctx, fa, platform)
	if err != nil {
		return showFault(c, err)
	}
	fa.Lifecycle().SetOnStarted(func() { a.begin(c.ctx, win.Show) })
	stop := context.AfterFunc(c.ctx, func() { kit.OnWindow{}.Do(fa.Quit) })
	defer stop()
	if !background || !platform.TrayHost(c.ctx) {
		win.Show() // without a tray nobody could reach a hidden window
	}
	fa.Run()
	win.Close()
	return exitOK
}

// raise brings the window of the running Linkdesk to the front.
func raise(c *call) int {
	paths, err := desktop.FindPaths(c.home)
	if err != nil {
		return fail(c.stderr, err, "")
	}
	code, err := desktop.Send(c.ctx, paths, desktop.Request{Cmd: "show"}, io.Discard, c.stderr)
	if err != nil {
		return fail(c.stderr, err, "")
	}
	return code
}

// begin starts the work after the first frame: before it there is no network
// and no keyring (architecture, section 6). Commands of other processes wait
// until there is something to carry them out.
func (a *App) begin(ctx context.Context, show func()) {
	a.work.Go(func() error {
		if err := a.Start(ctx, startOptions{apps: true, closed: a.addressOff(ctx), schedule: true}); err != nil {
			a.Log.Error("start", "error", err)
		}
		a.Listen(show)
		if err := a.OpenVault(ctx, false); err != nil {
			return a.Vault.Retry(a.ctx)
		}
		return nil
	})
}

func (a *App) newWindow(ctx context.Context, fa fyne.App, platform *platform) (*ui.Window, error) {
	return ui.New(ctx, fa, ui.Deps{
		Connections:    connections.Of(a.Connections),
		Services:       a.Registry.List,
		Sync:           a.Sync,
		Records:        a.DB.Records(),
		Apps:           appsCore{a.Apps, a},
		Consents:       consentsCore{a.Apps.Consents(), a},
		Vault:          windowVault{a.Vault, a},
		Preferences:    a.DB.Preferences(),
		Bus:            a.Bus,
		Platform:       platform,
		Practice:       a.PracticeURL,
		ServicesFolder: a.Paths.Services,
		Version:        version,
		Dispatcher:     kit.OnWindow{},
		Now:            func() time.Time { return time.Now().In(desktop.Location()) },
	}), nil
}

// showFault tells in a window of its own why Linkdesk cannot start, since
// nobody may be looking at a terminal.
func showFault(c *call, err error) int {
	printError(c.stderr, err)
	e := core.AsError(err)
	text := e.Code.Text()
	cause := e.Public
	if cause == "" {
		cause = fill(text.Cause, e)
	}
	fa := app.NewWithID(desktop.AppID)
	fa.Settings().SetTheme(kit.NewTheme(kit.FollowSystem))
	kit.SetLanguage(kit.SystemLanguage())
	w := fa.NewWindow("Linkdesk")
	w.SetIcon(kit.AppIcon())
	w.SetContent(kit.Page(kit.NewEmpty(kit.Empty{Title: kit.T(fill(text.Title, e)), Text: kit.T(cause),
		Actions: []kit.Action{{Title: kit.T("Close"), Primary: true, Do: fa.Quit}}})))
	w.Resize(fyne.NewSize(560, 280))
	w.CenterOnScreen()
	w.ShowAndRun()
	return exitFailure
}

// consentsCore is what the questions of apps need.
type consentsCore struct {
	*authserver.Consents
	a *App
}

// Counts is for consent.Core.
func (c consentsCore) Counts(ctx context.Context) (map[core.Model]int64, error) {
	return c.a.DB.Records().Counts(ctx, "")
}

// RevokeApp is for consent.Core.
func (c consentsCore) RevokeApp(ctx context.Context, id authserver.AppID) error {
	return c.a.Apps.RevokeApp(ctx, id)
}

// windowVault wipes what the lost key sealed as it starts over.
type windowVault struct {
	*vault.Vault
	a *App
}

// StartOver is for ui.Vault.
func (v windowVault) StartOver(ctx context.Context) error {
	return v.Vault.StartOver(ctx, v.a.wipeSecrets)
}

// wipeSecrets removes what the lost key sealed, and lets each connection say
// that it needs a new sign-in.
func (a *App) wipeSecrets(ctx context.Context) error {
	if err := a.DB.Secrets().Wipe(ctx); err != nil {
		return err
	}
	all, err := a.DB.Connections().List(ctx)
	for _, c := range all {
		// One that is being deleted is not there any more.
		if bad := a.Connections.Checked(ctx, c.ID, core.CodeKeyLost); core.CodeOf(bad) != core.CodeNotFound {
			err = errors.Join(err, bad)
		}
	}
	return err
}
