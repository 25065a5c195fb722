package signin

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// linger is how long the listener stays for a browser that is still to fetch
// its page, parting how long answers may take that are on their way then (check
// A6: closed within a second).
const (
	linger  = 600 * time.Millisecond
	parting = 200 * time.Millisecond
)

// receiver is the return address of one attempt: a server on loopback that
// takes one callback and shows one page.
type receiver struct {
	attempt *Attempt
	path    string
	hosts   []string // that a browser of this computer may name
	result  string   // where the browser waits, without the code in its address bar
	server  *http.Server

	owed   atomic.Bool // a browser waits for its page
	once   sync.Once
	ended  chan struct{} // closed by finish
	page   page          // valid once ended is closed
	shown  func()        // the browser has got the page
	gone   chan struct{} // closed by shown
	closed sync.WaitGroup
}

func newReceiver(a *Attempt, listeners []net.Listener, address *url.URL) *receiver {
	_, port, _ := net.SplitHostPort(address.Host)
	r := &receiver{attempt: a, path: address.Path, result: "/done/" + newState()[:22], ended: make(chan struct{}), gone: make(chan struct{})}
	r.shown = sync.OnceFunc(func() { close(r.gone) })
	for _, name := range []string{"127.0.0.1", "localhost", "::1"} {
		r.hosts = append(r.hosts, net.JoinHostPort(name, port))
	}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0)} // it would write what strangers send
	for _, l := range listeners {
		r.closed.Go(func() { _ = r.server.Serve(l) })
	}
	return r
}

// finish tells how the attempt ended. The listener closes at once, or, when a
// browser waits, as soon as that has its page, or after a moment.
func (r *receiver) finish(err error) {
	r.once.Do(func() {
		r.page = resultPage(r.attempt.want.service, err)
		close(r.ended)
		r.closed.Go(func() {
			if r.owed.Load() {
				t := time.NewTimer(linger)
				defer t.Stop()
				select {
				case <-r.gone:
				case <-t.C:
				}
			}
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.attempt.ctx), parting)
			defer cancel()
			if r.server.Shutdown(ctx) != nil {
				r.server.Close()
			}
		})
	})
}

// wait returns when nothing listens any more. Only after finish.
func (r *receiver) wait() { r.closed.Wait() }

// ServeHTTP answers a browser, or whatever else on this computer asks.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch {
	case !slices.Contains(r.hosts, strings.ToLower(req.Host)): // a name that was bent to 127.0.0.1
		refuse(w, http.StatusMisdirectedRequest)
	case req.URL.Path != r.path && req.URL.Path != r.result:
		refuse(w, http.StatusNotFound)
	case req.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed)
	case !byPerson(req.Header):
		refuse(w, http.StatusForbidden)
	case req.URL.Path == r.result:
		r.showResult(w, req)
	default:
		r.callback(w, req)
	}
}

// byPerson reports whether a request opens a page in a tab: no prefetch, frame,
// picture or script. Programs that send none of these headers pass.
func byPerson(h http.Header) bool {
	dest := h.Get("Sec-Fetch-Dest")
	return h.Get("Sec-Purpose") == "" && h.Get("Purpose") == "" && h.Get("X-Moz") == "" && (dest == "" || dest == "document")
}

// callback takes the browser's answer and sends it on to an address without it.
func (r *receiver) callback(w http.ResponseWriter, req *http.Request) {
	switch r.attempt.take(req.URL.RawQuery, func() { r.owed.Store(true) }) {
	case taken:
		secure(w)
		w.Header().Set("Location", r.result)
		w.WriteHeader(http.StatusSeeOther)
	case late:
		endedPage.send(w, http.StatusGone)
	default:
		foreignPage.send(w, http.StatusBadRequest)
	}
}

// showResult keeps the tab waiting until the sign-in is proven or has failed.
func (r *receiver) showResult(w http.ResponseWriter, req *http.Request) {
	select {
	case <-r.ended:
	case <-req.Context().Done():
		return
	}
	w.Header().Set("Connection", "close")
	r.page.send(w, http.StatusOK)
	http.NewResponseController(w).Flush()
	r.shown()
}
