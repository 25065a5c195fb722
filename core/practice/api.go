package practice

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"linkdesk/core"
)

const (
	defaultLimit = 50
	maxLimit     = 250
)

// kinds are the lists of the API, with the model whose permission each needs.
var kinds = map[kind]core.Model{
	kind(core.Stores): core.Stores, kind(core.Customers): core.Customers, kind(core.Products): core.Products,
	categories: core.Products, kind(core.Orders): core.Orders, kind(core.Segments): core.Segments,
}

// apiError answers {"error": {"code", "message", ...}}, the shape of this service.
func apiError(w http.ResponseWriter, status int, code, message string, more ...string) {
	e := map[string]string{"code": code, "message": message}
	for i := 0; i+1 < len(more); i += 2 {
		e[more[i]] = more[i+1]
	}
	writeJSON(w, status, map[string]any{"error": e})
}

// bearer returns the grant of the request's token; needed is the scope, or "" for any.
func (s *Store) bearer(w http.ResponseWriter, r *http.Request, needed string) (grant, bool) {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	g, ok := s.accessBy(token)
	var copied grant
	if ok {
		copied = grant{ID: g.ID, Account: g.Account, Scopes: slices.Clone(g.Scopes)}
	}
	s.mu.Unlock()
	if !found || !ok {
		w.Header().Set("WWW-Authenticate", `Bearer realm="practice store", error="invalid_token"`)
		apiError(w, http.StatusUnauthorized, "invalid_token", "The access token is unknown or has ended.")
		return grant{}, false
	}
	lost := false
	if model, _, _ := strings.Cut(needed, ":"); needed != "" && s.Setting(LostPermission).Value == model {
		_, lost = s.strikes(LostPermission)
	}
	if lost || needed != "" && !slices.Contains(copied.Scopes, needed) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="practice store", error="insufficient_scope", scope="`+needed+`"`)
		apiError(w, http.StatusForbidden, "insufficient_scope", "This needs the permission "+needed+".", "scope", needed)
		return grant{}, false
	}
	return copied, true
}

// me tells whose token this is, and what it may do.
func (s *Store) me(w http.ResponseWriter, r *http.Request) {
	g, ok := s.bearer(w, r, "")
	if !ok {
		return
	}
	a, _ := accountBy(func(a account) bool { return a.id == g.Account })
	writeJSON(w, http.StatusOK, map[string]any{
		"account":        map[string]string{"id": a.id, "display_name": a.owner + ", " + a.shop, "owner": a.owner, "shop": a.shop, "email": a.email},
		"granted_scopes": g.Scopes,
	})
}

// listAnswer is a page: {"data": [...], "paging": {...}}.
type listAnswer struct {
	Data   []any  `json:"data"`
	Paging paging `json:"paging"`
}

type paging struct {
	Next    *string `json:"next"` // opaque; null on the last page
	HasMore bool    `json:"has_more"`
	Total   int     `json:"total"` // of the whole list
}

// tombstone stands for a record that was removed.
type tombstone struct {
	ID        string    `json:"id"`
	Deleted   bool      `json:"deleted"`
	UpdatedAt time.Time `json:"updated_at"`
}

// list answers a page of records, sorted by (updated_at, id).
func (s *Store) list(w http.ResponseWriter, r *http.Request) {
	k := kind(r.PathValue("kind"))
	model, known := kinds[k]
	if !known {
		apiError(w, http.StatusNotFound, "not_found", "There is no such list.")
		return
	}
	g, ok := s.bearer(w, r, string(model)+":read")
	if !ok {
		return
	}
	q, wrong := parseQuery(k, r)
	if wrong != "" {
		apiError(w, http.StatusBadRequest, "bad_request", wrong)
		return
	}
	s.mu.Lock()
	table := s.data[g.Account][k]
	rows, more := table.page(q)
	all, _ := table.page(query{since: q.since, limit: len(table.rows), deleted: q.deleted})
	s.mu.Unlock()
	s.send(w, pageOf(k, rows, more, len(all)))
}

func pageOf(k kind, rows []row, more bool, total int) listAnswer {
	page := listAnswer{Data: make([]any, 0, len(rows)), Paging: paging{HasMore: more, Total: total}}
	for _, r := range rows {
		if r.deleted {
			page.Data = append(page.Data, tombstone{r.id, true, r.updated})
		} else {
			page.Data = append(page.Data, r.body)
		}
	}
	if more {
		next := encodeCursor(k, rows[len(rows)-1].place())
		page.Paging.Next = &next
	}
	return page
}

// one answers a single record.
func (s *Store) one(w http.ResponseWriter, r *http.Request) {
	k := kind(r.PathValue("kind"))
	model, known := kinds[k]
	if !known {
		apiError(w, http.StatusNotFound, "not_found", "There is no such list.")
		return
	}
	g, ok := s.bearer(w, r, string(model)+":read")
	if !ok {
		return
	}
	s.mu.Lock()
	found, ok := s.data[g.Account][k].find(r.PathValue("id"))
	s.mu.Unlock()
	if !ok || found.deleted {
		apiError(w, http.StatusNotFound, "not_found", "There is no such record.")
		return
	}
	writeJSON(w, http.StatusOK, found.body)
}

// members lists who is in a segment now, by customer id.
func (s *Store) members(w http.ResponseWriter, r *http.Request) {
	g, ok := s.bearer(w, r, string(core.Segments)+":read")
	if !ok {
		return
	}
	q, wrong := parseQuery("members", r)
	if wrong != "" {
		apiError(w, http.StatusBadRequest, "bad_request", wrong)
		return
	}
	s.mu.Lock()
	data := s.data[g.Account]
	found, ok := data.of(core.Segments).find(r.PathValue("id"))
	people := profiles(bodies[*Customer](data.of(core.Customers)), bodies[*Order](data.of(core.Orders)))
	s.mu.Unlock()
	segment, isSegment := found.body.(*Segment)
	if !ok || !isSegment {
		apiError(w, http.StatusNotFound, "not_found", "There is no such segment.")
		return
	}
	var t table
	for _, c := range membersOf(segment, people) {
		t.rows = append(t.rows, row{id: c.ID, body: map[string]string{"customer_id": c.ID, "email": c.Contact.Email}})
	}
	t.sort()
	rows, more := t.page(q)
	s.send(w, pageOf("members", rows, more, len(t.rows)))
}

// parseQuery reads limit, cursor, updated_since and include_deleted; wrong says what cannot be used.
func parseQuery(k kind, r *http.Request) (q query, wrong string) {
	values := r.URL.Query()
	q = query{limit: defaultLimit, deleted: values.Get("include_deleted") == "true"}
	if text := values.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return q, "limit must be a number from 1 to 250."
		}
		q.limit = n
	}
	if text := values.Get("updated_since"); text != "" {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return q, "updated_since must be a time such as 2026-10-31T12:00:00Z."
		}
		q.since = t
	}
	if text := values.Get("cursor"); text != "" {
		var ok bool
		if q.after, ok = decodeCursor(k, text); !ok {
			return q, "cursor must be the value of paging.next."
		}
	}
	return q, ""
}

// A cursor is the place of the last record seen, so it stays true while records change.
type cursor struct {
	Kind    kind      `json:"k"`
	Updated time.Time `json:"u"`
	ID      string    `json:"i"`
}

func encodeCursor(k kind, p place) string {
	text, _ := json.Marshal(cursor{k, p.updated, p.id}) // three plain fields: cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

func decodeCursor(k kind, text string) (place, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return place{}, false
	}
	var c cursor
	err = json.Unmarshal(raw, &c)
	return place{c.Updated, c.ID}, err == nil && c.Kind == k && c.ID != ""
}
