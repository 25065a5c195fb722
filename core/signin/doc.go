// Package signin is the OAuth client: it gets a permission through the system
// browser, keeps it alive, and gives it back.
//
//	connection ──Begin──> Client ──> Attempt   listener first, then the browser (RFC 8252)
//	                                    │ callback: judge (pure) ─> exchange ─> Outcome
//	provider ───Token───> Tokens ───────┘ one refresh at a time, journal before parse,
//	                        │             save before use
//	                        └──> Store (sealed rows), Sealer (the vault)
//
// golang.org/x/oauth2 builds the requests. What comes back is read here, by
// entry.read, because x/oauth2 loses tokens in answers that real services send.
package signin
