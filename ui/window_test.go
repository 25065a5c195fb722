package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/ui/kit"
)

func TestTheFirstTab(t *testing.T) {
	for name, c := range map[string]struct {
		desk  func(*testing.T) *desk
		prefs string
		want  Tab
	}{
		"first day":                      {firstDay, "", TabConnections},
		"nothing connected any more":     {firstDay, `{"Tab":0}`, TabConnections},
		"as last time":                   {sample, `{"Tab":1}`, TabApps},
		"preferences that are not ours":  {sample, `{"Tab":`, TabConnections},
		"a tab that there is not":        {sample, `{"Tab":7}`, TabSync},
		"the Sync tab is remembered too": {sample, `{"Tab":0}`, TabSync},
	} {
		d := c.desk(t)
		d.prefs = map[string]string{rememberKey: c.prefs}
		w := open(t, d)
		if got := w.frame.Selected(); got != c.want {
			t.Errorf("%s: tab %d, want %d", name, got, c.want)
		}
	}
}

func TestTheFirstCloseIsExplainedOnce(t *testing.T) {
	w := open(t, sample(t))
	w.shell.win.cross()
	d := w.dialog(t, "Linkdesk keeps working in the tray")
	w.shell.win.cross() // again, while the question is open: it must not come twice
	w.wait(t, "the window to go", func() bool { return w.d.has("hide") })
	d.Press("OK")
	if w.env.Dialogs.Open() != nil {
		t.Error("the question came twice")
	}
	w.wait(t, "what is remembered", func() bool {
		w.d.mu.Lock()
		defer w.d.mu.Unlock()
		return strings.Contains(w.d.prefs[rememberKey], `"Explained":true`)
	})
	w.d.set(func() { w.d.did = nil })
	w.shell.win.cross()
	w.wait(t, "the window to go", func() bool { return w.d.has("hide") })
	if w.env.Dialogs.Open() != nil {
		t.Error("explained twice")
	}
}

func TestWithoutATrayClosingMinimises(t *testing.T) {
	d := sample(t)
	d.tray, d.icons = false, true
	w := open(t, d)
	w.shell.win.cross()
	w.wait(t, "minimising", func() bool { return d.has("minimise") })
	if d.has("hide") || w.env.Dialogs.Open() != nil {
		t.Errorf("did %q", d.did)
	}
}

func TestWhereNothingCanBringTheWindowBackClosingAsks(t *testing.T) {
	d := sample(t)
	d.tray = false
	w := open(t, d)
	w.shell.win.cross()
	w.dialog(t, "Quit Linkdesk?")
	w.press(fyne.KeyReturn) // Enter does the safe thing
	if d.has("quit") || d.has("hide") {
		t.Fatalf("did %q", d.did)
	}
	w.shell.win.cross()
	w.dialog(t, "Quit Linkdesk?").Press("Quit")
	if !d.has("quit") {
		t.Error("it did not quit")
	}
}

func TestQuittingDuringASync(t *testing.T) {
	d := sample(t)
	d.running = []syncing.Progress{{Run: "run_2", Connection: "con_1", Model: core.Orders, Counts: core.Counts{Read: 1240}}}
	w := open(t, d)
	w.AskQuit()
	w.AskQuit() // from the tray, once more
	w.dialog(t, "A sync is running")
	w.press(fyne.KeyReturn)
	if d.has("quit") || w.env.Dialogs.Open() != nil {
		t.Fatal("Enter did not do the safe thing, or the question came twice")
	}
	w.AskQuit()
	w.dialog(t, "A sync is running").Press("Quit when done")
	if d.has("quit") || !strings.Contains(w.env.Snacks.Shown(), "quits when the sync is done") {
		t.Fatalf("did %q, said %q", d.did, w.env.Snacks.Shown())
	}
	d.set(func() { d.running = nil })
	event.Publish(w.bus, event.RunEnded{Run: core.Run{ID: "run_2"}})
	w.wait(t, "the end", func() bool { return d.has("quit") })
}

