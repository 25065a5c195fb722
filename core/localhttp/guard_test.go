package localhttp

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// say sends raw bytes and reads one answer; nil: the connection was closed without one.
func say(t *testing.T, s *Server, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.Origin(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(conn, request)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil
	}
	return resp
}

func wantProblem(t *testing.T, what string, resp *http.Response, status int) {
	t.Helper()
	if resp == nil {
		t.Errorf("%s: no answer", what)
		return
	}
	defer resp.Body.Close()
	var p Problem
	err := json.NewDecoder(resp.Body).Decode(&p)
	if resp.StatusCode != status || resp.Header.Get("Content-Type") != "application/problem+json" || err != nil || p.Status != status || p.Title == "" || p.Type == "" {
		t.Errorf("%s: %d %s %+v %v", what, resp.StatusCode, resp.Header.Get("Content-Type"), p, err)
	}
}

func port(s *Server) string { return s.Origin()[strings.LastIndexByte(s.Origin(), ':')+1:] }

func TestHost(t *testing.T) {
	s := start(t, io.Discard, map[string]http.HandlerFunc{"/x": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }})
	p := port(s)
	for host, status := range map[string]int{
		"127.0.0.1:" + p: 204, "localhost:" + p: 204, "[::1]:" + p: 204,
		"127.0.0.1": 421, "localhost": 421, "127.0.0.1:1": 421, "127.0.0.1:0" + p: 421, "localhost.:" + p: 421,
		"evil.example": 421, "evil.example:" + p: 421, "127.0.0.1.evil.example:" + p: 421, "localhost.evil.example:" + p: 421,
		"127.1:" + p: 421, "2130706433:" + p: 421, "0.0.0.0:" + p: 421, "127.0.0.2:" + p: 421, "[::]:" + p: 421, "[::ffff:127.0.0.1]:" + p: 421,
		"": 421, "user@127.0.0.1:" + p: 421,
	} {
		resp := say(t, s, "GET /x HTTP/1.1\r\nHost: "+host+"\r\n\r\n")
		if resp == nil || resp.StatusCode != status && !(host == "user@127.0.0.1:"+p && resp.StatusCode == 400) {
			t.Errorf("Host %q: %v", host, resp)
		} else if status == 421 && resp.StatusCode == 421 {
			wantProblem(t, host, resp, 421)
		}
	}
	for what, request := range map[string]string{
		"absolute target":     "GET http://evil.example/x HTTP/1.1\r\nHost: 127.0.0.1:" + p + "\r\n\r\n",
		"no host in HTTP/1.0": "GET /x HTTP/1.0\r\n\r\n",
		"unknown path":        "GET /nothing HTTP/1.1\r\nHost: evil.example\r\n\r\n",
	} {
		wantProblem(t, what, say(t, s, request), 421)
	}
	if resp := say(t, s, "GET /x HTTP/1.1\r\nHost: 127.0.0.1:"+p+"\r\nHost: evil.example\r\n\r\n"); resp == nil || resp.StatusCode != 400 {
		t.Errorf("two hosts: %v", resp)
	}
}

func TestCrossSite(t *testing.T) {
	s := start(t, io.Discard, map[string]http.HandlerFunc{"/x": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }})
	own := s.Origin()
	for _, c := range []struct {
		method, header string
		status         int
	}{
		{"POST", "", 204}, // curl, n8n
		{"POST", "Origin: " + own, 204},
		{"POST", "Sec-Fetch-Site: same-origin", 204},
		{"POST", "Sec-Fetch-Site: cross-site", 403},
		{"POST", "Sec-Fetch-Site: same-site", 403},
		{"POST", "Origin: https://evil.example", 403},
		{"POST", "Origin: null", 403},
		{"POST", "Origin: http://127.0.0.1:1", 403},
		{"DELETE", "Origin: https://evil.example", 403},
		{"PATCH", "Origin: https://evil.example", 403},
		{"GET", "Sec-Fetch-Site: cross-site", 204}, // a link to /oauth/authorize
		{"OPTIONS", "Origin: https://evil.example", 405},
		{"OPTIONS", "", 405}, {"TRACE", "", 405}, {"CONNECT", "", 405}, {"PROPFIND", "", 405},
	} {
		header := c.header
		if header != "" {
			header += "\r\n"
		}
		target := "/x"
		if c.method == "CONNECT" {
			target = strings.TrimPrefix(own, "http://")
		}
		resp := say(t, s, c.method+" "+target+" HTTP/1.1\r\nHost: 127.0.0.1:"+port(s)+"\r\n"+header+"Content-Length: 0\r\n\r\n")
		if resp == nil || resp.StatusCode != c.status {
			t.Errorf("%s %q: %v, want %d", c.method, c.header, resp, c.status)
			continue
		}
		for name := range resp.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s %q: %s is sent", c.method, c.header, name)
			}
		}
		if c.status >= 400 {
			wantProblem(t, c.method+" "+c.header, resp, c.status)
		}
	}
}

