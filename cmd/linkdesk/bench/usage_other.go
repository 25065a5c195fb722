//go:build !unix

package main

import (
	"errors"
	"time"
)

var errNoUsage = errors.New("the bench measures processor time on Linux, macOS and other Unix systems only")

func cpuTime() (time.Duration, error) { return 0, errNoUsage }
func peakRSS() (int64, error)         { return 0, errNoUsage }
