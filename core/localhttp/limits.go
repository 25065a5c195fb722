package localhttp

import (
	"maps"
	"sync"
	"time"
)

const (
	limitWindow = time.Minute
	mostWindows = 1000 // names that are counted apart; further ones share a count
)

// Limits counts what happens under a name, in windows of a minute. The zero
// value is ready; it may be used from any goroutine.
type Limits struct {
	mu      sync.Mutex
	windows map[string]window
}

type window struct {
	began time.Time
	count int
}

// Take counts one more, unless that would be more than most: then it returns
// how long to wait.
func (l *Limits) Take(name string, most int, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.windows == nil {
		l.windows = map[string]window{}
	}
	over := func(w window) bool { return now.Before(w.began) || now.Sub(w.began) >= limitWindow }
	w, known := l.windows[name]
	if !known && len(l.windows) >= mostWindows {
		maps.DeleteFunc(l.windows, func(_ string, w window) bool { return over(w) })
		if len(l.windows) >= mostWindows {
			name = ""
			w = l.windows[name]
		}
	}
	if over(w) {
		w = window{began: now}
	}
	if w.count >= most {
		return w.began.Add(limitWindow).Sub(now)
	}
	w.count++
	l.windows[name] = w
	return 0
}
