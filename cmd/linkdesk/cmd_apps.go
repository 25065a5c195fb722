package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

type appJSON struct {
	ID           authserver.AppID `json:"id"`
	Name         string           `json:"name"`
	ClientID     string           `json:"client_id"`
	ClientSecret string           `json:"client_secret,omitempty"` // only when it was just made
	RedirectURIs []string         `json:"redirect_uris"`
	Scopes       []core.Scope     `json:"scopes"`
	Public       bool             `json:"public"`
	Paused       bool             `json:"paused"`
	Grants       int              `json:"grants"` // live ones
	LastUsed     time.Time        `json:"last_used,omitzero"`
}

func runApps(c *call, args []string) error {
	fs := c.flags("apps")
	var d authserver.Draft
	var redirects, scopes list
	fs.StringVar(&d.Name, "name", "", "create: name of the app")
	fs.Var(&redirects, "redirect", "create: where the app returns to; may be given several times")
	fs.Var(&scopes, "scope", "create: a permission; may be given several times")
	fs.BoolVar(&d.Public, "public", false, "create: the app cannot keep a secret")
	overlap := fs.Duration("overlap", authserver.DefaultOverlap, "regenerate: how long the old secret keeps working")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	verb := "list"
	if len(words) > 0 {
		verb, words = words[0], words[1:]
	}
	wants := map[string]int{"list": 0, "create": 0, "regenerate": 1, "pause": 1, "resume": 1, "revoke": 1, "delete": 1}
	if n, known := wants[verb]; !known || len(words) != n {
		return usagef("apps: use list, create, regenerate ID, pause ID, resume ID, revoke ID or delete ID")
	}
	switch verb {
	case "list":
		return c.listApps()
	case "create":
		d.RedirectURIs = redirects
		if d.Scopes, err = core.ParseScopes(strings.Join(scopes, " ")); err != nil {
			return err
		}
		app, secret, err := c.app.Apps.CreateApp(c.ctx, d)
		if err != nil {
			return err
		}
		return c.showSecret(app, secret)
	}
	return c.changeApp(verb, authserver.AppID(words[0]), *overlap)
}

func (c *call) changeApp(verb string, id authserver.AppID, overlap time.Duration) (err error) {
	switch verb {
	case "regenerate":
		app, secret, err := c.app.Apps.RegenerateSecret(c.ctx, id, overlap)
		if err != nil {
			return err
		}
		return c.showSecret(app, secret)
	case "pause":
		err = c.app.Apps.PauseApp(c.ctx, id, true)
	case "resume":
		err = c.app.Apps.PauseApp(c.ctx, id, false)
	case "revoke":
		err = c.app.Apps.RevokeApp(c.ctx, id)
	case "delete":
		err = c.app.Apps.DeleteApp(c.ctx, id)
	}
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(map[string]any{"id": id, "done": verb})
	}
	fmt.Fprintln(c.stdout, "Done.")
	return nil
}

// showSecret prints an app with the secret that is shown only this once (S1f).
func (c *call) showSecret(app authserver.App, secret core.Secret) error {
	c.app.Redactor.Remember(secret)
	j := toAppJSON(app, 0)
	j.ClientSecret = secret.Reveal()
	if c.json {
		return c.printJSON(j)
	}
	fmt.Fprintf(c.stdout, "%s\n  Client ID      %s\n", app.Name, app.ClientID)
	if !app.Public {
		fmt.Fprintf(c.stdout, "  Client Secret  %s\nThis is the only time the secret is shown. Store it now.\n", j.ClientSecret)
	}
	return nil
}

func toAppJSON(a authserver.App, live int) appJSON {
	return appJSON{ID: a.ID, Name: a.Name, ClientID: a.ClientID, RedirectURIs: a.RedirectURIs, Scopes: a.Scopes, Public: a.Public, Paused: a.Paused, Grants: live, LastUsed: a.LastUsed}
}

func (c *call) listApps() error {
	apps, err := c.app.Apps.Apps(c.ctx)
	if err != nil {
		return err
	}
	out, rows := []appJSON{}, [][]string{}
	for _, a := range apps {
		grants, err := c.app.Apps.Grants(c.ctx, a.ID)
		if err != nil {
			return err
		}
		live := 0
		for _, g := range grants {
			if g.Live(time.Now()) {
				live++
			}
		}
		out = append(out, toAppJSON(a, live))
		rows = append(rows, []string{string(a.ID), a.Name, a.ClientID, core.JoinScopes(a.Scopes, " "), fmt.Sprint(live), when(a.LastUsed)})
	}
	if c.json {
		return c.printJSON(out)
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.stdout, "No apps yet. `linkdesk apps create --name N --redirect URI --scope orders:read` makes one.")
		return nil
	}
	table(c.stdout, []string{"ID", "NAME", "CLIENT ID", "MAY ASK FOR", "ALLOWED", "LAST USED"}, rows)
	return nil
}

type consentJSON struct {
	ID          authserver.ConsentID `json:"id"`
	ClientID    string               `json:"client_id"`
	Name        string               `json:"name"`
	Scopes      []core.Scope         `json:"scopes"`
	RedirectURI string               `json:"redirect_uri"`
	From        string               `json:"from"` // the computer or container with the browser; "" is this one
	ExpiresAt   time.Time            `json:"expires_at"`
}

// runConsents answers the questions of outside apps where there is no window.
func runConsents(c *call, args []string) error {
	fs := c.flags("consents")
	var scopes list
	fs.Var(&scopes, "scope", "approve: only this permission; may be given several times")
	hide := fs.Bool("hide-personal", false, "approve: keep names, e-mail, phone and address from the app")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	verb := "list"
	if len(words) > 0 {
		verb, words = words[0], words[1:]
	}
	wants := map[string]int{"list": 0, "approve": 1, "deny": 1}
	if n, known := wants[verb]; !known || len(words) != n {
		return usagef("consents: use list, approve ID or deny ID")
	}
	pending := c.app.Apps.Consents().Pending()
	if verb == "list" {
		return c.listConsents(pending)
	}
	for _, q := range pending {
		if string(q.ID) != words[0] {
			continue
		}
		d := authserver.Decision{Allow: verb == "approve", Scopes: q.Scopes, HidePersonal: *hide}
		if len(scopes) > 0 {
			if d.Scopes, err = core.ParseScopes(strings.Join(scopes, " ")); err != nil {
				return err
			}
		}
		if err := c.app.Apps.Consents().Decide(c.ctx, q.ID, d); err != nil {
			return err
		}
		if c.json {
			return c.printJSON(map[string]any{"id": q.ID, "allowed": d.Allow})
		}
		fmt.Fprintln(c.stdout, "Done.")
		return nil
	}
	return core.NotFound("No app asks under “" + words[0] + "”. `linkdesk consents` lists the questions; they wait five minutes.")
}

func (c *call) listConsents(pending []authserver.Question) error {
	out, rows := []consentJSON{}, [][]string{}
	for _, q := range pending {
		out = append(out, consentJSON{q.ID, q.AppInfo.ClientID, q.AppInfo.Name, q.Scopes, q.RedirectURI, q.From, q.Ends})
		rows = append(rows, []string{string(q.ID), q.AppInfo.Name, core.JoinScopes(q.Scopes, " "), q.ReturnsTo, cmp.Or(q.From, "this computer"), when(q.Ends)})
	}
	if c.json {
		return c.printJSON(out)
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.stdout, "No app asks for anything now.")
		return nil
	}
	table(c.stdout, []string{"ID", "APP", "ASKS FOR", "RETURNS TO", "ASKED FROM", "UNTIL"}, rows)
	return nil
}
