package api

import (
	"linkdesk/core"
)

// route is one row of the API's table.
type route struct {
	method  string
	path    string
	scope   core.Scope // "": any token will do
	public  bool       // no token is asked for
	id      string     // operationId
	summary string
	of      Source
	reads   []Source // what an answer is computed from, beside `of`
	params  []param
	answer  string // name of the schema of the answer, or of one item of a list
	list    bool
	body    string // name of the schema of the request
	handle  func(*API, *call) error
}

// param is one query parameter.
type param struct {
	name     string
	about    string
	kind     paramKind
	values   []string // of a kind oneOf
	personal bool     // not for apps that may not see personal fields
}

type paramKind int

const (
	textParam paramKind = iota
	limitParam
	cursorParam
	timeParam
	boolParam
	connectionParam
	fieldsParam  // names of the answer's fields, separated by commas
	includeParam // some of values, separated by commas
	recordParam  // the id of a record
)

const (
	defaultLimit = 100
	mostLimit    = 250
)

// filtered are the kinds of parameters that decide which records a list has.
func (p param) filters() bool {
	switch p.kind {
	case limitParam, cursorParam, fieldsParam, includeParam:
		return false
	}
	return true
}

var (
	fieldsOf = param{name: "fields", kind: fieldsParam, about: "Names of fields, separated by commas; only these and the id are given."}
	paging   = []param{
		{name: "limit", kind: limitParam, about: "Records on a page, 1 to 250. A page with filters may hold fewer though there are more."},
		{name: "cursor", kind: cursorParam, about: "What next was on the page before. The filters have to be the same."},
		{name: "connection", kind: connectionParam, about: "Only records of this connection."},
	}
	changes = []param{
		{name: "updated_since", kind: timeParam, about: "Only records whose change or removal Linkdesk saw at or after this time."},
		{name: "include_removed", kind: boolParam, about: "Records that are gone at the service as well; they have removed_at."},
		{name: "remote_id", about: "Only the record with this id at the service."},
	}
)

func equals(name string) param {
	return param{name: name, about: "Only records with this " + name + "."}
}

func personal(name string) param {
	p := equals(name)
	p.personal = true
	return p
}

func includes(about string, values ...string) param {
	return param{name: "include", kind: includeParam, about: about, values: values}
}

// ListFilters returns the filters that lists of a source have: storage knows each.
func ListFilters(of Source) (names []string) {
	for _, r := range routes {
		if !r.list || r.of != of {
			continue
		}
		for _, p := range r.params {
			if p.kind == textParam || p.kind == recordParam {
				names = append(names, p.name)
			}
		}
		break
	}
	return names
}

func params(lists ...[]param) (all []param) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// routes is the whole API.
var routes []route

func init() { // a variable's own value could not name handlers that read it
	analytics := includes("analytics: figures computed from the orders that were copied.", "analytics")
	history := includes("history: the status changes that syncs saw.", "history")
	routes = []route{
		model("stores", core.Stores, "Store", equals("name"), equals("url")),
		single("stores", "store", core.Stores, "Store"),
		model("customers", core.Customers, "Customer", personal("email"), personal("phone"), personal("company"), analytics).with(Source(core.Orders)),
		single("customers", "customer", core.Customers, "Customer", analytics).with(Source(core.Orders)),
		model("orders", core.Orders, "Order", equals("number"), equals("status"), equals("payment_status"), equals("fulfillment_status"), equals("currency"),
			param{name: "customer", kind: recordParam, about: "Only orders of the customer with this id (customer_id of an order)."}, history),
		single("orders", "order", core.Orders, "Order", history),
		{method: "GET", path: "/v1/orders/{id}/history", scope: core.OrdersRead, id: "listOrderHistory", summary: "Status changes of an order that syncs saw, oldest first",
			of: Source(core.Orders), answer: "OrderChange", list: true, handle: (*API).orderHistory},
		model("products", core.Products, "Product", equals("sku"), equals("status")),
		single("products", "product", core.Products, "Product"),
		{method: "GET", path: "/v1/categories", scope: core.ProductsRead, id: "listCategories", summary: "Categories of the product catalogues",
			of: Categories, answer: "Category", list: true, handle: (*API).list, params: params(paging, []param{equals("parent"), fieldsOf})},
		{method: "GET", path: "/v1/categories/{id}", scope: core.ProductsRead, id: "getCategory", summary: "One category",
			of: Categories, answer: "Category", handle: (*API).one, params: []param{fieldsOf}},
		model("segments", core.Segments, "Segment", equals("kind"), equals("name")),
		single("segments", "segment", core.Segments, "Segment"),
		{method: "GET", path: "/v1/segments/{id}/customers", scope: core.CustomersRead, id: "listSegmentCustomers", summary: "Customers who are in a segment now",
			of: Source(core.Customers), reads: []Source{Source(core.Segments), Source(core.Orders)}, answer: "Customer", list: true, handle: (*API).members,
			params: params(paging[:2], []param{analytics, fieldsOf})},
		{method: "POST", path: "/v1/segments", scope: core.SegmentsWrite, id: "createSegment", summary: "Make a segment by rules, or of a list of customers. It is kept in Linkdesk",
			of: Source(core.Segments), body: "SegmentDraft", answer: "Segment", handle: (*API).createSegment},
		{method: "PATCH", path: "/v1/segments/{id}", scope: core.SegmentsWrite, id: "changeSegment", summary: "Change a segment that was made here",
			of: Source(core.Segments), body: "SegmentChange", answer: "Segment", handle: (*API).changeSegment},
		{method: "GET", path: "/v1/me", id: "getMe", summary: "What the token allows", answer: "Me", handle: (*API).me},
		{method: "GET", path: "/v1/openapi.json", public: true, id: "getOpenAPI", summary: "This document", answer: "OpenAPI", handle: (*API).openAPI},
	}
}

// model is the row of a data model's list.
func model(plural string, m core.Model, schema string, more ...param) route {
	return route{method: "GET", path: "/v1/" + plural, scope: readScope(m), id: "list" + schema + "s", summary: m.Title() + " of all connections",
		of: Source(m), answer: schema, list: true, handle: (*API).list, params: params(paging, changes, more, []param{fieldsOf})}
}

// single is the row of one record of a data model.
func single(plural, one string, m core.Model, schema string, more ...param) route {
	return route{method: "GET", path: "/v1/" + plural + "/{id}", scope: readScope(m), id: "get" + schema, summary: "One " + one,
		of: Source(m), answer: schema, handle: (*API).one, params: params(more, []param{fieldsOf})}
}

func (r route) with(reads ...Source) route {
	r.reads = reads
	return r
}

func readScope(m core.Model) core.Scope { return core.Scope(string(m) + ":read") }
