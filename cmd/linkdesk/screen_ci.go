//go:build ci

package main

import "fyne.io/fyne/v2"

// Screen is not known to the driver of the tests.
func (p *platform) Screen() fyne.Size { return fyne.Size{} }
