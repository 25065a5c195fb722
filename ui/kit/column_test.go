package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A column that a narrow list leaves out has no head either: no arrow of its
// own over another column, and nothing there for Tab to stop at.
func TestAColumnThatIsLeftOutHasNoHead(t *testing.T) {
	test.NewTempApp(t)
	h := newHeads([]Column{{Title: "Name", Sort: "name"}, {Title: "Changed", Width: 92, Sort: "changed", Spare: true}}, GapGroup, func(float32) float32 { return 0 }, nil)
	h.set(Sorting{Key: "changed", Down: true})
	w := test.NewTempWindow(t, h)
	for width, shown := range map[float32]bool{400: true, 160: false} {
		w.Resize(fyne.NewSize(width, 60))
		h.Resize(fyne.NewSize(width, 32))
		if got := h.cells[1].Visible(); got != shown {
			t.Errorf("at a width of %v the head of the last column is shown: %v", width, got)
		}
	}
}
