package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"linkdesk/core"
	"linkdesk/core/syncing"
	"linkdesk/storage/storagetest"
)

// filled makes a closed data file with a connection and orders in it.
func filled(t *testing.T, orders int) (path string, c core.ConnectionID) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "linkdesk.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c = shop(t, db)
	if _, err := db.Records().Apply(t.Context(), c, core.Orders, storagetest.Orders(orders), syncing.Checkpoint{}, false, storagetest.Now); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path, c
}

func fingerprint(t *testing.T, path string) [32]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

// refused opens a file that must be refused, and stay as it is.
func refused(t *testing.T, path string, want core.Code) {
	t.Helper()
	before := fingerprint(t, path)
	db, err := Open(t.Context(), path, Options{})
	if err == nil {
		db.Close()
	}
	if core.CodeOf(err) != want {
		t.Errorf("got %v, want an error of class %s", err, want)
	}
	if fingerprint(t, path) != before {
		t.Error("the file was changed")
	}
}

func TestOpenAgain(t *testing.T) {
	path, c := filled(t, 10)
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Close there is still a log: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; nobody else may read it", info.Mode(), err)
	}
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n, err := db.Records().Count(t.Context(), c, core.Orders); err != nil || n != 10 {
		t.Errorf("%d orders, %v", n, err)
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "synchronous": "1", "page_size": "8192", "secure_delete": "1", "application_id": fmt.Sprint(applicationID), "busy_timeout": "5000"} {
		var got string
		if err := db.write.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
		}
	}
	if _, err := db.read.Exec("DELETE FROM sale_order"); core.CodeOf(mapError(err)) != core.CodeStorageReadOnly {
		t.Errorf("a reader wrote: %v", err)
	}
}

func TestOpenOddPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b%20?c#d&mode=memory", "Ünïcode.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("the file is not where it was asked for: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	write := func(path string, at int64, b []byte) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err == nil {
			_, err = f.WriteAt(b, at)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	version := binary.BigEndian.AppendUint32(nil, uint32(len(migrations())+1))
	for name, c := range map[string]struct {
		spoil func(path string)
		want  core.Code
	}{
		"newer schema":       {func(p string) { write(p, 60, version) }, core.CodeStorageNewer},
		"another program":    {func(p string) { write(p, 68, []byte("ABCD")) }, core.CodeStorageDamaged},
		"garbage at the top": {func(p string) { write(p, 0, bytes.Repeat([]byte{0xAA}, 100)) }, core.CodeStorageDamaged},
		"a text file":        {func(p string) { os.WriteFile(p, []byte("hello"), 0o600) }, core.CodeStorageDamaged},
		"cut short":          {func(p string) { os.Truncate(p, 30_000) }, core.CodeStorageDamaged},
		"a spoiled schema":   {func(p string) { write(p, 100, bytes.Repeat([]byte{0xAA}, 4000)) }, core.CodeStorageDamaged},
		"a spoiled page":     {func(p string) { write(p, 5*8192, bytes.Repeat([]byte{0xAA}, 8192)) }, core.CodeStorageDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := filled(t, 200)
			c.spoil(path)
			refused(t, path, c.want)
		})
	}
	t.Run("a database without our mark", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "x.db")
		other, err := sql.Open("sqlite", path)
		if err == nil {
			_, err = other.Exec("CREATE TABLE t (a)")
			err = errors.Join(err, other.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		refused(t, path, core.CodeStorageDamaged)
	})
	t.Run("a newer schema still in the log", func(t *testing.T) {
		path, _ := filled(t, 1)
		db, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.write.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations())+1)); err != nil {
			t.Fatal(err)
		}
		refused(t, path, core.CodeStorageNewer)
	})
}

