package core

import (
	"reflect"
	"slices"
	"strings"
)

// recordFields are the names that every record has beside its data: its id at
// the service, the time of its last change, and whether the service says it is gone.
var recordFields = []string{"id", "updated_at", "removed"}

// fieldAliases are other usual words for a field; a manifest may use either.
var fieldAliases = map[string]string{
	"deleted":     "removed",
	"customer_id": "customer",
	"store_id":    "store",
	"product_id":  "product",
	"variant_id":  "variant",
	"parent_id":   "parent",
}

// CanonicalField returns the name that a field is stored under: "customer" for
// "customer_id". Other names are returned as they are.
func CanonicalField(name string) string {
	if c, ok := fieldAliases[name]; ok {
		return c
	}
	return name
}

// FieldNames returns every name that a manifest may map in a model: id,
// updated_at, removed, the fields of the model's data, those of its lists as
// "lines.sku", and the aliases. A name that ends in ".*" stands for any name
// there. Nil for an unknown model. The order is fixed.
func FieldNames(m Model) []string {
	d := NewData(m)
	if d == nil {
		return nil
	}
	names := append(slices.Clone(recordFields), structFields(reflect.TypeOf(d).Elem(), "")...)
	for alias, name := range fieldAliases {
		for _, known := range slices.Clone(names) {
			switch dir, last, nested := cutLast(known); {
			case last == name && nested:
				names = append(names, dir+"."+alias)
			case last == name:
				names = append(names, alias)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// KnownField reports whether a manifest may map that field of a model.
func KnownField(m Model, name string) bool {
	names := FieldNames(m)
	if slices.Contains(names, name) {
		return true
	}
	dir, _, nested := cutLast(name)
	return nested && slices.Contains(names, dir+".*")
}

// FieldIndex returns where the fields of a data struct stand, by their JSON
// names: index i of reflect.Type.Field.
func FieldIndex(t reflect.Type) map[string]int {
	index := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			index[name] = i
		}
	}
	return index
}

func structFields(t reflect.Type, dir string) []string {
	var names []string
	for name, i := range FieldIndex(t) {
		names = append(names, dir+name)
		switch f := t.Field(i).Type; {
		case f.Kind() == reflect.Slice && f.Elem().Kind() == reflect.Struct:
			names = append(names, structFields(f.Elem(), dir+name+".")...)
		case f.Kind() == reflect.Map:
			names = append(names, dir+name+".*")
		}
	}
	return names
}

// cutLast splits "lines.sku" into "lines" and "sku".
func cutLast(name string) (dir, last string, nested bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}
