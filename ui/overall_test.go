package ui

import (
	"bytes"
	"image/png"
	"runtime"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
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
		{"locked", Facts{Connections: conns(core.StatusLocked), Locked: true}, MoodAttention, "Your sign-ins are locked"},
		{"waiting", Facts{Connections: ok, Waiting: []WaitFact{{"Shopify", noon.Add(2 * time.Hour)}}}, MoodOK, "Waiting for Shopify until 14:00"},
		{"failed", Facts{Connections: ok, Failing: 2, LastSync: noon}, MoodAttention, "2 kinds of data were not fully synced"},
		{"failed, tried again", Facts{Connections: ok, Failing: 1, Running: []RunFact{{"Shop A", core.Orders, 5}}}, MoodSyncing, "Syncing Orders from Shop A…"},
		{"key lost", Facts{KeyLost: true}, MoodAttention, "The key to your sign-ins is missing"},
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

// A dead sign-in stops five kinds of data: that is one thing to do, and it is
// done on the Connections tab.
func TestOneProblemCountsOnOneTab(t *testing.T) {
	failed := func(code core.Code) (rows []syncing.Row) {
		for _, m := range core.Models() {
			rows = append(rows, syncing.Row{Model: m, Status: syncing.StatusFailed, Item: syncing.Item{LastCode: code}})
		}
		return rows
	}
	held := []syncing.Row{{Model: core.Orders, Status: syncing.StatusHeld}, {Model: core.Stores, Status: syncing.StatusOK}}
	partly := []syncing.Row{{Model: core.Orders, Status: syncing.StatusPartial, Item: syncing.Item{LastCode: core.CodeDataUnexpected}}}
	for _, c := range []struct {
		name                string
		status              core.Status
		rows                []syncing.Row
		sync, conns, failed int
	}{
		{"dead sign-in", core.StatusReauth, failed(core.CodeReauthRequired), 0, 1, 5},
		{"dead, as the run before said otherwise", core.StatusReauth, failed(core.CodeInternal), 0, 1, 5},
		{"the service is down", core.StatusOK, failed(core.CodeServiceDown), 0, 0, 5},
		{"odd data", core.StatusOK, partly, 1, 0, 1},
		{"held", core.StatusOK, held, 1, 0, 0},
		{"all is well", core.StatusOK, held[1:], 0, 0, 0},
	} {
		f := Facts{Connections: conns(c.status)}
		var all []copyOf
		for _, r := range c.rows {
			all = append(all, copyOf{r, c.status}, copyOf{r, c.status}) // two shops alike are one row of the tab
		}
		f.fromCopies(all)
		sync, connections := f.TabNumbers()
		if sync != c.sync || connections != c.conns || f.Failing != c.failed {
			t.Errorf("%s: Sync (%d), Connections (%d), %d failing; want %d, %d, %d", c.name, sync, connections, f.Failing, c.sync, c.conns, c.failed)
		}
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
	if !rows[5].Line {
		t.Errorf("nobody asks, but the menu says %q", rows[5].Title)
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

// A green tick beside words that say otherwise would lie (product P-05).
func TestOnlyAFreshCopyHasAGreenTick(t *testing.T) {
	good := Facts{Now: noon, Connections: conns(core.StatusOK), LastSync: noon}
	if s := moodState(good); s.Icon != kit.IconCheck || s.Tone != kit.Good {
		t.Errorf("a fresh copy shows %+v", s)
	}
	for name, change := range map[string]func(*Facts){
		"nothing connected":    func(f *Facts) { f.Connections = nil },
		"never synced":         func(f *Facts) { f.LastSync = time.Time{} },
		"failed":               func(f *Facts) { f.Failing = 1 },
		"held":                 func(f *Facts) { f.Held = 1 },
		"service asks to wait": func(f *Facts) { f.Waiting = []WaitFact{{"Shopify", noon.Add(time.Hour)}} },
		"locked":               func(f *Facts) { f.Locked = true },
		"paused":               func(f *Facts) { f.Paused = true },
		"unreachable":          func(f *Facts) { f.Connections = conns(core.StatusUnreachable) },
	} {
		f := good
		change(&f)
		if s := moodState(f); s.Icon == kit.IconCheck || s.Tone == kit.Good {
			t.Errorf("%s: %q has a green tick", name, s.Word)
		}
	}
}

func TestTheFootTellsWhetherAppsCanReachUs(t *testing.T) {
	f := Facts{AppsOrigin: "http://127.0.0.1:8787"}
	if got := appsLine(f); got != "Apps address is off" {
		t.Error(got)
	}
	f.AppsOn = true
	if got := appsLine(f); got != "Apps address http://127.0.0.1:8787 is on" {
		t.Error(got)
	}
	f.AppsOn, f.AppsProblem = false, "Another program uses port 8787."
	if got := appsLine(f); got != "Apps address is off: Another program uses port 8787." {
		t.Error(got)
	}
}

func TestOnlyASyncThatBroughtDataIsTheLast(t *testing.T) {
	run := func(s core.RunStatus, ended time.Time) core.Run { return core.Run{Status: s, EndedAt: ended} }
	runs := []core.Run{run(core.RunRunning, time.Time{}), run(core.RunCancelled, noon), run(core.RunFailed, noon.Add(-time.Hour)), run(core.RunOK, noon.Add(-2*time.Hour))}
	if got := lastGood(runs); !got.Equal(noon.Add(-2 * time.Hour)) {
		t.Error(got)
	}
	if got := lastGood(runs[:3]); !got.IsZero() {
		t.Error(got)
	}
}

// Fyne draws an SVG for the tray on another goroutine than the window's, which
// can end the program; a picture that is drawn already it only hands on.
func TestTheTrayGetsPictures(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("its tray takes the SVG itself")
	}
	kittest.NewEnv(t)
	seen := map[string]Mood{}
	for _, m := range []Mood{MoodOK, MoodSyncing, MoodPaused, MoodAttention, MoodOffline} {
		img, err := png.Decode(bytes.NewReader(trayIcon(m).Content()))
		if err != nil {
			t.Fatalf("%s: %v", m, err)
		}
		if img.Bounds().Dx() != 64 || img.Bounds().Dy() != 64 {
			t.Errorf("%s is %v", m, img.Bounds())
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
			t.Errorf("%s has a ground", m)
		}
		if other, same := seen[string(trayIcon(m).Content())]; same {
			t.Errorf("%s looks as %s", m, other)
		}
		seen[string(trayIcon(m).Content())] = m
	}
}
