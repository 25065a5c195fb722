package localhttp

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
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
	Setting
	Version string // of Linkdesk, told at "/"
	Log     *slog.Logger
	Clock   core.Clock // nil: the computer's own
}

// State is what the window shows about the server.
type State struct {
	On      bool
	Origin  string // "http://127.0.0.1:8787"; empty while a free port has not been found yet
	Err     error  // why it is not on though it should be: *core.Error of CodePortBlocked; else nil
	Setting Setting

	Docker    string // "http://host.docker.internal:8787"; empty when containers may not come in
	Network   string // "https://shop-pc.local:8788"; empty when other computers cannot come in
	NoNetwork error  // why they cannot though they should; else nil
}

// Server listens on 127.0.0.1, and elsewhere only where its Setting says so. It
// may be stopped and started again.
type Server struct {
	log   *slog.Logger
	clock core.Clock
	mux   *http.ServeMux

	headerTime, readTime, idleTime, writeTime time.Duration // shorter in tests

	bridges func() []netip.Prefix // the networks of containers

	turn  sync.Mutex // one Start, Stop or Apply at a time
	mu    sync.Mutex // the rest; never held while something is waited for
	state State
	run   *run // nil: off
}

// run is the time from a Start to its Stop.
type run struct {
	end   context.CancelFunc // of the requests
	doors []*door
	watch sync.WaitGroup // for containers
}

const (
	headerMost = 16 << 10 // bytes of request line and headers
	bodyMost   = 64 << 10 // bytes of a request's body
)

// New makes a server that is off.
func New(o Options) *Server {
	s := &Server{
		log: o.Log, clock: o.Clock, mux: http.NewServeMux(), bridges: bridges, state: State{Setting: o.Setting},
		headerTime: 5 * time.Second, readTime: 15 * time.Second, idleTime: time.Minute, writeTime: 30 * time.Second,
	}
	if s.clock == nil {
		s.clock = core.SystemClock{}
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
// path is not shortened. The handler gets requests that the guard let in, with
// their body already read (at most 64 KiB). It is called before Start.
func (s *Server) Mount(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// State returns the present state.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Origin is the address that programs on this computer use, without a path.
func (s *Server) Origin() string { return s.State().Origin }

type originKey struct{}

// OriginOf is the address by which the request of a context came in, or Origin
// outside of one: who is told an address has to be able to use it.
func (s *Server) OriginOf(ctx context.Context) string {
	if o, ok := ctx.Value(originKey{}).(string); ok {
		return o
	}
	return s.Origin()
}

// Start listens, and returns. A port that is taken is an error (CodePortBlocked),
// never another port in silence: other programs trust whoever answers there.
// What is wrong with the rest of the setting is no error: State.NoNetwork says it.
// ctx is the life of the requests; whoever starts also calls Stop.
func (s *Server) Start(ctx context.Context) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.start(ctx)
}

func (s *Server) start(ctx context.Context) error {
	state := s.State()
	if state.On {
		return nil
	}
	set := state.Setting
	l, err := listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(set.Port)))
	if err != nil {
		err = blocked(set.Port, err)
		s.change(func(st *State) { st.Err = err })
		return err
	}
	port := l.Addr().(*net.TCPAddr).Port
	base, end := context.WithCancel(ctx)
	r := &run{end: end}
	s.mu.Lock()
	s.run = r
	s.state = State{On: true, Origin: origin(port), Setting: set}
	s.state.Setting.Port = port // a free one that was found stays
	if set.docker() {
		s.state.Docker = "http://" + containerNames(port)[0]
	}
	s.mu.Unlock()
	s.open(base, r, l, loopbackNames(port, set.docker()), true)
	if set.docker() {
		s.meetBridges(base, r, port)
		r.watch.Go(func() { s.watchBridges(base, r, port) })
	}
	if set.Reach == Network {
		if err := s.openNetwork(base, r, set); err != nil {
			s.log.Warn("other computers cannot reach the address", "error", err)
			s.change(func(st *State) { st.NoNetwork = err })
		}
	}
	s.log.Info("local server on", "origin", s.Origin(), "reach", string(set.Reach))
	return nil
}

func listen(ctx context.Context, network, at string) (net.Listener, error) {
	var config net.ListenConfig
	return config.Listen(ctx, network, at)
}

// Stop takes no more requests, cancels those that wait for something, and
// returns when all are answered; when ctx ends first they are cut off.
func (s *Server) Stop(ctx context.Context) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	return s.stop(ctx)
}

func (s *Server) stop(ctx context.Context) error {
	s.mu.Lock()
	r := s.run
	s.run = nil
	s.state = State{Origin: s.state.Origin, Setting: s.state.Setting}
	s.mu.Unlock()
	if r == nil {
		return nil
	}
	r.end()
	r.watch.Wait() // no door opens any more
	s.mu.Lock()
	doors := slices.Clone(r.doors)
	s.mu.Unlock()
	var errs []error
	for _, d := range doors {
		if err := d.server.Shutdown(ctx); err != nil {
			d.server.Close()
			errs = append(errs, err)
		}
		<-d.done
	}
	s.log.Info("local server off")
	return errors.Join(errs...)
}

// Apply changes the setting; a server that is on goes on with it. When it cannot
// be used, it is as before. Errors: CodeInvalid, CodePortBlocked. ctx is as for Start.
func (s *Server) Apply(ctx context.Context, set Setting) error {
	if err := set.check(); err != nil {
		return err
	}
	if set.Reach == Network {
		if _, err := openCertificate(set, s.clock); err != nil {
			return err
		}
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	before := s.State()
	if !before.On {
		s.set(set)
		return nil
	}
	err := s.restart(ctx, set)
	if err == nil {
		err = s.State().NoNetwork
	}
	if err != nil {
		if worse := s.restart(ctx, before.Setting); worse != nil {
			s.log.Error("the address cannot be as it was", "error", worse)
		}
	}
	return err
}

func (s *Server) restart(ctx context.Context, set Setting) error {
	if err := s.stop(ctx); err != nil {
		s.log.Warn("requests were cut off", "error", err)
	}
	s.set(set)
	return s.start(ctx)
}

func (s *Server) set(set Setting) {
	s.change(func(st *State) {
		st.Setting, st.Err = set, nil
		if set.Port != 0 {
			st.Origin = origin(set.Port)
		}
	})
}

func (s *Server) change(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
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
