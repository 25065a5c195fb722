package provider

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

func TestThrottling(t *testing.T) {
	date := func(d time.Duration) string { return testNow.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		name    string
		status  int
		headers map[string]string
		body    string
		limits  service.Limits
		code    core.Code
		tries   int
		until   time.Duration
	}{
		{"short, in seconds", 429, map[string]string{"Retry-After": "2"}, "", service.Limits{}, core.CodeRateLimited, 3, 2 * time.Second},
		{"long, in seconds", 429, map[string]string{"Retry-After": "120"}, "", service.Limits{}, core.CodeRateLimited, 1, 2 * time.Minute},
		{"a date", 429, map[string]string{"Retry-After": date(10 * time.Minute), "Date": date(0)}, "", service.Limits{}, core.CodeRateLimited, 1, 10 * time.Minute},
		{"a date of a service whose clock is ahead", 429, map[string]string{"Retry-After": date(70 * time.Minute), "Date": date(time.Hour)}, "", service.Limits{}, core.CodeRateLimited, 1, 10 * time.Minute},
		{"a date in the past", 429, map[string]string{"Retry-After": date(-time.Hour), "Date": date(0)}, "", service.Limits{}, core.CodeRateLimited, 3, time.Minute},
		{"nonsense", 429, map[string]string{"Retry-After": "soon"}, "", service.Limits{}, core.CodeRateLimited, 3, time.Minute},
		{"nothing", 429, nil, "", service.Limits{RetryAfter: "none"}, core.CodeRateLimited, 3, time.Minute},
		{"for ever", 429, map[string]string{"Retry-After": "99999999999"}, "", service.Limits{}, core.CodeRateLimited, 1, 24 * time.Hour},
		{"another header", 429, map[string]string{"X-Wait": "30"}, "", service.Limits{RetryAfter: "X-Wait"}, core.CodeRateLimited, 1, 30 * time.Second},
		{"the window's reset", 429, map[string]string{"RateLimit-Reset": "40"}, "", service.Limits{}, core.CodeRateLimited, 1, 40 * time.Second},
		{"the reset as a time", 429, map[string]string{"X-RateLimit-Reset": fmt.Sprint(testNow.Add(50 * time.Second).Unix())}, "", service.Limits{}, core.CodeRateLimited, 1, 50 * time.Second},
		{"the reset in milliseconds", 429, map[string]string{"X-Rate-Limit-Time-Reset-Ms": "15000"}, "", service.Limits{}, core.CodeRateLimited, 1, 15 * time.Second},
		{"403 without a body", 403, map[string]string{"Retry-After": "60"}, "", service.Limits{Throttled: []string{"429", "403_without_body"}}, core.CodeRateLimited, 1, time.Minute},
		{"403 with a body", 403, nil, `{"title":"forbidden"}`, service.Limits{Throttled: []string{"429", "403_without_body"}}, core.CodeScopeMissing, 1, 0},
		{"503 with a time", 503, map[string]string{"Retry-After": "600"}, "", service.Limits{}, core.CodeServiceDown, 1, 10 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
				for k, v := range c.headers {
					w.Header().Set(k, v)
				}
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			})
			r.manifest.API.Limits = c.limits
			_, err := r.page()
			e := core.AsError(err)
			if e.Code != c.code || len(r.requests) != c.tries {
				t.Fatalf("%d tries: %v", len(r.requests), err)
			}
			if c.until != 0 && !e.Until.Equal(testNow.Add(c.until)) {
				t.Errorf("until %s, want %s", e.Until.Sub(testNow), c.until)
			}
		})
	}
}

func TestShortWaitIsSatOut(t *testing.T) {
	var n atomic.Int32
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(429)
			return
		}
		fmt.Fprintf(w, `{"items":%s}`, customersJSON(0, 2))
	})
	ids, err := r.readAll(core.Customers, ListQuery{})
	wantIDs(t, ids, err, 2)
	if len(r.waits) == 0 || r.waits[0] < 3*time.Second || r.waits[0] > 5*time.Second {
		t.Errorf("waited %v", r.waits)
	}
}

// Clients of one account share what its service said; others do not.
func TestHoldIsShared(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(429)
	})
	_, first := r.page()
	_, second := r.page()
	if len(r.requests) != 1 || core.CodeOf(second) != core.CodeRateLimited || !core.AsError(second).Until.Equal(core.AsError(first).Until) {
		t.Errorf("%d requests, then %v", len(r.requests), second)
	}
	other := r.caller.For(r.manifest, core.Connection{ID: "con_2", AccountID: "a2"})
	if _, err := other.Page(t.Context(), core.Customers, ListQuery{}, ""); core.CodeOf(err) != core.CodeRateLimited || len(r.requests) != 2 {
		t.Errorf("the other account: %d requests, %v", len(r.requests), err)
	}
}

func TestNothingRemaining(t *testing.T) {
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Left", "0")
		io.WriteString(w, `{"items":[]}`)
	})
	r.manifest.API.Limits = service.Limits{Remaining: "X-Left", Window: &service.Window{Max: 100, Per: "10s"}}
	for range 2 {
		if _, err := r.page(); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.waits) != 1 || r.waits[0] != 10*time.Second {
		t.Errorf("waited %v", r.waits)
	}
}

func TestConcurrencyIsShared(t *testing.T) {
	var running, most atomic.Int32
	r := newRig(t, func(w http.ResponseWriter, _ *http.Request) {
		n := running.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		running.Add(-1)
		io.WriteString(w, `{"items":[]}`)
	})
	r.manifest.API.Limits.Concurrent = 2
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := r.page(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(r.requests) != 20 || most.Load() > 2 {
		t.Errorf("%d requests, %d at once", len(r.requests), most.Load())
	}
}

// In no window of ten seconds do more than the allowed requests start.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(service.Limits{Window: &service.Window{Max: 8, Per: "10s"}}, core.SystemClock{})
		var starts []time.Time
		for range 40 {
			if err := l.enter(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			starts = append(starts, time.Now())
			l.leave()
		}
		for i := range starts[8:] {
			if d := starts[i+8].Sub(starts[i]); d < 10*time.Second {
				t.Fatalf("nine requests within %s", d)
			}
		}
		if whole := starts[39].Sub(starts[0]); whole > 70*time.Second {
			t.Errorf("40 requests took %s", whole)
		}
	})
}

// Searches for changes have limits of their own, and use up none of the others'.
func TestSearchWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(service.Limits{Window: &service.Window{Max: 100, Per: "1d"}, Search: &service.Window{Max: 4, Per: "1s"}}, core.SystemClock{})
		if l.per != 24*time.Hour {
			t.Errorf("a window of a day lasts %s", l.per)
		}
		start := func(search bool) time.Duration {
			began := time.Now()
			if err := l.enter(t.Context(), search); err != nil {
				t.Fatal(err)
			}
			l.leave()
			return time.Since(began)
		}
		began := time.Now()
		for range 31 {
			start(true)
		}
		if d := time.Since(began); d < 10*time.Second || d > 11*time.Second {
			t.Errorf("31 searches took %s, want 3 a second after the first", d)
		}
		for range 25 { // what may come at once of 100
			if d := start(false); d != 0 {
				t.Fatalf("another request waits %s", d)
			}
		}
	})
}
