package storage

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/storage/storagetest"
)

// crashPage is how many orders the child writes with each checkpoint.
const crashPage = 130

// writeForever is the child of TestKilled: it applies page after page, each with
// the number of its last order as position, and says when it begins one.
func writeForever(path string, c core.ConnectionID) error {
	db, err := Open(context.Background(), path, Options{})
	if err != nil {
		return err
	}
	for page := 1; ; page++ {
		fmt.Println(page)
		var records []core.Record
		for i := range crashPage {
			records = append(records, storagetest.Order((page-1)*crashPage+i+1, "open"))
		}
		cp := syncing.Checkpoint{Mode: core.Full, Position: strconv.Itoa(page * crashPage)}
		if _, err := db.Records().Apply(context.Background(), c, core.Orders, records, cp, true, storagetest.Now); err != nil {
			return err
		}
	}
}

// A process killed at any moment leaves whole pages, each with its checkpoint.
func TestKilled(t *testing.T) {
	path, c := filled(t, 0)
	var checksum [32]byte
	for round := range 3 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), "LINKDESK_STORAGE_CHILD="+path, "LINKDESK_STORAGE_CONNECTION="+string(c))
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 + rand.Intn(6) {
			lines.Scan() // a page begins
		}
		for range rand.Intn(100) {
			checksum = sha256.Sum256(checksum[:]) // some microseconds into the page
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		child.Wait() // says that it was killed
		checkWholePages(t, round, path, c)
	}
}

func checkWholePages(t *testing.T, round int, path string, c core.ConnectionID) {
	t.Helper()
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cp, ok, err := db.Records().Checkpoint(t.Context(), c, core.Orders)
	if err != nil || !ok {
		t.Fatalf("round %d: no checkpoint: %v", round, err)
	}
	n, err := db.Records().Count(t.Context(), c, core.Orders)
	at, _ := strconv.ParseInt(cp.Position, 10, 64)
	if err != nil || n%crashPage != 0 || n < at {
		t.Errorf("round %d: %d orders at position %s (%v)", round, n, cp.Position, err)
	}
	if _, err := db.Records().Get(t.Context(), c, core.Orders, "o"+cp.Position); err != nil {
		t.Errorf("round %d: the last order before the checkpoint: %v", round, err)
	}
	checkBooks(t, db)
}

// Readers go on while somebody writes, and each sees whole pages only.
func TestReadersBesideWriter(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	const pages, perPage = 15, 20
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := 0
				for _, err := range db.Records().Each(ctx, core.RecordQuery{Model: core.Orders}) {
					if err != nil && core.CodeOf(err) != core.CodeCancelled {
						t.Error(err)
					}
					n++
				}
				page, err := db.Records().Query(ctx, core.RecordQuery{Model: core.Orders, Sort: "number", Search: "1"})
				if ctx.Err() == nil && (err != nil || len(page.Records) == 0 && n > 0) {
					t.Error(err)
				}
				total, err := db.Records().Count(ctx, c, core.Orders)
				if ctx.Err() == nil && (err != nil || total%perPage != 0) {
					t.Errorf("a reader saw %d orders, a part of a page (%v)", total, err)
				}
			}
		})
	}
	for p := range pages {
		var records []core.Record
		for i := range perPage {
			records = append(records, storagetest.Order(p*perPage+i, "open"))
		}
		if n := apply(t, db, c, core.Orders, records...); n.Added != perPage {
			t.Errorf("page %d: %+v", p, n)
		}
	}
	stop()
	wg.Wait()
}

// Many who write at once wait for each other; nothing is lost and nobody is told "busy".
func TestWritersTakeTurns(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := db.Records().Apply(t.Context(), c, core.Orders, []core.Record{storagetest.Order(w*each+i, "open")}, syncing.Checkpoint{}, true, storagetest.Now); err != nil {
					t.Error(err)
				}
				if err := db.Connections().Update(t.Context(), c, func(c *core.Connection) error { c.Granted = append(c.Granted, "x"); return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	n, err := db.Records().Count(t.Context(), c, core.Orders)
	got, err2 := db.Connections().Get(t.Context(), c)
	if n != writers*each || len(got.Granted) != writers*each+1 || err != nil || err2 != nil {
		t.Errorf("%d orders, %d updates (%v, %v)", n, len(got.Granted)-1, err, err2)
	}
}

// An interrupted drop of records is finished by the next start.
func TestPurgeIsFinished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "linkdesk.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	gone, stays := shop(t, db), shop(t, db)
	for _, c := range []core.ConnectionID{gone, stays} {
		apply(t, db, c, core.Orders, storagetest.Orders(30)...)
		apply(t, db, c, core.Orders, storagetest.Order(1, "paid"))
		apply(t, db, c, core.Products, core.Record{RemoteID: "p", Data: &core.Product{Title: "P", Categories: []core.Category{{ID: "1"}}}})
	}
	if err := db.Connections().Delete(t.Context(), gone, false); err != nil {
		t.Fatal(err)
	}
	if names, err := db.Connections().Names(t.Context()); err != nil || names[gone] != "Shop" {
		t.Errorf("the name of kept records: %v, %v", names, err)
	}
	if n := len(query(t, db, core.RecordQuery{Model: core.Orders, Connection: gone}).Records); n != 30 {
		t.Errorf("%d kept orders can be read, want 30", n)
	}
	if _, err := db.write.Exec("UPDATE connection SET purge = 1 WHERE id = ?", string(gone)); err != nil { // as if the process had ended there
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checkBooks(t, db)
	counts, err := db.Records().Counts(t.Context(), "")
	if err != nil || counts[core.Orders] != 30 || counts[core.Products] != 1 {
		t.Errorf("%v are left, %v", counts, err)
	}
	for _, table := range []string{"connection", "sale_order", "product", "category", "order_history", "tally"} {
		var n int
		if err := db.write.QueryRow(`SELECT count(*) FROM ` + table + ` WHERE ` + map[bool]string{true: "num", false: "connection"}[table == "connection"] + ` = 1`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s still holds %d rows (%v)", table, n, err)
		}
	}
}
