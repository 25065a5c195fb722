package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// bench is one call of the command.
type bench struct {
	shop    string // host and port
	dir     string // for data files
	orders  int
	rounds  int
	times   int    // syncs with nothing new, and reads of each kind, a round
	profile string // folder for CPU profiles of the first round; "": none
	rows    []*row
	sizes   map[int]*loads // of the memory rows, by number of orders
}

// loads are the figures of first loads of one size: MB and us, one a round.
type loads struct{ peak, cpu []float64 }

// row is one printed figure: a value for each round, or for each request.
type row struct {
	group, name, unit string
	digits            int
	values            []float64
}

// add notes a value of a row; rows stand in the order in which they first came.
func (b *bench) add(group, name, unit string, digits int, values ...float64) {
	for _, r := range b.rows {
		if r.group == group && r.name == name {
			r.values = append(r.values, values...)
			return
		}
	}
	b.rows = append(b.rows, &row{group, name, unit, digits, values})
}

// run takes the rounds in turn, so that what the machine does meanwhile meets
// all rows alike. progress is told what is going on.
func (b *bench) run(ctx context.Context, progress func(round int, what string)) error {
	for n := 1; n <= b.rounds; n++ {
		if err := b.round(ctx, func(what string) { progress(n, what) }); err != nil {
			return err
		}
		b.profile = ""
	}
	b.addSizes()
	return nil
}

// addSizes adds the rows of a tenth, the whole and three times the number of
// orders. What each further record costs is set apart from what a process costs
// once, such as touching its memory for the first time.
func (b *bench) addSizes() {
	smaller := 0
	for _, size := range []int{b.orders / 10, b.orders, b.orders * 3} {
		l, name := b.sizes[size], thousands(size)+" orders: "
		b.add("Memory and size", name+"peak resident", "MB", 0, l.peak...)
		var each, further []float64
		for i, cpu := range l.cpu {
			each = append(each, cpu/float64(size))
			if smaller > 0 {
				further = append(further, (cpu-b.sizes[smaller].cpu[i])/float64(size-smaller))
			}
		}
		b.add("Memory and size", name+"CPU per record", "us", 1, each...)
		if smaller > 0 {
			b.add("Memory and size", name+"per further", "us", 1, further...)
		}
		smaller = size
	}
}

func (b *bench) round(ctx context.Context, progress func(what string)) error {
	progress("the floor")
	floor, err := b.alone(ctx, "floor", b.orders)
	if err != nil {
		return err
	}
	n := float64(b.orders)
	b.add("Floor", "CPU", "s", 2, floor.CPU.Seconds())
	b.add("Floor", "CPU per record", "us", 1, us(floor.CPU)/n)
	b.add("Floor", "wall", "s", 2, floor.Wall.Seconds())
	b.add("Floor", "peak resident", "MB", 0, mb(floor.Peak))
	b.add("Floor", "data file", "MB", 1, mb(floor.Size))
	if err := b.product(ctx, floor, progress); err != nil {
		return err
	}
	for _, size := range []int{b.orders / 10, b.orders * 3} {
		progress("a first load of " + thousands(size) + " orders")
		load, err := b.alone(ctx, "load", size)
		if err != nil {
			return err
		}
		b.noteSize(size, load)
	}
	return nil
}

