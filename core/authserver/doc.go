// Package authserver lets other programs, such as n8n, read what Linkdesk has
// copied: it keeps OAuth apps, asks the person for consent, and gives out codes
// and tokens (RFC 6749, 7009, 7636, 7662, 8252, 8414, 9207, 9700).
//
//	browser ─> /oauth/authorize ─> Consents <─ window (W-14), `linkdesk consents`
//	app     ─> /oauth/token, /oauth/revoke, /oauth/introspect
//	api     ─> Check, RequireScope
//	window  ─> Service: apps, secrets, access given
//	                 └─> Store (SQLite), event.Bus
//
// The handlers are mounted on core/localhttp, which lets in requests of this
// computer only. Consent is asked in the window and never on a web page, so
// there is no page to trick somebody into; the browser shows a page that waits.
//
// What Linkdesk gives out is opaque and random; only SHA-256 hashes are kept.
// A Grant is what the person allowed once, and the family of all tokens that
// came of it: ending the grant ends them all. Every step that must happen once
// (a decision, the use of a code, the renewal of a token) is one transaction.
package authserver
