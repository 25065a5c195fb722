package provider

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/service"
)

// withSegments gives the rig's manifest segments with members.
func (r *rig) withSegments(paging service.Paging) {
	r.manifest.Models[core.Segments] = &service.Model{
		Parent: &service.Parent{As: "group", List: &service.List{Request: service.Request{Path: "/groups"}, Items: "items"}},
		List:   service.List{Request: service.Request{Path: "/groups/{group}/segments"}, Items: "items"},
		Fields: map[string]service.Field{"id": {Path: service.Paths{"id"}, Prefix: "{group}:"}, "kind": path("kind"), "rules": {Path: service.Paths{"rules"}, As: "json"}},
		Members: &service.Members{Request: service.Request{Path: "/groups/{group}/segments/{raw.number}/members", Query: map[string]service.Template{"of": "{id}"}},
			Items: "items", Key: "person.mail", Paging: &paging},
	}
}

// readMembers reads a list to its end, each page with a client of its own, as after a restart.
func (r *rig) readMembers(first string) (keys []string, pages int, err error) {
	r.Helper()
	for pos := Position(first); pages < 100; {
		page, err := r.client().Members(r.Context(), pos)
		if err != nil {
			return keys, pages, err
		}
		keys, pages = append(keys, page.Keys...), pages+1
		if page.Next == "" {
			return keys, pages, nil
		}
		pos = page.Next
	}
	r.Fatal("the list does not end")
	return nil, 0, nil
}

func TestMembers(t *testing.T) {
	forgets, refuses := false, 0
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		q, from := req.URL.Query(), atoi(req.URL.Query().Get("after"))
		switch {
		case req.URL.Path == "/v1/groups":
			fmt.Fprint(w, `{"items":[{"id":"g"}]}`)
		case req.URL.Path == "/v1/groups/g/segments":
			fmt.Fprint(w, `{"items":[{"id":1,"number":71,"kind":"static"},{"id":2,"number":72,"kind":"rules","rules":{"field":"country","op":"eq","value":"DE"}},
				{"id":3,"number":73,"kind":"rules","rules":{"field":"moon","op":"eq","value":"full"}},{"id":4,"number":74,"kind":"rules"}]}`)
		case refuses > 0:
			w.WriteHeader(refuses)
		case forgets && from > 0:
			w.WriteHeader(http.StatusGone)
		case req.URL.Path == "/v1/groups/g/segments/71/members" && q.Get("of") == "g:1" && q.Get("n") == "2":
			var items []string
			for i := range part([]int{0, 1, 2, 3, 4}, from, 2) {
				items = append(items, fmt.Sprintf(`{"person":{"mail":"P%d@example.com","name":"x"}}`, from+i))
			}
			next := "null"
			if from+2 < 5 {
				next = strconv.Quote(strconv.Itoa(from + 2))
			}
			fmt.Fprintf(w, `{"items":[%s],"next":%s}`, strings.Join(items, ","), next)
		case req.URL.Path == "/v1/groups/g/segments/73/members":
			fmt.Fprint(w, `{"items":[{"person":{}}]}`)
		default:
			t.Errorf("asked for %s", req.URL)
		}
	})
	r.withSegments(service.Paging{Kind: "cursor", In: "query", Param: "after", Next: "next", LimitParam: "n", Limit: 2})
	records, _ := r.readRecords(core.Segments, ListQuery{Full: true})
	var has []bool
	for _, rec := range records {
		has = append(has, rec.Members != "")
	}
	if !slices.Equal(has, []bool{true, false, true, true}) {
		t.Fatalf("lists: %v; only rules that Linkdesk can follow need none", has)
	}
	first := records[0].Members
	if keys, pages, err := r.readMembers(first); err != nil || pages != 3 || strings.Join(keys, " ") != "P0@example.com P1@example.com P2@example.com P3@example.com P4@example.com" {
		t.Errorf("%d pages: %v, %v", pages, keys, err)
	}
	if _, _, err := r.readMembers(records[2].Members); core.CodeOf(err) != core.CodeDataUnexpected || errors.Is(err, ErrPosition) {
		t.Errorf("a member without a key: %v", err)
	}
	if _, err := r.client().Members(t.Context(), "nonsense"); !errors.Is(err, ErrPosition) {
		t.Errorf("a damaged position: %v", err)
	}
	forgets = true
	if keys, _, err := r.readMembers(first); !errors.Is(err, ErrPosition) || len(keys) != 2 {
		t.Errorf("a cursor that is no longer known: %v, %v", keys, err)
	}
	for status, code := range map[int]core.Code{http.StatusNotFound: core.CodeNotFound, http.StatusForbidden: core.CodeScopeMissing} {
		refuses = status
		if _, _, err := r.readMembers(first); core.CodeOf(err) != code {
			t.Errorf("answer %d: %v", status, err)
		}
	}
	r.manifest.Models[core.Segments].Members = nil
	if _, _, err := r.readMembers(first); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("a service without members: %v", err)
	}
}

// The members that the manifests that ship ask for, in the vendors' shapes.
func TestVendorsMembers(t *testing.T) {
	want := []string{"0", "1", "2", "3", "4"}
	for id, serve := range map[string]func(w http.ResponseWriter, req *http.Request) bool{
		"mailchimp": func(w http.ResponseWriter, req *http.Request) bool {
			if req.URL.Path != "/lists/lists-1/segments/0/members" {
				serveMailchimp(w, req)
				return false
			}
			var all []object
			for _, n := range want {
				all = append(all, object{"email_address": n})
			}
			q := req.URL.Query()
			answerJSON(w, object{"members": part(all, atoi(q.Get("offset")), atoi(q.Get("count"))), "total_items": len(all)})
			return true
		},
		"hubspot": func(w http.ResponseWriter, req *http.Request) bool {
			if req.URL.Path != "/crm/v3/lists/0/memberships" {
				(&hubspot{T: t}).ServeHTTP(w, req)
				return false
			}
			var all []object
			for _, n := range want {
				all = append(all, object{"recordId": n, "membershipTimestamp": stamp(1)})
			}
			q := req.URL.Query()
			from, limit := atoi(q.Get("after")), atoi(q.Get("limit"))
			answer := object{"results": part(all, from, limit), "total": len(all)}
			if from+limit < len(all) {
				answer["paging"] = object{"next": object{"after": strconv.Itoa(from + limit)}}
			}
			answerJSON(w, answer)
			return true
		},
	} {
		asked := 0
		r := vendorRig(t, id, 2, func(w http.ResponseWriter, req *http.Request) {
			if serve(w, req) {
				asked++
			}
		})
		records, _ := r.readRecords(core.Segments, ListQuery{Full: true})
		keys, pages, err := r.readMembers(records[0].Members)
		if err != nil || !reflect.DeepEqual(keys, want) || pages != 3 || asked != 3 {
			t.Errorf("%s: %v in %d pages, %d requests, %v", id, keys, pages, asked, err)
		}
	}
}
