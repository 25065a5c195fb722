package signintest

import (
	"strings"
	"testing"

	"linkdesk/core/service"
)

const manifestText = `
manifest: 1
id: ID
name: Fake shop
category: commerce
settings: https://shop.example/apps
hosts: ["HOST"]
auth:
  - method: oauth2
    client: { id: fixed, fixed_id: linkdesk-test, secret: optional }
    authorize:
      url: http://HOST/authorize
      params: { prompt: consent }
      scope: { param: scope, separator: " " }
    token: { url: http://HOST/token, auth: header, body: form }
    pkce: supported
    issuer: http://HOST
    redirect: { kinds: [loopback_ip], port: any, path: /callback }
    response: { rotates: "yes" }
    revoke: { url: http://HOST/revoke, auth: header, params: { token: "{refresh_token}" }, revokes: all }
  - method: api_key
    label: API key
    fields: [ { id: key, label: API key, secret: true, pattern: "key-[a-z]+-[a-z0-9]+" } ]
    derive: { dc: { from: key, regex: "-([a-z0-9]+)$" } }
api:
  base: http://HOST
  auth: { header: Authorization, value: "Bearer {access_token}" }
  body: json
  time: iso8601
  money: decimal_string
verify:
  request: { method: GET, path: /me }
  account: { id: id, name: name }
access:
  granularity: model
  enforced_by: service
  base_scopes: [profile]
models:
  stores:
    levels: [disabled, read, write, read_write]
    scopes: { read: ["stores:read"], write: ["stores:write"] }
    list: { request: { method: GET, path: /stores }, items: data, paging: { kind: none } }
    fields: { id: id, name: name }
  customers:
    levels: [disabled, read, write, read_write]
    scopes: { read: ["customers:read"], write: ["customers:write"] }
    list: { request: { method: GET, path: /customers }, items: data, paging: { kind: none } }
    fields: { id: id, first_name: name }
  orders:
    levels: [disabled, read, write, read_write]
    scopes: { read: ["orders:read"], write: ["orders:write"] }
    list: { request: { method: GET, path: /orders }, items: data, paging: { kind: none } }
    fields: { id: id, number: number }
  products: { supported: false, reason: A fake shop has no products. }
  segments: { supported: false, reason: A fake shop has no segments. }
`

// ManifestText returns the manifest of the service as a file would hold it.
func (s *Server) ManifestText(id string) []byte {
	host := strings.TrimPrefix(s.URL, "http://")
	return []byte(strings.NewReplacer("HOST", host, "id: ID\n", "id: "+id+"\n").Replace(manifestText))
}

// Manifest returns the manifest of the service, to be changed as a test likes.
func (s *Server) Manifest(t testing.TB) *service.Manifest {
	t.Helper()
	m, err := service.Load("fake.yaml", s.ManifestText("fake"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
