package signin_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/signin/signintest"
)

func portOf(t *testing.T, a *signin.Attempt) string {
	t.Helper()
	u, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	r, err := url.Parse(u.Query().Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	return r.Port()
}

// listens reports whether something takes connections at an address.
func listens(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// otherAddress returns an address of this computer that is not loopback.
func otherAddress(t *testing.T) string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	return "127.0.0.2" // loopback too, but not the literal that was bound
}

func hasIPv6() bool {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

func TestA5ListensOnLoopbackOnly(t *testing.T) {
	for _, c := range []struct {
		kind string
		v6   bool
		host string
	}{{"loopback_ip", false, "127.0.0.1"}, {"loopback_localhost", hasIPv6(), "localhost"}} {
		b := newBench(t)
		b.manifest.Auth[0].Redirect.Kinds = []string{"https_relay", c.kind}
		a := b.begin(noBrowser)
		port := portOf(t, a)
		if !strings.Contains(a.URL(), url.QueryEscape("http://"+c.host+":"+port+"/callback")) {
			t.Errorf("%s: %s", c.kind, a.URL())
		}
		if !listens("127.0.0.1:"+port) || listens("[::1]:"+port) != c.v6 || listens(net.JoinHostPort(otherAddress(t), port)) {
			t.Errorf("%s: listens on 127.0.0.1 %v, on [::1] %v, elsewhere %v", c.kind, listens("127.0.0.1:"+port), listens("[::1]:"+port), listens(net.JoinHostPort(otherAddress(t), port)))
		}
	}
}

// closesSoon fails unless the listener is gone within a second.
func closesSoon(t *testing.T, port string) {
	t.Helper()
	end := time.Now().Add(time.Second)
	for listens("127.0.0.1:" + port) {
		if time.Now().After(end) {
			t.Fatal("a second later it still listens")
		}
	}
}

func TestA6ListenerEndsWithTheSignIn(t *testing.T) {
	t.Run("success", func(t *testing.T) {
		b := newBench(t)
		a := b.begin()
		b.wait(a).Finish(nil)
		closesSoon(t, portOf(t, a))
	})
	t.Run("denied", func(t *testing.T) {
		b := newBench(t)
		b.server.Set(func(s *signintest.Switches) { s.Deny = "access_denied" })
		a := b.begin()
		b.fails(a, core.CodeConsentDenied)
		closesSoon(t, portOf(t, a))
	})
	t.Run("cancel", func(t *testing.T) {
		b := newBench(t)
		a := b.begin(noBrowser)
		a.Cancel()
		if listens("127.0.0.1:" + portOf(t, a)) {
			t.Error("it still listens")
		}
		b.fails(a, core.CodeCancelled)
	})
	t.Run("time is up", func(t *testing.T) {
		b := newBench(t, func(o *signin.Options) { o.Timeout = 30 * time.Millisecond })
		a := b.begin(noBrowser)
		b.fails(a, core.CodeConsentTimeout)
		closesSoon(t, portOf(t, a))
	})
	t.Run("caller gives up", func(t *testing.T) {
		b := newBench(t)
		a := b.begin(noBrowser)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.Wait(ctx); core.CodeOf(err) != core.CodeCancelled {
			t.Error(err)
		}
		closesSoon(t, portOf(t, a))
	})
	t.Run("Linkdesk ends", func(t *testing.T) {
		b := newBench(t)
		a := b.begin(noBrowser)
		b.client.Close()
		if listens("127.0.0.1:" + portOf(t, a)) {
			t.Error("it still listens")
		}
		b.fails(a, core.CodeCancelled)
	})
}

func TestCancelEndsARunningExchange(t *testing.T) {
	b := newBench(t)
	reached, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release) })
	b.server.Set(func(s *signintest.Switches) { s.BeforeAnswer = func() { close(reached); <-release } })
	a := b.begin()
	go func() { <-reached; a.Cancel() }()
	b.fails(a, core.CodeCancelled)
}