func TestQuittingWhenDoneCanBeTakenBack(t *testing.T) {
	d := sample(t)
	d.running = []syncing.Progress{{Run: "run_2", Connection: "con_1", Model: core.Orders}}
	w := open(t, d)
	w.AskQuit()
	w.dialog(t, "A sync is running").Press("Quit when done")
	w.AskQuit()
	w.dialog(t, "A sync is running").Press("Cancel")
	d.set(func() { d.running = nil })
	event.Publish(w.bus, event.RunEnded{Run: core.Run{ID: "run_2"}})
	before := w.gathers
	w.wait(t, "the event", func() bool { return w.gathers > before })
	if d.has("quit") {
		t.Error("it quits though that was taken back")
	}
	w.AskQuit() // nothing runs: no question
	if !d.has("quit") || w.env.Dialogs.Open() != nil {
		t.Error("it asks though nothing runs")
	}
}

func TestAPassphraseIsTypedTwice(t *testing.T) {
	d := firstDay(t)
	d.vault = vault.State{Phase: vault.Choose}
	w := open(t, d)
	if !w.frame.banner.Visible() || w.facts.Mood() != MoodAttention {
		t.Fatal("nothing says that a choice is due")
	}
	w.vaultNotice().Actions[0].Do()
	dlg := w.dialog(t, "Protect your sign-ins with a passphrase")
	first := w.win.Canvas().Focused().(*kit.Entry)
	first.SetText("correct horse")
	w.press(fyne.KeyReturn) // to the second field
	second := w.win.Canvas().Focused().(*kit.Entry)
	if first == second {
		t.Fatal("Enter does not lead to the second field")
	}
	second.SetText("correct hors")
	w.press(fyne.KeyReturn)
	if !w.seen("The two are not the same.") || d.has("use correct horse") {
		t.Fatalf("did %q", d.did)
	}
	second.SetText("correct horse")
	dlg.Press("Use this passphrase")
	w.wait(t, "the vault", func() bool { return d.has("use correct horse") && w.env.Dialogs.Open() == nil })
	w.wait(t, "the banner to go", func() bool { return !w.frame.banner.Visible() })
}

func TestAWrongPassphraseIsSaidAtTheField(t *testing.T) {
	d := sample(t)
	d.vault = vault.State{Mode: vault.Passphrase, Phase: vault.Locked}
	d.wrong = core.Invalid("That is not the passphrase. Try again.")
	w := open(t, d)
	w.vaultNotice().Actions[0].Do()
	w.dialog(t, "Unlock your sign-ins")
	entry := w.win.Canvas().Focused().(*kit.Entry)
	entry.SetText("wrong")
	w.press(fyne.KeyReturn)
	w.wait(t, "the fault", func() bool { return w.seen("That is not the passphrase. Try again.") })
	d.set(func() { d.wrong = nil })
	entry.SetText("right")
	w.press(fyne.KeyReturn)
	w.wait(t, "the vault", func() bool { return d.has("unlock with right") && w.env.Dialogs.Open() == nil })
}

func TestAForgottenPassphraseHasAWayOut(t *testing.T) {
	d := sample(t)
	d.vault = vault.State{Mode: vault.Passphrase, Phase: vault.Locked}
	w := open(t, d)
	w.unlock()
	w.dialog(t, "Unlock your sign-ins")
	w.press(fyne.KeyEscape) // from the field
	if w.env.Dialogs.Open() != nil {
		t.Fatal("Escape in the field does not close the dialog")
	}
	w.unlock()
	w.dialog(t, "Unlock your sign-ins").Press("I forgot it…")
	w.dialog(t, "Start over with the sign-ins?")
	w.press(fyne.KeyReturn)
	if d.has("start over") {
		t.Fatal("Enter loses the sign-ins")
	}
	w.askStartOver()
	w.dialog(t, "Start over with the sign-ins?").Press("Start over")
	w.wait(t, "the new beginning", func() bool { return d.has("start over") })
}

