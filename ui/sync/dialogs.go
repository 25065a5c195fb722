package sync

import (
	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/ui/kit"
)

// askCancel is W-21.
func (t *Tab) askCancel(id core.RunID) {
	var saved int64
	for _, p := range t.p.state.Running {
		if p.Run == id {
			saved = p.Counts.Added + p.Counts.Changed + p.Counts.Unchanged
		}
	}
	t.env.Dialogs.Show(&kit.Dialog{
		Title:   kit.T("Stop this sync?"),
		Body:    kit.N(int(saved), "{n} record is already saved and stays. The next sync continues from there.", "{n} records are already saved and stay. The next sync continues from there."),
		Buttons: []kit.DialogButton{{Title: kit.T("Stop"), Danger: true, Do: func() { t.p.Cancel(id) }}, {Title: kit.T("Continue syncing"), Enter: true, Cancel: true}},
	})
}

// askFull is W-22.
func (t *Tab) askFull(r syncing.Row) {
	m := r.Model
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.T("Read everything again?"),
		Body: kit.N(int(r.Records), "Reads all of it from the beginning and finds records that were deleted at the service. Your copy stays usable meanwhile.",
			"Reads all {n} records from the beginning and finds records that were deleted at the service. Your copy stays usable meanwhile."),
		Buttons: []kit.DialogButton{{Title: kit.T("Preview"), Enter: true, Do: func() { t.preview(m, core.Full) }},
			{Title: kit.T("Start"), Do: func() { t.p.SyncNow([]core.Model{m}, core.Full) }}, {Title: kit.T("Cancel"), Cancel: true}},
	})
}

// preview says what a sync would do before it does it (U-06).
func (t *Tab) preview(m core.Model, mode core.Mode) {
	t.env.Snacks.Show(kit.Snack{Text: kit.T("Looking at what would change…")})
	t.p.Preview(m, mode, func(c core.Counts) {
		t.env.Dialogs.Show(&kit.Dialog{
			Title: kit.T("What a sync of {data} would do", "data", kit.T(m.Title())),
			Body: kit.T("It would add {added}, change {changed} and remove {removed}; {unchanged} stay as they are. Nothing was stored.", "added", kit.Number(c.Added),
				"changed", kit.Number(c.Changed), "removed", kit.Number(c.Removed), "unchanged", kit.Number(c.Unchanged)),
			Buttons: []kit.DialogButton{{Title: kit.T("Sync now"), Do: func() { t.p.SyncNow([]core.Model{m}, mode) }}, {Title: kit.T("Close"), Enter: true, Cancel: true}},
		})
	})
}

// askHeld is W-20.
func (t *Tab) askHeld(r syncing.Row) {
	m, data := r.Model, kit.T(r.Model.Title())
	title := kit.T("Unusual removals: {data}", "data", data)
	if r.Item.HeldCount > 0 {
		title = kit.T("{n} of {m} records are gone: {data}", "n", kit.Number(r.Item.HeldCount), "m", kit.Number(r.Records), "data", data)
	}
	t.env.Dialogs.Show(&kit.Dialog{
		Title: title,
		Body:  kit.T("That is unusual. They may really be deleted, or the service sent an incomplete list. New and changed records were saved; nothing was removed."),
		Buttons: []kit.DialogButton{
			{Title: kit.T("Check again"), Enter: true, Do: func() { t.p.Decide(m, CheckAgain) }},
			{Title: kit.T("Remove them here"), Danger: true, Do: func() { t.p.Decide(m, RemoveHeld) }},
			{Title: kit.T("Keep them"), Do: func() { t.p.Decide(m, KeepHeld) }},
		},
	})
}

// askReauthorize is W-08.
func (t *Tab) askReauthorize(ids []core.ConnectionID) {
	var names string
	for i, id := range ids {
		if i > 0 {
			names += ", "
		}
		names += t.p.state.name(id)
	}
	t.env.Dialogs.Show(&kit.Dialog{
		Title: kit.N(len(ids), "{n} connection needs your permission", "{n} connections need your permission"),
		Body:  kit.T("What you chose goes further than these services have allowed so far: {names}. Until you reauthorize, they keep syncing as before.", "names", names),
		Buttons: []kit.DialogButton{{Title: kit.T("Reauthorize now"), Do: func() { t.hooks.Reauthorize(ids) }},
			{Title: kit.T("Later"), Enter: true, Cancel: true}},
		Closed: t.p.Seen,
	})
}
