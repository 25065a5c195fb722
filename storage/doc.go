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
// An index whose order is unlike the order of arrival costs more than the row
// itself, because each transaction touches a page of it for every row. So there
// are few: the identity; _browse, narrow, holding every searched and sorted
// column in the order of writing; and for orders two whose order is close to
// that of arrival, number and time. A search and the less usual sorts scan _browse.
package storage
