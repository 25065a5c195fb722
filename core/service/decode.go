package service

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// shortForm is a type that a file may also write as a text or a list: a field
// as just its path. expand returns the long form of what stands there.
type shortForm interface {
	longForm(short any) map[string]any
}

func (*Field) longForm(short any) map[string]any   { return map[string]any{"path": short} }
func (*Capture) longForm(short any) map[string]any { return map[string]any{"path": short} }
func (*Expires) longForm(any) map[string]any       { return map[string]any{"never": true} } // the schema allows no other text

// decode puts the document into the manifest's types. The schema has looked at
// it before, so an error here means that schema and types do not agree.
func (d *document) decode(m *Manifest) *Finding {
	return d.into(reflect.ValueOf(m).Elem(), d.root, "")
}

func (d *document) into(to reflect.Value, from any, pointer string) *Finding {
	if from == nil {
		return nil
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return d.into(to.Elem(), from, pointer)
	case reflect.Interface:
		to.Set(reflect.ValueOf(from))
		return nil
	case reflect.Struct:
		return d.intoStruct(to, from, pointer)
	case reflect.Map:
		return d.intoMap(to, from, pointer)
	case reflect.Slice:
		return d.intoSlice(to, from, pointer)
	}
	v := reflect.ValueOf(from)
	if v.Kind() != to.Kind() && !(v.CanInt() && to.CanInt()) {
		return d.mismatch(to, from, pointer)
	}
	to.Set(v.Convert(to.Type()))
	return nil
}

func (d *document) intoStruct(to reflect.Value, from any, pointer string) *Finding {
	fields, isMap := from.(map[string]any)
	if !isMap {
		short, ok := to.Addr().Interface().(shortForm)
		if !ok {
			return d.mismatch(to, from, pointer)
		}
		fields = short.longForm(from)
	}
	index := yamlFields(to.Type())
	for key, value := range fields {
		i, known := index[key]
		if !known {
			return &Finding{d.line(pointer), LevelError, fmt.Sprintf("Unknown key “%s”.", key)}
		}
		if f := d.into(to.Field(i), value, pointer+"/"+escapePointer(key)); f != nil {
			return f
		}
	}
	return nil
}

func (d *document) intoMap(to reflect.Value, from any, pointer string) *Finding {
	entries, isMap := from.(map[string]any)
	if !isMap {
		return d.mismatch(to, from, pointer)
	}
	t := to.Type()
	to.Set(reflect.MakeMapWithSize(t, len(entries)))
	for key, value := range entries {
		v := reflect.New(t.Elem()).Elem()
		if f := d.into(v, value, pointer+"/"+escapePointer(key)); f != nil {
			return f
		}
		to.SetMapIndex(reflect.ValueOf(key).Convert(t.Key()), v)
	}
	return nil
}

// intoSlice also takes a single value for a list of one: a path for paths.
func (d *document) intoSlice(to reflect.Value, from any, pointer string) *Finding {
	list, isList := from.([]any)
	if !isList {
		list = []any{from}
	}
	to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
	for i, value := range list {
		if f := d.into(to.Index(i), value, pointer+"/"+strconv.Itoa(i)); f != nil {
			return f
		}
	}
	return nil
}

func (d *document) mismatch(to reflect.Value, from any, pointer string) *Finding {
	return &Finding{d.line(pointer), LevelError, fmt.Sprintf("%s cannot be %s.", to.Type(), describe(from))}
}

// yamlIndex keeps what yamlFields found: types do not change.
var yamlIndex sync.Map // reflect.Type -> map[string]int

// yamlFields returns where the fields of a struct stand, by their names in a
// file. The map is shared: it must not be changed.
func yamlFields(t reflect.Type) map[string]int {
	if known, ok := yamlIndex.Load(t); ok {
		return known.(map[string]int)
	}
	index := map[string]int{}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" && name != "-" {
			index[name] = i
		}
	}
	yamlIndex.Store(t, index)
	return index
}
