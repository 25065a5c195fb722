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
	var items []kit.MenuItem
	if len(w.facts.Connections) > 0 {
		items = []kit.MenuItem{w.pauseItem(),
			{Title: kit.T("Check all connections"), Icon: kit.IconCheck, Do: func() { w.frame.Select(TabConnections); w.connections.VerifyAll() }},
			{Line: true}}
	}
	items = append(items, []kit.MenuItem{
		{Title: kit.T("Practice store"), Icon: kit.IconPractice, Do: func() { w.openURL(w.deps.Practice) }},
		{Title: kit.T("How sign-ins are protected…"), Icon: kit.IconLock, Do: w.showProtection},
		{Title: kit.T("Appearance"), Items: w.appearanceItems()},
		{Title: kit.T("Language"), Items: w.languageItems()},
	}...)
	if w.deps.Platform.Autostart() {
		items = append(items, kit.MenuItem{Title: kit.T("Don't start when I sign in"), Do: func() { w.setAutostart(false) }})
	} else {
		items = append(items, kit.MenuItem{Title: kit.T("Start when I sign in"), Do: func() { w.setAutostart(true) }})
	}
	return append(items, kit.MenuItem{Line: true}, kit.MenuItem{Title: kit.T("Keyboard shortcuts"), Do: w.showShortcuts}, kit.MenuItem{Title: kit.T("About Linkdesk"), Do: w.about}, kit.MenuItem{Title: kit.T("Quit"), Do: w.AskQuit})
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

// shortcut is a key of the window with what it does, in the order in which the
// list of shortcuts shows them. Cmd stands for Ctrl on macOS.
type shortcut struct {
	key   fyne.KeyName
	with  fyne.KeyModifier // 0: a key of its own, while no text field takes it
	title string
	do    func()
}

func (w *Window) keys() []shortcut {
	const ctrl = fyne.KeyModifierShortcutDefault
	tab := func(t Tab) func() { return func() { w.closeRecords(); w.frame.Select(t) } }
	all := []shortcut{
		{fyne.Key1, ctrl, kit.T("Sync"), tab(TabSync)},
		{fyne.Key2, ctrl, kit.T("OAuth Apps"), tab(TabApps)},
		{fyne.Key3, ctrl, kit.T("Connections"), tab(TabConnections)},
		{fyne.KeyN, ctrl, kit.T("Add connection"), func() { tab(TabConnections)(); w.connections.Add("") }},
		{fyne.KeyR, ctrl, kit.T("Sync now"), w.syncAll},
		{fyne.KeyF, ctrl, kit.T("Search"), w.focusSearch},
		{fyne.KeyV, ctrl | fyne.KeyModifierShift, kit.T("Verify the connection that is open"), w.onConnections(w.connections.VerifySelected)},
		{fyne.KeyF2, 0, kit.T("Rename the connection that is open"), w.onConnections(w.connections.RenameSelected)},
		{fyne.KeyDelete, 0, kit.T("Delete the connection that is open"), w.onConnections(w.connections.DeleteSelected)},
		{fyne.KeyF5, 0, kit.T("Show everything anew"), func() { w.connections.Reload(); w.Reload() }},
		{fyne.KeyEscape, 0, kit.T("Close what is open beside the list"), w.escape},
		{fyne.KeyF1, 0, kit.T("This list"), w.showShortcuts},
		{fyne.KeyQ, ctrl, kit.T("Quit"), w.AskQuit},
	}
	return all
}

// onConnections does something only while the Connections tab is in sight.
func (w *Window) onConnections(do func()) func() {
	return func() {
		if w.records == nil && w.frame.Selected() == TabConnections {
			do()
		}
	}
}

func (w *Window) shortcuts() {
	single := map[fyne.KeyName]func(){}
	for _, k := range w.keys() {
		if k.with == 0 {
			single[k.key] = k.do
			continue
		}
		w.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: k.key, Modifier: k.with}, func(fyne.Shortcut) {
			if w.env.Dialogs.Open() == nil {
				k.do()
			}
		})
	}
	w.win.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) {
		if do := single[ev.Name]; do != nil {
			do()
		}
	})
}

// showShortcuts lists the keys.
func (w *Window) showShortcuts() {
	list := kit.VStack(kit.GapTight)
	for _, k := range w.keys() {
		list.Add(kit.HStack(kit.Gap, kit.Width(140, kit.NewBold(keyName(k))), kit.NewText(k.title).Whole()))
	}
	w.env.Dialogs.Show(&kit.Dialog{Title: kit.T("Keyboard shortcuts"), Content: list,
		Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}})
}

// keyName writes a key as it stands on keyboards: "Ctrl+Shift+V".
func keyName(k shortcut) string {
	name := map[fyne.KeyName]string{fyne.KeyEscape: kit.T("Esc"), fyne.KeyDelete: kit.T("Del")}[k.key]
	if name == "" {
		name = string(k.key)
	}
	if k.with&fyne.KeyModifierShift != 0 {
		name = kit.T("Shift") + "+" + name
	}
	switch {
	case k.with&fyne.KeyModifierSuper != 0:
		name = "Cmd+" + name
	case k.with&fyne.KeyModifierControl != 0:
		name = kit.T("Ctrl") + "+" + name
	}
	return name
}

func (w *Window) focusSearch() {
	switch {
	case w.records != nil:
		w.records.FocusSearch()
	case w.frame.Selected() == TabConnections:
		w.connections.FocusSearch()
	case w.frame.Selected() == TabApps:
		w.apps.Focus()
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
	case w.frame.Selected() == TabApps:
		w.apps.Escape()
	case w.frame.Selected() == TabConnections:
		w.connections.Escape()
	}
}
