//go:build !unix

package storage

// cpuSeconds is not measured here.
func cpuSeconds() float64 { return 0 }
