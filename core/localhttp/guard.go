package localhttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"linkdesk/core"
)

// guard stands before every handler of a door that goes by these names.
func (s *Server) guard(known names, next http.Handler) http.Handler {
	crossSite := http.NewCrossOriginProtection()

	return http.HandlerFunc(func(inner http.ResponseWriter, r *http.Request) {
		w := &answer{ResponseWriter: inner, control: http.NewResponseController(inner), writeTime: s.writeTime}
		defer s.recovered(w, r)
		secure(w.Header())
		origin, ours := known(r.Host)
		switch {
		case !ours:
			WriteProblem(w, Problem{Status: http.StatusMisdirectedRequest, Detail: "This server is not “" + printable(r.Host) + "”."})
		case crossSite.Check(r) != nil:
			WriteProblem(w, Problem{Status: http.StatusForbidden, Detail: "Requests from other websites are not accepted."})
		case !slices.Contains(methods, r.Method):
			w.Header().Set("Allow", strings.Join(methods, ", "))
			WriteProblem(w, Problem{Status: http.StatusMethodNotAllowed})
		case readBody(w, r):
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), originKey{}, origin)))
		}
	})
}

// methods are those that any handler may know. OPTIONS is not among them:
// there is no CORS here, so a preflight has nothing to ask.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// secure sets headers that fit any answer; a handler that serves a page widens the policy for it.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// readBody reads the whole body, small and within the server's ReadTimeout, so
// that no handler can be held up by it. false: answered already.
func readBody(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMost))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		WriteProblem(w, Problem{Status: http.StatusRequestEntityTooLarge, Detail: "At most " + strconv.Itoa(bodyMost) + " bytes are accepted."})
		return false
	}
	if err != nil {
		w.Header().Set("Connection", "close")
		WriteProblem(w, Problem{Status: http.StatusRequestTimeout})
		return false
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return true
}

// recovered answers for a handler that panicked, and ties the answer to the log.
func (s *Server) recovered(w *answer, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	ref := core.NewReference()
	s.log.Error("a request handler panicked", "ref", ref, "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	if w.status != 0 {
		panic(http.ErrAbortHandler) // too late for another answer: the caller sees it cut off
	}
	WriteProblem(w, Problem{Status: http.StatusInternalServerError, Detail: "Something went wrong in Linkdesk.", Reference: ref})
}

// answer turns the plain 404 and 405 of http.ServeMux into problem documents,
// knows whether an answer has begun, and does not wait for ever for a caller
// that stops reading.
type answer struct {
	http.ResponseWriter
	control   *http.ResponseController
	writeTime time.Duration // for each part of an answer
	status    int
	discard   bool
}

func (a *answer) WriteHeader(status int) {
	plain := strings.HasPrefix(a.Header().Get("Content-Type"), "text/plain")
	if a.status == 0 && plain && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		a.Header().Del("Content-Length")
		WriteProblem(a, Problem{Status: status})
		a.discard = true
		return
	}
	if status >= 200 && a.status == 0 {
		a.status = status
	}
	a.control.SetWriteDeadline(time.Now().Add(a.writeTime))
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.discard {
		return len(b), nil
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	a.control.SetWriteDeadline(time.Now().Add(a.writeTime))
	return a.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// printable keeps what a stranger sent short and harmless.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 100)]
}
