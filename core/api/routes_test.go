package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"linkdesk/core"
	"linkdesk/core/api"
)

// path puts the id of a record that is there into a route's path.
func (d *desk) path(r api.Route) string {
	id := map[api.Source]string{"stores": "main", "customers": "s1", "orders": "o1", "products": "p1", "categories": "k1", "segments": "s1"}[r.Of]
	if r.Path == "/v1/customers/{id}" {
		id = "c1"
	}
	k := api.Key{Connection: d.a, RemoteID: id}
	if r.Method == "PATCH" {
		made := d.ask("POST", "/v1/segments", "all", body("POST"))
		return "/v1/segments/" + made.json(d.t)["id"].(string)
	}
	return strings.ReplaceAll(r.Path, "{id}", api.RecordID(k))
}

func body(method string) string {
	if method == "GET" {
		return ""
	}
	return `{"name":"Mine","rules":{"field":"orders_count","op":"gte","value":"1"}}`
}

// B32: every route has one scope, and no other opens it.
func TestEveryRouteByEveryScope(t *testing.T) {
	d := newDesk(t)
	d.fill()
	for _, s := range core.Scopes() {
		d.checker.set(string(s), api.Access{App: "app_1", Scopes: []core.Scope{s}})
	}
	tries := 0
	for _, r := range api.Routes() {
		path := d.path(r)
		for _, token := range append([]string{"", "wrong", "all"}, scopeNames()...) {
			tries++
			got := d.ask(r.Method, path, token, body(r.Method))
			challenge := got.Header.Get("WWW-Authenticate")
			switch {
			case r.Public, token == "all", token != "" && token != "wrong" && (r.Scope == "" || token == string(r.Scope)):
				if got.StatusCode/100 != 2 {
					t.Errorf("%s %s with %q: %d %s", r.Method, r.Path, token, got.StatusCode, got.body)
				}
			case token == "" || token == "wrong":
				if got.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(challenge, `Bearer error="invalid_token"`) {
					t.Errorf("%s %s with %q: %d %q", r.Method, r.Path, token, got.StatusCode, challenge)
				}
			default:
				want := fmt.Sprintf(`Bearer error="insufficient_scope", scope=%q`, r.Scope)
				if got.StatusCode != http.StatusForbidden || challenge != want || !bytes.Contains(got.body, []byte(r.Scope)) {
					t.Errorf("%s %s with %q: %d %q %s", r.Method, r.Path, token, got.StatusCode, challenge, got.body)
				}
			}
			if got.StatusCode/100 != 2 && got.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: %s", r.Method, r.Path, got.Header.Get("Content-Type"))
			}
			if got.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: a CORS header", r.Path)
			}
		}
	}
	if tries != len(api.Routes())*9 || tries < 150 {
		t.Errorf("%d tries", tries)
	}
}

func scopeNames() (names []string) {
	for _, s := range core.Scopes() {
		names = append(names, string(s))
	}
	return names
}

// schemas compiles the schemas of the document that is served.
func compiled(t *testing.T, d *desk) func(pointer string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.ask("GET", "/v1/openapi.json", "", "").body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://linkdesk.example/openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return func(pointer string) *jsonschema.Schema {
		s, err := c.Compile("https://linkdesk.example/openapi.json#" + pointer)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func pointer(r api.Route, status int) string {
	return "/paths/" + strings.ReplaceAll(r.Path, "/", "~1") + "/" + strings.ToLower(r.Method) + "/responses/" + fmt.Sprint(status) + "/content/application~1json/schema"
}

// What the document says is what is answered, to any app, with every parameter that adds something.
func TestAnswersFitTheDocument(t *testing.T) {
	d := newDesk(t)
	d.fill()
	schema := compiled(t, d)
	for _, r := range api.Routes() {
		path := d.path(r)
		queries := []string{""}
		if len(r.Includes) > 0 {
			queries = append(queries, "?include="+strings.Join(r.Includes, ","))
		}
		for _, f := range r.Fields {
			queries = append(queries, "?fields="+f)
		}
		for _, q := range queries {
			for _, token := range []string{"all", "masked"} {
				if r.Method != "GET" && q != "" {
					continue
				}
				got := d.ask(r.Method, path+q, token, body(r.Method))
				if token == "masked" && got.StatusCode == http.StatusForbidden {
					t.Errorf("%s%s: %s", path, q, got.body)
				}
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(got.body))
				if err != nil {
					t.Fatalf("%s%s: %v: %s", path, q, err, got.body)
				}
				if err := schema(pointer(r, got.StatusCode)).Validate(v); err != nil {
					t.Errorf("%s %s%s: %v\n%s", r.Method, path, q, err, got.body)
				}
				if got.StatusCode == 200 && r.Answer != "Me" && r.Answer != "OpenAPI" && r.Answer != "OrderChange" {
					fitsExactly(t, r, got)
				}
			}
		}
	}
}

