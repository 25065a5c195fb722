package main

import (
	"context"
	"errors"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/authserver"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
	"linkdesk/ui/oauthapps"
)

// callsPerMinute of one app are answered: a million orders go through at the
// largest pages, and a loop that forgot to stop leaves most of the computer alone.
const callsPerMinute = 6000

// openApps builds the authorization server and the API for outside apps, and
// mounts them on the local server.
func (a *App) openApps(ctx context.Context) error {
	store := a.DB.Apps()
	a.Apps = authserver.New(authserver.Options{Store: store, Ledger: store, Bus: a.Bus, Clock: core.SystemClock{}, Log: a.Log, Origin: a.Local.OriginOf})
	records := a.DB.API() // one for the life of the program: it keeps prepared statements
	key, err := records.PseudonymKey(ctx)
	if err != nil {
		return err
	}
	a.API = api.New(api.Options{Checker: bearers{a.Apps}, Records: records, Segments: records, Ledger: ledger{a.Apps.Ledger()},
		Clock: core.SystemClock{}, Log: a.Log, Origin: a.Local.OriginOf, PseudonymKey: key, MostPerMinute: callsPerMinute,
		Changed: func(k api.Key) {
			event.Publish(a.Bus, event.RecordsChanged{Connection: k.Connection, Model: core.Segments})
		}})
	a.Local.Mount("/oauth/", a.Apps.Handler())
	a.Local.Mount(authserver.MetadataPath, a.Apps.Handler())
	a.Local.Mount("/v1/", a.API.Handler())
	return nil
}

// startApps begins what the two do beside answering; a window or `serve` does
// it, a command that ends does not.
func (a *App) startApps(ctx context.Context) error {
	if err := a.Apps.Start(ctx); err != nil {
		return err
	}
	a.work.Go(func() error { a.Apps.Run(a.ctx); return nil })
	a.work.Go(func() error { a.API.Run(a.ctx); return nil })
	a.appsRun = true
	return nil
}

// stopApps ends access until quit, once nobody can ask any more.
func (a *App) stopApps(ctx context.Context) error {
	if !a.appsRun {
		return nil
	}
	return errors.Join(a.API.Flush(ctx), a.Apps.Stop(ctx))
}

// bearers checks the tokens of API calls.
type bearers struct{ apps *authserver.Service }

// Check is for api.Checker.
func (b bearers) Check(ctx context.Context, bearer string) (api.Access, error) {
	access, err := b.apps.Check(ctx, bearer)
	if errors.Is(err, authserver.ErrInvalidToken) {
		return api.Access{}, api.ErrInvalidToken
	}
	if err != nil {
		return api.Access{}, err
	}
	return api.Access{App: string(access.App), Grant: string(access.Grant), Scopes: access.Scopes, HidePersonal: access.HidePersonal}, nil
}

// ledger keeps what apps read.
type ledger struct{ authserver.Ledger }

// Append is for api.Ledger.
func (l ledger) Append(ctx context.Context, reads []api.Read) error {
	lines := make([]authserver.Read, len(reads))
	for i, r := range reads {
		lines[i] = authserver.Read{App: authserver.AppID(r.App), Grant: authserver.GrantID(r.Grant), At: r.At, Method: r.Method,
			Route: r.Route, Scope: string(r.Scope), Rows: r.Rows, Filter: r.Filter, Status: r.Status, Bytes: r.Bytes}
	}
	return l.AppendLedger(ctx, lines)
}

// appsCore is the OAuth Apps tab's view of the apps and the local address.
type appsCore struct {
	*authserver.Service
	a *App
}

// Address is for oauthapps.Core.
func (c appsCore) Address() oauthapps.Address {
	s := c.a.Local.State()
	address := oauthapps.Address{Origin: s.Origin, On: s.On, Setting: s.Setting, Docker: s.Docker, Network: s.Network}
	if s.Err != nil {
		address.Problem = core.AsError(s.Err).Public
	}
	if s.NoNetwork != nil {
		address.NoNetwork = core.AsError(s.NoNetwork).Public
	}
	return address
}

// TurnAddress is for oauthapps.Core.
func (c appsCore) TurnAddress(ctx context.Context, on bool) error { return c.a.TurnAddress(ctx, on) }

// SetAddress is for oauthapps.Core.
func (c appsCore) SetAddress(ctx context.Context, set localhttp.Setting) error {
	return c.a.SetAddress(ctx, set)
}

// MakeCertificate is for oauthapps.Core.
func (c appsCore) MakeCertificate() (localhttp.Setting, error) { return c.a.MakeCertificate() }
