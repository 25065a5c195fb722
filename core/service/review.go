package service

import (
	"slices"
	"strings"

	"linkdesk/core"
)

// LevelChoice is one entry of the select in which a person chooses the access
// to a data model.
type LevelChoice struct {
	Level   core.Access
	Allowed bool
	Reason  string // why not; or, when allowed, what else the service then permits; may be empty
}

// LevelsFor returns all four levels for a model, smallest first.
func (m *Manifest) LevelsFor(model core.Model) []LevelChoice {
	var choices []LevelChoice
	for _, l := range core.AccessLevels() {
		c := LevelChoice{Level: l, Allowed: m.Offers(model, l)}
		switch {
		case !c.Allowed:
			c.Reason = m.whyNot(model, l)
		case l == core.Write && m.Access.WriteImpliesRead && m.Access.Granularity != "none":
			c.Reason = m.Name + " does not offer write without read. It will permit both; Linkdesk does not read."
		}
		choices = append(choices, c)
	}
	return choices
}

// whyNot says why a level is not offered.
func (m *Manifest) whyNot(model core.Model, l core.Access) string {
	data := m.Models[model]
	name := strings.ToLower(model.Title())
	switch {
	case !data.IsSupported() && data != nil && data.Reason != "":
		return data.Reason
	case !data.IsSupported():
		return m.Name + " has no " + name + "."
	case l == core.Write && m.Offers(model, core.ReadWrite):
		return m.Name + " does not offer write without read."
	case l.CanWrite():
		return m.Name + " does not let other programs change " + name + "."
	}
	return m.Name + " does not let other programs read " + name + "."
}

// The states of a ReviewRow: what becomes of its permission on reauthorizing.
const (
	StateNone     = ""                 // nothing is asked and nothing was given
	StateGiven    = "given"            // the service gave it before
	StateNew      = "new"              // it will be asked for now
	StateUnneeded = "no longer needed" // it was given, and will be given back
)

// ReviewRow is one line of the permission review (product W-01).
type ReviewRow struct {
	Model   core.Model
	Title   string      // "Orders"
	Access  core.Access // what is used: the chosen level, or the part of it that the service offers
	Words   string      // "See your orders"; empty when nothing is asked
	Scopes  []string    // what is asked for at the service; nil where it has no scopes
	State   string      // StateGiven, StateNew, StateUnneeded or StateNone
	Dropped []string    // given before and no longer needed
	Reason  string      // why the chosen level is not used as it is, or what else the service permits; may be empty
}

// Review returns one row for each data model. Granted is what the service gave
// at the last sign-in: nil for a new connection, where all that is asked is
// new; empty, not nil, when signing in again at a service that does not say.
func (m *Manifest) Review(access core.AccessMap, granted []string) []ReviewRow {
	excess := m.Excess(access, granted)
	var rows []ReviewRow
	for _, model := range core.Models() {
		chosen := access.Of(model)
		row := ReviewRow{Model: model, Title: model.Title(), Access: m.Offered(model, chosen)}
		row.Words = m.words(model, row.Access)
		row.Reason = m.reason(model, chosen)
		if m.Models[model].IsSupported() {
			row.Scopes = m.scopes(model, m.asked(access, model))
			for _, s := range m.scopes(model, core.ReadWrite) {
				if slices.Contains(excess, s) {
					row.Dropped = append(row.Dropped, s)
				}
			}
		}
		row.State = m.state(row, granted)
		rows = append(rows, row)
	}
	return rows
}

func (m *Manifest) state(row ReviewRow, granted []string) string {
	switch {
	case row.Access == core.Disabled && len(row.Dropped) > 0:
		return StateUnneeded
	case row.Access == core.Disabled:
		return StateNone
	case granted == nil,
		row.Access.CanRead() && !m.holds(row.Model, core.Read, granted),
		row.Access.CanWrite() && !m.holds(row.Model, core.Write, granted):
		return StateNew
	}
	return StateGiven
}

// words says in a sentence what a level lets Linkdesk do.
func (m *Manifest) words(model core.Model, l core.Access) string {
	name := strings.ToLower(model.Title())
	read, write := "See your "+name, "Create and change your "+name
	if data := m.Models[model]; data != nil {
		if data.ScopeText.Read != "" {
			read = data.ScopeText.Read
		}
		if data.ScopeText.Write != "" {
			write = data.ScopeText.Write
		}
	}
	switch l {
	case core.Read:
		return read
	case core.Write:
		return write
	case core.ReadWrite:
		return read + "; " + strings.ToLower(write[:1]) + write[1:]
	}
	return ""
}

func (m *Manifest) reason(model core.Model, chosen core.Access) string {
	if chosen == core.Disabled && m.Models[model].IsSupported() {
		return ""
	}
	if chosen == core.Disabled {
		chosen = core.Read // say why there is nothing to choose
	}
	for _, c := range m.LevelsFor(model) {
		if c.Level == chosen {
			return c.Reason
		}
	}
	return ""
}

// AccessNote returns the honest sentence for the permission review where the
// service cannot narrow access as chosen (product C06); empty where it can.
// The manifest's own note comes first.
func (m *Manifest) AccessNote() string {
	switch {
	case m.Access.Note != "":
		return m.Access.Note
	case m.Access.Granularity == "none":
		return m.Name + " does not offer smaller permissions. It will ask for full access. Linkdesk uses only what you chose here."
	case m.Access.Granularity == "account":
		return m.Name + " has one permission for all data: it will ask for the highest level you chose here. Linkdesk uses only what you chose."
	case m.Access.EnforcedBy == "app":
		return m.Name + " does not hold Linkdesk to these levels. Linkdesk keeps to them itself."
	}
	return ""
}
