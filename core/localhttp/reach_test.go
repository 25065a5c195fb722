package localhttp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
)

// hand is a clock that a test moves.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) Now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.at }

func (h *hand) move(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.at = h.at.Add(d) }

// made is a certificate of our own for tests, and the pool that trusts it.
func made(t *testing.T, now time.Time) (Setting, *x509.CertPool) {
	t.Helper()
	set, err := MakeCertificate(filepath.Join(t.TempDir(), "tls"), now)
	if err != nil {
		t.Fatal(err)
	}
	return set, trust(t, set)
}

func trust(t *testing.T, set Setting) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(set.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("no certificate in the file")
	}
	return pool
}

func fetch(t *testing.T, c *http.Client, address, host string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

// where answers with the address by which the request came in.
func where(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s.OriginOf(r.Context())) }
}

func applied(t *testing.T, s *Server, set Setting) State {
	t.Helper()
	if err := s.Apply(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	return s.State()
}

func TestNetworkNeedsTLSAndItsNames(t *testing.T) {
	s := start(t, io.Discard, nil)
	s.Mount("/where", where(s))
	set, pool := made(t, time.Now())
	st := applied(t, s, set)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer client.CloseIdleConnections()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(st.Network, "https://"))
	if err != nil || !st.On || st.NoNetwork != nil {
		t.Fatalf("%+v", st)
	}
	at := "https://localhost:" + port + "/where"
	for host, want := range map[string]int{"": 200, "evil.example:" + port: 421, "localhost:1": 421, "localhost": 421, "127.0.0.1:" + port: 421} {
		status, body := fetch(t, client, at, host)
		if status != want || want == 200 && body != "https://localhost:"+port {
			t.Errorf("Host %q: %d %s", host, status, body)
		}
	}
	// An address of this computer that others see is in the certificate.
	if _, ips := ownNames(); len(ips) > 0 && ips[0].To4() != nil {
		own := net.JoinHostPort(ips[0].String(), port)
		if status, body := fetch(t, client, "https://"+own+"/where", ""); status != 200 || body != "https://"+own {
			t.Errorf("at %s: %d %s", own, status, body)
		}
	}
	if status, _ := fetch(t, http.DefaultClient, "http://localhost:"+port+"/where", ""); status != 400 {
		t.Errorf("without TLS: %d", status)
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11}}}
	if status, _ := fetch(t, old, at, ""); status != 0 {
		t.Errorf("TLS 1.1: %d", status)
	}
	if status, body := fetch(t, http.DefaultClient, s.Origin()+"/where", ""); status != 200 || body != s.Origin() {
		t.Errorf("this computer: %d %s", status, body)
	}
	if st = applied(t, s, Setting{}); st.Network != "" || st.Docker != "" {
		t.Errorf("back again: %+v", st)
	}
	if conn, err := net.Dial("tcp", "localhost:"+port); err == nil {
		conn.Close()
		t.Error("other computers still get in")
	}
}

