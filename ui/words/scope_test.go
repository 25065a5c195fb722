package words

import (
	"testing"

	"linkdesk/core"
	"linkdesk/ui/kit"
)

func TestPermissionsAreSummedUp(t *testing.T) {
	kit.SetLanguage("en")
	for _, c := range []struct {
		list      []core.Scope
		line, may string
	}{
		{[]core.Scope{core.OrdersRead}, "Read: orders", "n8n can now read orders."},
		{[]core.Scope{core.OrdersRead, core.StoresRead}, "Read: stores, orders", "n8n can now read stores and orders."},
		{[]core.Scope{core.SegmentsWrite}, "Write: segments", "n8n can now change segments."},
		{core.Scopes(), "Read: stores, customers, orders, products, segments · Write: segments",
			"n8n can now read stores, customers, orders, products and segments and change segments."},
	} {
		if got := Scopes(c.list); got != c.line {
			t.Errorf("%v: %s", c.list, got)
		}
		if got := MayNow("n8n", c.list); got != c.may {
			t.Errorf("%v: %s", c.list, got)
		}
	}
	if got := Scopes(nil); got != "None" {
		t.Error(got)
	}
}
