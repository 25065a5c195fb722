package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

// page reads the first page of customers.
func (r *rig) page() (Page, error) {
	return r.client().Page(r.Context(), core.Customers, ListQuery{}, "")
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		code   core.Code
		tries  int
		public string
	}{
		{"forbidden", 403, `{"error":"scope"}`, core.CodeScopeMissing, 1, ""},
		{"not in the plan", 404, "", core.CodeScopeMissing, 1, "Customers are not in your plan at Shop."},
		{"payment required", 402, "", core.CodeScopeMissing, 1, "not in your plan"},
		{"a bad request", 400, "", core.CodeDataUnexpected, 1, "did not accept"},
		{"a server error", 500, "", core.CodeServiceDown, 3, ""},
		{"overloaded", 503, "", core.CodeServiceDown, 3, ""},
		{"not implemented", 501, "", core.CodeServiceDown, 1, ""},
		{"a proxy in between", 407, "", core.CodeOffline, 1, "proxy"},
		{"no JSON", 200, `{"items":[}`, core.CodeDataUnexpected, 1, ""},
		{"half a JSON", 200, `{"items":[{"id":"c0","em`, core.CodeServiceDown, 3, ""},
		{"a web page", 200, `<html><body>Please sign in to the hotel network</body></html>`, core.CodeDataUnexpected, 1, "web page"},
		{"no items", 200, `{"things":[]}`, core.CodeDataUnexpected, 1, ""},
		{"items are no list", 200, `{"items":{"a":1}}`, core.CodeDataUnexpected, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			r.customers().List.Paging = &service.Paging{Kind: "offset", OffsetParam: "offset", LimitParam: "limit", Limit: 10}
			_, err := r.page()
			if got := core.CodeOf(err); got != c.code {
				t.Errorf("code %s, want %s: %v", got, c.code, err)
			}
			if !strings.Contains(core.AsError(err).Public, c.public) {
				t.Errorf("public words: %q", core.AsError(err).Public)
			}
			if len(r.requests) != c.tries {
				t.Errorf("%d tries, want %d", len(r.requests), c.tries)
			}
			if strings.Contains(err.Error(), testToken) || c.body != "" && strings.Contains(err.Error(), c.body) {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

func TestServerErrorsThatPass(t *testing.T) {
	var n atomic.Int32
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(502)
		case 2:
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"items":[`)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler) // cut in the middle
		default:
			fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 3))
		}
	})
	ids, err := r.readAll(core.Customers, ListQuery{})
	wantIDs(t, ids, err, 3)
	if len(r.waits) != 2 || r.waits[0] > time.Second || r.waits[1] > 2*time.Second {
		t.Errorf("waited %v", r.waits)
	}
}

func TestConnectionCutByTheService(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"items\":[{\"id\":\"c")
		conn.Close()
	})
	_, err := r.page()
	if core.CodeOf(err) != core.CodeServiceDown || len(r.requests) != 3 {
		t.Errorf("%d tries: %v", len(r.requests), err)
	}
}

func TestTooLarge(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 100))
	})
	r.caller.maxBody = 1000
	if _, err := r.page(); core.CodeOf(err) != core.CodeDataUnexpected || !strings.Contains(core.AsError(err).Public, "more at once") {
		t.Error(err)
	}
}

func TestRefreshAfter401(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") != "Bearer token-two" {
			w.WriteHeader(401)
			return
		}
		fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 2))
	})
	r.tokens.next = []string{"token-two"}
	ids, err := r.readAll(core.Customers, ListQuery{})
	wantIDs(t, ids, err, 2)
	if r.tokens.refreshes != 1 {
		t.Errorf("%d refreshes", r.tokens.refreshes)
	}
	r.tokens.token, r.tokens.next = testToken, []string{"token-three"}
	if _, err := r.page(); core.CodeOf(err) != core.CodeReauthRequired || r.tokens.refreshes != 2 {
		t.Errorf("refused again: %d refreshes, %v", r.tokens.refreshes, err)
	}
	r.tokens.token, r.tokens.err = testToken, core.E(core.CodeOffline, "", nil)
	if _, err := r.page(); core.CodeOf(err) != core.CodeOffline {
		t.Errorf("the refresh's own failure is lost: %v", err)
	}
	client := r.caller.ForToken(r.manifest, nil, core.NewSecret("token-four"))
	if _, _, err := client.Verify(t.Context()); core.CodeOf(err) != core.CodeReauthRequired {
		t.Errorf("without a connection: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	var stolen, second atomic.Value
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { stolen.Store(req.Header.Clone()) }))
	defer foreign.Close()
	listed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		second.Store(req.Header.Clone())
		fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 1))
	}))
	defer listed.Close()
	for _, c := range []struct {
		name, to string
		code     core.Code
	}{
		{"same host", "/v1/moved", ""}, {"another listed host", listed.URL, ""}, {"a foreign host", foreign.URL, core.CodeDataUnexpected},
		{"in circles", "/v1/customers", core.CodeDataUnexpected}, {"another scheme", "file:///etc/passwd", core.CodeDataUnexpected},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, func(w http.ResponseWriter, req *http.Request) {
				if req.URL.Path == "/v1/moved" {
					if req.Header.Get("X-Key") != testToken {
						t.Error("the token is lost on the service's own host")
					}
					fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 1))
					return
				}
				http.Redirect(w, req, c.to, http.StatusFound)
			})
			u, _ := url.Parse(listed.URL)
			r.manifest.Hosts = append(r.manifest.Hosts, u.Host)
			r.manifest.API.Auth = service.HeaderAuth{Header: "X-Key", Value: "{access_token}"}
			if _, err := r.page(); core.CodeOf(err) != c.code {
				t.Errorf("code %q, want %q: %v", core.CodeOf(err), c.code, err)
			}
		})
	}
	if h := stolen.Load(); h != nil {
		t.Errorf("a foreign host was called: %v", h)
	}
	if h, _ := second.Load().(http.Header); h == nil || h.Get("X-Key") != "" {
		t.Errorf("the token went to another host, or nothing did: %v", h)
	}
}

func TestNextAddressOfAForeignHost(t *testing.T) {
	foreign := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a foreign host was called") }))
	defer foreign.Close()
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"items":%s,"next":%q}`, customersJSON(0, 1), foreign.URL+"/v1/customers?page=2")
	})
	r.customers().List.Paging = &service.Paging{Kind: "link_body", Next: "next"}
	if _, err := r.readAll(core.Customers, ListQuery{}); core.CodeOf(err) != core.CodeDataUnexpected || !errors.Is(err, errForeign) {
		t.Error(err)
	}
}

func TestTokenNeverInTheAddress(t *testing.T) {
	r := newRig(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	r.customers().List.Request.Query = map[string]service.Template{"key": "{access_token}"}
	if _, err := r.page(); core.CodeOf(err) != core.CodeInvalid {
		t.Error(err)
	}
	r.customers().List.Request.Query = map[string]service.Template{"key": testToken}
	if _, err := r.page(); core.CodeOf(err) != core.CodeInvalid || strings.Contains(err.Error(), testToken) {
		t.Error(err)
	}
}

func TestRefusedConnection(t *testing.T) {
	r := newRig(t, func(http.ResponseWriter, *http.Request) {})
	r.server.Close()
	if _, err := r.page(); core.CodeOf(err) != core.CodeServiceDown {
		t.Error(err)
	}
}

func TestCancelledAndTimedOut(t *testing.T) {
	arrived, release := make(chan struct{}, 9), make(chan struct{})
	r := newRig(t, func(_ http.ResponseWriter, req *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	defer close(release)
	r.manifest.API.Limits.Timeout = "50ms"
	if _, err := r.page(); core.CodeOf(err) != core.CodeServiceDown {
		t.Errorf("timed out: %v", err)
	}
	<-arrived
	r.manifest.API.Limits.Timeout = ""
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := r.client().Page(ctx, core.Customers, ListQuery{}, "")
		done <- err
	}()
	<-arrived
	cancel()
	if err := <-done; core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains that the client hangs up
	server.StartTLS()
	defer server.Close()
	r := newRig(t, func(http.ResponseWriter, *http.Request) {})
	r.manifest = testManifest(server.URL)
	if _, err := r.page(); core.CodeOf(err) != core.CodeTLSUntrusted {
		t.Error(err)
	}
}

// roundTrip is a transport that fails in one way.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNetworkFailures(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	expired := func(notBefore, notAfter time.Time) error {
		return &tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired, Cert: &x509.Certificate{NotBefore: notBefore, NotAfter: notAfter}}}
	}
	hour := func(n int) time.Time { return time.Now().Add(time.Duration(n) * time.Hour) }
	for _, c := range []struct {
		name   string
		err    error
		online bool
		skew   time.Duration
		code   core.Code
		tries  int
	}{
		{"no such name", dial(&net.DNSError{Err: "no such host", Name: "api.shop.example", IsNotFound: true}), true, 0, core.CodeServiceDown, 1},
		{"no such name, no network", dial(&net.DNSError{Err: "no such host", IsNotFound: true}), false, 0, core.CodeOffline, 1},
		{"the name server is away", dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), true, 0, core.CodeOffline, 1},
		{"no route", dial(errno(syscall.ENETUNREACH)), true, 0, core.CodeOffline, 1},
		{"no host", dial(errno(syscall.EHOSTUNREACH)), true, 0, core.CodeOffline, 1},
		{"refused", dial(errno(syscall.ECONNREFUSED)), false, 0, core.CodeServiceDown, 1},
		{"reset", dial(errno(syscall.ECONNRESET)), true, 0, core.CodeServiceDown, 3},
		{"ended", io.EOF, true, 0, core.CodeServiceDown, 3},
		{"timed out", dial(context.DeadlineExceeded), true, 0, core.CodeServiceDown, 1},
		{"timed out, no network", dial(context.DeadlineExceeded), false, 0, core.CodeOffline, 1},
		{"proxy away", &net.OpError{Op: "proxyconnect", Err: errno(syscall.ECONNREFUSED)}, true, 0, core.CodeOffline, 1},
		{"a wrong name in the certificate", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, true, 0, core.CodeTLSUntrusted, 1},
		{"no TLS there", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true, 0, core.CodeTLSUntrusted, 1},
		{"expired", expired(hour(-100), hour(-10)), true, time.Minute, core.CodeTLSUntrusted, 1},
		{"expired, as our clock says", expired(hour(-100), hour(-10)), true, -20 * time.Hour, core.CodeClockWrong, 1},
		{"not valid yet", expired(hour(10), hour(100)), true, 0, core.CodeClockWrong, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			tries := 0
			r.caller.http.(*http.Transport).CloseIdleConnections()
			client := r.client()
			client.Caller = &Caller{clock: r.caller.clock, log: r.caller.log, sleep: r.caller.sleep, online: func() bool { return c.online }, maxBody: 1 << 20,
				http: roundTrip(func(*http.Request) (*http.Response, error) { tries++; return nil, c.err })}
			client.skew.Store(int64(c.skew))
			_, err := client.Page(t.Context(), core.Customers, ListQuery{}, "")
			if core.CodeOf(err) != c.code || tries != c.tries {
				t.Errorf("%s after %d tries, want %s after %d: %v", core.CodeOf(err), tries, c.code, c.tries, err)
			}
		})
	}
}

func errno(n syscall.Errno) error { return n }

func TestClockIsLearnedFromAnswers(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", testNow.Add(3*time.Hour).Format(http.TimeFormat))
		io.WriteString(w, `{"items":[]}`)
	})
	if _, err := r.page(); err != nil {
		t.Fatal(err)
	}
	if got := time.Duration(r.caller.skew.Load()); got != 3*time.Hour {
		t.Errorf("skew %s", got)
	}
}
