package ui

import (
	"context"
	"encoding/json"

	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// close is what the window's own close button does: the window goes to the
// tray. Without anything that shows tray icons it is minimised, because a hidden
// window could not be reached again (P-25).
func (w *Window) close() {
	w.save()
	w.asker.Away()
	w.tasks.Go(func(ctx context.Context) func() {
		host := w.deps.Platform.TrayHost(ctx)
		return func() { w.putAway(host) }
	})
}

func (w *Window) putAway(trayHost bool) {
	switch {
	case trayHost && !w.remember.Explained && w.env.Dialogs.Open() == nil:
		w.explainTray() // not behind another question: the close button would seem dead
	case trayHost:
		w.win.Hide()
	case !w.deps.Platform.Minimise(w.win) && w.env.Dialogs.Open() == nil:
		w.askQuit(kit.T("Quit Linkdesk?"), kit.T("This desktop shows no tray icons, so Linkdesk syncs only while its window is open."))
	}
}

// explainTray is W-24.
func (w *Window) explainTray() {
	start := kit.NewCheck(kit.T("Start Linkdesk when I sign in"), nil)
	start.SetChecked(w.deps.Platform.Autostart())
	w.env.Dialogs.Show(&kit.Dialog{
		Title:   kit.T("Linkdesk keeps working in the tray"),
		Body:    kit.T("Scheduled syncs go on while the window is closed. You find Linkdesk in the tray, the row of small icons at the edge of the screen."),
		Content: start,
		Buttons: []kit.DialogButton{
			{Title: kit.T("OK"), Enter: true, Do: func() {
				w.remember.Explained = true
				w.save()
				w.setAutostart(start.Checked)
				w.win.Hide()
			}},
			{Title: kit.T("Quit instead"), Do: w.AskQuit},
		},
	})
}

func (w *Window) setAutostart(on bool) {
	if on == w.deps.Platform.Autostart() {
		return
	}
	w.act(func(context.Context) error { return w.deps.Platform.SetAutostart(on) })
}

// AskQuit quits, after a question (W-23) when a sync runs.
func (w *Window) AskQuit() {
	if len(w.deps.Sync.Running()) == 0 {
		w.Quit()
		return
	}
	w.Show()
	if w.asking {
		return // it is on screen already, or waits for the question before it
	}
	w.asking = true
	w.env.Dialogs.Show(&kit.Dialog{
		Closed: func() { w.asking = false },
		Title:  kit.T("A sync is running"),
		Body:   kit.T("Quit now, and it continues next time? Or when it is done?"),
		Buttons: []kit.DialogButton{
			{Title: kit.T("Quit when done"), Do: w.quitWhenDone},
			{Title: kit.T("Quit now"), Do: w.Quit},
			{Title: kit.T("Cancel"), Enter: true, Cancel: true, Do: func() { w.waitQuit = false }},
		},
	})
}

// quitWhenDone quits as soon as nothing runs, which may have come true while
// the question was open.
func (w *Window) quitWhenDone() {
	w.waitQuit = true
	if w.quitIfDone() {
		return
	}
	w.env.Snacks.Show(kit.Snack{Text: kit.T("Linkdesk quits when the sync is done."), Action: kit.T("Stay open"), Do: func() { w.waitQuit = false }})
}

// quitIfDone quits when the person waits for that and nothing runs any more.
func (w *Window) quitIfDone() bool {
	done := w.waitQuit && len(w.deps.Sync.Running()) == 0
	if done {
		w.Quit()
	}
	return done
}

func (w *Window) askQuit(title, body string) {
	w.env.Dialogs.Show(&kit.Dialog{Title: title, Body: body,
		Buttons: []kit.DialogButton{{Title: kit.T("Quit"), Do: w.AskQuit}, {Title: kit.T("Keep it open"), Enter: true, Cancel: true}}})
}

// Quit ends the program; the core is closed by whoever runs the app.
func (w *Window) Quit() {
	if w.quitting {
		return
	}
	w.quitting = true
	w.save()
	w.app.Quit()
}

// save keeps size and tab. It is quick: one small row.
func (w *Window) save() {
	if size := w.win.Canvas().Size(); size.Width >= smallest.Width && size.Height >= smallest.Height {
		w.remember.Width, w.remember.Height = size.Width, size.Height
	}
	text, err := json.Marshal(w.remember)
	if err != nil {
		return
	}
	w.tasks.Go(func(ctx context.Context) func() {
		// Losing the size of the window is no reason to bother anybody.
		_ = w.deps.Preferences.Set(context.WithoutCancel(ctx), rememberKey, string(text))
		return nil
	})
}

// Close ends what the window does in the background; the app has ended its loop.
func (w *Window) Close() {
	for _, cancel := range w.cancels {
		cancel()
	}
	w.sync.Close()
	w.apps.Close()
	w.asker.Close()
	w.connections.Close()
	if w.records != nil {
		w.records.Close()
	}
	w.tasks.Close()
}

// failed tells about an action that did not work.
func (w *Window) failed(err error) {
	p := words.Error(err, words.Names{Now: w.env.Now()})
	w.env.Dialogs.Show(&kit.Dialog{Title: p.Title, Body: p.Cause, Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}})
}
