package desktop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linkdesk/core"
)

// TestMain is also the other process: one that holds the data folder and
// answers "run" by repeating what it was told.
func TestMain(m *testing.M) {
	home := os.Getenv("LINKDESK_TEST_HOLD")
	if home == "" {
		os.Exit(m.Run())
	}
	p, err := FindPaths(home)
	if err != nil {
		panic(err)
	}
	i, err := Acquire(p)
	if err != nil {
		panic(err)
	}
	fmt.Println("holding")
	panic(i.Listen(context.Background(), func(ctx context.Context, r Request, stdout, stderr io.Writer) int {
		if r.Cmd == "hang" {
			fmt.Fprint(stdout, "hanging")
			<-ctx.Done()
		}
		fmt.Fprint(stdout, strings.Join(r.Args, " "), string(r.Stdin))
		fmt.Fprint(stderr, r.Dir)
		return 7
	}))
}

// hold starts the other process and returns when it has the folder.
func hold(t *testing.T, home string, env ...string) *os.Process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), "LINKDESK_TEST_HOLD="+home), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "holding\n" {
		t.Fatalf("the other process says %q", line)
	}
	return cmd.Process
}

func testPaths(t *testing.T) Paths {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", shortTemp(t))
	p, err := FindPaths(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSecondStartTalksToTheFirst(t *testing.T) {
	p := testPaths(t)
	hold(t, p.Data)
	if _, err := Acquire(p); !errors.Is(err, ErrRunning) {
		t.Fatalf("Acquire beside a running process: %v", err)
	}
	var stdout, stderr bytes.Buffer
	exit, err := Send(t.Context(), p, Request{Cmd: "run", Args: []string{"sync", "--all"}, Stdin: []byte{0, 255, '\n'}, Dir: "/home/ann"}, &stdout, &stderr)
	if err != nil || exit != 7 || stdout.String() != "sync --all\x00\xff\n" || stderr.String() != "/home/ann" {
		t.Errorf("exit %d, %v, %q, %q", exit, err, stdout.String(), stderr.String())
	}
}

// The caller may have another runtime folder, as from cron or ssh.
func TestSendFromAnotherEnvironment(t *testing.T) {
	p := testPaths(t)
	hold(t, p.Data, "XDG_RUNTIME_DIR="+shortTemp(t))
	if exit, err := Send(t.Context(), p, Request{Cmd: "ping"}, io.Discard, io.Discard); err != nil || exit != 7 {
		t.Errorf("exit %d, %v", exit, err)
	}
}

func TestKilledProcessHoldsNothing(t *testing.T) {
	p := testPaths(t)
	other := hold(t, p.Data)
	if _, err := Send(t.Context(), p, Request{Cmd: "ping"}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	other.Kill()
	other.Wait()
	if _, err := os.Stat(p.Socket); err != nil {
		t.Fatalf("the killed process left no socket behind, so this proves nothing: %v", err)
	}
	began := time.Now()
	i := acquire(t, p)
	if took := time.Since(began); took > time.Second {
		t.Errorf("Acquire took %v", took)
	}
	listen(t, i, func(context.Context, Request, io.Writer, io.Writer) int { return 3 })
	if exit, err := Send(t.Context(), p, Request{Cmd: "show"}, io.Discard, io.Discard); err != nil || exit != 3 {
		t.Errorf("exit %d, %v", exit, err)
	}
	if st, err := os.Stat(p.Socket); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("socket %v, %v", st.Mode(), err)
	}
}

func acquire(t *testing.T, p Paths) *Instance {
	t.Helper()
	i, err := Acquire(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return i
}

// listen serves until the returned stop is called, which waits.
func listen(t *testing.T, i *Instance, h Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- i.Listen(ctx, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func TestCallerThatLeavesCancels(t *testing.T) {
	p := testPaths(t)
	began, ended := make(chan struct{}), make(chan struct{})
	listen(t, acquire(t, p), func(ctx context.Context, _ Request, stdout, _ io.Writer) int {
		fmt.Fprint(stdout, "working")
		close(began)
		<-ctx.Done()
		close(ended)
		return 0
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-began; leave() }()
	if _, err := Send(ctx, p, Request{Cmd: "run"}, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("Send: %v", err)
	}
	<-ended
}

// Stopping cancels the handlers and waits for them; callers learn how theirs ended.
func TestListenEnds(t *testing.T) {
	p := testPaths(t)
	began := make(chan struct{})
	var ended bool
	stop := listen(t, acquire(t, p), func(ctx context.Context, _ Request, _, _ io.Writer) int {
		close(began)
		<-ctx.Done()
		ended = true
		return 130
	})
	go func() { <-began; stop() }()
	if exit, err := Send(t.Context(), p, Request{Cmd: "run"}, io.Discard, io.Discard); exit != 130 || err != nil {
		t.Errorf("exit %d, %v", exit, err)
	}
	stop()
	if !ended {
		t.Error("Listen returned before its handler")
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	p := testPaths(t)
	const callers = 8
	var all sync.WaitGroup
	all.Add(callers)
	listen(t, acquire(t, p), func(_ context.Context, r Request, stdout, stderr io.Writer) int {
		all.Done()
		all.Wait() // only passes when all run at the same time
		var both sync.WaitGroup
		both.Go(func() { fmt.Fprint(stdout, r.Args[0]) })
		both.Go(func() { fmt.Fprint(stderr, strings.Repeat("x", 100_000)) })
		both.Wait()
		return len(r.Args[0])
	})
	var wg sync.WaitGroup
	for n := range callers {
		wg.Go(func() {
			var stdout, stderr bytes.Buffer
			arg := strings.Repeat("a", n+1)
			exit, err := Send(t.Context(), p, Request{Cmd: "run", Args: []string{arg}}, &stdout, &stderr)
			if err != nil || exit != n+1 || stdout.String() != arg || stderr.Len() != 100_000 {
				t.Errorf("caller %d: exit %d, %v, %q, %d bytes", n, exit, err, stdout.String(), stderr.Len())
			}
		})
	}
	wg.Wait()
}

// What is no request is not handled, and the next caller is served.
func TestNonsenseIsNotHandled(t *testing.T) {
	p := testPaths(t)
	listen(t, acquire(t, p), func(_ context.Context, r Request, _, _ io.Writer) int {
		if r.Cmd != "ping" {
			t.Errorf("handled %+v", r)
		}
		return 0
	})
	for _, said := range []string{"GET / HTTP/1.1\r\n\r\n", "{\"cmd\":\"run\"", "[]\n", ""} {
		conn, err := dialInstance(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, said)
		conn.(*net.UnixConn).CloseWrite()
		if answer, _ := io.ReadAll(conn); len(answer) != 0 {
			t.Errorf("%q is answered by %q", said, answer)
		}
		conn.Close()
	}
	if exit, err := Send(t.Context(), p, Request{Cmd: "ping"}, io.Discard, io.Discard); err != nil || exit != 0 {
		t.Errorf("exit %d, %v", exit, err)
	}
}

func TestSendWithoutAnybody(t *testing.T) {
	p := testPaths(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := Send(ctx, p, Request{Cmd: "ping"}, io.Discard, io.Discard); core.CodeOf(err) != core.CodeStorageBusy {
		t.Errorf("%v", err)
	}
}

// When the running process is killed in the middle, the caller is told and does not wait.
func TestRunningProcessIsKilled(t *testing.T) {
	p := testPaths(t)
	other := hold(t, p.Data)
	killing := writerFunc(func(b []byte) (int, error) { return len(b), other.Kill() })
	if _, err := Send(t.Context(), p, Request{Cmd: "hang"}, killing, io.Discard); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("%v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