func TestEachStateOfTheVaultHasItsBanner(t *testing.T) {
	for _, c := range []struct {
		state vault.State
		press int
		did   string
	}{
		{vault.State{Mode: vault.Keyring, Phase: vault.Locked}, 0, "unlock"},
		{vault.State{Mode: vault.Keyring, Phase: vault.Lost}, 0, "unlock"},
		{vault.State{Phase: vault.Choose}, 2, "unlock"},
	} {
		d := sample(t)
		d.vault = c.state
		w := open(t, d)
		n := w.vaultNotice()
		if n == nil || !w.frame.banner.Visible() {
			t.Fatalf("%+v: no banner", c.state)
		}
		n.Actions[c.press].Do()
		w.wait(t, c.did, func() bool { return d.has(c.did) })
		w.wait(t, "the banner to go", func() bool { return !w.frame.banner.Visible() })
	}
}

func TestABannerPutAsideComesBackWhenItIsNews(t *testing.T) {
	d := sample(t)
	d.vault = vault.State{Mode: vault.Keyring, Phase: vault.Locked}
	w := open(t, d)
	w.vaultNotice().Dismiss()
	if w.frame.banner.Visible() {
		t.Fatal("it stays")
	}
	change := func(p vault.Phase, visible bool) {
		t.Helper()
		d.set(func() { d.vault.Phase = p })
		event.Publish(w.bus, event.VaultChanged{})
		w.wait(t, string(p), func() bool { return w.facts.Locked == (p == vault.Locked) && w.frame.banner.Visible() == visible })
	}
	change(vault.Open, false)
	change(vault.Locked, true)
}

func TestAPauseStaysInSightAndEnds(t *testing.T) {
	d := sample(t)
	w := open(t, d)
	w.pauseItem().Items[0].Do()
	w.wait(t, "the pause", func() bool { return w.facts.Paused && w.frame.banner.Visible() })
	if !w.seen("Syncing is paused until 13:00.") {
		t.Error("the banner does not say how long")
	}
	w.pauseNotice().Actions[0].Do()
	w.wait(t, "its end", func() bool { return d.has("resume") && !w.frame.banner.Visible() })
}

// P-25: without a tray nothing is lost, because the menus of the window repeat it.
func TestTheMenusRepeatTheTray(t *testing.T) {
	w := open(t, sample(t))
	have := map[string]bool{"Open Linkdesk": true, "Sync now": true} // the window itself, and its button
	for _, it := range w.gearMenu() {
		have[it.Title] = true
	}
	for _, r := range TrayMenu(w.facts, w.trayActions())[1:] {
		if !r.Line && !have[r.Title] {
			t.Errorf("the gear menu lacks %q", r.Title)
		}
	}
	if n := len(w.syncMenu()); n != 2 {
		t.Errorf("%d ways to sync one connection", n)
	}
	w.syncMenu()[1].Do()
	w.wait(t, "that sync", func() bool { return w.d.has("sync con_1") })
}

// A menu offers nothing that there is nothing for.
func TestTheGearMenuOffersNoPauseWithNothingConnected(t *testing.T) {
	w := open(t, firstDay(t))
	for _, it := range w.gearMenu() {
		if it.Title == w.pauseItem().Title || it.Title == "Check all connections" {
			t.Errorf("%q is offered with nothing connected", it.Title)
		}
	}
}

// At double size a small screen has room for 636 × 380 units: the window takes
// no more than that, and what it shows scrolls. A larger screen changes nothing.
func TestTheWindowFitsASmallScreen(t *testing.T) {
	for _, c := range []struct{ screen, size, least fyne.Size }{
		{fyne.NewSize(636, 380), fyne.NewSize(636, 380), fyne.NewSize(636, 380)},
		{fyne.NewSize(900, 500), fyne.NewSize(900, 500), fyne.NewSize(860, 500)},
		{fyne.NewSize(1920, 1040), firstSize, smallest},
		{fyne.Size{}, firstSize, smallest},
	} {
		d := sample(t)
		d.screen = c.screen
		w := open(t, d)
		if got := w.win.Canvas().Size(); got != c.size {
			t.Errorf("on a screen of %v the window is %v, want %v", c.screen, got, c.size)
		}
		want := c.least
		if want == smallest {
			want = want.Max(w.frame.Content.MinSize()) // the pages may need more; then that is the least
		}
		if got := w.win.Content().MinSize(); got != want {
			t.Errorf("on a screen of %v the window is at least %v, want %v", c.screen, got, want)
		}
		if got := w.frame.Content.Size(); got.Width < smallest.Width || got.Height < smallest.Height {
			t.Errorf("on a screen of %v the page has %v, too little to show all", c.screen, got)
		}
	}
}

