package localhttp

import (
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	var l Limits
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 3 {
		if wait := l.Take("a", 3, now.Add(time.Duration(i)*time.Second)); wait != 0 {
			t.Errorf("call %d waits %v", i, wait)
		}
	}
	if wait := l.Take("a", 3, now.Add(59*time.Second)); wait != time.Second {
		t.Errorf("a fourth waits %v", wait)
	}
	if l.Take("b", 3, now) != 0 || l.Take("a", 3, now.Add(time.Minute)) != 0 || l.Take("a", 1, now) != 0 {
		t.Error("another name, the next minute or a clock set back has to wait")
	}
	for i := range 5 * mostWindows {
		l.Take("n"+string(rune(i)), 1, now)
	}
	if n := len(l.windows); n > mostWindows+1 {
		t.Errorf("%d windows are kept", n)
	}
	if l.Take("yet another", 1, now) == 0 {
		t.Error("names beyond the limit do not share a count")
	}
	if l.Take("later", 1, now.Add(2*time.Minute)) != 0 || len(l.windows) > 2 {
		t.Errorf("%d windows after two minutes", len(l.windows))
	}
}

// A name that is known keeps its own count when there are too many names.
func TestLimitsKnownName(t *testing.T) {
	var l Limits
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	l.Take("a", 2, now)
	for i := range 2 * mostWindows {
		l.Take("n"+string(rune(i)), 100, now)
	}
	if l.Take("a", 2, now) != 0 || l.Take("a", 2, now) == 0 {
		t.Error("the count of a known name was mixed with that of others")
	}
}
