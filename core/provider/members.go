package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"linkdesk/core"
	"linkdesk/core/segment"
	"linkdesk/core/service"
)

// Members is one page of who is in a segment.
type Members struct {
	Keys []string // customers' remote ids or e-mail addresses, as the service writes them
	Next Position // "" when this was the last page
}

// memberState is what the Position of a list of members holds.
type memberState struct {
	Version int               `json:"v"`
	Values  map[string]string `json:"values,omitempty"` // of the segment, for the request
	Pages   int               `json:"pages,omitempty"`
	At      cursor            `json:"at"`
}

// Members reads a page of who is in a segment. A list begins at what Page gave
// in the segment's Record.Members.
//
// Errors: those of Page, and CodeNotFound when the service has no such list.
func (c *Client) Members(ctx context.Context, pos Position) (Members, error) {
	def := c.manifest.Models[core.Segments]
	if !def.IsSupported() || def.Members == nil {
		return Members{}, invalid(errors.New("segments: no members"))
	}
	st, err := decodeMembers(pos)
	if err != nil {
		return Members{}, err
	}
	values := maps.Clone(c.values)
	maps.Copy(values, st.Values)
	k, err := c.newCall(def.Members.Request, values)
	if err != nil {
		return Members{}, err
	}
	paging := c.pagingOf(def.Members.Paging)
	k.model, k.named, k.resumed = core.Segments, !st.At.More, st.At.More
	if err := c.ask(k, paging, st.At); err != nil {
		return Members{}, err
	}
	a, err := c.send(ctx, k)
	if err != nil {
		return Members{}, err
	}
	return st.read(a, def.Members, paging)
}

// read takes the keys out of an answer and works out what comes next.
func (st memberState) read(a answer, def *service.Members, paging service.Paging) (page Members, err error) {
	doc, items, err := parseItems(a.body, def.Items, paging)
	if err != nil {
		return page, err
	}
	s := seen{doc: doc, header: a.header, everything: true}
	for item := range elements(items) {
		key, _ := plain(service.Lookup(item, service.Paths{def.Key}))
		if key == "" {
			return page, unexpected(fmt.Errorf("members: an item without %q", def.Key))
		}
		page.Keys = append(page.Keys, strings.Clone(key))
		s.items++
	}
	if s.items > 0 {
		s.first, s.last = page.Keys[0], page.Keys[s.items-1]
	}
	more := false
	if st.At, more, err = advance(paging, st.At, s); err != nil || !more {
		return page, err
	}
	st.Pages++
	page.Next, err = st.encode()
	return page, err
}

func (st memberState) encode() (Position, error) {
	st.Version = positionVersion
	b, err := json.Marshal(st)
	return Position(b), err
}

func decodeMembers(p Position) (st memberState, err error) {
	err = json.Unmarshal([]byte(p), &st)
	switch {
	case err != nil:
	case st.Version != positionVersion:
		err = fmt.Errorf("version %d", st.Version)
	case st.Pages < 0 || st.At.bad():
		err = errors.New("a negative count")
	case st.Pages >= maxPages:
		return st, unexpected(errors.New("paging: the list of members does not end"))
	}
	if err != nil {
		return st, core.E(core.CodeDataUnexpected, "", fmt.Errorf("%w: %w", ErrPosition, err))
	}
	return st, nil
}

// addMembers notes in a segment where the list of who is in it begins. One
// whose rules Linkdesk can follow itself needs none. Only what the request
// takes from the segment is kept: a position is stored.
func (r *reader) addMembers(rec *core.Record, item string, values service.Values) error {
	s, ok := rec.Data.(*core.Segment)
	if !ok || r.def.Members == nil || rec.Removed || s.Rules != nil && segment.Check(*s.Rules) == nil {
		return nil
	}
	text, err := json.Marshal(r.def.Members.Request)
	if err != nil {
		return invalid(err)
	}
	st := memberState{Values: map[string]string{}}
	for _, name := range service.Template(text).Names() {
		path, raw := strings.CutPrefix(name, "raw.")
		switch {
		case raw:
			v, _ := plain(service.Lookup(toValue(item), service.Paths{service.Path(path)}))
			st.Values[name] = strings.Clone(v)
		case name == "id":
			st.Values[name] = rec.RemoteID
		case r.def.Parent != nil && (name == r.def.Parent.As || strings.HasPrefix(name, "parent.")):
			st.Values[name] = values[name]
		}
	}
	first, err := st.encode()
	rec.Members = string(first)
	return err
}
