package service

import (
	"maps"
	"slices"
	"strings"

	"linkdesk/core"
)

// model checks how one data model is read.
func (c *checker) model(at string, model core.Model, m *Model) {
	if !m.IsSupported() {
		c.only(at, "a model that is not supported", "levels", "scopes", "scope_text", "parent", "list", "get", "members", "fields", "write")
		return
	}
	c.levels(at, m)
	c.parent(at, model, m)
	for _, a := range c.methods("") {
		known := c.known(a, len(c.m.Discover))
		if m.Parent != nil {
			if m.Parent.List != nil {
				c.list(at+"/parent/list", *m.Parent.List, known)
			}
			known = known.with(m.Parent.As, "parent.")
		}
		c.list(at+"/list", m.List, known)
		record := known.with(recordNames...)
		if m.Get != nil {
			c.request(at+"/get", *m.Get, record)
		}
		if m.Members != nil {
			c.request(at+"/members/request", m.Members.Request, record)
			if m.Members.Paging != nil {
				c.paging(at+"/members/paging", *m.Members.Paging, false)
			}
		}
		c.fields(at+"/fields", model, "", m.Fields, record)
		c.write(at+"/write", m, record)
	}
	if _, ok := m.Fields["id"]; !ok {
		c.errorf(at+"/fields", "“id” is missing: without it a record cannot be told from another.")
	}
	if inc := m.List.Incremental; inc != nil && inc.Kind != "none" {
		if _, ok := m.Fields["updated_at"]; !ok {
			c.errorf(at+"/fields", "“updated_at” is missing: reading only what changed needs it.")
		}
		if inc.Refetch && (m.Get == nil || m.Get.mentions("{raw.")) {
			c.errorf(at+"/list/incremental/refetch", "Reading each record again needs “get”, with {id} as all that it is told of the record.")
		}
	}
	if m.Members != nil && model != core.Segments {
		c.errorf(at+"/members", "Only segments have members.")
	}
}

// levels checks that each level that may be chosen has its scopes.
func (c *checker) levels(at string, m *Model) {
	if !slices.Contains(m.Levels, core.Disabled) {
		c.errorf(at+"/levels", "“disabled” is missing: a person can always choose not to sync.")
	}
	scoped := slices.ContainsFunc(c.m.Auth, func(a Auth) bool { return a.Authorize.Scope != nil })
	given := len(m.Scopes.Read)+len(m.Scopes.Write) > 0
	switch {
	case given && !scoped:
		c.errorf(at+"/scopes", "No way of signing in asks for scopes. Add “authorize.scope”, or leave these out.")
	case given && c.m.Access.Granularity == "none":
		c.errorf(at+"/scopes", "Access cannot be limited here (granularity: none), so put what is always asked under access.base_scopes.")
	}
	if !scoped || c.m.Access.Granularity != "model" {
		return
	}
	for _, l := range m.Levels {
		if l.CanRead() && len(m.Scopes.Read) == 0 {
			c.errorf(at+"/levels", "The level %s needs scopes under scopes.read.", l)
		}
		if l.CanWrite() && len(m.Scopes.Write) == 0 {
			c.errorf(at+"/levels", "The level %s needs scopes under scopes.write.", l)
		}
	}
}

// parent checks that a parent exists and that parents do not run in a circle.
func (c *checker) parent(at string, model core.Model, m *Model) {
	if m.Parent == nil {
		return
	}
	if slices.Contains(reserved, m.Parent.As) {
		c.errorf(at+"/parent/as", "“%s” is a name that Linkdesk fills in itself. Choose another.", m.Parent.As)
	}
	if m.Parent.Model == "" {
		return
	}
	parent := c.m.Models[m.Parent.Model]
	switch {
	case m.Parent.Model == model:
		c.errorf(at+"/parent/model", "A model cannot be its own parent.")
	case !parent.IsSupported():
		c.errorf(at+"/parent/model", "%s has no %s, so they cannot be the parent.", c.m.Name, m.Parent.Model)
	case parent.Parent != nil:
		c.errorf(at+"/parent/model", "A parent cannot have a parent of its own.")
	}
}

func (c *checker) list(at string, l List, known nameSet) {
	c.request(at+"/request", l.Request, known)
	switch {
	case l.Paging != nil:
		c.paging(at+"/paging", *l.Paging, false)
	case c.m.API.Paging.Kind == "":
		c.errorf(at, "Say how the list is paged: “paging: { kind: none }” when it comes in one piece.")
	}
	if inc := l.Incremental; inc != nil {
		c.incremental(at+"/incremental", inc, known.with(sinceNames...))
	}
}