// fitsExactly finds fields that the document does not name.
func fitsExactly(t *testing.T, r api.Route, got answer) {
	t.Helper()
	fields := r.Fields
	if fields == nil {
		return
	}
	for _, record := range got.data(t) {
		for name := range record {
			if !slices.Contains(fields, name) {
				t.Errorf("%s answers %s, which the document does not name", r.Path, name)
			}
		}
	}
}

// The document holds together: references lead somewhere, every operation has
// its own name, a scope that exists, declared path parameters, and its failures.
func TestDocumentLint(t *testing.T) {
	d := newDesk(t)
	doc := d.ask("GET", "/v1/openapi.json", "", "")
	text, v := string(doc.body), doc.json(t)
	if v["openapi"] != "3.1.0" || strings.Contains(text, "null,null") {
		t.Errorf("%.200s", text)
	}
	schema := compiled(t, d)
	for _, m := range regexp.MustCompile(`"\$ref":"#(/[^"]+)"`).FindAllStringSubmatch(text, -1) {
		at := v
		for _, step := range strings.Split(m[1], "/")[1:] {
			next, ok := at[step].(map[string]any)
			if !ok {
				t.Fatalf("%s leads nowhere", m[1])
			}
			at = next
		}
		if strings.HasPrefix(m[1], "/components/schemas/") {
			schema(m[1])
		}
	}
	scopes := v["components"].(map[string]any)["securitySchemes"].(map[string]any)["linkdesk"].(map[string]any)["flows"].(map[string]any)["authorizationCode"].(map[string]any)["scopes"].(map[string]any)
	if len(scopes) != len(core.Scopes()) {
		t.Errorf("scopes %v", scopes)
	}
	ids := map[string]bool{}
	operations := 0
	for path, item := range v["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			operations++
			op := o.(map[string]any)
			id, _ := op["operationId"].(string)
			if id == "" || ids[id] || op["summary"] == "" || len(op["tags"].([]any)) != 1 {
				t.Errorf("%s %s: operationId %q", method, path, id)
			}
			ids[id] = true
			lintOperation(t, path, method, op, scopes)
		}
	}
	if operations != len(api.Routes()) {
		t.Errorf("%d operations for %d routes", operations, len(api.Routes()))
	}
}

func lintOperation(t *testing.T, path, method string, op, scopes map[string]any) {
	t.Helper()
	names := map[string]bool{}
	params, _ := op["parameters"].([]any)
	for _, p := range params {
		param := p.(map[string]any)
		key := fmt.Sprint(param["in"], param["name"])
		if names[key] || param["description"] == nil || param["schema"] == nil {
			t.Errorf("%s %s: parameter %s", method, path, key)
		}
		names[key] = true
	}
	if strings.Contains(path, "{id}") != names["pathid"] {
		t.Errorf("%s %s: the path's parameter", method, path)
	}
	responses := op["responses"].(map[string]any)
	for status, r := range responses {
		if response := r.(map[string]any); response["description"] == nil && response["$ref"] == nil {
			t.Errorf("%s %s %s has no words", method, path, status)
		}
	}
	security, own := op["security"].([]any)
	if own && len(security) == 1 {
		for _, s := range security[0].(map[string]any)["linkdesk"].([]any) {
			if scopes[s.(string)] == nil {
				t.Errorf("%s %s: scope %v", method, path, s)
			}
		}
	}
	if public := own && len(security) == 0; public != (responses["401"] == nil) {
		t.Errorf("%s %s: open and 401 do not agree", method, path)
	}
}
