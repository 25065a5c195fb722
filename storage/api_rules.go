package storage

import (
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/segment"
)

// A segment's rules become a condition on a row t of customer. Names in it come
// from the tables here only; whatever an app wrote is bound as a value.

// profileColumns are the fields of a customer that are compared: those with a
// column are in lower case there (tables.go), the others in the document, where
// only the letters A to Z are compared without regard to case.
var profileColumns = map[string]struct {
	column string
	folded bool
}{
	"email": {"t.email", true}, "phone": {"t.phone", true}, "company": {"t.company", true},
	"first_name": {"coalesce(t.doc ->> '$.first_name', '')", false}, "last_name": {"coalesce(t.doc ->> '$.last_name', '')", false},
	"country": {"coalesce(t.doc ->> '$.country', '')", false}, "city": {"coalesce(t.doc ->> '$.city', '')", false},
}

// keptOrders are the orders of a customer that count for analytics. Those that
// a running first load has not linked yet (link.go) count when it has. CROSS JOIN:
// SQLite would start with the orders.
const keptOrders = ` FROM order_customer k CROSS JOIN sale_order o NOT INDEXED ON o.id = k.record WHERE k.connection = t.connection AND k.customer = t.remote_id
	AND o.connection = t.connection AND o.customer = t.remote_id AND o.removed_at = 0
	AND lower(o.status) NOT IN ` + voided + ` AND lower(o.payment_status) NOT IN ` + voided

// exactTotal is the total in millionths, also of an amount that its column cannot hold.
const exactTotal = `CASE o.total WHEN -9223372036854775808 THEN CAST(o.doc ->> '$.total' AS REAL) * 1000000 ELSE o.total END`

// figures are the analytics of a customer. An amount without a currency is the
// largest of any one currency; without orders it is 0.
var figures = map[string]string{
	"orders_count":   `(SELECT count(*)` + keptOrders + `)`,
	"first_order_at": `(SELECT min(nullif(o.placed_at, 0))` + keptOrders + `)`,
	"last_order_at":  `(SELECT max(nullif(o.placed_at, 0))` + keptOrders + `)`,
	"total_spent":    `coalesce((SELECT max(s) FROM (SELECT total(` + exactTotal + `) AS s` + keptOrders + ` AND (? = '' OR o.currency = ?) GROUP BY o.currency)), 0)`,
	"average_order":  `coalesce((SELECT max(s) FROM (SELECT avg(` + exactTotal + `) AS s` + keptOrders + ` AND (? = '' OR o.currency = ?) GROUP BY o.currency)), 0)`,
}

var comparisons = map[string]string{"eq": " = ", "ne": " <> ", "gt": " > ", "gte": " >= ", "lt": " < ", "lte": " <= ", "before": " < ", "after": " > "}

// ruleSQL turns rules into a condition. Rules that segment.Check refuses are an error.
func ruleSQL(r core.Rule) (condition string, args []any, err error) {
	if err := segment.Check(r); err != nil {
		return "", nil, err
	}
	condition, args = treeSQL(r)
	return condition, args, nil
}

func treeSQL(r core.Rule) (condition string, args []any) {
	list, join := r.All, " AND "
	if len(r.Any) > 0 {
		list, join = r.Any, " OR "
	}
	if r.Not != nil {
		condition, args = treeSQL(*r.Not)
		return "NOT " + condition, args
	}
	if r.Field != "" {
		condition, args = conditionSQL(r)
		return "(coalesce(" + condition + ", 0))", args // so that "not" of an absent value is true
	}
	var parts []string
	for _, sub := range list {
		part, more := treeSQL(sub)
		parts, args = append(parts, part), append(args, more...)
	}
	return "(" + strings.Join(parts, join) + ")", args
}

func conditionSQL(r core.Rule) (string, []any) {
	f, _ := segment.Lookup(r.Field)
	set := r.Op == "is_set"
	isSet := func(condition string) string {
		if r.Value == "false" {
			return "NOT (" + condition + ")"
		}
		return condition
	}
	switch f.Kind {
	case segment.Text:
		c := profileColumns[f.Name]
		if set {
			return isSet(c.column + " <> ''"), nil
		}
		if c.folded {
			return textSQL(c.column, "?", r.Op), []any{lower(r.Value)}
		}
		return textSQL("lower("+c.column+")", "lower(?)", r.Op), []any{r.Value}
	case segment.Tags:
		return tagsSQL(r, set, isSet)
	case segment.Flag:
		if set {
			return isSet("t.doc -> '$.accepts_marketing' IS NOT NULL"), nil
		}
		return "coalesce(t.doc -> '$.accepts_marketing', '')" + comparisons[r.Op] + "?", []any{r.Value}
	case segment.Time:
		return timeSQL(r, set, isSet)
	case segment.Count:
		if set {
			return isSet(figures[f.Name] + " > 0"), nil
		}
		return figures[f.Name] + comparisons[r.Op] + "CAST(? AS INTEGER)", []any{r.Value}
	}
	if set {
		return isSet(figures["orders_count"] + " > 0"), nil
	}
	amount, currency, _ := segment.ParseAmount(r.Value)
	return figures[f.Name] + comparisons[r.Op] + "?", []any{currency, currency, amount}
}

func textSQL(column, value, op string) string {
	if op == "contains" {
		return "instr(" + column + ", " + value + ") > 0"
	}
	return column + comparisons[op] + value
}

// tagsSQL looks for a tag that fits; ne is that none is equal.
func tagsSQL(r core.Rule, set bool, isSet func(string) string) (string, []any) {
	some := "EXISTS (SELECT 1 FROM json_each(t.doc, '$.tags') j"
	switch {
	case set:
		return isSet(some + ")"), nil
	case r.Op == "ne":
		return "NOT " + some + " WHERE " + textSQL("lower(j.value)", "lower(?)", "eq") + ")", []any{r.Value}
	}
	return some + " WHERE " + textSQL("lower(j.value)", "lower(?)", r.Op) + ")", []any{r.Value}
}

func timeSQL(r core.Rule, set bool, isSet func(string) string) (string, []any) {
	expression := figures[r.Field]
	if r.Field == "created_at" {
		expression = "CAST(round(unixepoch(t.doc ->> '$.created_at', 'subsec') * 1000000) AS INTEGER)"
	}
	if set {
		return isSet(expression + " IS NOT NULL"), nil
	}
	at, _ := segment.ParseTime(r.Value)
	if r.Field == "created_at" {
		at = at.Round(time.Millisecond) // as exact as SQLite reads a time
	}
	return expression + comparisons[r.Op] + "?", []any{at.UnixMicro()}
}
