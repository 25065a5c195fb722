package segment

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"linkdesk/core"
)

// Kind is the type of a field; it decides the operators and the form of a value.
type Kind int

// The kinds.
const (
	Text   Kind = iota // compared without regard to case
	Tags               // true if one of them fits
	Flag               // "true" or "false"
	Time               // RFC 3339, or a date, which is its first moment in UTC
	Count              // a whole number
	Amount             // "19.90", or "19.90 EUR" for that currency alone
)

// Field is what a condition may be about.
type Field struct {
	Name     string
	Kind     Kind
	Personal bool // kept from apps that may not see personal fields
}

var fields = []Field{
	{"email", Text, true}, {"phone", Text, true}, {"first_name", Text, true}, {"last_name", Text, true},
	{"company", Text, true}, {"country", Text, true}, {"city", Text, true},
	{"tags", Tags, true}, {"accepts_marketing", Flag, false}, {"created_at", Time, false},
	{"orders_count", Count, false}, {"total_spent", Amount, false}, {"average_order", Amount, false},
	{"first_order_at", Time, false}, {"last_order_at", Time, false},
}

// Fields returns all fields, in the order in which they are shown.
func Fields() []Field { return slices.Clone(fields) }

// Lookup returns the field of that name.
func Lookup(name string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// Ops returns what may be asked of a field of the kind.
func (k Kind) Ops() []string {
	switch k {
	case Text, Tags:
		return []string{"eq", "ne", "contains", "is_set"}
	case Flag:
		return []string{"eq", "ne", "is_set"}
	case Time:
		return []string{"before", "after", "is_set"}
	}
	return []string{"eq", "ne", "gt", "gte", "lt", "lte", "is_set"}
}

// Bounds of a rule, so that working it out stays quick.
const (
	mostDepth = 8
	mostNodes = 64
	mostValue = 200 // characters
)

// Check reports what keeps a rule from being used, as CodeInvalid with the
// place in the tree: "rules.all[1].value".
func Check(r core.Rule) error {
	nodes := 0
	return check(r, "rules", 1, &nodes)
}

func check(r core.Rule, at string, depth int, nodes *int) error {
	*nodes++
	if depth > mostDepth || *nodes > mostNodes {
		return core.Invalid("The rules are too large: use at most " + strconv.Itoa(mostNodes) + " conditions, at most " + strconv.Itoa(mostDepth) + " deep.")
	}
	kinds := 0
	for _, set := range []bool{len(r.All) > 0, len(r.Any) > 0, r.Not != nil, r.Field != ""} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return core.Invalid(at + " has to hold exactly one of all, any, not and field.")
	}
	if r.Field != "" {
		return checkCondition(r, at)
	}
	if r.Op != "" || r.Value != "" {
		return core.Invalid(at + " has an op or a value without a field.")
	}
	if r.Not != nil {
		return check(*r.Not, at+".not", depth+1, nodes)
	}
	for name, list := range map[string][]core.Rule{"all": r.All, "any": r.Any} {
		for i, sub := range list {
			if err := check(sub, at+"."+name+"["+strconv.Itoa(i)+"]", depth+1, nodes); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkCondition(r core.Rule, at string) error {
	f, ok := Lookup(r.Field)
	if !ok {
		var names []string
		for _, f := range fields {
			names = append(names, f.Name)
		}
		return core.Invalid(at + ".field is “" + short(r.Field) + "”. Use one of " + strings.Join(names, ", ") + ".")
	}
	if !slices.Contains(f.Kind.Ops(), r.Op) {
		return core.Invalid(at + ".op is “" + short(r.Op) + "”. For " + f.Name + " use one of " + strings.Join(f.Kind.Ops(), ", ") + ".")
	}
	if len([]rune(r.Value)) > mostValue {
		return core.Invalid(at + ".value is too long: use at most " + strconv.Itoa(mostValue) + " characters.")
	}
	if want := f.Kind.wrong(r.Op, r.Value); want != "" {
		return core.Invalid(at + ".value has to be " + want + ".")
	}
	return nil
}

// wrong says what a value should have been; "" when it can be used.
func (k Kind) wrong(op, value string) string {
	if op == "is_set" {
		if value != "" && value != "true" && value != "false" {
			return "true, false or nothing"
		}
		return ""
	}
	switch k {
	case Text, Tags:
		if op == "contains" && value == "" {
			return "some text"
		}
	case Flag:
		if value != "true" && value != "false" {
			return "true or false"
		}
	case Time:
		if _, ok := ParseTime(value); !ok {
			return "a time such as 2026-05-01 or 2026-05-01T08:00:00Z"
		}
	case Count:
		if _, err := strconv.ParseInt(value, 10, 32); err != nil {
			return "a whole number"
		}
	case Amount:
		if _, _, ok := ParseAmount(value); !ok {
			return "an amount such as 500.00 or 500.00 EUR"
		}
	}
	return ""
}

// ParseTime reads a value of a Time field.
func ParseTime(value string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, value); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// ParseAmount reads a value of an Amount field: millionths of one unit of the
// currency, and the currency, "" for whichever.
func ParseAmount(value string) (millionths int64, currency string, ok bool) {
	number, currency, named := strings.Cut(value, " ")
	if named && (len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return 0, "", false
	}
	if len(number) > 20 || strings.Trim(number, "-.0123456789") != "" {
		return 0, "", false
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, "", false
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, "", false
	}
	return r.Num().Int64(), currency, true
}

// Walk calls fn for each condition of a rule.
func Walk(r core.Rule, fn func(condition core.Rule)) {
	if r.Field != "" {
		fn(r)
	}
	for _, sub := range slices.Concat(r.All, r.Any) {
		Walk(sub, fn)
	}
	if r.Not != nil {
		Walk(*r.Not, fn)
	}
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
