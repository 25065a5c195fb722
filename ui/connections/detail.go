package connections

import (
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// acts is what can be done with the connection in the pane.
type acts struct {
	Mend, Verify func()
	Browse       func(core.Model) // nil: records cannot be looked at from here
	Copy         func(string)
}

// detail turns one connection into what the pane beside the list shows.
func detail(s State, v connection.View, now time.Time, do acts) kit.Detail {
	d := kit.Detail{Icon: words.ServiceIcon(v.Service.ID, v.Service.Category), Title: v.Name, Second: second(v), Status: status(s, v, now)}
	if n := notice(v, now); n != nil && !s.Checking[v.ID] {
		if mend := words.MendTitle(v.Status); v.Status.Rank() < core.StatusStale.Rank() {
			n.Actions = []kit.Action{{Title: mend, Primary: true, Do: do.Mend}}
		}
		d.Notice = n
	}
	if v.Status != core.StatusUnreachable && v.Status != core.StatusLocked { // their own button does the same, or it cannot be done
		d.Actions = []kit.Action{{Title: kit.T("Verify"), Do: do.Verify}}
	}
	d.Sections = append(d.Sections, overview(v, now))
	if checks := checks(s, v, now); len(checks.Lines) > 0 {
		d.Sections = append(d.Sections, checks)
	}
	d.Sections = append(d.Sections, given(v), synced(v, do), advanced(v, do))
	return d
}

// notice says in one sentence what a state that is not well means.
func notice(v connection.View, now time.Time) *kit.Notice {
	n := words.Names{Service: v.Service.Name, Now: now}
	switch v.Status {
	case core.StatusReauth:
		p := words.Code(v.Health.Code, "", n)
		return &kit.Notice{Tone: kit.Bad, Text: "**" + p.Title + ".** " + kit.T("Your settings and data are kept.")}
	case core.StatusScope:
		return &kit.Notice{Tone: kit.Attention, Text: kit.T("{service} did not give everything you chose: **{data}**. Everything else works.", "service", v.Service.Name, "data", titles(lacking(v)))}
	case core.StatusExpiring:
		return &kit.Notice{Tone: kit.Attention, Text: kit.T("{service} asks for a new sign-in by **{day}**.", "service", v.Service.Name, "day", kit.Day(v.ExpiresAt, now))}
	case core.StatusUnreachable:
		p := words.Code(v.Health.Code, "", n)
		return &kit.Notice{Tone: kit.Attention, Text: "**" + p.Title + ".** " + p.Cause}
	case core.StatusLocked:
		return &kit.Notice{Tone: kit.Info, Text: kit.T("The password store of this computer is locked. What was copied stays readable.")}
	case core.StatusPaused:
		return &kit.Notice{Tone: kit.Info, Text: kit.T("You paused this connection. Nothing is copied until you resume.")}
	}
	return nil
}

// lacking are the data models for which a permission is missing, whether the
// service said so at the sign-in or refused them at the last check.
func lacking(v connection.View) []core.Model {
	all := slices.Clone(v.Missing)
	for _, c := range v.Health.Models {
		if c.Code == core.CodeScopeMissing && !slices.Contains(all, c.Model) {
			all = append(all, c.Model)
		}
	}
	return all
}

func titles(models []core.Model) string {
	var all []string
	for _, m := range models {
		all = append(all, kit.T(m.Title()))
	}
	return strings.Join(all, ", ")
}

func overview(v connection.View, now time.Time) kit.Section {
	lines := []kit.Line{{Label: kit.T("Account"), Value: v.AccountName}, {Label: kit.T("Connected"), Value: kit.Date(v.CreatedAt, now)}}
	if !v.AuthorizedAt.IsZero() && !v.AuthorizedAt.Equal(v.CreatedAt) {
		lines = append(lines, kit.Line{Label: kit.T("Last sign-in"), Value: kit.Date(v.AuthorizedAt, now)})
	}
	if s := v.Status; s == core.StatusUnreachable || s == core.StatusPaused || s == core.StatusLocked { // where the state above does not say it
		lines = append(lines, kit.Line{Label: kit.T("Last good check"), Value: kit.Ago(v.Health.OKAt, now)})
	}
	lines = append(lines, kit.Line{Label: kit.T("Next sign-in"), Value: nextSignIn(v, now)})
	return kit.Section{Title: kit.T("Overview"), Lines: slices.DeleteFunc(lines, func(l kit.Line) bool { return l.Value == "" })}
}

func nextSignIn(v connection.View, now time.Time) string {
	switch {
	case !v.ExpiresAt.IsZero():
		return kit.T("by {day}", "day", kit.Day(v.ExpiresAt, now))
	case v.Method == "api_key":
		return kit.T("Not needed until the key is withdrawn")
	}
	return kit.T("Not needed: the permission renews itself")
}

// checks says what the last check proved, data model by data model.
func checks(s State, v connection.View, now time.Time) kit.Section {
	sec := kit.Section{Title: kit.T("Checked {when}", "when", kit.When(v.Health.CheckedAt, now))}
	if took, ok := s.Took[v.ID]; ok {
		sec.Title = kit.T("Checked {when} · took {time}", "when", kit.When(v.Health.CheckedAt, now), "time", kit.Took(took))
	}
	for _, c := range v.Health.Models {
		sec.Lines = append(sec.Lines, kit.Line{Label: kit.T(c.Model.Title()), State: checkState(v.Service, c, now)})
	}
	return sec
}

func checkState(m *service.Manifest, c core.ModelCheck, now time.Time) kit.State {
	switch {
	case c.OK && c.Proof != "":
		return kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.T("can read"), Detail: kit.T("saw {what}", "what", c.Proof)}
	case c.OK:
		return kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: kit.T("can read")}
	case c.Code == core.CodeScopeMissing:
		return kit.State{Icon: kit.IconCross, Tone: kit.Attention, Word: kit.T("permission missing")}
	}
	return kit.State{Icon: kit.IconCross, Tone: kit.Bad, Word: words.Code(c.Code, "", words.Names{Service: m.Name, Data: kit.T(c.Model.Title()), Now: now}).Title}
}

