package ui

import (
	"time"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

// TrayRow is one line of the tray menu.
type TrayRow struct {
	Title string
	Do    func()    // nil: text only
	Line  bool      // a line between groups
	Items []TrayRow // a submenu
	Quit  bool
}

// TrayActions are what the tray menu (and the gear menu, which repeats it) can do.
type TrayActions struct {
	Open     func()
	Show     func(core.ConnectionID) // opens that connection; "" the Sync tab
	SyncAll  func()
	SyncOne  func(core.ConnectionID)
	PauseFor func(until time.Time) // zero: until resumed
	Resume   func()
	Quit     func()
}

// mostProblems is how many problems the menu names; the rest is a number.
const mostProblems = 3

// TrayMenu derives the menu from the facts (product 5.4).
func TrayMenu(f Facts, do TrayActions) []TrayRow {
	rows := []TrayRow{{Title: f.Sentence()}}
	problems := f.Problems()
	for i, p := range problems {
		if i == mostProblems {
			rows = append(rows, TrayRow{Title: kit.T("{n} more…", "n", len(problems)-i), Do: do.Open})
			break
		}
		rows = append(rows, TrayRow{Title: "! " + p.Text, Do: func() { do.Show(p.Connection) }})
	}
	for _, app := range f.Asking {
		rows = append(rows, TrayRow{Title: "? " + kit.T("{app} asks for access", "app", app), Do: do.Open}) // the question lies over the window
	}
	rows = append(rows, TrayRow{Line: true}, TrayRow{Title: kit.T("Open Linkdesk"), Do: do.Open})
	if len(f.Connections) > 0 {
		rows = append(rows, syncRow(f, do), pauseRow(f, do))
	}
	return append(rows, TrayRow{Line: true}, TrayRow{Title: kit.T("Quit"), Do: do.Quit, Quit: true})
}

func syncRow(f Facts, do TrayActions) TrayRow {
	row := TrayRow{Title: kit.T("Sync now"), Do: do.SyncAll}
	if len(f.Connections) < 2 {
		return row
	}
	row.Do, row.Items = nil, []TrayRow{{Title: kit.T("All"), Do: do.SyncAll}}
	for _, c := range f.Connections {
		row.Items = append(row.Items, TrayRow{Title: c.Name, Do: func() { do.SyncOne(c.ID) }})
	}
	return row
}

func pauseRow(f Facts, do TrayActions) TrayRow {
	if f.Paused && f.PausedUntil.IsZero() {
		return TrayRow{Title: kit.T("Resume syncing"), Do: do.Resume}
	}
	if f.Paused {
		return TrayRow{Title: kit.T("Resume syncing (until {time})", "time", kit.When(f.PausedUntil, f.Now)), Do: do.Resume}
	}
	return TrayRow{Title: kit.T("Pause syncing"), Items: []TrayRow{
		{Title: kit.T("1 hour"), Do: func() { do.PauseFor(f.Now.Add(time.Hour)) }},
		{Title: kit.T("Until tomorrow"), Do: func() { do.PauseFor(tomorrow(f.Now)) }},
		{Title: kit.T("Until I resume"), Do: func() { do.PauseFor(time.Time{}) }},
	}}
}

// tomorrow is the next local morning, 06:00.
func tomorrow(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day()+1, 6, 0, 0, 0, now.Location())
}
