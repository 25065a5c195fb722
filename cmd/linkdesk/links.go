package main

import (
	"context"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/provider"
	"linkdesk/core/service"
	"linkdesk/core/syncing"
)

// links shows package syncing the connections as it needs them: what each can
// give by its manifest, and what was granted.
type links struct {
	connections *connection.Service
}

var everything = core.AccessMap{core.Stores: core.ReadWrite, core.Customers: core.ReadWrite, core.Orders: core.ReadWrite,
	core.Products: core.ReadWrite, core.Segments: core.ReadWrite}

func toLink(v connection.View) syncing.Link {
	l := syncing.Link{Connection: v.Connection, Status: v.Status, Offers: core.AccessMap{}, Granted: core.AccessMap{}}
	if v.Service == nil {
		return l // its manifest is gone: nothing can be read until it is back
	}
	for m := range everything {
		l.Offers[m] = v.Service.Offered(m, core.ReadWrite)
	}
	l.Granted = v.Service.Effective(l.Offers, v.Granted)
	return l
}

// List is for syncing.Connections.
func (l *links) List(ctx context.Context) ([]syncing.Link, error) {
	views, err := l.connections.List(ctx)
	all := make([]syncing.Link, 0, len(views))
	for _, v := range views {
		all = append(all, toLink(v))
	}
	return all, err
}

// Get is for syncing.Connections.
func (l *links) Get(ctx context.Context, id core.ConnectionID) (syncing.Link, error) {
	v, err := l.connections.Get(ctx, id)
	if err != nil {
		return syncing.Link{}, err
	}
	return toLink(v), nil
}

// Checked is for syncing.Connections.
func (l *links) Checked(ctx context.Context, id core.ConnectionID, code core.Code) error {
	return l.connections.Checked(ctx, id, code)
}

// Want is for syncing.Connections.
func (l *links) Want(ctx context.Context, id core.ConnectionID, access core.AccessMap) error {
	return l.connections.SetAccess(ctx, id, access)
}

// lister is what package syncing reads a connection through.
type lister struct {
	*provider.Client
	*service.Manifest
}
