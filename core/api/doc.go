// Package api is the REST API under /v1 through which other programs read what
// Linkdesk has copied, and keep segments of their own.
//
//	app ─> core/localhttp ─> API.Handler ─> Checker (core/authserver)
//	                              ├──────> Records, Segments (storage, read-only pool)
//	                              └──────> Ledger (what each app read)
//
// One table, routes, names every path with its one scope, its parameters and
// the shape of its answer. The handlers, the OpenAPI document and the tests of
// "every route by every scope" are all made from it.
//
// # Lists
//
// Records come in the order of their change numbers: each write gives a record
// the next number of its model. A cursor is the last number given. So a page
// after it is right whatever a sync writes meanwhile: a record that was not
// changed is given once, and one that was changed is given again, further on.
// A filtered page may hold fewer than `limit` though there are more; a list
// has ended when `next` is null.
//
// `updated_since` is about the time at which Linkdesk saw a change, not the
// service's own time: a change that was read late would else be missed by
// whoever asked in between. With include_removed it is all that a copy needs.
//
// # Speed
//
// Stored JSON is handed through: a record is its envelope (id, connection,
// times) and the stored text behind it, not decoded. Only `fields` and hidden
// personal fields look inside.
//
// # Personal fields
//
// From an app that may not see them are kept: of customers email, phone,
// first_name, last_name, company, country, city and tags; of stores email.
// E-mail and phone become a pseudonym, the same for one value in all answers to
// one app and another for each app, so that joins still work; the others become
// null. So do values of segment rules about them, and record ids of customers
// that are e-mail addresses. Such an app may not filter by these fields either:
// that would answer "is it this address?".
package api
