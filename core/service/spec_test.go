//go:build specs

package service

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"linkdesk/core"
)

// TestAgainstTheVendorsDocuments holds each built-in manifest to the vendor's
// own OpenAPI document, <LINKDESK_SPECS>/<id>.json: calls, parameters, lists
// and fields must be there. It runs with `make test-services`.
func TestAgainstTheVendorsDocuments(t *testing.T) {
	dir := os.Getenv("LINKDESK_SPECS")
	if dir == "" {
		t.Fatal("LINKDESK_SPECS must name the folder of the vendors' documents")
	}
	for _, id := range []string{"mailchimp", "hubspot"} {
		s := compare(t, dir, loadBuiltin(t, id))
		for _, f := range s.faults {
			t.Errorf("%s: %s", id, f)
		}
		t.Logf("%s: %d calls, %d values", id, s.calls, s.values)
		if s.calls < 15 || s.values < 60 {
			t.Errorf("%s: too little was compared", id)
		}
	}
}

// TestTheComparisonFindsFaults: a manifest that is wrong in one place is caught.
func TestTheComparisonFindsFaults(t *testing.T) {
	for name, spoil := range map[string]func(m *Manifest){
		"path":   func(m *Manifest) { m.Models[core.Orders].List.Request.Path = "/crm/v3/objects/order" },
		"method": func(m *Manifest) { m.Models[core.Orders].List.Request.Method = "PUT" },
		"items":  func(m *Manifest) { m.Models[core.Orders].List.Items = "paging" },
		"query":  func(m *Manifest) { m.API.Paging.Param = "cursor" },
		"limit":  func(m *Manifest) { m.API.Paging.Limit = 101 },
		"next":   func(m *Manifest) { m.API.Paging.Next = "paging.following" },
		"field":  func(m *Manifest) { m.Models[core.Segments].Fields["name"] = Field{Path: Paths{"title"}} },
		"body":   func(m *Manifest) { m.Models[core.Segments].List.Request.Body = object{"kinds": []any{}} },
		"search body": func(m *Manifest) {
			m.Models[core.Orders].List.Incremental.Request.Body.(object)["filterGroups"] = []any{object{}}
		},
		"members":       func(m *Manifest) { m.Models[core.Segments].Members.Key = "contact" },
		"account":       func(m *Manifest) { m.Verify.Account.ID = Paths{"hubId"} },
		"token address": func(m *Manifest) { m.Auth[0].Token.URL = "https://api.hubapi.com/oauth/v9/token" },
		"write": func(m *Manifest) {
			delete(m.Models[core.Products].Write.(object)["create"].(object)["body"].(object), "properties")
		},
	} {
		m := loadBuiltin(t, "hubspot")
		spoil(m)
		if s := compare(t, os.Getenv("LINKDESK_SPECS"), m); len(s.faults) == 0 {
			t.Errorf("a wrong %s is not noticed", name)
		}
	}
}

func compare(t *testing.T, dir string, m *Manifest) *spec {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, m.ID+".json"))
	if err != nil {
		t.Fatal(err)
	}
	s := &spec{m: m}
	if err := json.Unmarshal(data, &s.doc); err != nil {
		t.Fatal(err)
	}
	s.all()
	return s
}

type object = map[string]any

// spec compares one manifest with one document.
type spec struct {
	m             *Manifest
	doc           object
	faults        []string
	calls, values int
}

