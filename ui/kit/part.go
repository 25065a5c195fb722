package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// part is the base of a part that is laid out from others. Fyne draws the
// children of *fyne.Container and of widgets only, so a struct that embeds a
// container would stay empty on screen.
type part struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

// CreateRenderer is for Fyne.
func (p *part) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.content) }
