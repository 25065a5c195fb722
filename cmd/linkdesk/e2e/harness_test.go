package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"linkdesk/core/practice"
)

const (
	passphrase = "a passphrase nobody else has, 7f3b1c"
	patience   = 60 * time.Second // for anything that must happen at all
)

var (
	program string // the built linkdesk
	long    = os.Getenv("LINKDESK_E2E") == "long"
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if program = os.Getenv("LINKDESK_E2E_PROGRAM"); program != "" {
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "linkdesk-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if err := os.Chmod(dir, 0o755); err != nil { // another user runs the program, too
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		program = filepath.Join(dir, "linkdesk")
		args := []string{"build", "-tags", "ci", "-buildvcs=false", "-o", program}
		if long {
			args = append(args, "-race")
		}
		build := exec.Command("go", append(args, "linkdesk/cmd/linkdesk")...)
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "linkdesk cannot be built:", err)
			return 1
		}
		return m.Run()
	}())
}

// world is one person's computer: a data folder and what was seen of the program.
type world struct {
	t    *testing.T
	home string
	dir  string // where commands are typed
	env  []string
	as   *syscall.Credential // nil: the user of the test

	mu      sync.Mutex
	said    bytes.Buffer // everything that any process printed
	secrets map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	// Not t.TempDir: its path is too long for a socket inside.
	home, err := os.MkdirTemp("", "ld-")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, home: home, dir: os.TempDir(), secrets: map[string]string{}}
	w.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + os.TempDir(), "LINKDESK_HOME=" + home,
		"LINKDESK_PASSPHRASE=" + passphrase, "GORACE=halt_on_error=1 exitcode=66"}
	w.keep(passphrase, "passphrase")
	t.Cleanup(func() {
		w.noSecrets()
		os.RemoveAll(home)
	})
	return w
}

// result is a command that has ended.
type result struct {
	code     int
	out, err string
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\nstdout: %s\nstderr: %s", r.code, clip(r.out), clip(r.err))
}

func clip(s string) string {
	if len(s) > 2000 {
		return s[:1000] + " […] " + s[len(s)-1000:]
	}
	return s
}

// process is a running linkdesk.
type process struct {
	w        *world
	cmd      *exec.Cmd
	out, err *pipe
	ended    chan struct{}
	failure  error
}

// pipe keeps what was printed and wakes who waits for words in it.
type pipe struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed and replaced at each write
	to   io.Writer
}

func newPipe(to io.Writer) *pipe { return &pipe{more: make(chan struct{}), to: to} }

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.more)
	p.more = make(chan struct{})
	p.to.Write(b)
	return p.text.Write(b)
}

func (p *pipe) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// find waits for words that match and returns the first group.
func (p *pipe) find(pattern *regexp.Regexp, ended <-chan struct{}) (string, bool) {
	late := time.After(patience)
	for over := false; ; {
		p.mu.Lock()
		found, more := pattern.FindStringSubmatch(p.text.String()), p.more
		p.mu.Unlock()
		if found != nil {
			return found[1], true
		}
		if over {
			return "", false
		}
		select {
		case <-more:
		case <-ended:
			over = true
		case <-late:
			return "", false
		}
	}
}

// Write takes part of what a process prints.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.said.Write(b)
}

// start starts a command and does not wait for it.
func (w *world) start(stdin string, args ...string) *process {
	w.t.Helper()
	return w.startProgram(stdin, program, args...)
}

func (w *world) startProgram(stdin, name string, args ...string) *process {
	w.t.Helper()
	p := &process{w: w, cmd: exec.Command(name, args...), out: newPipe(w), err: newPipe(w), ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Dir = w.env, w.dir
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(stdin), p.out, p.err
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: w.as}
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() { defer close(p.ended); p.failure = p.cmd.Wait() }()
	w.t.Cleanup(func() { p.cmd.Process.Kill(); <-p.ended })
	return p
}

