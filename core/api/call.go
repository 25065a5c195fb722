package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"linkdesk/core"
)

// call is one request that may be answered: its token and its parameters are good.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	route route
	Access
	args args
	mask *mask // nil: personal fields are shown
	etag string
	rows int
	note Read
}

func (c *call) ctx() context.Context { return c.r.Context() }

// endpoint answers the requests of a route.
func (a *API) endpoint(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, route: rt}
		if rt.public {
			if err := rt.handle(a, c); err != nil {
				a.fail(w, err)
			}
			return
		}
		var err error
		if c.Access, err = a.allow(r); err != nil {
			a.fail(w, err)
			return
		}
		if err := a.limit(c.Access); err != nil {
			a.fail(w, err)
			return
		}
		c.note = Read{At: a.o.Clock.Now(), App: c.App, Grant: c.Grant, Method: r.Method, Route: rt.path, Scope: rt.scope}
		counted := &counter{ResponseWriter: w}
		c.w = counted
		defer func() { // also when a handler panics: what was read is noted
			c.note.Status = counted.status
			if r.Method != http.MethodHead { // answered without the body
				c.note.Bytes, c.note.Rows = counted.bytes, c.rows
			}
			a.notes.add(c.note)
		}()
		if rt.scope != "" && !slices.Contains(c.Scopes, rt.scope) {
			forbidden(c.w, rt.scope)
			return
		}
		if err := a.answer(c); err != nil {
			c.rows = 0
			a.fail(c.w, err)
		}
	})
}

func (a *API) answer(c *call) (err error) {
	if a.notes.full() {
		return core.E(core.CodeStorageBusy, "", nil)
	}
	if c.HidePersonal {
		c.mask = &mask{key: a.o.PseudonymKey, app: c.App}
	}
	if c.args, err = parse(c.route.params, c.r.URL.RawQuery); err != nil {
		return err
	}
	c.note.Filter = c.args.shown(c.route.params)
	if err := c.args.allowed(c.route.params, c.mask); err != nil {
		return err
	}
	return c.route.handle(a, c)
}

// allow checks the bearer token. It counts in the Authorization header only:
// addresses get into logs (OAuth 2.1 section 5.2.1).
func (a *API) allow(r *http.Request) (Access, error) {
	header := r.Header.Values("Authorization")
	if len(header) != 1 {
		return Access{}, ErrInvalidToken
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " \t") {
		return Access{}, ErrInvalidToken
	}
	return a.o.Checker.Check(r.Context(), token)
}

// limit counts a call of an app.
func (a *API) limit(who Access) error {
	if a.o.MostPerMinute == 0 {
		return nil
	}
	now := a.o.Clock.Now()
	wait := a.calls.Take(who.App, a.o.MostPerMinute, now)
	if wait <= 0 {
		return nil
	}
	e := core.E(core.CodeRateLimited, "", nil)
	e.Until = now.Add(wait)
	return e
}

// counter knows what was sent.
type counter struct {
	http.ResponseWriter
	status, bytes int
}

func (c *counter) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// unchanged answers 304 when the app has this answer already. The tag is made
// of the state of what is read and of the request, before anything is read: what
// is written meanwhile changes the next tag. It is weak, for compressed
// answers have it, too.
func (a *API) unchanged(c *call, connection core.ConnectionID) (bool, error) {
	state, err := a.o.Records.State(c.ctx(), connection, append([]Source{c.route.of}, c.route.reads...)...)
	if core.CodeOf(err) == core.CodeNotFound {
		return false, badRequest("There is no connection “" + printable(string(connection)) + "”.")
	}
	if err != nil {
		return false, err
	}
	about := []string{state.Version, c.r.URL.EscapedPath(), c.r.URL.RawQuery}
	if c.mask != nil {
		about = append(about, c.App)
	}
	sum := sha256.Sum256([]byte(strings.Join(about, "\n")))
	c.etag = `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h := c.w.Header()
	h.Set("ETag", c.etag)
	h.Set("Cache-Control", "private, no-cache") // kept by the app only, and asked for again each time
	h.Set("Vary", "Authorization, Accept-Encoding")
	if c.route.list {
		asOf := state.AsOf
		if asOf.IsZero() {
			asOf = a.o.Clock.Now() // nothing comes from a service
		}
		h.Set("Data-As-Of", asOf.UTC().Format(time.RFC3339))
	}
	if !matches(c.r.Header.Get("If-None-Match"), c.etag) {
		return false, nil
	}
	c.w.WriteHeader(http.StatusNotModified)
	return true, nil
}

func matches(header, etag string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || tag != "" && strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 128<<10); return &b }}

// keepBelow is the size up to which a buffer is kept for the next answer.
const keepBelow = 1 << 20

// borrow lends a buffer for one answer.
func borrow() *[]byte {
	b := buffers.Get().(*[]byte)
	*b = (*b)[:0]
	return b
}

func giveBack(b *[]byte) {
	if cap(*b) <= keepBelow {
		buffers.Put(b)
	}
}

// zipFrom is the size from which compressing is worth it.
const zipFrom = 1024

var zips = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return z }}

// send writes an answer of JSON, compressed where the app asks for that.
func (c *call) send(status int, body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "application/json")
	if len(body) >= zipFrom && wantsGzip(c.r.Header.Get("Accept-Encoding")) {
		var small bytes.Buffer
		z := zips.Get().(*gzip.Writer)
		z.Reset(&small)
		_, _ = z.Write(body) // into memory: cannot fail
		_ = z.Close()
		zips.Put(z)
		body = small.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	c.w.Write(body)
}

// wantsGzip reads Accept-Encoding (RFC 9110 section 12.5.3).
func wantsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, q, weighed := strings.Cut(strings.ReplaceAll(weight, " ", ""), "q=")
		f, err := strconv.ParseFloat(q, 64)
		return !weighed || err == nil && f > 0
	}
	return false
}
