package kit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"linkdesk/core"
)

// SchedulePicker chooses how often something is synced. Below the controls it
// says when that will be, the next three times.
type SchedulePicker struct {
	part
	now     func() time.Time // local time: the zone of the choices
	value   core.Schedule
	changed func(core.Schedule)
	support func()

	freq    *Choice
	details *fyne.Container
	more    bool
	fault   string
	next    *fyne.Container // a paragraph: three dates may take two lines
	fired   func()
}

var frequencies = []core.Frequency{core.Manual, core.Daily, core.Weekly, core.Monthly}

// NewSchedulePicker returns a picker that starts with value. changed is called
// with each valid choice; support (may be nil) is what "contact support" does.
func NewSchedulePicker(value core.Schedule, now func() time.Time, changed func(core.Schedule), support func()) *SchedulePicker {
	p := &SchedulePicker{now: now, value: sane(value), changed: changed, support: support}
	p.more = value.Frequency == core.Hourly
	p.freq = NewChoice([]string{T("Only when I press Sync"), T("Daily"), T("Weekly"), T("Monthly")}, p.index(), func(i int) {
		p.more = false
		p.setFrequency(frequencies[i])
	})
	p.details = VStack(12)
	p.content = VStack(GapGroup, p.freq, p.details)
	p.ExtendBaseWidget(p)
	p.rebuild()
	return p
}

// OnResized is called when the picker became taller or shorter; a dialog refits itself.
func (p *SchedulePicker) OnResized(f func()) { p.fired = f }

// Value returns the choice, always valid.
func (p *SchedulePicker) Value() core.Schedule { return p.value }

// sane fills what a schedule of another frequency leaves empty.
func sane(s core.Schedule) core.Schedule {
	s.Interval = max(1, s.Interval)
	s.Day = max(1, s.Day)
	return s
}

func (p *SchedulePicker) index() int {
	for i, f := range frequencies {
		if f == p.value.Frequency {
			return i
		}
	}
	return -1 // hourly: none of the four
}

func (p *SchedulePicker) setFrequency(f core.Frequency) {
	p.value.Frequency, p.value.Interval = f, 1
	p.freq.Choose(p.index())
	p.tell()
	p.rebuild()
}

// change takes over a new value if it is valid, and says what is wrong otherwise.
func (p *SchedulePicker) change(s core.Schedule) {
	p.fault = ""
	if err := s.Validate(); err != nil {
		p.fault = err.Error()
	} else {
		p.value = s
		p.tell()
	}
	p.showNext()
}

func (p *SchedulePicker) tell() {
	p.fault = ""
	if p.changed != nil {
		p.changed(p.value)
	}
}

func (p *SchedulePicker) rebuild() {
	var rows []fyne.CanvasObject
	v := p.value
	switch v.Frequency {
	case core.Daily:
		rows = append(rows, p.every(30, T("day"), T("days")), p.clock())
	case core.Weekly:
		rows = append(rows, p.every(12, T("week"), T("weeks")), p.weekday(), p.clock())
	case core.Monthly:
		rows = append(rows, p.every(12, T("month"), T("months")), p.day(), p.clock())
	}
	p.next = stack()
	if v.Frequency != core.Manual {
		rows = append(rows, p.next, NewNote(T("If this computer is asleep then, it runs when it wakes.")))
	}
	rows = append(rows, p.often())
	p.details.Objects = rows
	p.showNext()
	p.content.Refresh()
	if p.fired != nil {
		p.fired()
	}
}

// often is the disclosure for hours.
func (p *SchedulePicker) often() fyne.CanvasObject {
	icon := IconRight
	if p.more {
		icon = IconDown
	}
	open := NewButton(T("More often…"), func() {
		p.more = !p.more
		p.rebuild()
	}).With(icon)
	box := VStack(Gap, HStack(0, open))
	if !p.more {
		return box
	}
	hours := []string{T("No")}
	for n := 1; n <= 12; n++ {
		hours = append(hours, N(n, "Every hour", "Every {n} hours"))
	}
	sel := NewSelect(hours, nil)
	if p.value.Frequency == core.Hourly {
		sel.Choose(hours[p.value.Interval])
	} else {
		sel.Choose(hours[0])
	}
	sel.OnChanged = func(string) { p.setHours(sel.SelectedIndex()) }
	box.Add(HStack(Gap, sel))
	box.Add(NewNote(T("Need it more often than daily? Press **Sync now** any time. Services limit how much may be read; when one asks to wait, Linkdesk waits.")))
	if p.support != nil {
		box.Add(HStack(0, NewLink(T("Contact support"), p.support)))
	}
	return box
}

func (p *SchedulePicker) setHours(n int) {
	if n == 0 {
		p.setFrequency(core.Daily)
		return
	}
	p.value.Frequency, p.value.Interval = core.Hourly, n
	p.freq.Choose(-1)
	p.tell()
	p.rebuild()
}

