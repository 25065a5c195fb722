// Package localhttp is the one HTTP server of Linkdesk, for programs on this
// computer. It keeps out what comes from elsewhere, so that the handlers
// mounted on it need not think of it.
//
// Its place in the picture: cmd makes and starts it, authserver and api mount
// their handlers, Settings and the OAuth Apps tab show its State.
//
//	other program  ->  127.0.0.1:8787  ->  guard  ->  authserver, api
//
// The guard, in this order: Host must be this server (DNS rebinding), no
// cross-site writes, no preflight and no CORS, small and prompt requests.
// Answers of the guard are problem documents (RFC 9457).
package localhttp