func (c *checker) incremental(at string, inc *Incremental, known nameSet) {
	c.templates(at+"/needs", inc.Needs, known)
	switch inc.Kind {
	case "query", "header", "body":
		if inc.Param == "" {
			c.errorf(at, "“param” is missing: where does the time go?")
		}
		c.names(at+"/value", string(inc.Value), known)
		if inc.Value != "" && !strings.Contains(string(inc.Value), "{since") {
			c.errorf(at+"/value", "The value needs {since}.")
		}
	case "search":
		if inc.Request == nil || inc.Items == "" {
			c.errorf(at, "A search needs “request” and “items”.")
			return
		}
		c.request(at+"/request", *inc.Request, known)
		if !inc.Request.mentions("{since") {
			c.errorf(at+"/request", "The search needs {since} somewhere, or it finds everything.")
		}
	}
	if inc.Paging != nil {
		c.paging(at+"/paging", *inc.Paging, false)
	}
}

// mentions reports whether a text stands in a template of the request.
func (r *Request) mentions(text string) bool {
	for _, t := range slices.AppendSeq([]Template{r.URL, r.Path}, maps.Values(r.Query)) {
		if strings.Contains(string(t), text) {
			return true
		}
	}
	return bodyMentions(r.Body, text)
}

func bodyMentions(body any, text string) bool {
	switch b := body.(type) {
	case string:
		return strings.Contains(b, text)
	case []any:
		return slices.ContainsFunc(b, func(item any) bool { return bodyMentions(item, text) })
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(b)), func(item any) bool { return bodyMentions(item, text) })
	}
	return false
}

// paging checks that a kind of paging has what it needs; optional is for the
// API's default, which may be left out.
func (c *checker) paging(at string, p Paging, optional bool) {
	need := map[string][]string{
		"offset": {"offset_param"}, "page": {"page_param"}, "cursor": {"param", "next"}, "last_id": {"param"}, "link_body": {"next"},
	}
	if p.Kind == "" && optional {
		return
	}
	for _, key := range need[p.Kind] {
		if _, there := c.doc.lines[at+"/"+key]; !there {
			c.errorf(at, "Paging by %s needs “%s”.", p.Kind, key)
		}
	}
	counted := p.Kind == "offset" || p.Kind == "page" || p.Kind == "last_id"
	if counted && p.Limit == 0 && p.Done == (Done{}) {
		c.errorf(at, "Paging by %s needs “limit” or “done”, or the last page cannot be known.", p.Kind)
	}
	if p.Limit != 0 && p.LimitParam == "" && p.Kind != "none" {
		c.warnf(at+"/limit", "The service is not told the limit: “limit_param” is missing.")
	}
}

func (c *checker) fields(at string, model core.Model, dir string, fields map[string]Field, known nameSet) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f, place := fields[name], at+"/"+escapePointer(name)
		if !core.KnownField(model, dir+name) {
			c.errorf(place, "%s", unknown("field", name, siblings(model, dir)))
		}
		if (len(f.Path) > 0) == (f.Value != "") {
			c.errorf(place, "“%s” needs either a path or a value.", name)
		}
		c.names(place+"/prefix", string(f.Prefix), known)
		c.names(place+"/value", string(f.Value), known)
		if dir != "" && len(f.Fields) > 0 {
			c.errorf(place+"/fields", "Fields may be one level deep.")
			continue
		}
		c.fields(place+"/fields", model, name+".", f.Fields, known)
	}
}

// siblings returns the names of a model's fields at one level.
func siblings(model core.Model, dir string) []string {
	var names []string
	for _, n := range core.FieldNames(model) {
		if rest, in := strings.CutPrefix(n, dir); in && !strings.Contains(rest, ".") {
			names = append(names, rest)
		}
	}
	return names
}

// write checks the calls that create and change; their templates may use the
// canonical fields of the record.
func (c *checker) write(at string, m *Model, known nameSet) {
	sections, _ := m.Write.(map[string]any)
	names := known.with(slices.Collect(maps.Keys(m.Fields))...)
	names["member_emails"] = m.Members != nil
	for _, kind := range []string{"create", "update"} {
		call, ok := sections[kind].(map[string]any)
		if !ok {
			continue
		}
		place := at + "/" + kind
		path, _ := call["path"].(string)
		c.address(place+"/path", Template(strings.TrimSuffix(string(c.m.API.Base), "/")+path), names)
		c.body(place+"/query", call["query"], names)
		c.body(place+"/body", call["body"], names)
	}
}
