// Package service knows the services that Linkdesk can connect to. Each is one
// manifest: data, never a script. The package loads manifests (those that come
// with Linkdesk and the person's own folder), checks them strictly, fills
// {names} into their templates with the escaping of the place where they land,
// and derives from the access a person chose the scopes to ask for.
//
// It does no network input or output: signing in is package signin, calling
// the service is package provider; both are driven by the Manifest type here.
//
//	assets/services/*.yaml, <data dir>/services/*.yaml -> service -> signin, provider, ui
package service
