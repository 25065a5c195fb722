package practice

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func (h *shop) works(access string) bool {
	h.t.Helper()
	status, _, _ := h.get(access, "/account")
	return status == 200
}

func TestRotation(t *testing.T) {
	h := open(t)
	first := h.signIn(allReads, ApproveOptions{})
	second := h.refresh(first.Refresh)
	if second.Refresh == "" || second.Refresh == first.Refresh || second.Scope != allReads {
		t.Fatalf("a renewal did not rotate: error %q", second.Error)
	}
	if !h.works(first.Access) || !h.works(second.Access) {
		t.Error("a renewal ended access that was still good")
	}
	h.clock.move(accessLife)
	if h.works(second.Access) {
		t.Error("access does not end")
	}
	third := h.refresh(second.Refresh)
	if !h.works(third.Access) {
		t.Error("renewed access does not work")
	}
	if got := h.refresh(first.Refresh); got.Error != "invalid_grant" {
		t.Error("a used refresh token works")
	}
	if h.works(third.Access) || h.refresh(third.Refresh).Error != "invalid_grant" {
		t.Error("a used refresh token did not end the family")
	}
	if n := len(h.store.Grants()); n != 0 {
		t.Errorf("%d grants stand", n)
	}
}

func TestForgivingOneReplay(t *testing.T) {
	h := open(t)
	h.set(ReplayGrace, Setting{On: true})
	first := h.signIn(allReads, ApproveOptions{})
	lost := h.refresh(first.Refresh)
	again := h.refresh(first.Refresh)
	if again.Access == "" {
		t.Fatal("one replay is not forgiven")
	}
	if h.refresh(lost.Refresh).Access != "" {
		t.Error("the successor that was lost still works")
	}
	if got := h.refresh(first.Refresh); got.Error != "invalid_grant" || h.works(again.Access) {
		t.Error("a second replay is forgiven")
	}
	late := h.signIn(allReads, ApproveOptions{})
	h.refresh(late.Refresh)
	h.clock.move(graceLife + time.Second)
	if h.refresh(late.Refresh).Error != "invalid_grant" {
		t.Error("a late replay is forgiven")
	}
}

func TestRefreshEnds(t *testing.T) {
	h := open(t)
	got := h.signIn(allReads, ApproveOptions{})
	h.clock.move(refreshLife + time.Hour)
	if h.refresh(got.Refresh).Error != "invalid_grant" {
		t.Error("a refresh token lives for ever")
	}
}

func TestParallelRefreshGivesOne(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Refresh
	var wg sync.WaitGroup
	good := make(chan string, 16)
	for range 16 {
		wg.Go(func() {
			r, err := http.PostForm(h.url+"/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {ClientID}})
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Body.Close()
			if r.StatusCode == 200 {
				good <- "one"
			}
		})
	}
	wg.Wait()
	if len(good) != 1 || h.store.Requests().Refreshes != 16 {
		t.Errorf("%d of 16 renewals worked, %+v", len(good), h.store.Requests())
	}
}

func TestTokenRefusals(t *testing.T) {
	h := open(t)
	good := h.signIn("orders:read", ApproveOptions{})
	for name, c := range map[string]struct {
		form url.Values
		want string
	}{
		"other client":       {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {good.Refresh}, "client_id": {"x"}}, "invalid_client"},
		"a secret":           {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {good.Refresh}, "client_secret": {"x"}}, "invalid_client"},
		"token twice":        {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {good.Refresh, good.Refresh}}, "invalid_request"},
		"password":           {url.Values{"grant_type": {"password"}}, "unsupported_grant_type"},
		"wider scope":        {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {good.Refresh}, "scope": {"orders:read orders:write"}}, "invalid_scope"},
		"unknown token":      {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}}, "invalid_grant"},
		"access for refresh": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {good.Access}}, "invalid_grant"},
	} {
		if got := h.tokens(c.form); got.Error != c.want {
			t.Errorf("%s: %q, want %q", name, got.Error, c.want)
		}
	}
	// Parameters in the address do not count.
	r, err := http.PostForm(h.url+"/oauth/token?grant_type=refresh_token&client_id="+ClientID+"&refresh_token="+good.Refresh, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 401 {
		t.Errorf("parameters in the address: %d", r.StatusCode)
	}
	if h.refresh(good.Refresh).Error != "" {
		t.Error("a refused request used the token up")
	}
}

