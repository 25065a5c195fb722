// Package oauthapps is the OAuth Apps tab: the address that programs on this
// computer use, the apps that may read through it, and what they read.
//
//	core/authserver, core/localhttp (as Core) -> presenter.go (State) -> view.go (address, list)
//	  rows.go, setup.go, recipe.go: what a State is in words, without Fyne    pane.go (beside the list)
//	                                    form.go, secret.go, save.go, dialogs.go (W-13, W-16 to W-18)
package oauthapps
