package core

import (
	"slices"
	"testing"
)

func TestKnownField(t *testing.T) {
	for _, c := range []struct {
		model Model
		name  string
		known bool
	}{
		{Orders, "id", true}, {Orders, "updated_at", true}, {Orders, "deleted", true}, {Orders, "removed", true},
		{Orders, "customer", true}, {Orders, "customer_id", true}, {Orders, "store_id", true},
		{Orders, "lines", true}, {Orders, "lines.sku", true}, {Orders, "lines.product_id", true}, {Orders, "lines.nothing", false},
		{Orders, "product_id", false}, {Orders, "Total", false}, {Orders, "total", true},
		{Stores, "settings.tax", true}, {Stores, "settings", true}, {Stores, "nothing.tax", false},
		{Products, "variants.stock", true}, {Products, "categories.parent_id", true}, {Products, "parent_id", false},
		{Segments, "rules", true}, {Customers, "created_at", true}, {"nothing", "id", false},
	} {
		if got := KnownField(c.model, c.name); got != c.known {
			t.Errorf("%s %s: known %v, want %v", c.model, c.name, got, c.known)
		}
	}
}

func TestFieldNamesAreStable(t *testing.T) {
	for _, m := range Models() {
		a, b := FieldNames(m), FieldNames(m)
		if len(a) < 5 || !slices.Equal(a, b) || !slices.IsSorted(a) {
			t.Errorf("%s: %v then %v", m, a, b)
		}
	}
}
