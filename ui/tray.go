package ui

import (
	"bytes"
	"image/png"
	"reflect"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/software"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

// tray shows the overall state in the tray of the desktop. Without a tray (the
// test driver, no message bus) it does nothing.
type tray struct {
	app   desktop.App // nil: no tray
	do    TrayActions
	shown []TrayRow
	mood  Mood
}

// newTray puts the icon into the tray.
func newTray(w *Window) *tray {
	t := &tray{do: w.trayActions()}
	app, ok := w.app.(desktop.App)
	if !ok || !w.deps.Platform.CanTray() {
		return t
	}
	t.app = app
	// This sets the close button to hiding the window, so it comes before the
	// window's own close intercept.
	app.SetSystemTrayWindow(w.win)
	t.set(w.facts)
	return t
}

func (w *Window) trayActions() TrayActions {
	return TrayActions{
		Open:    w.Show,
		Show:    func(id core.ConnectionID) { w.ShowConnection(id) },
		SyncAll: w.syncAll, SyncOne: w.syncOne,
		PauseFor: w.pause, Resume: w.resume,
		Quit: w.AskQuit,
	}
}

// set shows another state; the menu is rebuilt only when a word of it changed,
// because some desktops close an open menu at each change.
func (t *tray) set(f Facts) {
	if t.app == nil {
		return
	}
	if mood := f.Mood(); mood != t.mood {
		t.mood = mood
		t.app.SetSystemTrayIcon(trayIcon(mood))
	}
	rows := TrayMenu(f, t.do)
	if sameWords(rows, t.shown) {
		return
	}
	t.shown = rows
	t.app.SetSystemTrayMenu(fyne.NewMenu("Linkdesk", trayItems(rows)...))
}

// trayIconSize is in pixels; a tray makes it as small as it needs.
const trayIconSize = 64

// trayIcon is the picture of a mood as the tray takes it. Fyne would draw an SVG
// once more on the goroutine of the tray, as that starts, into a cache that the
// window uses at the same time without a lock: the program could end in a crash.
// Only macOS takes the SVG itself, without drawing it.
func trayIcon(m Mood) fyne.Resource {
	icon := kit.TrayIcon(string(m), false)
	if runtime.GOOS == "darwin" {
		return icon
	}
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(canvas.NewImageFromResource(icon))
	c.Resize(fyne.NewSquareSize(trayIconSize))
	var b bytes.Buffer
	if png.Encode(&b, c.Capture()) != nil {
		return icon // cannot be: a buffer takes everything
	}
	return fyne.NewStaticResource(string(m)+".png", b.Bytes())
}

func trayItems(rows []TrayRow) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, r := range rows {
		if r.Line {
			items = append(items, fyne.NewMenuItemSeparator())
			continue
		}
		item := fyne.NewMenuItem(r.Title, r.Do)
		item.IsQuit = r.Quit
		item.Disabled = r.Do == nil && r.Items == nil
		if r.Items != nil {
			item.ChildMenu = fyne.NewMenu("", trayItems(r.Items)...)
		}
		items = append(items, item)
	}
	return items
}

// sameWords compares menus by what is read in them.
func sameWords(a, b []TrayRow) bool {
	return reflect.DeepEqual(rowWords(a), rowWords(b))
}

func rowWords(rows []TrayRow) []any {
	var all []any
	for _, r := range rows {
		all = append(all, r.Title, r.Do == nil, rowWords(r.Items))
	}
	return all
}
