package kit

// Header describes the head of a page: its title, a search field, the one
// primary button, and small things beside the title.
type Header struct {
	Title    string
	Search   string // hint of the search field; empty: none
	OnSearch func(string)
	Primary  *Action
	Others   []Action
}

// PageHeader is the head of a page.
type PageHeader struct {
	part
	Title   *Text
	Search  *Entry  // nil without search
	Primary *Button // nil without primary button
}

// NewPageHeader returns the head of a page.
func NewPageHeader(h Header) *PageHeader {
	p := &PageHeader{Title: NewTitle(h.Title)}
	row := Spread(Gap, 1, p.Title)
	p.content = row
	p.ExtendBaseWidget(p)
	if h.Search != "" {
		p.Search = NewSearch(h.Search, h.OnSearch)
		row.Add(Width(240, p.Search))
	}
	for _, a := range h.Others {
		row.Add(a.Button())
	}
	if h.Primary != nil {
		h.Primary.Primary = true
		p.Primary = h.Primary.Button()
		row.Add(p.Primary)
	}
	return p
}
