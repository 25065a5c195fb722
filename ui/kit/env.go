package kit

import (
	"time"

	"fyne.io/fyne/v2"
)

// Env is what the parts of one window share. The shell builds it once and hands
// it to the tabs; everything in it belongs to the window's goroutine but Do.
type Env struct {
	Window  fyne.Window
	Do      func(func())     // runs on the window's goroutine; callable from anywhere
	Now     func() time.Time // local time
	Ticks   *Ticks
	Dialogs *Dialogs
	Snacks  *SnackBar
}

// NewEnv returns the environment of a window. now is usually time.Now.
func NewEnv(w fyne.Window, d Dispatcher, now func() time.Time) *Env {
	e := &Env{Window: w, Do: d.Do, Now: now, Ticks: &Ticks{}}
	e.Dialogs = NewDialogs(w.Canvas())
	e.Snacks = NewSnackBar(e)
	return e
}

// Copy puts text on the clipboard.
func (e *Env) Copy(text string) { fyne.CurrentApp().Clipboard().SetContent(text) }
