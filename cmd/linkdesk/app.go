package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"linkdesk/assets"
	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/authserver"
	"linkdesk/core/connection"
	"linkdesk/core/desktop"
	"linkdesk/core/event"
	"linkdesk/core/localhttp"
	"linkdesk/core/practice"
	"linkdesk/core/provider"
	"linkdesk/core/service"
	"linkdesk/core/signin"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/storage"
)

// practicePort is where the practice store likes to be, so that a browser tab
// on it survives a restart; any other port does as well.
const practicePort = 8786

// closeWithin is how long a shutdown may take (architecture, section 6).
const closeWithin = 10 * time.Second

// App is everything Linkdesk is made of, without a window. openApp builds it in
// the order lock, log, database, services; Start begins the work; Close ends it
// in the reverse order.
type App struct {
	Paths       desktop.Paths
	Log         *slog.Logger
	Redactor    *desktop.Redactor
	Bus         *event.Bus
	DB          *storage.DB
	Vault       *vault.Vault
	Registry    *service.Registry
	Practice    *practice.Store
	PracticeURL string
	Tokens      *signin.Tokens
	Connections *connection.Service
	Sync        *syncing.Service
	Local       *localhttp.Server
	Apps        *authserver.Service
	API         *api.API

	instance   *desktop.Instance
	practiceAt net.Listener
	shop       errgroup.Group                // serves the practice store
	shopLife   context.Context               // until its closer
	closers    []func(context.Context) error // run last to first
	ctx        context.Context               // of the work that Start began
	stop       context.CancelFunc
	work       errgroup.Group
	appsRun    bool // startApps was called
}

type appOptions struct {
	home       string
	port       int  // of the local address; 0: any, -1: the one in the settings
	onDemand   bool // nothing runs by schedule: a command that ends
	sessionKey bool // do not touch the keyring: the demo leaves nothing behind
	log        io.Writer
}

// openApp builds the core. It waits for no network and no keyring. When another
// Linkdesk holds the folder the error is desktop.ErrRunning.
func openApp(ctx context.Context, o appOptions) (_ *App, err error) {
	a := &App{}
	a.ctx, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if a.Paths, err = desktop.FindPaths(o.home); err != nil {
		return nil, err
	}
	a.instance, err = desktop.Acquire(a.Paths)
	if errors.Is(err, desktop.ErrRunning) {
		return nil, core.E(core.CodeStorageBusy, "Linkdesk runs already with this folder. Quit it first, or name another folder with --home.", err)
	}
	if err != nil {
		return nil, err
	}
	a.onClose(func(context.Context) error { return a.instance.Close() })
	if err = a.openLog(o.log); err != nil {
		return nil, err
	}
	if a.DB, err = storage.Open(ctx, a.Paths.Database, storage.Options{Clock: core.SystemClock{}, Log: a.Log}); err != nil {
		return nil, err
	}
	a.onClose(func(context.Context) error { return a.DB.Close() })
	a.Bus = event.New(a.Log)
	a.onClose(a.Bus.Close)
	if err = a.openPractice(); err != nil {
		return nil, err
	}
	if a.Registry, err = service.NewRegistry(assets.Services, a.Paths.Services, a.PracticeURL); err != nil {
		return nil, err
	}
	a.openVault(o.sessionKey)
	a.wire(o.onDemand)
	if err = a.openLocal(ctx, o.port); err != nil {
		return nil, err
	}
	return a, a.openApps(ctx)
}

func (a *App) onClose(f func(context.Context) error) { a.closers = append(a.closers, f) }

func (a *App) openLog(stderr io.Writer) error {
	file, err := desktop.OpenLogFile(a.Paths.Logs)
	if err != nil {
		return err
	}
	a.Redactor = &desktop.Redactor{}
	a.Log = desktop.NewLogger(a.Redactor, slog.LevelInfo, file, stderr)
	a.onClose(func(context.Context) error { return file.Close() })
	return nil
}

func (a *App) openPractice() (err error) {
	a.Practice, err = practice.New(practice.Options{StateFile: filepath.Join(a.Paths.Data, "practice.json"), Clock: core.SystemClock{}, Log: a.Log})
	if err != nil {
		return err
	}
	a.practiceAt, err = net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(practicePort)))
	if err != nil {
		a.practiceAt, err = net.Listen("tcp4", "127.0.0.1:0")
	}
	if err != nil {
		return core.E(core.CodePortBlocked, "The practice store found no free address on this computer.", err)
	}
	a.PracticeURL = "http://" + a.practiceAt.Addr().String()
	var end context.CancelFunc
	a.shopLife, end = context.WithCancel(context.WithoutCancel(a.ctx))
	// It outlives the runs that read it: they are to be interrupted, not to fail.
	a.onClose(func(context.Context) error {
		end()
		err := a.shop.Wait()
		if cerr := a.practiceAt.Close(); !errors.Is(cerr, net.ErrClosed) {
			err = errors.Join(err, cerr)
		}
		return err
	})
	return nil
}

func (a *App) openVault(sessionKey bool) {
	ring := vault.System()
	if sessionKey {
		ring = noKeyring{}
	}
	a.Vault = vault.New(vault.Options{Meta: a.DB.KeyMeta(), Keyring: ring, Service: desktop.AppID, Log: a.Log})
	a.Vault.OnChange(func(vault.State) { event.Publish(a.Bus, event.VaultChanged{}) })
	a.onClose(func(context.Context) error { a.Vault.Close(); return nil })
}

// noKeyring is a computer without a password store.
type noKeyring struct{}

var errNoKeyring = errors.New("the keyring is not used here")

func (noKeyring) Get(string, string) (string, error) { return "", errNoKeyring }
func (noKeyring) Set(string, string, string) error   { return errNoKeyring }
func (noKeyring) Locked() bool                       { return false }

