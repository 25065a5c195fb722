// Command linkdesk is the program: the window, and a command line over the
// same core for support staff, scripts and machines without a display.
//
// It is the only package that imports all others. app.go builds them and owns
// the order of start and shutdown; cli.go picks the command; each cmd_*.go is
// one command. While a window or `linkdesk serve` runs, commands are carried
// out inside that process (remote.go), never on the database behind its back.
package main
