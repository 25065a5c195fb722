// Package sync is the Sync tab: for each data model how often and with what
// access it is synced, how fresh the copy is, what runs now and what ran.
//
//	core/syncing (by way of Core) -> presenter.go -> rows.go (words) -> view.go, pane.go, runs.go
package sync
