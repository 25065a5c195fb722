package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"linkdesk/core"
)

// Exit codes of every command.
const (
	exitOK        = 0
	exitFailure   = 1
	exitUsage     = 2
	exitNoDisplay = 3 // `linkdesk` alone, on a machine without a display
)

// call is one command being carried out: where its words go and what it may use.
type call struct {
	ctx    context.Context
	app    *App // nil for commands that need none
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	json   bool
	home   string
	dir    string // the caller's folder, for a command that another process sent; "": our own
}

// path is a file as the caller names it.
func (c *call) path(name string) string {
	if c.dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.dir, name)
}

// needVault opens the sign-ins, unless they are open already. Commands call it
// once they know what they are asked, so that a wrong use is told first.
func (c *call) needVault() error {
	if !c.app.locked() {
		return nil
	}
	if err := c.app.OpenVault(c.ctx, false); err != nil {
		return explainVault(c.app, err)
	}
	return nil
}

// command is one sub-command.
type command struct {
	name  string
	usage string
	about string
	// run gets the arguments after the name. A command with local set opens
	// (or does without) the core itself and is never sent to a running instance.
	run   func(c *call, args []string) error
	local bool
}

func commands() []command {
	return []command{
		{name: "serve", usage: "serve [--port N]", about: "no window: scheduler and local address", run: runServe, local: true},
		{name: "demo", usage: "demo [--json]", about: "the main job on the practice store, printed", run: runDemo, local: true},
		{name: "services", usage: "services [--json] | services check FILE", about: "what Linkdesk can connect to", run: runServices},
		{name: "connect", usage: "connect SERVICE [--name N] [--set input=value]... [--access model=level,...] [--no-browser] [--key-stdin]", about: "sign in to a service", run: runConnect},
		{name: "connections", usage: "connections [list | verify ID|--all | reauthorize ID | rename ID NAME | delete ID]", about: "what is connected, and its health", run: runConnections},
		{name: "sync", usage: "sync [ID|--all] [--model M]... [--full] [--preview]", about: "copy the data now", run: runSync},
		{name: "records", usage: "records MODEL [--connection ID] [--search TEXT] [--format table|csv|jsonl] [--out FILE] | records --count", about: "look at the copied data", run: runRecords},
		{name: "apps", usage: "apps [list | create --name N --redirect URI... --scope S... [--public] | regenerate ID | pause ID | resume ID | revoke ID | delete ID]", about: "programs that may read the data", run: runApps},
		{name: "address", usage: "address [on | off] [--reach computer|docker|network] [--port N] [--make-certificate | --certificate FILE --key FILE]", about: "where such programs reach Linkdesk", run: runAddress},
		{name: "consents", usage: "consents [list | approve ID [--scope S...] [--hide-personal] | deny ID]", about: "questions of such programs, while serve runs", run: runConsents},
	}
}

// errUsage is a wrong use of a command; main prints it with the usage line and exits with 2.
type errUsage struct{ text string }

func (e errUsage) Error() string { return e.text }

func usagef(format string, args ...any) error { return errUsage{fmt.Sprintf(format, args...)} }

// flags returns a flag set that reports errors instead of exiting.
func (c *call) flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&c.json, "json", c.json, "one JSON document on standard output")
	return fs
}

// parse reads flags that may stand before, between and after the words, and
// returns the words.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var words []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, errUsage{strings.TrimPrefix(err.Error(), "flag ")}
		}
		args = fs.Args()
		if len(args) == 0 {
			return words, nil
		}
		words, args = append(words, args[0]), args[1:]
	}
}

// list is a flag that may be given several times, also with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			*l = append(*l, part)
		}
	}
	return nil
}

// printJSON writes one document.
func (c *call) printJSON(v any) error {
	enc := json.NewEncoder(c.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// printError says what happened, what to do, and the reference into the log.
func printError(w io.Writer, err error) {
	var usage errUsage
	if errors.As(err, &usage) {
		fmt.Fprintln(w, "linkdesk: "+usage.text)
		return
	}
	e := core.AsError(err)
	text := e.Code.Text()
	title, cause := fill(text.Title, e), e.Public
	if cause == "" {
		cause = fill(text.Cause, e)
	}
	switch {
	case e.Code == core.CodeInvalid, e.Code == core.CodeNotFound, e.Code == core.CodeKeyring && e.Public != "":
		title = "" // the public sentence says it all
	}
	fmt.Fprintln(w, strings.TrimSpace("linkdesk: "+strings.TrimSpace(title+sentenceEnd(title)+" "+cause)))
	if e.Ref != "" {
		fmt.Fprintln(w, "Reference: "+e.Ref)
	}
}

func sentenceEnd(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return ""
	}
	return "."
}

// fill puts into the words of an error class what is known about it; what is
// not known gets a plain word.
func fill(s string, e *core.Error) string {
	until := "a later time"
	if !e.Until.IsZero() {
		until = e.Until.Local().Format("15:04")
	}
	return strings.NewReplacer("{n} of {m} records", "Many records", " {service}", " the service", "{service}", "The service", "{data}", "this data", "{account}", "another account",
		"{other}", "this one", "{time}", until, "{ref}", e.Ref, "{port}", "it needs").Replace(s)
}
