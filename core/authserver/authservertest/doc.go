// Package authservertest tries an authorization server from outside: a real
// HTTP server, the client of golang.org/x/oauth2, a clock that the test moves. The
// same cases run on Memory, beside core/authserver, and on the data file, in storage.
package authservertest
