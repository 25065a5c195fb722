package provider

import "linkdesk/core"

const maxRuleDepth = 32

// rule reads a segment rule in Linkdesk's own shape (core.Rule). The value of
// a condition may be a text, a number or a truth value.
func rule(v value, depth int) (core.Rule, bool) {
	var r core.Rule
	if !v.IsObject() || depth > maxRuleDepth {
		return r, false
	}
	kinds, ok := 0, true
	v.ForEach(func(k, v value) bool {
		switch k.String() {
		case "all":
			r.All, ok = ruleList(v, depth)
			kinds++
		case "any":
			r.Any, ok = ruleList(v, depth)
			kinds++
		case "not":
			var inner core.Rule
			inner, ok = rule(v, depth+1)
			r.Not = &inner
			kinds++
		case "field":
			r.Field, ok = plain(v)
			kinds++
		case "op":
			r.Op, ok = plain(v)
		case "value":
			r.Value, ok = plain(v)
		}
		return ok
	})
	return r, ok && kinds == 1
}

func ruleList(v value, depth int) ([]core.Rule, bool) {
	if !v.IsArray() {
		return nil, false
	}
	rules, ok := []core.Rule{}, true
	v.ForEach(func(_, v value) bool {
		var r core.Rule
		r, ok = rule(v, depth+1)
		rules = append(rules, r)
		return ok
	})
	return rules, ok
}
