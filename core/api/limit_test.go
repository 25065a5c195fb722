package api_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
)

// O24: an app that runs wild is told to wait; others are answered meanwhile.
func TestOneAppCannotTakeAllTheRoom(t *testing.T) {
	d := newDeskWith(t, func(o *api.Options) { o.MostPerMinute = 5 })
	d.checker.set("again", api.Access{App: "app_1", Grant: "grant_9", Scopes: core.Scopes()}) // the same app by another access
	for i := range 5 {
		if got := d.get("/v1/orders"); got.StatusCode != http.StatusOK {
			t.Fatalf("call %d: %s", i+1, got.Status)
		}
		d.clock.add(5 * time.Second)
	}
	for _, token := range []string{"all", "again"} {
		got := d.ask("GET", "/v1/orders", token, "")
		if wait, _ := strconv.Atoi(got.Header.Get("Retry-After")); got.StatusCode != http.StatusTooManyRequests || wait != 35 || got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s, wait %d", token, got.Status, wait)
		}
	}
	if got := d.ask("GET", "/v1/orders", "masked", ""); got.StatusCode != http.StatusOK {
		t.Errorf("another app: %s", got.Status)
	}
	if n := len(d.noted()); n != 6 {
		t.Errorf("%d calls are noted, those refused as well", n)
	}
	d.clock.add(35 * time.Second)
	if got := d.get("/v1/orders"); got.StatusCode != http.StatusOK {
		t.Errorf("a minute later: %s", got.Status)
	}
	d.clock.add(-time.Hour) // a clock set back locks nobody out
	if got := d.get("/v1/orders"); got.StatusCode != http.StatusOK {
		t.Errorf("after the clock was set back: %s", got.Status)
	}
}