func TestA7OtherHostNamesAreMisdirected(t *testing.T) {
	b := newBench(t)
	a := b.begin(noBrowser)
	port := portOf(t, a)
	good := b.callback(a, b.answer(a))
	for _, host := range []string{"evil.example", "evil.example:" + port, "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:" + port, "127.0.0.1.nip.io:" + port} {
		page := b.browser.Get(t.Context(), good, "Host", host)
		if page.Status != http.StatusMisdirectedRequest || page.Body != "" {
			t.Errorf("%s: page %d", host, page.Status)
		}
	}
	if n := b.server.Counts().Exchanges; n != 0 {
		t.Fatalf("%d exchanges", n)
	}
}

func TestA12PagesHoldNothingOfTheRequest(t *testing.T) {
	b := newBench(t)
	b.manifest.Name = `Fake <i>"shop"</i>`
	a := b.begin(noBrowser)
	o := url.Values{"code": {"<script>c</script>"}, "state": {"<script>s</script>"}, "error": {"<script>e</script>"}, "error_description": {"<script>d</script>"}, "iss": {"<script>i</script>"}}
	pages := []signintest.Page{b.browser.Get(t.Context(), b.callback(a, o.Encode()))}
	good := b.callback(a, b.answer(a))
	go b.browser.Open(t.Context(), good)
	outcome := b.wait(a)
	pages = append(pages, b.browser.Get(t.Context(), good))
	outcome.Finish(nil)
	pages = append(pages, b.browser.Page(t))
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	for i, page := range pages {
		if page.Err != nil {
			t.Fatal(page.Err)
		}
		h := page.Header
		if strings.Contains(page.Body, "script") || strings.Contains(page.Body, "<i>") || strings.Contains(page.Body, "canary") || strings.Contains(page.Body, "http") {
			t.Errorf("page %d: %s", i, page.Body)
		}
		found := style.FindStringSubmatch(page.Body)
		if len(found) != 2 {
			t.Fatalf("page %d has no style", i)
		}
		sum := sha256.Sum256([]byte(found[1]))
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("page %d: policy %q", i, policy)
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("page %d: headers %v", i, h)
		}
		if !strings.Contains(page.Body, "Linkdesk") || !strings.Contains(page.Body, "You can close this tab") {
			t.Errorf("page %d does not say where to go on", i)
		}
	}
}

func TestRegisteredPortsAreTriedInOrder(t *testing.T) {
	b := newBench(t)
	taken, free := occupy(t), freePort(t)
	b.manifest.Auth[0].Redirect = service.Redirect{Kinds: []string{"loopback_ip"}, Port: "registered", Ports: []int{taken, free}, Path: "/callback"}
	a := b.begin(noBrowser)
	if got := portOf(t, a); got != strconv.Itoa(free) {
		t.Errorf("port %s, want %d", got, free)
	}
}

func TestTakenPortsOpenNoBrowserButCanBePasted(t *testing.T) {
	b := newBench(t)
	taken := occupy(t)
	b.manifest.Auth[0].Redirect = service.Redirect{Kinds: []string{"loopback_ip"}, Port: "registered", Ports: []int{taken}, Path: "/callback"}
	_, err := b.client.Begin(t.Context(), b.request())
	if core.CodeOf(err) != core.CodePortBlocked || !strings.Contains(core.AsError(err).Public, strconv.Itoa(taken)) {
		t.Errorf("got %v", err)
	}
	if len(b.browser.Opened()) != 0 {
		t.Error("the browser opened")
	}
	a := b.begin(noBrowser, func(r *signin.Request) { r.PasteOnly = true })
	if err := a.Paste(t.Context(), b.callback(a, b.answer(a))); err != nil {
		t.Fatal(err)
	}
	b.wait(a).Finish(nil)
}

func TestLocalhostPortMustBeFreeOnBothAddresses(t *testing.T) {
	if !hasIPv6() {
		t.Log("this computer has no [::1], so there is one address only")
		return
	}
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	b := newBench(t)
	b.manifest.Auth[0].Redirect = service.Redirect{Kinds: []string{"loopback_localhost"}, Port: "registered", Ports: []int{l.Addr().(*net.TCPAddr).Port}, Path: "/callback"}
	if _, err := b.client.Begin(t.Context(), b.request()); core.CodeOf(err) != core.CodePortBlocked {
		t.Errorf("got %v", err)
	}
}

func occupy(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
