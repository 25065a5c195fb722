package main

import (
	"fmt"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/syncing"
)

func runSync(c *call, args []string) error {
	fs := c.flags("sync")
	var names list
	fs.Var(&names, "model", "only this data model; may be given several times")
	all := fs.Bool("all", false, "every connection (this is also the default)")
	full := fs.Bool("full", false, "everything again")
	preview := fs.Bool("preview", false, "say what would change, change nothing")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 1 || *all && len(words) > 0 {
		return usagef("sync: name one connection, or use --all")
	}
	req := syncing.Request{Mode: core.Incremental}
	if *full {
		req.Mode = core.Full
	}
	for _, n := range names {
		m, err := core.ParseModel(n)
		if err != nil {
			return err
		}
		req.Models = append(req.Models, m)
	}
	if err := c.needVault(); err != nil {
		return err
	}
	if len(words) == 1 {
		id, err := c.findConnection(words[0])
		if err != nil {
			return err
		}
		req.Connections = []core.ConnectionID{id}
	}
	if *preview {
		return previewSync(c, req)
	}
	runs, err := c.syncAndWait(req)
	if err != nil {
		return err
	}
	if err := c.showRuns(runs); err != nil {
		return err
	}
	return runsError(runs)
}

func (c *call) syncAndWait(req syncing.Request) ([]core.Run, error) {
	ids, err := c.app.Sync.SyncNow(c.ctx, req)
	if err != nil {
		return nil, err
	}
	defer c.tellWaits()()
	return c.app.Sync.Wait(c.ctx, ids)
}

// tellWaits says, while a sync goes on, when a service asks to wait: the person
// at the terminal would see nothing happen otherwise.
func (c *call) tellWaits() (stop func()) {
	var told time.Time
	return event.Subscribe(c.app.Bus, func(event.SyncChanged) {
		for _, p := range c.app.Sync.Running() {
			if p.WaitingUntil.After(told) {
				told = p.WaitingUntil
				fmt.Fprintf(c.stderr, "%s: the service asked us to wait until %s.\n", p.Model.Title(), told.Local().Format("15:04:05"))
			}
		}
	})
}

func (c *call) showRuns(runs []core.Run) error {
	if c.json {
		out := []runJSON{}
		for _, r := range runs {
			out = append(out, toRunJSON(r))
		}
		return c.printJSON(map[string]any{"runs": out})
	}
	names, err := c.connectionNames()
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		fmt.Fprintln(c.stdout, "Nothing to sync.")
		return nil
	}
	printRuns(c.stdout, runs, names)
	return nil
}

func (c *call) connectionNames() (map[core.ConnectionID]string, error) {
	views, err := c.app.Connections.List(c.ctx)
	names := map[core.ConnectionID]string{}
	for _, v := range views {
		names[v.ID] = v.Name
	}
	return names, err
}

// runsError makes the exit status tell when a part of a sync did not work, and
// names the data (P-06).
func runsError(runs []core.Run) error {
	for _, r := range runs {
		for _, m := range r.Models {
			if m.Status != core.RunOK {
				e := core.E(m.Code, m.Public, nil)
				e.Ref, e.Until = m.Ref, m.Until
				if m.Public == "" && m.Code != "" {
					e.Public = fill(m.Code.Text().Cause, e)
				}
				e.Public = m.Model.Title() + ": " + e.Public
				return e
			}
		}
	}
	return nil
}

func previewSync(c *call, req syncing.Request) error {
	counts, err := c.app.Sync.Preview(c.ctx, req)
	if err != nil {
		return err
	}
	if c.json {
		out := map[core.Model]modelJSON{}
		for m, n := range counts {
			out[m] = modelJSON{Status: core.RunOK, Read: n.Read, Added: n.Added, Changed: n.Changed, Removed: n.Removed, Unchanged: n.Unchanged, Failed: n.Failed}
		}
		return c.printJSON(map[string]any{"preview": out})
	}
	for _, m := range core.Models() {
		if n, ok := counts[m]; ok {
			fmt.Fprintf(c.stdout, "%s: would add %s, change %s, remove %s; %s stay as they are.\n", m.Title(), number(n.Added), number(n.Changed), number(n.Removed), number(n.Unchanged))
		}
	}
	return nil
}
