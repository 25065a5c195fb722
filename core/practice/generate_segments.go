package practice

import (
	"fmt"

	"linkdesk/core"
)

// fairLabel is on the customers of the one segment that is a plain list.
const fairLabel = "autumn fair 2026"

func is(field, op, value string) core.Rule { return core.Rule{Field: field, Op: op, Value: value} }

// segmentRules are the groups of the practice store. A nil rule is a plain
// list. Dates are fixed, as the data are.
var segmentRules = []struct {
	name string
	rule *core.Rule
}{
	{"Newsletter readers", &core.Rule{Field: "accepts_marketing", Op: "eq", Value: "true"}},
	{"Regular customers", &core.Rule{Field: "orders_count", Op: "gte", Value: "5"}},
	{"Spent more than 500", &core.Rule{Field: "total_spent", Op: "gt", Value: "500.00"}},
	{"New since August", &core.Rule{Field: "created_at", Op: "after", Value: "2026-08-01T00:00:00Z"}},
	{"Worth winning back", &core.Rule{All: []core.Rule{is("orders_count", "gte", "2"), is("last_order_at", "before", "2026-05-01T00:00:00Z")}}},
	{"Germany and Austria", &core.Rule{Any: []core.Rule{is("country", "eq", "DE"), is("country", "eq", "AT")}}},
	{"Companies without newsletter", &core.Rule{All: []core.Rule{is("company", "is_set", ""), {Not: &core.Rule{Field: "accepts_marketing", Op: "eq", Value: "true"}}}}},
	{"Met at the autumn fair", nil},
}

func (g *generator) makeSegments() {
	people := profiles(g.buyers, g.orders)
	for i, s := range segmentRules[:g.segments] {
		seg := &Segment{
			ID: fmt.Sprintf("seg_%d", i+1), Name: s.name, Type: "dynamic", Conditions: s.rule,
			Stamps: Stamps{dataEnd.AddDate(-1, i, 0), g.ago(3, 60)},
		}
		if s.rule == nil {
			seg.Type = "manual"
		}
		seg.MemberCount = len(membersOf(seg, people))
		g.add(kind(core.Segments), seg.ID, seg.Stamps.UpdatedAt, seg)
	}
}
