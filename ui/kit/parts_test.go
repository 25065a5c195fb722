package kit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

func key(name fyne.KeyName) *fyne.KeyEvent { return &fyne.KeyEvent{Name: name} }

// press sends a key as the window does: to what is focused, else to the canvas.
func press(e *kittest.Env, name fyne.KeyName) {
	c := e.Window.Canvas()
	if f := c.Focused(); f != nil {
		f.TypedKey(key(name))
	} else if f := c.OnTypedKey(); f != nil {
		f(key(name))
	}
}

// find returns the first object of type T on the canvas, dialogs included, that passes.
func find[T any](t *testing.T, e *kittest.Env, passes func(T) bool) T {
	t.Helper()
	c := e.Window.Canvas()
	for _, root := range append(c.Overlays().List(), c.Content()) {
		for _, o := range test.LaidOutObjects(root) {
			if x, ok := o.(T); ok && passes(x) {
				return x
			}
		}
	}
	var none T
	t.Fatalf("no %T like that on screen", none)
	return none
}

func button(t *testing.T, e *kittest.Env, title string) *kit.Button {
	t.Helper()
	return find(t, e, func(b *kit.Button) bool { return b.AccessibilityLabel() == title || strings.HasPrefix(b.Text, title) })
}

func TestSnackBarCountsDown(t *testing.T) {
	e := kittest.NewEnv(t)
	e.Show(kit.NewText(""), fyne.NewSize(860, 560))
	var ended, undone int
	show := func() {
		e.Snacks.Show(kit.Snack{Text: "Deleted.", Action: "Undo", Do: func() { undone++ }, Ended: func() { ended++ }, For: 30 * time.Second})
	}
	show()
	e.Advance(10 * time.Second)
	if b := button(t, e, "Undo"); b.Text != "Undo (20)" {
		t.Errorf("after 10 of 30 seconds the button says %q", b.Text)
	}
	e.Advance(20 * time.Second)
	if e.Snacks.Shown() != "" || ended != 1 {
		t.Fatalf("after its time %q is shown, ended %d times", e.Snacks.Shown(), ended)
	}
	show()
	test.Tap(button(t, e, "Undo"))
	e.Advance(time.Minute)
	if undone != 1 || ended != 1 || e.Snacks.Shown() != "" {
		t.Errorf("undone %d, ended %d", undone, ended)
	}
	show()
	e.Snacks.Show(kit.Snack{Text: "Something newer"})
	if ended != 2 || e.Snacks.Shown() != "Something newer" {
		t.Errorf("the newer snack did not end the older: %d", ended)
	}
}

func TestCopiedSecretLeavesTheClipboard(t *testing.T) {
	e := kittest.NewEnv(t)
	f := kit.NewSecretField(e.Env, core.NewSecret("hush-hush"))
	e.Show(f, fyne.NewSize(600, 100))
	on := func(text string) bool {
		for _, o := range test.LaidOutObjects(e.Window.Canvas().Content()) {
			if x, ok := o.(*kit.Text); ok && strings.Contains(x.Text(), text) {
				return true
			}
		}
		return false
	}
	if on("hush") {
		t.Fatal("the secret is shown before anybody asked")
	}
	test.Tap(button(t, e, "Show"))
	if !on("hush-hush") {
		t.Error("the eye does not reveal")
	}
	clip := e.App.Clipboard()
	test.Tap(button(t, e, "Copy"))
	e.Advance(59 * time.Second)
	if clip.Content() != "hush-hush" {
		t.Fatalf("after 59 s the clipboard holds %q", clip.Content())
	}
	e.Advance(time.Second)
	if clip.Content() != "" || f.Said() != "" {
		t.Errorf("after 60 s the clipboard holds %q", clip.Content())
	}
	test.Tap(button(t, e, "Copy"))
	clip.SetContent("something of the person's own")
	e.Advance(2 * time.Minute)
	if clip.Content() == "" {
		t.Error("what the person copied later was cleared")
	}
}

