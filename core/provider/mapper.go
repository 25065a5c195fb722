package provider

import (
	"reflect"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/service"
)

// mapper turns the items of one page into records. It holds the scratch space
// of a plan, so each page has its own.
type mapper struct {
	plan     *plan
	vals     []value
	subs     map[*plan][]value
	texts    map[*text]string // templates that are the same for the whole page
	values   service.Values   // inputs, parent; {id} and {raw.…} while a record is mapped
	currency string
	rawID    string // of the last item, as the service wrote it, without a prefix
	keepRaw  bool
}

// newMapper prepares the mapping of a page. The values are its own from here on.
func newMapper(p *plan, values service.Values, keepRaw bool) (*mapper, error) {
	m := &mapper{plan: p, vals: make([]value, p.slots), subs: map[*plan][]value{}, texts: map[*text]string{}, values: values, keepRaw: keepRaw}
	return m, m.prepare(p)
}

func (m *mapper) prepare(p *plan) error {
	for _, f := range p.fields {
		for _, t := range []*text{f.prefix, f.value} {
			if t == nil || t.perRecord {
				continue
			}
			s, err := t.template.Expand(m.values, service.Raw)
			if err != nil {
				return core.E(core.CodeInvalid, "", err)
			}
			m.texts[t] = s
		}
		if f.sub != nil {
			m.subs[f.sub] = make([]value, f.sub.slots)
			if err := m.prepare(f.sub); err != nil {
				return err
			}
		}
	}
	return nil
}

// record maps the item at which the array stands. The reason tells which field was not what the manifest
// says and what was there instead; it is empty when the record is good.
func (m *mapper) record(items *array) (rec core.Record, reason string) {
	data := core.NewData(m.plan.model)
	rec.Data = data
	m.currency, m.rawID = "", ""
	if items.s[items.i] != '{' {
		return rec, "expected an object, found " + kindOf(items.take())
	}
	start := items.i
	reason = m.fill(m.plan, m.vals, items, reflect.ValueOf(data).Elem(), &rec)
	if reason == "" && rec.RemoteID == "" {
		reason = "id is missing"
	}
	if m.keepRaw {
		rec.Raw = []byte(items.s[start:items.i])
	}
	return rec, reason
}

// fill maps the element at which the array stands into dst; rec is nil inside a list.
func (m *mapper) fill(p *plan, vals []value, items *array, dst reflect.Value, rec *core.Record) string {
	clear(vals)
	items.i = p.root.walk(items.s, items.i, vals)
	for i := range p.fields {
		f := &p.fields[i]
		v := firstOf(vals, f.slots)
		if f.value == nil && v.Type == gjson.Null { // absent or null
			continue
		}
		if reason := m.set(f, vals, v, dst, rec); reason != "" {
			if f.sub != nil {
				return reason // names the field already
			}
			return f.name + ": " + reason
		}
	}
	return ""
}

// firstOf returns the first value that is there and not null.
func firstOf(vals []value, slots []int) value {
	for _, s := range slots {
		if vals[s].Type != gjson.Null {
			return vals[s]
		}
	}
	return value{}
}

func (m *mapper) set(f *field, vals []value, v value, dst reflect.Value, rec *core.Record) string {
	switch {
	case f.target == toRemoved && f.mapping == nil && f.value == nil:
		rec.Removed = rec.Removed || truthy(v)
		return ""
	case f.sub != nil:
		return m.setObjects(f, v, dst.Field(f.index))
	case f.form == asList:
		items, ok := list(v)
		dst.Field(f.index).Set(reflect.ValueOf(items))
		return expected(ok, "a list of texts", v)
	case f.form == asJSON:
		return setJSON(v, dst.Field(f.index))
	}
	s, ok := m.textOf(f, vals, v)
	if !ok {
		return expected(false, "a single value", v)
	}
	if s == "" {
		return ""
	}
	if !m.setText(f, s, dst, rec) {
		return expected(false, formWords[f.form], v)
	}
	return ""
}