func TestTheTrayFollowsTheState(t *testing.T) {
	d := sample(t)
	w := open(t, d)
	if got := w.shell.menu.Items[0].Label; got != "Up to date · last sync 02:00" {
		t.Errorf("first row %q", got)
	}
	calm := w.shell.icon.Name()
	d.set(func() { d.views[0].Status = core.StatusReauth })
	event.Publish(w.bus, event.ConnectionChanged{ID: "con_1"})
	w.wait(t, "the state", func() bool { return w.shell.menu.Items[0].Label == "1 connection needs you" })
	if w.shell.icon.Name() == calm {
		t.Error("the icon stays")
	}
	w.wait(t, "the tab's number", func() bool { return w.frame.tabs.Items[TabConnections].Text == "Connections (1)" })
	w.frame.Select(TabSync)
	w.shell.menu.Items[1].Action()
	w.wait(t, "that connection", func() bool { return w.connections.Selected() == "con_1" && w.frame.Selected() == TabConnections })
	if !d.has("show") {
		t.Error("the window does not come to the front")
	}
}

func TestShortcuts(t *testing.T) {
	d := sample(t)
	w := open(t, d)
	for key, tab := range map[fyne.KeyName]Tab{fyne.Key1: TabSync, fyne.Key2: TabApps, fyne.Key3: TabConnections} {
		if w.ctrl(key, 0); w.frame.Selected() != tab {
			t.Errorf("Ctrl+%s leads to tab %d", key, w.frame.Selected())
		}
	}
	w.ctrl(fyne.KeyR, 0)
	w.wait(t, "the sync", func() bool { return d.has("sync all") })
	w.frame.Select(TabConnections)
	w.connections.Show("con_1")
	w.ctrl(fyne.KeyV, fyne.KeyModifierShift)
	w.wait(t, "the check", func() bool { return d.has("verify con_1") })
	w.win.Canvas().Unfocus()
	w.press(fyne.KeyF2)
	w.dialog(t, "Rename connection").Close()
	w.win.Canvas().Unfocus()
	w.press(fyne.KeyDelete)
	w.dialog(t, "Delete “Practice store – Willow & Pine”?")
	if w.ctrl(fyne.Key1, 0); w.frame.Selected() != TabConnections {
		t.Error("a shortcut reaches behind a dialog")
	}
	w.env.Dialogs.Open().Close()
	w.frame.Select(TabSync)
	w.win.Canvas().Unfocus()
	w.press(fyne.KeyDelete)
	w.Queue.Drain()
	if w.env.Dialogs.Open() != nil {
		t.Error("Del deletes a connection that is not in sight")
	}
	w.press(fyne.KeyF1)
	w.dialog(t, "Keyboard shortcuts")
	if !w.seen("Ctrl+Shift+V") && !w.seen("Cmd+Shift+V") {
		t.Error("the list lacks a shortcut")
	}
}

