package core

import (
	"strconv"
	"strings"
	"time"
)

// Column is one figure or text of a record as a table shows it.
type Column struct {
	Name  string // as in a file: "placed_at"; also what RecordQuery.Sort takes where Sorted is set
	Title string // as on screen: "Placed"
	Kind  ColumnKind
	Sort  bool
	Text  func(Record) string // plain text: RFC 3339 times, decimal amounts
}

// ColumnKind says how a column is set and formatted.
type ColumnKind int

// The kinds of columns.
const (
	TextColumn ColumnKind = iota
	NumberColumn
	MoneyColumn // the text is "19.90 EUR"
	TimeColumn  // the text is RFC 3339
)

// Columns returns what a table of a data model shows, most telling first.
func Columns(m Model) []Column {
	switch m {
	case Stores:
		return []Column{
			text("name", "Name", true, func(s *Store) string { return s.Name }),
			text("url", "Address", false, func(s *Store) string { return s.URL }),
			text("currency", "Currency", false, func(s *Store) string { return s.Currency }),
			text("country", "Country", false, func(s *Store) string { return s.Country }),
			text("timezone", "Time zone", false, func(s *Store) string { return s.Timezone }),
			updated(),
		}
	case Customers:
		return []Column{
			text("name", "Name", true, func(c *Customer) string { return strings.TrimSpace(c.FirstName + " " + c.LastName) }),
			text("email", "E-mail", true, func(c *Customer) string { return c.Email }),
			text("company", "Company", false, func(c *Customer) string { return c.Company }),
			text("city", "City", false, func(c *Customer) string { return c.City }),
			text("country", "Country", false, func(c *Customer) string { return c.Country }),
			updated(),
		}
	case Orders:
		return []Column{
			text("number", "Number", true, func(o *Order) string { return o.Number }),
			kind(TimeColumn, text("placed_at", "Placed", true, func(o *Order) string { return stamp(o.PlacedAt) })),
			text("status", "Status", false, func(o *Order) string { return o.Status }),
			text("payment_status", "Payment", false, func(o *Order) string { return o.PaymentStatus }),
			kind(MoneyColumn, text("total", "Total", true, func(o *Order) string { return amount(o.Total, o.Currency) })),
			kind(NumberColumn, text("lines", "Lines", false, func(o *Order) string { return strconv.Itoa(len(o.Lines)) })),
			updated(),
		}
	case Products:
		return []Column{
			text("title", "Title", true, func(p *Product) string { return p.Title }),
			text("sku", "SKU", true, func(p *Product) string { return p.SKU }),
			text("categories", "Categories", false, func(p *Product) string { return categoryNames(p.Categories) }),
			kind(MoneyColumn, text("price", "Price", false, func(p *Product) string { return amount(p.Price, p.Currency) })),
			kind(NumberColumn, text("stock", "Stock", false, func(p *Product) string { return number(p.Stock) })),
			updated(),
		}
	case Segments:
		return []Column{
			text("name", "Name", true, func(s *Segment) string { return s.Name }),
			text("kind", "Kind", false, func(s *Segment) string { return s.Kind }),
			kind(NumberColumn, text("size", "Customers", true, func(s *Segment) string { return number(s.Size) })),
			updated(),
		}
	}
	return nil
}

// text makes a column of a model's own type; a record of another type gives "".
func text[T Data](name, title string, sort bool, get func(T) string) Column {
	return Column{Name: name, Title: title, Sort: sort, Text: func(r Record) string {
		if d, ok := r.Data.(T); ok {
			return get(d)
		}
		return ""
	}}
}

func kind(k ColumnKind, c Column) Column {
	c.Kind = k
	return c
}

func updated() Column {
	return Column{Name: "updated_at", Title: "Changed", Kind: TimeColumn, Sort: true, Text: func(r Record) string { return stamp(r.UpdatedAt) }}
}

func amount(m Money, currency string) string {
	if m == "" {
		return ""
	}
	return strings.TrimSpace(string(m) + " " + currency)
}

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func categoryNames(cs []Category) string {
	names := make([]string, len(cs))
	for i, c := range cs {
		if names[i] = c.Name; names[i] == "" {
			names[i] = c.ID
		}
	}
	return strings.Join(names, ", ")
}
