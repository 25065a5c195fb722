package e2e

import (
	"encoding/json"
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

	"linkdesk/core/practice"
)

// Each failure that a service can show during a sync: the exit status, the
// words, what the run says of each data model, and that the data stays.
func TestServiceFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	defer s.stop()
	id := w.connect("corner").ID
	w.must("sync", id)
	have := w.counts()
	for _, c := range []struct {
		name    string
		set     practice.Switch
		setting practice.Setting
		args    string
		code    int
		says    string            // on standard error
		models  map[string]string // status; those not named are ok
	}{
		{name: "down", set: practice.ServiceDown, code: 1, says: "has a problem",
			models: map[string]string{"stores": "failed", "customers": "failed", "products": "failed", "orders": "failed", "segments": "failed"}},
		{name: "down for a moment", set: practice.ServiceDown, setting: practice.Setting{Times: 1}},
		{name: "asked to wait a second", set: practice.RateLimit, setting: practice.Setting{Value: "1", Times: 1}},
		{name: "cut in mid page", set: practice.CutConnection, args: "--model orders", code: 1, says: "Orders", models: map[string]string{"orders": "failed"}},
		{name: "cut once", set: practice.CutConnection, setting: practice.Setting{Times: 1, After: 3}, args: "--full"},
		{name: "not what was promised", set: practice.BadData, setting: practice.Setting{Value: practice.BadDocument}, args: "--model orders --model stores", code: 1, says: "don't understand",
			models: map[string]string{"orders": "failed", "stores": "failed"}},
		{name: "some records damaged", set: practice.BadData, setting: practice.Setting{Value: practice.BadRecords}, args: "--full --model customers", code: 1, says: "Customers", models: map[string]string{"customers": "partial"}},
		{name: "empty lists", set: practice.EmptyLists, args: "--full", code: 1, says: "removals", models: map[string]string{"customers": "held", "products": "held", "orders": "held"}},
		{name: "permission lost", set: practice.LostPermission, setting: practice.Setting{Value: "orders"}, code: 1, says: "Orders", models: map[string]string{"orders": "failed"}},
		{name: "all well again", set: practice.EmptyLists, setting: practice.Setting{Times: 1, After: 10000}, args: "--full"},
		{name: "asked to wait", set: practice.RateLimit, setting: practice.Setting{Value: "90"}, code: 1, says: "Continues by itself at " + time.Now().Add(90*time.Second).Format("15:"),
			models: map[string]string{"stores": "rate_limited", "customers": "rate_limited", "products": "rate_limited", "orders": "rate_limited", "segments": "rate_limited"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.setting.On = true
			if err := shop.Set(c.set, c.setting); err != nil {
				t.Fatal(err)
			}
			defer shop.off(t)
			w.t = t
			r := w.run(append([]string{"sync", id, "--json"}, strings.Fields(c.args)...)...)
			var got runs
			if err := json.Unmarshal([]byte(r.out), &got); err != nil || len(got.Runs) != 1 {
				t.Fatalf("%v %s", err, r)
			}
			if r.code != c.code || !strings.Contains(r.err, c.says) || (c.code == 0) != (r.err == "") {
				t.Errorf("want exit %d and %q: %s", c.code, c.says, r)
			}
			plain(t, r.err)
			for model, m := range got.Runs[0].Models {
				want := c.models[model]
				if want == "" {
					want = "ok"
				}
				if m.Status != want || m.Removed > 3+8 || want != "ok" && m.Removed > 0 {
					t.Errorf("%s: want %s, got %+v", model, want, m)
				}
				plain(t, m.Error)
			}
			now := w.counts()
			delete(now, "segments") // few: they may go and come back
			delete(now, "stores")
			for model, n := range now {
				if n != have[model] {
					t.Errorf("%s: %d records, before %d", model, n, have[model])
				}
			}
			if r := w.run("sync", id); placeholder.MatchString(r.out + r.err) { // and in words for people
				t.Errorf("unfinished words: %s", r)
			}
		})
	}
	w.t = t
	w.equalsStore(shop.Store)
}

// The permission is gone: the data stays, and signing in again mends it in place (P-07).
func TestPermissionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	defer s.stop()
	before := w.connect("corner", "--name", "My shop")
	w.must("sync", before.ID)
	shop.set(t, practice.RefuseRefresh, "")
	if err := shop.ExpireAccess(); err != nil {
		t.Fatal(err)
	}
	r := w.run("sync", before.ID)
	if r.code != 1 || !strings.Contains(r.err, "sign in again") && !strings.Contains(r.err, "Reauthorize") {
		t.Errorf("sync: %s", r)
	}
	plain(t, r.err)
	r = w.run("connections", "verify", before.ID)
	if r.code != 1 || !strings.Contains(r.err, "sign in again") {
		t.Errorf("verify: %s", r)
	}
	plain(t, r.err)
	if c := w.only(); c.Status != "reauth_required" {
		t.Errorf("status %s", c.Status)
	}
	w.equalsStore(shop.Store)
	shop.off(t)

	r = w.signIn(practice.ApproveOptions{Account: "ben"}, "connections", "reauthorize", before.ID)
	if r.code != 1 || !strings.Contains(r.err, "different account") {
		t.Errorf("someone else signed in: %s", r)
	}
	plain(t, r.err)
	if c := w.only(); c.Status != "reauth_required" || c.Account != before.Account {
		t.Errorf("after someone else signed in: %+v", c)
	}
	r = w.signIn(practice.ApproveOptions{}, "connections", "reauthorize", before.ID)
	if r.code != 0 {
		t.Fatalf("reauthorize: %s", r)
	}
	if c := w.only(); c.Status != "ok" || c.ID != before.ID || c.Name != "My shop" || c.Account != before.Account || !maps.Equal(c.Access, before.Access) {
		t.Errorf("before %+v, after %+v", before, c)
	}
	w.must("sync", before.ID)
	w.equalsStore(shop.Store)
}