// wire connects the services with each other. The way of a record is
// provider (HTTP, mapping) -> syncing (runner) -> storage.
func (a *App) wire(onDemand bool) {
	clock := core.SystemClock{}
	transport := provider.NewTransport()
	signIn := signin.NewClient(signin.Options{HTTP: transport, Clock: clock, Log: a.Log, OpenBrowser: desktop.OpenBrowser, Remember: a.Redactor.Remember})
	// Tokens and connections need each other: what a refresh learns goes to the
	// connections, which come second.
	a.Tokens = signin.NewTokens(signin.TokensOptions{Store: a.DB.Secrets(), Sealer: a.Vault, HTTP: transport, Clock: clock, Log: a.Log,
		Lookup: a.lookup, Remember: a.Redactor.Remember,
		OnDead: func(ctx context.Context, id core.ConnectionID) { a.Connections.PermissionEnded(ctx, id) },
		OnSaved: func(ctx context.Context, id core.ConnectionID, g signin.Grant) {
			a.Connections.PermissionRenewed(ctx, id, g)
		},
		List: func(ctx context.Context) ([]core.ConnectionID, error) { return a.Connections.Alive(ctx) },
	})
	caller := provider.New(provider.Options{HTTP: transport, Tokens: a.Tokens, Clock: clock, Log: a.Log, Version: version})
	a.Connections = connection.New(connection.Options{Store: a.DB.Connections(), Secrets: a.DB.Secrets(), Sealer: a.Vault, SignIn: signIn,
		Tokens: a.Tokens, Provider: caller, Registry: a.Registry, Bus: a.Bus, Clock: clock, Log: a.Log, Locked: a.locked, Records: a.DB.Records(), Withdrawals: a.DB.Connections(),
		Adopt: func(ctx context.Context, id core.ConnectionID, chosen core.AccessMap) error {
			return a.Sync.Adopt(ctx, id, chosen)
		},
		Stop: func(ctx context.Context, id core.ConnectionID) error { return a.Sync.Forget(ctx, id) }})
	a.Sync = syncing.New(syncing.Options{Store: a.DB.Sync(), Records: a.DB.Records(), Lists: a.DB.Records(), Compare: a.DB.Records(),
		Connections: &links{a.Connections}, Preferences: a.DB.Preferences(),
		Pages: func(_ context.Context, c core.Connection) (syncing.Lister, error) {
			m, err := a.Registry.Get(c.Service)
			if err != nil {
				return nil, err
			}
			return lister{caller.For(m, c), m}, nil
		},
		Bus: a.Bus, Clock: clock, Location: desktop.Location, Log: a.Log, OnDemand: onDemand})
	a.onClose(a.Tokens.Close)
	a.onClose(func(context.Context) error { signIn.Close(); return nil })
	a.onClose(a.Connections.Close)
	a.onClose(a.Sync.Stop)
}

func (a *App) locked() bool { return a.Vault.State().Phase != vault.Open }

// lookup tells the token source how a connection signs in.
func (a *App) lookup(ctx context.Context, id core.ConnectionID) (signin.Target, error) {
	c, err := a.DB.Connections().Get(ctx, id)
	if err != nil {
		return signin.Target{}, err
	}
	m, err := a.Registry.Get(c.Service)
	if err != nil {
		return signin.Target{}, err
	}
	auth, ok := m.AuthMethod(c.Method)
	if !ok {
		return signin.Target{}, core.Invalid(m.Name + " no longer offers the sign-in that this connection uses. Reauthorize it.")
	}
	return signin.Target{Manifest: m, Auth: auth, ClientID: c.ClientID, Values: m.Values(c.Inputs, c.Captured)}, nil
}

type startOptions struct {
	apps     bool // outside apps may come, when the address is open
	closed   bool // leave the address closed, as the person chose
	schedule bool // keep permissions alive
}

// Start begins the work: practice store, vault, local address, schedule. A vault
// that does not open is not an error here: its state tells the window what to ask.
func (a *App) Start(ctx context.Context, o startOptions) error {
	a.shop.Go(func() error { return a.Practice.Serve(a.shopLife, a.practiceAt) })
	if o.apps {
		if err := a.startApps(ctx); err != nil {
			return err
		}
	}
	if o.apps && !o.closed {
		// A port that is taken must not keep the window shut: Local.State says it.
		if err := a.Local.Start(a.ctx); err != nil {
			a.Log.Warn("the address for apps is not open", "error", err)
		}
	}
	if o.schedule {
		a.work.Go(func() error { a.Tokens.KeepAlive(a.ctx); return nil })
		a.work.Go(func() error { a.Connections.KeepWithdrawing(a.ctx); return nil })
	}
	return a.Sync.Start(a.ctx)
}

// Listen answers commands of other processes until Close; show brings the window
// to the front. When that is not possible, the log says so at once, and the
// channel: a Linkdesk that nobody can reach is of use only with a window.
func (a *App) Listen(show func()) <-chan error {
	failed := make(chan error, 1)
	a.work.Go(func() error {
		if err := a.instance.Listen(a.ctx, a.handle(show)); err != nil {
			a.Log.Error("commands and a second start cannot reach this Linkdesk", "error", err)
			failed <- err
		}
		return nil
	})
	return failed
}

// Close ends the work and then what openApp built, last first.
func (a *App) Close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), closeWithin)
	defer cancel()
	a.stop()
	if err := a.work.Wait(); err != nil && a.Log != nil {
		a.Log.Warn("background work ended with an error", "error", err)
	}
	for i := len(a.closers) - 1; i >= 0; i-- {
		if err := a.closers[i](ctx); err != nil && a.Log != nil {
			a.Log.Warn("shutdown", "error", err)
		}
	}
}
