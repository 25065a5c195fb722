package words

import (
	"time"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

// Connection returns the state of a connection, with what was proven and when.
func Connection(c core.Connection, s core.Status, now time.Time) kit.State {
	checked := kit.T("checked {when}", "when", kit.Ago(c.Health.OKAt, now))
	switch s {
	case core.StatusOK:
		return kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.T("Connected"), Detail: checked}
	case core.StatusStale:
		if c.Health.OKAt.IsZero() {
			return kit.State{Icon: kit.IconCheck, Tone: kit.Neutral, Word: kit.T("Connected"), Detail: kit.T("not checked yet")}
		}
		return kit.State{Icon: kit.IconCheck, Tone: kit.Neutral, Word: kit.T("Connected"), Detail: kit.T("not checked since {when}", "when", kit.Day(c.Health.OKAt, now))}
	case core.StatusScope:
		return kit.State{Icon: kit.IconAlert, Tone: kit.Attention, Word: kit.T("Needs permission"), Detail: checked}
	case core.StatusExpiring:
		return kit.State{Icon: kit.IconClock, Tone: kit.Attention, Word: kit.T("Expires {when}", "when", kit.Day(c.ExpiresAt, now)), Detail: checked}
	case core.StatusReauth:
		return kit.State{Icon: kit.IconCross, Tone: kit.Bad, Word: kit.T("Needs reauthorizing"), Detail: kit.T("last good check {when}", "when", kit.Ago(c.Health.OKAt, now))}
	case core.StatusUnreachable:
		return kit.State{Icon: kit.IconCloudOff, Tone: kit.Attention, Word: kit.T("Can't reach service"), Detail: kit.T("tried {when}", "when", kit.Ago(c.Health.CheckedAt, now))}
	case core.StatusLocked:
		return kit.State{Icon: kit.IconLock, Tone: kit.Neutral, Word: kit.T("Locked"), Detail: kit.T("the password store is not open")}
	case core.StatusPending:
		return kit.State{Busy: true, Word: kit.T("Setting up…")}
	case core.StatusPaused:
		return kit.State{Icon: kit.IconPause, Tone: kit.Neutral, Word: kit.T("Paused")}
	}
	return kit.State{Icon: kit.IconNone, Word: string(s)}
}

// MendTitle returns the one button that mends a state, or "Verify" where
// nothing needs mending.
func MendTitle(s core.Status) string {
	switch s {
	case core.StatusReauth, core.StatusScope, core.StatusExpiring:
		return kit.T("Reauthorize")
	case core.StatusUnreachable:
		return kit.T("Try again")
	case core.StatusLocked:
		return kit.T("Unlock")
	case core.StatusPaused:
		return kit.T("Resume")
	case core.StatusPending:
		return kit.T("Show window")
	}
	return kit.T("Verify")
}

// ServiceIcon returns the picture of a service.
func ServiceIcon(id, category string) kit.Icon {
	switch {
	case id == "practice":
		return kit.IconPractice
	case category == "marketing":
		return kit.IconEnvelope
	case category == "crm":
		return kit.IconCRM
	}
	return kit.IconGlobe
}

// ModelIcon returns the picture of a data model.
func ModelIcon(m core.Model) kit.Icon { return kit.Icon(m) }
