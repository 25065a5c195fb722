//go:build !ci

package main

import (
	"os"
	"runtime"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"
)

// frame is what a window manager puts around a window, at most, in pixels.
var frame = fyne.NewSize(8, 40)

// Screen is the room for a window on the first screen, in Fyne's units; zero
// where that is not known. Fyne tells neither the screen nor, before a window is
// there, its own scale; this asks the library below it, and counts as Fyne does.
// It belongs to the main goroutine, after the first window was made.
func (p *platform) Screen() fyne.Size {
	m := glfw.GetPrimaryMonitor()
	if m == nil {
		return fyne.Size{}
	}
	_, _, w, h := m.GetWorkarea()
	mm, _ := m.GetPhysicalSize()
	mode := m.GetVideoMode()
	if w <= 0 || h <= 0 || mode == nil {
		return fyne.Size{}
	}
	system := float32(1) // macOS counts its screens in points
	switch runtime.GOOS {
	case "darwin":
	case "windows":
		system, _ = m.GetContentScale()
	default:
		system = detected(mm, mode.Width)
	}
	scale := scaleOf(os.Getenv("FYNE_SCALE"), fyne.CurrentApp().Settings().Scale(), system)
	return fyne.NewSize((float32(w)-frame.Width)/scale, (float32(h)-frame.Height)/scale)
}
