//go:build desktop

package desktoptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"testing"
	"time"

	"linkdesk/core/practice"
)

const (
	patience = 60 * time.Second // for anything that must happen at all
	title    = "^Linkdesk$"
)

var (
	program  string // the built linkdesk
	pictures string // folder of the pictures
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv("DISPLAY") == "" || os.Getenv("GUI_NAME") == "" {
			fmt.Fprintln(os.Stderr, "these tests need the hidden desktop: make test-desktop")
			return 1
		}
		dir, err := os.MkdirTemp("", "linkdesk-desktop-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "linkdesk")
		build := exec.Command("go", "build", "-tags", "migrated_fynedo,gles,x11", "-buildvcs=false", "-o", program, "linkdesk/cmd/linkdesk")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "linkdesk cannot be built: %v\n%s", err, out)
			return 1
		}
		_, here, _, _ := runtime.Caller(0)
		pictures = filepath.Join(filepath.Dir(here), "..", "..", "..", ".cache", "desktop")
		if err := os.MkdirAll(pictures, 0o755); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// tool runs a program of the desktop, or of the system, and returns what it printed.
func tool(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), err
}

func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := tool(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	often := time.NewTicker(100 * time.Millisecond)
	defer often.Stop()
	for !so() {
		select {
		case <-often.C:
		case <-late.C:
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// computer is one person's computer: a home folder and at most one window.
type computer struct {
	t        *testing.T
	home     string
	name     string   // before the names of its pictures
	env      []string // beside the desktop's
	theme    string
	practice string // address of the practice store, once something is connected
	address  string // for apps, see newShop

	mu      sync.Mutex
	said    bytes.Buffer // everything that any process printed
	secrets map[string]string
	window  *process
}

// newComputer is a computer on its first day.
func newComputer(t *testing.T, name, theme string) *computer {
	t.Helper()
	home, err := os.MkdirTemp("", "ld-") // not t.TempDir: too long for a socket inside
	if err != nil {
		t.Fatal(err)
	}
	user := filepath.Join(home, "user")
	for _, dir := range []string{".cache", ".config", ".local/share"} {
		if err := os.MkdirAll(filepath.Join(user, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	c := &computer{t: t, home: home, name: name, theme: theme, secrets: map[string]string{}}
	c.env = []string{"LINKDESK_HOME=" + home, "HOME=" + user, "FYNE_THEME=" + theme, "TZ=UTC"}
	t.Cleanup(func() {
		if t.Failed() {
			out := c.output()
			t.Logf("what was printed, at its end: %s", signInLink.ReplaceAllString(out[max(0, len(out)-4000):], "LINK"))
		}
		if c.window != nil {
			c.window.kill()
		}
		c.noSecrets()
		os.RemoveAll(home)
	})
	return c
}

// process is a running linkdesk.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// Write takes part of what a process prints.
func (c *computer) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.Write(b)
}

func (c *computer) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stdout, cmd.Stderr = c, c
	return cmd
}

// start starts the program without waiting for its window.
func (c *computer) start(args ...string) {
	c.t.Helper()
	p := &process{cmd: c.command(args...), ended: make(chan struct{})}
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() { defer close(p.ended); p.cmd.Wait() }()
	c.window = p
}

// open starts the program and waits until its window is ready: its last
// sentence before the first look at the data is gone.
func (c *computer) open() {
	c.t.Helper()
	c.start()
	must(c.t, "gui-windows", "-w", title, "60")
	eventually(c.t, "the tray icon", func() bool { return c.sentence() != "" })
	c.front()
}

// ended waits for the program's end and returns its exit status.
func (c *computer) ended() int {
	c.t.Helper()
	select {
	case <-c.window.ended:
	case <-time.After(patience):
		c.t.Fatal("Linkdesk did not end")
	}
	code := c.window.cmd.ProcessState.ExitCode()
	c.window = nil
	return code
}

// quit ends the program through the tray.
func (c *computer) quit() {
	c.t.Helper()
	must(c.t, "gui-tray", "click", "Quit")
	if code := c.ended(); code != 0 {
		c.t.Fatalf("Linkdesk ended with %d: %s", code, c.output())
	}
}

func (c *computer) output() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.said.String()
}

// run carries a command out beside the window, as support staff does.
func (c *computer) run(args ...string) (string, int) {
	c.t.Helper()
	cmd := c.command(args...)
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	c.Write(out.Bytes())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// into carries a command out that has to succeed, and reads its answer.
func (c *computer) into(v any, args ...string) {
	c.t.Helper()
	out, code := c.run(append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), v); err != nil || code != 0 {
		c.t.Fatalf("linkdesk %v: exit %d, %v in %q: %s", args, code, err, out, c.output())
	}
}

// records are the counts of the synced records.
func (c *computer) records() map[string]int {
	c.t.Helper()
	var answer struct{ Records map[string]int }
	c.into(&answer, "records", "--count")
	return answer.Records
}

var signInLink = regexp.MustCompile(`http://\S+/oauth/authorize\?\S+`)

// signInFromOutside starts a sign-in on the command line and returns its link.
func (c *computer) signInFromOutside() (*exec.Cmd, string) {
	c.t.Helper()
	cmd := c.command("connect", "practice", "--no-browser", "--json")
	before := len(c.output())
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	var link string
	eventually(c.t, "the sign-in link", func() bool {
		link = signInLink.FindString(c.output()[before:])
		return link != ""
	})
	c.practice, _, _ = strings.Cut(link, "/oauth/")
	c.keepAddress(link)
	return cmd, link
}

// connect connects the practice store from the command line, for proofs that
// begin with a connection.
func (c *computer) connect() {
	c.t.Helper()
	cmd, link := c.signInFromOutside()
	back, err := practice.Approve(c.t.Context(), httpClient, link, practice.ApproveOptions{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.keepAddress(back)
	if err := cmd.Wait(); err != nil {
		c.t.Fatalf("connect: %v: %s", err, c.output())
	}
}

// findStore learns the address of the practice store, which may be another
// after a restart.
func (c *computer) findStore() {
	c.t.Helper()
	cmd, _ := c.signInFromOutside()
	cmd.Process.Kill()
	cmd.Wait()
}

// keys presses keys in the window, by their X11 names.
func (c *computer) keys(names ...string) {
	c.t.Helper()
	must(c.t, "gui-key", names...)
}

// front brings the window to the front, as a click on it would.
func (c *computer) front() {
	c.t.Helper()
	id := c.windowID()
	must(c.t, "xdotool", "windowactivate", "--sync", strconv.Itoa(id))
}

// windowID is the visible window's number; 0: there is none.
func (c *computer) windowID() int {
	out, err := tool("xdotool", "search", "--onlyvisible", "--name", title)
	if err != nil {
		return 0
	}
	lines := strings.Fields(out)
	id, _ := strconv.Atoi(lines[len(lines)-1])
	return id
}

// inFront reports whether the window is the active one, above all others.
func (c *computer) inFront() bool {
	out, err := tool("xprop", "-root", "_NET_ACTIVE_WINDOW", "_NET_CLIENT_LIST_STACKING")
	lines := strings.Split(out, "\n")
	id := fmt.Sprintf("0x%x", c.windowID())
	return err == nil && len(lines) == 2 && strings.HasSuffix(lines[0], id) && strings.HasSuffix(lines[1], id)
}

// menu is the tray menu, a line each.
func (c *computer) menu() []string {
	out, err := tool("gui-tray", "-t", "1", "list")
	if err != nil {
		return nil
	}
	var rows []string
	for _, line := range strings.Split(out, "\n")[1:] {
		rows = append(rows, strings.TrimSpace(strings.TrimSuffix(line, "(disabled)")))
	}
	return rows
}

// sentence is the overall state: the first row of the tray menu.
func (c *computer) sentence() string {
	if rows := c.menu(); len(rows) > 0 {
		return rows[0]
	}
	return ""
}

// waitSentence waits until the overall state begins with these words.
func (c *computer) waitSentence(words string) {
	c.t.Helper()
	eventually(c.t, "the state “"+words+"”", func() bool { return strings.HasPrefix(c.sentence(), words) })
}
