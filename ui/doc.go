// Package ui is the window of Linkdesk: the frame around the three tabs, the
// tray, and quitting. Each tab is a package of its own with a presenter (no
// Fyne: loads, acts, holds an immutable State) and a view (renders it); tabs
// never import each other, the shell connects them.
//
//	core/* -> ui/words -> ui/connections, ui/sync, ui/records, ui/oauthapps -> ui (shell, tray)
//	          ui/kit   ->
//
// It never imports storage, and never fyne.io/fyne/v2/app: cmd opens the app,
// so every screen is tested without one.
package ui
