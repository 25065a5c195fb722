package localhttp

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// bridgesEvery is how often it is looked whether Docker made a network.
const bridgesEvery = 15 * time.Second

// door is one place where the server listens.
type door struct {
	at     string // "127.0.0.1:8787"
	server *http.Server
	done   chan struct{} // closed when the serving goroutine has returned
}

// openNetwork lets other computers in.
func (s *Server) openNetwork(ctx context.Context, r *run, set Setting) error {
	c, err := openCertificate(set, s.clock)
	if err != nil {
		return err
	}
	l, err := listen(ctx, "tcp", ":"+strconv.Itoa(set.networkPort()))
	if err != nil {
		return blocked(set.networkPort(), err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	s.open(ctx, r, tls.NewListener(l, c.config()), networkNames(port, c.covers), false)
	s.change(func(st *State) { st.Network = "https://" + net.JoinHostPort(c.name(), strconv.Itoa(port)) })
	return nil
}

// watchBridges lets containers in whose network came after Start, as when
// Docker starts late.
func (s *Server) watchBridges(ctx context.Context, r *run, port int) {
	tick := time.NewTicker(bridgesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.meetBridges(ctx, r, port)
		}
	}
}

// meetBridges opens a door at each network of containers that has none.
func (s *Server) meetBridges(ctx context.Context, r *run, port int) {
	for _, n := range s.bridges() {
		at := netip.AddrPortFrom(n.Addr(), uint16(port))
		s.mu.Lock()
		open := slices.ContainsFunc(r.doors, func(d *door) bool { return d.at == at.String() })
		s.mu.Unlock()
		if open {
			continue
		}
		l, err := listen(ctx, "tcp4", at.String())
		if err != nil { // the network is just being made, or somebody else listens: tried again
			s.log.Debug("containers cannot come in", "at", at, "error", err)
			continue
		}
		s.log.Info("containers can come in", "at", at)
		s.open(ctx, r, onlyFrom{l, s.bridges}, bridgeNames(at), false)
	}
}

// open serves at a listener. When the main one can no longer listen, the server is off.
func (s *Server) open(ctx context.Context, r *run, l net.Listener, known names, main bool) {
	d := &door{at: l.Addr().String(), done: make(chan struct{}), server: &http.Server{
		Handler:           s.guard(known, s.mux),
		ReadHeaderTimeout: s.headerTime,
		ReadTimeout:       s.readTime,
		IdleTimeout:       s.idleTime,
		MaxHeaderBytes:    headerMost,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != r { // it has ended meanwhile
		l.Close()
		return
	}
	r.doors = append(r.doors, d)
	go func() {
		defer close(d.done)
		if err := d.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.broke(r, d, main, err)
		}
	}()
}

// broke notes that a door can no longer listen. Without the main one the server is off.
func (s *Server) broke(r *run, d *door, main bool, err error) {
	s.log.Error("local server failed", "at", d.at, "err", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	r.doors = slices.DeleteFunc(r.doors, func(o *door) bool { return o == d })
	if !main || s.run != r {
		return
	}
	r.end()
	for _, other := range r.doors {
		other.server.Close()
	}
	s.run = nil
	s.state = State{Origin: s.state.Origin, Setting: s.state.Setting, Err: blocked(s.state.Setting.Port, err)}
}
