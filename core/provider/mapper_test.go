package provider

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/service"
)

// orderModel maps an order as a shop would have it.
func orderModel() *service.Model {
	return &service.Model{
		List: service.List{Request: service.Request{Path: "/orders"}, Items: "orders"},
		Fields: map[string]service.Field{
			"id": path("id"), "number": path("number"), "customer_id": path("customer.id"), "store_id": path("store"),
			"status": {Path: service.Paths{"state"}, Map: map[string]string{"complete": "completed"}}, "payment_status": path("financial_status"),
			"fulfillment_status": path("fulfillment.status"), "currency": path("currency"),
			"total": path("total"), "subtotal": path("subtotal"), "tax": path("tax"), "shipping": path("shipping"), "discount": path("discount"),
			"placed_at": path("created_at"), "updated_at": path("updated_at"), "deleted": path("archived"),
			"lines": {Path: service.Paths{"lines"}, Fields: map[string]service.Field{
				"id": path("id"), "product_id": path("product.id"), "variant_id": path("variant"), "sku": path("sku"),
				"title": path("name"), "quantity": path("quantity"), "price": path("price"),
			}},
		},
	}
}

const orderJSON = `{"id":"5001","number":"1042","state":"complete","financial_status":"paid","fulfillment":{"status":"shipped","carrier":"DHL","tracking":"00340434161094042557"},
"customer":{"id":"c77","email":"ada.lovelace@example.com","first_name":"Ada","last_name":"Lovelace"},"store":"s1","currency":"eur",
"total":"119.00","subtotal":"100.00","tax":"19.00","shipping":"4.90","discount":"0.00","created_at":"2026-03-01T09:30:00Z","updated_at":"2026-03-02T10:00:00.250+02:00","archived":false,
"billing_address":{"street":"12 St James's Square","city":"London","zip":"SW1Y 4JH","country":"GB"},"note":"Leave it with the neighbour, \"Mr. Byron\"",
"lines":[{"id":"l1","product":{"id":"p1","handle":"mug"},"variant":"v1","sku":"MUG-1","name":"Mug","quantity":2,"price":"12.50"},
{"id":"l2","product":{"id":"p2","handle":"tee"},"variant":"v2","sku":"TEE-L","name":"T-shirt, L","quantity":1,"price":"25.00"},
{"id":"l3","product":{"id":"p3","handle":"tea"},"variant":"v3","sku":"TEA-100","name":"Tea \u00e0 la carte","quantity":0.5,"price":"100.00"}]}`

// mapOne maps one item of a model.
func mapOne(t testing.TB, model core.Model, api service.API, def *service.Model, item string, values map[string]string) (core.Record, string) {
	t.Helper()
	p, err := compile(&service.Manifest{API: api, Models: map[core.Model]*service.Model{model: def}}, model)
	if err != nil {
		t.Fatal(err)
	}
	v := service.Values{}
	maps.Copy(v, values)
	m, err := newMapper(p, v, false)
	if err != nil {
		t.Fatal(err)
	}
	return m.record(&array{s: item})
}

func TestMapOrder(t *testing.T) {
	rec, reason := mapOne(t, core.Orders, service.API{}, orderModel(), orderJSON, nil)
	if reason != "" {
		t.Fatal(reason)
	}
	want := &core.Order{
		Number: "1042", Customer: "c77", Store: "s1", Status: "completed", PaymentStatus: "paid", FulfillmentStatus: "shipped",
		Currency: "EUR", Total: "119.00", Subtotal: "100.00", Tax: "19.00", Shipping: "4.90", Discount: "0.00",
		PlacedAt: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
		Lines: []core.Line{
			{ID: "l1", Product: "p1", Variant: "v1", SKU: "MUG-1", Title: "Mug", Quantity: "2", Price: "12.50"},
			{ID: "l2", Product: "p2", Variant: "v2", SKU: "TEE-L", Title: "T-shirt, L", Quantity: "1", Price: "25.00"},
			{ID: "l3", Product: "p3", Variant: "v3", SKU: "TEA-100", Title: "Tea à la carte", Quantity: "0.5", Price: "100.00"},
		},
	}
	if !reflect.DeepEqual(rec.Data, want) {
		t.Errorf("got %+v\nwant %+v", rec.Data, want)
	}
	if rec.RemoteID != "5001" || rec.Removed || !rec.UpdatedAt.Equal(time.Date(2026, 3, 2, 8, 0, 0, 250e6, time.UTC)) || rec.UpdatedAt.Location() != time.UTC {
		t.Errorf("id %q, updated %s, removed %v", rec.RemoteID, rec.UpdatedAt, rec.Removed)
	}
}

