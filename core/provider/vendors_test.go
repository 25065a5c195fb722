package provider

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"linkdesk/assets"
	"linkdesk/core"
	"linkdesk/core/service"
)

// These tests read several pages of each model of the manifests that ship, from
// servers that answer in the vendors' shapes, and compare whole records.

type object = map[string]any

// vendorRig is a rig whose manifest is a built-in one, at the test's server.
func vendorRig(t *testing.T, id string, limit int, handler http.HandlerFunc) *rig {
	t.Helper()
	r := newRig(t, handler)
	registry, err := service.NewRegistry(assets.Services, "", "http://127.0.0.1:4010")
	if err != nil {
		t.Fatal(err)
	}
	m, err := registry.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(r.server.URL)
	r.manifest = m
	m.Hosts, m.API.Base, m.API.Limits = []string{u.Host}, service.Template(r.server.URL), service.Limits{}
	m.API.Paging.Limit = limit // small pages, so that there are several
	return r
}

// readRecords reads a whole list and counts its pages.
func (r *rig) readRecords(model core.Model, q ListQuery) (records []core.Record, pages int) {
	r.Helper()
	for pos := Position(""); ; {
		page, err := r.client().Page(r.Context(), model, q, pos)
		if err != nil {
			r.Fatalf("%s, page %d: %v", model, pages, err)
		}
		if len(page.Bad) > 0 {
			r.Fatalf("%s: bad records %v", model, page.Bad)
		}
		records = append(records, page.Records...)
		if pages++; page.Next == "" {
			return records, pages
		}
		pos = page.Next
	}
}

// sameRecords compares whole records, but for where their members are read:
// members_test.go follows that.
func sameRecords(t *testing.T, model core.Model, got, want []core.Record) {
	t.Helper()
	for i := range got {
		got[i].Members = ""
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d records, want %d", model, len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			a, _ := json.Marshal(got[i])
			b, _ := json.Marshal(want[i])
			t.Fatalf("%s, record %d\n got %s\nwant %s", model, i, a, b)
		}
	}
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

