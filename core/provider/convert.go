package provider

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
)

// value is a piece of JSON.
type value = gjson.Result

// The forms beside those of times in which a manifest may say a value comes.
const (
	asText    = "text"
	asInteger = "integer"
	asDecimal = "decimal"
	asMinor   = "minor_units"
	asBoolean = "boolean"
	asList    = "list"
	asJSON    = "json"
)

var (
	timeType  = reflect.TypeFor[time.Time]()
	moneyType = reflect.TypeFor[core.Money]()
	boolType  = reflect.TypeFor[*bool]()
	intType   = reflect.TypeFor[*int64]()
	listType  = reflect.TypeFor[[]string]()
	mapType   = reflect.TypeFor[map[string]string]()
	ruleType  = reflect.TypeFor[*core.Rule]()
)

// usualForm is the form of a field for which the manifest names none: that of
// the service for times and money, else what the field itself is.
func (c *compiler) usualForm(name string, typ reflect.Type) string {
	switch {
	case typ == timeType && c.api.Time != "":
		return c.api.Time
	case typ == timeType:
		return iso8601
	case typ == moneyType && c.api.Money == asMinor:
		return asMinor
	case typ == moneyType, strings.HasSuffix(name, ".quantity"):
		return asDecimal
	case typ == boolType:
		return asBoolean
	case typ == intType:
		return asInteger
	case typ == listType:
		return asList
	case typ == ruleType, typ == mapType:
		return asJSON
	}
	return asText
}

// fits reports whether a form can fill a field of that type.
func fits(form string, typ reflect.Type) bool {
	switch typ {
	case timeType:
		return isTimeForm(form)
	case boolType:
		return form == asBoolean
	case intType:
		return form == asInteger
	case listType:
		return form == asList
	case ruleType, mapType:
		return form == asJSON
	case moneyType:
		return form == asDecimal || form == asMinor
	}
	switch form {
	case asText, asInteger, asDecimal, asMinor, asBoolean, asJSON:
		return true
	}
	return isTimeForm(form)
}

// plain returns the text of a value that is a text, number or truth value.
func plain(v value) (string, bool) {
	switch v.Type {
	case gjson.String:
		return strings.ToValidUTF8(v.Str, "\uFFFD"), true
	case gjson.Number:
		return v.Raw, true
	case gjson.True:
		return "true", true
	case gjson.False:
		return "false", true
	}
	return "", false
}

// normal brings a text into the form in which Linkdesk keeps it: numbers as
// decimal digits, truth values as "true" and "false", times as RFC 3339.
func normal(s, form, currency string) (string, bool) {
	switch form {
	case asText, asJSON:
		return s, true
	case asDecimal:
		return decimal(s)
	case asMinor:
		if currency == "" {
			return "", false // guessing the digits would be wrong by a factor of 100
		}
		return fromMinor(s, currency)
	case asInteger:
		n, ok := integer(s)
		return strconv.FormatInt(n, 10), ok
	case asBoolean:
		b, ok := boolean(s)
		return strconv.FormatBool(b), ok
	}
	t, ok := parseTime(s, form)
	return t.Format(time.RFC3339Nano), ok
}

// integer reads a whole number, also one that is written as 12.0.
func integer(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	d, ok := decimal(s)
	whole, fraction, _ := strings.Cut(d, ".")
	if !ok || strings.Trim(fraction, "0") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return n, err == nil
}

func boolean(s string) (b, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "1", "yes", "y", "on":
		return true, true
	case "false", "0", "no", "n", "off":
		return false, true
	}
	return false, false
}

// truthy is for marks of removal: services write true, 1, or the time at which
// it happened.
func truthy(v value) bool {
	s, ok := plain(v)
	if !ok {
		return v.IsObject() || v.IsArray() && len(v.Array()) > 0
	}
	if b, ok := boolean(s); ok {
		return b
	}
	return strings.TrimSpace(s) != ""
}

// list reads an array of plain values, or a text with commas.
func list(v value) ([]string, bool) {
	var items []string
	if !v.IsArray() {
		s, ok := plain(v)
		for part := range strings.SplitSeq(s, ",") {
			if part = strings.TrimSpace(part); part != "" {
				items = append(items, part)
			}
		}
		return items, ok
	}
	for item := range elements(v) {
		s, ok := plain(item)
		if !ok && item.Type != gjson.Null {
			return nil, false
		}
		if s != "" {
			items = append(items, s)
		}
	}
	return items, true
}

// settings reads an object of plain values; others are kept as their JSON.
func settings(v value) (map[string]string, bool) {
	all := map[string]string{}
	v.ForEach(func(k, v value) bool {
		if s, ok := plain(v); ok {
			all[k.String()] = s
		} else if v.Type != gjson.Null {
			all[k.String()] = strings.ToValidUTF8(v.Raw, "\uFFFD")
		}
		return true
	})
	return all, v.IsObject()
}

// kindOf names what was found, for people who read the reason; never the value.
func kindOf(v value) string {
	switch {
	case v.Type == gjson.String && v.Str == "":
		return "an empty text"
	case v.Type == gjson.String:
		return "a text"
	case v.Type == gjson.Number:
		return "a number"
	case v.IsBool():
		return "true or false"
	case v.IsArray():
		return "a list"
	case v.IsObject():
		return "an object"
	}
	return "nothing"
}
