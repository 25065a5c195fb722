// Package words turns states and errors of the core into what a person reads,
// in the language of the window: status word, shape and colour (product 4.2),
// and title, cause and button of an error (product 4.3). Pure functions, used
// by every tab, the tray and the notifications, so that one thing has one name.
//
//	core -> words -> ui/connections, ui/sync, ui (shell, tray)
package words
