package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/practice"
	"linkdesk/core/syncing"
)

type demoJSON struct {
	Connections []connectionJSON     `json:"connections"`
	Runs        []runJSON            `json:"runs"`
	Records     map[core.Model]int64 `json:"records"`
	Store       map[core.Model]int64 `json:"store"` // what the practice store itself counts
}

// runDemo does the main job on the practice store: connect, sync, change
// something there, sync again, look. It plays the person in the browser.
// Without --home it works in a folder of its own that is gone afterwards.
func runDemo(c *call, args []string) error {
	fs := c.flags("demo")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("demo: takes no words, got %q", words[0])
	}
	home := c.home
	if home == "" {
		if home, err = os.MkdirTemp("", "linkdesk-demo-"); err != nil {
			return core.E(core.CodeStorageFull, "The demo needs a little space in the temporary folder.", err)
		}
		defer os.RemoveAll(home)
	}
	app, err := openApp(c.ctx, appOptions{home: home, onDemand: true, sessionKey: c.home == ""})
	if err != nil {
		return err
	}
	defer app.Close()
	if err := app.Start(c.ctx, startOptions{}); err != nil {
		return err
	}
	if err := app.OpenVault(c.ctx, c.home == ""); err != nil {
		return explainVault(app, err)
	}
	c.app = app
	return c.demo()
}

func (c *call) say(format string, args ...any) {
	if !c.json {
		fmt.Fprintf(c.stdout, format+"\n", args...)
	}
}

func (c *call) demo() error {
	c.say("1. Connecting the practice store %s, as a person would in the browser", c.app.PracticeURL)
	view, err := c.demoConnect()
	if err != nil {
		return err
	}
	c.say("   %s is connected, signed in as %s", view.Name, view.AccountName)

	c.say("2. Copying everything")
	started := time.Now()
	runs, err := c.syncAndWait(syncing.Request{Connections: []core.ConnectionID{view.ID}, Mode: core.Incremental})
	if err != nil {
		return err
	}
	if err := c.demoRuns(runs, started); err != nil {
		return err
	}

	c.say("3. Adding an order at the store, and copying just that")
	if _, err := c.app.Practice.AddOrder(); err != nil {
		return err
	}
	started = time.Now()
	again, err := c.syncAndWait(syncing.Request{Connections: []core.ConnectionID{view.ID}, Mode: core.Incremental})
	if err != nil {
		return err
	}
	if err := c.demoRuns(again, started); err != nil {
		return err
	}
	return c.demoReport(view.ID, append(runs, again...))
}

func (c *call) demoConnect() (connection.View, error) {
	m, err := c.app.Registry.Get("practice")
	if err != nil {
		return connection.View{}, err
	}
	access, err := parseAccessMap("", m)
	if err != nil {
		return connection.View{}, err
	}
	pending, err := c.app.Connections.Begin(c.ctx, connection.Draft{Service: m.ID, Access: access, NoBrowser: true})
	if err != nil {
		return connection.View{}, err
	}
	defer pending.Cancel()
	browser := make(chan error, 1)
	go func() {
		_, err := practice.Approve(c.ctx, &http.Client{Timeout: time.Minute}, pending.URL(), practice.ApproveOptions{})
		browser <- err
	}()
	result, err := pending.Wait(c.ctx)
	if err != nil {
		return connection.View{}, err
	}
	if err := <-browser; err != nil {
		return connection.View{}, err
	}
	return c.app.Connections.Get(c.ctx, result.Connection.ID)
}

func (c *call) demoRuns(runs []core.Run, started time.Time) error {
	if !c.json {
		if err := c.showRuns(runs); err != nil {
			return err
		}
		c.say("   in %s", time.Since(started).Round(time.Millisecond))
	}
	return runsError(runs)
}

// demoReport compares what was copied with what the store says it has. Other
// connections may be in the folder, also of an earlier demo.
func (c *call) demoReport(id core.ConnectionID, runs []core.Run) error {
	counts, err := c.app.DB.Records().Counts(c.ctx, id)
	if err != nil {
		return err
	}
	views, err := c.app.Connections.List(c.ctx)
	if err != nil {
		return err
	}
	out := demoJSON{Records: allModels(counts), Store: map[core.Model]int64{}}
	for m, n := range c.app.Practice.Counts() {
		out.Store[m] = int64(n)
	}
	for _, v := range views {
		out.Connections = append(out.Connections, toConnectionJSON(v))
	}
	for _, r := range runs {
		out.Runs = append(out.Runs, toRunJSON(r))
	}
	if c.json {
		if err := c.printJSON(out); err != nil {
			return err
		}
	}
	c.say("4. Comparing with the store's own count")
	for _, m := range core.Models() {
		c.say("   %-10s %6s here %6s there", m.Title(), number(out.Records[m]), number(out.Store[m]))
		if out.Records[m] != out.Store[m] {
			return core.E(core.CodeInternal, fmt.Sprintf("%s: %d were copied, the store has %d.", m.Title(), out.Records[m], out.Store[m]), nil)
		}
	}
	c.say("All of it is on this computer now. Run `linkdesk` for the window.")
	return nil
}