// One field of one model, with the item, and what the record says.
func TestConversions(t *testing.T) {
	minor := service.API{Money: "minor_units"}
	order := func(f service.Field, name string) *service.Model {
		return &service.Model{Fields: map[string]service.Field{"id": path("id"), "currency": path("cur"), name: f}}
	}
	for _, c := range []struct {
		name, field string
		api         service.API
		def         service.Field
		item        string
		want        string // JSON of the data; "reason: …" for a bad record
	}{
		{"a number keeps its digits", "total", service.API{}, path("v"), `{"id":1,"v":0.10000000000000000000000001}`, `{"total":"0.10000000000000000000000001"}`},
		{"a large number", "total", service.API{}, path("v"), `{"id":1,"v":1.5e3}`, `{"total":"1500"}`},
		{"negative", "total", service.API{}, path("v"), `{"id":1,"v":"-3.50"}`, `{"total":"-3.50"}`},
		{"not an amount", "total", service.API{}, path("v"), `{"id":1,"v":"about 5"}`, `reason: total: expected an amount, found a text`},
		{"an object for an amount", "total", service.API{}, path("v"), `{"id":1,"v":{}}`, `reason: total: expected a single value, found an object`},
		{"euro cents", "total", minor, path("v"), `{"id":1,"v":1990,"cur":"eur"}`, `{"currency":"EUR","total":"19.90"}`},
		{"yen have none", "total", minor, path("v"), `{"id":1,"v":1990,"cur":"JPY"}`, `{"currency":"JPY","total":"1990"}`},
		{"dinar have three", "total", minor, path("v"), `{"id":1,"v":5,"cur":"KWD"}`, `{"currency":"KWD","total":"0.005"}`},
		{"minor units need a currency", "total", minor, path("v"), `{"id":1,"v":1990}`, `reason: total: expected an amount with its currency, found a number`},
		{"decimal in a minor unit service", "total", minor, service.Field{Path: service.Paths{"v"}, As: "decimal"}, `{"id":1,"v":"1.5"}`, `{"total":"1.5"}`},
		{"null is nothing", "total", service.API{}, path("v"), `{"id":1,"v":null}`, `{}`},
		{"empty is nothing", "total", service.API{}, path("v"), `{"id":1,"v":""}`, `{}`},
		{"the second path", "number", service.API{}, service.Field{Path: service.Paths{"a", "b.c"}}, `{"id":1,"a":null,"b":{"c":"x"}}`, `{"number":"x"}`},
		{"a number as text", "number", service.API{}, path("v"), `{"id":1,"v":12345678901234567890}`, `{"number":"12345678901234567890"}`},
		{"an index", "customer", service.API{}, path("c.0.id"), `{"id":1,"c":[{"id":"z"},{"id":"y"}]}`, `{"customer":"z"}`},
		{"an index that is not there", "customer", service.API{}, path("c.5.id"), `{"id":1,"c":[{"id":"z"}]}`, `{}`},
		{"a fixed value", "status", service.API{}, service.Field{Value: "open"}, `{"id":1}`, `{"status":"open"}`},
		{"a composed value", "number", service.API{}, service.Field{Value: "{shop}/{raw.a.b}-{id}"}, `{"id":1,"a":{"b":7}}`, `{"number":"north/7-1"}`},
		{"a prefix", "number", service.API{}, service.Field{Path: service.Paths{"v"}, Prefix: "{shop}:"}, `{"id":1,"v":7}`, `{"number":"north:7"}`},
		{"no prefix for nothing", "number", service.API{}, service.Field{Path: service.Paths{"v"}, Prefix: "{shop}:"}, `{"id":1}`, `{}`},
		{"map, and what is not in it", "status", service.API{}, service.Field{Path: service.Paths{"v"}, Map: map[string]string{"a": "b"}}, `{"id":1,"v":"c"}`, `{"status":"c"}`},
		{"unix", "placed_at", service.API{Time: "unix"}, path("v"), `{"id":1,"v":1700000000.5}`, `{"placed_at":"2023-11-14T22:13:20.5Z"}`},
		{"unix as text", "placed_at", service.API{Time: "unix"}, path("v"), `{"id":1,"v":"1700000000"}`, `{"placed_at":"2023-11-14T22:13:20Z"}`},
		{"unix milliseconds", "placed_at", service.API{}, service.Field{Path: service.Paths{"v"}, As: "unix_ms"}, `{"id":1,"v":1700000000123}`, `{"placed_at":"2023-11-14T22:13:20.123Z"}`},
		{"rfc 2822", "placed_at", service.API{Time: "rfc2822"}, path("v"), `{"id":1,"v":"Tue, 14 Nov 2023 22:13:20 +0100"}`, `{"placed_at":"2023-11-14T21:13:20Z"}`},
		{"ms json", "placed_at", service.API{Time: "ms_json"}, path("v"), `{"id":1,"v":"/Date(1700000000123+0100)/"}`, `{"placed_at":"2023-11-14T22:13:20.123Z"}`},
		{"without a zone", "placed_at", service.API{}, path("v"), `{"id":1,"v":"2023-11-14T22:13:20.5"}`, `{"placed_at":"2023-11-14T22:13:20.5Z"}`},
		{"with a space", "placed_at", service.API{}, path("v"), `{"id":1,"v":"2023-11-14 22:13:20"}`, `{"placed_at":"2023-11-14T22:13:20Z"}`},
		{"zone without colon", "placed_at", service.API{}, path("v"), `{"id":1,"v":"2023-11-14T22:13:20+0200"}`, `{"placed_at":"2023-11-14T20:13:20Z"}`},
		{"only a date", "placed_at", service.API{}, path("v"), `{"id":1,"v":"2023-11-14"}`, `{"placed_at":"2023-11-14T00:00:00Z"}`},
		{"not a time", "placed_at", service.API{}, path("v"), `{"id":1,"v":"yesterday"}`, `reason: placed_at: expected a date and time, found a text`},
		{"a year that JSON cannot say", "placed_at", service.API{Time: "unix"}, path("v"), `{"id":1,"v":99999999999999}`, `reason: placed_at: expected a date and time, found a number`},
		{"no id", "number", service.API{}, path("v"), `{"v":"1"}`, `reason: id is missing`},
		{"lines that are no list", "lines", service.API{}, service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"sku": path("s")}}, `{"id":1,"v":{"s":1}}`, `reason: lines: expected a list, found an object`},
		{"lines that are no objects", "lines", service.API{}, service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"sku": path("s")}}, `{"id":1,"v":[1]}`, `reason: lines: expected objects, found a number`},
		{"lines that are texts", "lines", service.API{}, service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"sku": path("$")}}, `{"id":1,"v":["a",2]}`, `{"lines":[{"sku":"a"},{"sku":"2"}]}`},
		{"a bad line", "lines", service.API{}, service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"price": path("p")}}, `{"id":1,"v":[{"p":1},{"p":"x"}]}`, `reason: lines.price: expected an amount, found a text`},
		{"minor units in lines", "lines", minor, service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"price": path("p")}}, `{"id":1,"cur":"USD","v":[{"p":105}]}`, `{"currency":"USD","lines":[{"price":"1.05"}]}`},
		{"bad letters", "number", service.API{}, path("v"), "{\"id\":1,\"v\":\"a\xff\"}", `{"number":"a�"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, reason := mapOne(t, core.Orders, c.api, order(c.def, c.field), c.item, map[string]string{"shop": "north"})
			wantRecord(t, rec, reason, c.want)
		})
	}
}

func TestConversionsOfOtherModels(t *testing.T) {
	for _, c := range []struct {
		name  string
		model core.Model
		field string
		def   service.Field
		item  string
		want  string
	}{
		{"true", core.Customers, "accepts_marketing", path("v"), `{"id":1,"v":true}`, `{"accepts_marketing":true}`},
		{"a text for false", core.Customers, "accepts_marketing", path("v"), `{"id":1,"v":"No"}`, `{"accepts_marketing":false}`},
		{"a mapped truth", core.Customers, "accepts_marketing", service.Field{Path: service.Paths{"v"}, Map: map[string]string{"subscribed": "true"}}, `{"id":1,"v":"subscribed"}`, `{"accepts_marketing":true}`},
		{"not a truth", core.Customers, "accepts_marketing", path("v"), `{"id":1,"v":"perhaps"}`, `reason: accepts_marketing: expected true or false, found a text`},
		{"tags", core.Customers, "tags", path("v"), `{"id":1,"v":["a",2,null,"b"]}`, `{"tags":["a","2","b"]}`},
		{"tags in a text", core.Customers, "tags", path("v"), `{"id":1,"v":"a, b,,c"}`, `{"tags":["a","b","c"]}`},
		{"tags that are objects", core.Customers, "tags", path("v"), `{"id":1,"v":[{}]}`, `reason: tags: expected a list of texts, found a list`},
		{"stock", core.Products, "stock", path("v"), `{"id":1,"v":12.0}`, `{"stock":12}`},
		{"half a piece", core.Products, "stock", path("v"), `{"id":1,"v":12.5}`, `reason: stock: expected a whole number, found a number`},
		{"categories by id", core.Products, "categories", service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"id": path("$")}}, `{"id":1,"v":[3,4]}`, `{"categories":[{"id":"3"},{"id":"4"}]}`},
		{"category tree", core.Products, "categories", service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"id": path("id"), "name": path("n"), "parent_id": path("up")}}, `{"id":1,"v":[{"id":3,"n":"Mugs","up":1}]}`, `{"categories":[{"id":"3","name":"Mugs","parent":"1"}]}`},
		{"variants", core.Products, "variants", service.Field{Path: service.Paths{"v"}, Fields: map[string]service.Field{"id": path("id"), "stock": path("n"), "price": path("p")}}, `{"id":1,"v":[{"id":"a","n":"3","p":1.10},{"id":"b"}]}`, `{"variants":[{"id":"a","price":"1.10","stock":3},{"id":"b"}]}`},
		{"one setting", core.Stores, "settings.tax", path("v.t"), `{"id":1,"v":{"t":true}}`, `{"name":"","settings":{"tax":"true"}}`},
		{"all settings", core.Stores, "settings", path("v"), `{"id":1,"v":{"t":true,"n":1,"o":{"a":1},"z":null}}`, `{"name":"","settings":{"n":"1","o":"{\"a\":1}","t":"true"}}`},
		{"rules", core.Segments, "rules", service.Field{Path: service.Paths{"v"}, As: "json"}, `{"id":1,"v":{"all":[{"field":"total_spent","op":"gte","value":500},{"not":{"any":[{"field":"country","op":"eq","value":"DE"}]}}]}}`,
			`{"name":"","rules":{"all":[{"field":"total_spent","op":"gte","value":"500"},{"not":{"any":[{"field":"country","op":"eq","value":"DE"}]}}]}}`},
		{"rules of another shape", core.Segments, "rules", service.Field{Path: service.Paths{"v"}, As: "json"}, `{"id":1,"v":{"match":"all"}}`, `reason: rules: expected a segment rule, found an object`},
		{"rules without an end", core.Segments, "rules", service.Field{Path: service.Paths{"v"}, As: "json"}, `{"id":1,"v":` + strings.Repeat(`{"not":`, 100) + `{"field":"a"}` + strings.Repeat("}", 100) + `}`, `reason: rules: expected a segment rule, found an object`},
		{"size", core.Segments, "size", path("v"), `{"id":1,"v":"12"}`, `{"name":"","size":12}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			def := &service.Model{Fields: map[string]service.Field{"id": path("id"), c.field: c.def}}
			rec, reason := mapOne(t, c.model, service.API{}, def, c.item, nil)
			wantRecord(t, rec, reason, c.want)
		})
	}
}

