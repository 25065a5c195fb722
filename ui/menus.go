package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"linkdesk/ui/kit"
)

// syncMenu is below the Sync now button.
func (w *Window) syncMenu() []kit.MenuItem {
	items := []kit.MenuItem{{Title: kit.T("All connections"), Do: w.syncAll}}
	for _, c := range w.facts.Connections {
		items = append(items, kit.MenuItem{Title: c.Name, Do: func() { w.syncOne(c.ID) }})
	}
	return items
}

// gearMenu repeats every action of the tray, for desktops without one (P-25).
func (w *Window) gearMenu() []kit.MenuItem {
	items := []kit.MenuItem{w.pauseItem(),
		{Title: kit.T("Check all connections"), Do: func() { w.frame.Select(TabConnections); w.connections.VerifyAll() }},
		{Line: true},
		{Title: kit.T("Practice store"), Icon: kit.IconPractice, Do: func() { w.openURL(w.deps.Practice) }},
		{Title: kit.T("How sign-ins are protected…"), Icon: kit.IconLock, Do: w.showProtection},
		{Title: kit.T("Appearance"), Items: w.appearanceItems()},
		{Title: kit.T("Language"), Items: w.languageItems()},
	}
	if w.deps.Platform.Autostart() {
		items = append(items, kit.MenuItem{Title: kit.T("Don't start when I sign in"), Do: func() { w.setAutostart(false) }})
	} else {
		items = append(items, kit.MenuItem{Title: kit.T("Start when I sign in"), Do: func() { w.setAutostart(true) }})
	}
	return append(items, kit.MenuItem{Line: true}, kit.MenuItem{Title: kit.T("About Linkdesk"), Do: w.about}, kit.MenuItem{Title: kit.T("Quit"), Do: w.AskQuit})
}

// pauseItem is the tray's pause entry as a menu item.
func (w *Window) pauseItem() kit.MenuItem {
	row := pauseRow(w.facts, w.trayActions())
	item := kit.MenuItem{Title: row.Title, Icon: kit.IconPause, Do: row.Do}
	for _, sub := range row.Items {
		item.Items = append(item.Items, kit.MenuItem{Title: sub.Title, Do: sub.Do})
	}
	return item
}

func (w *Window) appearanceItems() []kit.MenuItem {
	choice := func(title string, a kit.Appearance) kit.MenuItem {
		item := kit.MenuItem{Title: title, Do: func() {
			w.remember.Appearance = a
			w.app.Settings().SetTheme(kit.NewTheme(a))
			w.save()
		}}
		if w.remember.Appearance == a {
			item.Icon = kit.IconCheck
		}
		return item
	}
	return []kit.MenuItem{choice(kit.T("As the system"), kit.FollowSystem), choice(kit.T("Light"), kit.AlwaysLight), choice(kit.T("Dark"), kit.AlwaysDark)}
}

// languageItems name each language in itself.
func (w *Window) languageItems() []kit.MenuItem {
	names := map[string]string{"en": "English", "de": "Deutsch", "es": "Español"}
	var items []kit.MenuItem
	for _, l := range kit.Languages {
		item := kit.MenuItem{Title: names[l], Do: func() {
			w.remember.Language = l
			w.save()
			w.env.Snacks.Show(kit.Snack{Text: kit.T("The language changes when Linkdesk starts again.")})
		}}
		if kit.Language() == l {
			item.Icon = kit.IconCheck
		}
		items = append(items, item)
	}
	return items
}

func (w *Window) about() {
	w.env.Dialogs.Show(&kit.Dialog{
		Title:   kit.T("About Linkdesk"),
		Body:    kit.T("Version {version}. Everything that Linkdesk copies stays on this computer; nothing is reported to anybody.", "version", w.deps.Version),
		Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}},
	})
}

// shortcuts are those of the window; Cmd stands for Ctrl on macOS.
func (w *Window) shortcuts() {
	bind := func(key fyne.KeyName, do func()) {
		w.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			if w.env.Dialogs.Open() == nil {
				do()
			}
		})
	}
	for i, key := range []fyne.KeyName{fyne.Key1, fyne.Key2, fyne.Key3} {
		bind(key, func() { w.closeRecords(); w.frame.Select(Tab(i)) })
	}
	bind(fyne.KeyF, w.focusSearch)
	bind(fyne.KeyN, func() { w.closeRecords(); w.frame.Select(TabConnections); w.connections.Add("") })
	bind(fyne.KeyR, w.syncAll)
	bind(fyne.KeyQ, w.AskQuit)
	w.win.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) {
		if ev.Name == fyne.KeyEscape {
			w.escape()
		}
	})
}

func (w *Window) focusSearch() {
	switch {
	case w.records != nil:
		w.records.FocusSearch()
	case w.frame.Selected() == TabConnections:
		w.connections.FocusSearch()
	default:
		w.sync.Focus()
	}
}

// escape closes the topmost thing that can be closed.
func (w *Window) escape() {
	switch {
	case w.records != nil:
		if !w.records.Escape() {
			w.closeRecords()
		}
	case w.frame.Selected() == TabSync:
		w.sync.Escape()
	case w.frame.Selected() == TabConnections:
		w.connections.Escape()
	}
}
