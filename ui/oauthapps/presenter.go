package oauthapps

import "linkdesk/ui/kit"

// Address is the local address as the tab shows it.
type Address struct {
	Origin  string // "http://127.0.0.1:8787"
	On      bool
	Problem string // why it is not on; "" when somebody turned it off
}

// Core is what the tab needs of Linkdesk.
type Core interface {
	// Address returns the present state of the local address.
	Address() Address
	// TurnAddress starts or stops listening. The error says what is in the way.
	TurnAddress(on bool) error
}

// State is what the tab shows.
type State struct {
	Address Address
	Busy    bool   // being turned on or off
	Fault   string // why the last try to turn it failed
}

// Line says the address in words: "Programs on this computer use …".
func (s State) Line() string {
	switch {
	case s.Address.On:
		return kit.T("On")
	case s.Address.Problem != "":
		return kit.T("Off: {why}", "why", s.Address.Problem)
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
