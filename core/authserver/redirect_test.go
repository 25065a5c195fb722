package authserver

import (
	"net/url"
	"strings"
	"testing"

	"linkdesk/core"
)

// Near misses of a registered address: each differs in one thing that some
// server was once fooled by.
func TestMatchRedirect(t *testing.T) {
	const (
		secure = "https://client.example/cb"
		local  = "http://127.0.0.1:5000/cb"
		six    = "http://[::1]/cb"
		named  = "http://localhost:5678/cb"
	)
	for _, c := range []struct{ registered, asked string }{
		{secure, secure + "/"}, {secure, secure + "?"}, {secure, secure + "#"}, {secure, secure + "?x=1"}, {secure, secure + "%2F"},
		{secure, "https://client.example/cB"}, {secure, "https://Client.example/cb"}, {secure, "HTTPS://client.example/cb"},
		{secure, "http://client.example/cb"}, {secure, "https://client.example:443/cb"}, {secure, "https://client.example:8443/cb"},
		{secure, "https://evil.example/cb"}, {secure, "https://client.example.evil.example/cb"}, {secure, "https://evilclient.example/cb"},
		{secure, "https://client.example@evil.example/cb"}, {secure, "https://user@client.example/cb"}, {secure, "https://client.example/x/../cb"},
		{secure, "https://client.example//cb"}, {secure, "https://client.example/cb/x"}, {secure, "https://client.example/c"}, {secure, " " + secure}, {secure, secure + "\n"},
		{secure, "https://client.example./cb"}, {secure, `https://client.example\cb`}, {secure, "https://client.example"}, {secure, ""},
		{local, "http://127.0.0.1:5000/cb/"}, {local, "http://127.0.0.1:5000/cb?x"}, {local, "https://127.0.0.1:5000/cb"}, {local, "http://127.0.0.2:5000/cb"},
		{local, "http://localhost:5000/cb"}, {local, "http://[::1]:5000/cb"}, {local, "http://127.0.0.1:5000@evil.example/cb"}, {local, "http://127.0.0.1@evil.example/cb"},
		{local, "http://127.0.0.1.evil.example/cb"}, {local, "http://127.0.0.1:evil.example/cb"}, {local, "http://127.0.0.1:/cb"}, {local, "http://127.0.0.1:0/cb"},
		{local, "http://127.0.0.1:65536/cb"}, {local, "http://127.0.0.1:05000/cb"}, {local, "http://127.0.0.1:+5000/cb"}, {local, "http://127.1:5000/cb"},
		{local, "http://2130706433:5000/cb"}, {local, "http://0x7f000001/cb"}, {local, "http://127.0.0.1:5000"}, {local, "http://127.0.0.1:5000#/cb"},
		{local, "http://127.0.0.1:99999999999999999999/cb"}, {local, "http://127.0.0.1:5000%2Fcb"}, {"http://127.0.0.1", "http://127.0.0.1.evil.example"},
		{six, "http://[::1]:80@evil.example/cb"}, {six, "http://[::2]/cb"}, {six, "http://[0:0:0:0:0:0:0:1]/cb"}, {six, "http://[::1%25lo]/cb"}, {six, "http://[::1]x/cb"},
		{named, "http://localhost:5679/cb"}, {named, "http://localhost/cb"}, {named, "http://127.0.0.1:5678/cb"}, {named, "http://localhost.:5678/cb"},
		{"https://127.0.0.1/cb", "https://127.0.0.1:1/cb"}, {secure, "http://127.0.0.1"}, {"http://127.0.0.1:1", "https://evil.example/"},
		{"http://127.0.0.1", "http://127.0.0.1:0/cb"}, {"http://127.0.0.1:1/", "http://127.0.0.1:65536"}, {"http://127.0.0.1", "http://127.0.0.1:65536"},
	} {
		if matchRedirect(c.registered, c.asked) {
			t.Errorf("%s was taken for %s", c.asked, c.registered)
		}
	}
	for _, c := range []struct{ registered, asked string }{
		{secure, secure}, {named, named}, {local, local}, {local, "http://127.0.0.1/cb"}, {local, "http://127.0.0.1:1/cb"}, {local, "http://127.0.0.1:65535/cb"},
		{six, "http://[::1]:41234/cb"}, {"http://127.0.0.1", "http://127.0.0.1:9"}, {"http://127.0.0.1?a=b", "http://127.0.0.1:9?a=b"},
	} {
		if !matchRedirect(c.registered, c.asked) {
			t.Errorf("%s was not taken for %s", c.asked, c.registered)
		}
	}
}

