// Package segment says which rules a customer segment may have.
//
// A rule is a tree of core.Rule: all, any and not over single conditions on
// fields of customers and on figures computed from their orders. This package
// knows the fields, what may be asked of each, and how a value is written;
// storage turns a checked rule into a condition of a query, and the API checks
// what an app sends.
//
//	core  <-  core/segment  <-  core/api, storage
package segment
