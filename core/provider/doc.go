// Package provider calls a service as its manifest says: it verifies an
// account and reads the pages of a data model, mapped to the records of package
// core. It stands between core/service, which says how a service is called, and
// core/syncing and core/connection, which decide when.
//
// The way of one record: Client.Page (list.go) finds out which page is asked
// for, builds the call (request.go, paging.go, since.go, parents.go), sends it
// within the account's limits (send.go, limits.go, failure.go), and maps each
// item (mapper.go) by the plan that plan.go made of the manifest's fields, walking its JSON once (scan.go).
package provider
