package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"linkdesk/core/service"
)

// nextParent makes sure that the queue's first parent is the one to read
// below. It reads a page of parents when the queue is empty; false means that
// there are no more.
func (r *reader) nextParent(ctx context.Context, values service.Values) (bool, error) {
	if r.state.Parents == nil {
		r.state.Parents = &parents{}
	}
	ps := r.state.Parents
	for n := 0; len(ps.Queue) == 0 && !ps.Done; n++ {
		if n >= maxPages {
			return false, unexpected(fmt.Errorf("paging: the list of parents does not end"))
		}
		if err := r.readParents(ctx, ps, values); err != nil {
			return false, err
		}
	}
	return len(ps.Queue) > 0, nil
}

// parentList returns the list of parents and where their ids stand.
func (r *reader) parentList() (service.List, service.Path, error) {
	p := r.def.Parent
	if p.List != nil {
		return *p.List, cmp.Or(p.ID, "id"), nil
	}
	def := r.manifest.Models[p.Model]
	if def == nil || def.Parent != nil {
		return service.List{}, "", invalid(fmt.Errorf("%s: %s cannot be the parent", r.model, p.Model))
	}
	id := p.ID
	if paths := def.Fields["id"].Path; id == "" && len(paths) > 0 {
		id = paths[0]
	}
	return def.List, cmp.Or(id, "id"), nil
}

// readParents appends one page of parents to the queue.
func (r *reader) readParents(ctx context.Context, ps *parents, values service.Values) error {
	list, id, err := r.parentList()
	if err != nil {
		return err
	}
	k, err := r.newCall(list.Request, values)
	if err != nil {
		return err
	}
	paging := r.pagingOf(list.Paging)
	k.model, k.first, k.resumed = r.model, r.state.Pages == 0 && !ps.At.More, ps.At.More
	if err := r.ask(k, paging, ps.At); err != nil {
		return err
	}
	a, err := r.send(ctx, k)
	if err != nil {
		return err
	}
	doc, items, err := parseItems(a.body, list.Items, paging)
	if err != nil {
		return err
	}
	names := namesBelow(r.def)
	s := seen{doc: doc, header: a.header, everything: true}
	for item := range elements(items) {
		p := readParent(item, id, names)
		if p.ID == "" {
			return unexpected(fmt.Errorf("parents of %s: an item without an id", r.model))
		}
		ps.Queue = append(ps.Queue, p)
		s.items++
	}
	if s.items > 0 {
		s.first, s.last = ps.Queue[0].ID, ps.Queue[len(ps.Queue)-1].ID
	}
	more := false
	ps.At, more, err = advance(paging, ps.At, s)
	ps.Done = !more
	return err
}

// readParent takes out of a parent what the requests and fields below it need.
func readParent(item value, id service.Path, names []string) parent {
	p := parent{}
	s, _ := plain(service.Lookup(item, service.Paths{id}))
	p.ID = strings.Clone(s)
	for _, name := range names {
		s, _ := plain(service.Lookup(item, service.Paths{service.Path(name)}))
		if p.Values == nil {
			p.Values = map[string]string{}
		}
		p.Values[name] = strings.Clone(s)
	}
	return p
}

// addTo gives templates the parent's id under its name, and as {parent.NAME}.
func (p parent) addTo(v service.Values, as string) {
	for name, s := range p.Values {
		v["parent."+name] = s
	}
	v["parent.id"], v["parent."+as], v[as] = p.ID, p.ID, p.ID
}

// namesBelow returns the X of every {parent.X} in a model.
func namesBelow(def *service.Model) []string {
	text, err := json.Marshal(def)
	if err != nil {
		return nil // a manifest is made of texts, numbers, lists and maps
	}
	var names []string
	for _, full := range service.Template(text).Names() {
		name, ok := strings.CutPrefix(full, "parent.")
		if ok && name != "id" && name != def.Parent.As {
			names = append(names, name)
		}
	}
	return names
}
