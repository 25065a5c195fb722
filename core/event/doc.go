// Package event is the bus on which the parts of Linkdesk tell each other that
// something changed: one timeline per process, in the order of publishing.
//
// Its place in the picture: core packages publish, the window, the tray and
// the notifications subscribe; cmd makes the bus and closes it last but one.
//
//	connection, syncing, vault, …  ->  event.Bus  ->  ui/*, notifications
//
// An event says that something changed, hardly ever to what: whoever hears it
// reads the new state from its owner. So a newer event about the same subject
// may replace one that still waits, and a slow listener loses nothing that it
// could not read again.
package event
