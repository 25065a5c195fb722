package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/service"
)

// ListQuery says what to read.
type ListQuery struct {
	Since   time.Time // only what changed since then, as far as the service can tell; zero: everything
	Full    bool      // everything, whatever Since says
	KeepRaw bool      // fill Record.Raw
}

// Page reads the page at a position and maps it. A position continues the list
// that it came from: the query counts only for the zero position, KeepRaw always.
//
// Errors: CodeReauthRequired, CodeScopeMissing, CodeRateLimited (Until),
// CodeServiceDown, CodeOffline, CodeTLSUntrusted, CodeClockWrong,
// CodeDataUnexpected (with ErrPosition in its chain: start anew),
// CodeInvalid for a model that the service does not have, CodeCancelled, and
// those of Tokens.
func (c *Client) Page(ctx context.Context, model core.Model, q ListQuery, pos Position) (Page, error) {
	r, err := c.begin(model, q, pos)
	if err != nil {
		return Page{}, err
	}
	return r.page(ctx)
}

// reader reads one page of a list.
type reader struct {
	*Client
	model core.Model
	def   *service.Model
	plan  *plan
	state state
	raw   bool
	one   bool // only one item is wanted
}

func (c *Client) begin(model core.Model, q ListQuery, pos Position) (*reader, error) {
	def := c.manifest.Models[model]
	if !def.IsSupported() {
		reason := c.manifest.Name + " has no " + string(model) + "."
		if def != nil && def.Reason != "" {
			reason = def.Reason
		}
		return nil, core.Invalid(reason)
	}
	p, err := c.plan(model)
	if err != nil {
		return nil, err
	}
	r := &reader{Client: c, model: model, def: def, plan: p, raw: q.KeepRaw}
	if pos == "" {
		r.state = state{Asked: c.clock.Now(), Since: q.since(def.List.Incremental)}
		return r, nil
	}
	if r.state, err = decodePosition(pos); err == nil && r.state.Pages >= maxPages {
		err = unexpected(errors.New("paging: the list does not end"))
	}
	return r, err
}

// source is the list call in use: the model's list, or its search for changes.
func (r *reader) source() (req service.Request, items service.Path, paging service.Paging) {
	l := r.def.List
	req, items, paging = l.Request, l.Items, r.pagingOf(l.Paging)
	if r.searching() {
		inc := l.Incremental
		req = *inc.Request
		if inc.Items != "" {
			items = inc.Items
		}
		if inc.Paging != nil {
			paging = r.pagingOf(inc.Paging)
		}
	}
	if r.one && paging.LimitParam != "" {
		paging.Limit = 1
	}
	return req, items, paging
}

// searching reports whether the model's search for changes is asked instead of its list.
func (r *reader) searching() bool {
	inc := r.def.List.Incremental
	return inc != nil && inc.Kind == bySearch && inc.Request != nil && !r.state.from().IsZero()
}

func (r *reader) page(ctx context.Context) (Page, error) {
	values := maps.Clone(r.values)
	timeValues(values, r.state, sinceFormat(r.def.List.Incremental))
	if r.def.Parent != nil {
		found, err := r.nextParent(ctx, values)
		if err != nil || !found {
			return Page{}, err
		}
		r.state.Parents.Queue[0].addTo(values, r.def.Parent.As)
	}
	req, items, paging := r.source()
	k, err := r.newCall(req, values)
	if err != nil {
		return Page{}, err
	}
	k.model, k.first, k.resumed = r.model, r.state.Pages == 0, r.state.At.More
	k.search, k.named = r.searching(), r.def.Parent != nil && !k.first && !k.resumed
	if inc := r.def.List.Incremental; inc != nil {
		if err := filter(k, inc, r.state); err != nil {
			return Page{}, err
		}
	}
	if err := r.ask(k, paging, r.state.At); err != nil {
		return Page{}, err
	}
	a, err := r.send(ctx, k)
	if core.CodeOf(err) == core.CodeNotFound && k.named {
		a, err = answer{}, nil // the parent went away while the list ran: nothing is below it
	}
	if err != nil {
		return Page{}, err
	}
	refetch := r.refetches()
	page, err := r.read(a, items, paging, values)
	if err != nil || !refetch {
		return page, err
	}
	return r.refetch(ctx, page, values)
}

