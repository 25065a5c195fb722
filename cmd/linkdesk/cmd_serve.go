package main

import (
	"fmt"

	"linkdesk/core"
)

// runServe is Linkdesk without a window, until it is interrupted.
func runServe(c *call, args []string) error {
	fs := c.flags("serve")
	port := fs.Int("port", -1, "of the local address; 0: any")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("serve: takes no words, got %q", words[0])
	}
	if *port < -1 || *port > 65535 {
		return usagef("serve: there is no port %d", *port)
	}
	app, err := openApp(c.ctx, appOptions{home: c.home, port: *port, log: c.stderr})
	if err != nil {
		return core.Wrapf(err, "serve")
	}
	defer app.Close()
	// The vault comes first, so that an interrupted sync can go on at once. One
	// that stays closed is no reason to stop: what was copied can be read, and a
	// keyring may come late.
	locked := app.OpenVault(c.ctx, false)
	if err := app.Start(c.ctx, startOptions{apps: true, schedule: true}); err != nil {
		return err
	}
	if err := app.Local.State().Err; err != nil {
		return err
	}
	if locked != nil {
		printError(c.stderr, explainVault(app, locked))
		app.RetryVault()
	}
	unreachable := app.Listen(func() {})
	if err := c.printJSON(map[string]string{"api": app.Local.Origin(), "practice": app.PracticeURL}); err != nil {
		return err
	}
	fmt.Fprintln(c.stderr, "Linkdesk runs without a window. Ctrl+C ends it.")
	select {
	case err := <-unreachable: // nobody could answer the questions of apps, nor end it in order
		return core.Wrapf(err, "serve")
	case <-c.ctx.Done():
		return nil
	}
}
