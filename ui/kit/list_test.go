package kit_test

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

func TestRowListByKeyboard(t *testing.T) {
	e := kittest.NewEnv(t)
	var opened, acted, menu []string
	list := kit.NewRowList(kit.RowListOptions{Name: "Name", Status: "Status", ActionWidth: 100,
		OnOpen: func(id string) { opened = append(opened, id) }, OnAction: func(id string) { acted = append(acted, id) },
		Menu: func(id string) []kit.MenuItem {
			menu = append(menu, id)
			return []kit.MenuItem{{Title: "Verify", Do: func() {}}}
		}})
	list.Set(kit.RowListState{Rows: sampleRows()})
	e.Show(list, fyne.NewSize(900, 500))
	list.Focus()
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnd, fyne.KeyEnter, fyne.KeyHome, fyne.KeyUp, fyne.KeyReturn} {
		press(e, k)
	}
	if got := fmt.Sprint(opened); got != "[2 5 1]" {
		t.Errorf("opened %s, want [2 5 1]", got)
	}
	press(e, desktop.KeyMenu)
	if fmt.Sprint(menu) != "[1]" || e.Window.Canvas().Overlays().Top() == nil {
		t.Errorf("the menu key opened the menu of %v", menu)
	}
	e.Window.Canvas().Overlays().Remove(e.Window.Canvas().Overlays().Top())
	test.Tap(button(t, e, "Verify"))
	if fmt.Sprint(acted) != "[4]" {
		t.Errorf("the button of row 4 acted on %v", acted)
	}
}

func TestRowListLetsGoOfKeysItHasNoUseFor(t *testing.T) {
	e := kittest.NewEnv(t)
	var got []fyne.KeyName
	e.Window.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) { got = append(got, ev.Name) })
	list := sampleList()
	list.Set(sampleState())
	search := kit.NewSearch("Search", nil)
	e.Show(kit.Fill(0, search, list), fyne.NewSize(900, 500))
	list.Focus()
	press(e, fyne.KeyF5)
	press(e, fyne.KeyDelete)
	e.Window.Canvas().Focus(search)
	test.Type(search, "acme")
	press(e, fyne.KeyEscape)
	if search.Text != "" {
		t.Errorf("Escape left %q in the search", search.Text)
	}
	press(e, fyne.KeyEscape)
	if fmt.Sprint(got) != "[F5 Delete Escape]" {
		t.Errorf("the window got %v", got)
	}
}

// Rows arrive page by page: more is asked for once for each end that comes in sight.
func TestRowListAsksForMore(t *testing.T) {
	e := kittest.NewEnv(t)
	rows := func(n int) (all []kit.Row) {
		for i := range n {
			all = append(all, kit.Row{ID: fmt.Sprint(i), Name: fmt.Sprintf("Row %d", i)})
		}
		return all
	}
	asked := 0
	list := kit.NewRowList(kit.RowListOptions{Name: "Name", Status: "Status", OnMore: func() { asked++ }})
	e.Show(list, fyne.NewSize(900, 500))
	list.Set(kit.RowListState{Rows: rows(50), More: true})
	if asked != 0 {
		t.Fatal("asked for more while the end is far away")
	}
	list.Focus()
	press(e, fyne.KeyEnd)
	press(e, fyne.KeyUp)
	if asked != 1 {
		t.Fatalf("asked %d times at the end of the first page", asked)
	}
	list.Set(kit.RowListState{Rows: rows(100), More: true})
	press(e, fyne.KeyEnd)
	list.Set(kit.RowListState{Rows: rows(120)})
	press(e, fyne.KeyEnd)
	if asked != 2 {
		t.Errorf("asked %d times for two ends", asked)
	}
}

func TestRowListStates(t *testing.T) {
	e := kittest.NewEnv(t)
	list := sampleList()
	e.Show(list, fyne.NewSize(1000, 500))
	visible := func(text string) bool {
		for _, o := range test.LaidOutObjects(e.Window.Canvas().Content()) {
			if x, ok := o.(*kit.Text); ok && x.Text() == text {
				return true
			}
		}
		return false
	}
	if visible("Practice store") {
		t.Error("rows before there are any")
	}
	list.Set(sampleState())
	if !visible("Practice store") || !visible("Needs attention") {
		t.Error("rows or chips are missing")
	}
	s := sampleState()
	s.Rows[3].Name = "Practice shop"
	list.Set(s)
	if visible("Practice store") || !visible("Practice shop") {
		t.Error("a row in sight was not updated in place")
	}
	list.Set(kit.RowListState{Empty: kit.Empty{Title: "No connections yet"}})
	if !visible("No connections yet") || visible("Practice shop") {
		t.Error("the empty state is not shown instead of the rows")
	}
	list.Set(sampleState())
	if !visible("Practice store") || visible("No connections yet") {
		t.Error("the rows did not come back")
	}
}

// A table of a million rows shows its end, and makes only the rows in sight.
func TestDataTableOfAMillionRows(t *testing.T) {
	e := kittest.NewEnv(t)
	asked, opened := map[int]bool{}, -1
	table := kit.NewDataTable(kit.DataTableOptions{Columns: []kit.Column{{Title: "Number", Sort: "n"}, {Title: "Total", Right: true}},
		Length: func() int { return 1_000_000 }, OnOpen: func(i int) { opened = i },
		Cells: func(i int, cells []string) bool {
			asked[i] = true
			cells[0] = fmt.Sprint(i)
			return true
		}})
	e.Show(table, fyne.NewSize(900, 600))
	table.ScrollTo(999_999)
	if !asked[999_999] || len(asked) > 100 {
		t.Errorf("%d rows asked for, the last: %v", len(asked), asked[999_999])
	}
	table.Select(999_998)
	list := find(t, e, func(f fyne.Focusable) bool {
		_, button := f.(*kit.Button)
		return !button && strings.Contains(fmt.Sprintf("%T", f), "keyList")
	})
	e.Window.Canvas().Focus(list)
	press(e, fyne.KeyReturn)
	if opened != 999_998 {
		t.Errorf("Enter opened %d", opened)
	}
}

