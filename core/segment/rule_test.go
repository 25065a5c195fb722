package segment

import (
	"strings"
	"testing"

	"linkdesk/core"
)

func condition(field, op, value string) core.Rule {
	return core.Rule{Field: field, Op: op, Value: value}
}

func deep(n int) core.Rule {
	r := condition("email", "is_set", "")
	for range n - 1 {
		r = core.Rule{Not: &core.Rule{All: r.All, Any: r.Any, Not: r.Not, Field: r.Field, Op: r.Op, Value: r.Value}}
	}
	return r
}

func wide(n int) core.Rule {
	var r core.Rule
	for range n {
		r.Any = append(r.Any, condition("country", "eq", "DE"))
	}
	return r
}

func TestGood(t *testing.T) {
	for _, r := range []core.Rule{
		condition("email", "contains", "@"), condition("email", "eq", ""), condition("tags", "eq", "VIP"), condition("accepts_marketing", "ne", "false"),
		condition("created_at", "after", "2026-05-01"), condition("last_order_at", "before", "2026-05-01T08:00:00+02:00"),
		condition("orders_count", "gte", "-1"), condition("total_spent", "lt", "500"), condition("average_order", "gt", "-0.000001 EUR"),
		condition("phone", "is_set", ""), condition("total_spent", "is_set", "false"), deep(mostDepth), wide(mostNodes - 1),
	} {
		if err := Check(r); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestBad(t *testing.T) {
	not := condition("email", "eq", "x")
	for _, c := range []struct {
		rule core.Rule
		say  string
	}{
		{core.Rule{}, "rules has to hold exactly one"},
		{core.Rule{All: []core.Rule{{}}}, "rules.all[0] has to hold"},
		{core.Rule{Field: "email", Op: "eq", Not: &not}, "exactly one"},
		{core.Rule{Not: &not, Op: "eq"}, "without a field"},
		{condition("doc", "eq", "x"), "rules.field"},
		{condition("email) OR 1=1 --", "eq", "x"), "rules.field"},
		{condition("email", "gt", "x"), "rules.op"}, {condition("orders_count", "contains", "1"), "rules.op"}, {condition("created_at", "eq", "2026-05-01"), "rules.op"},
		{core.Rule{Any: []core.Rule{not, {Not: &core.Rule{Field: "orders_count", Op: "eq", Value: "1.5"}}}}, "rules.any[1].not.value"},
		{condition("accepts_marketing", "eq", "yes"), "true or false"}, {condition("created_at", "after", "yesterday"), "a time"},
		{condition("total_spent", "gt", "1e9"), "an amount"}, {condition("total_spent", "gt", "1 eur"), "an amount"}, {condition("total_spent", "gt", "1/3"), "an amount"},
		{condition("total_spent", "gt", "0.0000001"), "an amount"}, {condition("total_spent", "gt", "99999999999999"), "an amount"}, {condition("total_spent", "gt", ""), "an amount"},
		{condition("email", "contains", ""), "some text"}, {condition("email", "is_set", "maybe"), "true, false or nothing"},
		{condition("city", "eq", strings.Repeat("ü", mostValue+1)), "too long"},
		{deep(mostDepth + 1), "too large"}, {wide(mostNodes), "too large"},
	} {
		err := Check(c.rule)
		if core.CodeOf(err) != core.CodeInvalid || !strings.Contains(core.AsError(err).Public, c.say) {
			t.Errorf("%+v: %v, want %q", c.rule, err, c.say)
		}
	}
}

func TestAmounts(t *testing.T) {
	for value, want := range map[string]int64{"19.90": 19_900_000, "-5": -5_000_000, "0": 0} {
		if n, currency, ok := ParseAmount(value + " EUR"); n != want || currency != "EUR" || !ok {
			t.Errorf("%s: %d %q %v", value, n, currency, ok)
		}
		if n, currency, ok := ParseAmount(value); n != want || currency != "" || !ok {
			t.Errorf("%s: %d %q %v", value, n, currency, ok)
		}
	}
}

func TestWalk(t *testing.T) {
	not := condition("c", "eq", "")
	var met []string
	Walk(core.Rule{All: []core.Rule{condition("a", "eq", ""), {Any: []core.Rule{condition("b", "eq", "")}}, {Not: &not}}}, func(r core.Rule) { met = append(met, r.Field) })
	if strings.Join(met, " ") != "a b c" {
		t.Errorf("%q", met)
	}
}

// Every field has operators, and every operator has values that can be used:
// whatever Fields and Ops offer, Check takes.
func TestFieldsAndOpsAgree(t *testing.T) {
	good := map[Kind]string{Text: "x", Tags: "x", Flag: "true", Time: "2026-01-01", Count: "1", Amount: "1.00"}
	for _, f := range Fields() {
		for _, op := range f.Kind.Ops() {
			value := good[f.Kind]
			if op == "is_set" {
				value = ""
			}
			if err := Check(condition(f.Name, op, value)); err != nil {
				t.Errorf("%s %s: %v", f.Name, op, err)
			}
		}
	}
}