func (p *SchedulePicker) every(most int, one, many string) fyne.CanvasObject {
	unit := NewText(many).Whole()
	if p.value.Interval == 1 {
		unit.SetText(one)
	}
	e := NewEntry("1")
	e.SetText(strconv.Itoa(p.value.Interval))
	e.OnChanged = func(s string) {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > most {
			p.fault = T("Choose a number from 1 to {n}.", "n", most)
			p.showNext()
			return
		}
		unit.SetText(many)
		if n == 1 {
			unit.SetText(one)
		}
		v := p.value
		v.Interval = n
		p.change(v)
	}
	return formRow(T("Every"), Width(64, e), unit)
}

func (p *SchedulePicker) weekday() fyne.CanvasObject {
	var names []string
	for i := range 7 {
		names = append(names, Weekday(time.Weekday((i+1)%7))) // Monday first
	}
	s := NewSelect(names, nil)
	s.Choose(names[(int(p.value.Weekday)+6)%7])
	s.OnChanged = func(string) {
		v := p.value
		v.Weekday = time.Weekday((s.SelectedIndex() + 1) % 7)
		p.change(v)
	}
	return formRow(T("On"), s)
}

func (p *SchedulePicker) day() fyne.CanvasObject {
	var names []string
	for d := 1; d <= 28; d++ {
		names = append(names, T("day {n}", "n", d))
	}
	names = append(names, T("the last day of the month"))
	s := NewSelect(names, nil)
	s.Choose(names[min(p.value.Day, 29)-1])
	s.OnChanged = func(string) {
		v := p.value
		v.Day = s.SelectedIndex() + 1
		p.change(v)
	}
	return VStack(GapTight, formRow(T("On"), s), formRow("", NewSecondary(T("Days 29 to 31 are the last day of the month.")).Whole()))
}

func (p *SchedulePicker) clock() fyne.CanvasObject {
	e := NewEntry("02:00")
	e.SetText(fmt.Sprintf("%02d:%02d", p.value.Hour, p.value.Minute))
	e.OnChanged = func(s string) {
		at, err := time.Parse("15:04", strings.TrimSpace(s))
		if err != nil {
			p.fault = T("Write the time as 02:00.")
			p.showNext()
			return
		}
		v := p.value
		v.Hour, v.Minute = at.Hour(), at.Minute()
		p.change(v)
	}
	return formRow(T("At"), Width(80, e), NewText(T("your time ({zone})", "zone", zoneName(p.now()))).Colored(ColorSecondary).Whole())
}

func (p *SchedulePicker) showNext() {
	text, c := NextTimes(p.value, p.now()), theme.ColorNameForeground
	if p.fault != "" {
		text, c = p.fault, ColorBad
	}
	p.next.Objects = []fyne.CanvasObject{paragraph(text, c, theme.SizeNameText)}
	p.next.Refresh()
}

// ScheduleSentence says a schedule in words: "Every 2 weeks, Mon 02:00".
func ScheduleSentence(s core.Schedule) string {
	at := fmt.Sprintf("%02d:%02d", s.Hour, s.Minute)
	switch s.Frequency {
	case core.Hourly:
		return N(s.Interval, "Every hour", "Every {n} hours")
	case core.Daily:
		return N(s.Interval, "Daily {time}", "Every {n} days {time}", "time", at)
	case core.Weekly:
		return N(s.Interval, "Weekly, {day} {time}", "Every {n} weeks, {day} {time}", "day", ShortWeekday(s.Weekday), "time", at)
	case core.Monthly:
		day := T("day {n}", "n", s.Day)
		if s.Day > 28 {
			day = T("last day")
		}
		return N(s.Interval, "Monthly, {day} {time}", "Every {n} months, {day} {time}", "day", day, "time", at)
	}
	return T("Only when I press Sync")
}

// NextTimes says the next three times of a schedule: "Next: Mon 23 Nov 02:00 · …".
func NextTimes(s core.Schedule, now time.Time) string {
	if s.Frequency == core.Manual {
		return ""
	}
	var all []string
	for at := now; len(all) < 3; {
		at = s.Next(at, now, now.Location())
		t := at.In(now.Location())
		all = append(all, fmt.Sprintf("%s %s %s", ShortWeekday(t.Weekday()), Day(t, now), t.Format("15:04")))
	}
	return T("Next: {times}", "times", strings.Join(all, " · "))
}

// zoneName is "Europe/Berlin" where the computer says so, else "CET".
func zoneName(now time.Time) string {
	if n := now.Location().String(); n != "Local" {
		return n
	}
	n, _ := now.Zone()
	return n
}

// formRow lines controls up behind a short label.
func formRow(label string, objs ...fyne.CanvasObject) fyne.CanvasObject {
	l := Width(64, NewText(label))
	return HStack(Gap, append([]fyne.CanvasObject{l}, objs...)...)
}
