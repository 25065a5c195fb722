package service

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"linkdesk/core"
)

func TestExpandURL(t *testing.T) {
	for _, c := range []struct{ template, value, want string }{
		{"https://{v}.shop.com/admin", "acme", "https://acme.shop.com/admin"},
		{"https://{v}.shop.com/admin", "ACME", "https://acme.shop.com/admin"},
		{"https://{v}.shop.com/admin", "müller", "https://xn--mller-kva.shop.com/admin"},
		{"https://{v}.shop.com/admin", "evil.com/", ""},
		{"https://{v}.shop.com/admin", "evil.com", ""},
		{"https://{v}.shop.com/admin", "evil.com#", ""},
		{"https://{v}.shop.com/admin", "evil.com?", ""},
		{"https://{v}.shop.com/admin", "evil.com\\", ""},
		{"https://{v}.shop.com/admin", "me@evil", ""},
		{"https://{v}.shop.com/admin", "a:443", ""},
		{"https://{v}.shop.com/admin", "", ""},
		{"https://{v}.shop.com/admin", "-a", ""},
		{"https://{v}.shop.com/admin", "a b", ""},
		{"https://{v}.shop.com/admin", "a\r\nb", ""},
		{"https://{v}.shop.com/admin", "a。evil", ""}, // a full stop of another alphabet
		{"https://{v}.shop.com/admin", "a%2eb", ""},
		{"https://{v}/x", "shop.example.com", "https://shop.example.com/x"},
		{"https://{v}/x", "localhost", ""},
		{"https://{v}/x", "127.0.0.1", ""},
		{"https://{v}/x", "0x7f.1", ""},
		{"https://{v}/x", "2130706433", ""},
		{"https://{v}/x", "[::1]", ""},
		{"https://{v}/x", "shop.example.com.", ""},
		{"https://{v}/x", "shop.example.com:8443", ""},
		{"https://{v}/x", "user@shop.example.com", ""},
		{"https://a.com/{v}/x", "7", "https://a.com/7/x"},
		{"https://a.com/{v}/x", "a/b?c#d", "https://a.com/a%2Fb%3Fc%23d/x"},
		{"https://a.com/{v}/x", "..", ""},
		{"https://a.com/{v}/x", ".", ""},
		{"https://a.com/{v}/x", "", ""},
		{"https://a.com/{v}{v}/x", ".", ""},
		{"https://a.com/{v}/x", "%2e%2e", "https://a.com/%252e%252e/x"},
		{"https://a.com/{v}/x", "ä b", "https://a.com/%C3%A4%20b/x"},
		{"https://a.com/x?q={v}&r=1", "a&b=c#d", "https://a.com/x?q=a%26b%3Dc%23d&r=1"},
		{"https://a.com", "", "https://a.com"},
		{"ftp://a.com/{v}", "1", ""},
		{"a.com/{v}", "1", ""},
		{"https://u:p@a.com/{v}", "1", ""},
		{"https://a.com/x#{v}", "1", ""},
		{"https://a.com/{w}", "1", ""},
		{"{v}://a.com/", "https", ""},
		{"{v}", "https://a.com/", ""},
	} {
		u, err := ExpandURL(Template(c.template), Values{"v": c.value})
		switch {
		case c.want == "" && core.CodeOf(err) != core.CodeInvalid:
			t.Errorf("%s with %q: %v, %v", c.template, c.value, u, err)
		case c.want != "" && (err != nil || u.String() != c.want):
			t.Errorf("%s with %q: %v, %v; want %s", c.template, c.value, u, err, c.want)
		}
		if err != nil && len(c.value) > 5 && strings.Contains(err.Error(), c.value) {
			t.Errorf("the error shows the value: %v", err)
		}
	}
}

func TestExpandPractice(t *testing.T) {
	u, err := ExpandURL("{practice}/oauth/token", Values{"practice": "http://127.0.0.1:8786"})
	if err != nil || u.String() != "http://127.0.0.1:8786/oauth/token" {
		t.Errorf("%v, %v", u, err)
	}
	for _, origin := range []string{"", "http://evil.com:80", "https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:1/x", "http://u@127.0.0.1:1", "http://127.0.0.1:1?x", "http://127.0.0.1.evil.com:1"} {
		if u, err := ExpandURL("{practice}/x", Values{"practice": origin}); err == nil {
			t.Errorf("%q became %s", origin, u)
		}
	}
}

