package core

import (
	"fmt"
	"strings"
	"time"
)

// Frequency is the unit in which a schedule repeats.
type Frequency string

// The frequencies of the sync settings. Hourly stands behind "More often";
// Manual runs only when somebody presses Sync now.
const (
	Manual  Frequency = "manual"
	Hourly  Frequency = "hourly"
	Daily   Frequency = "daily"
	Weekly  Frequency = "weekly"
	Monthly Frequency = "monthly"
)

// Schedule says when a data model is due: every Interval units of Frequency,
// at a local time of day, on a weekday or a day of the month where that applies.
type Schedule struct {
	Frequency Frequency    `json:"frequency"`
	Interval  int          `json:"interval"`          // Hourly 1-12, Daily 1-30, Weekly 1-12, Monthly 1-12
	Weekday   time.Weekday `json:"weekday,omitempty"` // Weekly
	Day       int          `json:"day,omitempty"`     // Monthly: 1-28, or 29-31 for the last day of the month
	Hour      int          `json:"hour"`              // Daily, Weekly, Monthly: local time
	Minute    int          `json:"minute"`
}

// DefaultSchedule is what a data model starts with: each night at two.
func DefaultSchedule() Schedule {
	return Schedule{Frequency: Daily, Interval: 1, Day: 1, Weekday: time.Monday, Hour: 2}
}

// Validate returns an error of code CodeInvalid that says what cannot be.
func (s Schedule) Validate() error {
	limit := map[Frequency]int{Manual: 0, Hourly: 12, Daily: 30, Weekly: 12, Monthly: 12}
	most, known := limit[s.Frequency]
	switch {
	case !known:
		return Invalid("There is no frequency called “" + string(s.Frequency) + "”. Use daily, weekly or monthly.")
	case s.Frequency == Manual:
		return nil
	case s.Interval < 1 || s.Interval > most:
		return Invalid(fmt.Sprintf("The interval must be between 1 and %d.", most))
	case s.Hour < 0 || s.Hour > 23 || s.Minute < 0 || s.Minute > 59:
		return Invalid("The time of day must be between 00:00 and 23:59.")
	case s.Frequency == Weekly && (s.Weekday < time.Sunday || s.Weekday > time.Saturday):
		return Invalid("The day must be a day of the week.")
	case s.Frequency == Monthly && (s.Day < 1 || s.Day > 31):
		return Invalid("The day of the month must be between 1 and 31.")
	}
	return nil
}

// Next returns the first due time after `after`, in UTC, or the zero time for
// Manual. The anchor is when the schedule was set: the rhythm of "every 2 weeks"
// counts from the first fitting time after it, so that a late run does not
// shift it. Local times follow loc: a time that the clocks skip in spring is
// taken at the moment they jump; one that comes twice in autumn is taken the
// first time.
func (s Schedule) Next(after, anchor time.Time, loc *time.Location) time.Time {
	if s.Interval < 1 {
		s.Interval = 1
	}
	switch s.Frequency {
	case Hourly:
		step := time.Duration(s.Interval) * time.Hour
		from := anchor.UTC().Truncate(time.Minute)
		if after.Before(from) {
			return from.Add(step)
		}
		return from.Add((after.Sub(from)/step + 1) * step)
	case Daily:
		return s.search(after, anchor, loc, func(base time.Time, n int) time.Time { return base.AddDate(0, 0, n) })
	case Weekly:
		return s.search(after, anchor, loc, func(base time.Time, n int) time.Time {
			shift := (int(s.Weekday) - int(base.Weekday()) + 7) % 7
			return base.AddDate(0, 0, shift+7*n)
		})
	case Monthly:
		return s.search(after, anchor, loc, s.dayInMonth)
	}
	return time.Time{}
}

// search walks the rhythm to the first time after `after`; at gives the date n
// units from the anchor's. It jumps close first, so that an anchor years ago
// costs nothing.
func (s Schedule) search(after, anchor time.Time, loc *time.Location, at func(base time.Time, n int) time.Time) time.Time {
	a := anchor.In(loc)
	base := time.Date(a.Year(), a.Month(), a.Day(), 0, 0, 0, 0, time.UTC)
	first := 0
	if !s.clock(at(base, 0), loc).After(anchor) {
		first = 1 // this day, week or month it is over
	}
	days := map[Frequency]int{Daily: 1, Weekly: 7, Monthly: 31}[s.Frequency] * s.Interval
	rounds := max(0, int(after.Sub(anchor).Hours()/24)/days-1)
	for n := first + rounds*s.Interval; ; n += s.Interval {
		if t := s.clock(at(base, n), loc); t.After(after) {
			return t
		}
	}
}

// clock puts the time of day on a date. Where the clocks change, time.Date
// gives no promise which of the possible answers it takes.
func (s Schedule) clock(day time.Time, loc *time.Location) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), s.Hour, s.Minute, 0, 0, loc)
	if t.Hour() != s.Hour || t.Minute() != s.Minute {
		_, jump := t.Add(-3 * time.Hour).ZoneBounds() // skipped: t is at most an hour off
		return jump.UTC()
	}
	if change, _ := t.ZoneBounds(); !change.IsZero() {
		_, before := change.Add(-time.Second).Zone()
		_, now := t.Zone()
		if earlier := t.Add(time.Duration(now-before) * time.Second); earlier.Before(change) {
			return earlier.UTC() // the same wall-clock time, before the clocks went back
		}
	}
	return t.UTC()
}

func (s Schedule) dayInMonth(base time.Time, months int) time.Time {
	first := time.Date(base.Year(), base.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	if s.Day > 28 {
		return first.AddDate(0, 0, last-1)
	}
	return first.AddDate(0, 0, s.Day-1)
}

// Sentence says the schedule in words: "Every 2 weeks, Mon 02:00".
func (s Schedule) Sentence() string {
	unit := map[Frequency]string{Hourly: "hour", Daily: "day", Weekly: "week", Monthly: "month"}[s.Frequency]
	if unit == "" {
		return "Only when I press Sync"
	}
	head := map[Frequency]string{Hourly: "Hourly", Daily: "Daily", Weekly: "Weekly", Monthly: "Monthly"}[s.Frequency]
	if s.Interval > 1 {
		head = fmt.Sprintf("Every %d %ss", s.Interval, unit)
	}
	at := fmt.Sprintf("%02d:%02d", s.Hour, s.Minute)
	switch s.Frequency {
	case Hourly:
		return head
	case Weekly:
		return head + ", " + s.Weekday.String()[:3] + " " + at
	case Monthly:
		if s.Day > 28 {
			return head + ", last day " + at
		}
		return fmt.Sprintf("%s, day %d %s", head, s.Day, at)
	}
	return strings.Join([]string{head, at}, " ")
}
