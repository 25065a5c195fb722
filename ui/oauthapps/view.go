package oauthapps

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Tab is the OAuth Apps tab.
type Tab struct {
	Content fyne.CanvasObject

	core    Core
	work    *kit.Tasks
	state   State
	address *kit.CopyField
	status  *kit.Status
	toggle  *kit.Button
}

// New builds the tab.
func New(ctx context.Context, env *kit.Env, c Core) *Tab {
	t := &Tab{core: c, work: kit.NewTasks(ctx, env.Do)}
	t.address = kit.NewCopyField(env, "")
	t.status = kit.NewStatusLine(kit.State{})
	t.toggle = kit.NewButton("", t.turn)
	line := kit.Surface(kit.VStack(kit.Gap,
		kit.NewText(kit.T("Programs on this computer use this address")),
		kit.Spread(kit.GapGroup, 1, t.address, t.status, t.toggle),
		kit.NewNote(kit.T("It cannot be reached from other computers, nor from n8n Cloud.")),
	))
	empty := kit.NewEmpty(kit.Empty{
		Drawing: kit.DrawingApps,
		Title:   kit.T("No OAuth apps yet"),
		Text:    kit.T("An OAuth app lets a tool such as n8n read your data – only what you tick, and you can stop it at any time. Creating apps comes with the next version; until then nobody can read anything here."),
	})
	head := kit.VStack(kit.GapGroup, kit.NewPageHeader(kit.Header{Title: kit.T("OAuth Apps")}), line)
	t.Content = kit.Page(container.NewBorder(head, nil, nil, nil, empty))
	t.Reload()
	return t
}

// Reload shows the present state of the address.
func (t *Tab) Reload() {
	t.state.Address = t.core.Address()
	t.show()
}

func (t *Tab) show() {
	t.address.SetText(t.state.Address.Origin)
	state := kit.State{Icon: kit.IconNone, Tone: kit.Neutral, Word: t.state.Line()}
	switch {
	case t.state.Address.On:
		state.Icon, state.Tone = kit.IconCheck, kit.Good
	case t.state.Address.Problem != "" || t.state.Fault != "":
		state.Icon, state.Tone = kit.IconAlert, kit.Attention
	}
	if t.state.Fault != "" {
		state.Word = t.state.Fault
	}
	state.Busy = t.state.Busy
	t.status.Set(state)
	t.toggle.SetText(t.state.Toggle())
	if t.state.Busy {
		t.toggle.Disable()
	} else {
		t.toggle.Enable()
	}
}

func (t *Tab) turn() {
	on := !t.state.Address.On
	t.state.Busy, t.state.Fault = true, ""
	t.show()
	t.work.Go(func(context.Context) func() {
		err := t.core.TurnAddress(on)
		return func() {
			t.state.Busy = false
			if err != nil {
				t.state.Fault = words.Error(core.AsError(err), words.Names{}).Cause
			}
			t.Reload()
		}
	})
}

// Close ends what the tab does in the background.
func (t *Tab) Close() { t.work.Close() }
