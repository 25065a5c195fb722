package service

import (
	"fmt"
	"strings"
	"testing"

	"linkdesk/core"
)

// small is the smallest good manifest; tests change a line of it.
const small = `manifest: 1
id: shop
name: Shop
category: commerce
guide: Ask the shop.
hosts: [api.shop.com, "*.shop.com"]
inputs:
  - { id: shop, label: Shop address, pattern: "[a-z0-9-]+", example: acme, suffix: .shop.com }
auth:
  - method: oauth2
    client: { id: required, secret: required }
    authorize: { url: "https://{shop}.shop.com/authorize", scope: { param: scope, separator: " " } }
    token: { url: "https://{shop}.shop.com/token", auth: body, body: form }
    pkce: supported
    redirect: { kinds: [loopback_ip], port: any, path: /callback }
api:
  base: https://api.shop.com/v1
  auth: { header: Authorization, value: "Bearer {access_token}" }
  paging: { kind: page, page_param: page, limit_param: size, limit: 50 }
verify:
  request: { method: GET, path: /me }
  account: { id: id, name: name }
access: { granularity: model, enforced_by: service }
models:
  stores: { supported: false, reason: There is one. }
  customers: { supported: false, reason: There are none. }
  products: { supported: false, reason: There are none. }
  segments: { supported: false, reason: There are none. }
  orders:
    levels: [disabled, read]
    scopes: { read: [orders] }
    list:
      request: { method: GET, path: /orders }
      items: orders
      incremental: { kind: query, param: since }
    fields: { id: id, updated_at: changed, total: amount }
`

func TestSmallManifestIsGood(t *testing.T) {
	if f := Check("shop.yaml", []byte(small)); len(f) != 0 {
		t.Fatalf("findings: %+v", f)
	}
}

// TestFaults changes one thing in a good manifest; the error names the line,
// what is wrong and what is allowed.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"hosts: [", "hots: [", "shop.yaml:6: Unknown key “hots”. Did you mean “hosts”? Allowed here: access, api, auth"},
		{"category: commerce", "category: comerce", "shop.yaml:4: “category” cannot be “comerce”. Did you mean “commerce”?"},
		{"name: Shop\n", "name: Shop\nname: Other\n", "shop.yaml:4: The key \"name\" stands twice: first on line 3."},
		{"name: Shop\n", "name: &n Shop\n", "shop.yaml:3: Anchors (&), aliases (*) and merges (<<) are not allowed."},
		{"name: Shop\n", "name: !!str Shop\n", "shop.yaml:3: Tags (!) are not allowed."},
		{"name: Shop\n", "name: 7\n", "shop.yaml:3: “name” must be a text. Put it in quotes."},
		{"name: Shop\n", "name:\n", "shop.yaml:3: “name” is empty."},
		{"id: shop\n", "id: My Shop\n", "shop.yaml:2: “id” cannot be “My Shop”. It is: Stable name"},
		{"manifest: 1", "manifest: 2", "shop.yaml:1: “manifest” must be 1."},
		{"{ method: GET, path: /me }", "{ method: GET }", "shop.yaml:21: “verify.request” needs exactly one of url or path."},
		{"redirect: { kinds: [loopback_ip], port: any", "redirect: { kinds: [loopback_ip], port: registered", "“0.redirect” needs ports."},
		{", suffix: .shop.com }", ", sufix: .shop.com }", "shop.yaml:8: Unknown key “sufix”. Did you mean “suffix”?"},
		{"example: acme", "example: Acme Ltd", "shop.yaml:8: The example does not match the pattern."},
		{`pattern: "[a-z0-9-]+"`, `pattern: "[a-z"`, "is not a regular expression"},
		{"- { id: shop,", "- { id: practice,", "“practice” is a name that Linkdesk fills in itself."},
		{"https://{shop}.shop.com/token", "https://{shop}.evil.com/token", "shop.yaml:13: The host “{shop}.evil.com” is not listed under hosts."},
		{"https://api.shop.com/v1", "http://api.shop.com/v1", "shop.yaml:17: The host “api.shop.com” is not listed under hosts with its port, as http needs"},
		{"https://api.shop.com/v1", "https://api.shop.com@evil.com/v1", "is not an address"},
		{"https://api.shop.com/v1", "https://{shp}.shop.com/v1", "shop.yaml:17: Unknown name “shp”. Did you mean “shop”?"},
		{"path: /me }", "path: \"/me/{access_token}\" }", "shop.yaml:21: Unknown name “access_token”."},
		{"path: /orders }", "path: \"/orders/{since\" }", "has a brace that does not belong to a {name}"},
		{"Bearer {access_token}", "Bearer x", "The value needs {access_token}"},
		{"scopes: { read: [orders] }", "scopes: { write: [orders] }", "The level read needs scopes under scopes.read."},
		{"levels: [disabled, read]", "levels: [read, write]", "“disabled” is missing"},
		{"granularity: model", "granularity: none", "put what is always asked under access.base_scopes"},
		{"fields: { id: id, ", "fields: { ", "“id” is missing"},
		{"updated_at: changed, ", "", "“updated_at” is missing"},
		{"total: amount", "totl: amount", "Unknown field “totl”. Did you mean “total”?"},
		{"total: amount", "total: { as: decimal }", "“total” needs either a path or a value."},
		{"total: amount", "lines: { path: l, fields: { skuu: s } }", "Unknown field “skuu”. Did you mean “sku”?"},
		{"      items: orders\n", "", "“orders.list” needs items."},
		{"param: since }", "value: x }", "“param” is missing"},
		{"param: since }", "param: since, value: x }", "The value needs {since}."},
		{"param: since }", "param: since, refetch: true }", "Reading each record again needs “get”"},
		{"kind: query, param: since", "kind: search", "A search needs “request” and “items”."},
		{"page_param: page, ", "", "Paging by page needs “page_param”."},
		{"limit_param: size, limit: 50", "limit_param: size", "Paging by page needs “limit” or “done”"},
		{"  paging: { kind: page, page_param: page, limit_param: size, limit: 50 }\n", "", "Say how the list is paged"},
		{"  orders:\n", "  orders:\n    parent: { model: stores, as: store }\n", "Shop has no stores, so they cannot be the parent."},
		{"  orders:\n", "  orders:\n    parent: { model: orders, as: o }\n", "A model cannot be its own parent."},
		{"supported: false, reason: There is one.", "supported: false", "“models.stores” needs reason."},
		{"\"*.shop.com\"]", "\"*.shop.com\", \"*.com\"]", "would allow a whole top-level domain"},
		{"\"*.shop.com\"]", "\"*.shop.com\", other.com]", ""}, // a warning only
		{"    pkce: supported\n", "    pkce: supported\n    label: x\n", "“label” does not belong to oauth2."},
	} {
		data := strings.Replace(small, c.old, c.new, 1)
		if data == small {
			t.Fatalf("%q is not in the manifest", c.old)
		}
		_, err := Load("folder/shop.yaml", []byte(data))
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.new, err)
			}
			continue
		}
		var all string
		for _, f := range Check("shop.yaml", []byte(data)) {
			all += fmt.Sprintf("shop.yaml:%d: %s\n", f.Line, f.Text)
		}
		if core.CodeOf(err) != core.CodeInvalid || !strings.Contains(all, c.want) {
			t.Errorf("%s: %v\n got %s\nwant %s", c.new, err, all, c.want)
		}
	}
}

