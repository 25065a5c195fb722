//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// cpuTime is the processor time of this process so far, user and system.
func cpuTime() (time.Duration, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, err
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), nil
}

// peakRSS is the most memory that this process had resident so far, in bytes.
// Linux is asked for that of the program: its rusage goes back to before exec
// and may be that of the parent.
func peakRSS() (int64, error) {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
		var kB int64
		if _, err := fmt.Sscan(string(after), &kB); err == nil {
			return kB << 10, nil
		}
	}
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, err
	}
	if runtime.GOOS == "darwin" {
		return int64(r.Maxrss), nil
	}
	return int64(r.Maxrss) << 10, nil
}