func TestExpandByPlace(t *testing.T) {
	for _, c := range []struct {
		template, value string
		where           Place
		want            string
		ok              bool
	}{
		{"Bearer {v}", "abc", InHeader, "Bearer abc", true},
		{"Bearer {v}", "abc\r\nX-Evil: 1", InHeader, "", false},
		{"Bearer {v}", "ä", InHeader, "", false},
		{"{v}", "a&b=\"c\"", InQuery, "a&b=\"c\"", true},
		{"{v}", "a\nb", InQuery, "", false},
		{`equals(id,"{v}")`, "7", InQuery, `equals(id,"7")`, true},
		{`equals(id,"{v}")`, `7"),any(`, InQuery, "", false},
		{"{v}-{v}", "x", InQuery, "x-x", true},
		{"{v}", "line\none", InBody, "line\none", true},
		{"{v}", "any\x00thing", Raw, "any\x00thing", true},
		{"{w}", "x", Raw, "", false},
		{"{raw.a.b}", "x", Raw, "", false},
		{"no names", "x", Raw, "no names", true},
	} {
		got, err := Template(c.template).Expand(Values{"v": c.value}, c.where)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%s with %q: %q, %v", c.template, c.value, got, err)
		}
	}
	since := Values{"since": "2026-01-02T03:04:05Z", "since.rfc2822": "Fri, 02 Jan 2026 03:04:05 +0000"}
	if got, err := Template("after({since.rfc2822})").Expand(since, InQuery); err != nil || got != "after(Fri, 02 Jan 2026 03:04:05 +0000)" {
		t.Errorf("times of Linkdesk's own making fit into a filter: %q, %v", got, err)
	}
}

