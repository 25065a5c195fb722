// Package core holds the words that every other package speaks: the entities
// (connections, records, sync settings, runs), their ids, access levels,
// schedules, errors, secrets and the clock.
//
// Its place in the picture (arrows are imports):
//
//	assets, core  <-  core/*  <-  storage
//	                  core/*  <-  ui/*
//	                  all     <-  cmd/linkdesk
//
// It imports the standard library only and does no input or output.
// Names follow section 4 of the product's vocabulary.
package core
