//go:build desktop

// Package desktoptest proves the real window on a real desktop: it starts the
// built program, presses keys, looks at pictures of the screen, signs in with a
// real Chromium, uses the tray and the keyring. `make test-desktop` runs it on a
// desktop that nobody sees (.ci/desktop.sh). It has tests only.
//
//	harness_test.go    a person's computer: home, window, keys, tray, command line
//	picture_test.go    what can be said of a picture without reading it
//	browser_test.go    Chromium, driven as the person would
//	outside_test.go    an outside app: it asks in Chromium, changes its code, reads
//	question_test.go   its question in the window, by what can be seen of it
//	database_test.go   what is in the data file
//	*_test.go          the proofs
//
// The pictures of each step go to .cache/desktop, for people to look at.
package desktoptest
