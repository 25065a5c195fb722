//go:build !linux

package desktop

import "context"

// DisplayProblem says why no window can be opened here: these systems always have a display.
func DisplayProblem() string { return "" }

// HasSessionBus reports whether the tray may be asked for.
func HasSessionBus(context.Context) bool { return true }

// TrayHost reports whether something shows tray icons: here the system does.
func TrayHost(context.Context) bool { return true }
