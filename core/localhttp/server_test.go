package localhttp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

// start runs a server on a free port with short times.
func start(t *testing.T, log io.Writer, mount map[string]http.HandlerFunc) *Server {
	t.Helper()
	s := New(Options{Version: "1.2.3", Log: slog.New(slog.NewTextHandler(log, nil))})
	s.headerTime, s.readTime, s.idleTime, s.writeTime = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
	for pattern, h := range mount {
		s.Mount(pattern, h)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop(context.WithoutCancel(t.Context())) })
	return s
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func TestRoot(t *testing.T) {
	s := start(t, io.Discard, nil)
	resp, body := get(t, s.Origin())
	if resp.StatusCode != 200 || body != `{"name":"Linkdesk","version":"1.2.3"}`+"\n" {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cache-Control": "no-store", "Access-Control-Allow-Origin": "", "Content-Type": "application/json",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("policy %q", csp)
	}
}

func TestOnAndOff(t *testing.T) {
	s := New(Options{Log: slog.New(slog.DiscardHandler)})
	if got := s.State(); got != (State{}) {
		t.Errorf("before Start %+v", got)
	}
	if New(Options{Setting: Setting{Port: 8787}}).Origin() != "http://127.0.0.1:8787" {
		t.Error("the address is not known before the server is on")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Errorf("Stop of a server that is off: %v", err)
	}
	for range 2 {
		for range 2 { // the second Start does nothing
			if err := s.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		at := s.Origin()
		if resp, _ := get(t, at); resp.StatusCode != 200 || !s.State().On {
			t.Errorf("%d, %+v", resp.StatusCode, s.State())
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if conn, err := net.Dial("tcp", strings.TrimPrefix(at, "http://")); err == nil || s.State().On {
			t.Errorf("still on: %v, %+v", conn, s.State())
		}
	}
}

// B29: only the loopback interface can reach it.
func TestListensOnLoopbackOnly(t *testing.T) {
	s := start(t, io.Discard, nil)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.Origin(), "http://"))
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	tried := []string{"127.0.0.2", "::1"}
	for _, a := range addrs {
		if ip := a.(*net.IPNet).IP; !ip.IsLoopback() && !ip.IsLinkLocalUnicast() {
			tried = append(tried, ip.String())
		}
	}
	for _, ip := range tried {
		if conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip, port), time.Second); err == nil {
			conn.Close()
			t.Errorf("reachable at %s", ip)
		}
	}
}

// B34: a port in use is a clear error, and no other port is taken.
func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	s := New(Options{Setting: Setting{Port: port}, Log: slog.New(slog.DiscardHandler)})
	err = s.Start(t.Context())
	public := core.AsError(err).Public
	if core.CodeOf(err) != core.CodePortBlocked || !strings.Contains(public, fmt.Sprint(port)) {
		t.Errorf("%v", err)
	}
	if owner := portOwner(port); owner != "" && !strings.Contains(public, "“"+owner+"”") {
		t.Errorf("the program %q is not named: %s", owner, public)
	}
	if st := s.State(); st.On || core.CodeOf(st.Err) != core.CodePortBlocked {
		t.Errorf("%+v", st)
	}
	l.Close()
	if err := s.Start(t.Context()); err != nil || !s.State().On || s.State().Err != nil {
		t.Errorf("after it became free: %v, %+v", err, s.State())
	}
	s.Stop(t.Context())
}

// B37: a request that waits for the person ends when the server is turned off.
func TestStopCancelsWaitingRequests(t *testing.T) {
	began := make(chan struct{})
	s := start(t, io.Discard, map[string]http.HandlerFunc{"/wait": func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		w.WriteHeader(http.StatusServiceUnavailable)
	}})
	go func() { <-began; s.Stop(t.Context()) }()
	if resp, _ := get(t, s.Origin()+"/wait"); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d", resp.StatusCode)
	}
}

// A handler that ignores its end does not hold the program up for longer than it likes.
func TestStopGivesUpAtItsDeadline(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	s := start(t, io.Discard, map[string]http.HandlerFunc{"/deaf": func(http.ResponseWriter, *http.Request) { close(began); <-release }})
	defer close(release)
	go func() {
		if resp, err := http.Get(s.Origin() + "/deaf"); err == nil {
			resp.Body.Close()
		}
	}()
	<-began
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// An authorize request waits for the person much longer than a body may take;
// it ends when the browser's tab is closed.
func TestWaitingRequestLivesUntilTheCallerLeaves(t *testing.T) {
	ended := make(chan error, 1)
	waited := make(chan struct{})
	s := start(t, io.Discard, map[string]http.HandlerFunc{"POST /wait": func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			ended <- fmt.Errorf("cancelled while the caller waited")
			return
		case <-time.After(time.Second): // over three times each of the server's times
		}
		close(waited)
		<-r.Context().Done()
		ended <- nil
	}})
	ctx, leave := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "POST", s.Origin()+"/wait", strings.NewReader("a=b"))
	go func() {
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
		}
	}()
	select {
	case <-waited:
	case err := <-ended:
		t.Fatal(err)
	}
	leave()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestPanicIsAnsweredWithAReference(t *testing.T) {
	var log bytes.Buffer
	s := start(t, &log, map[string]http.HandlerFunc{
		"/panic": func(http.ResponseWriter, *http.Request) { panic("the cause") },
		"/late": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, strings.Repeat("x", 10000))
			panic("late")
		},
	})
	resp, body := get(t, s.Origin()+"/panic?code=canary")
	i := strings.Index(body, "LD-")
	if resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "application/problem+json" || i < 0 || strings.Contains(body, "cause") {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	late, err := http.Get(s.Origin() + "/late")
	if err == nil {
		if _, err = io.ReadAll(late.Body); err == nil {
			t.Error("a half answer looks whole")
		}
		late.Body.Close()
	}
	if resp, _ := get(t, s.Origin()); resp.StatusCode != 200 {
		t.Errorf("after a panic %d", resp.StatusCode)
	}
	s.Stop(t.Context())
	if said := log.String(); !strings.Contains(said, body[i:i+12]) || !strings.Contains(said, "the cause") || strings.Contains(said, "canary") {
		t.Errorf("log: %s", said)
	}
}
