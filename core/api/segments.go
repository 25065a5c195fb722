package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"linkdesk/core"
	"linkdesk/core/segment"
)

// segmentDraft is what an app sends to make a segment: by rules, or of a list of
// ids of customers.
type segmentDraft struct {
	Name    string     `json:"name"`
	Rules   *core.Rule `json:"rules,omitempty"`
	Members *[]string  `json:"members,omitempty"`
}

// segmentChange is what an app sends to change one; what is absent stays.
type segmentChange struct {
	Name    *string    `json:"name,omitempty"`
	Rules   *core.Rule `json:"rules,omitempty"`
	Members *[]string  `json:"members,omitempty"` // the whole list
	Add     []string   `json:"add_members,omitempty"`
	Remove  []string   `json:"remove_members,omitempty"`
	Removed *bool      `json:"removed,omitempty"` // true: it counts as removed; false: it is back
}

// The kinds of a segment.
const (
	kindRules  = "rules"
	kindStatic = "static"
)

const (
	mostSegmentName = 120 // characters
	mostIdem        = 255
	mostBody        = 64 << 10
)

// segment reads the segment whose customers are asked for.
func (a *API) segment(c *call, k Key) (s core.Segment, err error) {
	err = a.o.Records.Get(c.ctx(), Source(core.Segments), k, func(it Item) error { return json.Unmarshal(it.Doc, &s) })
	if core.CodeOf(err) == core.CodeNotFound {
		return s, errNotHere
	}
	return s, err
}

func (a *API) createSegment(c *call) error {
	var d segmentDraft
	w, err := c.write(&d)
	if err != nil {
		return err
	}
	name, err := cleanName(d.Name)
	if err != nil {
		return err
	}
	kind := kindRules
	switch {
	case d.Rules != nil && d.Members != nil:
		return badRequest("A segment has rules or members, not both.")
	case d.Rules != nil:
		err = c.checkRules(*d.Rules)
	case d.Members != nil:
		kind = kindStatic
		w.Members, err = c.listed(segmentChange{Members: d.Members})
	default:
		return badRequest("A segment needs rules or members.")
	}
	if err != nil {
		return err
	}
	w.Status = http.StatusCreated
	w.Change = func(s *core.Segment, _ *bool) error {
		*s = core.Segment{Name: name, Kind: kind, Rules: d.Rules, Origin: string(LinkdeskID)}
		return nil
	}
	return a.write(c, w)
}

func (a *API) changeSegment(c *call) error {
	k, ok := parseID(c.r.PathValue("id"))
	if !ok {
		return errNotHere
	}
	if k.Connection != LinkdeskID {
		return refuse(http.StatusConflict, "This segment belongs to a service. Only segments that were made here can be changed.")
	}
	var d segmentChange
	w, err := c.write(&d)
	if err != nil {
		return err
	}
	if d.Name != nil {
		if *d.Name, err = cleanName(*d.Name); err != nil {
			return err
		}
	}
	if d.Rules != nil {
		if err := c.checkRules(*d.Rules); err != nil {
			return err
		}
	}
	if w.Members, err = c.listed(d); err != nil {
		return err
	}
	w.Segment, w.Status = k.RemoteID, http.StatusOK
	w.Change = func(s *core.Segment, removed *bool) error {
		if d.Rules != nil && s.Kind == kindStatic {
			return refuse(http.StatusConflict, "This segment is a list of customers, so it has no rules.")
		}
		if w.Members != nil && s.Kind != kindStatic {
			return refuse(http.StatusConflict, "Who is in this segment follows from its rules. Change those, or make a segment with members.")
		}
		if d.Name != nil {
			s.Name = *d.Name
		}
		if d.Rules != nil {
			s.Rules = d.Rules
		}
		if d.Removed != nil {
			*removed = *d.Removed
		}
		return nil
	}
	return a.write(c, w)
}

// write reads a request's body and its key.
func (c *call) write(into any) (w Write, err error) {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return w, refuse(http.StatusUnsupportedMediaType, "Send JSON, with “Content-Type: application/json”.")
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, mostBody+1))
	if err != nil || len(body) > mostBody {
		return w, refuse(http.StatusRequestEntityTooLarge, "At most "+strconv.Itoa(mostBody)+" bytes are accepted.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return w, badRequest("The request is not JSON of the right form: " + printable(strings.TrimPrefix(err.Error(), "json: ")) + ".")
	}
	if _, err := d.Token(); err != io.EOF {
		return w, badRequest("There is something behind the JSON object.")
	}
	w.App = c.App
	switch keys := c.r.Header.Values("Idempotency-Key"); {
	case len(keys) > 1 || len(keys) == 1 && (keys[0] == "" || len(keys[0]) > mostIdem):
		return w, badRequest("Send one Idempotency-Key of 1 to " + strconv.Itoa(mostIdem) + " characters, or none.")
	case len(keys) == 1:
		w.Idem = keys[0]
	}
	w.Digest = sha256.Sum256([]byte(c.r.Method + " " + c.r.URL.Path + "\n" + string(body)))
	return w, nil
}

func (a *API) write(c *call, w Write) error {
	out := &writer{of: Source(core.Segments), mask: c.mask}
	var made Key
	w.Answer = func(it Item) []byte {
		made = it.Key
		return out.record(nil, it, "", nil)
	}
	// An app that leaves does not stop the write half way: it would not know whether it was done.
	answer, err := a.o.Segments.WriteSegment(context.WithoutCancel(c.ctx()), w)
	if unknown, ok := errors.AsType[UnknownCustomers](err); ok {
		var ids []string
		for _, k := range unknown {
			ids = append(ids, recordID(k))
		}
		return unknownCustomers(ids)
	}
	switch {
	case errors.Is(err, ErrTooManyMembers):
		return refuse(http.StatusUnprocessableEntity, "A segment has at most "+strconv.Itoa(MostMembers)+" members. Nothing was changed.")
	case errors.Is(err, ErrKeyReused):
		return refuse(http.StatusUnprocessableEntity, "This Idempotency-Key was used for another request. Take a new one.")
	case core.CodeOf(err) == core.CodeNotFound:
		return errNotHere
	case err != nil:
		return err
	}
	if answer.Again {
		c.w.Header().Set("Idempotent-Replayed", "true")
	} else {
		a.o.Changed(made)
	}
	c.rows = 1
	c.send(answer.Status, answer.Body)
	return nil
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	bad := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	if n := utf8.RuneCountInString(name); n == 0 || n > mostSegmentName || strings.ContainsFunc(name, bad) {
		return "", badRequest("The name of a segment has 1 to " + strconv.Itoa(mostSegmentName) + " printable characters.")
	}
	return name, nil
}

// checkRules refuses rules that cannot be worked out, and those that would tell
// an app by who fits them what is hidden from it.
func (c *call) checkRules(r core.Rule) error {
	if err := segment.Check(r); err != nil {
		return err
	}
	var asks string
	segment.Walk(r, func(condition core.Rule) {
		if f, _ := segment.Lookup(condition.Field); f.Personal {
			asks = f.Name
		}
	})
	if c.mask != nil && asks != "" {
		return refuse(http.StatusForbidden, "Personal fields are hidden from this app, so its rules cannot ask for "+asks+".")
	}
	return nil
}