func TestRevocation(t *testing.T) {
	h := open(t)
	one, two := h.signIn(allReads, ApproveOptions{}), h.signIn(allReads, ApproveOptions{})
	revoke := func(token string) {
		if r, body := h.post("/oauth/revoke", url.Values{"token": {token}, "client_id": {ClientID}}); r.StatusCode != 200 || body != "{}" {
			t.Errorf("revocation: %d %q", r.StatusCode, body)
		}
	}
	revoke("unknown")
	revoke(one.Access)
	if h.works(one.Access) {
		t.Error("a revoked access token works")
	}
	fresh := h.refresh(one.Refresh)
	if !h.works(fresh.Access) {
		t.Error("revoking an access token ended the grant")
	}
	revoke(fresh.Refresh)
	if h.works(fresh.Access) || h.refresh(fresh.Refresh).Error != "invalid_grant" {
		t.Error("a revoked grant works")
	}
	if !h.works(two.Access) {
		t.Error("revoking one sign-in ended another")
	}
}

func TestBearerOnlyInTheHeader(t *testing.T) {
	h := open(t)
	got := h.signIn(allReads, ApproveOptions{})
	status, header, _ := h.get("x", "/account?access_token="+got.Access)
	if status != 401 || !strings.Contains(header.Get("WWW-Authenticate"), "invalid_token") {
		t.Errorf("%d %v", status, header)
	}
}

// Sign-ins, edits and switches survive; no token is written or logged.
func TestRestart(t *testing.T) {
	h := open(t)
	h.set(ShortLife, Setting{On: true, Value: "300"})
	old := h.signIn(allReads, ApproveOptions{})
	got := h.refresh(old.Refresh)
	if err := h.store.EditOrder("ord_00007", func(o *Order) { o.State = "cancelled" }); err != nil {
		t.Fatal(err)
	}
	if err := h.store.RemoveOrder("ord_00008"); err != nil {
		t.Fatal(err)
	}
	added, err := h.store.AddOrder()
	if err != nil {
		t.Fatal(err)
	}
	before := h.all(got.Access, "/orders?include_deleted=true", "250", nil)

	h.start()
	if !h.works(got.Access) || h.store.Setting(ShortLife).Value != "300" {
		t.Error("a restart forgot the sign-in or a switch")
	}
	after := h.all(got.Access, "/orders?include_deleted=true", "250", nil)
	if len(before) != len(after) {
		t.Fatalf("%d orders became %d", len(before), len(after))
	}
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("%+v became %+v", before[i], after[i])
		}
	}
	if next, err := h.store.AddOrder(); err != nil || next.Number == added.Number || !next.Stamps.UpdatedAt.After(added.Stamps.UpdatedAt) {
		t.Errorf("the next order is %s at %s, %v", next.Number, next.Stamps.UpdatedAt, err)
	}
	next := h.refresh(got.Refresh)
	if next.Expires != 300 {
		t.Errorf("a renewal after a restart: %+v", next.Error)
	}
	if h.refresh(old.Refresh).Error != "invalid_grant" || h.works(next.Access) {
		t.Error("a restart forgot which refresh tokens were used")
	}
	h.noSecrets(old.Access, old.Refresh, got.Access, got.Refresh, next.Access, next.Refresh, verifier)
}

func (h *shop) noSecrets(secrets ...string) {
	h.t.Helper()
	text, err := os.ReadFile(h.file)
	if err != nil {
		h.t.Fatal(err)
	}
	info, err := os.Stat(h.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		h.t.Errorf("the state file has mode %v, %v", info.Mode(), err)
	}
	if h.log.String() == "" {
		h.t.Error("nothing was logged, so nothing was tested")
	}
	for _, s := range secrets {
		if s == "" || strings.Contains(string(text), s) || strings.Contains(h.log.String(), s) {
			h.t.Errorf("a secret of %d letters is empty, in the state file or in the log", len(s))
		}
	}
}

func TestNoCodeInTheLog(t *testing.T) {
	h := open(t)
	code := h.approve(h.askFor(allReads, nil), ApproveOptions{}).Get("code")
	got := h.exchange(code)
	h.noSecrets(code, got.Access, got.Refresh, "st&te/1", "st%26te")
}

func TestDamagedStateIsSetAside(t *testing.T) {
	h := open(t)
	for _, text := range []string{"{", `{"switches":null}`, `{"grants":[null]}`, `{"edits":{"x":{"kind":"pets","id":"x"}}}`, `{"edits":{"x":{"kind":"orders","id":"ord_00001","body":7}}}`} {
		if err := os.WriteFile(h.file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h.start()
		if h.store.Counts()["orders"] != 1200 {
			t.Error("the data are not there")
		}
		if kept, err := os.ReadFile(h.file + ".damaged"); err != nil || string(kept) != text {
			t.Errorf("the damaged file became %q, %v", kept, err)
		}
	}
}
