package syncing

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

func linkTo(id core.ConnectionID, status core.Status) Link {
	return Link{Connection: core.Connection{ID: id}, Status: status, Offers: everything(core.ReadWrite), Granted: everything(core.ReadWrite)}
}

func planText(ps []Planned) string {
	var out []string
	for _, p := range ps {
		out = append(out, fmt.Sprintf("%s %s %v", p.Connection, p.Kind, p.Models))
	}
	return strings.Join(out, "; ")
}

func TestPlan(t *testing.T) {
	now := monday
	due := func(c core.ConnectionID, m core.Model, late time.Duration) Item {
		return Item{Connection: c, Model: m, DueAt: now.Add(-late), AnchorAt: now.AddDate(0, -1, 0)}
	}
	retry := func(i Item, in time.Duration) Item { i.RetryAt = now.Add(in); return i }
	off := core.SyncSetting{Connection: "a", Model: core.Orders, Access: core.Disabled}
	for _, c := range []struct {
		name string
		s    Situation
		want string
	}{
		{"nothing due", Situation{Items: []Item{due("a", core.Orders, -time.Second)}}, ""},
		{"due now, in the order of reading", Situation{Items: []Item{due("a", core.Segments, 0), due("a", core.Orders, 0), due("a", core.Customers, time.Minute)}},
			"a automatic [customers orders segments]"},
		{"missed for nine days: once", Situation{Items: []Item{due("a", core.Orders, 9*24*time.Hour)}}, "a catch_up [orders]"},
		{"two minutes are in time", Situation{Items: []Item{due("a", core.Orders, 2*time.Minute)}}, "a automatic [orders]"},
		{"the longest waiting first", Situation{Items: []Item{due("a", core.Orders, time.Hour), due("b", core.Orders, 2*time.Hour)}}, "b catch_up [orders]; a catch_up [orders]"},
		{"busy", Situation{Items: []Item{due("a", core.Orders, time.Hour)}, Busy: map[core.ConnectionID]bool{"a": true}}, ""},
		{"all paused", Situation{Items: []Item{due("a", core.Orders, time.Hour)}, Paused: true}, ""},
		{"set to Don't sync", Situation{Items: []Item{due("a", core.Orders, 0), due("a", core.Stores, 0)}, Settings: []core.SyncSetting{off}}, "a automatic [stores]"},
		{"waits for its retry", Situation{Items: []Item{retry(due("a", core.Orders, time.Hour), time.Second)}}, ""},
		{"retries before it is due", Situation{Items: []Item{retry(due("a", core.Orders, -time.Hour), 0)}}, "a automatic [orders]"},
		{"cannot be read now", Situation{Items: []Item{due("reauth", core.Orders, 0), due("paused", core.Orders, 0), due("locked", core.Orders, 0), due("down", core.Orders, 0)}}, "down automatic [orders]"},
		{"deleted connection", Situation{Items: []Item{due("gone", core.Orders, time.Hour)}}, ""},
	} {
		c.s.Links = []Link{linkTo("a", core.StatusOK), linkTo("b", core.StatusStale), linkTo("reauth", core.StatusReauth),
			linkTo("paused", core.StatusPaused), linkTo("locked", core.StatusLocked), linkTo("down", core.StatusUnreachable)}
		c.s.Location = time.UTC
		if got := planText(Plan(now, c.s)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPlanReadsOnlyWhatIsPermitted(t *testing.T) {
	l := linkTo("a", core.StatusScope)
	l.Granted = core.AccessMap{core.Orders: core.Read, core.Stores: core.Write}
	var items []Item
	for _, m := range readOrder {
		items = append(items, Item{Connection: "a", Model: m, DueAt: monday})
	}
	if got := planText(Plan(monday, Situation{Links: []Link{l}, Items: items})); got != "a automatic [orders]" {
		t.Error(got)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// at reads a time in UTC.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Due times follow the person's zone, the clock and the settings.
func TestReschedule(t *testing.T) {
	daily := core.Schedule{Frequency: core.Daily, Interval: 1, Hour: 2}
	weekly2 := core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Monday, Hour: 2}
	for _, c := range []struct {
		name     string
		schedule core.Schedule
		zone     string
		now, due string // UTC; due "": not known yet
		want     string // local; "": none
	}{
		{"a new item", daily, "Europe/Berlin", "2026-05-04 09:00", "", "2026-05-05 02:00"},
		{"stays", daily, "Europe/Berlin", "2026-05-04 09:00", "2026-05-05 00:00", "2026-05-05 02:00"},
		{"what is due stays due", daily, "Europe/Berlin", "2026-05-05 00:01", "2026-05-05 00:00", "2026-05-05 02:00"},
		{"went to New York", daily, "America/New_York", "2026-05-04 09:00", "2026-05-05 00:00", "2026-05-05 02:00"},
		{"went to Tokyo", daily, "Asia/Tokyo", "2026-05-04 09:00", "2026-05-05 00:00", "2026-05-05 02:00"},
		{"went east over the due time: it is not skipped", daily, "Asia/Tokyo", "2026-05-04 23:30", "2026-05-05 00:00", "2026-05-05 09:00"},
		{"every 2 weeks, went to New York", weekly2, "America/New_York", "2026-05-12 09:00", "2026-05-18 00:00", "2026-05-18 02:00"},
		{"the clock was a year ahead", daily, "Europe/Berlin", "2026-05-04 09:00", "2027-05-05 00:00", "2026-05-05 02:00"},
		{"only by hand", core.Schedule{Frequency: core.Manual}, "Europe/Berlin", "2026-05-04 09:00", "2026-05-05 00:00", ""},
	} {
		l := linkTo("a", core.StatusOK)
		l.Offers = core.AccessMap{core.Orders: core.Read}
		item := Item{Connection: "a", Model: core.Orders, AnchorAt: at(t, "2026-05-01 09:00")}
		s := Situation{Links: []Link{l}, Location: zone(t, c.zone), Settings: []core.SyncSetting{{Model: core.Orders, Access: core.Read, Schedule: c.schedule}}}
		if c.due != "" {
			item.DueAt = at(t, c.due)
			s.Items = []Item{item}
		}
		now := at(t, c.now)
		for _, changed := range Reschedule(now, s) {
			if changed.Model == core.Orders {
				item = changed
			}
		}
		got := ""
		if !item.DueAt.IsZero() {
			got = item.DueAt.In(s.Location).Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: due %s, want %s", c.name, got, c.want)
		}
		s.Items = append(s.Items[:0], item)
		for _, again := range Reschedule(now, s) {
			if again.Model == core.Orders && c.due != "" {
				t.Errorf("%s: moved again to %v", c.name, again.DueAt)
			}
		}
	}
}

func TestRescheduleEndsAbsurdWaits(t *testing.T) {
	item := Item{Connection: "a", Model: core.Orders, AnchorAt: monday, DueAt: monday.Add(time.Hour), RetryAt: monday.AddDate(9, 0, 0)}
	for _, changed := range Reschedule(monday, Situation{Links: []Link{linkTo("a", core.StatusOK)}, Items: []Item{item}, Location: time.UTC}) {
		if changed.Model == core.Orders && !changed.RetryAt.Equal(monday.Add(longestWait)) {
			t.Errorf("retry at %v", changed.RetryAt)
		}
	}
}

func TestBackoffSteps(t *testing.T) {
	want := []time.Duration{10 * time.Second, 10 * time.Second, 30 * time.Second, 90 * time.Second, 270 * time.Second, 810 * time.Second, 30 * time.Minute, 30 * time.Minute}
	for n, w := range want {
		if got := backoff(n); got != w {
			t.Errorf("after %d failures %v, want %v", n, got, w)
		}
	}
	if backoff(1_000_000) != longestTry {
		t.Error("overflow")
	}
}
