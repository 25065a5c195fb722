// Package connections is the Connections tab: the list of connections with what
// was proven of each and the one button that mends it, one connection in full
// beside the list, and the wizard that adds a connection or signs in again.
//
//	core/connection (by way of Core) -> presenter.go -> rows.go, detail.go (words) -> view.go, dialogs.go
//	                                 -> wizard.go    -> ending.go (words)          -> steps.go, form.go, review.go, waiting.go, done.go
package connections
