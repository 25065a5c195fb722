package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// version is set by the Makefile from FyneApp.toml.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// global are the flags that stand before the command.
type global struct {
	home       string
	background bool
	args       []string
}

// run is main without the process, so that tests can call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	g, err := parseGlobal(args)
	if err != nil {
		return fail(stderr, err, usageText())
	}
	c := &call{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, home: g.home}
	if len(g.args) == 0 {
		return runWindow(c, g.background)
	}
	name, rest := g.args[0], g.args[1:]
	switch name {
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usageText())
		return exitOK
	case "version", "--version":
		fmt.Fprintln(stdout, "linkdesk "+version)
		return exitOK
	}
	for _, cmd := range commands() {
		if cmd.name == name {
			return dispatch(c, cmd, rest)
		}
	}
	return fail(stderr, usagef("there is no command %q", name), usageText())
}

// parseGlobal takes --home and --background from anywhere in the arguments,
// because people write them before and after the command.
func parseGlobal(args []string) (global, error) {
	g := global{home: os.Getenv("LINKDESK_HOME")}
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(args[i], "=")
		switch name {
		case "--home", "-home":
			if !has {
				if i++; i == len(args) {
					return g, usagef("--home needs a folder")
				}
				value = args[i]
			}
			if value == "" {
				return g, usagef("--home needs a folder")
			}
			g.home = value
		case "--background", "-background":
			g.background = true
		default:
			g.args = append(g.args, args[i])
		}
	}
	return g, nil
}

func fail(stderr io.Writer, err error, usage string) int {
	printError(stderr, err)
	var u errUsage
	if errors.As(err, &u) {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	return exitFailure
}

func usageText() string {
	var b strings.Builder
	b.WriteString("Usage: linkdesk [--home DIR] [COMMAND]\n\n  (no command)   the window; --background: only the tray\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-14s %s\n                 linkdesk %s\n", c.name, c.about, c.usage)
	}
	b.WriteString("\nEvery command takes --json and --home. Exit status: 0 done, 1 failed, 2 wrong usage, 3 no display.\n")
	return b.String()
}
