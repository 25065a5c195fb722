package practice

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

func TestSwitchesAreDescribed(t *testing.T) {
	seen := map[Switch]bool{}
	for _, s := range Switches() {
		if s.Title == "" || len(s.Title) > 60 || !strings.HasSuffix(s.Explain, ".") || seen[s.Switch] || !s.allows(s.Default) {
			t.Errorf("%+v", s)
		}
		seen[s.Switch] = true
	}
	if len(seen) != 18 {
		t.Errorf("%d switches", len(seen))
	}
}

func TestSettingSwitches(t *testing.T) {
	h := open(t)
	for name, c := range map[Switch]Setting{
		"nothing": {On: true}, RateLimit: {Value: "0"}, SlowAnswers: {Value: "x"}, OddToken: {Value: "x"}, ServiceDown: {Value: "x"}, EmptyLists: {Times: -1},
	} {
		wantCode(t, h.store.Set(name, c), core.CodeInvalid)
	}
	h.set(RateLimit, Setting{On: true})
	if got := h.store.Setting(RateLimit); !got.On || got.Value != "30" {
		t.Errorf("%+v", got)
	}
	if err := h.store.AllOff(); err != nil || h.store.Setting(RateLimit).On {
		t.Errorf("all off: %v", err)
	}
}

func TestSwitchCounts(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	h.set(ServiceDown, Setting{On: true, After: 1, Times: 2})
	var got []int
	for range 4 {
		status, _, _ := h.get(token, "/account")
		got = append(got, status)
	}
	if got[0] != 200 || got[1] != 500 || got[2] != 500 || got[3] != 200 || h.store.Setting(ServiceDown).On {
		t.Errorf("answers %v", got)
	}
}

func TestSwitchesOfTheSignIn(t *testing.T) {
	h := open(t)
	h.set(DenySignIn, Setting{On: true, Times: 1})
	if back := h.approve(h.askFor(allReads, nil), ApproveOptions{}); back.Get("error") != "access_denied" {
		t.Errorf("denied: %v", back)
	}
	h.set(SilentSignIn, Setting{On: true, Times: 1})
	_, err := Approve(t.Context(), http.DefaultClient, h.askFor(allReads, nil), ApproveOptions{Hold: true})
	wantCode(t, err, core.CodeConsentTimeout)
	h.set(WrongAccount, Setting{On: true, Times: 1})
	if _, _, body := h.get(h.signIn(allReads, ApproveOptions{}).Access, "/account"); !strings.Contains(body, "acc_ben") {
		t.Errorf("wrong account: %s", body)
	}
	h.set(PartialGrant, Setting{On: true, Times: 1})
	if got := h.signIn(allReads, ApproveOptions{}); got.Scope != strings.TrimSuffix(allReads, " segments:read") {
		t.Errorf("partial: %q", got.Scope)
	}
	h.set(RefuseClient, Setting{On: true, Times: 1})
	code := h.approve(h.askFor(allReads, nil), ApproveOptions{}).Get("code")
	if got := h.exchange(code); got.Error != "invalid_client" {
		t.Errorf("refused client: %q", got.Error)
	}
	if got := h.exchange(code); got.Access == "" {
		t.Error("a refused client used the code up")
	}
}

func TestSwitchesOfTheTokens(t *testing.T) {
	h := open(t)
	h.set(ShortLife, Setting{On: true})
	got := h.signIn(allReads, ApproveOptions{})
	h.clock.move(119 * time.Second)
	early := h.works(got.Access)
	h.clock.move(time.Second)
	if got.Expires != 120 || !early || h.works(got.Access) {
		t.Error("short life")
	}
	h.set(RefuseRefresh, Setting{On: true, Times: 1})
	h.set(TokenDown, Setting{On: true, Times: 1})
	r, _ := h.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {ClientID}, "refresh_token": {got.Refresh}})
	if r.StatusCode != 503 {
		t.Errorf("token service down: %d", r.StatusCode)
	}
	if h.refresh(got.Refresh).Error != "invalid_grant" {
		t.Error("refuse refresh")
	}
	got = h.refresh(got.Refresh)
	if got.Access == "" {
		t.Fatal("a refused renewal used the token up")
	}
	if err := h.store.ExpireAccess(); err != nil || h.works(got.Access) {
		t.Errorf("expire: %v", err)
	}
	h.set(LoseReply, Setting{On: true, Times: 1})
	_, err := http.PostForm(h.url+"/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {ClientID}, "refresh_token": {got.Refresh}})
	if err == nil {
		t.Error("the reply was not lost")
	}
	if g := h.store.state.Grants[0]; g.Refresh[len(g.Refresh)-1].Hash == hashOf(got.Refresh) {
		t.Error("the token was not rotated before the reply was lost")
	}
	fresh := h.signIn(allReads, ApproveOptions{})
	if err := h.store.Revoke(h.store.Grants()[0].ID); err != nil || h.works(fresh.Access) || len(h.store.Grants()) != 1 {
		t.Errorf("revoke: %v", err)
	}
}

