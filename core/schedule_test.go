package core

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tables, also on a bare machine
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

const wall = "Mon 2006-01-02 15:04 MST"

// next3 lists due times as local wall-clock times.
func next3(s Schedule, after, anchor time.Time, loc *time.Location) string {
	var out []string
	for range 3 {
		after = s.Next(after, anchor, loc)
		out = append(out, after.In(loc).Format(wall))
	}
	return strings.Join(out, ", ")
}

func TestNext(t *testing.T) {
	weekly2 := Schedule{Frequency: Weekly, Interval: 2, Weekday: time.Monday, Hour: 2}
	daily := Schedule{Frequency: Daily, Interval: 1, Hour: 2, Minute: 30}
	for _, c := range []struct {
		name, zone    string
		s             Schedule
		anchor, after string // local
		want          string
	}{
		{"every 2 weeks over the end of summer time", "Europe/Berlin", weekly2, "2026-10-06 12:00", "2026-10-06 12:00",
			"Mon 2026-10-12 02:00 CEST, Mon 2026-10-26 02:00 CET, Mon 2026-11-09 02:00 CET"},
		{"every 2 weeks over the start of summer time", "Europe/Berlin", weekly2, "2026-03-17 12:00", "2026-03-17 12:00",
			"Mon 2026-03-23 02:00 CET, Mon 2026-04-06 02:00 CEST, Mon 2026-04-20 02:00 CEST"},
		{"every 2 weeks in New York", "America/New_York", weekly2, "2026-10-20 12:00", "2026-10-20 12:00",
			"Mon 2026-10-26 02:00 EDT, Mon 2026-11-09 02:00 EST, Mon 2026-11-23 02:00 EST"},
		{"every 2 weeks on Lord Howe", "Australia/Lord_Howe", weekly2, "2026-09-22 12:00", "2026-09-22 12:00",
			"Mon 2026-09-28 02:00 +1030, Mon 2026-10-12 02:00 +11, Mon 2026-10-26 02:00 +11"},
		{"set on its own day after its time", "Europe/Berlin", weekly2, "2026-11-02 10:00", "2026-11-02 10:00",
			"Mon 2026-11-09 02:00 CET, Mon 2026-11-23 02:00 CET, Mon 2026-12-07 02:00 CET"},
		{"skipped in spring: at the jump", "Europe/Berlin", daily, "2026-03-01 12:00", "2026-03-28 12:00",
			"Sun 2026-03-29 03:00 CEST, Mon 2026-03-30 02:30 CEST, Tue 2026-03-31 02:30 CEST"},
		{"twice in autumn: the first", "Europe/Berlin", daily, "2026-03-01 12:00", "2026-10-24 12:00",
			"Sun 2026-10-25 02:30 CEST, Mon 2026-10-26 02:30 CET, Tue 2026-10-27 02:30 CET"},
		{"skipped in New York", "America/New_York", daily, "2026-03-01 12:00", "2026-03-07 12:00",
			"Sun 2026-03-08 03:00 EDT, Mon 2026-03-09 02:30 EDT, Tue 2026-03-10 02:30 EDT"},
		{"twice in New York: the first", "America/New_York", Schedule{Frequency: Daily, Interval: 1, Hour: 1, Minute: 30}, "2026-03-01 12:00", "2026-10-31 12:00",
			"Sun 2026-11-01 01:30 EDT, Mon 2026-11-02 01:30 EST, Tue 2026-11-03 01:30 EST"},
		{"half an hour skipped on Lord Howe", "Australia/Lord_Howe", Schedule{Frequency: Daily, Interval: 1, Hour: 2, Minute: 15}, "2026-09-01 12:00", "2026-10-03 12:00",
			"Sun 2026-10-04 02:30 +11, Mon 2026-10-05 02:15 +11, Tue 2026-10-06 02:15 +11"},
		{"half an hour twice on Lord Howe", "Australia/Lord_Howe", Schedule{Frequency: Daily, Interval: 1, Hour: 1, Minute: 45}, "2026-03-01 12:00", "2026-04-04 12:00",
			"Sun 2026-04-05 01:45 +11, Mon 2026-04-06 01:45 +1030, Tue 2026-04-07 01:45 +1030"},
		{"clocks that change at midnight", "America/Santiago", Schedule{Frequency: Daily, Interval: 1, Hour: 0, Minute: 30}, "2026-08-01 12:00", "2026-09-05 12:00",
			"Sun 2026-09-06 01:00 -03, Mon 2026-09-07 00:30 -03, Tue 2026-09-08 00:30 -03"},
		{"every 3 days keeps its rhythm after a late run", "Europe/Berlin", Schedule{Frequency: Daily, Interval: 3, Hour: 2}, "2026-05-01 10:00", "2026-05-06 10:00",
			"Fri 2026-05-08 02:00 CEST, Mon 2026-05-11 02:00 CEST, Thu 2026-05-14 02:00 CEST"},
		{"every 3 days begins the next day", "Europe/Berlin", Schedule{Frequency: Daily, Interval: 3, Hour: 2}, "2026-05-01 10:00", "2026-05-01 10:00",
			"Sat 2026-05-02 02:00 CEST, Tue 2026-05-05 02:00 CEST, Fri 2026-05-08 02:00 CEST"},
		{"the last day of the month", "Europe/Berlin", Schedule{Frequency: Monthly, Interval: 1, Day: 31, Hour: 2}, "2028-01-31 10:00", "2028-01-31 10:00",
			"Tue 2028-02-29 02:00 CET, Fri 2028-03-31 02:00 CEST, Sun 2028-04-30 02:00 CEST"},
		{"every 3 months", "Europe/Berlin", Schedule{Frequency: Monthly, Interval: 3, Day: 15, Hour: 2}, "2026-01-10 10:00", "2026-01-10 10:00",
			"Thu 2026-01-15 02:00 CET, Wed 2026-04-15 02:00 CEST, Wed 2026-07-15 02:00 CEST"},
		{"every 6 hours counts from the anchor", "Europe/Berlin", Schedule{Frequency: Hourly, Interval: 6}, "2026-10-24 22:10", "2026-10-24 22:10",
			"Sun 2026-10-25 03:10 CET, Sun 2026-10-25 09:10 CET, Sun 2026-10-25 15:10 CET"},
		{"an anchor of twenty years ago", "Europe/Berlin", Schedule{Frequency: Monthly, Interval: 1, Day: 1, Hour: 2}, "2006-01-10 10:00", "2026-05-02 10:00",
			"Mon 2026-06-01 02:00 CEST, Wed 2026-07-01 02:00 CEST, Sat 2026-08-01 02:00 CEST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			loc := zone(t, c.zone)
			anchor, _ := time.ParseInLocation("2006-01-02 15:04", c.anchor, loc)
			after, _ := time.ParseInLocation("2006-01-02 15:04", c.after, loc)
			if got := next3(c.s, after, anchor, loc); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// However often it is asked, and from wherever: the times are the same, each
// later than the one before, and at the same local time except where the clocks jump.
func TestNextIsOneSequence(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"} {
		loc := zone(t, name)
		anchor := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
		for _, s := range []Schedule{
			{Frequency: Daily, Interval: 1, Hour: 2}, {Frequency: Daily, Interval: 30, Hour: 2}, {Frequency: Weekly, Interval: 12, Hour: 2, Weekday: time.Sunday},
			{Frequency: Monthly, Interval: 12, Day: 29, Hour: 2}, {Frequency: Hourly, Interval: 12},
		} {
			for due, n := s.Next(anchor, anchor, loc), 0; n < 60; n++ {
				following := s.Next(due, anchor, loc)
				middle := due.Add(following.Sub(due) / 2)
				if !following.After(due) || !s.Next(middle, anchor, loc).Equal(following) || !s.Next(due.Add(-time.Second), anchor, loc).Equal(due) {
					t.Fatalf("%s %s: %v is followed by %v", name, s.Sentence(), due, following)
				}
				due = following
			}
		}
	}
}

func TestManualIsNeverDue(t *testing.T) {
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	if due := (Schedule{Frequency: Manual}).Next(now, now, time.UTC); !due.IsZero() {
		t.Errorf("due at %v", due)
	}
}

func TestValidate(t *testing.T) {
	good := []Schedule{DefaultSchedule(), {Frequency: Manual}, {Frequency: Hourly, Interval: 12}, {Frequency: Monthly, Interval: 1, Day: 31}}
	for _, s := range good {
		if err := s.Validate(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	bad := []Schedule{{}, {Frequency: "yearly", Interval: 1}, {Frequency: Hourly, Interval: 13}, {Frequency: Daily}, {Frequency: Daily, Interval: 1, Hour: 24},
		{Frequency: Weekly, Interval: 1, Weekday: 7}, {Frequency: Monthly, Interval: 1}, {Frequency: Daily, Interval: 31}, {Frequency: Daily, Interval: 1, Minute: 60}}
	for _, s := range bad {
		if CodeOf(s.Validate()) != CodeInvalid {
			t.Errorf("%+v was taken", s)
		}
	}
}

func TestSentence(t *testing.T) {
	for want, s := range map[string]Schedule{
		"Every 2 weeks, Mon 02:00":    {Frequency: Weekly, Interval: 2, Weekday: time.Monday, Hour: 2},
		"Daily 02:00":                 DefaultSchedule(),
		"Every 6 hours":               {Frequency: Hourly, Interval: 6},
		"Monthly, last day 23:05":     {Frequency: Monthly, Interval: 1, Day: 30, Hour: 23, Minute: 5},
		"Every 3 months, day 1 00:00": {Frequency: Monthly, Interval: 3, Day: 1},
		"Only when I press Sync":      {Frequency: Manual},
	} {
		if got := s.Sentence(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