// read maps an answer and works out what comes next.
func (r *reader) read(a answer, items service.Path, paging service.Paging, values service.Values) (Page, error) {
	doc, list, err := parseItems(a.body, items, paging)
	if err != nil {
		return Page{}, err
	}
	m, err := newMapper(r.plan, values, r.raw)
	if err != nil {
		return Page{}, err
	}
	s := seen{doc: doc, header: a.header, everything: r.state.from().IsZero()}
	var page Page
	for items := openArray(list); items.next(); {
		start := items.i
		rec, reason := m.record(&items)
		if reason == "" {
			if err := r.addMembers(&rec, items.s[start:items.i], values); err != nil {
				return Page{}, err
			}
			page.Records = append(page.Records, rec)
		} else {
			page.Bad = append(page.Bad, BadRecord{RemoteID: rec.RemoteID, Reason: reason})
		}
		if s.items == 0 {
			s.first = m.rawID
		}
		s.last = m.rawID
		s.items++
		if rec.UpdatedAt.After(r.state.Newest) {
			r.state.Newest = rec.UpdatedAt
		}
	}
	next, more, err := advance(paging, r.state.At, s)
	if err != nil {
		return Page{}, err
	}
	if paging.Done.Total != "" && r.def.Parent == nil {
		page.Total, _ = number(service.Lookup(doc, service.Paths{paging.Done.Total}))
	}
	return r.finish(page, next, more, paging.Limit)
}

// finish sets where the list goes on.
func (r *reader) finish(page Page, next cursor, more bool, limit int) (Page, error) {
	st := &r.state
	st.Pages++
	st.At = next
	if more {
		r.restartSearch(limit)
	} else if st.Parents != nil {
		page.Parents = []string{st.Parents.Queue[0].ID}
		st.Parents.Queue = st.Parents.Queue[1:]
		st.At, st.Restart, st.Newest, st.Plain = cursor{}, time.Time{}, time.Time{}, false
		more = len(st.Parents.Queue) > 0 || !st.Parents.Done
	}
	if !more {
		return page, nil
	}
	var err error
	page.Next, err = st.encode()
	return page, err
}

// restartSearch starts a search anew from the newest change seen when its next
// page would lie beyond where the service stops. When that would ask the same
// again, because very many records changed in one second, everything is read
// instead: slower, and nothing is missed.
func (r *reader) restartSearch(limit int) {
	inc, st := r.def.List.Incremental, &r.state
	if inc == nil || inc.Kind != bySearch || inc.StopsAt <= 0 || st.from().IsZero() || st.At.Seen+limit <= inc.StopsAt {
		return
	}
	newest := st.Newest.Truncate(time.Second)
	if newest.After(st.from().Truncate(time.Second)) {
		st.Restart = newest
	} else {
		st.Plain = true
	}
	st.At, st.Newest = cursor{}, time.Time{}
}

// parseItems finds the items of an answer. An answer without a body has none;
// a list that is not paged may be a single object.
func parseItems(body string, path service.Path, paging service.Paging) (doc, items value, err error) {
	if body == "" {
		return doc, items, nil
	}
	doc = gjson.Parse(body)
	items = path.In(doc)
	switch {
	case items.IsArray():
	case items.Exists() && items.Type == gjson.Null:
		items = value{}
	case items.IsObject() && paging.Kind == pageNone:
		items = value{Type: gjson.JSON, Raw: "[" + items.Raw + "]"}
	default:
		err = unexpected(fmt.Errorf("items %q: expected a list, found %s", path, kindOf(items)))
	}
	return doc, items, err
}
