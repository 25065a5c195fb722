package words

import (
	"time"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

// Problem is an error in words.
type Problem struct {
	Title   string
	Cause   string
	Button  string // the one that mends it; may be empty
	Details string // for "Copy details": class and reference, nothing secret
}

// Names fill the places in an error's words. Empty ones get a plain word.
type Names struct {
	Service string
	Data    string
	Account string // whose connection it is
	Other   string // who signed in instead
	Now     time.Time
}

// Error returns the words for an error. What the core says publicly about this
// very case stands before the general cause of its class.
func Error(err error, n Names) Problem {
	e := core.AsError(err)
	if e == nil {
		return Problem{}
	}
	text := e.Code.Text()
	args := []any{
		"service", or(n.Service, kit.T("The service")),
		"data", or(n.Data, kit.T("this data")),
		"account", or(n.Account, kit.T("another account")),
		"other", or(n.Other, kit.T("this one")),
		"time", until(e.Until, n.Now),
		"ref", e.Ref,
		"port", "",
	}
	p := Problem{Title: kit.T(text.Title, args...), Cause: kit.T(text.Cause, args...), Button: kit.T(text.Button)}
	if e.Public != "" {
		p.Cause = kit.Say(e.Public)
	}
	p.Details = string(e.Code)
	if e.Ref != "" {
		p.Details += " · " + kit.T("Reference {ref}", "ref", e.Ref)
	}
	return p
}

// Code is Error for a class alone, as a run or a health check keeps it.
func Code(c core.Code, public string, n Names) Problem { return Error(core.E(c, public, nil), n) }

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func until(t, now time.Time) string {
	if t.IsZero() {
		return kit.T("a later time")
	}
	return kit.When(t, now)
}
