package sync

import (
	"slices"

	"time"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// runRows turns runs into what the lower list shows.
func runRows(s State, now time.Time) []kit.Row {
	var all []kit.Row
	for _, r := range s.Runs {
		sum := total(r)
		row := kit.Row{
			ID: string(r.ID), Name: kit.Ago(r.StartedAt, now), Second: s.name(r.Connection) + " · " + kindTitle(r), Status: runState(r),
			Figures: []string{kit.Number(sum.Added), kit.Number(sum.Changed), kit.Number(sum.Removed), took(r)},
		}
		if !r.Status.Ended() {
			row.Action = kit.T("Cancel")
		}
		all = append(all, row)
	}
	return all
}

// goesOn reports whether a run has not ended yet.
func (s State) goesOn(id core.RunID) bool {
	return slices.ContainsFunc(s.Runs, func(r core.Run) bool { return r.ID == id && !r.Status.Ended() })
}

// name returns the name of a connection; one that was deleted has none.
func (s State) name(id core.ConnectionID) string {
	for _, c := range s.Connections {
		if c.ID == id {
			return c.Name
		}
	}
	return kit.T("deleted connection")
}

func (s State) service(id core.ConnectionID) string {
	for _, c := range s.Connections {
		if c.ID == id {
			return c.Service
		}
	}
	return ""
}

func total(r core.Run) core.Counts {
	var sum core.Counts
	for _, m := range r.Models {
		sum.Add(m.Counts)
	}
	return sum
}

func took(r core.Run) string {
	if r.EndedAt.IsZero() {
		return "–"
	}
	return kit.Took(r.EndedAt.Sub(r.StartedAt))
}

func kindTitle(r core.Run) string {
	kind := map[core.RunKind]string{core.KindAutomatic: kit.T("Automatic"), core.KindCatchUp: kit.T("Catch-up"),
		core.KindManual: kit.T("Manual"), core.KindResumed: kit.T("Continued")}[r.Kind]
	if r.Mode == core.Full {
		kind += ", " + kit.T("everything again")
	}
	return kind
}

// runState is the state of a run, with how many of its models failed.
func runState(r core.Run) kit.State {
	bad := 0
	for _, m := range r.Models {
		if m.Status != core.RunOK {
			bad++
		}
	}
	detail := kit.T("{n} of {m} not done", "n", bad, "m", len(r.Models))
	return resultState(r.Status, detail)
}

// resultState is the state of a run, or of one data model of it.
func resultState(s core.RunStatus, detail string) kit.State {
	switch s {
	case core.RunOK:
		return kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.T("Done")}
	case core.RunRunning:
		return kit.State{Busy: true, Tone: kit.Info, Word: kit.T("Syncing")}
	case core.RunQueued:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Queued")}
	case core.RunPartial:
		return kit.State{Icon: kit.IconAlert, Tone: kit.Attention, Word: kit.T("Partly done"), Detail: detail}
	case core.RunRateLimited:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Service asked us to wait"), Detail: detail}
	case core.RunInterrupted:
		return kit.State{Icon: kit.IconClock, Tone: kit.Neutral, Word: kit.T("Interrupted"), Detail: kit.T("will continue")}
	case core.RunHeld:
		return kit.State{Icon: kit.IconHand, Tone: kit.Attention, Word: kit.T("Held"), Detail: kit.T("removals need your OK")}
	case core.RunCancelled:
		return kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: kit.T("Cancelled"), Detail: kit.T("what was saved stays")}
	}
	return kit.State{Icon: kit.IconCross, Tone: kit.Bad, Word: kit.T("Failed"), Detail: detail}
}

// runDetail is what happened in a run, data model by data model.
func runDetail(s State, r core.Run, now time.Time, copyText func(string)) kit.Detail {
	d := kit.Detail{Icon: kit.IconSync, Title: s.name(r.Connection), Second: kit.Exact(r.StartedAt, now) + " · " + kindTitle(r), Status: runState(r)}
	for _, m := range r.Models {
		sec := kit.Section{Title: kit.T(m.Model.Title()), Lines: []kit.Line{{Label: kit.T("Result"), State: resultState(m.Status, "")}}}
		c := m.Counts
		for _, f := range []struct {
			title string
			n     int64
		}{{kit.T("Read"), c.Read}, {kit.T("Added"), c.Added}, {kit.T("Changed"), c.Changed}, {kit.T("Removed"), c.Removed}, {kit.T("Unchanged"), c.Unchanged}, {kit.T("Not understood"), c.Failed}} {
			if f.n > 0 {
				sec.Lines = append(sec.Lines, kit.Line{Label: f.title, Value: kit.Number(f.n)})
			}
		}
		if m.Code != "" {
			p := words.Code(m.Code, m.Public, words.Names{Service: s.service(r.Connection), Data: kit.T(m.Model.Title()), Now: now})
			sec.Lines = append(sec.Lines, kit.Line{Label: kit.T("What happened"), Value: p.Title + ". " + p.Cause})
			if m.Ref != "" {
				text := m.Ref + " " + string(m.Code) + " " + string(r.ID)
				sec.Lines = append(sec.Lines, kit.Line{Label: kit.T("Reference"), Value: m.Ref, Mono: true, Do: kit.Action{Title: kit.T("Copy details"), Do: func() { copyText(text) }}})
			}
		}
		d.Sections = append(d.Sections, sec)
	}
	return d
}
