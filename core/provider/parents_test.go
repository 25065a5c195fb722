package provider

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/service"
)

// stores 3, two a page; orders 5 each, two a page; store s1 has none.
func parentRig(t *testing.T) *rig {
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		after := req.URL.Query().Get("after")
		if req.URL.Path == "/v1/stores" {
			if after == "" {
				io.WriteString(w, `{"stores":[{"id":"s0","site":{"name":"North"}},{"id":"s1","site":{"name":"East"}}],"next":"x"}`)
			} else {
				io.WriteString(w, `{"stores":[{"id":"s2","site":{"name":"South"}}]}`)
			}
			return
		}
		store := strings.Split(req.URL.Path, "/")[3]
		from := len(after)
		switch {
		case store == "s1":
			io.WriteString(w, `{"orders":[]}`)
		case from < 4:
			fmt.Fprintf(w, `{"orders":[{"id":%d},{"id":%d}],"next":%q}`, from, from+1, strings.Repeat("x", from+2))
		default:
			fmt.Fprintf(w, `{"orders":[{"id":%d}]}`, from)
		}
	})
	cursor := service.Paging{Kind: "cursor", Param: "after", Next: "next"}
	r.manifest.API.Paging = cursor
	r.manifest.Models[core.Stores] = &service.Model{
		List: service.List{Request: service.Request{Path: "/stores"}, Items: "stores"}, Fields: map[string]service.Field{"id": path("id"), "name": path("site.name")},
	}
	r.manifest.Models[core.Orders] = &service.Model{
		Parent: &service.Parent{Model: core.Stores, As: "store_id"},
		List:   service.List{Request: service.Request{Path: "/stores/{store_id}/orders"}, Items: "orders"},
		Fields: map[string]service.Field{"id": {Path: service.Paths{"id"}, Prefix: "{store_id}:"}, "number": {Value: "{parent.site.name}/{raw.id}"}},
	}
	return r
}

func TestParents(t *testing.T) {
	r := parentRig(t)
	var ids, done []string
	pos := Position("")
	for n := 0; ; n++ {
		page, err := r.client().Page(t.Context(), core.Orders, ListQuery{}, pos)
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range page.Records {
			ids = append(ids, rec.RemoteID)
			store, number, _ := strings.Cut(rec.RemoteID, ":")
			name := map[string]string{"s0": "North", "s2": "South"}[store]
			if o := rec.Data.(*core.Order); o.Store != store || o.Number != name+"/"+number {
				t.Errorf("%s: %+v", rec.RemoteID, o)
			}
		}
		if n == 0 && len(r.requests) != 2 {
			t.Errorf("the first page took %d requests: parents are read page by page", len(r.requests))
		}
		done = append(done, page.Parents...)
		if pos = page.Next; pos == "" {
			break
		}
	}
	if want := []string{"s0:0", "s0:1", "s0:2", "s0:3", "s0:4", "s2:0", "s2:1", "s2:2", "s2:3", "s2:4"}; !slices.Equal(ids, want) {
		t.Errorf("orders %v", ids)
	}
	if !slices.Equal(done, []string{"s0", "s1", "s2"}) {
		t.Errorf("parents done: %v", done)
	}
}

func TestParentListOfItsOwn(t *testing.T) {
	r := parentRig(t)
	r.manifest.Models[core.Orders].Parent = &service.Parent{As: "store_id", List: &service.List{Request: service.Request{Path: "/stores"}, Items: "stores"}}
	ids, err := r.readAll(core.Orders, ListQuery{})
	if err != nil || len(ids) != 10 {
		t.Errorf("%v %v", ids, err)
	}
}

func TestParentThatWentAway(t *testing.T) {
	r := parentRig(t)
	inner := r.server.Config.Handler
	r.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.Contains(req.URL.Path, "/s1/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		inner.ServeHTTP(w, req)
	})
	ids, err := r.readAll(core.Orders, ListQuery{})
	if err != nil || len(ids) != 10 {
		t.Errorf("%v %v", ids, err)
	}
}

func TestNoParents(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"stores":[]}`) })
	other := parentRig(t)
	r.manifest.Models = other.manifest.Models
	ids, err := r.readAll(core.Orders, ListQuery{})
	if err != nil || len(ids) != 0 {
		t.Errorf("%v %v", ids, err)
	}
	if check := r.client().Probe(t.Context(), core.Orders); !check.OK {
		t.Errorf("%+v", check)
	}
}

func TestParentWithoutID(t *testing.T) {
	r := parentRig(t)
	r.manifest.Models[core.Orders].Parent.ID = "nothing"
	if _, err := r.readAll(core.Orders, ListQuery{}); core.CodeOf(err) != core.CodeDataUnexpected {
		t.Error(err)
	}
}
