package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/storage/storagetest"
)

var _ connection.Withdrawals = (*Connections)(nil)

// P-19: what is needed to withdraw a permission outlives its connection and a
// restart, and nothing of it outlives its end.
func TestPermissionsThatWait(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "linkdesk.db")
	db, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept, dropped, third := storagetest.Connection("Kept"), storagetest.Connection("Dropped"), storagetest.Connection("Third")
	for _, c := range []core.Connection{kept, dropped, third} {
		err = errors.Join(err, db.Connections().Create(ctx, c, []byte("sealed-grant of "+c.Name), []byte("sealed-client")), db.Secrets().SaveJournal(ctx, c.ID, []byte("sealed-journal")))
	}
	err = errors.Join(err, db.Connections().DeleteKeeping(ctx, kept.ID, false), db.Connections().DeleteKeeping(ctx, dropped.ID, true))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Connections().DeleteKeeping(ctx, kept.ID, false); core.CodeOf(err) != core.CodeNotFound {
		t.Errorf("deleted twice: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(ctx, path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Secrets().LoadSealed(ctx, kept.ID); core.CodeOf(err) != core.CodeNotFound {
		t.Errorf("the connection still has its secrets: %v", err)
	}
	all, err := db.Connections().Waiting(ctx)
	if err != nil || len(all) != 2 {
		t.Fatalf("%v %v", all, err)
	}
	for i, c := range []core.Connection{kept, dropped} {
		w, s := all[i], all[i].Sealed
		if g := w.Connection; g.ID != c.ID || g.Service != c.Service || g.Method != c.Method || g.ClientID != c.ClientID || g.Inputs["shop"] != "a.example" || g.Captured["dc"] != "us6" || g.Name != "" || g.AccountName != "" {
			t.Errorf("%+v", g)
		}
		if string(s.Grant) != "sealed-grant of "+c.Name || string(s.Client) != "sealed-client" || string(s.Journal) != "sealed-journal" || w.Since.IsZero() || !w.Since.Equal(w.TriedAt) {
			t.Errorf("%s, %s, %s since %s", s.Grant, s.Client, s.Journal, w.Since)
		}
	}
	at := storagetest.Now.Add(time.Hour)
	err = errors.Join(db.Connections().Tried(ctx, dropped.ID, at), db.Connections().EndWaiting(ctx, kept.ID))
	all, e := db.Connections().Waiting(ctx)
	if errors.Join(err, e) != nil || len(all) != 1 || all[0].Connection.ID != dropped.ID || !all[0].TriedAt.Equal(at) {
		t.Errorf("%+v %v %v", all, err, e)
	}
	if err := errors.Join(db.Secrets().Wipe(ctx)); err != nil { // the key is lost: nobody can read it
		t.Fatal(err)
	}
	if all, err := db.Connections().Waiting(ctx); err != nil || len(all) != 0 {
		t.Errorf("after starting over: %v %v", all, err)
	}
	for _, p := range []string{path, path + "-wal"} {
		if b, err := os.ReadFile(p); err == nil && bytes.Contains(b, []byte("sealed-")) {
			t.Errorf("%s still holds a sealed secret", filepath.Base(p))
		}
	}
}