// product measures what follows on each other in one data file.
func (b *bench) product(ctx context.Context, floor result, progress func(what string)) (err error) {
	dir, err := os.MkdirTemp(b.dir, "product")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	step := func(do, what string) (result, error) {
		progress(what)
		return b.measure(ctx, do, dir, b.orders)
	}
	load, err := step("load", "the first load")
	if err != nil {
		return err
	}
	b.noteLoad(load, floor)
	again, err := step("repull", "reading everything again")
	if err != nil {
		return err
	}
	b.add("Unchanged full re-pull", "CPU", "s", 2, again.CPU.Seconds())
	b.add("Unchanged full re-pull", "CPU, ratio to own first load", "x", 2, again.CPU.Seconds()/load.CPU.Seconds())
	b.add("Unchanged full re-pull", "data file grew by", "kB", 0, float64(again.Size-load.Size)/1e3)
	nothing, err := step("incremental", "asking for changes")
	if err != nil {
		return err
	}
	b.add("Incremental, nothing new", "requests a sync", "", 0, nothing.Requests...)
	b.add("Incremental, nothing new", "CPU a sync", "ms", 2, nothing.SyncCPU...)
	read, err := step("read", "reading back")
	if err != nil {
		return err
	}
	b.add("Reading back, wall", "a page of 100, by date", "ms", 2, read.Pages...)
	b.add("Reading back, wall", "search by number", "ms", 2, read.Numbers...)
	b.add("Reading back, wall", "search by e-mail", "ms", 2, read.Emails...)
	return b.overHTTP(step)
}

// overHTTP measures the API beside two floors that read the same file.
func (b *bench) overHTTP(step func(do, what string) (result, error)) error {
	const group = "Reading back over HTTP, a page of 100"
	var floors []result
	for _, kind := range []struct{ do, name string }{{"floor json", "floor, stored JSON: "}, {"floor columns", "floor, a few columns: "}, {"api", "Linkdesk: "}} {
		r, err := step(kind.do, "reading back over HTTP, "+kind.do)
		if err != nil {
			return err
		}
		cpu := us(r.CPU) / float64(r.Calls)
		b.add(group, kind.name+"requests", "1/s", 0, r.PerSecond)
		b.add(group, kind.name+"p99", "ms", 2, r.P99)
		b.add(group, kind.name+"CPU a request", "us", 0, cpu)
		if kind.do != "api" {
			floors = append(floors, r)
			continue
		}
		for i, name := range []string{"stored JSON", "a few columns"} {
			b.add(group, "CPU, ratio to "+name, "x", 2, cpu/(us(floors[i].CPU)/float64(floors[i].Calls)))
		}
		b.add("Token check, in process", "remembered", "1/s", 0, r.Checks)
		b.add("Token check, in process", "looked up in the data file", "1/s", 0, r.LookUps)
	}
	return nil
}

func (b *bench) noteLoad(load, floor result) {
	b.add("First load", "CPU", "s", 2, load.CPU.Seconds())
	b.add("First load", "CPU per record", "us", 1, us(load.CPU)/float64(b.orders))
	b.add("First load", "CPU, ratio to the floor", "x", 2, load.CPU.Seconds()/floor.CPU.Seconds())
	b.add("First load", "wall", "s", 2, load.Wall.Seconds())
	b.add("First load", "wall, ratio to the floor", "x", 2, load.Wall.Seconds()/floor.Wall.Seconds())
	b.add("First load", "peak resident", "MB", 0, mb(load.Peak))
	b.add("First load", "data file", "MB", 1, mb(load.Size))
	b.noteSize(b.orders, load)
}

func (b *bench) noteSize(size int, load result) {
	l := b.sizes[size]
	if l == nil {
		l = &loads{}
		b.sizes[size] = l
	}
	l.peak = append(l.peak, mb(load.Peak))
	l.cpu = append(l.cpu, us(load.CPU))
}

// alone measures something in a fresh folder.
func (b *bench) alone(ctx context.Context, do string, orders int) (r result, err error) {
	dir := filepath.Join(b.dir, do)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return b.measure(ctx, do, dir, orders)
}

func (b *bench) measure(ctx context.Context, do, dir string, orders int) (result, error) {
	t := task{Do: do, Shop: b.shop, Dir: dir, Orders: orders, Times: b.times}
	if b.profile != "" {
		t.Profile = filepath.Join(b.profile, fmt.Sprintf("%s-%d.prof", do, orders))
	}
	return measure(ctx, t)
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
func mb(bytes int64) float64     { return float64(bytes) / 1e6 }