// TestValuesAreNotExpandedAgain: a value that looks like a template stays a value.
func TestValuesAreNotExpandedAgain(t *testing.T) {
	got, err := Template("{a}{b}").Expand(Values{"a": "{b}", "b": "{a}"}, InBody)
	if err != nil || got != "{b}{a}" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestExpandBody(t *testing.T) {
	body := map[string]any{"filters": []any{map[string]any{"value": "{since.unix_ms}", "limit": int64(5)}}, "plain": true}
	got, err := ExpandBody(body, Values{"since.unix_ms": "17"})
	want := map[string]any{"filters": []any{map[string]any{"value": "17", "limit": int64(5)}}, "plain": true}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if body["filters"].([]any)[0].(map[string]any)["value"] != "{since.unix_ms}" {
		t.Error("the manifest's own body was changed")
	}
	if _, err := ExpandBody(body, Values{}); core.CodeOf(err) != core.CodeInvalid {
		t.Error(err)
	}
	if got, err := ExpandBody(nil, nil); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAllowsHost(t *testing.T) {
	m := &Manifest{Name: "Shop", Hosts: []string{"api.shop.com", "*.api.shop.com", "127.0.0.1:4010", "[::1]:4011", "localhost:4012", "odd.shop.com:8443", "{practice}", "{site}"}}
	v := Values{"practice": "http://127.0.0.1:9000", "site": "my.site.org"}
	for address, want := range map[string]bool{
		"https://api.shop.com/x": true, "https://API.SHOP.COM": true, "https://api.shop.com:443/": true,
		"https://us1.api.shop.com": true, "https://US1.api.shop.com": true,
		"http://api.shop.com": false, "https://api.shop.com:8443": false, "https://api.shop.com.": false,
		"https://api.shop.com.evil.com": false, "https://evilapi.shop.com": false, "https://shop.com": false,
		"https://a.b.api.shop.com": false, "https://.api.shop.com": false, "https://-.api.shop.com": false,
		"https://me@api.shop.com": false, "https://api.shop.com@evil.com": false, "https://evil.com/api.shop.com": false,
		"https://ａpi.shop.com": false, "https://evil.com%2f.api.shop.com": false, "ftp://api.shop.com": false, "https:api.shop.com": false,
		"http://127.0.0.1:4010": true, "https://127.0.0.1:4010": true, "http://127.0.0.1:4011": false, "http://127.0.0.1": false,
		"http://[::1]:4011/x": true, "http://localhost:4012": true, "http://localhost:4010": false, "http://127.0.0.1.evil.com:4010": false,
		"https://odd.shop.com:8443": true, "http://odd.shop.com:8443": false, "https://odd.shop.com": false,
		"http://127.0.0.1:9000/oauth": true, "https://127.0.0.1:9000": false, "http://127.0.0.1:9001": false,
		"https://my.site.org/wp": true, "http://my.site.org": false, "https://x.my.site.org": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			if want {
				t.Error(err)
			}
			continue
		}
		if got := m.AllowsHost(u, v); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if m.AllowsHost(nil, v) {
		t.Error("no address at all was allowed")
	}
	if u, _ := url.Parse("http://evil.com:80"); m.AllowsHost(u, Values{"practice": "http://evil.com:80"}) {
		t.Error("the practice store is on this computer only")
	}
	if u, _ := url.Parse("https://evil.com"); m.AllowsHost(u, Values{"site": "evil.com/"}) {
		t.Error("a value that is no host was taken for one")
	}
}

func TestAddress(t *testing.T) {
	m := loadBuiltin(t, "mailchimp")
	u, err := m.Address(m.Verify.Request, Values{"dc": "us6"})
	if err != nil || u.String() != "https://us6.api.mailchimp.com/3.0/?fields=account_id%2Caccount_name%2Cemail%2Crole" {
		t.Errorf("%v, %v", u, err)
	}
	u, err = m.Address(*m.Models[core.Orders].Get, Values{"dc": "us6", "store_id": "a/b", "raw.id": "7"})
	if err != nil || u.String() != "https://us6.api.mailchimp.com/3.0/ecommerce/stores/a%2Fb/orders/7" {
		t.Errorf("%v, %v", u, err)
	}
	if u, err = m.Address(Request{URL: "https://evil.com/"}, nil); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("%v, %v", u, err)
	}
	practice := *loadBuiltin(t, "practice")
	practice.PracticeOrigin = "http://127.0.0.1:9000"
	if u, err = practice.Address(practice.Verify.Request, nil); err != nil || u.String() != "http://127.0.0.1:9000/api/v1/account" {
		t.Errorf("%v, %v", u, err)
	}
}

// FuzzExpandURL: whatever the values are, an address is refused or goes to a
// listed host, with the path segments and query parameters of its template.
func FuzzExpandURL(f *testing.F) {
	m := &Manifest{Name: "Shop", Hosts: []string{"api.shop.com", "*.shop.com", "{site}"}}
	templates := []Template{
		"https://{a}.shop.com/v1/{b}/x?q={c}", "https://api.shop.com/{a}/{b}?q={c}", "https://{site}/{a}{b}?q={c}", "https://api.shop.com/x/{a}-{b}?q=1{c}",
	}
	for _, s := range []string{"acme", "evil.com/", "..", "%2e%2e", "a/b", "?x=1", "#", "a&b=c", "me@evil.com", "\r\n", "[::1]", "127.0.0.1", "\\evil.com", "。", "xn--a", "", "{b}"} {
		f.Add(s, s, s, "my.site.org")
		f.Add("acme", s, s, s)
	}
	f.Fuzz(func(t *testing.T, a, b, c, site string) {
		v := Values{"a": a, "b": b, "c": c, "site": site}
		for _, template := range templates {
			u, err := m.ExpandURL(template, v)
			if err != nil {
				continue
			}
			again, err := url.Parse(u.String())
			if err != nil || again.Host != u.Host || !m.AllowsHost(again, v) || again.User != nil || again.Fragment != "" {
				t.Fatalf("%s became %s", template, u)
			}
			want := strings.Count(strings.TrimPrefix(string(template), "https://"), "/")
			if got := strings.Count(again.EscapedPath(), "/"); got != want {
				t.Fatalf("%s became %s: %d segments, not %d", template, u, got, want)
			}
			if clean := again.JoinPath(); clean.EscapedPath() != again.EscapedPath() {
				t.Fatalf("%s became %s, which is %s to a server", template, u, clean)
			}
			if q, err := url.ParseQuery(again.RawQuery); err != nil || len(q) != 1 || len(q["q"]) != 1 || !strings.HasSuffix(q.Get("q"), c) {
				t.Fatalf("%s became %s", template, u)
			}
		}
	})
}
