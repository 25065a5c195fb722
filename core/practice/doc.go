// Package practice is the practice store: a small online shop that lives
// inside Linkdesk, on a loopback port of its own. A newcomer connects it first
// (product row U-09), support staff show every dialog with it, and the tests
// use it as their service. It behaves as a real service does:
//
//	/                         the desk: try failures, change orders, withdraw access (desk.go)
//	/oauth/authorize          sign-in pages in the browser, code + PKCE (authorize.go)
//	/oauth/token, /revoke     rotating refresh tokens, reuse detection (token.go, grants.go)
//	/api/v1/...               the shop's data, paged, with updated_since (api.go)
//
// Its data are the same on every computer: about 2,000 records made from a
// fixed seed (generate.go). Only what a person changes is kept in a file
// (state.go), beside the hashes of the tokens that were given out.
//
// Its place in the picture: cmd/linkdesk starts it; core/signin and
// core/provider reach it over HTTP by assets/services/practice.yaml, exactly as
// they reach any other service. Nothing else in Linkdesk knows its inside.
package practice
