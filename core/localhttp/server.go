package localhttp

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"linkdesk/core"
)

// DefaultPort is the port that other programs are set up with.
const DefaultPort = 8787

// Options is what a server needs.
type Options struct {
	Port    int    // 0: any free one, for tests and `serve --port 0`
	Version string // of Linkdesk, told at "/"
	Log     *slog.Logger
}

// State is what the window shows about the server.
type State struct {
	On     bool
	Origin string // "http://127.0.0.1:8787"; empty while a free port has not been found yet
	Err    error  // why it is not on though it should be: *core.Error of CodePortBlocked; else nil
}

// Server listens on 127.0.0.1 only. It may be stopped and started again.
type Server struct {
	log  *slog.Logger
	mux  *http.ServeMux
	port int // as asked for

	headerTime, readTime, idleTime, writeTime time.Duration // shorter in tests

	mu    sync.Mutex
	state State
	http  *http.Server // nil: off
	end   context.CancelFunc
	done  chan struct{} // closed when the serving goroutine has returned
}

const (
	headerMost = 16 << 10 // bytes of request line and headers
	bodyMost   = 64 << 10 // bytes of a request's body
)

// New makes a server that is off.
func New(o Options) *Server {
	s := &Server{
		log: o.Log, mux: http.NewServeMux(), port: o.Port,
		headerTime: 5 * time.Second, readTime: 15 * time.Second, idleTime: time.Minute, writeTime: 30 * time.Second,
	}
	if o.Port != 0 {
		s.state.Origin = origin(o.Port)
	}
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"name": "Linkdesk", "version": o.Version})
	})
	return s
}

func origin(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// Mount adds a handler for a pattern of http.ServeMux, such as "/v1/"; the
// path is not shortened. The handler gets requests of this computer only, with
// their body already read (at most 64 KiB). It is called before Start.
func (s *Server) Mount(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// State returns the present state.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Origin is the address that other programs use, without a path.
func (s *Server) Origin() string { return s.State().Origin }

// Start listens, and returns. A port that is taken is an error (CodePortBlocked),
// never another port in silence: other programs trust whoever answers there.
// ctx is the life of the requests; whoever starts also calls Stop.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http != nil {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
	if err != nil {
		s.state.Err = blocked(s.port, err)
		return s.state.Err
	}
	port := l.Addr().(*net.TCPAddr).Port
	base, end := context.WithCancel(ctx)
	server := &http.Server{
		Handler:           s.guard(port, s.mux),
		ReadHeaderTimeout: s.headerTime,
		ReadTimeout:       s.readTime,
		IdleTimeout:       s.idleTime,
		MaxHeaderBytes:    headerMost,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.broke(server, err)
		}
	}()
	s.http, s.end, s.done = server, end, done
	s.state = State{On: true, Origin: origin(port)}
	s.log.Info("local server on", "origin", s.state.Origin)
	return nil
}

// Stop takes no more requests, cancels those that wait for something, and
// returns when all are answered; when ctx ends first they are cut off.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	server, end, done := s.http, s.end, s.done
	s.http = nil
	s.state.On, s.state.Err = false, nil
	s.mu.Unlock()
	if server == nil {
		return nil
	}
	end()
	err := server.Shutdown(ctx)
	if err != nil {
		server.Close()
	}
	<-done
	s.log.Info("local server off")
	return err
}

// broke notes that a running server can no longer listen.
func (s *Server) broke(server *http.Server, err error) {
	s.log.Error("local server failed", "err", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.http == server {
		s.end()
		s.http = nil
		s.state.On, s.state.Err = false, blocked(s.port, err)
	}
}

// blocked says which port cannot be used, and by whom it is used if that can be found.
func blocked(port int, err error) error {
	n := strconv.Itoa(port)
	const windowsInUse = syscall.Errno(10048) // WSAEADDRINUSE
	if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, windowsInUse) {
		return core.E(core.CodePortBlocked, "Linkdesk may not use port "+n+" of this computer. Another program or a rule of the system holds it.", err)
	}
	who := "another program"
	if name := portOwner(port); name != "" {
		who = "the program “" + name + "”"
	}
	return core.E(core.CodePortBlocked, "Port "+n+" of this computer is used by "+who+". Quit that program, then turn the address on again.", err)
}
