//go:build desktop

package desktoptest

import (
	"database/sql"
	"encoding/json"
	"image"
	"image/color"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The colours of a question: of its one primary button, and of words that can be pressed.
var (
	accent = map[string]color.RGBA{"light": {0x24, 0x57, 0xD6, 255}, "dark": {0x7D, 0xA4, 0xFF, 255}}
	ink    = map[string]color.RGBA{"light": {0x1B, 0x24, 0x30, 255}, "dark": {0xE8, 0xEB, 0xF0, 255}}
)

// question waits until the window is in front with a question.
func (c *computer) question(step string) image.Image {
	c.t.Helper()
	eventually(c.t, step+": the window in front", func() bool { return c.windowID() != 0 && c.inFront() })
	return c.wantDialog(step)
}

// deny is where “Don't allow” is on a picture: the one button in the accent colour.
func (c *computer) deny(p image.Image) image.Rectangle {
	c.t.Helper()
	var box image.Rectangle
	b := p.Bounds()
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		if !box.Empty() && box.Min.Y-y > 60 {
			break // what comes now is a ring around something that has the keyboard
		}
		from := -1
		for x := b.Min.X; x <= b.Max.X; x++ {
			if x < b.Max.X && near(p.At(x, y), accent[c.theme]) {
				if from < 0 {
					from = x
				}
				continue
			}
			if from >= 0 && x-from >= 50 { // not a box that is ticked
				box = box.Union(image.Rect(from, y, x, y+1))
			}
			from = -1
		}
	}
	if box.Dx() < 60 || box.Dx() > 400 || box.Dy() > 100 {
		c.t.Fatalf("no button “Don't allow” on the picture: %v", box)
	}
	return box
}

// allowing is where “Allow” is on a picture: left of the other, and as high.
func (c *computer) allowing(p image.Image) image.Rectangle {
	c.t.Helper()
	d := c.deny(p)
	h := d.Dy()
	return image.Rect(d.Min.X-h*2, d.Min.Y, d.Min.X-h*2/5, d.Max.Y)
}

// canAllow reports whether “Allow” can be pressed: its words are not grey.
func (c *computer) canAllow(p image.Image) bool {
	c.t.Helper()
	r := c.allowing(p)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if near(p.At(x, y), ink[c.theme]) {
				return true
			}
		}
	}
	return false
}

// untilAllow waits until “Allow” can be pressed, and keeps that picture.
func (c *computer) untilAllow(step string) (p image.Image) {
	c.t.Helper()
	eventually(c.t, step+": Allow can be pressed", func() bool {
		p = c.glance(step)
		return c.veiled(p) && c.canAllow(p)
	})
	return p
}

// click presses in the middle of a part of the window.
func (c *computer) click(r image.Rectangle) {
	c.t.Helper()
	must(c.t, "gui-click", "-w", title, strconv.Itoa((r.Min.X+r.Max.X)/2), strconv.Itoa((r.Min.Y+r.Max.Y)/2))
}

// bar waits for the snack bar at the foot of the window, and returns where it is.
func (c *computer) bar(step string, before image.Image) (r image.Rectangle) {
	c.t.Helper()
	eventually(c.t, step+": the bar", func() bool {
		p := c.glance(step)
		b := p.Bounds()
		r = image.Rectangle{}
		if c.veiled(p) || b != before.Bounds() {
			return false
		}
		for y := b.Max.Y - 95; y < b.Max.Y-60; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				if !near(p.At(x, y), color.RGBAModel.Convert(before.At(x, y)).(color.RGBA)) {
					r = r.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		return r.Dx() > 300
	})
	return r
}

// Buttons of the bar, from its right edge.
func (c *computer) clickBar(r image.Rectangle, fromRight int) {
	c.t.Helper()
	x, y := r.Max.X-fromRight, (r.Min.Y+r.Max.Y)/2
	c.click(image.Rect(x, y, x, y))
}

const (
	seeWhatItReads = 238
	stopButton     = 108
)

// asked is a question as the command line lists it.
type asked struct{ ID, Name string }

func (c *computer) asking() (all []asked) {
	c.t.Helper()
	c.into(&all, "consents", "list")
	return all
}

// access is what an app was given.
type access struct {
	scopes   string
	hide     bool
	lifetime string
	lasts    int64 // seconds
	why      string
}

func (c *computer) given() (all []access) {
	c.t.Helper()
	c.database(func(db *sql.DB) error {
		rows, err := db.Query(`SELECT scopes, hide_personal, lifetime, (ends - created) / 1000000, why FROM oauth_grant ORDER BY num`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var a access
			if err := rows.Scan(&a.scopes, &a.hide, &a.lifetime, &a.lasts, &a.why); err != nil {
				return err
			}
			all = append(all, a)
		}
		return rows.Err()
	})
	return all
}

// outcomes are what became of the questions, in the order in which they came.
func (c *computer) outcomes() (all []string) {
	c.t.Helper()
	c.database(func(db *sql.DB) error {
		var text sql.NullString
		err := db.QueryRow(`SELECT group_concat(outcome, ' ') FROM (SELECT outcome FROM oauth_consent ORDER BY num)`).Scan(&text)
		all = strings.Fields(text.String)
		return err
	})
	return all
}

// notes are the notifications with that title.
func (c *computer) notes(title string) (bodies []string) {
	c.t.Helper()
	for line := range strings.Lines(must(c.t, "gui-tray", "notes")) {
		var n struct{ Title, Body string }
		if json.Unmarshal([]byte(line), &n) == nil && n.Title == title {
			bodies = append(bodies, n.Body)
		}
	}
	return bodies
}

// nothingGiven checks that no app was given anything, and nobody asks.
func (c *computer) nothingGiven(outcomes ...string) {
	c.t.Helper()
	eventually(c.t, "the end of the question", func() bool { return len(c.asking()) == 0 })
	if got := c.given(); len(got) != 0 {
		c.t.Errorf("given: %+v", got)
	}
	if got := c.outcomes(); !slices.Equal(got, outcomes) {
		c.t.Errorf("the questions ended %q, want %q", got, outcomes)
	}
}

// lastQuestion is when the last question was asked and answered.
func (c *computer) lastQuestion() (asked, decided time.Time) {
	c.t.Helper()
	c.database(func(db *sql.DB) error {
		var a, d int64
		err := db.QueryRow(`SELECT asked, decided FROM oauth_consent ORDER BY num DESC LIMIT 1`).Scan(&a, &d)
		asked, decided = time.UnixMicro(a), time.UnixMicro(d)
		return err
	})
	return asked, decided
}