func TestDataTableShowsRowsWhenTheyArrive(t *testing.T) {
	e := kittest.NewEnv(t)
	there := false
	var read []int
	var sorted []kit.Sorting
	table := kit.NewDataTable(kit.DataTableOptions{Columns: []kit.Column{{Title: "Number", Sort: "n"}}, OnSort: func(s kit.Sorting) { sorted = append(sorted, s) },
		Length: func() int { return 10 },
		Cells: func(i int, cells []string) bool {
			cells[0] = fmt.Sprintf("row %d", i)
			if there {
				read = append(read, i)
			}
			return there
		}})
	e.Show(table, fyne.NewSize(500, 300))
	shown := func() (n int) {
		for _, o := range test.LaidOutObjects(e.Window.Canvas().Content()) {
			if x, ok := o.(*kit.Text); ok && strings.HasPrefix(x.Text(), "row") {
				n++
			}
		}
		return n
	}
	if shown() != 0 {
		t.Fatal("rows are shown before they are there")
	}
	there = true
	table.Loaded(2, 4)
	slices.Sort(read)
	read = slices.Compact(read)
	if fmt.Sprint(read) != "[2 3]" {
		t.Errorf("rows %v were read again when 2 and 3 had arrived", read)
	}
	if shown() == 0 {
		t.Error("the rows that arrived are not shown")
	}
	head := find(t, e, func(x fyne.Tappable) bool { return strings.Contains(fmt.Sprintf("%T", x), "kit.head") })
	test.Tap(head)
	test.Tap(head)
	if fmt.Sprint(sorted) != "[{n false} {n true}]" {
		t.Errorf("the head sorted by %v", sorted)
	}
}

// What is beside a list is that of the marked row: without it no row is marked,
// and the mark goes where the row goes.
func TestTheMarkIsThatOfTheOpenRow(t *testing.T) {
	e := kittest.NewEnv(t)
	list := kit.NewRowList(kit.RowListOptions{Name: "Name", Status: "Status", OnOpen: func(string) {}})
	table := kit.NewDataTable(kit.DataTableOptions{Columns: []kit.Column{{Title: "Number"}}, Length: func() int { return 3 },
		Cells: func(_ int, cells []string) bool { cells[0] = "#1042"; return true }})
	list.Set(kit.RowListState{Rows: sampleRows()})
	beside := kit.NewBeside(kit.VStack(0, container.NewGridWrap(fyne.NewSize(500, 360), list), container.NewGridWrap(fyne.NewSize(500, 160), table)))
	e.Show(beside, fyne.NewSize(900, 560))
	none := e.Window.Canvas().Capture()
	marked := func() int { return differing(none, e.Window.Canvas().Capture()) }
	for name, o := range map[string]fyne.CanvasObject{"list": list, "table": table} {
		test.TapCanvas(e.Window.Canvas(), fyne.CurrentApp().Driver().AbsolutePositionForObject(o).AddXY(200, 60))
		e.Window.Canvas().Unfocus()
		if marked() < 1000 {
			t.Errorf("%s: a press does not mark the row", name)
		}
		beside.Open(kit.NewText("Its details"))
		beside.Open(nil)
		if n := marked(); n > 0 {
			t.Errorf("%s: the row is still marked after its details were closed: %d pixels", name, n)
		}
	}

	rows := sampleRows()
	list.Select(rows[0].ID)
	first := e.Window.Canvas().Capture()
	list.Set(kit.RowListState{Rows: append(slices.Clone(rows[1:]), rows[0])})
	list.Set(kit.RowListState{Rows: rows})
	if n := differing(first, e.Window.Canvas().Capture()); n > 0 {
		t.Errorf("the mark did not follow its row there and back: %d pixels", n)
	}
	list.Set(kit.RowListState{Rows: rows[1:]})
	list.Set(kit.RowListState{Rows: rows[1:], Filter: "x"})
	list.Select("")
	gone := e.Window.Canvas().Capture()
	list.Set(kit.RowListState{Rows: rows[1:]})
	if n := differing(gone, e.Window.Canvas().Capture()); n > 0 {
		t.Errorf("a row is marked that nobody chose: %d pixels", n)
	}
}

func differing(a, b image.Image) (n int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if a.At(x, y) != b.At(x, y) {
				n++
			}
		}
	}
	return n
}

// The titles of a menu begin at one line, with an icon or without.
func TestMenuTitlesAreInLine(t *testing.T) {
	e := kittest.NewEnv(t)
	below := kit.NewButton("Menu", nil)
	e.Show(kit.Page(kit.HStack(0, below)), fyne.NewSize(600, 400))
	kit.ShowMenu(below, []kit.MenuItem{{Title: "Pause", Icon: kit.IconPause, Do: func() {}}, {Title: "Language", Items: []kit.MenuItem{{Title: "English", Do: func() {}}}}, {Title: "Quit", Do: func() {}}})
	at := map[string]float32{}
	for _, o := range test.LaidOutObjects(e.Window.Canvas().Overlays().Top()) {
		if text, ok := o.(*canvas.Text); ok && text.Text != "" {
			at[text.Text] = fyne.CurrentApp().Driver().AbsolutePositionForObject(text).X
		}
	}
	if len(at) < 3 || at["Language"] != at["Pause"] || at["Quit"] != at["Pause"] {
		t.Errorf("the titles begin at %v", at)
	}
}