func TestCheckRedirectURI(t *testing.T) {
	for _, uri := range []string{
		"https://client.example/cb", "https://client.example", "https://client.example:8443/cb?tenant=1&x=%20", "http://localhost:5678/rest/oauth2-credential/callback",
		"http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://[::1]:65535/", "https://client.example/~x!", "https://[2001:db8::1]/cb", "https://xn--bcher-kva.example/", "https://10.0.0.5/a..b/c", "https://a_b.example/",
		"https://client.example/" + strings.Repeat("x", 2000-len("https://client.example/")),
	} {
		if err := CheckRedirectURI(uri); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for _, uri := range []string{
		"", " ", "cb", "/cb", "//client.example/cb", "https:", "https:/client.example", "https:client.example", "https://", "https:///cb", "https://:443/cb", "https://?x",
		"http://client.example/cb", "http://localhost.evil.example/", "http://127.0.0.2/", "http://127.1/", "http://[::2]/", "http://0.0.0.0/", "http://[::]/", "http://LOCALHOST/", "http://localhost./",
		"ftp://client.example/", "javascript:alert(1)", "data:text/html,x", "myapp:/cb", "com.example.app:/cb", "HTTPS://client.example/", "file:///etc",
		"https://client.example/#", "https://client.example/#x", "https://user@client.example/", "https://user:pass@client.example/", "https://@client.example/", "https://*.example/", "https://client.example/*",
		"https://client.example/a b", "https://client.example/\n", "https://client.example/ü", "https://bücher.example/", `https://client.example\cb`, "https://client.example/<", "https://client.example/\"", "https://client.example/\x7f",
		"https://Client.example/", "https://client..example/", "https://.example/", "https://example./", "https://cli%65nt.example/", "https://client.example:/", "https://client.example:0/", "https://client.example:65536/", "https://client.example:080/", "https://client.example:x/",
		"https://client.example/../cb", "https://client.example/a/..", "https://client.example/./cb", "https://client.example/%2e%2e/cb", "https://client.example/%zz",
		"https://client.example/?code=1", "https://client.example/?a=1&state=2", "https://client.example/?iss", "https://client.example/?error=x", "https://client.example/?a=%zz", "https://client.example/?a;b",
		"https://[2001:DB8::1]/", "https://[fe80::1%25eth0]/", "https://[::1/", "https://client.example/" + strings.Repeat("x", 2001-len("https://client.example/")),
	} {
		if err := CheckRedirectURI(uri); core.CodeOf(err) != core.CodeInvalid || core.AsError(err).Public == "" {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

// What matches is equal when the port of a loopback address is taken away, and
// can be registered itself if the other can.
func FuzzMatchRedirect(f *testing.F) {
	for _, uri := range []string{"https://client.example/cb", "http://127.0.0.1:5000/cb", "http://[::1]/cb?x=y", "http://localhost:5678/", "http://127.0.0.1:5000@evil.example/"} {
		f.Add(uri, uri)
		f.Add("http://127.0.0.1/cb", uri)
		f.Add("http://[::1]:1/cb?x=y", uri)
	}
	f.Fuzz(func(t *testing.T, registered, asked string) {
		if CheckRedirectURI(registered) != nil || !matchRedirect(registered, asked) {
			return
		}
		if err := CheckRedirectURI(asked); err != nil && len(asked) <= mostURI {
			t.Errorf("%q matches %q and could not be registered: %v", asked, registered, err)
		}
		a, err1 := url.Parse(asked)
		r, err2 := url.Parse(registered)
		if err1 != nil || err2 != nil || a.User != nil || a.Hostname() != r.Hostname() || a.Scheme != r.Scheme || a.RequestURI() != r.RequestURI() {
			t.Errorf("%q matches %q", asked, registered)
		}
		if a.Port() != r.Port() && (a.Scheme != "http" || a.Hostname() != "127.0.0.1" && a.Hostname() != "::1") {
			t.Errorf("%q matches %q in spite of its port", asked, registered)
		}
	})
}

func TestWithAnswer(t *testing.T) {
	for uri, want := range map[string]string{"https://a.example/%2f": "https://a.example/%2f?iss=i&state=a+b", "https://a.example/?x=%20": "https://a.example/?x=%20&iss=i&state=a+b"} {
		if got := withAnswer(uri, url.Values{"state": {"a b"}, "iss": {"i"}}); got != want {
			t.Errorf("%s: %s", uri, got)
		}
	}
}
