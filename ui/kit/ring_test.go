package kit_test

import (
	"image"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

// Wherever Tab stops, the place can be seen: what the keyboard changes on
// screen has 3:1 to what was there, and is at least as much as a line of two
// pixels below the control (WCAG 2.4.13).
func TestTheKeyboardCanBeSeenOnEveryControl(t *testing.T) {
	for appearance, card := range map[kit.Appearance]bool{kit.AlwaysLight: false, kit.AlwaysDark: true} { // a picture takes its time under -race
		env := kittest.NewEnv(t)
		env.App.Settings().SetTheme(kit.NewTheme(appearance))
		for name, control := range controls() {
			where, ground := "a page", kit.Page(kit.HStack(kit.Gap, kit.Width(420, control)))
			if card {
				where, ground = "a card", kit.Page(kit.Card(kit.HStack(kit.Gap, kit.Width(420, control))))
			}
			env.Show(ground, fyne.NewSize(520, 360))
			c := env.Window.Canvas()
			before := c.Capture()
			for i, n := 0, stops(c); i < n; i++ {
				for range i + 1 {
					c.FocusNext()
				}
				stop, got := c.Focused(), seen(before, c.Capture())
				if least := 2 * 40; got < least {
					t.Errorf("%s, %s on %s, stop %d (%T): %d pixels tell where the keyboard is, want %d", appearance, name, where, i, stop, got, least)
				}
				c.Unfocus()
			}
		}
	}
}

// controls are all that the keyboard reaches.
func controls() map[string]fyne.CanvasObject {
	rows := kit.NewRowList(kit.RowListOptions{Name: "Name", Status: "Status", NameSort: "name",
		OnSort: func(kit.Sorting) {}, OnFilter: func(string) {}})
	rows.Set(kit.RowListState{Rows: []kit.Row{{ID: "a", Name: "Willow & Pine"}, {ID: "b", Name: "Harbour Supplies", Dim: true}},
		Filters: []kit.Filter{{Key: "all", Title: "All", Count: 2}, {Key: "paused", Title: "Paused"}}, Filter: "all"})
	table := kit.NewDataTable(kit.DataTableOptions{Columns: []kit.Column{{Title: "Number", Sort: "number"}}, Length: func() int { return 2 },
		Cells: func(_ int, cells []string) bool { cells[0] = "#1042"; return true }, OnSort: func(kit.Sorting) {}})
	picker := kit.NewPicker([]kit.Option{{ID: "shop", Title: "Shop", Note: "Reads orders"}}, "Search", func(string) {})
	check := kit.NewCheck("Also removed ones", nil)
	ticked := kit.NewCheck("Order data", nil)
	ticked.SetChecked(true)
	return map[string]fyne.CanvasObject{
		"primary button": kit.NewPrimary("Apply", nil), "button": kit.NewButton("Discard", nil), "danger button": kit.NewDanger("Delete", nil),
		"button with icon": kit.NewPrimary("Add connection", nil).With(kit.IconPlus), "icon button": kit.NewIconButton(kit.IconGear, "Menu", nil),
		"check": check, "ticked check": ticked, "select": kit.NewSelect([]string{"All", "One"}, nil), "field": kit.NewEntry("hint"),
		"search": kit.NewSearch("Search", nil), "link": kit.NewLink("Contact support", func() {}), "choice": kit.NewChoice([]string{"Read", "Write"}, 0, nil),
		"list": container.NewGridWrap(fyne.NewSize(420, 260), rows), "table": container.NewGridWrap(fyne.NewSize(420, 160), table), "picker": container.NewGridWrap(fyne.NewSize(420, 160), picker),
		"banner": kit.NewBanner(&kit.Notice{Tone: kit.Bad, Text: "Failed.", Actions: []kit.Action{{Title: "Try again", Primary: true}}, Dismiss: func() {}}),
	}
}

// stops counts the places that Tab reaches, at least one.
func stops(c fyne.Canvas) (n int) {
	defer c.Unfocus()
	c.FocusNext()
	for first := c.Focused(); n == 0 || c.Focused() != first && n < 20; n++ {
		c.FocusNext()
	}
	return n
}

// seen counts the pixels that changed by 3:1.
func seen(before, after image.Image) (n int) {
	b := before.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			was, is := before.At(x, y), after.At(x, y)
			if was != is && kit.Contrast(was.(color.NRGBA), is.(color.NRGBA)) >= 3 {
				n++
			}
		}
	}
	return n
}
