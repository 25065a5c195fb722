// Mutate changes one thing of a package at a time and runs its tests: a mutant
// that no test notices is printed. In the top folder:
//
//	go run ./.ci/mutate [-only regexp] [-list] ./core/authserver
//
// A mutant is a condition turned round, a comparison that takes in its limit, &&
// for ||, a number one larger, or a statement left out. All are built into one
// test program, which is told by MUTANT=number which of them to be; only numbers
// in constants need a program each. Those of equivalent.txt, which change nothing
// that could be seen, are left out. Exit status 1: some survived.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed equivalent.txt
var equivalents string

func main() {
	only := flag.String("only", "", "regular expression on what -list prints")
	list := flag.Bool("list", false, "only list the mutants")
	workers := flag.Int("p", 2, "mutants at a time")
	flag.Parse()
	if err := run(flag.Arg(0), regexp.MustCompile(*only), *list, *workers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string, only *regexp.Regexp, list bool, workers int) error {
	files, err := collect(dir)
	if err != nil {
		return err
	}
	skip := strings.Split(equivalents, "\n")
	var todo []mutant
	equal := 0
	for _, f := range files {
		for _, m := range f.mutants {
			switch {
			case !only.MatchString(m.name()):
			case slices.Contains(skip, m.name()):
				equal++
			default:
				todo = append(todo, m)
			}
		}
	}
	if list {
		for _, m := range todo {
			fmt.Println(m.name())
		}
		return nil
	}
	b, err := newBench(dir, files)
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	survivors := b.try(todo, workers)
	fmt.Printf("%d mutants: %d killed, %d survived; %d more are equivalent\n", len(todo), len(todo)-survivors, survivors, equal)
	if survivors > 0 {
		return fmt.Errorf("a change that no test notices")
	}
	return nil
}

// try runs the tests once for each mutant and returns how many passed.
func (b *bench) try(all []mutant, workers int) (survivors int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan mutant)
	for range workers {
		wg.Go(func() {
			for m := range next {
				if b.passes(m) {
					mu.Lock()
					survivors++
					fmt.Printf("%s:%d survived\n%s\n", filepath.Base(m.file), m.line, m.name())
					mu.Unlock()
				}
			}
		})
	}
	for _, m := range all {
		next <- m
	}
	close(next)
	wg.Wait()
	return survivors
}