// part is the items from an offset on, at most so many.
func part[T any](all []T, offset, count int) []T {
	from := min(offset, len(all))
	return all[from:min(from+count, len(all))]
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// hour is a time that is told by a number, as the services write it.
func hour(n int) time.Time {
	return time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

func stamp(n int) string { return hour(n).Format("2006-01-02T15:04:05+00:00") }

func ptr[T any](v T) *T { return &v }

// What Mailchimp's account of these tests has: 7 shops with 0 to 8 of each kind
// of record, whose ids are the same in each shop, and 5 audiences.
const mailchimpShops, mailchimpAudiences = 7, 5

func mailchimpItem(kind string, i int) object {
	id := fmt.Sprintf("%s-%d", kind, i)
	switch kind {
	case "stores":
		return object{"id": id, "list_id": "aud", "name": "Shop " + id, "domain": id + ".example", "currency_code": "EUR", "timezone": "Europe/Vienna",
			"address": object{"country_code": "AT"}, "email_address": id + "@example.com", "platform": "own", "primary_locale": "de", "money_format": "€", "updated_at": stamp(i)}
	case "customers":
		return object{"id": id, "email_address": id + "@example.com", "first_name": "Ada", "last_name": "B " + id, "company": "", "opt_in_status": i%2 == 0,
			"address": object{"country_code": "AT", "city": "Graz"}, "orders_count": 4, "created_at": stamp(0), "updated_at": stamp(i)}
	case "orders":
		return object{"id": id, "customer": object{"id": "customers-1"}, "financial_status": "paid", "fulfillment_status": "shipped", "currency_code": "EUR",
			"order_total": 19.9, "tax_total": 3.32, "shipping_total": 0, "discount_total": 1, "processed_at_foreign": stamp(i), "updated_at_foreign": stamp(i + 1),
			"lines": []object{{"id": "l1", "product_id": "products-0", "product_title": "Mug", "product_variant_id": "v1", "quantity": 2, "price": 9.95}, {"id": "l2", "product_id": "products-1", "product_variant_title": "Blue", "quantity": 1, "price": 0}}}
	case "products":
		return object{"id": id, "title": "Mug " + id, "description": "Enamel", "vendor": "Own", "url": "https://shop.example/" + id, "image_url": "https://shop.example/i.png", "currency_code": "EUR",
			"variants": []object{{"id": "v1", "sku": "S-" + id, "title": "Blue", "price": 9.95, "inventory_quantity": i}}}
	case "lists":
		return object{"id": id, "name": "Audience " + id}
	}
	return object{"id": i, "name": "Segment", "member_count": 10 * i, "type": []string{"static", "saved", "fuzzy"}[i%3], "updated_at": stamp(i)}
}

func mailchimpRecord(kind core.Model, shop string, i int) core.Record {
	id := fmt.Sprintf("%s-%d", kind, i)
	rec := core.Record{RemoteID: shop + ":" + id, UpdatedAt: hour(i)}
	switch kind {
	case core.Stores:
		rec.RemoteID = id
		rec.Data = &core.Store{Name: "Shop " + id, URL: id + ".example", Currency: "EUR", Timezone: "Europe/Vienna", Country: "AT", Email: id + "@example.com", Platform: "own",
			Settings: map[string]string{"audience_id": "aud", "locale": "de", "money_format": "€"}}
	case core.Customers:
		rec.Data = &core.Customer{Email: id + "@example.com", FirstName: "Ada", LastName: "B " + id, Country: "AT", City: "Graz", AcceptsMarketing: ptr(i%2 == 0), CreatedAt: hour(0)}
	case core.Orders:
		rec.UpdatedAt = hour(i + 1)
		rec.Data = &core.Order{Number: id, Customer: shop + ":customers-1", Store: shop, PaymentStatus: "paid", FulfillmentStatus: "shipped", Currency: "EUR",
			Total: "19.9", Tax: "3.32", Shipping: "0", Discount: "1", PlacedAt: hour(i),
			Lines: []core.Line{{ID: "l1", Product: shop + ":products-0", Variant: "v1", Title: "Mug", Quantity: "2", Price: "9.95"}, {ID: "l2", Product: shop + ":products-1", Title: "Blue", Quantity: "1", Price: "0"}}}
	case core.Products:
		rec.UpdatedAt = time.Time{}
		rec.Data = &core.Product{Title: "Mug " + id, Description: "Enamel", SKU: "S-" + id, Vendor: "Own", URL: "https://shop.example/" + id, ImageURL: "https://shop.example/i.png", Price: "9.95", Currency: "EUR", Stock: ptr(int64(i)),
			Variants: []core.Variant{{ID: "v1", SKU: "S-" + id, Title: "Blue", Price: "9.95", Stock: ptr(int64(i))}}}
	case core.Segments:
		rec.RemoteID = fmt.Sprintf("%s:%d", shop, i)
		rec.Data = &core.Segment{Name: "Segment", Kind: []string{"static", "rules", "rules"}[i%3], Size: ptr(int64(10 * i))}
	}
	return rec
}

// mailchimpCount is how many records stand below the shop or audience of a number.
func mailchimpCount(parent int) int { return parent * 4 % 9 }

func serveMailchimp(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	path := strings.Split(strings.Trim(strings.TrimPrefix(req.URL.Path, "/ecommerce"), "/"), "/")
	kind, n := path[0], map[string]int{"stores": mailchimpShops, "lists": mailchimpAudiences}[path[0]]
	if len(path) == 3 {
		_, number, _ := strings.Cut(path[1], "-")
		kind, n = path[2], mailchimpCount(atoi(number))
	}
	var items []object
	for i := range n {
		if since, err := time.Parse(time.RFC3339, q.Get("since_updated_at")); err != nil || hour(i).After(since) {
			items = append(items, mailchimpItem(kind, i))
		}
	}
	if q.Get("count") == "" || q.Get("offset") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answerJSON(w, object{kind: part(items, atoi(q.Get("offset")), atoi(q.Get("count"))), "total_items": len(items)})
}

func TestMailchimpPageByPage(t *testing.T) {
	for _, model := range core.Models() {
		r := vendorRig(t, "mailchimp", 3, serveMailchimp)
		var want []core.Record
		wantPages, parents, name := 0, mailchimpShops, "stores"
		if model == core.Segments {
			parents, name = mailchimpAudiences, "lists"
		}
		for p := range parents {
			if model == core.Stores {
				want = append(want, mailchimpRecord(model, "", p))
				continue
			}
			for i := range mailchimpCount(p) {
				want = append(want, mailchimpRecord(model, fmt.Sprintf("%s-%d", name, p), i))
			}
			wantPages += max(1, (mailchimpCount(p)+2)/3)
		}
		if model == core.Stores {
			wantPages = (mailchimpShops + 2) / 3
		}
		got, pages := r.readRecords(model, ListQuery{Full: true})
		sameRecords(t, model, got, want)
		if pages != wantPages {
			t.Errorf("%s: %d pages, want %d", model, pages, wantPages)
		}
	}
}

func TestMailchimpSegmentsThatChanged(t *testing.T) {
	r := vendorRig(t, "mailchimp", 3, serveMailchimp)
	var want []core.Record
	for p := range mailchimpAudiences {
		for i := range mailchimpCount(p) {
			if i >= 2 {
				want = append(want, mailchimpRecord(core.Segments, fmt.Sprintf("lists-%d", p), i))
			}
		}
	}
	got, _ := r.readRecords(core.Segments, ListQuery{Since: hour(2)}) // five minutes of overlap
	sameRecords(t, core.Segments, got, want)
}

// What HubSpot's account of these tests has of each kind.
const hubspotCount = 23

var hubspotKinds = map[core.Model]string{core.Customers: "contacts", core.Orders: "orders", core.Products: "products"}

// hubspotItem is an object as the list and get tell it; the search leaves the
// associations out, and properties that were not asked for are never told.
func hubspotItem(kind string, i int, properties []string, associations bool) object {
	all := object{
		"email": fmt.Sprintf("c%d@example.com", i), "firstname": "Ada", "lastname": "B", "phone": "+43 1", "company": nil, "country": "AT", "city": "Graz",
		"hs_order_name": fmt.Sprintf("#%d", i), "hs_external_order_id": "x", "hs_external_order_status": "open", "hs_fulfillment_status": "none", "hs_currency_code": "eur", "hs_total_price": "25.50",
		"hs_external_created_date": hour(i).Format(time.RFC3339), "name": "Mug", "description": "Enamel", "price": "12.50", "hs_sku": fmt.Sprintf("S%d", i), "hs_object_id": "1",
	}
	told := object{}
	for _, p := range properties {
		told[p] = all[p]
	}
	item := object{"id": strconv.Itoa(i), "properties": told, "createdAt": hour(0).Format(time.RFC3339Nano), "updatedAt": hour(i).Format("2006-01-02T15:04:05.000Z"), "archived": false}
	if associations {
		item["associations"] = object{"contacts": object{"results": []object{{"id": strconv.Itoa(i % 5), "type": "order_to_contact"}}}}
	}
	return item
}

func hubspotRecord(model core.Model, i int) core.Record {
	rec := core.Record{RemoteID: strconv.Itoa(i), UpdatedAt: hour(i)}
	switch model {
	case core.Customers:
		rec.Data = &core.Customer{Email: fmt.Sprintf("c%d@example.com", i), Phone: "+43 1", FirstName: "Ada", LastName: "B", Country: "AT", City: "Graz", CreatedAt: hour(0)}
	case core.Orders:
		rec.Data = &core.Order{Number: fmt.Sprintf("#%d", i), Customer: strconv.Itoa(i % 5), Status: "open", FulfillmentStatus: "none", Currency: "EUR", Total: "25.50", PlacedAt: hour(i)}
	case core.Products:
		rec.Data = &core.Product{Title: "Mug", Description: "Enamel", SKU: fmt.Sprintf("S%d", i), Price: "12.50"}
	case core.Segments:
		rec.Data = &core.Segment{Name: fmt.Sprintf("List %d", i), Kind: []string{"static", "rules", "static"}[i%3], Size: ptr(int64(i))}
	}
	return rec
}

// hubspot answers like HubSpot; a search ends at stopsAt records.
type hubspot struct {
	*testing.T
	stopsAt  int
	gone     string // id of an order that was deleted since it was found
	gets     int
	searches int
}

func (h *hubspot) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	var body struct {
		Limit, Count, Offset int
		After                string
		Properties           []string
		ProcessingTypes      []string
		FilterGroups         []struct {
			Filters []struct{ PropertyName, Operator, Value string }
		}
	}
	if req.Method == http.MethodPost {
		if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
			h.Error(err)
		}
	}
	all := slices.Collect(func(yield func(int) bool) {
		for i := 0; i < hubspotCount && yield(i); i++ {
		}
	})
	path := strings.Split(strings.TrimPrefix(req.URL.Path, "/crm/v3/"), "/")
	switch {
	case path[0] == "lists":
		var lists []object
		for _, i := range part(all, body.Offset, body.Count) {
			lists = append(lists, object{"listId": strconv.Itoa(i), "name": fmt.Sprintf("List %d", i), "processingType": body.ProcessingTypes[[]int{0, 1, 2}[i%3]],
				"updatedAt": hour(i).Format(time.RFC3339), "additionalProperties": object{"hs_list_size": strconv.Itoa(i)}})
		}
		answerJSON(w, object{"lists": lists, "offset": body.Offset + len(lists), "hasMore": body.Offset+len(lists) < len(all), "total": len(all)})
	case len(path) == 2:
		h.page(w, all, atoi(q.Get("after")), atoi(q.Get("limit")), func(i int) object {
			return hubspotItem(path[1], i, strings.Split(q.Get("properties"), ","), q.Get("associations") == "contacts")
		})
	case path[2] == "search":
		h.searches++
		filter := body.FilterGroups[0].Filters[0]
		from, err := strconv.ParseInt(filter.Value, 10, 64)
		if err != nil || filter.Operator != "GTE" || atoi(body.After)+body.Limit > h.stopsAt {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		found := slices.DeleteFunc(all, func(i int) bool { return hour(i).UnixMilli() < from })
		h.page(w, found, atoi(body.After), body.Limit, func(i int) object { return hubspotItem(path[1], i, body.Properties, false) })
	case path[2] == h.gone:
		w.WriteHeader(http.StatusNotFound)
	default:
		h.gets++
		answerJSON(w, hubspotItem(path[1], atoi(path[2]), strings.Split(q.Get("properties"), ","), q.Get("associations") == "contacts"))
	}
}

func (h *hubspot) page(w http.ResponseWriter, all []int, after, limit int, item func(i int) object) {
	answer := object{"total": len(all), "results": []object{}}
	for _, i := range part(all, after, limit) {
		answer["results"] = append(answer["results"].([]object), item(i))
	}
	if after+limit < len(all) {
		answer["paging"] = object{"next": object{"after": strconv.Itoa(after + limit), "link": "https://api.hubapi.com/next"}}
	}
	answerJSON(w, answer)
}

func hubspotRig(t *testing.T, h *hubspot) *rig {
	h.T = t
	r := vendorRig(t, "hubspot", 5, h.ServeHTTP)
	r.manifest.Models[core.Segments].List.Paging.Limit = 5
	for model := range hubspotKinds {
		inc := r.manifest.Models[model].List.Incremental
		inc.StopsAt, inc.Paging.Limit = h.stopsAt, 4
	}
	return r
}

func TestHubSpotPageByPage(t *testing.T) {
	for _, model := range []core.Model{core.Customers, core.Orders, core.Products, core.Segments} {
		h := &hubspot{}
		var want []core.Record
		for i := range hubspotCount {
			want = append(want, hubspotRecord(model, i))
		}
		got, pages := hubspotRig(t, h).readRecords(model, ListQuery{Full: true})
		sameRecords(t, model, got, want)
		if pages != 5 || h.gets+h.searches != 0 {
			t.Errorf("%s: %d pages, %d searches, %d single reads", model, pages, h.searches, h.gets)
		}
	}
}

// The search ends at 8 records here, so 20 changes take several of them; what
// lies on the seam comes twice. An order changed is as whole as one in the list.
func TestHubSpotChanges(t *testing.T) {
	for model := range hubspotKinds {
		h := &hubspot{stopsAt: 8}
		r := hubspotRig(t, h)
		window := service.Window{Max: 4000, Per: "1d"} // 1000 at once
		r.manifest.API.Limits = service.Limits{Window: &window, Search: &window}
		got, _ := r.readRecords(model, ListQuery{Since: hour(3)})
		slices.SortStableFunc(got, func(a, b core.Record) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
		got = slices.CompactFunc(got, func(a, b core.Record) bool { return a.RemoteID == b.RemoteID })
		var want []core.Record
		for i := 3; i < hubspotCount; i++ {
			want = append(want, hubspotRecord(model, i))
		}
		sameRecords(t, model, got, want)
		if (h.gets > 0) != (model == core.Orders) || h.searches < 5 {
			t.Errorf("%s: %d searches, %d single reads", model, h.searches, h.gets)
		}
		used := func(l *rate.Limiter) int { return int(math.Round(1000 - l.Tokens())) }
		if l := r.client().limits; used(l.search) != h.searches || used(l.window) != h.gets {
			t.Errorf("%s: %d searches and %d other requests were counted", model, used(l.search), used(l.window))
		}
	}
}

func TestHubSpotOrderGoneSinceItWasFound(t *testing.T) {
	h := &hubspot{stopsAt: 100, gone: "21"}
	got, _ := hubspotRig(t, h).readRecords(core.Orders, ListQuery{Since: hour(20)})
	if len(got) != 3 || got[0].Removed || !got[1].Removed || got[1].RemoteID != "21" || got[2].Removed {
		t.Errorf("got %+v", got)
	}
}
