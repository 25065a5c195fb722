package api

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/localhttp"
	"linkdesk/core/segment"
)

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// named are the types that have a schema of their own name.
var named = map[reflect.Type]string{
	reflect.TypeFor[core.Line]():     "Line",
	reflect.TypeFor[core.Variant]():  "Variant",
	reflect.TypeFor[core.Category](): "CategoryOfProduct",
	reflect.TypeFor[core.Rule]():     "Rule",
	reflect.TypeFor[orderChange]():   "OrderChange",
	reflect.TypeFor[analytics]():     "CustomerAnalytics",
}

// schemas are made from the types that the answers are made from.
func schemas() object {
	all := object{
		"Problem":       structSchema(reflect.TypeFor[localhttp.Problem]()),
		"Me":            structSchema(reflect.TypeFor[me]()),
		"SegmentDraft":  segmentSchema(reflect.TypeFor[segmentDraft](), "name"),
		"SegmentChange": segmentSchema(reflect.TypeFor[segmentChange]()),
		"OpenAPI":       object{"type": "object", "required": []string{"openapi", "info", "paths"}},
	}
	for t, name := range named {
		all[name] = structSchema(t)
	}
	all["Rule"] = ruleSchema()
	for source, name := range map[Source]string{Source(core.Stores): "Store", Source(core.Customers): "Customer", Source(core.Orders): "Order",
		Source(core.Products): "Product", Source(core.Segments): "Segment", Categories: "Category"} {
		all[name] = recordSchema(source)
	}
	return all
}

// recordSchema is an envelope with the fields of the document. Only the id is
// always there: `fields` leaves out others, and an empty field is absent.
func recordSchema(of Source) object {
	s := structSchema(dataType(of))
	properties := s["properties"].(object)
	for name := range properties {
		if hidden[of][name] != nil {
			properties[name] = nullable(properties[name].(object))
		}
	}
	for _, name := range envelope {
		properties[name] = object{"type": "string"}
		if strings.HasSuffix(name, "_at") {
			properties[name] = object{"type": []string{"string", "null"}, "format": "date-time"}
		}
	}
	switch of {
	case Source(core.Orders):
		properties["customer_id"] = object{"type": []string{"string", "null"}, "description": "The id of the customer's record."}
		properties["history"] = object{"type": "array", "items": ref("OrderChange")}
	case Source(core.Customers):
		properties["analytics"] = ref("CustomerAnalytics")
	}
	s["required"] = []string{"id"}
	return s
}

func strict(s object, required ...string) object {
	s["additionalProperties"] = false
	if required != nil {
		s["required"] = required
	}
	return s
}

// segmentSchema is what an app sends about a segment: by rules, or with members.
func segmentSchema(t reflect.Type, required ...string) object {
	s := strict(structSchema(t), required...)
	for name, about := range map[string]string{"members": "Ids of customers: the whole list of a static segment.", "add_members": "Ids of customers to put on the list.", "remove_members": "Ids of customers to take off the list."} {
		if list, ok := s["properties"].(object)[name].(object); ok {
			list["description"], list["maxItems"] = about, mostMemberIDs
		}
	}
	if required != nil {
		s["oneOf"] = []any{object{"required": []string{"rules"}}, object{"required": []string{"members"}}}
	}
	return s
}

// ruleSchema lists each field with the operators that it has.
func ruleSchema() object {
	list := func() object { return object{"type": "array", "minItems": 1, "items": ref("Rule")} }
	var names []string
	var words []string
	for _, f := range segment.Fields() {
		names = append(names, f.Name)
		words = append(words, f.Name+" ("+strings.Join(f.Kind.Ops(), " ")+")")
	}
	return object{"type": "object", "description": "Exactly one of all, any, not and field. Fields and their operators: " + strings.Join(words, ", ") + ".",
		"properties": object{"all": list(), "any": list(), "not": ref("Rule"),
			"field": object{"type": "string", "examples": names}, "op": object{"type": "string"}, "value": object{"type": "string"}}}
}

func structSchema(t reflect.Type) object {
	properties := object{}
	for name, i := range core.FieldIndex(t) {
		properties[name] = typeSchema(t.Field(i).Type)
	}
	return object{"type": "object", "properties": properties}
}

// typeSchema is the schema of what encoding/json writes for a type.
func typeSchema(t reflect.Type) object {
	if name := named[t]; name != "" {
		return ref(name)
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[core.Money]():
		return object{"type": "string", "description": "A decimal number, such as 19.90."}
	case t.Kind() == reflect.Pointer:
		return nullable(typeSchema(t.Elem()))
	}
	switch t.Kind() {
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": typeSchema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": typeSchema(t.Elem())}
	}
	return object{"type": "string"}
}

// nullable also allows null.
func nullable(s object) object {
	kind, plain := s["type"].(string)
	if !plain {
		return object{"anyOf": []any{s, object{"type": "null"}}}
	}
	s["type"] = slices.Concat([]string{kind}, []string{"null"})
	return s
}
