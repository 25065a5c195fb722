// Package records shows what was copied: the records of one data model in a
// searchable table that loads page by page, and one record in full beside it.
// The shell lays it over the tabs.
//
//	storage (by way of Core) -> presenter.go -> view.go, detail.go
package records
