package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"linkdesk/core"
	"linkdesk/core/desktop"
)

// dispatch carries a command out: inside the running instance when there is
// one, else here with a core of its own that lives as long as the command.
func dispatch(c *call, cmd command, args []string) int {
	if cmd.local {
		return exitCode(c, cmd, cmd.run(c, args))
	}
	paths, err := desktop.FindPaths(c.home)
	if err != nil {
		return exitCode(c, cmd, err)
	}
	app, err := openApp(c.ctx, appOptions{home: c.home, port: -1, onDemand: true})
	if errors.Is(err, desktop.ErrRunning) {
		return forward(c, paths, cmd, args)
	}
	if err != nil {
		return exitCode(c, cmd, err)
	}
	defer app.Close()
	if err := app.Start(c.ctx, startOptions{}); err != nil {
		return exitCode(c, cmd, err)
	}
	c.app = app
	return exitCode(c, cmd, cmd.run(c, args))
}

func exitCode(c *call, cmd command, err error) int {
	if err == nil {
		return exitOK
	}
	return fail(c.stderr, err, "Usage: linkdesk "+cmd.usage+"\n")
}

// forward sends the command to the running window or `serve`.
func forward(c *call, paths desktop.Paths, cmd command, args []string) int {
	req := desktop.Request{Cmd: "run", Args: append([]string{cmd.name}, args...)}
	// Without a folder of its own the command names its files from the root on.
	req.Dir, _ = os.Getwd()
	if wantsStdin(args) {
		text, err := io.ReadAll(io.LimitReader(c.stdin, 64<<10))
		if err != nil {
			return exitCode(c, cmd, core.E(core.CodeInvalid, "Standard input cannot be read.", err))
		}
		req.Stdin = text
	}
	code, err := desktop.Send(c.ctx, paths, req, c.stdout, c.stderr)
	if err != nil {
		return exitCode(c, cmd, err)
	}
	return code
}

func wantsStdin(args []string) bool {
	for _, a := range args {
		if strings.TrimLeft(a, "-") == "key-stdin" {
			return true
		}
	}
	return false
}

// handle answers the activation socket of a running instance.
func (a *App) handle(show func()) desktop.Handler {
	return func(ctx context.Context, req desktop.Request, stdout, stderr io.Writer) int {
		switch req.Cmd {
		case "ping":
			return exitOK
		case "show":
			show()
			return exitOK
		case "run":
			return a.runForwarded(ctx, req, stdout, stderr)
		}
		fmt.Fprintln(stderr, "linkdesk: the running Linkdesk does not know this request; restart it.")
		return exitUsage
	}
}

func (a *App) runForwarded(ctx context.Context, req desktop.Request, stdout, stderr io.Writer) int {
	c := &call{ctx: ctx, app: a, dir: req.Dir, stdin: bytes.NewReader(req.Stdin), stdout: stdout, stderr: stderr}
	for _, cmd := range commands() {
		if len(req.Args) > 0 && cmd.name == req.Args[0] && !cmd.local {
			return exitCode(c, cmd, cmd.run(c, req.Args[1:]))
		}
	}
	return fail(stderr, usagef("the running Linkdesk does not know this command; restart it"), "")
}
