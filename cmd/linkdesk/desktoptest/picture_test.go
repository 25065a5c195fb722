//go:build desktop

package desktoptest

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"time"
)

// windowColor is that of an empty place in the window (assets of the look).
var windowColor = map[string]color.RGBA{"light": {0xF6, 0xF7, 0xF9, 255}, "dark": {0x15, 0x18, 0x1D, 255}}

// look takes a picture of the window once it stands still and keeps it.
func (c *computer) look(step string) image.Image { return c.picture(step, "-d", "-w", title) }

// lookAll takes a picture of the whole screen.
func (c *computer) lookAll(step string) image.Image { return c.picture(step, "-d") }

// glance takes a picture of something that moves.
func (c *computer) glance(step string) image.Image { return c.picture(step, "-w", title) }

func (c *computer) picture(step string, args ...string) image.Image {
	c.t.Helper()
	file := filepath.Join(pictures, fmt.Sprintf("%s-%s-%s.png", c.name, step, c.theme))
	eventually(c.t, "a picture of "+step, func() bool { // the window list is empty for a moment now and then
		_, err := tool("gui-shot", append(args, file)...)
		return err == nil
	})
	return readPicture(c, file)
}

func readPicture(c *computer, file string) image.Image {
	c.t.Helper()
	f, err := os.Open(file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	p, err := png.Decode(f)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// veiled reports whether a dialog lies over the window: what is behind is dimmed.
func (c *computer) veiled(p image.Image) bool {
	b := p.Bounds()
	return !near(p.At(b.Min.X+3, b.Max.Y-3), windowColor[c.theme])
}

func near(a color.Color, b color.RGBA) bool {
	x := color.RGBAModel.Convert(a).(color.RGBA)
	gap := func(m, n uint8) bool { return max(m, n)-min(m, n) <= 4 }
	return gap(x.R, b.R) && gap(x.G, b.G) && gap(x.B, b.B)
}

// differ is the share of a picture, in parts of ten thousand, that another does not have.
func differ(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return 10000
	}
	n, r := 0, a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if !near(a.At(x, y), color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)) {
				n++
			}
		}
	}
	return n * 10000 / (r.Dx() * r.Dy())
}

// body is the window without its first and last line, which tell the time.
func body(p image.Image) image.Image {
	b := p.Bounds()
	return p.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(image.Rect(b.Min.X, b.Min.Y+60, b.Max.X, b.Max.Y-50))
}

// wantDialog waits until a dialog is open and keeps its picture.
func (c *computer) wantDialog(step string) image.Image {
	c.t.Helper()
	return c.wantVeil(step, true)
}

// wantNoDialog waits until none is open.
func (c *computer) wantNoDialog(step string) image.Image {
	c.t.Helper()
	return c.wantVeil(step, false)
}

func (c *computer) wantVeil(step string, veil bool) (p image.Image) {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("%s: dialog open is %v", step, veil), func() bool {
		p = c.glance(step)
		return c.veiled(p) == veil
	})
	return c.look(step)
}

// A change of the window, in parts of ten thousand: that of a word, and that of
// a pane; what a resting pointer marks is less.
const (
	someWords = 2
	aPane     = 200
)

// wantChange waits until so much of the window is different from how it was.
func (c *computer) wantChange(step string, before image.Image, least int) (p image.Image) {
	c.t.Helper()
	eventually(c.t, step+": another picture", func() bool {
		p = c.glance(step)
		return differ(body(p), body(before)) > least
	})
	return c.look(step)
}

// settle gives what is drawn without any sign of its end the time it needs.
func settle() { <-time.After(300 * time.Millisecond) }