func wantRecord(t *testing.T, rec core.Record, reason, want string) {
	t.Helper()
	got := "reason: " + reason
	if reason == "" {
		b, err := json.Marshal(rec.Data)
		if err != nil {
			t.Fatal(err)
		}
		got = string(b)
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRemoved(t *testing.T) {
	def := &service.Model{Fields: map[string]service.Field{"id": path("id")}, List: service.List{Incremental: &service.Incremental{Kind: "query", Removed: "gone.at"}}}
	for item, want := range map[string]bool{
		`{"id":1}`: false, `{"id":1,"gone":{"at":null}}`: false, `{"id":1,"gone":{"at":false}}`: false, `{"id":1,"gone":{"at":""}}`: false,
		`{"id":1,"gone":{"at":true}}`: true, `{"id":1,"gone":{"at":"2026-01-01"}}`: true, `{"id":1,"gone":{"at":1}}`: true, `{"id":1,"gone":{"at":"no"}}`: false,
	} {
		if rec, reason := mapOne(t, core.Orders, service.API{}, def, item, nil); rec.Removed != want || reason != "" {
			t.Errorf("%s: removed %v %s", item, rec.Removed, reason)
		}
	}
}

func TestCompileRefusesWhatDoesNotFit(t *testing.T) {
	for name, f := range map[string]service.Field{
		"colour": path("v"), "total.x": path("v"), "placed_at": {Path: service.Paths{"v"}, As: "boolean"}, "total": {Path: service.Paths{"v"}, As: "text"},
		"lines": {Path: service.Paths{"v"}, Fields: map[string]service.Field{"colour": path("v")}}, "number": {Path: service.Paths{"v"}, As: "poem"},
	} {
		def := &service.Model{Fields: map[string]service.Field{"id": path("id"), name: f}}
		_, err := compile(&service.Manifest{Models: map[core.Model]*service.Model{core.Orders: def}}, core.Orders)
		if core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFieldNamesCompile makes sure that every name that core offers can be mapped.
func TestFieldNamesCompile(t *testing.T) {
	for _, model := range core.Models() {
		for _, name := range core.FieldNames(model) {
			dir, _, nested := strings.Cut(name, ".")
			f := map[string]service.Field{name: path("v")}
			if nested && dir != "settings" {
				f = map[string]service.Field{dir: {Path: service.Paths{"l"}, Fields: map[string]service.Field{strings.TrimPrefix(name, dir+"."): path("v")}}}
			}
			if _, err := compile(&service.Manifest{Models: map[core.Model]*service.Model{model: {Fields: f}}}, model); err != nil {
				t.Errorf("%s %s: %v", model, name, err)
			}
		}
	}
}

func FuzzMap(f *testing.F) {
	f.Add(orderJSON)
	f.Add(`{"id":"1","lines":[{"price":1e99999}]}`)
	f.Add(`{"id":{"a":[[[]]]},"lines":[[],{},null,"x"],"total":"-.e","created_at":"0000-00-00"}`)
	plans := map[core.Model]*plan{}
	values := service.Values{"shop": "north"}
	for _, model := range core.Models() {
		fields := map[string]service.Field{}
		for _, name := range core.FieldNames(model) {
			if dir, last, nested := strings.Cut(name, "."); nested && dir != "settings" {
				list := fields[dir]
				if list.Fields == nil {
					list = service.Field{Path: service.Paths{"lines", service.Path(dir)}, Fields: map[string]service.Field{}}
				}
				list.Fields[last] = path(service.Path(last))
				fields[dir] = list
			} else if _, ok := fields[name]; !ok && !strings.HasSuffix(name, "*") {
				fields[name] = service.Field{Path: service.Paths{service.Path(name), "total", "created_at"}, Prefix: ""}
			}
		}
		for _, api := range []service.API{{Money: "minor_units", Time: "rfc2822"}} {
			p, err := compile(&service.Manifest{API: api, Models: map[core.Model]*service.Model{model: {Fields: fields}}}, model)
			if err != nil {
				f.Fatal(err)
			}
			plans[model] = p
		}
	}
	f.Fuzz(func(t *testing.T, item string) {
		for _, p := range plans {
			m, err := newMapper(p, maps.Clone(values), true)
			if err != nil {
				t.Fatal(err)
			}
			items := array{s: "[" + item + "]"}
			if !items.next() {
				return
			}
			rec, reason := m.record(&items)
			if reason == "" && rec.RemoteID == "" {
				t.Error("a record without an id passed")
			}
			if _, err := json.Marshal(rec.Data); err != nil && reason == "" {
				t.Errorf("what was mapped cannot be stored: %v", err)
			}
		}
	})
}

func BenchmarkMapOrders(b *testing.B) {
	const n = 250
	page := `{"orders":[` + strings.TrimSuffix(strings.Repeat(strings.ReplaceAll(orderJSON, "\n", "")+",", n), ",") + `]}`
	p, err := compile(&service.Manifest{Models: map[core.Model]*service.Model{core.Orders: orderModel()}}, core.Orders)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if !gjson.Valid(page) {
			b.Fatal("not JSON")
		}
		_, items, err := parseItems(page, "orders", service.Paging{})
		if err != nil {
			b.Fatal(err)
		}
		m, err := newMapper(p, service.Values{}, false)
		if err != nil {
			b.Fatal(err)
		}
		records := 0
		for items := openArray(items); items.next(); {
			if _, reason := m.record(&items); reason != "" {
				b.Fatal(reason)
			}
			records++
		}
		if records != n {
			b.Fatal(records)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/order")
	b.ReportMetric(float64(len(page))/n, "bytes/order")
}