func (s *spec) Errorf(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

func (s *spec) all() {
	if answer := s.call("verify", s.m.Verify.Request, nil, nil); answer != nil {
		account := s.m.Verify.Account
		s.paths("verify.account", answer, slices.Concat(account.ID, account.Name, account.Email)...)
	}
	s.oauth()
	for _, model := range core.Models() {
		m := s.m.Models[model]
		if !m.IsSupported() {
			continue
		}
		name := string(model)
		if m.Parent != nil && m.Parent.List != nil {
			s.list(name+".parent", *m.Parent.List, map[string]Field{"id": {Path: Paths{"id"}}})
		}
		s.list(name, m.List, m.Fields)
		if m.Get != nil {
			answer := s.call(name+".get", *m.Get, nil, nil)
			if inc := m.List.Incremental; answer != nil && inc != nil && inc.Refetch {
				s.fields(name+".get", answer, m.Fields)
			}
		}
		if mem := m.Members; mem != nil {
			s.list(name+".members", List{Request: mem.Request, Items: mem.Items, Paging: mem.Paging}, map[string]Field{"key": {Path: Paths{mem.Key}}})
		}
		s.write(name, m.Write)
	}
}

// oauth looks at the token and revoke calls where the document has their host.
func (s *spec) oauth() {
	a, ok := s.m.AuthMethod("oauth2")
	if !ok || !strings.HasPrefix(string(a.Token.URL), s.server()) {
		return
	}
	if answer := s.call("token", Request{Method: "POST", URL: a.Token.URL}, nil, object{"grant_type": "authorization_code"}); answer != nil {
		r := a.Response
		s.paths("token.response", answer, r.AccessToken, r.RefreshToken, r.Scope, r.Expires.In)
		for _, c := range r.Capture {
			s.paths("token.response.capture", answer, c.Path)
		}
	}
	if a.Revoke != nil {
		body := object{}
		for name := range a.Revoke.Params {
			body[name] = ""
		}
		s.call("revoke", Request{Method: "POST", URL: a.Revoke.URL}, nil, body)
	}
}

// list looks at a list call, and at the search that finds what changed.
func (s *spec) list(name string, l List, fields map[string]Field) {
	paging := s.m.API.Paging
	if l.Paging != nil {
		paging = *l.Paging
	}
	query := []string{}
	if inc := l.Incremental; inc != nil && inc.Kind == "query" {
		query = append(slices.Collect(maps.Keys(inc.Needs)), inc.Param)
	}
	s.page(name, l.Request, l.Items, paging, query, fields)
	if inc := l.Incremental; inc != nil && inc.Kind == "search" {
		searched := maps.Clone(fields)
		if inc.Removed != "" {
			searched["removed"] = Field{Path: Paths{inc.Removed}}
		}
		if inc.Paging != nil {
			paging = *inc.Paging
		}
		s.page(name+".search", *inc.Request, inc.Items, paging, nil, searched)
	}
}

func (s *spec) page(name string, r Request, items Path, p Paging, query []string, fields map[string]Field) {
	body := object{}
	for _, param := range []string{p.OffsetParam, p.PageParam, p.Param, p.LimitParam} {
		if param != "" && p.In == "body" {
			body[param] = nil
		} else if param != "" {
			query = append(query, param)
		}
	}
	answer := s.call(name, r, query, body)
	if answer == nil {
		return
	}
	if most := s.maximum(r, p); most > 0 && p.Limit > most {
		s.Errorf("%s: a page holds at most %d", name, most)
	}
	s.paths(name+".paging", answer, p.Next, p.Done.HasMore, p.Done.Total, p.Done.TotalPages)
	array := s.at(answer, items)
	if array["type"] != "array" {
		s.Errorf("%s: there is no list at %s", name, items)
		return
	}
	s.fields(name, s.resolve(array["items"]), fields)
}

func (s *spec) fields(name string, item object, fields map[string]Field) {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		f := fields[key]
		s.paths(name+"."+key, item, f.Path...)
		if len(f.Fields) > 0 {
			s.fields(name+"."+key, s.resolve(s.at(item, f.Path[0])["items"]), f.Fields)
		}
	}
}

func (s *spec) write(name string, sections any) {
	all, _ := sections.(map[string]any)
	for _, kind := range []string{"create", "update"} {
		call, ok := all[kind].(map[string]any)
		if !ok {
			continue
		}
		r := Request{Method: call["method"].(string), Path: Template(call["path"].(string)), Body: call["body"]}
		query, _ := call["query"].(object)
		s.call(name+"."+kind, r, slices.Collect(maps.Keys(query)), nil)
	}
}

// call looks one request up and returns the schema of its good answer.
func (s *spec) call(name string, r Request, query []string, body object) object {
	s.calls++
	op := s.operation(r)
	if op == nil {
		s.Errorf("%s: the document has no %s %s", name, r.Method, r.URL+r.Path)
		return nil
	}
	known := s.query(op)
	for _, q := range append(query, slices.Collect(maps.Keys(r.Query))...) {
		if s.values++; known[q] == nil {
			s.Errorf("%s: the document has no parameter %s", name, q)
		}
	}
	given, _ := r.Body.(map[string]any)
	given = maps.Clone(given)
	for key, value := range body {
		if given == nil {
			given = object{}
		}
		given[key] = value
	}
	schema := s.sent(op)
	s.body(name, schema, given)
	if len(given) > 0 && schema == nil {
		s.Errorf("%s: the document has no body", name)
	}
	return s.answer(op)
}

