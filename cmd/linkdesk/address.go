package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"linkdesk/core"
	"linkdesk/core/localhttp"
)

// What is kept of the address for apps, and where.
const (
	prefOff         = "local.off" // "yes": the person turned it off
	prefPort        = "local.port"
	prefReach       = "local.reach"
	prefCertificate = "local.certificate"
	prefKey         = "local.key"
)

// openLocal builds the server of the address for apps; Start opens it. port is
// that of this run only, or -1 for the one in the settings.
func (a *App) openLocal(ctx context.Context, port int) error {
	set, err := a.addressSetting(ctx)
	if err != nil {
		return err
	}
	if port >= 0 {
		set.Port = port
	}
	a.Local = localhttp.New(localhttp.Options{Setting: set, Version: version, Log: a.Log})
	a.onClose(a.stopApps)
	a.onClose(a.Local.Stop)
	a.onClose(func(ctx context.Context) error { a.Apps.Consents().Interrupt(ctx); return nil })
	return nil
}

// addressSetting is what the person chose. What is not understood counts as not
// chosen: the smallest reach, the usual port.
func (a *App) addressSetting(ctx context.Context) (localhttp.Setting, error) {
	set := localhttp.Setting{Port: localhttp.DefaultPort, Reach: localhttp.ThisComputer}
	kept := map[string]string{}
	for _, key := range []string{prefPort, prefReach, prefCertificate, prefKey} {
		var err error
		if kept[key], err = a.DB.Preferences().Get(ctx, key); err != nil {
			return set, err
		}
	}
	if n, err := strconv.Atoi(kept[prefPort]); err == nil && n > 0 && n < 65535 {
		set.Port = n
	}
	if r := localhttp.Reach(kept[prefReach]); r == localhttp.Docker || r == localhttp.Network {
		set.Reach = r
	}
	set.Certificate, set.Key = kept[prefCertificate], kept[prefKey]
	return set, nil
}

// SetAddress changes who may reach the address, and its port, at once and for
// good. A port that `serve --port` gave for this run is not kept.
func (a *App) SetAddress(ctx context.Context, set localhttp.Setting) error {
	before := a.Local.State().Setting
	if err := a.Local.Apply(a.ctx, set); err != nil {
		return err
	}
	prefs := a.DB.Preferences()
	if set.Port != before.Port {
		if err := prefs.Set(ctx, prefPort, strconv.Itoa(set.Port)); err != nil {
			return err
		}
	}
	return errors.Join(prefs.Set(ctx, prefReach, string(set.Reach)),
		prefs.Set(ctx, prefCertificate, set.Certificate), prefs.Set(ctx, prefKey, set.Key))
}

// TurnAddress opens or closes the address, also for later starts.
func (a *App) TurnAddress(ctx context.Context, on bool) error {
	off := "yes"
	if on {
		off = ""
	}
	if err := a.DB.Preferences().Set(ctx, prefOff, off); err != nil {
		return err
	}
	switch {
	case !on:
		return a.Local.Stop(ctx)
	case a.appsRun: // in a command of its own nobody would answer
		return a.Local.Start(a.ctx)
	}
	return nil
}

// addressOff reports whether the person turned the address off.
func (a *App) addressOff(ctx context.Context) bool {
	off, err := a.DB.Preferences().Get(ctx, prefOff)
	return err == nil && off != ""
}

// MakeCertificate makes a certificate of this computer's own in the data folder.
func (a *App) MakeCertificate() (localhttp.Setting, error) {
	return localhttp.MakeCertificate(filepath.Join(a.Paths.Data, "tls"), time.Now())
}

type addressJSON struct {
	On          bool            `json:"on"`
	Address     string          `json:"address"`
	Reach       localhttp.Reach `json:"reach"`
	Docker      string          `json:"docker,omitempty"`
	Network     string          `json:"network,omitempty"`
	Certificate string          `json:"certificate,omitempty"`
	Problem     string          `json:"problem,omitempty"`
}

// runAddress shows or changes where programs reach Linkdesk.
func runAddress(c *call, args []string) error {
	fs := c.flags("address")
	set := c.app.Local.State().Setting
	reach := fs.String("reach", string(set.Reach), "computer, docker or network")
	fs.IntVar(&set.Port, "port", set.Port, "of this computer's own address; the network uses the next one")
	certificate := fs.String("certificate", "", "network: the file with the certificate (PEM)")
	key := fs.String("key", "", "network: the file with its private key (PEM)")
	create := fs.Bool("make-certificate", false, "network: make a certificate of this computer's own")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 1 || len(words) == 1 && words[0] != "on" && words[0] != "off" {
		return usagef("address: use on or off, or neither")
	}
	if set.Reach = localhttp.Reach(*reach); set.Port < 1 {
		return usagef("address: there is no port %d", set.Port)
	}
	if *certificate != "" || *key != "" {
		set.Certificate, set.Key = c.path(*certificate), c.path(*key)
	}
	if *create {
		made, err := c.app.MakeCertificate()
		if err != nil {
			return err
		}
		set.Certificate, set.Key = made.Certificate, made.Key
	}
	if changed(fs, "reach", "port", "certificate", "key", "make-certificate") {
		if err := c.app.SetAddress(c.ctx, set); err != nil {
			return err
		}
	}
	if len(words) == 1 {
		if err := c.app.TurnAddress(c.ctx, words[0] == "on"); err != nil {
			return err
		}
	}
	return c.showAddress()
}

func (c *call) showAddress() error {
	s := c.app.Local.State()
	j := addressJSON{On: s.On, Address: s.Origin, Reach: s.Setting.Reach, Docker: s.Docker, Network: s.Network, Certificate: s.Setting.Certificate}
	if err := cmp.Or(s.Err, s.NoNetwork); err != nil {
		j.Problem = core.AsError(err).Public
	}
	if c.json {
		return c.printJSON(j)
	}
	state := "open while Linkdesk runs"
	switch {
	case j.On:
		state = "open"
	case c.app.addressOff(c.ctx):
		state = "turned off"
	}
	rows := [][]string{{"programs on this computer", j.Address, state}}
	if j.Docker != "" {
		rows = append(rows, []string{"containers on it", j.Docker, ""})
	}
	if j.Network != "" {
		rows = append(rows, []string{"other computers", j.Network, "they have to trust " + j.Certificate})
	}
	if j.Problem != "" {
		rows = append(rows, []string{"problem", j.Problem, ""})
	}
	table(c.stdout, []string{"FOR", "ADDRESS", ""}, rows)
	return nil
}

// changed reports whether one of these flags was given.
func changed(fs *flag.FlagSet, names ...string) (given bool) {
	fs.Visit(func(f *flag.Flag) { given = given || slices.Contains(names, f.Name) })
	return given
}
