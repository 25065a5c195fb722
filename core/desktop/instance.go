package desktop

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"linkdesk/core"
)

// ErrRunning is what Acquire returns while another process has the data folder.
var ErrRunning = errors.New("desktop: Linkdesk is already running")

// Request is what a second start asks of the first, one line of JSON.
type Request struct {
	Cmd   string   `json:"cmd"`             // "show", "ping" or "run"
	Args  []string `json:"args,omitempty"`  // of run: the command line without the program
	Stdin []byte   `json:"stdin,omitempty"` // of run, base64 on the wire
	Dir   string   `json:"dir,omitempty"`   // of run: the caller's folder, for relative file names
}

// frame is one line of an answer; exactly one field is set, Exit ends it.
type frame struct {
	Stdout []byte `json:"stdout,omitempty"` // base64 on the wire
	Stderr []byte `json:"stderr,omitempty"`
	Exit   *int   `json:"exit,omitempty"`
}

// Handler does a request and returns its exit status. The context ends when
// the caller goes away. Handlers of several callers run at once.
type Handler func(ctx context.Context, r Request, stdout, stderr io.Writer) (exit int)

const (
	requestMost    = 8 << 20          // bytes of a request
	requestTime    = 10 * time.Second // for a caller to say it
	lastWords      = 2 * time.Second  // for a cancelled handler to reach its caller
	answerDeadline = 5 * time.Second  // for a process that holds the lock to listen
)

// Instance is the one running Linkdesk of a data folder.
type Instance struct {
	paths Paths
	lock  *flock.Flock
	uid   int // of callers: this user's own, where the system tells
}

// Acquire takes the data folder for this process, or returns ErrRunning. A
// process that was killed holds nothing any more.
func Acquire(p Paths) (*Instance, error) {
	lock := flock.New(p.Lock)
	held, err := lock.TryLock()
	if err != nil {
		return nil, folderError(p.Data, err)
	}
	if !held {
		return nil, ErrRunning
	}
	return &Instance{p, lock, os.Getuid()}, nil
}

// Close gives the data folder back. Listen must have returned.
func (i *Instance) Close() error { return i.lock.Unlock() }

// Listen serves the activation socket until ctx ends; then it cancels the
// handlers and returns when all have returned. A socket left behind by a killed process is replaced.
func (i *Instance) Listen(ctx context.Context, handle Handler) error {
	if err := os.Remove(i.paths.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return folderError(i.paths.Socket, err)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", i.paths.Socket)
	if err != nil {
		return folderError(i.paths.Socket, err)
	}
	if err := errors.Join(os.Chmod(i.paths.Socket, 0o600), os.WriteFile(i.paths.socketNote, []byte(i.paths.Socket), 0o600)); err != nil {
		l.Close()
		return folderError(i.paths.Data, err)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		wg.Go(func() { i.serve(ctx, conn, handle) })
	}
}

func (i *Instance) serve(ctx context.Context, conn net.Conn, handle Handler) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { // the handler may still say how it ended
		conn.SetReadDeadline(time.Now())
		conn.SetWriteDeadline(time.Now().Add(lastWords))
	})()
	if !peerIs(conn, i.uid) {
		return
	}
	conn.SetReadDeadline(time.Now().Add(requestTime))
	in := bufio.NewReader(io.LimitReader(conn, requestMost))
	line, err := in.ReadBytes('\n')
	var r Request
	if err != nil || json.Unmarshal(line, &r) != nil {
		return
	}
	conn.SetReadDeadline(time.Time{})
	watch := make(chan struct{})
	go func() { // a caller says nothing more: any end of reading means that it left
		defer close(watch)
		_, _ = in.ReadByte()
		cancel()
	}()
	out := &frames{to: json.NewEncoder(conn)}
	exit := handle(ctx, r, frameWriter{out, false}, frameWriter{out, true})
	_ = out.send(frame{Exit: &exit}) // a caller that left does not want it
	conn.Close()
	<-watch
}

// frames writes whole lines, also when a handler writes from two goroutines.
type frames struct {
	mu sync.Mutex
	to *json.Encoder
}

func (f *frames) send(fr frame) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.to.Encode(fr)
}

type frameWriter struct {
	to     *frames
	stderr bool
}

func (w frameWriter) Write(b []byte) (int, error) {
	fr := frame{Stdout: b}
	if w.stderr {
		fr = frame{Stderr: b}
	}
	if err := w.to.send(fr); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Send hands a request to the running Linkdesk, copies what it says, and
// returns its exit status. It waits a little for one that has just started.
// When ctx ends, the request is cancelled there too.
func Send(ctx context.Context, p Paths, r Request, stdout, stderr io.Writer) (exit int, err error) {
	conn, err := dialInstance(ctx, p)
	if err != nil {
		return 0, core.E(core.CodeStorageBusy, "Linkdesk is running but does not answer. Quit it and try again.", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := json.NewEncoder(conn).Encode(r); err != nil {
		return 0, brokenOff(ctx, err)
	}
	for in := json.NewDecoder(conn); ; {
		var fr frame
		if err := in.Decode(&fr); err != nil {
			return 0, brokenOff(ctx, err)
		}
		if fr.Exit != nil {
			return *fr.Exit, nil
		}
		_, outErr := stdout.Write(fr.Stdout)
		_, errErr := stderr.Write(fr.Stderr)
		if err := errors.Join(outErr, errErr); err != nil {
			return 0, err
		}
	}
}

func brokenOff(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return core.E(core.CodeCancelled, "Linkdesk ended before the command was done. Try again.", err)
}

// dialInstance asks the note first: the running Linkdesk may have been started
// in another environment, with another runtime folder.
func dialInstance(ctx context.Context, p Paths) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, answerDeadline)
	defer cancel()
	var dialer net.Dialer
	for {
		socket := p.Socket
		if note, err := os.ReadFile(p.socketNote); err == nil && len(note) > 0 {
			socket = string(note)
		}
		conn, err := dialer.DialContext(ctx, "unix", socket)
		if err == nil {
			return conn, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}
