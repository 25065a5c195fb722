package storage

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/signin"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
)

var (
	_ connection.Store    = (*Connections)(nil)
	_ signin.Store        = (*Secrets)(nil)
	_ syncing.Store       = (*Sync)(nil)
	_ syncing.Records     = (*Records)(nil)
	_ syncing.Comparer    = (*Records)(nil)
	_ syncing.Preferences = (*Preferences)(nil)
	_ vault.Meta          = (*KeyMeta)(nil)
)

func TestSmoke(t *testing.T) {
	ctx := t.Context()
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := core.Connection{ID: core.NewConnectionID(), Name: "Shop"}
	if err := db.Connections().Create(ctx, c, []byte("g"), []byte("c")); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	n, err := db.Records().Apply(ctx, c.ID, core.Orders, []core.Record{{RemoteID: "1", Data: &core.Order{Number: "#1042", Total: "19.90", Currency: "EUR", Customer: "7"}}, {RemoteID: "2", Data: &core.Order{Number: "#999"}}}, syncing.Checkpoint{}, true, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(n)
	for _, q := range []core.RecordQuery{{Model: core.Orders}, {Model: core.Orders, Sort: "number", Limit: 1}, {Model: core.Orders, Search: "104"}, {Model: core.Orders, Search: "04"}} {
		p, err := db.Records().Query(ctx, q)
		t.Log(p, err)
		if p.Next != "" {
			q.After = p.Next
			t.Log(db.Records().Query(ctx, q))
		}
	}
	t.Log(db.Records().Analytics(ctx, c.ID, "7"))
	for r, err := range db.Records().Each(ctx, core.RecordQuery{Model: core.Orders}) {
		t.Log(r, err)
	}
	t.Log(db.Records().Missing(ctx, c.ID, core.Orders))
	var ps int
	db.write.QueryRow("PRAGMA page_size").Scan(&ps)
	t.Log(ps)
}
