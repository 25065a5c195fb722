package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/service"
)

// pagingCase is a service with 25 customers, ten a page.
type pagingCase struct {
	name    string
	paging  service.Paging
	post    bool
	handler func(t *testing.T, w http.ResponseWriter, q url.Values, body map[string]any)
}

func slice(from, size int) string { return customersJSON(min(from, 25), min(from+size, 25)) }

func num(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

var pagingCases = []pagingCase{
	{"none", service.Paging{Kind: "none"}, false, func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
		fmt.Fprintf(w, `{"items":%s}`, slice(0, 25))
	}},
	{"offset with a total", service.Paging{Kind: "offset", OffsetParam: "offset", LimitParam: "count", Limit: 10, Done: service.Done{Total: "total"}}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			fmt.Fprintf(w, `{"items":%s,"total":25}`, slice(num(q.Get("offset")), num(q.Get("count"))))
		}},
	{"offset, the service gives fewer than asked", service.Paging{Kind: "offset", OffsetParam: "offset", LimitParam: "count", Limit: 10, Done: service.Done{Total: "total"}}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			fmt.Fprintf(w, `{"items":%s,"total":25}`, slice(num(q.Get("offset")), 4))
		}},
	{"offset in the body with has_more", service.Paging{Kind: "offset", In: "body", OffsetParam: "page.offset", LimitParam: "page.count", Limit: 10, Done: service.Done{HasMore: "more"}}, true,
		func(t *testing.T, w http.ResponseWriter, _ url.Values, body map[string]any) {
			p := body["page"].(map[string]any)
			offset := int(p["offset"].(float64))
			fmt.Fprintf(w, `{"items":%s,"more":%v}`, slice(offset, int(p["count"].(float64))), offset < 20)
		}},
	{"page with a short last one", service.Paging{Kind: "page", PageParam: "page", Start: 1, LimitParam: "limit", Limit: 10}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			fmt.Fprintf(w, `{"items":%s}`, slice(10*(num(q.Get("page"))-1), 10))
		}},
	{"page with total pages", service.Paging{Kind: "page", PageParam: "page", Start: 1, LimitParam: "limit", Limit: 10, Done: service.Done{TotalPages: "meta.pages"}}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			fmt.Fprintf(w, `{"items":%s,"meta":{"pages":"3"}}`, slice(10*(num(q.Get("page"))-1), 10))
		}},
	{"page that ends with an empty answer", service.Paging{Kind: "page", PageParam: "page", LimitParam: "limit", Limit: 5}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			if n := num(q.Get("page")); n < 5 {
				fmt.Fprintf(w, `{"items":%s}`, slice(5*n, 5))
			} else {
				w.WriteHeader(http.StatusNoContent)
			}
		}},
	{"cursor", service.Paging{Kind: "cursor", Param: "after", Next: "paging.next.after", LimitParam: "limit", Limit: 10}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			from := num(q.Get("after"))
			next := ""
			if from < 20 {
				next = fmt.Sprintf(`,"paging":{"next":{"after":"%d"}}`, from+10)
			}
			fmt.Fprintf(w, `{"items":%s%s}`, slice(from, num(q.Get("limit"))), next)
		}},
	{"cursor in the body", service.Paging{Kind: "cursor", In: "body", Param: "cursor", Next: "cursor", LimitParam: "limit", Limit: 10}, true,
		func(t *testing.T, w http.ResponseWriter, _ url.Values, body map[string]any) {
			cursor, _ := body["cursor"].(string)
			from := num(cursor)
			if body["sort"] != "id" {
				t.Error("the second page lost the body of the first")
			}
			fmt.Fprintf(w, `{"items":%s,"cursor":%q}`, slice(from, 10), map[bool]string{true: strconv.Itoa(from + 10)}[from < 20])
		}},
	{"cursor that excludes all else", service.Paging{Kind: "cursor", Param: "cursor", Next: "next", LimitParam: "limit", Limit: 10, Repeat: "cursor_only"}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			if q.Has("cursor") && len(q) != 1 {
				t.Errorf("beside the cursor came %v", q)
			}
			from := num(q.Get("cursor"))
			fmt.Fprintf(w, `{"items":%s,"next":%s}`, slice(from, 10), map[bool]string{true: strconv.Itoa(from + 10), false: "null"}[from < 20])
		}},
	{"last id", service.Paging{Kind: "last_id", Param: "starting_after", LimitParam: "limit", Limit: 10, Done: service.Done{HasMore: "has_more"}}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			from := 0
			if id, ok := strings.CutPrefix(q.Get("starting_after"), "c"); ok {
				from = num(id) + 1
			}
			fmt.Fprintf(w, `{"items":%s,"has_more":%v}`, slice(from, 10), from < 20)
		}},
	{"link header", service.Paging{Kind: "link_header", Rel: "next", LimitParam: "per_page", Limit: 10}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			from := num(q.Get("from"))
			w.Header().Set("Link", `</v1/customers?from=0>; rel="first"`)
			if from < 20 {
				w.Header().Add("Link", fmt.Sprintf(`<?from=%d&per_page=10>; title="a, b"; rel="next last"`, from+10))
			}
			fmt.Fprintf(w, `{"items":%s}`, slice(from, num(q.Get("per_page"))))
		}},
	{"link in the body", service.Paging{Kind: "link_body", Next: "links.next", LimitParam: "page[size]", Limit: 10}, false,
		func(t *testing.T, w http.ResponseWriter, q url.Values, _ map[string]any) {
			from := num(q.Get("from"))
			link := "null"
			if from < 20 {
				link = fmt.Sprintf(`"/v1/customers?from=%d&page[size]=10"`, from+10)
			}
			fmt.Fprintf(w, `{"items":%s,"links":{"next":%s}}`, slice(from, num(q.Get("page[size]"))), link)
		}},
}

func TestPagingKinds(t *testing.T) {
	for _, c := range pagingCases {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
				body := map[string]any{}
				if c.post {
					if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
						t.Error(err)
					}
				}
				c.handler(t, w, req.URL.Query(), body)
			})
			r.customers().List.Paging = &c.paging
			if c.post {
				r.customers().List.Request.Method = http.MethodPost
				r.customers().List.Request.Body = map[string]any{"sort": "id"}
			}
			ids, err := r.readAll(core.Customers, ListQuery{})
			wantIDs(t, ids, err, 25)
		})
	}
}