// grow makes the file too large to be checked when it is opened.
func grow(t *testing.T, path string, c core.ConnectionID) {
	t.Helper()
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	records := storagetest.Orders(600)
	for _, r := range records {
		r.Data.(*core.Order).Lines[0].Title = strings.Repeat("long ", 1600)
	}
	_, err = db.Records().Apply(t.Context(), c, core.Orders, records, syncing.Checkpoint{}, false, storagetest.Now)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A page that goes bad while Linkdesk runs is told as damage, and what can be read stays readable.
func TestDamagedInUse(t *testing.T) {
	path, c := filled(t, 0)
	grow(t, path, c)
	b, err := os.ReadFile(path)
	if err != nil || len(b) < checkBelow {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	at := len(b) / 2 / 8192 * 8192
	copy(b[at:], bytes.Repeat([]byte{0xAA}, 20*8192))
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var last error
	for _, err := range db.Records().Each(t.Context(), core.RecordQuery{Model: core.Orders}) {
		last = err
	}
	if core.CodeOf(last) != core.CodeStorageDamaged {
		t.Errorf("reading through the bad pages: %v", last)
	}
	if got, err := db.Connections().Get(t.Context(), c); err != nil || got.ID != c {
		t.Errorf("the connection cannot be read any more: %v", err)
	}
}

// A full disk loses nothing, and Linkdesk continues when there is space again.
func TestFullDisk(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	r := db.Records()
	if _, err := r.Apply(t.Context(), c, core.Orders, storagetest.Orders(50), syncing.Checkpoint{Position: "one"}, false, storagetest.Now); err != nil {
		t.Fatal(err)
	}
	limit := func(pages string) {
		if _, err := db.write.Exec("PRAGMA max_page_count = " + pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("1") // SQLite takes what there is as the least
	_, err := r.Apply(t.Context(), c, core.Orders, storagetest.Orders(3000), syncing.Checkpoint{Position: "two"}, true, storagetest.Now)
	if core.CodeOf(err) != core.CodeStorageFull {
		t.Fatalf("got %v", err)
	}
	cp, _, err := r.Checkpoint(t.Context(), c, core.Orders)
	if err != nil || cp.Position != "one" {
		t.Errorf("the checkpoint went on to %q without its page (%v)", cp.Position, err)
	}
	if n, err := r.Count(t.Context(), c, core.Orders); err != nil || n != 50 {
		t.Errorf("%d orders, %v", n, err)
	}
	limit("1000000")
	if n, err := r.Apply(t.Context(), c, core.Orders, storagetest.Orders(3000), syncing.Checkpoint{}, true, storagetest.Now); err != nil || n.Added != 2950 {
		t.Errorf("after there was space again: %+v, %v", n, err)
	}
}

func TestBusy(t *testing.T) {
	path, _ := filled(t, 1)
	holder, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	tx, err := holder.Begin()
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, Options{}) // needs no write
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.write.Exec("PRAGMA busy_timeout = 20"); err != nil {
		t.Fatal(err)
	}
	if err := db.Preferences().Set(t.Context(), "a", "b"); core.CodeOf(err) != core.CodeStorageBusy {
		t.Errorf("got %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.Preferences().Set(t.Context(), "a", "b"); err != nil {
		t.Errorf("after the other let go: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := db.Records().Apply(ctx, c, core.Orders, storagetest.Orders(1), syncing.Checkpoint{}, false, storagetest.Now)
	_, query := db.Records().Query(ctx, core.RecordQuery{Model: core.Orders})
	_, list := db.Connections().List(ctx)
	for _, err := range []error{err, query, list} {
		if core.CodeOf(err) != core.CodeCancelled {
			t.Errorf("got %v", err)
		}
	}
}

func TestMapError(t *testing.T) {
	for code, want := range map[int]core.Code{
		lib.SQLITE_FULL: core.CodeStorageFull, lib.SQLITE_IOERR_WRITE: core.CodeStorageFull, lib.SQLITE_IOERR_FSYNC: core.CodeStorageFull, lib.SQLITE_IOERR_SHMSIZE: core.CodeStorageFull,
		lib.SQLITE_BUSY: core.CodeStorageBusy, lib.SQLITE_BUSY_SNAPSHOT: core.CodeStorageBusy, lib.SQLITE_LOCKED: core.CodeStorageBusy,
		lib.SQLITE_READONLY: core.CodeStorageReadOnly, lib.SQLITE_READONLY_DBMOVED: core.CodeStorageReadOnly, lib.SQLITE_CANTOPEN: core.CodeStorageReadOnly, lib.SQLITE_PERM: core.CodeStorageReadOnly,
		lib.SQLITE_CORRUPT: core.CodeStorageDamaged, lib.SQLITE_CORRUPT_INDEX: core.CodeStorageDamaged, lib.SQLITE_NOTADB: core.CodeStorageDamaged, lib.SQLITE_IOERR_READ: core.CodeStorageDamaged,
		lib.SQLITE_INTERRUPT: core.CodeCancelled, lib.SQLITE_NOMEM: core.CodeInternal, lib.SQLITE_CONSTRAINT_UNIQUE: core.CodeInternal,
	} {
		if got := sqliteCode(code); got != want {
			t.Errorf("%s (%d): %s, want %s", sqlite.ErrorCodeString[code], code, got, want)
		}
	}
	for _, c := range []struct {
		err  error
		want core.Code
	}{
		{&fs.PathError{Op: "open", Err: syscall.ENOSPC}, core.CodeStorageFull},
		{&fs.PathError{Op: "open", Err: syscall.EROFS}, core.CodeStorageReadOnly},
		{fs.ErrPermission, core.CodeStorageReadOnly},
		{context.DeadlineExceeded, core.CodeCancelled},
		{fmt.Errorf("wrapped: %w", core.NotFound("x")), core.CodeNotFound},
		{errors.New("other"), core.CodeInternal},
	} {
		if got := core.CodeOf(mapError(c.err)); got != c.want {
			t.Errorf("%v: %s, want %s", c.err, got, c.want)
		}
	}
	if mapError(nil) != nil {
		t.Error("nil has to stay nil")
	}
}

// What was wiped is gone from the file: neither pages nor log may hold it.
func TestWiped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "linkdesk.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	canaries := []string{"grant-one-", "grant-two-", "client-", "journal-"}
	long := strings.Repeat("0123456789", 3000) // does not fit a page
	c := storagetest.Connection("Shop")
	ctx := t.Context()
	steps := []error{
		db.Connections().Create(ctx, c, []byte(canaries[0]+long), []byte(canaries[2]+long)),
		db.Secrets().SaveJournal(ctx, c.ID, []byte(canaries[3]+long)),
		db.Secrets().SaveGrant(ctx, c.ID, 1, []byte(canaries[1]+long)),
	}
	inFiles := func(text string) bool {
		for _, p := range []string{path, path + "-wal"} {
			if b, err := os.ReadFile(p); err == nil && bytes.Contains(b, []byte(text)) {
				return true
			}
		}
		return false
	}
	if !inFiles(canaries[1]) {
		t.Fatal("the test looks in the wrong place")
	}
	steps = append(steps, db.Connections().Delete(ctx, c.ID, false))
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	for _, text := range append(canaries, long[:200]) {
		if inFiles(text) {
			t.Errorf("%.12s is still in the data file", text)
		}
	}
}