// only returns the one connection there is.
func (w *world) only() connection {
	w.t.Helper()
	var all []connection
	w.into(&all, "connections")
	if len(all) != 1 {
		w.t.Fatalf("%d connections", len(all))
	}
	return all[0]
}

// Sign-ins that come to nothing leave nothing.
func TestSignInsThatFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	defer s.stop()
	for _, c := range []struct {
		name  string
		set   practice.Switch
		value string
		o     practice.ApproveOptions
		says  string
	}{
		{name: "not allowed", o: practice.ApproveOptions{Deny: true}, says: "did not allow"},
		{name: "refused by the store", set: practice.DenySignIn, says: "did not allow"},
		{name: "the app is refused", set: practice.RefuseClient, says: "does not accept this app"},
		{name: "sign-in service down", set: practice.TokenDown, says: "has a problem"},
		{name: "an error that looks like success", set: practice.OddToken, value: practice.OddErrorObject, says: ""},
		{name: "service down", set: practice.ServiceDown, says: "has a problem"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.set != "" {
				shop.set(t, c.set, c.value)
				defer shop.off(t)
			}
			r := w.signIn(c.o, "connect", "corner")
			said := signInLink.ReplaceAllString(r.err, "")
			if r.code != 1 || r.out != "" || !strings.Contains(said, c.says) || !strings.Contains(said, "linkdesk: ") {
				t.Errorf("want %q: %s", c.says, r)
			}
			plain(t, r.err)
			var all []connection
			if w.into(&all, "connections"); len(all) != 0 {
				t.Errorf("left %+v", all)
			}
		})
	}
	// Ended by the person while the browser is open.
	p := w.start("", "connect", "corner", "--no-browser")
	if link, ok := p.err.find(signInLink, p.ended); ok {
		w.keepLink(link)
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	r := p.wait()
	if r.code != 1 {
		t.Errorf("ended by the person: %s", r)
	}
	plain(t, r.err)
}

// The answers of real services that do not keep to the rules are understood.
func TestOddAnswersToASignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	defer s.stop()
	for _, odd := range []string{practice.OddExpiresText, practice.OddExpiresFloat, practice.OddExpiresEmpty, practice.OddExpiresZero, practice.OddExpiresNone,
		practice.OddTextPlain, practice.OddBOM, practice.OddForm, practice.OddNoScope, practice.OddNoRefresh} {
		t.Run(odd, func(t *testing.T) {
			shop.set(t, practice.OddToken, odd)
			defer shop.off(t)
			r := w.signIn(practice.ApproveOptions{}, "connect", "corner")
			var c connection
			if err := json.Unmarshal([]byte(r.out), &c); err != nil || r.code != 0 || c.Status != "ok" || len(c.Granted) != 5 {
				t.Fatalf("%v %s", err, r)
			}
			shop.ExpireAccess()
			w.must("sync", c.ID, "--model", "stores") // after renewing
			w.must("connections", "delete", c.ID, "--drop-records")
		})
	}
}

// A permission that was not given: the rest works, and the connection says what is missing (P-08).
func TestFewerPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	defer s.stop()
	r := w.signIn(practice.ApproveOptions{Untick: []string{"orders:read"}}, "connect", "corner")
	var c connection
	if err := json.Unmarshal([]byte(r.out), &c); err != nil || r.code != 0 || c.Status != "scope_missing" || len(c.Granted) != 4 {
		t.Fatalf("%v %s", err, r)
	}
	var got runs
	w.into(&got, "sync", c.ID)
	if m := got.Runs[0].Models; len(m) != 4 || m["customers"].Added != 600 {
		t.Errorf("%+v", m)
	}
	r = w.run("sync", c.ID, "--model", "orders")
	if r.code != 1 || !strings.Contains(r.err, "permission") {
		t.Errorf("orders alone: %s", r)
	}
	plain(t, r.err)
	if r := w.signIn(practice.ApproveOptions{}, "connections", "reauthorize", c.ID); r.code != 0 {
		t.Fatalf("reauthorize: %s", r)
	}
	w.must("sync", c.ID)
	w.equalsStore(shop.Store)
	if got := w.only(); got.Status != "ok" || got.ID != c.ID {
		t.Errorf("%+v", got)
	}
}
