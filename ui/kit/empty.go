package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// Empty describes a page or list without content: a drawing, what it is, one
// sentence, and one or two buttons.
type Empty struct {
	Drawing Icon
	Title   string
	Text    string
	Actions []Action
}

// NewEmpty returns it, centred.
func NewEmpty(e Empty) fyne.CanvasObject {
	col := VStack(Gap)
	if e.Drawing != "" {
		img := canvas.NewImageFromResource(e.Drawing.Resource(ColorSecondary))
		img.FillMode = canvas.ImageFillContain
		img.SetMinSize(fyne.NewSize(160, 92)) // as high as the smallest window leaves room for
		col.Add(img)
	}
	if e.Title != "" {
		col.Add(Width(480, NewHead(e.Title).Center()))
	}
	if e.Text != "" {
		col.Add(Width(480, centred(e.Text)))
	}
	if len(e.Actions) > 0 {
		row := HStack(Gap)
		for _, a := range e.Actions {
			row.Add(a.Button())
		}
		col.Add(InsetXY(0, Gap, container.NewCenter(row)))
	}
	return container.NewCenter(col)
}

func stack(objs ...fyne.CanvasObject) *fyne.Container { return container.NewStack(objs...) }
