package oauthapps

import (
	"time"

	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
)

// State is what the tab shows. A presenter never changes one that it has shown.
type State struct {
	Address Address
	Busy    bool   // the address is being turned on or off
	Fault   string // why the last try to turn it failed

	Loading bool
	Err     error
	Apps    []App
	Filter  Filter
	Open    authserver.AppID // beside the list; "" none
	Detail  Detail
}

// App is an app with the access it was given and the last thing it read.
type App struct {
	authserver.App
	Grants []authserver.Grant // newest first, also those that ended
	Last   authserver.Read    // ID 0: it has read nothing
}

// Detail is what only the open app shows.
type Detail struct {
	App   authserver.AppID // whose; another than State.Open while it is loaded
	Setup authserver.Setup
	Reads []authserver.Read // newest first
	More  bool              // there are older ones
}

// Filter is a chip above the list.
type Filter string

// The filters.
const (
	All    Filter = ""
	Active Filter = "active"
	Never  Filter = "never"
	Paused Filter = "paused"
)

// Live returns the access that the app has at present.
func (a App) Live(now time.Time) []authserver.Grant {
	var live []authserver.Grant
	for _, g := range a.Grants {
		if g.Live(now) {
			live = append(live, g)
		}
	}
	return live
}

// In reports whether the app is among those of a filter.
func (a App) In(f Filter, now time.Time) bool {
	switch f {
	case Active:
		return !a.Paused && len(a.Live(now)) > 0
	case Never:
		return a.LastUsed.IsZero()
	case Paused:
		return a.Paused
	}
	return true
}

// Find returns an app.
func (s State) Find(id authserver.AppID) (App, bool) {
	for _, a := range s.Apps {
		if a.ID == id {
			return a, true
		}
	}
	return App{}, false
}

// Line says in words whether the address is on.
func (s State) Line() string {
	switch {
	case s.Address.On:
		return kit.T("On")
	case s.Address.Problem != "":
		return kit.T("Off: {why}", "why", kit.Say(s.Address.Problem))
	}
	return kit.T("Off")
}

// Toggle is the title of the button beside it.
func (s State) Toggle() string {
	switch {
	case s.Address.On:
		return kit.T("Turn off")
	case s.Address.Problem != "":
		return kit.T("Try again")
	}
	return kit.T("Turn on")
}
