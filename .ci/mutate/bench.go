package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

//go:embed switch.txt
var switchText string

// bench holds the test program that all mutants are built into.
type bench struct {
	dir, scratch, program string
}

func newBench(dir string, files []*source) (*bench, error) {
	scratch, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, scratch: scratch, program: filepath.Join(scratch, "all.test")}
	replaced := map[string][]byte{filepath.Join(dir, "mutants_switch.go"): fmt.Appendf(nil, switchText, filepath.Base(dir))}
	for _, f := range files {
		replaced[f.path] = f.instrumented()
	}
	if out, err := b.build(b.program, scratch, replaced); err != nil {
		return nil, fmt.Errorf("building the mutants: %w\n%s", err, out)
	}
	if out, err := b.test(b.program, 0); err != nil {
		return nil, fmt.Errorf("the tests fail without a mutant: %w\n%s", err, out)
	}
	return b, nil
}

// build builds the tests with some files replaced.
func (b *bench) build(program, scratch string, replaced map[string][]byte) ([]byte, error) {
	overlay := map[string]string{}
	for path, text := range replaced {
		original, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		overlay[original] = filepath.Join(scratch, filepath.Base(path))
		if err := os.WriteFile(overlay[original], text, 0o600); err != nil {
			return nil, err
		}
	}
	doc, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", file, "-o", program, "./"+filepath.Clean(b.dir))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return cmd.CombinedOutput()
}

// test runs a test program as a mutant.
func (b *bench) test(program string, mutant int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-test.failfast", "-test.timeout=60s")
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "MUTANT="+strconv.Itoa(mutant))
	return cmd.CombinedOutput()
}

// passes reports whether the tests pass as the mutant; one that cannot be built does not.
func (b *bench) passes(m mutant) bool {
	if !m.alone {
		_, err := b.test(b.program, m.id)
		return err == nil
	}
	scratch, err := os.MkdirTemp(b.scratch, "alone")
	if err != nil {
		return true
	}
	defer os.RemoveAll(scratch)
	text, err := os.ReadFile(m.file)
	if err != nil {
		return true
	}
	program := filepath.Join(scratch, "one.test")
	if _, err := b.build(program, scratch, map[string][]byte{m.file: slices.Concat(text[:m.from], []byte(m.with), text[m.to:])}); err != nil {
		return false
	}
	_, err = b.test(program, 0)
	return err == nil
}
