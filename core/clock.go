package core

import "time"

// Clock tells the wall-clock time. Everything that is due, expires or is
// stamped asks a Clock, so that tests can move time and so that a computer
// that slept is noticed: due times are wall-clock rows, never timers.
type Clock interface{ Now() time.Time }

// SystemClock is the computer's own clock, in UTC and without the monotonic
// part: two readings differ by what the wall clock moved, sleep included.
type SystemClock struct{}

// Now returns the current time.
func (SystemClock) Now() time.Time { return time.Now().UTC().Round(0) }