// wait waits for the end of a process.
func (p *process) wait() result {
	p.w.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.cmd.Process.Kill()
		p.w.t.Fatalf("%v did not end\nstderr: %s", p.cmd.Args[1:], clip(p.err.String()))
	}
	var exit *exec.ExitError
	if p.failure != nil && !errors.As(p.failure, &exit) {
		p.w.t.Fatal(p.failure)
	}
	r := result{p.cmd.ProcessState.ExitCode(), p.out.String(), p.err.String()}
	if strings.Contains(r.err, "DATA RACE") || strings.Contains(r.err, "panic:") || strings.Contains(r.err, "goroutine 1") {
		p.w.t.Errorf("%v broke down: %s", p.cmd.Args[1:], r.err)
	}
	return r
}

// run carries a command out.
func (w *world) run(args ...string) result {
	w.t.Helper()
	return w.start("", args...).wait()
}

// must carries a command out that has to succeed, and returns its standard output.
func (w *world) must(args ...string) string {
	w.t.Helper()
	r := w.run(args...)
	if r.code != 0 {
		w.t.Fatalf("linkdesk %s: %s", strings.Join(args, " "), r)
	}
	return r.out
}

// into carries a command out that has to succeed with --json, and reads its answer.
func (w *world) into(v any, args ...string) {
	w.t.Helper()
	text := w.must(append(args, "--json")...)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		w.t.Fatalf("linkdesk %s: %v in %s", strings.Join(args, " "), err, clip(text))
	}
}

// server is a running `linkdesk serve`.
type server struct {
	*process
	API      string `json:"api"`
	Practice string `json:"practice"`
}

var jsonLine = regexp.MustCompile(`(?m)^(\{.*\})\n`)

// serve starts `linkdesk serve` and waits until it is ready.
func (w *world) serve() *server {
	w.t.Helper()
	s := &server{process: w.start("", "serve", "--port", "0")}
	line, ok := s.out.find(jsonLine, s.ended)
	if !ok {
		w.t.Fatalf("serve did not get ready\nstderr: %s", clip(s.err.String()))
	}
	if err := json.Unmarshal([]byte(line), s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// stop ends it as a person or the system does.
func (s *server) stop() {
	s.w.t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	if r := s.wait(); r.code != 0 {
		s.w.t.Errorf("serve ended badly: %s", r)
	}
}

// kill ends it as a power cut does.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.ended
}

// desk presses a button on the practice store's own page.
func (s *server) desk(form, fields string) {
	s.w.t.Helper()
	values, err := url.ParseQuery(fields)
	if err != nil {
		s.w.t.Fatal(err)
	}
	answer, err := http.PostForm(s.Practice+"/desk/"+form, values)
	if err != nil {
		s.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	if done := answer.Request.URL.Query().Get("done"); answer.StatusCode != http.StatusOK || done == "" || done == "wrong" || done == "gone" || done == "unsaved" {
		s.w.t.Fatalf("the desk did not do %s %s: %s %q", form, fields, answer.Status, done)
	}
}

// connection is what `connect` and `connections` print.
type connection struct {
	ID      string            `json:"id"`
	Service string            `json:"service"`
	Name    string            `json:"name"`
	Account string            `json:"account"`
	Status  string            `json:"status"`
	Granted []string          `json:"granted"`
	Access  map[string]string `json:"access"`
}

var signInLink = regexp.MustCompile(`(http://\S+/oauth/authorize\?\S+)\n`)

// signIn runs a command that prints a sign-in link, and does in the browser
// what the options say.
func (w *world) signIn(o practice.ApproveOptions, args ...string) result {
	w.t.Helper()
	p := w.start("", append(args, "--no-browser", "--json")...)
	link, ok := p.err.find(signInLink, p.ended)
	if !ok {
		return p.wait()
	}
	w.keepLink(link)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	back, err := practice.Approve(ctx, &http.Client{}, link, o)
	if err != nil {
		w.t.Logf("the browser: %v", err)
	}
	w.keepCallback(back)
	return p.wait()
}

// connect connects a service and returns the connection.
func (w *world) connect(service string, flags ...string) connection {
	w.t.Helper()
	r := w.signIn(practice.ApproveOptions{}, append([]string{"connect", service}, flags...)...)
	var c connection
	if err := json.Unmarshal([]byte(r.out), &c); err != nil || r.code != 0 {
		w.t.Fatalf("connect %s: %s", service, r)
	}
	return c
}