func TestOddTokens(t *testing.T) {
	h := open(t)
	for how, want := range map[string]string{
		OddExpiresText: `"expires_in":"3600"`, OddExpiresFloat: `"expires_in":3600.0,`, OddExpiresEmpty: `"expires_in":""`, OddExpiresZero: `"expires_in":0,`,
		OddTextPlain: `{"access_token":"pat_`, OddBOM: "\ufeff{", OddForm: "&expires_in=3600&", OddNested: `{"data":{"access_token"`, OddErrorObject: `{"error":{"code"`,
		OddExpiresNone: `"token_type":"Bearer"}`, OddNoScope: `"token_type":"Bearer"}`, OddNoRefresh: `"scope":"stores:read`,
	} {
		token := h.signIn(allReads, ApproveOptions{}).Refresh
		h.set(OddToken, Setting{On: true, Value: how, Times: 1})
		r, body := h.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {ClientID}, "refresh_token": {token}})
		if r.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, %q is missing", how, r.StatusCode, want)
		}
		if plain := strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain"); plain != (how == OddTextPlain) {
			t.Errorf("%s: sent as %q", how, r.Header.Get("Content-Type"))
		}
		for key, where := range map[string]string{"expires_in": OddExpiresNone, "scope": OddNoScope, "refresh_token": OddNoRefresh} {
			if has := strings.Contains(body, `"`+key+`"`); has == (how == where) && strings.HasPrefix(body, `{"access`) {
				t.Errorf("%s: %s there: %v", how, key, has)
			}
		}
		if kept := h.refresh(token).Access != ""; kept != (how == OddNoRefresh || how == OddErrorObject) {
			t.Errorf("%s: the old refresh token still works: %v", how, kept)
		}
	}
}

func TestSwitchesOfTheService(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	h.set(RateLimit, Setting{On: true, Value: "7", Times: 1})
	if status, header, _ := h.get(token, "/orders"); status != 429 || header.Get("Retry-After") != "7" {
		t.Errorf("rate limit: %d %v", status, header)
	}
	h.set(CutConnection, Setting{On: true, Times: 1})
	status, header, body := h.get(token, "/orders")
	if status != 0 || header == nil || len(body) < 1000 || json.Valid([]byte(body)) {
		t.Errorf("cut: %d, %d bytes came", status, len(body))
	}
	h.set(LostPermission, Setting{On: true, Value: "customers"})
	for path, want := range map[string]int{"/customers": 403, "/orders": 200, "/account": 200} {
		if status, _, _ := h.get(token, path); status != want {
			t.Errorf("lost permission: %s: %d", path, status)
		}
	}
	h.set(EmptyLists, Setting{On: true, Times: 1})
	if got := h.all(token, "/orders", "250", nil); len(got) != 0 {
		t.Errorf("empty lists: %d", len(got))
	}
	h.set(BadData, Setting{On: true, Value: BadDocument, Times: 1})
	if _, _, body := h.get(token, "/orders"); body != `{"data":"none today"}` {
		t.Errorf("bad document: %.200s", body)
	}
	h.set(BadData, Setting{On: true, Times: 1})
	_, _, body = h.get(token, "/orders?limit=50")
	var page struct{ Data []any }
	if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Data) != 50 {
		t.Fatalf("bad records: %v, %d", err, len(page.Data))
	}
	good := 0
	for _, r := range page.Data {
		record, _ := r.(map[string]any)
		_, stamped := record["timestamps"].(map[string]any)
		if record["id"] != nil && stamped {
			good++
		}
	}
	if good != 43 {
		t.Errorf("%d of 50 records are good", good)
	}
}

// A slow answer does not keep the store from ending.
func TestSlowAnswerEndsWithTheStore(t *testing.T) {
	h := open(t)
	token := h.signIn(allReads, ApproveOptions{}).Access
	h.set(SlowAnswers, Setting{On: true, Value: "3600"})
	at, stop, done := serve(t, h.store, "127.0.0.1:0")
	began := h.store.Requests().API
	r, err := http.NewRequest(http.MethodGet, "http://"+at+"/api/v1/account", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answered := make(chan string, 1)
	go func() {
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- ""
			return
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		answered <- fmt.Sprint(answer.Status, string(body), err)
	}()
	for h.store.Requests().API == began {
		select {
		case body := <-answered:
			t.Fatalf("answered at once: %q", body)
		default:
			runtime.Gosched()
		}
	}
	stop()
	if body := <-answered; body != "" {
		t.Errorf("a slow answer was given: %q", body)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
