package records

import (
	"context"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Page is the records browser of one data model.
type Page struct {
	Content fyne.CanvasObject

	env     *kit.Env
	p       *Presenter
	name    func(core.ConnectionID) string
	columns []core.Column
	table   *kit.DataTable
	head    *kit.PageHeader
	count   *kit.Text
	line    *fyne.Container // the count and what stands beside it
	fault   *kit.Banner
	pane    *kit.DetailPane
	body    *kit.Beside
}

// Options are what the shell gives the page.
type Options struct {
	Model      core.Model
	Connection core.ConnectionID // "": all
	Name       func(core.ConnectionID) string
	Back       func()
}

// nearEnd is how many rows before the last the next page is fetched.
const nearEnd = 60

// New builds the page and starts to load.
func New(ctx context.Context, env *kit.Env, c Core, o Options) *Page {
	g := &Page{env: env, name: o.Name, columns: core.Columns(o.Model), count: kit.NewSecondary(""), fault: kit.NewBanner(nil)}
	g.p = NewPresenter(ctx, env.Do, c, g.show)
	g.table = kit.NewDataTable(kit.DataTableOptions{
		Columns: g.tableColumns(),
		Length:  func() int { return len(g.p.state.Rows) },
		Cells:   g.cells,
		OnOpen:  g.p.Select,
		OnSort:  func(s kit.Sorting) { g.p.Sort(s.Key, s.Down) },
		Menu:    g.menu,
	})
	g.pane = kit.NewDetailPane(g.p.CloseDetail)
	title := kit.T(o.Model.Title())
	if o.Connection != "" {
		title = kit.T("{data} from {name}", "data", title, "name", o.Name(o.Connection))
	}
	g.head = kit.NewPageHeader(kit.Header{Title: title, Search: kit.T("Search"), OnSearch: g.p.Search})
	g.head.Search.OnDown(g.table.Focus)
	back := kit.NewButton(kit.T("Back"), o.Back).With(kit.IconBack)
	removed := kit.NewCheck(kit.T("Also removed ones"), g.p.ShowRemoved)
	g.line = kit.Spread(kit.Gap, 1, g.count, removed)
	top := kit.VStack(kit.Gap, kit.After(kit.Gap, back, g.head), g.line, g.fault)
	g.body = kit.NewBeside(g.table)
	g.Content = kit.Page(kit.Fill(kit.Gap, top, g.body))
	g.p.Open(o.Model, o.Connection)
	return g
}

// wide are the columns whose texts are longer, or shorter, than others.
var wide = map[string]float32{"email": 2.2, "url": 2.2, "name": 1.5, "title": 2, "categories": 1.6, "company": 1.3, "timezone": 1.2, "sku": 0.8, "currency": 0.7, "country": 0.7}

func (g *Page) tableColumns() []kit.Column {
	var cols []kit.Column
	width := map[core.ColumnKind]float32{core.NumberColumn: 72, core.MoneyColumn: 104, core.TimeColumn: 92}
	for i, c := range g.columns {
		last := i == len(g.columns)-1 // beside figures, dates begin too near to them
		col := kit.Column{Title: kit.T(c.Title), Width: width[c.Kind], Weight: wide[c.Name], Right: c.Kind == core.NumberColumn || c.Kind == core.MoneyColumn || last && c.Kind == core.TimeColumn, Spare: len(cols) > 2}
		if c.Sort {
			col.Sort = c.Name
		}
		cols = append(cols, col)
	}
	return cols
}

// cells writes row i, and asks for the next page when the end comes near.
func (g *Page) cells(i int, cells []string) bool {
	rows := g.p.state.Rows
	if i >= len(rows)-nearEnd {
		g.p.More()
	}
	if i >= len(rows) {
		return false
	}
	now := g.env.Now()
	for n, c := range g.columns {
		cells[n] = cell(c, rows[i], now)
	}
	return true
}

func (g *Page) menu(i int) []kit.MenuItem {
	rows := g.p.state.Rows
	if i >= len(rows) {
		return nil
	}
	return []kit.MenuItem{
		{Title: kit.T("Show details"), Do: func() { g.p.Select(i) }},
		{Title: kit.T("Copy the ID"), Icon: kit.IconCopy, Do: func() { g.env.Copy(rows[i].RemoteID) }},
	}
}

// show renders the state; what did not change is left alone.
func (g *Page) show(old, now State) {
	sort := kit.Sorting{Key: now.Query.Sort, Down: now.Query.Descending}
	anew := old.Query != now.Query || old.Loading != now.Loading
	if anew || len(old.Rows) != len(now.Rows) || len(now.Rows) > 0 && &old.Rows[0] != &now.Rows[0] {
		g.table.Reload(sort, old.Query != now.Query)
	}
	g.count.SetText(count(now))
	g.line.Refresh() // a longer text needs more room
	g.showFault(now)
	g.showEmpty(now)
	if old.Open != now.Open {
		g.showDetail(now.Open)
	}
}

func count(s State) string {
	switch {
	case s.Loading:
		return kit.T("Loading…")
	case s.Total >= 0:
		return kit.N(int(s.Total), "{n} record", "{n} records")
	case s.More:
		return kit.T("the first {n}, more as you scroll", "n", kit.Number(int64(len(s.Rows))))
	}
	return kit.N(len(s.Rows), "{n} record", "{n} records")
}

func (g *Page) showFault(s State) {
	if s.Err == nil {
		g.fault.Set(nil)
		return
	}
	p := words.Error(s.Err, words.Names{Now: g.env.Now()})
	g.fault.Set(&kit.Notice{Tone: kit.Bad, Text: "**" + p.Title + ".** " + p.Cause, Actions: []kit.Action{{Title: kit.T("Try again"), Do: g.p.Retry}}})
}

func (g *Page) showEmpty(s State) {
	switch {
	case s.Loading || s.Err != nil || len(s.Rows) > 0:
		g.table.ShowEmpty(nil)
	case s.Query.Search != "":
		g.table.ShowEmpty(&kit.Empty{Title: kit.T("No record matches “{text}”", "text", s.Query.Search),
			Actions: []kit.Action{{Title: kit.T("Clear search"), Do: func() { g.head.Search.SetText("") }}}})
	default:
		g.table.ShowEmpty(&kit.Empty{Drawing: kit.DrawingRecords, Title: kit.T("Nothing copied yet"),
			Text: kit.T("Press Sync now, or wait for the next automatic sync.")})
	}
}

func (g *Page) showDetail(d *Detail) {
	if d == nil {
		g.body.Open(nil)
		return
	}
	g.pane.Set(detail(*d, g.name(d.Record.Connection), g.env.Now()))
	g.body.Open(g.pane)
}

// Refresh reads again what a sync may have changed.
func (g *Page) Refresh() { g.p.Refresh() }

// Escape closes the detail; it reports whether there was one.
func (g *Page) Escape() bool {
	if g.p.state.Open == nil {
		return false
	}
	g.p.CloseDetail()
	return true
}

// FocusSearch puts the cursor into the search field.
func (g *Page) FocusSearch() { g.env.Window.Canvas().Focus(g.head.Search) }

// Close ends what the page does in the background.
func (g *Page) Close() { g.p.Close() }
