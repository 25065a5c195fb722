package provider

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linkdesk/core"
	"linkdesk/core/service"
)

// call is one request, ready but for the access token, which only headers may
// carry. It can be sent several times.
type call struct {
	model   core.Model // "" for calls that read no model
	first   bool       // the first call of a list: a 404 then says that there is no such list
	resumed bool       // a later page: a refusal then says that the cursor is no longer known
	search  bool       // a search for changes, for which services have limits of their own
	named   bool       // asks for what an earlier answer named: a 404 then says that it is gone
	method  string
	url     *url.URL
	query   url.Values // added to that of the address
	headers map[string]service.Template
	fixed   http.Header // headers without templates
	body    any         // nil, or what is encoded as the service wants it
	values  service.Values
}

// newCall prepares a request of the manifest. Whatever the templates give, its
// host is one of the manifest's.
func (c *Client) newCall(r service.Request, v service.Values) (*call, error) {
	api := c.manifest.API
	k := &call{method: cmp.Or(r.Method, http.MethodGet), query: url.Values{}, headers: map[string]service.Template{}, fixed: http.Header{}, values: v}
	var err error
	if k.url, err = c.manifest.Address(r, v); err != nil {
		return nil, invalid(err)
	}
	maps.Copy(k.headers, api.Headers)
	maps.Copy(k.headers, r.Headers)
	if !usesToken(r.Headers) && api.Auth.Header != "" {
		k.headers[api.Auth.Header] = api.Auth.Value
	}
	if r.Body != nil {
		if k.body, err = service.ExpandBody(r.Body, v); err != nil {
			return nil, invalid(err)
		}
	}
	return k, nil
}

// allow refuses addresses outside the manifest's hosts.
func (c *Client) allow(u *url.URL) error {
	if c.manifest.AllowsHost(u, c.values) {
		return nil
	}
	return core.E(core.CodeDataUnexpected, c.manifest.Name+" named an address that Linkdesk does not know. Nothing was sent there.",
		fmt.Errorf("%w: %s://%s", errForeign, u.Scheme, u.Host))
}

// usesToken reports whether one of the headers carries the access token.
func usesToken(headers map[string]service.Template) bool {
	for _, t := range headers {
		if strings.Contains(string(t), "{access_token}") {
			return true
		}
	}
	return false
}

// set puts a parameter where the manifest wants it: the query, or a dotted
// place in the body.
func (k *call) set(in, name string, v any) {
	if in == "body" {
		k.body = setPath(k.body, strings.Split(name, "."), v)
		return
	}
	k.query.Set(name, fmt.Sprint(v))
}

// setPath returns a copy of a body with v at the path. Numbers in a path are
// indices of lists that are there already.
func setPath(body any, path []string, v any) any {
	if len(path) == 0 {
		return v
	}
	if items, ok := body.([]any); ok {
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(items) {
			items = slices.Clone(items)
			items[i] = setPath(items[i], path[1:], v)
			return items
		}
	}
	object, _ := body.(map[string]any)
	if object = maps.Clone(object); object == nil {
		object = map[string]any{}
	}
	object[path[0]] = setPath(object[path[0]], path[1:], v)
	return object
}

// request builds the HTTP request. Only here the token meets the request, and
// only in headers.
func (c *Client) request(k *call, token core.Secret) (*http.Request, error) {
	u := *k.url
	if len(k.query) > 0 {
		q := u.Query()
		maps.Copy(q, k.query)
		u.RawQuery = q.Encode()
	}
	if t := token.Reveal(); len(t) >= 8 && (strings.Contains(u.RawQuery, t) || strings.Contains(u.Path, t)) {
		return nil, invalid(fmt.Errorf("the address of %s would carry the token", k.url.Host))
	}
	body, kind, err := encodeBody(k.body, c.manifest.API.Body)
	if err != nil {
		return nil, invalid(err)
	}
	req, err := http.NewRequest(k.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, invalid(err)
	}
	req.Header.Set("Accept", accepts(c.manifest.API.Body))
	req.Header.Set("User-Agent", c.agent)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	v := maps.Clone(k.values)
	v["access_token"] = token.Reveal()
	for name, t := range k.headers {
		s, err := t.Expand(v, service.InHeader)
		if err != nil {
			return nil, invalid(err)
		}
		req.Header.Set(name, s)
	}
	maps.Copy(req.Header, k.fixed)
	return req, nil
}

func accepts(body string) string {
	if body == "jsonapi" {
		return "application/vnd.api+json"
	}
	return "application/json"
}

// encodeBody writes a body in the form that the service takes.
func encodeBody(body any, form string) (data []byte, contentType string, err error) {
	switch {
	case body == nil:
		return nil, "", nil
	case form == "form":
		q := url.Values{}
		formValues(q, "", body)
		return []byte(q.Encode()), "application/x-www-form-urlencoded", nil
	}
	data, err = json.Marshal(body)
	return data, accepts(form), err
}

// formValues flattens nested bodies: {"a":{"b":[1]}} becomes a[b][0]=1.
func formValues(q url.Values, name string, v any) {
	inner := func(key string) string {
		if name == "" {
			return key
		}
		return name + "[" + key + "]"
	}
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			formValues(q, inner(key), item)
		}
	case []any:
		for i, item := range v {
			formValues(q, inner(strconv.Itoa(i)), item)
		}
	default:
		q.Set(name, fmt.Sprint(v))
	}
}

// invalid is for a manifest that does not fit the connection's values: the
// loader's checks should have found it.
func invalid(err error) error {
	return core.E(core.CodeInvalid, "The description of this service does not fit this connection.", err)
}
