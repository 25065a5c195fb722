package ui

import (
	"time"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

// Facts are what the overall state is derived from: the one picture behind the
// line above the tabs, the tray icon, its first row and the numbers on the tabs.
type Facts struct {
	Now         time.Time
	Connections []ConnectionFact
	Running     []RunFact
	Waiting     []WaitFact
	Paused      bool
	PausedUntil time.Time // zero: until resumed
	Locked      bool      // the vault waits for the person
	VaultChoice bool      // the person has to say how sign-ins are protected
	KeyLost     bool      // the key to the sign-ins is gone
	LastSync    time.Time // the last that went well
	NextSync    time.Time
	Held        int // data models with removals that wait for a yes
	Failing     int // data models of which the last run did not get everything
	OnSync      int // of those, the ones with a cause that is mended on the Sync tab
	AppsOrigin  string
	AppsOn      bool
	AppsProblem string   // why the local address is off; "" when somebody turned it off
	Asking      []string // the apps whose questions wait, the first asked first
}

// ConnectionFact is one connection in the overall state.
type ConnectionFact struct {
	ID     core.ConnectionID
	Name   string
	Status core.Status
}

// RunFact is a sync that is under way.
type RunFact struct {
	Connection string
	Model      core.Model
	Read       int64
}

// WaitFact is a service that asked us to wait.
type WaitFact struct {
	Service string
	Until   time.Time
}

// Mood is the overall state in one word: which tray icon is shown.
type Mood string

// The moods, each with an icon of its own shape (product T01).
const (
	MoodOK        Mood = "ok"
	MoodSyncing   Mood = "syncing"
	MoodPaused    Mood = "paused"
	MoodAttention Mood = "attention"
	MoodOffline   Mood = "offline"
)

// Problem is something that waits for the person, one row of the tray menu.
type Problem struct {
	Text       string
	Connection core.ConnectionID // "": opens the Sync tab
}

// Mood derives the overall state, most urgent first.
func (f Facts) Mood() Mood {
	switch {
	case f.VaultChoice || f.KeyLost || f.Locked || len(f.Problems()) > 0:
		return MoodAttention
	case len(f.Running) > 0:
		return MoodSyncing
	case f.Failing > 0 && !f.Paused:
		return MoodAttention
	case f.Paused:
		return MoodPaused
	case f.allUnreachable():
		return MoodOffline
	}
	return MoodOK
}

// Fresh reports whether everything is copied and nothing is in the way: only
// then a green tick tells the truth.
func (f Facts) Fresh() bool {
	return f.Mood() == MoodOK && len(f.Connections) > 0 && len(f.Waiting) == 0 && !f.LastSync.IsZero()
}

func (f Facts) allUnreachable() bool {
	for _, c := range f.Connections {
		if c.Status != core.StatusUnreachable {
			return false
		}
	}
	return len(f.Connections) > 0
}

// Problems lists what waits for the person, connections first.
func (f Facts) Problems() []Problem {
	var all []Problem
	for _, c := range f.Connections {
		switch c.Status {
		case core.StatusReauth:
			all = append(all, Problem{kit.T("{name} needs reauthorizing", "name", c.Name), c.ID})
		case core.StatusScope:
			all = append(all, Problem{kit.T("{name} needs a permission", "name", c.Name), c.ID})
		case core.StatusExpiring:
			all = append(all, Problem{kit.T("{name} soon needs a new sign-in", "name", c.Name), c.ID})
		}
	}
	if f.Held > 0 {
		all = append(all, Problem{Text: kit.T("Unusual removals need your OK")})
	}
	return all
}

// Sentence says the overall state: the line above the tabs and the first row
// of the tray menu.
func (f Facts) Sentence() string {
	switch {
	case f.VaultChoice:
		return kit.T("Choose how your sign-ins are protected")
	case f.KeyLost:
		return kit.T("The key to your sign-ins is missing")
	case len(f.Running) > 0:
		r := f.Running[0]
		return kit.T("Syncing {data} from {name}…", "data", kit.T(r.Model.Title()), "name", r.Connection)
	case f.Paused && f.PausedUntil.IsZero():
		return kit.T("Paused until you resume")
	case f.Paused:
		return kit.T("Paused until {time}", "time", kit.When(f.PausedUntil, f.Now))
	case f.Locked:
		return kit.T("Your sign-ins are locked")
	}
	if n := f.needing(); n > 0 {
		return kit.N(n, "{n} connection needs you", "{n} connections need you")
	}
	switch {
	case f.Held > 0:
		return kit.T("Unusual removals need your OK")
	case len(f.Waiting) > 0:
		return kit.T("Waiting for {service} until {time}", "service", f.Waiting[0].Service, "time", kit.When(f.Waiting[0].Until, f.Now))
	case len(f.Connections) == 0:
		return kit.T("Nothing connected yet")
	case f.allUnreachable():
		return kit.T("Offline · data as of {when}", "when", kit.When(f.LastSync, f.Now))
	case f.Failing > 0:
		return kit.N(f.Failing, "{n} kind of data was not fully synced", "{n} kinds of data were not fully synced")
	case f.LastSync.IsZero():
		return kit.T("Connected · not synced yet")
	}
	return kit.T("Up to date · last sync {when}", "when", kit.When(f.LastSync, f.Now))
}

func (f Facts) needing() int {
	n := 0
	for _, c := range f.Connections {
		if c.Status.NeedsPerson() && c.Status != core.StatusLocked {
			n++
		}
	}
	return n
}

// Foot is the line at the bottom of the window.
func (f Facts) Foot() string {
	last, next := kit.T("No sync yet"), kit.T("no sync planned")
	if !f.LastSync.IsZero() {
		last = kit.T("Last sync {when}", "when", kit.When(f.LastSync, f.Now))
	}
	if !f.NextSync.IsZero() && !f.Paused {
		next = kit.T("next sync {when}", "when", kit.When(f.NextSync, f.Now))
	}
	return last + " · " + next
}

// TabNumbers are the figures in the titles of the Sync and Connections tabs:
// how many things there wait for the person. What a connection is the cause of
// counts there and nowhere else.
func (f Facts) TabNumbers() (sync, connections int) { return f.Held + f.OnSync, f.needing() }
