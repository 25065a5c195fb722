package connections

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/ui/kit"
)

// done is step 5, W-03; after signing in again W-10.
func (v *flowView) done(f Flow) *kit.Dialog {
	c := f.Result.Connection
	icon, tone := kit.IconCheck, kit.Good
	title := kit.T("“{name}” is connected", "name", shortTo(c.Name, 34))
	switch {
	case len(f.Result.Missing) > 0:
		title, icon, tone = kit.T("Connected, with fewer permissions"), kit.IconAlert, kit.Attention
	case !f.Result.Created:
		title = kit.T("“{name}” works again", "name", shortTo(c.Name, 34))
	}
	body := kit.VStack(kit.GapGroup, container.NewCenter(kit.NewIcon(icon, tone.Color(), 48)),
		centred(kit.T("Signed in as **{account}**. Checked just now:", "account", c.AccountName)), container.NewCenter(v.proof(f)))
	if len(f.Result.Missing) > 0 {
		body.Add(centred(kit.T("{service} did not give: **{data}**. Everything else works. You can allow it later with “Reauthorize”.", "service", f.Service.Name, "data", titles(f.Result.Missing))))
	}
	copyNow := kit.NewCheck(copyTitle(f), nil)
	copyNow.SetChecked(true)
	foot := kit.VStack(kit.GapTight, container.NewCenter(copyNow))
	if v.t.hooks.NextSync != nil {
		if at := v.t.hooks.NextSync(c.ID); !at.IsZero() {
			foot.Add(kit.NewSecondary(kit.T("Next automatic sync: {when}.", "when", kit.When(at, v.t.env.Now()))).Center())
		}
	}
	body.Add(foot)
	v.finish = func() {
		if copyNow.Checked {
			v.t.hooks.OnSync(c.ID)
		}
	}
	d := &kit.Dialog{Title: title, Content: v.step(f.caption(), container.NewCenter(kit.Width(stepWidth-64, body))), Buttons: []kit.DialogButton{{Title: kit.T("Done"), Enter: true}}}
	if v.t.hooks.Settings != nil {
		d.Buttons = append(d.Buttons, kit.DialogButton{Title: kit.T("See what will be copied"), Do: func() { v.t.hooks.Settings(c.ID) }})
	}
	return d
}

func copyTitle(f Flow) string {
	if f.Result.Created {
		return kit.T("Copy the data now")
	}
	return kit.T("Catch up now with what was missed")
}

// proof has one line for each kind of data that was tried, in two columns.
func (v *flowView) proof(f Flow) fyne.CanvasObject {
	grid := container.NewGridWithColumns(2)
	for _, c := range f.Result.Checks {
		st := checkState(f.Service, c, v.t.env.Now())
		st.Word, st.Detail = kit.T(c.Model.Title()), st.Word
		if c.OK {
			st.Detail = ""
			if c.Proof != "" {
				st.Detail = kit.T("saw {what}", "what", c.Proof)
			}
		}
		grid.Add(container.NewGridWrap(fyne.NewSize(220, 28), kit.NewStatusLine(st)))
	}
	if len(f.Result.Checks) == 0 {
		return kit.NewSecondary(kit.T("Nothing is read with these settings.")).Whole()
	}
	return grid
}