// given lists the permissions: in words, and below that as the service calls
// them and whether it gave them.
func given(v connection.View) kit.Section {
	body := kit.VStack(kit.Gap)
	for _, st := range permissionStates(v) {
		body.Add(kit.NewStatus(st))
	}
	if note := v.Service.AccessNote(); note != "" {
		body.Add(kit.NewNote(kit.T(note)))
	}
	return kit.Section{Title: kit.T("Permissions"), Body: body}
}

func permissionStates(v connection.View) []kit.State {
	var all []kit.State
	missing := lacking(v)
	for _, r := range v.Service.Review(v.Access, v.Granted) {
		if r.Access == core.Disabled {
			continue
		}
		st := kit.State{Icon: kit.IconCheck, Tone: kit.Good, Word: asked(r.Words), Detail: strings.Join(append(slices.Clone(r.Scopes), kit.T("given")), " · ")}
		if slices.Contains(missing, r.Model) {
			st.Icon, st.Tone = kit.IconCross, kit.Attention
			st.Detail = strings.Join(append(slices.Clone(r.Scopes), kit.T("missing")), " · ")
		}
		all = append(all, st)
	}
	return all
}

func synced(v connection.View, do acts) kit.Section {
	body := kit.VStack(kit.GapTight)
	for _, m := range core.Models() {
		a := v.Service.Offered(m, v.Access.Of(m))
		row := kit.Spread(kit.Gap, 2, kit.Width(124, kit.NewText(kit.T(m.Title())).Colored(kit.ColorSecondary)), kit.NewText(kit.T(a.Title())))
		if do.Browse != nil && a.CanRead() {
			row.Add(kit.NewLink(kit.T("Browse"), func() { do.Browse(m) }))
		}
		body.Add(row)
	}
	return kit.Section{Title: kit.T("What is synced"), Body: body}
}

func advanced(v connection.View, do acts) kit.Section {
	lines := []kit.Line{{Label: kit.T("Service"), Value: v.Service.Name}, {Label: kit.T("Signs in"), Value: methodTitle(v.Service, v.Method)}}
	if v.ClientID != "" {
		lines = append(lines, kit.Line{Label: kit.T("Client ID"), Value: v.ClientID, Mono: true})
	}
	for _, id := range slices.Sorted(maps.Keys(v.Inputs)) {
		lines = append(lines, kit.Line{Label: inputLabel(v.Service, v.Method, id), Value: v.Inputs[id], Mono: true})
	}
	lines = append(lines, kit.Line{Label: kit.T("ID"), Value: string(v.ID), Mono: true, Do: kit.Action{Title: kit.T("Copy"), Do: func() { do.Copy(string(v.ID)) }}})
	return kit.Section{Title: kit.T("Advanced"), Lines: lines}
}

func inputLabel(m *service.Manifest, method, id string) string {
	for _, in := range m.InputsFor(method) {
		if in.ID == id {
			return kit.T(in.Label)
		}
	}
	return id
}

// methodTitle says how one signs in: "In the browser", or what the service calls its key.
func methodTitle(m *service.Manifest, method string) string {
	if a, ok := m.AuthMethod(method); ok && a.Method == "api_key" {
		if a.Label != "" {
			return kit.T(a.Label)
		}
		return kit.T("With an API key")
	}
	return kit.T("In the browser")
}

// supportText is what "Copy details for support" copies: enough to find the
// matter in the log, and nothing about the person or the account.
func supportText(v connection.View, now time.Time) string {
	lines := []string{
		"connection: " + string(v.ID),
		"service: " + v.Connection.Service + " (" + v.Service.Origin + ")",
		"method: " + v.Method,
		"state: " + string(v.Status),
		"code: " + string(v.Health.Code),
		"checked: " + stamp(v.Health.CheckedAt),
		"last good check: " + stamp(v.Health.OKAt),
		"signed in: " + stamp(v.AuthorizedAt),
		"expires: " + stamp(v.ExpiresAt),
		"asked: " + strings.Join(v.Asked, " "),
		"given: " + strings.Join(v.Granted, " "),
	}
	for _, c := range v.Health.Models {
		result := "ok"
		if !c.OK {
			result = string(c.Code)
		}
		lines = append(lines, string(c.Model)+": "+string(v.Access.Of(c.Model))+", "+result)
	}
	return strings.Join(append(lines, "copied: "+stamp(now)), "\n")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

// atLeast keeps content from getting lower than a height, so that a dialog
// stays the same size whatever step it shows.
type atLeast struct{ height float32 }

func (l atLeast) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(m.Width, max(l.height, m.Height))
}

func (l atLeast) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(s)
}