func TestCopyFieldSaysSo(t *testing.T) {
	e := kittest.NewEnv(t)
	f := kit.NewCopyField(e.Env, "http://127.0.0.1:8787")
	e.Show(f, fyne.NewSize(600, 100))
	test.Tap(button(t, e, "Copy"))
	if f.Said() != "Copied" || e.App.Clipboard().Content() != "http://127.0.0.1:8787" {
		t.Errorf("said %q, copied %q", f.Said(), e.App.Clipboard().Content())
	}
	e.Advance(5 * time.Second)
	if f.Said() != "" {
		t.Error("it says Copied for ever")
	}
}

func TestPicker(t *testing.T) {
	e := kittest.NewEnv(t)
	picked := ""
	p := kit.NewPicker([]kit.Option{{ID: "m", Title: "Mailchimp", Note: "Reads customers"}, {ID: "h", Title: "HubSpot", Note: "Reads customers, orders"}, {ID: "x", Title: "Not listed", Always: true}},
		"Search", func(id string) { picked = id })
	e.Show(p, fyne.NewSize(500, 400))
	for text, want := range map[string]string{"": "[m h x]", "HUB": "[h x]", "orders reads": "[h x]", "zzz": "[x]"} {
		p.Search.SetText(text)
		if got := fmt.Sprint(p.Found()); got != want {
			t.Errorf("%q finds %s, want %s", text, got, want)
		}
	}
	p.Search.SetText("")
	e.Window.Canvas().Focus(p.Search)
	press(e, fyne.KeyDown)
	press(e, fyne.KeyDown)
	press(e, fyne.KeyReturn)
	if picked != "h" {
		t.Errorf("picked %q by keyboard, want h", picked)
	}
	e.Window.Canvas().Focus(p.Search)
	p.Search.SetText("mail")
	press(e, fyne.KeyReturn)
	if picked != "m" {
		t.Errorf("Enter in the search picked %q, want m", picked)
	}
}

func TestSchedulePicker(t *testing.T) {
	e := kittest.NewEnv(t)
	var got []core.Schedule
	p := kit.NewSchedulePicker(core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Monday, Hour: 2}, e.Now, func(s core.Schedule) { got = append(got, s) }, nil)
	e.Show(p, fyne.NewSize(480, 600))
	entry := func(text string) *kit.Entry {
		return find(t, e, func(x *kit.Entry) bool { return x.Text == text })
	}
	entry("2").SetText("3")
	entry("02:00").SetText("4:5")
	entry("4:5").SetText("04:30")
	entry("3").SetText("99")
	want := core.Schedule{Frequency: core.Weekly, Interval: 3, Weekday: time.Monday, Hour: 4, Minute: 30}
	if v := p.Value(); v.Interval != 3 || v.Hour != 4 || v.Minute != 30 || v.Frequency != core.Weekly {
		t.Errorf("value %+v, want %+v", v, want)
	}
	for _, s := range got {
		if err := s.Validate(); err != nil {
			t.Errorf("told of %+v: %v", s, err)
		}
	}
	freq := find(t, e, func(*kit.Choice) bool { return true })
	freq.TypedKey(key(fyne.KeyDown))
	if p.Value().Frequency != core.Monthly || p.Value().Interval != 1 {
		t.Errorf("Down from weekly gives %+v", p.Value())
	}
	day := find(t, e, func(x *kit.Select) bool { return len(x.Options) == 29 })
	day.SetSelectedIndex(28)
	if p.Value().Day != 29 {
		t.Errorf("the last day is day %d", p.Value().Day)
	}
	test.Tap(button(t, e, "More often"))
	find(t, e, func(x *kit.Select) bool { return len(x.Options) == 13 }).SetSelectedIndex(6)
	if v := p.Value(); v.Frequency != core.Hourly || v.Interval != 6 || freq.Chosen() != -1 {
		t.Errorf("every 6 hours gives %+v", v)
	}
	find(t, e, func(x *kit.Select) bool { return len(x.Options) == 13 }).SetSelectedIndex(0)
	if v := p.Value(); v.Frequency != core.Daily || v.Interval != 1 {
		t.Errorf("no hours gives %+v", v)
	}
}

