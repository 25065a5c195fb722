package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Notice is what a banner says, with the buttons that mend it.
type Notice struct {
	Tone    Tone
	Text    string // **bold** is bold
	Actions []Action
	Dismiss func() // nil: the banner stays until the matter is settled
}

// Banner shows a Notice above the content of a tab, or nothing.
type Banner struct {
	part
	box *fyne.Container
}

// NewBanner returns a banner; nil hides it.
func NewBanner(n *Notice) *Banner {
	b := &Banner{box: container.NewStack()}
	b.content = b.box
	b.ExtendBaseWidget(b)
	b.Set(n)
	return b
}

// Set shows another notice, or nothing for nil.
func (b *Banner) Set(n *Notice) {
	b.box.Objects = nil
	b.Hidden = n == nil
	if n != nil {
		icon := map[Tone]Icon{Good: IconCheck, Attention: IconAlert, Bad: IconCross, Info: IconInfo}[n.Tone]
		right := HStack(Gap)
		for _, a := range n.Actions {
			right.Add(a.Button())
		}
		if n.Dismiss != nil {
			right.Add(NewIconButton(IconClose, T("Close"), n.Dismiss))
		}
		line := container.New(&bannerLayout{}, NewIcon(icon, n.Tone.Color(), 20), NewParagraph(n.Text), right)
		b.box.Objects = []fyne.CanvasObject{newPanel(n.Tone.Wash(), "", Corner), InsetXY(GapGroup, Gap, line)}
	}
	b.box.Refresh()
	b.Refresh()
}

// bannerLayout: icon, text that takes the rest, buttons; all centred in height.
type bannerLayout struct{}

func (bannerLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	text, right := o[1].MinSize(), o[2].MinSize()
	return fyne.NewSize(20+Gap+200+GapGroup+right.Width, max(36, text.Height, right.Height))
}

func (bannerLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	right := o[2].MinSize()
	wide := s.Width - 20 - Gap - GapGroup - right.Width
	place(o[0], 0, (s.Height-20)/2, 20, 20)
	o[1].Resize(fyne.NewSize(wide, o[1].MinSize().Height))
	h := o[1].MinSize().Height
	place(o[1], 20+Gap, (s.Height-h)/2, wide, h)
	place(o[2], s.Width-right.Width, (s.Height-right.Height)/2, right.Width, right.Height)
}
