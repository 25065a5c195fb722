package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/service"
)

type connectFlags struct {
	name, method, clientID, access string
	set                            list
	noBrowser, keyStdin            bool
}

func runConnect(c *call, args []string) error {
	fs := c.flags("connect")
	var f connectFlags
	fs.StringVar(&f.name, "name", "", "name of the connection")
	fs.StringVar(&f.method, "method", "", "oauth2 or api_key")
	fs.StringVar(&f.clientID, "client-id", "", "your own Client ID at the service")
	fs.StringVar(&f.access, "access", "", "model=level,... (default: read everything)")
	fs.Var(&f.set, "set", "input=value")
	fs.BoolVar(&f.noBrowser, "no-browser", false, "print the link instead of opening it")
	fs.BoolVar(&f.keyStdin, "key-stdin", false, "read the API key, or the Client Secret, from standard input")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return usagef("connect: name one service (see `linkdesk services`)")
	}
	m, err := c.app.Registry.Get(words[0])
	if err != nil {
		return err
	}
	draft, err := f.draft(c, m)
	if err != nil {
		return err
	}
	if err := c.needVault(); err != nil {
		return err
	}
	return c.signIn(draft)
}

// draft turns the flags into what connection.Begin wants.
func (f connectFlags) draft(c *call, m *service.Manifest) (connection.Draft, error) {
	d := connection.Draft{Service: m.ID, Name: f.name, Method: f.method, ClientID: f.clientID, NoBrowser: f.noBrowser,
		Inputs: map[string]string{}, Secrets: map[string]core.Secret{}}
	for _, pair := range f.set {
		k, v, ok := strings.Cut(pair, "=")
		if !ok {
			return d, usagef("connect: --set wants input=value, not %q", pair)
		}
		d.Inputs[k] = v
	}
	var err error
	if d.Access, err = parseAccessMap(f.access, m); err != nil {
		return d, err
	}
	if d.Method == "" {
		d.Method = m.Auth[0].Method
		if f.keyStdin && f.clientID == "" {
			if _, ok := m.AuthMethod("api_key"); ok {
				d.Method = "api_key"
			}
		}
	}
	if f.keyStdin {
		return d, c.readKey(&d, m)
	}
	return d, nil
}

// readKey takes the API key or Client Secret from standard input.
func (c *call) readKey(d *connection.Draft, m *service.Manifest) error {
	line, err := bufio.NewReader(c.stdin).ReadString('\n')
	if err != nil && line == "" {
		return core.E(core.CodeInvalid, "Nothing came on standard input.", err)
	}
	return setKey(d, m, core.NewSecret(strings.TrimSpace(line)))
}

// setKey puts what came on standard input where the method wants a secret.
func setKey(d *connection.Draft, m *service.Manifest, key core.Secret) error {
	auth, ok := m.AuthMethod(d.Method)
	if !ok {
		return core.Invalid(m.Name + " has no sign-in method “" + d.Method + "”.")
	}
	if auth.Method == "oauth2" {
		d.ClientSecret = key
		return nil
	}
	for _, field := range auth.Fields {
		if field.Secret {
			d.Secrets[field.ID] = key
			return nil
		}
	}
	return core.Invalid(m.Name + " wants no key.")
}

// parseAccessMap reads "orders=read,segments=read_write"; empty means read
// everything that the service has.
func parseAccessMap(text string, m *service.Manifest) (core.AccessMap, error) {
	access := core.AccessMap{}
	if text == "" {
		for model, def := range m.Models {
			if def.IsSupported() {
				access[model] = core.Read
			}
		}
		return access, nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		name, level, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			return nil, usagef("--access wants model=level, not %q", pair)
		}
		model, err := core.ParseModel(name)
		if err != nil {
			return nil, err
		}
		if access[model], err = core.ParseAccess(level); err != nil {
			return nil, err
		}
	}
	return access, nil
}

// signIn carries a sign-in through, says where to go on, and prints the connection.
func (c *call) signIn(d connection.Draft) error {
	pending, err := c.app.Connections.Begin(c.ctx, d)
	if err != nil {
		return err
	}
	defer pending.Cancel()
	if url := pending.URL(); url != "" {
		switch {
		case d.NoBrowser:
			fmt.Fprintln(c.stderr, "Open this link in a browser and agree there:\n"+url)
		case pending.BrowserErr() != nil:
			fmt.Fprintln(c.stderr, "The browser could not be opened. Open this link yourself:\n"+url)
		default:
			fmt.Fprintln(c.stderr, "Continue in your browser. If no page opened, use this link:\n"+url)
		}
	}
	result, err := pending.Wait(c.ctx)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return core.E(core.CodeCancelled, "Nothing was changed.", err)
		}
		return err
	}
	view, err := c.app.Connections.Get(c.ctx, result.Connection.ID)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(toConnectionJSON(view))
	}
	fmt.Fprintf(c.stdout, "%s is connected. Signed in as %s.\n", view.Name, view.AccountName)
	printChecks(c, view)
	for _, m := range result.Missing {
		fmt.Fprintf(c.stdout, "The service did not give: %s. Everything else works.\n", m.Title())
	}
	return nil
}

func printChecks(c *call, v connection.View) {
	for _, check := range v.Health.Models {
		if check.OK {
			fmt.Fprintf(c.stdout, "  ✓ %s\n", check.Model.Title())
		} else {
			fmt.Fprintf(c.stdout, "  ✗ %s: %s\n", check.Model.Title(), fill(check.Code.Text().Title, core.E(check.Code, "", nil)))
		}
	}
}
