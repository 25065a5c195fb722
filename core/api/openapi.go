package api

import (
	"net/http"
	"strconv"
	"strings"

	"linkdesk/core"
)

// object is a JSON object under construction; it is written with sorted keys.
type object = map[string]any

// openAPI answers with the document of the routes (OpenAPI 3.1), made once for
// an address.
func (a *API) openAPI(c *call) error {
	origin := a.o.Origin(c.r.Context())
	a.doc.Lock()
	if a.doc.text == nil || a.doc.origin != origin {
		a.doc.origin, a.doc.text = origin, marshal(describe(origin))
	}
	text := a.doc.text
	a.doc.Unlock()
	c.send(http.StatusOK, text)
	return nil
}

func describe(origin string) object {
	scopes := object{}
	for _, s := range core.Scopes() {
		scopes[string(s)] = s.Title()
	}
	paths := object{}
	for _, r := range routes {
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = r.operation()
	}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": "Linkdesk", "version": "1", "summary": "What Linkdesk has copied to this computer, and segments made from it",
			"description": "Lists come a page at a time, in the order in which Linkdesk saw the changes. Send next of a page as cursor, until next is null. Data-As-Of says when the services were last asked."},
		"servers":  []any{object{"url": origin, "description": "Linkdesk on this computer"}},
		"security": []any{object{"linkdesk": []string{}}},
		"tags":     tags(),
		"paths":    paths,
		"components": object{
			"schemas":   schemas(),
			"responses": problems(),
			"securitySchemes": object{"linkdesk": object{"type": "oauth2", "flows": object{"authorizationCode": object{
				"authorizationUrl": origin + "/oauth/authorize", "tokenUrl": origin + "/oauth/token", "refreshUrl": origin + "/oauth/token", "scopes": scopes}}}},
		},
	}
}

func (r route) tag() string {
	if r.of == "" {
		return "about"
	}
	return string(r.of)
}

func tags() (list []any) {
	seen := map[string]bool{}
	for _, r := range routes {
		if t := r.tag(); !seen[t] {
			seen[t] = true
			list = append(list, object{"name": t})
		}
	}
	return list
}

// operation describes one route.
func (r route) operation() object {
	op := object{"operationId": r.id, "summary": r.summary, "tags": []string{r.tag()}, "responses": r.responses()}
	switch {
	case r.public:
		op["security"] = []any{}
	case r.scope != "":
		op["security"] = []any{object{"linkdesk": []string{string(r.scope)}}}
	}
	var list []any
	if strings.Contains(r.path, "{id}") {
		list = append(list, object{"name": "id", "in": "path", "required": true, "description": "The id of the record.", "schema": object{"type": "string"}})
	}
	for _, p := range r.params {
		list = append(list, p.describe(r))
	}
	if r.body != "" {
		list = append(list, object{"name": "Idempotency-Key", "in": "header", "description": "A text of your own for this request. Sent again with the same text within a day, nothing is done and the answer is the same.",
			"schema": object{"type": "string", "minLength": 1, "maxLength": mostIdem}})
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": ref(r.body)}}}
	}
	if r.conditional() {
		list = append(list, object{"name": "If-None-Match", "in": "header", "description": "ETag of an earlier answer: 304 when nothing changed.", "schema": object{"type": "string"}})
	}
	if list != nil {
		op["parameters"] = list
	}
	return op
}

// conditional reports whether answers have an ETag.
func (r route) conditional() bool { return r.method == http.MethodGet && r.of != "" }

func (p param) describe(r route) object {
	d := object{"name": p.name, "in": "query", "description": p.about}
	text := object{"type": "string", "maxLength": mostArg}
	switch p.kind {
	case limitParam:
		d["schema"] = object{"type": "integer", "minimum": 1, "maximum": mostLimit, "default": defaultLimit}
	case timeParam:
		d["schema"] = object{"type": "string", "format": "date-time"}
	case boolParam:
		d["schema"] = object{"type": "boolean", "default": false}
	case cursorParam:
		d["schema"] = object{"type": "string"}
	case fieldsParam:
		d["style"], d["explode"] = "form", false
		d["schema"] = object{"type": "array", "items": object{"type": "string", "enum": fieldNames(r.of, r)}}
	case includeParam:
		d["style"], d["explode"] = "form", false
		d["schema"] = object{"type": "array", "items": object{"type": "string", "enum": p.values}}
	default:
		d["schema"] = text
	}
	return d
}

// responses are what a route may answer.
func (r route) responses() object {
	schema := ref(r.answer)
	if r.list {
		schema = object{"type": "object", "required": []string{"data", "next"}, "properties": object{
			"data": object{"type": "array", "items": ref(r.answer)},
			"next": object{"type": []string{"string", "null"}, "description": "The cursor of the next page; null at the end."}}}
	}
	good := object{"description": r.summary, "content": object{"application/json": object{"schema": schema}}}
	headers := object{}
	if r.conditional() {
		headers["ETag"] = object{"description": "Changes when the answer may have.", "schema": object{"type": "string"}}
	}
	if r.list {
		headers["Data-As-Of"] = object{"description": "When the services were last asked.", "schema": object{"type": "string", "format": "date-time"}}
	}
	if len(headers) > 0 {
		good["headers"] = headers
	}
	status := http.StatusOK
	if r.method == http.MethodPost {
		status = http.StatusCreated
	}
	all := object{strconv.Itoa(status): good}
	for _, s := range r.failures() {
		all[strconv.Itoa(s)] = object{"$ref": "#/components/responses/" + problemName(s)}
	}
	if r.conditional() {
		all["304"] = object{"description": "Nothing changed."}
	}
	return all
}

// failures are the statuses of problem documents that a route may answer with.
func (r route) failures() []int {
	if r.public {
		return []int{http.StatusTooManyRequests}
	}
	list := []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if strings.Contains(r.path, "{id}") {
		list = append(list, http.StatusNotFound)
	}
	if r.body != "" {
		list = append(list, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	}
	if strings.HasPrefix(r.path, "/v1/segments/{id}") && (r.body != "" || r.list) {
		list = append(list, http.StatusConflict)
	}
	return list
}

func problemName(status int) string {
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

// problems are the problem documents that routes share.
func problems() object {
	all := object{}
	for _, r := range routes {
		for _, s := range r.failures() {
			response := object{"description": http.StatusText(s), "content": object{"application/problem+json": object{"schema": ref("Problem")}}}
			switch s {
			case http.StatusUnauthorized, http.StatusForbidden:
				response["headers"] = object{"WWW-Authenticate": object{"description": "What the token lacks (RFC 6750).", "schema": object{"type": "string"}}}
			case http.StatusTooManyRequests, http.StatusServiceUnavailable:
				response["headers"] = object{"Retry-After": object{"description": "Seconds to wait.", "schema": object{"type": "integer"}}}
			}
			all[problemName(s)] = response
		}
	}
	return all
}