func TestEscapeClosesTheTopmostThing(t *testing.T) {
	w := open(t, sample(t))
	w.browse(core.Orders, "")
	w.wait(t, "the order", func() bool { return w.seen("#1042") })
	if !w.frame.Covered() {
		t.Fatal("the records do not lie over the tabs")
	}
	w.press(fyne.KeyEscape)
	if w.frame.Covered() || w.records != nil {
		t.Error("Escape does not lead back")
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	d := sample(t)
	d.fault = core.E(core.CodeStorageBusy, "", nil)
	w := open(t, d)
	w.syncAll()
	if dlg := w.dialog(t, core.CodeStorageBusy.Text().Title); dlg.Body == "" {
		t.Error("it does not say what to do")
	}
}

func TestTheWindowReadsAnewOnEvents(t *testing.T) {
	d := sample(t)
	w := open(t, d)
	for name, publish := range map[string]func(){
		"connection": func() { event.Publish(w.bus, event.ConnectionChanged{ID: "con_1"}) },
		"settings":   func() { event.Publish(w.bus, event.SyncChanged{}) },
		"vault":      func() { event.Publish(w.bus, event.VaultChanged{}) },
		"run":        func() { event.Publish(w.bus, event.RunEnded{}) },
	} {
		before := w.gathers
		publish()
		w.wait(t, name, func() bool { return w.gathers > before })
	}
	d.set(func() {
		d.running = []syncing.Progress{{Run: "run_2", Connection: "con_1", Model: core.Orders, Counts: core.Counts{Read: 7}}}
	})
	event.Publish(w.bus, event.RunProgress{Run: "run_2"})
	w.wait(t, "the progress", func() bool { return w.seen("Syncing Orders from Practice store – Willow & Pine…") })
	before := w.gathers
	w.Advance(31 * time.Second) // relative times age without any event
	w.wait(t, "the time", func() bool { return w.gathers > before })
}

func TestScreens(t *testing.T) {
	t.Run("first day", func(t *testing.T) {
		w := open(t, firstDay(t))
		w.Snapshot(t, "window-first-day")
		w.frame.Select(TabApps)
		w.Snapshot(t, "window-apps")
		w.frame.Select(TabSync)
		w.Snapshot(t, "window-sync-first-day")
	})
	t.Run("one connection", func(t *testing.T) {
		w := open(t, sample(t))
		w.frame.Select(TabSync)
		w.Snapshot(t, "window-sync")
		w.frame.Select(TabConnections)
		w.connections.Show("con_1")
		w.Snapshot(t, "window-connection")
		w.win.Resize(smallest)
		w.Snapshot(t, "window-smallest")
		w.win.Resize(firstSize)
		w.connections.Escape()
		kit.ShowMenu(w.frame.gear, w.gearMenu())
		w.Snapshot(t, "window-gear")
		w.win.Canvas().Overlays().Remove(w.win.Canvas().Overlays().Top())
		w.showShortcuts()
		w.Snapshot(t, "window-shortcuts")
		w.env.Dialogs.Open().Close()
		w.shell.win.cross()
		w.dialog(t, "Linkdesk keeps working in the tray")
		w.Snapshot(t, "window-close")
		w.env.Dialogs.Open().Close()
		w.pause(time.Time{})
		w.wait(t, "the pause", func() bool { return w.frame.banner.Visible() })
		w.Snapshot(t, "window-paused")
	})
	for name, s := range map[string]vault.State{"choose": {Phase: vault.Choose}, "locked": {Mode: vault.Passphrase, Phase: vault.Locked}, "lost": {Mode: vault.Keyring, Phase: vault.Lost}} {
		t.Run(name, func(t *testing.T) {
			d := sample(t)
			d.vault = s
			w := open(t, d)
			w.win.Resize(smallest)
			w.Snapshot(t, "window-vault-"+name)
			w.win.Resize(firstSize)
			if s.Phase == vault.Choose {
				w.askNewPassphrase()
				w.Snapshot(t, "window-passphrase-new")
			}
			if s.Phase == vault.Locked {
				w.askPassphrase()
				w.Snapshot(t, "window-passphrase")
			}
		})
	}
}

// Countdowns, snack bars, ages and the button of a consent question all count
// by the window's ticks: somebody has to give them.
func TestTheWindowTicks(t *testing.T) {
	w := open(t, sample(t))
	ticked := false
	w.env.Ticks.Subscribe(func(time.Time) { ticked = true })
	w.wait(t, "a tick", func() bool { return ticked })
}

// No page makes the smallest window larger (product 5.0).
func TestThePagesFitTheSmallestWindow(t *testing.T) {
	w := open(t, &desk{})
	if least := w.frame.Content.MinSize(); least.Width > smallest.Width || least.Height > smallest.Height {
		t.Errorf("the pages need %v, the smallest window is %v", least, smallest)
	}
}
