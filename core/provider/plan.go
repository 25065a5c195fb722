package provider

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"linkdesk/core"
	"linkdesk/core/service"
)

// plan is the compiled mapping of one data model of one manifest, or of one
// list inside it (order lines). All paths stand in one tree, so that a record
// is walked once. A plan is not changed after compile and may be shared.
type plan struct {
	model  core.Model
	typ    reflect.Type // struct that is filled, such as core.Order
	root   *node
	slots  int // how many values a walk collects
	fields []field
}

// node is one step of the paths: an object's key or an array's index.
type node struct {
	children [][]edge // by length of the key: most keys of a record are of no interest, and their length tells
	slots    []int    // where the value that stands here goes
}

type edge struct {
	key string
	to  *node
}

// child returns the node below n, nil when no path goes that way.
func (n *node) child(key string) *node {
	if len(key) >= len(n.children) {
		return nil
	}
	for i := range n.children[len(key)] {
		if e := &n.children[len(key)][i]; e.key == key {
			return e.to
		}
	}
	return nil
}

// grow returns the node below n, a new one when there is none.
func (n *node) grow(key string) *node {
	if c := n.child(key); c != nil {
		return c
	}
	for len(n.children) <= len(key) {
		n.children = append(n.children, nil)
	}
	c := &node{}
	n.children[len(key)] = append(n.children[len(key)], edge{key, c})
	return c
}

// target says which part of a record a field fills.
type target int

const (
	toData    target = iota // field number index of the data struct
	toSetting               // entry of the data struct's map, under key
	toID
	toUpdated
	toRemoved
)

// field is one compiled field of a manifest.
type field struct {
	name    string // as shown in reasons: "lines.price"
	target  target
	index   int
	key     string
	slots   []int // values in order of preference
	form    string
	typed   bool // the field is no text but a time, a number or a truth value
	mapping map[string]string
	prefix  *text
	value   *text // instead of slots
	sub     *plan // for lists of objects
}

// text is a template with the record's own values that it needs.
type text struct {
	template  service.Template
	perRecord bool           // names {id} or {raw.…}
	raw       map[string]int // "raw.PATH" -> slot
}

// compile prepares the mapping of a model. Load has checked the manifest, so
// an error here is one that only the conversion knows: a name or form that
// does not fit its field.
func compile(m *service.Manifest, model core.Model) (*plan, error) {
	def := m.Models[model]
	c := compiler{api: m.API, plan: newPlan(model, reflect.TypeOf(core.NewData(model)).Elem())}
	if err := c.addAll(parentField(def, c.plan.typ), ""); err != nil {
		return nil, err
	}
	if inc := def.List.Incremental; inc != nil && inc.Removed != "" {
		c.plan.fields = append(c.plan.fields, field{name: "removed", target: toRemoved, slots: []int{c.plan.slot(inc.Removed)}})
	}
	return c.plan, nil
}

// parentField returns the fields of a model, and with them that of the parent
// when its name is a field that the manifest does not map itself: an order read
// below a store is an order of that store.
func parentField(def *service.Model, typ reflect.Type) map[string]service.Field {
	if def.Parent == nil {
		return def.Fields
	}
	name := core.CanonicalField(def.Parent.As)
	i, ok := core.FieldIndex(typ)[name]
	if !ok || typ.Field(i).Type.Kind() != reflect.String {
		return def.Fields
	}
	all := make(map[string]service.Field, len(def.Fields)+1)
	all[name] = service.Field{Value: service.Template("{" + def.Parent.As + "}")}
	for n, f := range def.Fields {
		if core.CanonicalField(n) == name {
			delete(all, name)
		}
		all[n] = f
	}
	return all
}

func newPlan(model core.Model, typ reflect.Type) *plan {
	return &plan{model: model, typ: typ, root: &node{}}
}

// slot returns a fresh place for the value at a path.
func (p *plan) slot(path service.Path) int {
	n := p.root
	if path != "$" && path != "" {
		for step := range strings.SplitSeq(strings.TrimPrefix(string(path), "$."), ".") {
			n = n.grow(step)
		}
	}
	n.slots = append(n.slots, p.slots)
	p.slots++
	return p.slots - 1
}

// compiler adds fields to a plan.
type compiler struct {
	api  service.API
	plan *plan
}

func (c *compiler) addAll(fields map[string]service.Field, dir string) error {
	for name, f := range fields {
		if err := c.add(name, f, dir); err != nil {
			return err
		}
	}
	// The id first, because templates may name it; the currency next, because
	// amounts in minor units need it; then always the same order.
	rank := func(f field) int {
		return slices.Index([]string{dir + "currency", dir + "id"}, f.name)
	}
	slices.SortFunc(c.plan.fields, func(a, b field) int {
		return cmp.Or(rank(b)-rank(a), cmp.Compare(a.name, b.name))
	})
	return nil
}

func (c *compiler) add(name string, def service.Field, dir string) error {
	f := field{name: dir + core.CanonicalField(name), mapping: def.Map}
	typ, err := c.aim(&f, core.CanonicalField(name), dir != "")
	if err != nil {
		return err
	}
	for _, p := range def.Path {
		f.slots = append(f.slots, c.plan.slot(p))
	}
	f.prefix, f.value = c.text(def.Prefix), c.text(def.Value)
	if typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct {
		f.sub = newPlan(c.plan.model, typ.Elem())
		sub := compiler{api: c.api, plan: f.sub}
		c.plan.fields = append(c.plan.fields, f)
		return sub.addAll(def.Fields, f.name+".")
	}
	f.typed = f.target == toData && typ.Kind() != reflect.String
	f.form = cmp.Or(def.As, c.usualForm(f.name, typ))
	if !fits(f.form, typ) {
		return core.E(core.CodeInvalid, "", fmt.Errorf("%s: field %s cannot be read as %q", c.plan.model, f.name, f.form))
	}
	c.plan.fields = append(c.plan.fields, f)
	return nil
}

// aim finds what a field fills and of which type that is.
func (c *compiler) aim(f *field, name string, nested bool) (reflect.Type, error) {
	if !nested {
		switch name {
		case "id":
			f.target = toID
			return reflect.TypeFor[string](), nil
		case "updated_at":
			f.target = toUpdated
			return timeType, nil
		case "removed":
			f.target = toRemoved
			return reflect.TypeFor[*bool](), nil
		}
	}
	index := core.FieldIndex(c.plan.typ)
	if i, ok := index[name]; ok {
		f.index = i
		return c.plan.typ.Field(i).Type, nil
	}
	if dir, key, ok := strings.Cut(name, "."); ok {
		if i, ok := index[dir]; ok && c.plan.typ.Field(i).Type.Kind() == reflect.Map {
			f.target, f.index, f.key = toSetting, i, key
			return reflect.TypeFor[string](), nil
		}
	}
	return nil, core.E(core.CodeInvalid, "", fmt.Errorf("%s has no field %q", c.plan.model, f.name))
}

// text compiles a template; nil for an empty one.
func (c *compiler) text(t service.Template) *text {
	if t == "" {
		return nil
	}
	x := &text{template: t, raw: map[string]int{}}
	for _, name := range t.Names() {
		if path, ok := strings.CutPrefix(name, "raw."); ok {
			x.raw[name] = c.plan.slot(service.Path(path))
			x.perRecord = true
		}
		x.perRecord = x.perRecord || name == "id"
	}
	return x
}
