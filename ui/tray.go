package ui

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

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
		t.app.SetSystemTrayIcon(kit.TrayIcon(string(mood), false))
	}
	rows := TrayMenu(f, t.do)
	if sameWords(rows, t.shown) {
		return
	}
	t.shown = rows
	t.app.SetSystemTrayMenu(fyne.NewMenu("Linkdesk", trayItems(rows)...))
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