// TestOneSentenceForAMisspeltKey: the key that is missing because another is
// misspelt is not complained about as well.
func TestOneSentenceForAMisspeltKey(t *testing.T) {
	data := strings.Replace(small, "hosts: [", "hots: [", 1)
	_, err := Load("folder/shop.yaml", []byte(data))
	if got := core.AsError(err).Public; !strings.HasPrefix(got, "shop.yaml:6: Unknown key “hots”. Did you mean “hosts”?") || strings.Contains(got, "more to mend") {
		t.Error(got)
	}
}

func TestHostPartsNeedAPattern(t *testing.T) {
	data := strings.Replace(small, "    pkce: supported\n", "    response: { capture: { site: site_id } }\n", 1)
	data = strings.Replace(data, "https://api.shop.com/v1", "https://{site}.shop.com/v1", 1)
	_, err := Load("shop.yaml", []byte(data))
	if err == nil || !strings.Contains(err.Error(), "{site} is part of a host, so its capture needs a pattern.") {
		t.Errorf("a bad answer could choose the host: %v", err)
	}
}

func TestNamesDependOnTheWayOfSigningIn(t *testing.T) {
	data := strings.Replace(small, "api:\n", `  - method: api_key
    label: Key
    fields: [{ id: key, label: Key, secret: true, pattern: ".+" }]
discover:
  - { id: site, when: oauth2, request: { method: GET, url: "https://api.shop.com/site" }, capture: { site: { path: s, pattern: "[a-z]+" } } }
api:
`, 1)
	data = strings.Replace(data, "https://api.shop.com/v1", "https://{site}.shop.com/v1", 1)
	_, err := Load("shop.yaml", []byte(data))
	if err == nil || !strings.Contains(err.Error(), "Unknown name “site”") {
		t.Errorf("with a key nothing fills {site}: %v", err)
	}
}

// TestHostileFiles: none of these may hang, crash or be taken for a manifest.
func TestHostileFiles(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 20 {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	for name, data := range map[string]string{
		"empty": "", "comment": "# nothing", "list": "- a", "text": "hello", "null": "~", "binary": "\x00\x01\xff\xfe",
		"two": small + "---\n" + small, "huge": small + "# " + strings.Repeat("x", maxFile), "bomb": bomb,
		"flow":   "a: " + strings.Repeat("[", 100_000),
		"maps":   "a: " + strings.Repeat("{a: ", 50_000),
		"dashes": strings.Repeat("- ", 100_000), "keys": strings.Repeat("? ", 100_000),
		"not a number": "manifest: .nan", "too large": "manifest: 99999999999999999999",
		"map as key": "? {a: 1}\n: 2",
	} {
		if m, err := Load(name, []byte(data)); core.CodeOf(err) != core.CodeInvalid || m != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckTellsAll(t *testing.T) {
	data := strings.Replace(small, "name: Shop\n", "name: 7\ncolour: red\n", 1)
	f := Check("shop.yaml", []byte(data))
	if len(f) != 2 || f[0].Line != 3 || f[1].Line != 4 {
		t.Fatalf("findings: %+v", f)
	}
	data = strings.Replace(small, "guide: Ask the shop.\n", "", 1)
	if f = Check("shop.yaml", []byte(data)); len(f) != 1 || f[0].Level != LevelWarning || f[0].Line != 10 {
		t.Errorf("findings: %+v", f)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("a: [b, {c: d}]\n? e\n: |\n  f\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Load("x.yaml", data)
		if (m == nil) == (err == nil) {
			t.Fatalf("%v, %v", m, err)
		}
		if err != nil && core.CodeOf(err) != core.CodeInvalid {
			t.Fatal(err)
		}
	})
}