func TestScheduleWords(t *testing.T) {
	kit.SetLanguage("en")
	for _, c := range []struct {
		s          core.Schedule
		words, nxt string
	}{
		{core.Schedule{Frequency: core.Manual}, "Only when I press Sync", ""},
		{core.Schedule{Frequency: core.Hourly, Interval: 6}, "Every 6 hours", "Next: Wed 18 Nov 18:00 · Thu 19 Nov 00:00 · Thu 19 Nov 06:00"},
		{core.Schedule{Frequency: core.Daily, Interval: 1, Hour: 2}, "Daily 02:00", "Next: Thu 19 Nov 02:00 · Fri 20 Nov 02:00 · Sat 21 Nov 02:00"},
		{core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Monday, Hour: 2}, "Every 2 weeks, Mon 02:00", "Next: Mon 23 Nov 02:00 · Mon 7 Dec 02:00 · Mon 21 Dec 02:00"},
		{core.Schedule{Frequency: core.Monthly, Interval: 1, Day: 31, Hour: 2}, "Monthly, last day 02:00", "Next: Mon 30 Nov 02:00 · Thu 31 Dec 02:00 · Sun 31 Jan 2027 02:00"},
	} {
		if got := kit.ScheduleSentence(c.s); got != c.words {
			t.Errorf("%q, want %q", got, c.words)
		}
		if got := kit.NextTimes(c.s, kittest.Noon); got != c.nxt {
			t.Errorf("%q, want %q", got, c.nxt)
		}
	}
}

func TestProgressSaysNoShareOfAnUnknownWhole(t *testing.T) {
	kit.SetLanguage("en")
	for _, c := range []struct {
		s    kit.ProgressState
		want string
	}{
		{kit.ProgressState{What: "Orders", Done: 1240, Elapsed: 40 * time.Second, Left: time.Minute}, "Orders · 1,240 read · 40 s"},
		{kit.ProgressState{What: "Orders", Done: 1240, Total: 5000, Elapsed: 40 * time.Second, Left: 2 * time.Minute}, "Orders · 1,240 of 5,000 · 40 s · about 2 min left"},
		{kit.ProgressState{What: "Orders"}, "Orders"},
	} {
		if got := c.s.Sentence(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestBannerHidesWithoutNotice(t *testing.T) {
	dismissed := false
	b := kit.NewBanner(&kit.Notice{Tone: kit.Bad, Text: "x", Dismiss: func() { dismissed = true }})
	e := kittest.NewEnv(t)
	e.Show(b, fyne.NewSize(600, 80))
	test.Tap(button(t, e, "Close"))
	b.Set(nil)
	if !dismissed || b.Visible() {
		t.Errorf("dismissed %v, visible %v", dismissed, b.Visible())
	}
}

func TestPaneBesideList(t *testing.T) {
	e := kittest.NewEnv(t)
	left, right := kit.NewText("left"), kit.NewText("right")
	b := kit.NewBeside(left)
	e.Show(b, fyne.NewSize(1000, 400))
	whole := left.Size().Width
	b.Open(right)
	if left.Size().Width >= whole*0.62 || right.Size().Width < whole*0.38 {
		t.Errorf("left %v of %v, right %v", left.Size().Width, whole, right.Size().Width)
	}
	b.Open(nil)
	if left.Size().Width != whole {
		t.Errorf("left is %v wide after closing, was %v", left.Size().Width, whole)
	}
}

// Text that wraps after its bold beginning goes on at the edge, not a space off it.
func TestNoLineBeginsWithASpace(t *testing.T) {
	e := kittest.NewEnv(t)
	p := kit.NewParagraph("**The shop needs a new sign-in.** Your settings and data stay.")
	e.Show(container.NewWithoutLayout(p), fyne.NewSize(500, 300))
	for wide := float32(100); wide < 400; wide++ {
		p.Resize(fyne.NewSize(wide, 120))
		for _, o := range test.LaidOutObjects(p) {
			if text, ok := o.(*canvas.Text); ok && text.Position().X <= 8 && strings.HasPrefix(text.Text, " ") {
				t.Errorf("at a width of %v a line is %q", wide, text.Text)
			}
		}
	}
}
