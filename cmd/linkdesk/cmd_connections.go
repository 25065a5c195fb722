package main

import (
	"fmt"
	"strings"

	"linkdesk/core"
	"linkdesk/core/connection"
)

func runConnections(c *call, args []string) error {
	fs := c.flags("connections")
	all := fs.Bool("all", false, "verify every connection")
	drop := fs.Bool("drop-records", false, "delete: remove the copied records too")
	noBrowser := fs.Bool("no-browser", false, "reauthorize: print the link instead of opening it")
	keyStdin := fs.Bool("key-stdin", false, "reauthorize: read the API key, or the Client Secret, from standard input")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	verb := "list"
	if len(words) > 0 {
		verb, words = words[0], words[1:]
	}
	wants := map[string]int{"list": 0, "verify": 1, "reauthorize": 1, "rename": 2, "delete": 1}
	n, known := wants[verb]
	if *all && verb == "verify" {
		n = 0
	}
	if !known || len(words) != n {
		return usagef("connections: use list, verify ID or --all, reauthorize ID, rename ID NAME, or delete ID")
	}
	if err := c.vaultFor(verb); err != nil {
		return err
	}
	if verb == "list" {
		return listConnections(c)
	}
	if verb == "verify" && *all {
		return verifyAll(c)
	}
	id, err := c.findConnection(words[0])
	if err != nil {
		return err
	}
	switch verb {
	case "verify":
		return verifyOne(c, id)
	case "reauthorize":
		return reauthorize(c, id, *noBrowser, *keyStdin)
	case "rename":
		if err := c.app.Connections.Rename(c.ctx, id, words[1]); err != nil {
			return err
		}
		return c.showConnection(id)
	}
	return deleteConnection(c, id, *drop)
}

// vaultFor opens the sign-ins for what is to be done with connections. A name has
// nothing to do with them. Locked ones are a state of the list, not a fault of
// it, and a permission that cannot be withdrawn now waits.
func (c *call) vaultFor(verb string) error {
	if verb == "rename" {
		return nil
	}
	err := c.needVault()
	if err == nil || verb == "verify" || verb == "reauthorize" {
		return err
	}
	if !c.json {
		printError(c.stderr, err)
	}
	return nil
}

// findConnection takes an id, or a name that only one connection has.
func (c *call) findConnection(word string) (core.ConnectionID, error) {
	views, err := c.app.Connections.List(c.ctx)
	if err != nil {
		return "", err
	}
	var found []core.ConnectionID
	for _, v := range views {
		if string(v.ID) == word {
			return v.ID, nil
		}
		if strings.EqualFold(v.Name, word) {
			found = append(found, v.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", core.NotFound("There is no connection “" + word + "”. `linkdesk connections` lists them.")
	}
	return "", core.Invalid("Several connections are called “" + word + "”. Use the ID; `linkdesk connections` lists them.")
}

func listConnections(c *call) error {
	views, err := c.app.Connections.List(c.ctx)
	if err != nil {
		return err
	}
	return printConnections(c, views)
}

func printConnections(c *call, views []connection.View) error {
	out := []connectionJSON{}
	var rows [][]string
	for _, v := range views {
		out = append(out, toConnectionJSON(v))
		rows = append(rows, []string{string(v.ID), v.Connection.Service, v.Name, v.AccountName, string(v.Status), when(v.Health.OKAt)})
	}
	if c.json {
		return c.printJSON(out)
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.stdout, "No connections yet. Try `linkdesk connect practice`.")
		return nil
	}
	table(c.stdout, []string{"ID", "SERVICE", "NAME", "ACCOUNT", "STATUS", "LAST GOOD CHECK"}, rows)
	return nil
}

func (c *call) showConnection(id core.ConnectionID) error {
	v, err := c.app.Connections.Get(c.ctx, id)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(toConnectionJSON(v))
	}
	return printConnections(c, []connection.View{v})
}

func verifyOne(c *call, id core.ConnectionID) error {
	v, err := c.app.Connections.Verify(c.ctx, id)
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(toConnectionJSON(v)); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(c.stdout, "%s: %s\n", v.Name, v.Status)
		printChecks(c, v)
	}
	return healthError(v)
}

func verifyAll(c *call) error {
	views, err := c.app.Connections.VerifyAll(c.ctx)
	if err != nil {
		return err
	}
	if err := printConnections(c, views); err != nil {
		return err
	}
	for _, v := range views {
		if err := healthError(v); err != nil {
			return err
		}
	}
	return nil
}

// healthError makes the exit status tell what the check found.
func healthError(v connection.View) error {
	if v.Health.Code != "" {
		return core.E(v.Health.Code, "", nil)
	}
	return nil
}

func reauthorize(c *call, id core.ConnectionID, noBrowser, keyStdin bool) error {
	v, err := c.app.Connections.Get(c.ctx, id)
	if err != nil {
		return err
	}
	d := connection.Draft{Service: v.Connection.Service, Reauthorize: id, Method: v.Method, ClientID: v.ClientID,
		Inputs: v.Inputs, Access: v.Access, NoBrowser: noBrowser, Secrets: map[string]core.Secret{}}
	if keyStdin {
		if err := c.readKey(&d, v.Service); err != nil {
			return err
		}
	}
	return c.signIn(d)
}

func deleteConnection(c *call, id core.ConnectionID, drop bool) error {
	v, err := c.app.Connections.Get(c.ctx, id)
	if err != nil {
		return err
	}
	d, err := c.app.Connections.Delete(c.ctx, id, connection.DeleteOptions{DropRecords: drop})
	if err != nil {
		return err
	}
	// On the command line there is no one to press Undo: it counts at once.
	outcome, err := d.Commit(c.ctx)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"id": id, "deleted": true, "access": outcome})
	}
	fmt.Fprintf(c.stdout, "Deleted. Access at the service: %v.\n", outcome)
	if outcome == connection.ToldLater {
		fmt.Fprintln(c.stdout, "Linkdesk tries again whenever it runs with open sign-ins, for 7 days.")
	}
	if outcome != connection.Withdrawn && v.Service.Settings != "" {
		fmt.Fprintf(c.stdout, "To remove it there yourself: %s\n", v.Service.Settings)
	}
	return nil
}
