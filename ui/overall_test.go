package ui

import (
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

var noon = time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC)

func conns(states ...core.Status) []ConnectionFact {
	var all []ConnectionFact
	for i, s := range states {
		all = append(all, ConnectionFact{ID: core.ConnectionID(rune('a' + i)), Name: "Shop " + string(rune('A'+i)), Status: s})
	}
	return all
}

func TestOverallState(t *testing.T) {
	ok := conns(core.StatusOK)
	for _, c := range []struct {
		name     string
		facts    Facts
		mood     Mood
		sentence string
	}{
		{"first day", Facts{}, MoodOK, "Nothing connected yet"},
		{"fresh", Facts{Connections: ok}, MoodOK, "Connected · not synced yet"},
		{"good", Facts{Connections: ok, LastSync: noon.Add(-10 * time.Hour)}, MoodOK, "Up to date · last sync 02:00"},
		{"running", Facts{Connections: ok, Running: []RunFact{{"Shop A", core.Orders, 5}}}, MoodSyncing, "Syncing Orders from Shop A…"},
		{"one dead", Facts{Connections: conns(core.StatusOK, core.StatusReauth)}, MoodAttention, "1 connection needs you"},
		{"three", Facts{Connections: conns(core.StatusScope, core.StatusReauth, core.StatusExpiring)}, MoodAttention, "3 connections need you"},
		{"dead beats paused", Facts{Connections: conns(core.StatusReauth), Paused: true}, MoodAttention, "Paused until you resume"},
		{"paused", Facts{Connections: ok, Paused: true, PausedUntil: noon.Add(210 * time.Minute)}, MoodPaused, "Paused until 15:30"},
		{"offline", Facts{Connections: conns(core.StatusUnreachable), LastSync: noon.Add(-15 * time.Hour)}, MoodOffline, "Offline · data as of yesterday 21:00"},
		{"held", Facts{Connections: ok, Held: 1}, MoodAttention, "Unusual removals need your OK"},
		{"locked", Facts{Connections: conns(core.StatusLocked), Locked: true}, MoodOK, "Waiting for the password store of this computer"},
		{"waiting", Facts{Connections: ok, Waiting: []WaitFact{{"Shopify", noon.Add(2 * time.Hour)}}}, MoodOK, "Waiting for Shopify until 14:00"},
		{"failed", Facts{Connections: ok, Failing: 2, LastSync: noon}, MoodOK, "2 kinds of data could not be synced"},
		{"choose", Facts{VaultChoice: true}, MoodAttention, "Choose how your sign-ins are protected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.facts.Now = noon
			if got := c.facts.Mood(); got != c.mood {
				t.Errorf("mood %q, want %q", got, c.mood)
			}
			if got := c.facts.Sentence(); got != c.sentence {
				t.Errorf("sentence %q, want %q", got, c.sentence)
			}
		})
	}
}

func TestTrayMenuSaysTheStateFirstAndNamesThreeProblems(t *testing.T) {
	f := Facts{Now: noon, Connections: conns(core.StatusReauth, core.StatusReauth, core.StatusReauth, core.StatusReauth, core.StatusReauth)}
	var shown core.ConnectionID
	rows := TrayMenu(f, TrayActions{Show: func(id core.ConnectionID) { shown = id }, Open: func() {}})
	if rows[0].Title != "5 connections need you" || rows[0].Do != nil {
		t.Errorf("first row %+v", rows[0])
	}
	rows[2].Do()
	if shown != "b" {
		t.Errorf("the second problem opened %q", shown)
	}
	if rows[4].Title != "2 more…" {
		t.Errorf("after three problems: %q", rows[4].Title)
	}
	if last := rows[len(rows)-1]; !last.Quit {
		t.Errorf("last row %+v", last)
	}
}

func TestTrayPauseBecomesResume(t *testing.T) {
	f := Facts{Now: noon, Connections: conns(core.StatusOK, core.StatusOK)}
	titles := func(f Facts) string {
		var all []string
		for _, r := range TrayMenu(f, TrayActions{}) {
			all = append(all, r.Title)
		}
		return strings.Join(all, "|")
	}
	if got := titles(f); !strings.Contains(got, "Pause syncing") || strings.Contains(got, "Resume") {
		t.Error(got)
	}
	f.Paused, f.PausedUntil = true, noon.Add(time.Hour)
	if got := titles(f); !strings.Contains(got, "Resume syncing (until 13:00)") || strings.Contains(got, "Pause syncing") {
		t.Error(got)
	}
	var until time.Time
	f.Paused = false
	for _, r := range TrayMenu(f, TrayActions{PauseFor: func(u time.Time) { until = u }}) {
		if r.Title == "Pause syncing" {
			r.Items[1].Do()
		}
	}
	if want := time.Date(2026, 11, 13, 6, 0, 0, 0, time.UTC); !until.Equal(want) {
		t.Errorf("until tomorrow is %v", until)
	}
}
