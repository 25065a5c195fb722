// Package oauthapps is the OAuth Apps tab: the address that programs on this
// computer use, and the apps that may read through it.
//
//	core/localhttp (Address, by way of the shell) -> presenter.go -> view.go
package oauthapps
