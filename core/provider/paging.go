package provider

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"linkdesk/core"
	"linkdesk/core/service"
)

// The ways in which services page.
const (
	pageNone       = "none"
	pageOffset     = "offset"
	pagePage       = "page"
	pageCursor     = "cursor"
	pageLastID     = "last_id"
	pageLinkHeader = "link_header"
	pageLinkBody   = "link_body"
)

// pagingOf returns the paging of a list: its own, or the service's.
func (c *Client) pagingOf(own *service.Paging) service.Paging {
	p := c.manifest.API.Paging
	if own != nil {
		p = *own
	}
	p.Kind = cmp.Or(p.Kind, pageNone)
	return p
}

// ask adds to a call what asks for the page at a cursor.
func (c *Client) ask(k *call, p service.Paging, at cursor) error {
	if p.Kind == pageLinkHeader || p.Kind == pageLinkBody {
		if at.More {
			return c.followLink(k, at.Next)
		}
	}
	if p.Kind == pageCursor && p.Repeat == "cursor_only" && at.More {
		bare := *k.url
		bare.RawQuery = ""
		k.url, k.query, k.body = &bare, url.Values{}, nil
		k.set(p.In, p.Param, at.Next)
		return nil
	}
	if p.LimitParam != "" && p.Limit > 0 {
		k.set(p.In, p.LimitParam, p.Limit)
	}
	switch p.Kind {
	case pageOffset:
		k.set(p.In, p.OffsetParam, at.Offset)
	case pagePage:
		k.set(p.In, p.PageParam, p.Start+at.Page)
	case pageCursor, pageLastID:
		if at.More {
			k.set(p.In, p.Param, at.Next)
		}
	}
	return nil
}

// followLink makes the address that the service gave the call's, if it is one
// of the service's own. It holds the whole query.
func (c *Client) followLink(k *call, link string) error {
	u, err := k.url.Parse(link)
	if err != nil {
		return unexpected(fmt.Errorf("the address of the next page: %w", err))
	}
	if err := c.allow(u); err != nil {
		return err
	}
	k.url, k.query = u, url.Values{}
	return nil
}

// seen is what paging needs to know of a page.
type seen struct {
	doc         value // the whole answer
	header      http.Header
	items       int
	first, last string // ids at the service
	everything  bool   // nothing was filtered, so a total counts what the list must hold
}

// advance returns the cursor after a page, and whether there is another page.
// A list that goes in circles is an error.
func advance(p service.Paging, at cursor, s seen) (next cursor, more bool, err error) {
	next = cursor{Offset: at.Offset + s.items, Page: at.Page + 1, Seen: at.Seen + s.items, Ends: ends(s), More: true}
	if p.Kind == pageNone {
		return next, false, nil
	}
	if more, err = hasMore(p, next, s); err != nil {
		return next, false, err
	}
	switch p.Kind {
	case pageLastID:
		next.Next = s.last
	case pageCursor, pageLinkBody:
		next.Next, _ = plain(service.Lookup(s.doc, service.Paths{p.Next}))
	case pageLinkHeader:
		next.Next = linkRel(s.header, cmp.Or(p.Rel, "next"))
	default:
		next.Next = ""
	}
	switch p.Kind {
	case pageCursor, pageLinkBody, pageLinkHeader:
		if more && next.Next == "" && p.Done.HasMore != "" {
			return next, false, unexpected(errors.New("paging: the answer says that there is more, but not where"))
		}
		more = more && next.Next != ""
	}
	if !more {
		return next, false, nil
	}
	return next, true, circles(p, at, next, s)
}

// circles notices a list that does not move on.
func circles(p service.Paging, at, next cursor, s seen) error {
	switch {
	case next.Next != "" && next.Next == at.Next:
		return unexpected(errors.New("paging: the same cursor came twice"))
	case next.Ends != "" && next.Ends == at.Ends:
		return unexpected(errors.New("paging: the same page came twice"))
	case s.items == 0 && (p.Kind == pageOffset || p.Kind == pageLastID):
		return unexpected(errors.New("paging: an empty page that should not be the last one"))
	case p.Kind == pageLastID && next.Next == "":
		return unexpected(errors.New("paging: the last item has no id"))
	}
	return nil
}

// hasMore reads the manifest's marks of the last page. For cursors and links
// their absence is the mark, so without another one there is more.
func hasMore(p service.Paging, next cursor, s seen) (bool, error) {
	d := p.Done
	switch {
	case d.HasMore != "":
		return truthy(service.Lookup(s.doc, service.Paths{d.HasMore})), nil
	case d.TotalPages != "":
		n, ok := number(service.Lookup(s.doc, service.Paths{d.TotalPages}))
		return ok && int64(next.Page) < n, nil
	case d.Total != "":
		if n, ok := number(service.Lookup(s.doc, service.Paths{d.Total})); ok {
			if n > 0 && next.Seen == 0 && s.everything {
				return false, unexpected(errors.New("paging: the answer says that there are items, but holds none"))
			}
			return int64(next.Seen) < n && s.items > 0, nil
		}
	}
	byMark := p.Kind == pageCursor || p.Kind == pageLinkBody || p.Kind == pageLinkHeader
	if byMark && !d.ShortPage {
		return true, nil
	}
	return s.items > 0 && s.items >= p.Limit, nil
}

// number reads a count.
func number(v value) (int64, bool) {
	s, ok := plain(v)
	if !ok {
		return 0, false
	}
	return integer(s)
}

// ends is a short mark of a page: of its first and last id.
func ends(s seen) string {
	if s.items == 0 || s.first == "" {
		return ""
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%q %q %d", s.first, s.last, s.items)
	return strconv.FormatUint(h.Sum64(), 36)
}

// linkRel returns the address of a relation in Link headers (RFC 8288), or "".
func linkRel(h http.Header, rel string) string {
	for _, line := range h.Values("Link") {
		for line != "" {
			var address, params string
			address, params, line = cutLink(line)
			for p := range strings.SplitSeq(params, ";") {
				name, v, _ := strings.Cut(strings.TrimSpace(p), "=")
				v = strings.Trim(strings.TrimSpace(v), `"`)
				for _, r := range strings.Fields(v) {
					if strings.EqualFold(strings.TrimSpace(name), "rel") && strings.EqualFold(r, rel) {
						return address
					}
				}
			}
		}
	}
	return ""
}

// cutLink takes the first link off a Link header: <address>; params, rest.
func cutLink(line string) (address, params, rest string) {
	_, line, ok := strings.Cut(line, "<")
	if !ok {
		return "", "", ""
	}
	address, line, ok = strings.Cut(line, ">")
	if !ok {
		return "", "", ""
	}
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ',' && !quoted:
			return address, line[:i], line[i+1:]
		}
	}
	return address, line, ""
}

// unexpected is for an answer that is not what the manifest says.
func unexpected(cause error) error { return core.E(core.CodeDataUnexpected, "", cause) }
