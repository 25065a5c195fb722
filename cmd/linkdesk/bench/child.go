package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"time"
)

// task is what a child does; the parent hands it over as JSON in the second argument.
type task struct {
	Do      string // one of the keys of jobs, or "shop"
	Shop    string // host and port; of callers: where the server is
	Dir     string // of the data file
	Orders  int
	Times   int    // syncs with nothing new, and reads of each kind
	Profile string // file for a CPU profile; "": none

	Paths  []string // of callers: what they read in turn
	Bearer string
}

// result is what a child measured.
type result struct {
	CPU, Wall time.Duration // of the work, without the start of the process
	Peak      int64         // resident memory of the whole process, bytes
	Size      int64         // of the data file afterwards, bytes
	Requests  []float64     // of each sync with nothing new
	SyncCPU   []float64     // of each, ms
	Pages     []float64     // reading back, wall ms each
	Numbers   []float64
	Emails    []float64

	Calls     int     // of a server, or of callers
	PerSecond float64 // of those
	P99       float64 // ms
	Checks    float64 // of a token that is remembered, a second
	LookUps   float64 // of one that is looked up in the data file
}

// jobs are what can be measured. Each opens what it needs, works and closes.
var jobs = map[string]func(context.Context, task, *result) error{
	"floor":       measureFloor,
	"load":        measureLoad,
	"repull":      measureRepull,
	"incremental": measureIncremental,
	"read":        measureRead,

	"api":           measureAPI,
	"floor json":    measureFloorHTTP,
	"floor columns": measureFloorHTTP,
	"callers":       measureCallers,
}

// runChild does the task and prints the result.
func runChild(ctx context.Context, text string, stdin io.Reader, stdout io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return err
	}
	if t.Do == "shop" {
		return serveShop(ctx, stdin, stdout)
	}
	job := jobs[t.Do]
	if job == nil {
		return fmt.Errorf("there is nothing called %q to measure", t.Do)
	}
	var r result
	if err := profiled(t.Profile, func() error { return job(ctx, t, &r) }); err != nil {
		return err
	}
	var err error
	if r.Peak, err = peakRSS(); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(r)
}

func profiled(file string, work func() error) error {
	if file == "" {
		return work()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = work()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

// timed adds up processor time and time of work.
func (r *result) timed(work func() error) error {
	cpu, err := cpuTime()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := work(); err != nil {
		return err
	}
	r.Wall += time.Since(began)
	after, err := cpuTime()
	r.CPU += after - cpu
	return err
}

func childCommand(ctx context.Context, t task) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, childWord, string(text))
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// measure does a task in a process of its own.
func measure(ctx context.Context, t task) (r result, err error) {
	cmd, err := childCommand(ctx, t)
	if err != nil {
		return r, err
	}
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s of %d orders: %w", t.Do, t.Orders, err)
	}
	return r, json.Unmarshal(out, &r)
}

// startShop starts the shop in a process of its own, so that its processor time
// is not counted, and returns its address. stop ends it and waits.
func startShop(ctx context.Context) (addr string, stop func() error, err error) {
	cmd, err := childCommand(ctx, task{Do: "shop"})
	if err != nil {
		return "", nil, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() error { return errors.Join(stdin.Close(), cmd.Wait()) }
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("the shop did not start: %w", err), stop())
	}
	return strings.TrimSpace(line), stop, nil
}
