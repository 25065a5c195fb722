package records

import (
	"maps"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// detail turns one record into what the pane beside the table shows.
func detail(d Detail, connection string, now time.Time) kit.Detail {
	r := d.Record
	pane := kit.Detail{Icon: words.ModelIcon(r.Data.Model())}
	switch data := r.Data.(type) {
	case *core.Store:
		pane.Title, pane.Sections = data.Name, store(data)
	case *core.Customer:
		pane.Title, pane.Sections = strings.TrimSpace(data.FirstName+" "+data.LastName), customer(data, d.Analytics, now)
	case *core.Order:
		pane.Title, pane.Sections = kit.T("Order {number}", "number", or(data.Number, r.RemoteID)), order(data, d.History, now)
	case *core.Product:
		pane.Title, pane.Sections = data.Title, product(data)
	case *core.Segment:
		pane.Title, pane.Sections = data.Name, segment(data, r.Connection == api.LinkdeskID, d.Members)
	}
	if pane.Title == "" {
		pane.Title = r.RemoteID
	}
	pane.Second = connection
	if !r.RemovedAt.IsZero() {
		pane.Notice = &kit.Notice{Tone: kit.Attention, Text: kit.T("Removed at the service, noticed {when}.", "when", kit.Date(r.RemovedAt, now))}
	}
	if d.Err != nil {
		pane.Notice = &kit.Notice{Tone: kit.Bad, Text: words.Error(d.Err, words.Names{}).Cause}
	}
	pane.Sections = append(pane.Sections, kit.Section{Title: kit.T("Details"), Lines: some(
		kit.Line{Label: kit.T("ID at the service"), Value: r.RemoteID, Mono: true},
		line(kit.T("Changed there"), exact(r.UpdatedAt, now)),
		line(kit.T("Copied"), exact(r.SyncedAt, now)),
	)})
	return pane
}

func store(s *core.Store) []kit.Section {
	lines := some(line(kit.T("Address"), s.URL), line(kit.T("Currency"), s.Currency), line(kit.T("Country"), s.Country),
		line(kit.T("Time zone"), s.Timezone), line(kit.T("E-mail"), s.Email), line(kit.T("Platform"), s.Platform))
	var settings []kit.Line
	for _, k := range slices.Sorted(maps.Keys(s.Settings)) {
		settings = append(settings, line(k, s.Settings[k]))
	}
	return sections(kit.Section{Title: kit.T("Store"), Lines: lines}, kit.Section{Title: kit.T("Settings"), Lines: settings})
}

func customer(c *core.Customer, a *core.CustomerAnalytics, now time.Time) []kit.Section {
	marketing := ""
	if c.AcceptsMarketing != nil {
		marketing = kit.T("No")
		if *c.AcceptsMarketing {
			marketing = kit.T("Yes")
		}
	}
	profile := some(line(kit.T("E-mail"), c.Email), line(kit.T("Phone"), c.Phone), line(kit.T("Company"), c.Company),
		line(kit.T("City"), c.City), line(kit.T("Country"), c.Country), line(kit.T("Tags"), strings.Join(c.Tags, ", ")),
		line(kit.T("Wants marketing"), marketing), line(kit.T("Customer since"), day(c.CreatedAt, now)))
	var figures []kit.Line
	if a != nil {
		figures = append(figures, line(kit.T("Orders"), kit.Number(a.OrdersCount)))
		for _, cur := range slices.Sorted(maps.Keys(a.TotalSpent)) {
			figures = append(figures, line(kit.T("Spent"), kit.Money(string(a.TotalSpent[cur]), cur)),
				line(kit.T("Average order"), kit.Money(string(a.AverageOrder[cur]), cur)))
		}
		figures = append(figures, some(line(kit.T("First order"), day(a.FirstOrderAt, now)), line(kit.T("Last order"), day(a.LastOrderAt, now)))...)
	}
	return sections(kit.Section{Title: kit.T("Profile"), Lines: profile}, kit.Section{Title: kit.T("Analytics"), Lines: figures})
}

func order(o *core.Order, history []core.OrderChange, now time.Time) []kit.Section {
	facts := some(line(kit.T("Placed"), exact(o.PlacedAt, now)), line(kit.T("Status"), o.Status), line(kit.T("Payment"), o.PaymentStatus),
		line(kit.T("Fulfillment"), o.FulfillmentStatus), line(kit.T("Customer"), o.Customer), line(kit.T("Store"), o.Store))
	amounts := some(amount(kit.T("Subtotal"), o.Subtotal, o.Currency), amount(kit.T("Discount"), o.Discount, o.Currency),
		amount(kit.T("Shipping"), o.Shipping, o.Currency), amount(kit.T("Tax"), o.Tax, o.Currency), amount(kit.T("Total"), o.Total, o.Currency))
	var lines, changes []kit.Line
	for _, l := range o.Lines {
		lines = append(lines, line(kit.T("{n} ×", "n", or(l.Quantity, "1")), strings.Join(nonEmpty(l.Title, l.SKU, kit.Money(string(l.Price), o.Currency)), " · ")))
	}
	for _, c := range history {
		changes = append(changes, line(kit.Date(c.SeenAt, now), kit.T("{field}: was {from}, now {to}", "field", fieldTitle(c.Field), "from", or(c.From, "–"), "to", or(c.To, "–"))))
	}
	return sections(kit.Section{Title: kit.T("Order"), Lines: facts}, kit.Section{Title: kit.T("Lines"), Lines: lines},
		kit.Section{Title: kit.T("Amounts"), Lines: amounts}, kit.Section{Title: kit.T("History"), Lines: changes})
}

func fieldTitle(field string) string {
	switch field {
	case "payment_status":
		return kit.T("Payment")
	case "fulfillment_status":
		return kit.T("Fulfillment")
	}
	return kit.T("Status")
}

func product(p *core.Product) []kit.Section {
	facts := some(line(kit.T("SKU"), p.SKU), line(kit.T("Status"), p.Status), line(kit.T("Vendor"), p.Vendor),
		amount(kit.T("Price"), p.Price, p.Currency), line(kit.T("Stock"), stock(p.Stock)), line(kit.T("Address"), p.URL))
	var categories, variants []kit.Line
	for _, c := range p.Categories {
		categories = append(categories, line(c.ID, or(c.Name, "–")))
	}
	for _, v := range p.Variants {
		variants = append(variants, line(or(v.Title, v.ID), strings.Join(nonEmpty(v.SKU, kit.Money(string(v.Price), p.Currency), stockWords(v.Stock)), " · ")))
	}
	return sections(kit.Section{Title: kit.T("Product"), Lines: facts}, kit.Section{Title: kit.T("Categories"), Lines: categories},
		kit.Section{Title: kit.T("Variants"), Lines: variants}, kit.Section{Title: kit.T("Description"), Lines: some(line("", p.Description))})
}

// segment shows how many customers are in it. Of a list that was made here its
// size is known here; a service says its own, which counts also those who were
// not copied. members is nil where there is no list.
func segment(s *core.Segment, own bool, members *int64) []kit.Section {
	customers, here := stock(s.Size), ""
	switch {
	case members == nil:
	case !own:
		here = kit.Number(*members)
	case s.Size != nil && *s.Size > *members:
		customers = kit.T("{n}, and {gone} more that are gone at the service", "n", kit.Number(*members), "gone", kit.Number(*s.Size-*members))
	default:
		customers = kit.Number(*members)
	}
	kind := kit.T("Fixed list")
	if s.Kind == "rules" {
		kind = kit.T("By rules")
	}
	var rules []kit.Line
	if s.Rules != nil {
		rules = ruleLines(*s.Rules, "")
	}
	return sections(kit.Section{Title: kit.T("Segment"), Lines: some(line(kit.T("Kind"), kind), line(kit.T("Customers"), customers), line(kit.T("Of them here"), here), line(kit.T("From"), s.Origin))},
		kit.Section{Title: kit.T("Rules"), Lines: rules})
}

// ruleLines writes a tree of rules as indented lines.
func ruleLines(r core.Rule, indent string) []kit.Line {
	group := func(title string, rules []core.Rule) []kit.Line {
		all := []kit.Line{line(indent+title, "")}
		for _, sub := range rules {
			all = append(all, ruleLines(sub, indent+"    ")...)
		}
		return all
	}
	switch {
	case len(r.All) > 0:
		return group(kit.T("All of"), r.All)
	case len(r.Any) > 0:
		return group(kit.T("Any of"), r.Any)
	case r.Not != nil:
		return group(kit.T("Not"), []core.Rule{*r.Not})
	}
	return []kit.Line{line(indent+r.Field, strings.TrimSpace(operator(r.Op)+" "+r.Value))}
}

func operator(op string) string {
	if s, ok := map[string]string{"eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}[op]; ok {
		return s
	}
	switch op {
	case "contains":
		return kit.T("contains")
	case "before":
		return kit.T("before")
	case "after":
		return kit.T("after")
	case "is_set":
		return kit.T("is known")
	}
	return op
}

func line(label, value string) kit.Line { return kit.Line{Label: label, Value: value} }

func amount(label string, m core.Money, currency string) kit.Line {
	if m == "" {
		return line(label, "")
	}
	return line(label, kit.Money(string(m), currency))
}

// some drops lines without a value.
func some(lines ...kit.Line) []kit.Line {
	return slices.DeleteFunc(lines, func(l kit.Line) bool { return l.Value == "" })
}

// sections drops sections without lines.
func sections(all ...kit.Section) []kit.Section {
	return slices.DeleteFunc(all, func(s kit.Section) bool { return len(s.Lines) == 0 })
}

func nonEmpty(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

func exact(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return kit.Exact(t, now)
}

func day(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return kit.Day(t, now)
}

func stock(n *int64) string {
	if n == nil {
		return ""
	}
	return kit.Number(*n)
}

func stockWords(n *int64) string {
	if n == nil {
		return ""
	}
	return kit.T("{n} in stock", "n", kit.Number(*n))
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// money formats "19.90 EUR" for the language of the window.
func money(text string) string {
	amount, currency, _ := strings.Cut(text, " ")
	if amount == "" {
		return ""
	}
	return kit.Money(amount, currency)
}
