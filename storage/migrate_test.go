package storage

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"testing"

	"linkdesk/core"
)

func bare(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(filepath.Join(t.TempDir(), "x.db"), false))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func version(t *testing.T, db *sql.DB) (v, rows int) {
	t.Helper()
	if err := db.QueryRow(`SELECT user_version, (SELECT count(*) FROM sqlite_schema WHERE name = 'migration') FROM pragma_user_version`).Scan(&v, &rows); err != nil {
		t.Fatal(err)
	}
	if rows == 1 {
		if err := db.QueryRow(`SELECT count(*) FROM migration`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
	}
	return v, rows
}

// seeds are rows put in after a step, which every later step has to keep. Add
// one with each step that changes a table.
var seeds = map[int][]string{
	1: {
		`INSERT INTO connection (id, name, doc) VALUES ('con_1', 'Shop', '{"ID":"con_1","Name":"Shop"}')`,
		`INSERT INTO sale_order (connection, remote_id, updated_at, synced_at, removed_at, seq, hash, number, customer, status, payment_status, fulfillment_status, currency, placed_at, total, doc)
			VALUES (1, 'o1', 1, 1, 0, 1, 1, '1', '', '', '', '', '', 0, 0, '{"number":"1"}')`,
	},
	2: {
		`INSERT INTO oauth_app (id, client_id, doc) VALUES ('app_1', 'x', '{}')`,
		`INSERT INTO oauth_ledger (app, grant_id, at, method, route, scope, records, filter) VALUES (1, 'g', 1, 'GET', '/v1/orders', 'orders:read', 5, '')`,
	},
}

// The schema is built up step by step, with data of each time in it.
func TestMigrateStepwise(t *testing.T) {
	db := bare(t)
	steps := migrations()
	for i := range steps {
		if name := steps[i].name; !regexp.MustCompile(fmt.Sprintf(`^%04d_\w+\.sql$`, i+1)).MatchString(name) {
			t.Errorf("step %d is called %s", i+1, name)
		}
		if err := migrate(t.Context(), db, steps[:i+1]); err != nil {
			t.Fatal(err)
		}
		if v, rows := version(t, db); v != i+1 || rows != i+1 {
			t.Errorf("after step %d: version %d, %d bookkeeping rows", i+1, v, rows)
		}
		for _, q := range seeds[i+1] {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := migrate(t.Context(), db, steps); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM sale_order o JOIN connection c ON c.num = o.connection WHERE c.id = 'con_1' AND o.remote_id = 'o1'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("the seed was lost: %d, %v", n, err)
	}
	if err := db.QueryRow(`SELECT count(*) FROM oauth_ledger l JOIN oauth_app a ON a.num = l.app WHERE a.id = 'app_1' AND l.records = 5 AND l.bytes = 0 AND l.status = 0`).Scan(&n); err != nil || n != 1 {
		t.Errorf("the line of the ledger was lost: %d, %v", n, err)
	}
}

// A step that fails, or leaves a row without its parent, changes nothing.
func TestMigrateFails(t *testing.T) {
	good := migration{"0001_good.sql", `CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (parent INTEGER)`}
	for name, bad := range map[string]string{
		"syntax":  `CREATE TABLE more (a); CREATE TABEL oops (b)`,
		"orphans": `INSERT INTO child VALUES (7); CREATE TABLE kid (parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO kid SELECT parent FROM child`,
	} {
		t.Run(name, func(t *testing.T) {
			db := bare(t)
			err := migrate(t.Context(), db, []migration{good, {"0002_bad.sql", bad}})
			if core.CodeOf(err) != core.CodeInternal {
				t.Errorf("got %v", err)
			}
			if v, rows := version(t, db); v != 1 || rows != 1 {
				t.Errorf("version %d, %d rows", v, rows)
			}
			var n int
			if err := db.QueryRow(`SELECT (SELECT count(*) FROM sqlite_schema WHERE name IN ('more', 'kid')) + (SELECT count(*) FROM child)`).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d things of the failed step are there (%v)", n, err)
			}
		})
	}
	db := bare(t)
	if err := errors.Join(migrate(t.Context(), db, []migration{good, {"0002_x.sql", "CREATE TABLE x (a)"}})); err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), db, []migration{good}); core.CodeOf(err) != core.CodeStorageNewer {
		t.Errorf("an older program: %v", err)
	}
}

// The check of references speaks in rows; an Exec would never hear it. A step
// that has to rebuild a table runs with the references off, and only this sees it.
func TestMigrateChecksReferences(t *testing.T) {
	db := bare(t)
	if _, err := db.Exec(`PRAGMA foreign_keys = 0`); err != nil {
		t.Fatal(err)
	}
	err := migrate(t.Context(), db, []migration{{"0001_x.sql", `CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE kid (parent INTEGER REFERENCES parent(id)); INSERT INTO kid VALUES (7)`}})
	if core.CodeOf(err) != core.CodeInternal {
		t.Errorf("got %v", err)
	}
	if v, rows := version(t, db); v != 0 || rows != 0 {
		t.Errorf("version %d, %d rows", v, rows)
	}
}
