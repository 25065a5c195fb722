package storage

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"linkdesk/core"
)

const (
	// applicationID marks the file as ours: "LKDK" (sqlite.org/fileformat.html, offset 68).
	applicationID = 0x4C4B444B
	readers       = 4
	busyTimeout   = 5 * time.Second
	// checkBelow is the size up to which opening checks every page: it takes milliseconds.
	checkBelow = 4 << 20
)

// Options of Open. The zero value is usable.
type Options struct {
	Clock core.Clock   // nil: the computer's
	Log   *slog.Logger // nil: nothing is logged
}

// DB is the open data file. It is safe for use by many goroutines: one writes
// at a time, others read meanwhile what was last committed.
type DB struct {
	write *sql.DB // one connection, every transaction BEGIN IMMEDIATE
	read  *sql.DB // cannot write
	path  string
	clock core.Clock
	log   *slog.Logger
	apply statements
}

// Open opens the data file, creating it (mode 0600) and its folder (0700) where
// missing, and brings its schema up to date. On an error the file is as it was.
//
// Errors: CodeStorageNewer, CodeStorageDamaged (also for a file of another
// program), CodeStorageReadOnly, CodeStorageFull, CodeStorageBusy.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = core.SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, mapError(err)
	}
	if err := prepareFile(path); err != nil {
		return nil, mapError(err)
	}
	db := &DB{path: path, clock: o.Clock, log: o.Log}
	if err := db.connect(ctx); err != nil {
		_ = db.closePools()
		return nil, mapError(err)
	}
	return db, nil
}

func (db *DB) connect(ctx context.Context) (err error) {
	if db.read, err = sql.Open("sqlite", dsn(db.path, true)); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	if err := db.examine(ctx); err != nil {
		return err
	}
	if db.write, err = sql.Open("sqlite", dsn(db.path, false)); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	if err := migrate(ctx, db.write, migrations()); err != nil {
		return err
	}
	return db.Connections().finishPurges(ctx)
}

// dsn sets everything by address, so that each connection of a pool has it.
// The driver runs _pragma before _journal_mode, and page_size must come first.
func dsn(path string, readOnly bool) string {
	q := url.Values{"_pragma": {
		"busy_timeout(" + itoa(busyTimeout.Milliseconds()) + ")",
		"cache_size(-6144)", // KiB; more buys nothing (performance.md)
		"foreign_keys(1)",
		"temp_store(2)",
	}}
	if readOnly {
		q.Set("mode", "ro")
		q.Set("_query_only", "1")
	} else {
		q["_pragma"] = append(q["_pragma"], "page_size(8192)", "secure_delete(1)", "journal_size_limit(16777216)")
		q.Set("_txlock", "immediate")
		q.Set("_journal_mode", "WAL")
		q.Set("_synchronous", "NORMAL")
		q.Set("_defensive", "1")
	}
	slash := filepath.ToSlash(path)
	if !strings.HasPrefix(slash, "/") {
		slash = "/" + slash // a Windows drive
	}
	return (&url.URL{Scheme: "file", Path: slash, RawQuery: q.Encode()}).String()
}

// prepareFile makes folder and file, so that nobody else may read them, and
// refuses what SQLite must not touch. It reads only, once the file is there.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 100)
	switch n, err := io.ReadFull(f, head); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return core.E(core.CodeStorageDamaged, "", errors.New("the file is shorter than its header"))
	case err != nil:
		return err
	}
	return checkHeader(head)
}

// checkHeader looks at the first 100 bytes (sqlite.org/fileformat.html section 1.3).
func checkHeader(head []byte) error {
	if string(head[:16]) != "SQLite format 3\x00" {
		return core.E(core.CodeStorageDamaged, "", errors.New("the file does not start like a database"))
	}
	if id := binary.BigEndian.Uint32(head[68:]); id != applicationID && id != 0 {
		return core.E(core.CodeStorageDamaged, "This file belongs to another program. Linkdesk did not change it. Choose another folder, or move the file away.", errors.New("foreign application_id"))
	}
	if v := int(binary.BigEndian.Uint32(head[60:])); v > len(migrations()) {
		return newer(v)
	}
	return nil
}

// examine looks inside, without a way to write: the version, which may still
// be in the WAL, whose file it is, and every page where that is quick.
func (db *DB) examine(ctx context.Context) error {
	info, err := os.Stat(db.path)
	if err != nil || info.Size() == 0 {
		return err
	}
	var version, id, tables int
	err = db.read.QueryRowContext(ctx, `SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_user_version, pragma_application_id`).Scan(&version, &id, &tables)
	if err != nil {
		return err
	}
	if version > len(migrations()) {
		return newer(version)
	}
	if id != applicationID && tables > 0 {
		return core.E(core.CodeStorageDamaged, "This file belongs to another program. Linkdesk did not change it. Choose another folder, or move the file away.", errors.New("tables without our application_id"))
	}
	if info.Size() > checkBelow {
		return nil
	}
	var verdict string
	if err := db.read.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return core.E(core.CodeStorageDamaged, "", errors.New("quick_check: "+verdict))
	}
	return nil
}

// Close folds the log into the file and closes it. Call it once, last.
//
// It gathers no statistics (PRAGMA optimize): every query that matters names its
// index, and figures from a day when a table was small make SQLite read a large
// one from end to end.
func (db *DB) Close() error {
	var errs []error
	if _, err := db.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, db.closePools())
	return mapError(errors.Join(errs...))
}

// closePools closes the readers first: the last connection to go removes the WAL, and may.
func (db *DB) closePools() error {
	var errs []error
	for _, pool := range []*sql.DB{db.read, db.write} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Size returns the bytes of the data file and its log.
func (db *DB) Size() (int64, error) {
	var sum int64
	for _, p := range []string{db.path, db.path + "-wal"} {
		info, err := os.Stat(p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, mapError(err)
		}
		if err == nil {
			sum += info.Size()
		}
	}
	return sum, nil
}