// query returns the query parameters of an operation.
func (s *spec) query(op object) map[string]object {
	known := map[string]object{}
	params, _ := op["parameters"].([]any)
	for _, p := range params {
		if p := s.resolve(p); p["in"] == "query" {
			known[p["name"].(string)] = p
		}
	}
	return known
}

// sent returns the schema of the body of an operation; nil when it has none.
func (s *spec) sent(op object) object {
	content, _ := s.resolve(op["requestBody"])["content"].(object)
	for _, media := range content {
		return s.resolve(media.(object)["schema"])
	}
	return nil
}

// maximum returns the most records that a page may hold, 0 when the document does not say.
func (s *spec) maximum(r Request, p Paging) int {
	op := s.operation(r)
	part := s.resolve(s.query(op)[p.LimitParam]["schema"])
	if p.In == "body" {
		part = s.at(s.sent(op), Path(p.LimitParam))
	}
	most, _ := part["maximum"].(float64)
	return int(most)
}

// body checks that all that is sent is known, and all that is required is sent.
func (s *spec) body(name string, schema object, given object) {
	required, _ := schema["required"].([]any)
	for _, r := range required {
		if _, ok := given[r.(string)]; !ok {
			s.Errorf("%s: the body lacks %v", name, r)
		}
	}
	for key, value := range given {
		s.values++
		part := s.at(schema, Path(key))
		if part == nil {
			s.Errorf("%s: the document has no %s in the body", name, key)
			continue
		}
		if list, ok := value.([]any); ok {
			for _, item := range list {
				if m, ok := item.(object); ok {
					s.body(name+"."+key, s.resolve(part["items"]), m)
				}
			}
		}
		if m, ok := value.(object); ok {
			s.body(name+"."+key, part, m)
		}
	}
}

func (s *spec) answer(op object) object {
	responses, _ := op["responses"].(object)
	for _, code := range []string{"200", "201", "204"} {
		if r, ok := responses[code]; ok {
			content, _ := s.resolve(r)["content"].(object)
			media, _ := content["application/json"].(object)
			return s.resolve(media["schema"])
		}
	}
	s.Errorf("an operation has no good answer")
	return nil
}

// operation finds a call of ours, whose {names} stand for any parameter.
func (s *spec) operation(r Request) object {
	path := string(r.Path)
	if r.URL != "" {
		path = strings.TrimPrefix(string(r.URL), s.server())
	}
	ours := strings.Split(path, "/")
	for candidate, ops := range s.doc["paths"].(object) {
		theirs := strings.Split(candidate, "/")
		same := slices.EqualFunc(ours, theirs, func(a, b string) bool {
			return a == b || strings.HasPrefix(a, "{") && strings.HasPrefix(b, "{")
		})
		if same {
			op, _ := ops.(object)[strings.ToLower(r.Method)].(object)
			return op
		}
	}
	return nil
}

func (s *spec) server() string {
	return s.doc["servers"].([]any)[0].(object)["url"].(string)
}

func (s *spec) paths(name string, schema object, paths ...Path) {
	for _, p := range paths {
		if p == "" {
			continue
		}
		if s.values++; s.at(schema, p) == nil {
			s.Errorf("%s: the document has nothing at %s", name, p)
		}
	}
}

// at walks a path through a schema; nil when it is not there. An object whose
// keys are not listed may hold anything.
func (s *spec) at(schema object, path Path) object {
	if path == "$" {
		return schema
	}
	for _, step := range strings.Split(string(path), ".") {
		properties, _ := schema["properties"].(object)
		switch {
		case properties[step] != nil:
			schema = s.resolve(properties[step])
		case schema["type"] == "array" && strings.Trim(step, "0123456789") == "":
			schema = s.resolve(schema["items"])
		case schema["additionalProperties"] != nil && schema["additionalProperties"] != false:
			schema = s.resolve(schema["additionalProperties"])
		case schema["type"] == "object" && properties == nil:
			return object{"type": "object"}
		default:
			return nil
		}
	}
	return schema
}

// resolve follows $ref and merges allOf.
func (s *spec) resolve(node any) object {
	schema, _ := node.(object)
	if ref, ok := schema["$ref"].(string); ok {
		at := any(s.doc)
		for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			at = at.(object)[step]
		}
		return s.resolve(at)
	}
	parts, ok := schema["allOf"].([]any)
	if !ok {
		return schema
	}
	merged := object{"type": "object", "properties": object{}}
	for _, p := range parts {
		part := s.resolve(p)
		properties, _ := part["properties"].(object)
		maps.Copy(merged["properties"].(object), properties)
	}
	return merged
}
