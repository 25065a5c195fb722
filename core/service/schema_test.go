package service

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestSchemaAndTypesAgree walks all types of a manifest: each has a definition
// in the schema named after it, with exactly its keys, and no other key passes.
func TestSchemaAndTypesAgree(t *testing.T) {
	_, doc := schema()
	root := doc.(map[string]any)
	defs := root["$defs"].(map[string]any)
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			if seen[typ] {
				return
			}
			seen[typ] = true
			def := root
			if typ != reflect.TypeFor[Manifest]() {
				name := strings.ToLower(typ.Name()[:1]) + typ.Name()[1:]
				if typ.Name() == strings.ToUpper(typ.Name()) {
					name = strings.ToLower(typ.Name()) // API
				}
				var ok bool
				if def, ok = defs[name].(map[string]any); !ok {
					t.Errorf("the schema does not define %s", name)
					return
				}
			}
			if def["additionalProperties"] != false {
				t.Errorf("%s: unknown keys pass the schema", typ.Name())
			}
			want := slices.Sorted(maps.Keys(yamlFields(typ)))
			got := slices.Sorted(maps.Keys(def["properties"].(map[string]any)))
			if !slices.Equal(want, got) {
				t.Errorf("%s: the type has %v, the schema %v", typ.Name(), want, got)
			}
			for i := range typ.NumField() {
				walk(typ.Field(i).Type)
			}
		}
	}
	walk(reflect.TypeFor[Manifest]())
	if len(seen) < 25 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

// TestSchemaIsClosed: no object in the schema that lists keys lets others pass.
func TestSchemaIsClosed(t *testing.T) {
	_, doc := schema()
	var walk func(at string, node any)
	walk = func(at string, node any) {
		switch n := node.(type) {
		case map[string]any:
			if _, lists := n["properties"]; lists && !strings.Contains(at, "/if") && n["additionalProperties"] != false {
				t.Errorf("%s lets unknown keys pass", at)
			}
			for key, value := range n {
				walk(at+"/"+key, value)
			}
		case []any:
			for _, value := range n {
				walk(at, value)
			}
		}
	}
	walk("", doc)
}
