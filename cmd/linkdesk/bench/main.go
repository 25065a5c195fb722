package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// childWord as the first argument makes this process one of the bench's own.
const childWord = "child"

// fewest orders with which every search finds something.
const fewest = 1000

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is main without the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (err error) {
	if len(args) == 2 && args[0] == childWord {
		return runChild(ctx, args[1], stdin, stdout)
	}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(stderr)
	rounds := fs.Int("rounds", 3, "how often everything is measured")
	orders := fs.Int("orders", 100_000, "orders of the first load")
	quick := fs.Bool("quick", false, "one round with few orders: shows that it works, the figures mean nothing")
	asJSON := fs.Bool("json", false, "print one JSON document")
	profile := fs.String("cpuprofile", "", "write CPU profiles of the first round into this `folder`")
	if err := fs.Parse(args); err != nil {
		return err
	}
	times := 20
	if *quick {
		*rounds, *orders, times = 1, fewest, 5
	}
	if *rounds < 1 || *orders < fewest || fs.NArg() > 0 {
		return fmt.Errorf("use at least one round and %d orders, and nothing after the flags", fewest)
	}
	if *profile != "" {
		if *profile, err = filepath.Abs(*profile); err != nil {
			return err
		}
	}
	b := &bench{orders: *orders, rounds: *rounds, times: times, profile: *profile, sizes: map[int]*loads{}}
	if err := b.measured(ctx, stderr); err != nil {
		return err
	}
	if *asJSON {
		return b.report().printJSON(stdout)
	}
	return b.report().print(stdout)
}

// measured runs all rounds against a shop of their own, in a folder that goes afterwards.
func (b *bench) measured(ctx context.Context, stderr io.Writer) (err error) {
	if b.dir, err = os.MkdirTemp("", "linkdesk-bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	addr, stop, err := startShop(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	b.shop = addr
	return b.run(ctx, func(round int, what string) { fmt.Fprintf(stderr, "round %d of %d: %s\n", round, b.rounds, what) })
}
