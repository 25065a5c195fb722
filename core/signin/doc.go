// Package signin is the OAuth client: attempt, loopback receiver, PKCE, exchange, token source.
package signin
