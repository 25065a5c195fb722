// Package kittest helps to test screens made of ui/kit: an environment without
// a display, and pictures of what is on it for people to look at.
package kittest

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/ui/kit"
)

// Noon is the time of an Env: Wednesday 18 November 2026, 12:00, in Berlin's winter time.
var Noon = time.Date(2026, 11, 18, 12, 0, 0, 0, time.FixedZone("CET", 3600))

// Env is an environment for one test. Its window belongs to the test's
// goroutine; what other goroutines give to Do waits in Queue for the test.
type Env struct {
	*kit.Env
	App   fyne.App
	Queue *kit.Queue
	Clock time.Time // what Now answers; move it by Advance
}

// NewEnv returns an environment in English and light colours with an empty window.
func NewEnv(t testing.TB) *Env {
	t.Helper()
	e := &Env{App: test.NewTempApp(t), Queue: &kit.Queue{}, Clock: Noon}
	kit.SetLanguage("en")
	e.App.Settings().SetTheme(kit.NewTheme(kit.AlwaysLight))
	w := e.App.NewWindow("Linkdesk")
	t.Cleanup(w.Close)
	w.Resize(fyne.NewSize(1080, 720))
	e.Env = kit.NewEnv(w, e.Queue, func() time.Time { return e.Clock })
	return e
}

// Advance moves the clock and tells the parts that count.
func (e *Env) Advance(d time.Duration) {
	e.Clock = e.Clock.Add(d)
	e.Ticks.Fire(e.Clock)
}

// Show puts content into the window at that size.
func (e *Env) Show(content fyne.CanvasObject, size fyne.Size) {
	e.Window.SetContent(e.Snacks.Over(content))
	e.Window.Resize(size)
}

// Snapshot draws what the window shows, dialogs included, in light and in dark.
// With LINKDESK_SCREENS=dir it writes dir/name-light.png and dir/name-dark.png;
// without, it only proves that drawing works. LINKDESK_SCALE=2 draws twice the size.
func (e *Env) Snapshot(t testing.TB, name string) {
	t.Helper()
	appearances := []kit.Appearance{kit.AlwaysDark, kit.AlwaysLight}
	if os.Getenv("LINKDESK_SCREENS") == "" {
		// Under -race a picture takes a second: one proves the drawing, also a small one.
		appearances = appearances[1:]
		if c, ok := e.Window.Canvas().(interface{ SetScale(float32) }); ok {
			c.SetScale(0.5)
			defer c.SetScale(1)
		}
	}
	for _, a := range appearances {
		e.App.Settings().SetTheme(kit.NewTheme(a))
		refresh(e.Window.Canvas())
		if os.Getenv("LINKDESK_SCALE") == "2" {
			e.Window.Canvas().(test.WindowlessCanvas).SetScale(2)
		}
		img := e.Window.Canvas().Capture()
		if img.Bounds().Empty() {
			t.Fatalf("%s: nothing was drawn", name)
		}
		dir := os.Getenv("LINKDESK_SCREENS")
		if dir == "" {
			continue
		}
		f, err := os.Create(filepath.Join(dir, name+"-"+string(a)+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// refresh lets everything on a canvas take over the theme, as Fyne's own
// drivers do when it changes.
func refresh(c fyne.Canvas) {
	for _, o := range append([]fyne.CanvasObject{c.Content()}, c.Overlays().List()...) {
		for _, child := range test.LaidOutObjects(o) {
			child.Refresh()
		}
	}
}

// Snapshot shows content in a window of its own and draws it; see Env.Snapshot.
func Snapshot(t testing.TB, name string, content fyne.CanvasObject, size fyne.Size) {
	t.Helper()
	e := NewEnv(t)
	e.Show(content, size)
	e.Snapshot(t, name)
}
