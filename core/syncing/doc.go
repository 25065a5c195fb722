// Package syncing decides when which data is synced, and does it.
//
// Its place in the picture:
//
//	ui, cmd  ->  syncing.Service  ->  Lister (core/provider)  ->  the service
//	                              ->  Store, Records (storage)
//	                              ->  event.Bus
//
// Due times are wall-clock rows, not timers: every tick (gocron, at most 20 s)
// the pure Plan compares them with the clock, so a computer that slept runs
// each missed item once. The runs go to a bounded pool, one at a time per
// connection. A run reads its data models one after the other; each is a
// pipeline of fetching and writing in which pages and the place after them
// commit together, so whatever ends a run, the next one goes on from there.
//
// Behind the segments of a service follow the lists of who is in them: only
// those of segments that are new or changed, each with a place of its own.
//
// A reader's way: plan.go (when), service.go and queue.go (who starts it),
// run.go (one run), read.go (one data model), settle.go (what it leaves behind).
package syncing