func TestProblems(t *testing.T) {
	s := start(t, io.Discard, map[string]http.HandlerFunc{
		"GET /v1/orders": func(w http.ResponseWriter, r *http.Request) {},
		"/v1/own": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(404)
			io.WriteString(w, `{"own":true}`)
		},
	})
	host := " HTTP/1.1\r\nHost: localhost:" + port(s) + "\r\n\r\n"
	wantProblem(t, "unknown path", say(t, s, "GET /nothing"+host), 404)
	wantProblem(t, "unknown method of the root", say(t, s, "DELETE /"+host), 405)
	resp := say(t, s, "DELETE /v1/orders"+host)
	if allow := resp.Header.Get("Allow"); !strings.Contains(allow, "GET") {
		t.Errorf("Allow: %q", allow)
	}
	wantProblem(t, "unknown method", resp, 405)
	if resp, body := get(t, s.Origin()+"/v1/own"); resp.StatusCode != 404 || body != `{"own":true}` {
		t.Errorf("a handler's own answer became %d %s", resp.StatusCode, body)
	}
}

func TestBodyLimits(t *testing.T) {
	s := start(t, io.Discard, map[string]http.HandlerFunc{"POST /x": func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d %v", len(b), err)
	}})
	head := "POST /x HTTP/1.1\r\nHost: 127.0.0.1:" + port(s) + "\r\n"
	whole := say(t, s, fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, bodyMost, strings.Repeat("x", bodyMost)))
	if b, _ := io.ReadAll(whole.Body); string(b) != "65536 <nil>" {
		t.Errorf("64 KiB: %s", b)
	}
	wantProblem(t, "too long", say(t, s, fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, bodyMost+1, strings.Repeat("x", bodyMost+1))), 413)
	wantProblem(t, "chunked, too long", say(t, s, fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, bodyMost+1, strings.Repeat("x", bodyMost+1))), 413)
	wantProblem(t, "never sent", say(t, s, head+"Content-Length: 10\r\n\r\nabc"), 408)
	if resp := say(t, s, head+"X: "+strings.Repeat("x", 2*headerMost)+"\r\n\r\n"); resp == nil || resp.StatusCode != 431 {
		t.Errorf("large headers: %v", resp)
	}
}

// B36: callers that dribble are cut off, and others are served meanwhile.
func TestSlowLoris(t *testing.T) {
	s := start(t, io.Discard, nil)
	const callers = 100
	var wg sync.WaitGroup
	began := time.Now()
	for range callers {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.Origin(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: 127.0.0.1:"+port(s)+"\r\n")
		wg.Go(func() {
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			for i := 0; ; i++ { // a header byte now and then keeps no connection alive
				if _, err := io.WriteString(conn, "X"); err != nil {
					return
				}
				conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				if _, err := conn.Read(make([]byte, 512)); err != nil {
					if e, ok := err.(net.Error); !ok || !e.Timeout() {
						return
					}
				}
				if i > 150 {
					t.Error("a dribbling caller is never cut off")
					return
				}
			}
		})
	}
	if resp, _ := get(t, s.Origin()); resp.StatusCode != 200 {
		t.Errorf("meanwhile %d", resp.StatusCode)
	}
	wg.Wait()
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("cut off after %v", took)
	}
}

// A caller that stops reading does not keep a handler for ever, and a
// connection may be used again after a slow answer.
func TestSlowReader(t *testing.T) {
	ended := make(chan error, 1)
	s := start(t, io.Discard, map[string]http.HandlerFunc{
		"/much": func(w http.ResponseWriter, r *http.Request) {
			for part := make([]byte, 1<<20); ; {
				if _, err := w.Write(part); err != nil {
					ended <- err
					return
				}
			}
		},
		"/slow": func(w http.ResponseWriter, r *http.Request) {
			<-time.After(500 * time.Millisecond)
			w.WriteHeader(204)
		},
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.Origin(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET /much HTTP/1.1\r\nHost: 127.0.0.1:"+port(s)+"\r\n\r\n")
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the handler still writes")
	}
	for range 2 {
		if resp, _ := get(t, s.Origin()+"/slow"); resp.StatusCode != 204 {
			t.Errorf("%d", resp.StatusCode)
		}
	}
}
