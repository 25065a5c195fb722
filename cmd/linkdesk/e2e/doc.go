// Package e2e proves the built program from outside: it starts real processes,
// types commands, presses the buttons of the practice store, kills, breaks and
// starves them, and looks at what they print and keep. It has tests only.
//
//	harness_test.go   the program built once, a home of its own for each test
//	shop_test.go      a shop that outlives the program and hears every secret
//	*_test.go         the proofs, named after what would be a bug
//
// LINKDESK_E2E=long kills more often and builds the program with the race
// detector; LINKDESK_E2E_PROGRAM proves a program that is built already.
package e2e
