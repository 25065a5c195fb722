package ui

import (
	"fyne.io/fyne/v2"

	"linkdesk/core/authserver"
	"linkdesk/core/event"
	"linkdesk/ui/kit"
)

// subscribeApps follows what outside apps do: a question of theirs brings the
// window to the front, wherever it was, and has a row in the tray menu.
func (w *Window) subscribeApps() {
	w.cancels = append(w.cancels,
		event.Subscribe(w.deps.Bus, func(e authserver.ConsentAsked) { w.env.Do(func() { w.asked(e.ID) }) }),
		event.Subscribe(w.deps.Bus, func(authserver.ConsentEnded) { w.env.Do(w.questions) }),
		event.Subscribe(w.deps.Bus, func(authserver.AppChanged) { w.env.Do(w.apps.Reload) }),
	)
}

// questions shows which questions wait: in the window, and in the tray menu.
func (w *Window) questions() {
	w.asker.Refresh()
	if w.gathered {
		w.show()
	}
}

// asking names the apps that ask.
func asking(pending []authserver.Question) (names []string) {
	for _, q := range pending {
		names = append(names, q.AppInfo.Name)
	}
	return names
}

// asked shows the question of an app.
func (w *Window) asked(id authserver.ConsentID) {
	w.questions()
	for _, q := range w.deps.Consents.Pending() {
		if q.ID == id {
			w.app.SendNotification(fyne.NewNotification(kit.T("{app} asks for access to your data", "app", q.AppInfo.Name), kit.T("Answer in Linkdesk. Without an answer nothing is allowed.")))
			w.Show()
		}
	}
}

// showApp opens an app in its tab.
func (w *Window) showApp(id authserver.AppID) {
	w.closeRecords()
	w.frame.Select(TabApps)
	w.apps.Open(id)
}
