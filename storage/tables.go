package storage

import (
	"strings"

	"linkdesk/core"
)

// table says how a data model is kept: its own columns beside the common ones.
// Texts are stored in lower case, because these columns are for finding and
// sorting; what is shown comes from doc.
type table struct {
	model   core.Model
	name    string
	columns []string
	search  []string                           // columns that a search looks into
	sorts   map[string]sorting                 // by RecordQuery.Sort
	values  func(d core.Data, out []any) []any // appends the columns' values
}

// sorting is a way to sort: a column, and the index that is read for it. With the
// _browse index the narrow rows are scanned and the first page picked out.
type sorting struct{ column, index string }

var tables = map[core.Model]*table{
	core.Stores: {
		model: core.Stores, name: "store", columns: []string{"name", "url"}, search: []string{"name", "url"},
		sorts: map[string]sorting{"name": {"name", "store_browse"}, "updated_at": {"updated_at", "store_browse"}},
		values: func(d core.Data, out []any) []any {
			s := d.(*core.Store)
			return append(out, lower(s.Name), lower(s.URL))
		},
	},
	core.Customers: {
		model: core.Customers, name: "customer", columns: []string{"email", "name", "company", "phone"}, search: []string{"email", "name", "company", "phone"},
		sorts: map[string]sorting{"name": {"name", "customer_browse"}, "email": {"email", "customer_browse"}, "updated_at": {"updated_at", "customer_browse"}},
		values: func(d core.Data, out []any) []any {
			c := d.(*core.Customer)
			return append(out, lower(c.Email), lower(strings.TrimSpace(c.FirstName+" "+c.LastName)), lower(c.Company), lower(c.Phone))
		},
	},
	core.Orders: {
		model: core.Orders, name: "sale_order",
		columns: []string{"number", "customer", "status", "payment_status", "fulfillment_status", "currency", "placed_at", "total"},
		sorts: map[string]sorting{
			"number":     {"number", "sale_order_number"},
			"placed_at":  {"placed_at", "sale_order_placed"},
			"total":      {"total", "sale_order_browse"},
			"updated_at": {"updated_at", "sale_order_updated"},
		},
		values: func(d core.Data, out []any) []any {
			o := d.(*core.Order)
			return append(out, naturalKey(o.Number), o.Customer, o.Status, o.PaymentStatus, o.FulfillmentStatus, o.Currency, micros(o.PlacedAt), millionths(o.Total))
		},
	},
	core.Products: {
		model: core.Products, name: "product", columns: []string{"title", "sku", "status", "price"}, search: []string{"title", "sku"},
		sorts: map[string]sorting{"title": {"title", "product_browse"}, "sku": {"sku", "product_browse"}, "updated_at": {"updated_at", "product_browse"}},
		values: func(d core.Data, out []any) []any {
			p := d.(*core.Product)
			return append(out, lower(p.Title), lower(p.SKU), p.Status, millionths(p.Price))
		},
	},
	core.Segments: {
		model: core.Segments, name: "segment", columns: []string{"name", "kind", "size"}, search: []string{"name"},
		sorts: map[string]sorting{"name": {"name", "segment_browse"}, "size": {"size", "segment_browse"}, "updated_at": {"updated_at", "segment_browse"}},
		values: func(d core.Data, out []any) []any {
			s := d.(*core.Segment)
			size := int64(-1) // not known: before zero
			if s.Size != nil {
				size = *s.Size
			}
			return append(out, lower(s.Name), s.Kind, size)
		},
	},
}

func tableOf(m core.Model) (*table, error) {
	if t := tables[m]; t != nil {
		return t, nil
	}
	_, err := core.ParseModel(string(m))
	return nil, err
}

func lower(s string) string { return strings.ToLower(s) }
