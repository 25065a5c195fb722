package provider

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linkdesk/core"
	"linkdesk/core/service"
)

// usualConcurrency is how many requests run at once where a manifest names no number.
const usualConcurrency = 4

// limits keep the requests of one account below what its service allows.
type limits struct {
	rules  service.Limits
	clock  core.Clock
	per    time.Duration // length of the window; 0 without one
	window *rate.Limiter
	search *rate.Limiter // of searches for changes; the window's when they have none of their own
	slots  chan struct{} // one for each request that runs

	mu    sync.Mutex
	until time.Time // the service said: not before this
}

func newLimits(rules service.Limits, clock core.Clock) *limits {
	l := &limits{rules: rules, clock: clock, slots: make(chan struct{}, cmp.Or(rules.Concurrent, usualConcurrency))}
	l.window, l.per = limiter(rules.Window)
	l.search = l.window
	if rules.Search != nil {
		l.search, _ = limiter(rules.Search)
	}
	return l
}

// limiter keeps requests within a window, and returns how long that is; without
// a window it lets all through. What may come at once and what flows in during
// a window are together no more than the service allows in any window.
func limiter(w *service.Window) (*rate.Limiter, time.Duration) {
	if w != nil && w.Max > 0 {
		if per, err := service.Duration(w.Per); err == nil && per > 0 {
			burst := max(1, w.Max/4)
			return rate.NewLimiter(rate.Limit(float64(max(1, w.Max-burst))/per.Seconds()), burst), per
		}
	}
	return rate.NewLimiter(rate.Inf, 1), 0
}

// enter waits until a request, or a search for changes, may start; the caller
// then owes a leave.
func (l *limits) enter(ctx context.Context, search bool) error {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	window := l.window
	if search {
		window = l.search
	}
	if err := window.Wait(ctx); err != nil {
		l.leave()
		return err
	}
	return nil
}

func (l *limits) leave() { <-l.slots }

// hold makes every client of the account wait until then.
func (l *limits) hold(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.until) {
		l.until = until
	}
}

// held returns until when the service asked to wait; zero when it is past.
func (l *limits) held() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.until.After(l.clock.Now()) {
		return time.Time{}
	}
	return l.until
}

// note reads the headers that tell how much is left. With nothing left the
// account waits until the window starts anew.
func (l *limits) note(h http.Header) {
	if l.rules.Remaining == "" || strings.TrimSpace(h.Get(l.rules.Remaining)) != "0" {
		return
	}
	now := l.clock.Now()
	wait := resetIn(h, now)
	if wait <= 0 {
		wait = l.per
	}
	l.hold(now.Add(min(wait, time.Hour)))
}

// throttled reports whether an answer means that too much was asked.
func (l *limits) throttled(status, bodyLen int) bool {
	rules := l.rules.Throttled
	if len(rules) == 0 {
		rules = []string{"429"}
	}
	for _, r := range rules {
		code, withoutBody := strings.CutSuffix(r, "_without_body")
		if code == strconv.Itoa(status) && (!withoutBody || bodyLen == 0) {
			return true
		}
	}
	return false
}

// retryAfter returns how long the service asks to wait, 0 when it does not
// say. A date is read against the service's own clock, which Date tells.
func (l *limits) retryAfter(h http.Header, now time.Time) time.Duration {
	if l.rules.RetryAfter == "none" {
		return 0
	}
	s := strings.TrimSpace(h.Get(cmp.Or(l.rules.RetryAfter, "Retry-After")))
	if s == "" {
		return clampWait(resetIn(h, now))
	}
	if d, ok := seconds(s); ok {
		return clampWait(d)
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return clampWait(at.Sub(now))
}

// clampWait keeps a wait within what makes sense: a day at most.
func clampWait(d time.Duration) time.Duration { return min(max(d, 0), 24*time.Hour) }

// resetIn reads the usual headers that tell when a window starts anew.
func resetIn(h http.Header, now time.Time) time.Duration {
	for _, name := range []string{"X-Rate-Limit-Time-Reset-Ms", "X-HubSpot-RateLimit-Interval-Milliseconds"} {
		if ms, err := strconv.ParseInt(h.Get(name), 10, 64); err == nil && ms > 0 && ms < 1e10 {
			return time.Duration(ms) * time.Millisecond
		}
	}
	for _, name := range []string{"RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset"} {
		n, err := strconv.ParseInt(h.Get(name), 10, 64)
		switch {
		case err != nil || n <= 0 || n > 1e12:
		case n > 1e9: // a time, not a number of seconds
			return time.Unix(n, 0).Sub(now)
		default:
			return time.Duration(n) * time.Second
		}
	}
	return 0
}

// seconds reads "2", "2.5" and refuses what is negative or beyond a week.
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0) {
		return 0, false
	}
	return time.Duration(min(f, 7*86400) * float64(time.Second)), true
}