// A setting that cannot be used changes nothing.
func TestApplyKeepsWhatWorks(t *testing.T) {
	s := start(t, io.Discard, nil)
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	good, _ := made(t, time.Now())
	other, _ := made(t, time.Now())
	old, _ := made(t, time.Now().Add(-2*ownLife))
	folder := t.TempDir()
	text := filepath.Join(folder, "shop.txt")
	locked := filepath.Join(folder, "locked.key")
	os.WriteFile(text, []byte("hello"), 0o600)
	os.WriteFile(locked, []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), 0o600)
	for name, c := range map[string]struct {
		set  Setting
		code core.Code
		says string
	}{
		"no files":           {Setting{Reach: Network}, core.CodeInvalid, "choose its file"},
		"no such file":       {Setting{Reach: Network, Certificate: filepath.Join(folder, "none.pem"), Key: good.Key}, core.CodeInvalid, "There is no file"},
		"a folder":           {Setting{Reach: Network, Certificate: folder, Key: good.Key}, core.CodeInvalid, "is not a certificate"},
		"text":               {Setting{Reach: Network, Certificate: text, Key: good.Key}, core.CodeInvalid, "are not a certificate and its private key"},
		"the key of another": {Setting{Reach: Network, Certificate: good.Certificate, Key: other.Key}, core.CodeInvalid, "belongs to another certificate"},
		"a locked key":       {Setting{Reach: Network, Certificate: good.Certificate, Key: locked}, core.CodeInvalid, "protected by a password"},
		"ended":              {old, core.CodeInvalid, "Renew it"},
		"port":               {Setting{Port: 70000}, core.CodeInvalid, "no such port"},
		"last port":          {Setting{Port: 65535, Reach: Network, Certificate: good.Certificate, Key: good.Key}, core.CodeInvalid, "no such port"},
		"reach":              {Setting{Reach: "world"}, core.CodeInvalid, "for this computer"},
		"a taken port":       {Setting{Port: taken.Addr().(*net.TCPAddr).Port}, core.CodePortBlocked, "is used by"},
	} {
		before := s.State().Setting
		err := s.Apply(t.Context(), c.set)
		if core.CodeOf(err) != c.code || !strings.Contains(core.AsError(err).Public, c.says) {
			t.Errorf("%s: %v", name, err)
		}
		st := s.State()
		if status, _ := fetch(t, http.DefaultClient, st.Origin, ""); status != 200 || !st.On || st.Setting != before || st.Origin != origin(before.Port) || st.Err != nil {
			t.Errorf("%s: afterwards %d, %+v", name, status, st)
		}
	}
}

// When the port of the network is taken, the address stays as it was.
func TestNetworkPortTaken(t *testing.T) {
	s := start(t, io.Discard, nil)
	set, _ := made(t, time.Now())
	taken, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	before := s.State().Setting
	set.Port = taken.Addr().(*net.TCPAddr).Port - 1
	if err := s.Apply(t.Context(), set); core.CodeOf(err) != core.CodePortBlocked {
		t.Fatalf("%v", err)
	}
	if st := s.State(); !st.On || st.NoNetwork != nil || st.Setting != before {
		t.Errorf("%+v", st)
	}
}

// A certificate that has ended since keeps other computers out, not this one.
func TestStartWithAnEndedCertificate(t *testing.T) {
	set, _ := made(t, time.Now().Add(-2*ownLife))
	s := New(Options{Setting: set, Log: slog.New(slog.DiscardHandler)})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Stop(context.WithoutCancel(t.Context()))
	if st := s.State(); !st.On || st.Network != "" || core.CodeOf(st.NoNetwork) != core.CodeInvalid {
		t.Errorf("%+v", st)
	}
}

// A renewed certificate is shown without a restart; one that cannot be used is not.
func TestCertificateIsRenewed(t *testing.T) {
	clock := &hand{at: time.Now()}
	set, _ := made(t, clock.at)
	c, err := openCertificate(set, clock)
	if err != nil {
		t.Fatal(err)
	}
	first := c.current().Leaf.SerialNumber
	write := func(path, from string) {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(path, text, 0o600)
		at := time.Now().Add(time.Hour)
		os.Chtimes(path, at, at)
	}
	next, _ := made(t, clock.at)
	write(set.Certificate, next.Certificate)
	clock.move(lookEvery)
	if got := c.current().Leaf.SerialNumber; got.Cmp(first) != 0 {
		t.Error("a certificate without its key is shown")
	}
	write(set.Key, next.Key)
	if got := c.current().Leaf.SerialNumber; got.Cmp(first) != 0 {
		t.Error("the files are looked at for each caller")
	}
	clock.move(lookEvery)
	if got := c.current().Leaf.SerialNumber; got.Cmp(first) == 0 {
		t.Error("the renewed certificate is not shown")
	}
	clock.move(-24 * time.Hour) // the clock was set back
	if c.current() == nil {
		t.Error("nothing is shown")
	}
}

