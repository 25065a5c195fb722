package practice

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func (h *shop) page(path string) string {
	h.t.Helper()
	r, err := http.Get(h.url + path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 {
		h.t.Fatalf("%s: %d %v", path, r.StatusCode, err)
	}
	return string(text)
}

func TestDesk(t *testing.T) {
	h := open(t)
	token := h.signIn("stores:read orders:read orders:write", ApproveOptions{}).Access
	text := h.page("/")
	contains(t, text, "What would you like to try?", "3 stores · 600 customers · 1,200 orders · 250 products · 8 segments", "Linkdesk, as Ada Example", "Stores, Orders (see and change)", "#2200")
	for _, s := range Switches() {
		contains(t, text, `value="`+string(s.Switch)+`"`)
	}
	if strings.Contains(text, "<script") || strings.Contains(text, "style=") || strings.Contains(text, "https://") {
		t.Error("the page holds a script, a style or something from elsewhere")
	}
	press := func(path string, form url.Values) string {
		_, body := h.post(path, form) // follows the redirect back to the desk
		return body
	}
	contains(t, press("/desk/order", url.Values{"do": {"status"}, "id": {"ord_01200"}, "status": {"shipped"}}), "The order was changed")
	if _, _, body := h.get(token, "/orders/ord_01200"); !strings.Contains(body, `"shipment":{"state":"shipped"}`) {
		t.Errorf("the order is %.300s", body)
	}
	contains(t, press("/desk/order", url.Values{"do": {"add"}}), "An order was added", "1,201 orders", "#2201")
	contains(t, press("/desk/order", url.Values{"do": {"delete"}, "id": {"ord_01201"}}), "The order was deleted", "1,200 orders")
	contains(t, press("/desk/order", url.Values{"do": {"delete"}, "id": {"ord_01201"}}), "no longer there")
	contains(t, press("/desk/order", url.Values{"do": {"status"}, "id": {"ord_01200"}, "status": {"eaten"}}), "cannot be used")
	contains(t, press("/desk/order", url.Values{"do": {"dance"}}), "cannot be used")

	contains(t, press("/desk/switch", url.Values{"switch": {"rate_limit"}, "on": {"yes"}, "value": {" 12 "}}), "Try it in Linkdesk now", "Turn everything off")
	if got := h.store.Setting(RateLimit); got != (Setting{On: true, Value: "12"}) {
		t.Errorf("%+v", got)
	}
	contains(t, press("/desk/switch", url.Values{"switch": {"rate_limit"}, "on": {"yes"}, "value": {"-1"}}), "cannot be used")
	contains(t, press("/desk/switch", url.Values{"all": {"off"}}), "works normally again")
	if h.store.Setting(RateLimit).On {
		t.Error("not off")
	}

	contains(t, press("/desk/access", url.Values{"do": {"expire"}}), "Access has ended")
	contains(t, press("/desk/access", url.Values{"do": {"dance"}}), "cannot be used", "as Ada Example")
	contains(t, press("/desk/access", url.Values{"do": {"withdraw"}, "grant": {h.store.Grants()[0].ID}}), "Access was withdrawn", "Nobody yet")
	if strings.Contains(h.page("/?done=<script>alert(1)</script>"), "alert") {
		t.Error("the page repeats the address")
	}
}
