package main

import (
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
	"linkdesk/core/service"
	"linkdesk/core/syncing"
	"linkdesk/storage"
)

//go:embed shop.yaml
var shopManifest string

// engine is the way of a record through the product, wired as cmd/linkdesk
// wires it. What is missing is the sign-in: the shop takes any key.
type engine struct {
	path string
	db   *storage.DB
	bus  *event.Bus
	sync *syncing.Service
}

// openEngine opens the data file of a task, with one connection to its shop.
func openEngine(ctx context.Context, t task) (_ *engine, err error) {
	text := strings.NewReplacer("SHOP", t.Shop, "COUNT", strconv.Itoa(t.Orders)).Replace(shopManifest)
	manifest, err := service.Load("shop.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	e := &engine{path: filepath.Join(t.Dir, "linkdesk.db"), bus: event.New(log)}
	if e.db, err = storage.Open(ctx, e.path, storage.Options{Log: log}); err != nil {
		return nil, err
	}
	conn, err := e.connection(ctx)
	if err != nil {
		return nil, err
	}
	caller := provider.New(provider.Options{Tokens: anyKey{}, Log: log, Version: "bench"})
	e.sync = syncing.New(syncing.Options{Store: e.db.Sync(), Records: e.db.Records(), Lists: e.db.Records(), Compare: e.db.Records(),
		Connections: only{conn}, Preferences: e.db.Preferences(),
		Pages: func(context.Context, core.Connection) (syncing.Lister, error) {
			return lister{caller.For(manifest, conn), manifest}, nil
		},
		Bus: e.bus, Clock: core.SystemClock{}, Location: func() *time.Location { return time.UTC }, Log: log, OnDemand: true})
	return e, e.sync.Start(ctx)
}

// connection returns the connection in the data file, made at the first time.
func (e *engine) connection(ctx context.Context) (core.Connection, error) {
	all, err := e.db.Connections().List(ctx)
	if err != nil {
		return core.Connection{}, err
	}
	if len(all) > 0 {
		return all[0], nil
	}
	conn := core.Connection{ID: core.NewConnectionID(), Service: "bench", Name: "Bench shop", AccountID: "bench", Method: "api_key"}
	return conn, e.db.Connections().Create(ctx, conn, nil, nil)
}

// run syncs one data model as Sync now does and waits for the end.
func (e *engine) run(ctx context.Context, m core.Model, mode core.Mode) (core.Counts, error) {
	ids, err := e.sync.SyncNow(ctx, syncing.Request{Models: []core.Model{m}, Mode: mode})
	if err != nil {
		return core.Counts{}, err
	}
	runs, err := e.sync.Wait(ctx, ids)
	if err != nil {
		return core.Counts{}, err
	}
	if len(runs) != 1 || runs[0].Status != core.RunOK {
		return core.Counts{}, fmt.Errorf("the sync did not end well: %+v", runs)
	}
	return runs[0].Models[0].Counts, nil
}

// close ends everything; the data file is complete afterwards.
func (e *engine) close(ctx context.Context) error {
	if err := e.sync.Stop(ctx); err != nil {
		return err
	}
	if err := e.bus.Close(ctx); err != nil {
		return err
	}
	return e.db.Close()
}

// anyKey is the token source of a shop that takes any key.
type anyKey struct{}

var key = core.NewSecret("bench")

func (anyKey) Token(context.Context, core.ConnectionID) (core.Secret, error) { return key, nil }
func (anyKey) Refresh(context.Context, core.ConnectionID, core.Secret) (core.Secret, error) {
	return core.Secret{}, core.E(core.CodeReauthRequired, "", nil)
}

// only shows package syncing the one connection, with everything granted.
type only struct{ conn core.Connection }

func (o only) Get(context.Context, core.ConnectionID) (syncing.Link, error) {
	all := core.AccessMap{core.Orders: core.Read, core.Customers: core.Read}
	return syncing.Link{Connection: o.conn, Status: core.StatusOK, Offers: all, Granted: all}, nil
}

func (o only) List(ctx context.Context) ([]syncing.Link, error) {
	l, err := o.Get(ctx, o.conn.ID)
	return []syncing.Link{l}, err
}

func (only) Checked(context.Context, core.ConnectionID, core.Code) error   { return nil }
func (only) Want(context.Context, core.ConnectionID, core.AccessMap) error { return nil }

// lister is what package syncing reads the connection through.
type lister struct {
	*provider.Client
	*service.Manifest
}