func TestOwnCertificateVouchesForNothingElse(t *testing.T) {
	set, pool := made(t, time.Now())
	c, err := openCertificate(set, core.SystemClock{})
	if err != nil {
		t.Fatal(err)
	}
	leaf := c.current().Leaf
	if leaf.IsCA || leaf.KeyUsage&x509.KeyUsageCertSign != 0 {
		t.Error("it can vouch for others")
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: "localhost"}); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(set.Key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info, err)
	}
}

// Containers get in by the address of their network, and only they.
func TestContainersComeInByTheirNetwork(t *testing.T) {
	if conn, err := net.Listen("tcp4", "127.0.0.5:0"); err != nil {
		t.Skip("only one loopback address here: ", err)
	} else {
		conn.Close()
	}
	s := start(t, io.Discard, nil)
	s.Mount("/where", where(s))
	var mu sync.Mutex
	var nets []netip.Prefix
	become := func(all ...string) {
		mu.Lock()
		defer mu.Unlock()
		nets = nil
		for _, n := range all {
			nets = append(nets, netip.MustParsePrefix(n))
		}
	}
	s.bridges = func() []netip.Prefix { mu.Lock(); defer mu.Unlock(); return nets }
	st := applied(t, s, Setting{Reach: Docker})
	port := strings.TrimPrefix(st.Docker, "http://host.docker.internal:")
	if status, body := fetch(t, http.DefaultClient, st.Origin+"/where", "host.docker.internal:"+port); status != 200 || body != "http://host.docker.internal:"+port {
		t.Errorf("Docker Desktop: %d %s", status, body)
	}
	bridge := "http://127.0.0.5:" + port
	if status, _ := fetch(t, http.DefaultClient, bridge, ""); status != 0 {
		t.Errorf("before Docker runs: %d", status)
	}
	become("127.0.0.5/8") // Docker started late
	meet := func() {
		s.mu.Lock()
		r := s.run
		s.mu.Unlock()
		var n int
		fmt.Sscan(port, &n)
		s.meetBridges(t.Context(), r, n)
	}
	meet()
	meet() // once is enough
	for host, want := range map[string]int{"": 200, "host.docker.internal:" + port: 200, "host.containers.internal:" + port: 200, "127.0.0.1:" + port: 421, "evil.example": 421} {
		if status, body := fetch(t, http.DefaultClient, bridge+"/where", host); status != want {
			t.Errorf("Host %q: %d %s", host, status, body)
		}
	}
	become("127.0.0.5/32") // the caller, 127.0.0.1, is not in it
	http.DefaultClient.CloseIdleConnections()
	if status, body := fetch(t, http.DefaultClient, bridge, ""); status != 0 {
		t.Errorf("from outside: %d %s", status, body)
	}
	become("127.0.0.5/8")
	applied(t, s, Setting{})
	if status, _ := fetch(t, http.DefaultClient, bridge, ""); status != 0 {
		t.Errorf("after it was taken back: %d", status)
	}
}

func TestBridgeNames(t *testing.T) {
	for name, want := range map[string]bool{"docker0": true, "br-0123456789ab": true, "podman0": true, "cni-podman1": true, "docker_gwbridge": true,
		"eth0": false, "br-lan": false, "br0": false, "docker0x": false, "wlan0": false, "virbr0": false} {
		if bridgeName.MatchString(name) != want {
			t.Errorf("%s", name)
		}
	}
}

// A stop while doors open leaves none open.
func TestStopWhileDoorsOpen(t *testing.T) {
	s := start(t, io.Discard, nil)
	set, _ := made(t, time.Now())
	for range 5 {
		var wg sync.WaitGroup
		wg.Go(func() { s.Apply(t.Context(), set) })
		wg.Go(func() { s.Stop(t.Context()) })
		wg.Wait()
		network := s.State().Network
		if err := s.Stop(t.Context()); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if network == "" {
			continue
		}
		if conn, err := net.Dial("tcp", "localhost:"+network[strings.LastIndexByte(network, ':')+1:]); err == nil {
			conn.Close()
			t.Error("still open")
		}
	}
}
