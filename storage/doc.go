// Package storage is the one SQLite file behind Linkdesk: connections, sealed
// secrets, sync settings and runs, and the records that were copied.
//
// Its place in the picture (arrows are imports):
//
//	core  <-  core/vault, core/signin, core/connection, core/syncing  <-  storage  <-  cmd/linkdesk
//
// Each of those packages declares the store it needs; storage implements them
// on small types: DB.KeyMeta, DB.Secrets, DB.Connections, DB.Sync, DB.Records,
// and DB.Preferences. Nobody else imports database/sql.
//
// # One writer, many readers
//
// The file is in WAL mode. One connection writes, each transaction BEGIN
// IMMEDIATE; a pool of four opened read-only reads what was last committed and
// never waits for the writer. Every setting is part of the address, so every
// connection has it. Every error passes mapError and has a class of core.
//
// # How records are kept
//
// One table for each data model. A row holds the canonical JSON of the record
// once (doc, order lines inside) and beside it the few columns that are searched
// and sorted. Its hash tells whether content changed; what did not is not
// written. seq grows with each write of a row: a later "what changed since".
//
// An index whose order is unlike the order of arrival costs as much as the row
// itself, because each transaction touches a page of it for every row. Measured
// on 100,000 orders, CPU of a first load with the identity alone as 1:
//
//	1.1  with a narrow index in the order of writing (_browse)
//	1.8  and with number, time placed, time updated
//	2.6  and with an index by customer
//	3.3  and with an index by total
//	+0.4 for FTS5 over the number, +1.0 at 250 rows a transaction
//
// So an order has _browse, which holds every searched and sorted column, and
// those three. Which orders a customer has is filled in behind, sorted (link.go).
// A search reads _browse (1,000,000 entries: 0.15 s) unless few rows have the
// word; texts are compared in lower case, and a word may be anywhere in a column.
// An unchanged read costs 0.44 of a first load, and a record of 1,000,000 what a
// record of 100,000 costs, within 5 %.
//
// Orders of 1,000,000: open, sort by date or number, next page 2-5 ms; search by
// number, e-mail or name 35-75 ms; a word that nothing has, or a sort by total,
// 0.16-0.2 s; a customer's figures under 1 ms. `go test -bench . ./storage`.
package storage
