package main

import (
	"context"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"

	"linkdesk/core/desktop"
)

// platform is what the window asks of the computer.
type platform struct {
	canTray   bool
	autostart desktop.Autostart
	hasAuto   bool
}

// newPlatform looks once at what does not change while Linkdesk runs.
func newPlatform(ctx context.Context) *platform {
	p := &platform{canTray: desktop.HasSessionBus(ctx)}
	if exe, err := os.Executable(); err == nil {
		p.autostart, err = desktop.NewAutostart(exe, "--background")
		p.hasAuto = err == nil
	}
	return p
}

func (p *platform) CanTray() bool                     { return p.canTray }
func (p *platform) TrayHost(ctx context.Context) bool { return p.canTray && desktop.TrayHost(ctx) }
func (p *platform) Autostart() bool                   { return p.hasAuto && p.autostart.Enabled() }

func (p *platform) OpenURL(ctx context.Context, address string) error {
	return desktop.OpenBrowser(ctx, address)
}

func (p *platform) SetAutostart(on bool) error {
	if on {
		return p.autostart.Enable()
	}
	return p.autostart.Disable()
}

// Minimise asks the window manager to put the window away; it needs X11, the
// only place where a desktop without a tray is met.
func (p *platform) Minimise(w fyne.Window) bool {
	native, ok := w.(driver.NativeWindow)
	if !ok {
		return false
	}
	done := false
	native.RunNative(func(context any) {
		switch c := context.(type) {
		case driver.X11WindowContext:
			done = iconify(c.WindowHandle) == nil
		case *driver.X11WindowContext:
			done = iconify(c.WindowHandle) == nil
		}
	})
	return done
}