// textOf returns what a field says, with map and prefix applied. An empty text
// is as good as none.
func (m *mapper) textOf(f *field, vals []value, v value) (string, bool) {
	var s string
	var ok bool
	if f.value != nil {
		s, ok = m.expand(f.value, vals)
	} else {
		s, ok = plain(v)
	}
	if f.target == toID {
		m.rawID = s
	}
	if to, known := f.mapping[s]; known {
		s = to
	}
	if f.prefix != nil && s != "" && ok {
		var prefix string
		prefix, ok = m.expand(f.prefix, vals)
		s = prefix + s
	}
	return s, ok
}

// expand fills a template in, with the record's own values where it names them.
func (m *mapper) expand(t *text, vals []value) (string, bool) {
	if !t.perRecord {
		return m.texts[t], true
	}
	for name, slot := range t.raw {
		s, ok := plain(vals[slot])
		if !ok && vals[slot].Type != gjson.Null {
			return "", false
		}
		m.values[name] = s
	}
	s, err := t.template.Expand(m.values, service.Raw)
	return s, err == nil
}

// setText converts a text and puts it where the field belongs.
func (m *mapper) setText(f *field, s string, dst reflect.Value, rec *core.Record) bool {
	switch f.target {
	case toUpdated:
		t, ok := parseTime(s, f.form)
		rec.UpdatedAt = t
		return ok
	case toRemoved:
		b, ok := boolean(s)
		rec.Removed = rec.Removed || b
		return ok
	}
	if f.typed {
		return setTyped(s, f.form, dst.Field(f.index))
	}
	s, ok := normal(s, f.form, m.currency)
	switch {
	case !ok:
	case f.target == toID:
		rec.RemoteID = strings.Clone(s) // ids outlive the page
		m.values["id"] = s
	case f.target == toSetting:
		settings := dst.Field(f.index)
		if settings.IsNil() {
			settings.Set(reflect.MakeMap(mapType))
		}
		settings.SetMapIndex(reflect.ValueOf(f.key), reflect.ValueOf(s))
	default:
		if f.name == "currency" {
			s = strings.ToUpper(s)
			m.currency = s
		}
		dst.Field(f.index).SetString(s)
	}
	return ok
}

func setTyped(s, form string, dst reflect.Value) bool {
	switch p := dst.Addr().Interface().(type) {
	case *time.Time:
		t, ok := parseTime(s, form)
		*p = t
		return ok
	case **bool:
		b, ok := boolean(s)
		*p = &b
		return ok
	case **int64:
		n, ok := integer(s)
		*p = &n
		return ok
	}
	return false
}

// setJSON keeps a value whole: segment rules and store settings in their own
// shape, anything else as its JSON text.
func setJSON(v value, dst reflect.Value) string {
	switch p := dst.Addr().Interface().(type) {
	case **core.Rule:
		r, ok := rule(v, 0)
		*p = &r
		return expected(ok, "a segment rule", v)
	case *map[string]string:
		all, ok := settings(v)
		*p = all
		return expected(ok, "an object", v)
	case *string:
		*p = strings.ToValidUTF8(v.Raw, "\uFFFD")
	}
	return ""
}

// setObjects maps a list of objects: order lines, categories, variants.
func (m *mapper) setObjects(f *field, v value, dst reflect.Value) string {
	if !v.IsArray() {
		return f.name + ": " + expected(false, "a list", v)
	}
	n := 0
	for items := openArray(v); items.next(); {
		if n == dst.Cap() {
			dst.Grow(max(4, n))
		}
		n++
		dst.SetLen(n)
		dst.Index(n - 1).SetZero()
		if items.s[items.i] != '{' && len(f.sub.root.slots) == 0 {
			return f.name + ": " + expected(false, "objects", items.take())
		}
		if reason := m.fill(f.sub, m.subs[f.sub], &items, dst.Index(n-1), nil); reason != "" {
			return reason
		}
	}
	return ""
}

// formWords say what a form expects, for the reason of a bad record.
var formWords = map[string]string{
	asInteger: "a whole number", asDecimal: "an amount", asMinor: "an amount with its currency", asBoolean: "true or false",
	iso8601: "a date and time", unix: "a date and time", unixMS: "a date and time", rfc2822: "a date and time", msJSON: "a date and time",
	asText: "a text",
}

func expected(ok bool, what string, v value) string {
	if ok {
		return ""
	}
	return "expected " + what + ", found " + kindOf(v)
}
