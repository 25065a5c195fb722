package provider

import "linkdesk/core"

// Position is where a list stands: an opaque text that fetches the next page.
// The zero Position is the start. It survives a restart: it holds the page
// cursor, the parent in progress and the time from which on changes are asked.
type Position string

// Page is one answer of a list, mapped.
type Page struct {
	Records []core.Record // Connection and SyncedAt are not set yet
	Bad     []BadRecord   // items that are not what the manifest says; skipped
	Next    Position      // "" when this was the last page
	Total   int64         // how many there are in all, 0 when the service does not say
	Parents []string      // remote ids of parents already done, for a complete read's books; may be nil
}

// BadRecord is an item that could not be mapped.
type BadRecord struct {
	RemoteID string // as far as known
	Reason   string // which field, and what was there; never the value
}
