package desktop

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
)

func TestDisplayAddresses(t *testing.T) {
	local := func(n string) []displayAddress {
		return []displayAddress{{"unix", "@/tmp/.X11-unix/X" + n}, {"unix", "/tmp/.X11-unix/X" + n}}
	}
	for display, want := range map[string][]displayAddress{
		":0": local("0"), ":12.1": local("12"), "unix:3": local("3"),
		"host:10.0": {{"tcp", "host:6010"}}, "[::1]:1": {{"tcp", "[::1]:6001"}},
		"": nil, ":": nil, "nonsense": nil, ":-1": nil, ":99999": nil, ":x": nil,
	} {
		if got := displayAddresses(display); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", display, got, want)
		}
	}
}

func TestDisplayProblem(t *testing.T) {
	t.Setenv("DISPLAY", "")
	if got := DisplayProblem(); !strings.Contains(got, "DISPLAY is not set") || !strings.Contains(got, "linkdesk serve") {
		t.Error(got)
	}
	number := fmt.Sprint(20000 + os.Getpid()%30000)
	t.Setenv("DISPLAY", ":"+number)
	if got := DisplayProblem(); !strings.Contains(got, "“:"+number+"” does not answer") {
		t.Error(got)
	}
	l, err := net.Listen("unix", "@/tmp/.X11-unix/X"+number)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := DisplayProblem(); got != "" {
		t.Error(got)
	}
}

// Asking for a bus must not start one.
func TestNoBus(t *testing.T) {
	dir := t.TempDir()
	mark := filepath.Join(dir, "started")
	script(t, dir, "dbus-launch", "touch '"+mark+"'")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(dir, "nobody"))
	if HasSessionBus(t.Context()) || TrayHost(t.Context()) {
		t.Error("a dead bus answers")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	HasSessionBus(t.Context())
	TrayHost(t.Context())
	if _, err := os.Stat(mark); err == nil {
		t.Error("dbus-launch was started")
	}
}

// A bus that accepts and then says nothing must not hold up the start.
func TestSilentBus(t *testing.T) {
	socket := filepath.Join(shortTemp(t), "bus")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if HasSessionBus(ctx) || TrayHost(ctx) {
		t.Error("a silent bus answers")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
}

// script puts a program first in PATH.
func script(t *testing.T, dir, name, body string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("PATH"); !strings.HasPrefix(path, dir+":") {
		t.Setenv("PATH", dir+":"+path)
	}
}

func TestOpenBrowser(t *testing.T) {
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	t.Setenv("BROWSER", "")
	script(t, dir, "xdg-open", `printf '%s|%s|%s' "$1" "$(readlink /proc/$$/fd/1)" "$(readlink /proc/$$/fd/2)" > '`+said+`'`)
	const address = "https://shop.example/authorize?state=a&scope=b%20c"
	if err := OpenBrowser(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(said); string(b) != address+"|/dev/null|/dev/null" {
		t.Errorf("the helper saw %s", b)
	}
}

func TestBrowserFails(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BROWSER", "")
	script(t, dir, "xdg-open", "exit 3")
	if err := OpenBrowser(t.Context(), "https://shop.example/"); core.CodeOf(err) != core.CodeBrowserFailed {
		t.Errorf("failing helper: %v", err)
	}
	t.Setenv("BROWSER", "none")
	if err := OpenBrowser(t.Context(), "https://shop.example/"); core.CodeOf(err) != core.CodeBrowserFailed {
		t.Errorf("BROWSER=none: %v", err)
	}
	for _, address := range []string{"", "--help", "file:///etc/passwd", "javascript:alert(1)", "https://", "shop.example"} {
		if err := OpenBrowser(t.Context(), address); core.CodeOf(err) != core.CodeInvalid {
			t.Errorf("%q: %v", address, err)
		}
	}
	t.Setenv("BROWSER", "")
	t.Setenv("PATH", t.TempDir())
	if err := OpenBrowser(t.Context(), "https://shop.example/"); core.CodeOf(err) != core.CodeBrowserFailed {
		t.Errorf("no helper: %v", err)
	}
}

// A helper that stays as long as the browser is open is no failure and holds nothing up.
func TestBrowserInForeground(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "end")
	t.Setenv("BROWSER", "")
	script(t, dir, "xdg-open", "mkfifo '"+fifo+"'; read x < '"+fifo+"'")
	defer os.WriteFile(fifo, []byte("\n"), 0o600)
	began := time.Now()
	if err := openBrowser(t.Context(), "https://shop.example/", 300*time.Millisecond); err != nil || time.Since(began) > 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := openBrowser(ctx, "https://shop.example/", time.Hour); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

// The socket's permissions are one lock, who calls is the second.
func TestAnotherUserIsNotServed(t *testing.T) {
	p := testPaths(t)
	i := acquire(t, p)
	i.uid++ // so that this process is somebody else
	listen(t, i, func(context.Context, Request, io.Writer, io.Writer) int {
		t.Error("another user is served")
		return 0
	})
	if _, err := Send(t.Context(), p, Request{Cmd: "run"}, io.Discard, io.Discard); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("Send: %v", err)
	}
}
