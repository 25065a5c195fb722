package storage

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"path"
	"sync"

	"linkdesk/core"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. Steps are numbered from 1 without gaps;
// a step that was released is never edited.
type migration struct {
	name string
	sql  string
}

// migrations returns the steps in order. The names start with their number, so
// the file system's order is theirs.
var migrations = sync.OnceValue(func() []migration {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // embedded: cannot fail in a program that built
	}
	var all []migration
	for _, e := range entries {
		text, err := migrationFiles.ReadFile(path.Join("migrations", e.Name()))
		if err != nil {
			panic(err)
		}
		all = append(all, migration{e.Name(), string(text)})
	}
	return all
})

// migrate runs the steps that the file has not seen, each in a transaction of
// its own together with its bookkeeping row and user_version.
func migrate(ctx context.Context, db *sql.DB, steps []migration) error {
	var have int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return err
	}
	if have > len(steps) {
		return newer(have)
	}
	for i := have; i < len(steps); i++ {
		if err := step(ctx, db, i+1, steps[i]); err != nil {
			return core.Wrapf(mapError(err), "migration %s", steps[i].name)
		}
	}
	return nil
}

func step(ctx context.Context, db *sql.DB, version int, m migration) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	if version == 1 {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL)`); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if err := checkReferences(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO migration (version, name) VALUES (?, ?)`, version, m.name); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", version, applicationID)); err != nil {
		return err
	}
	return tx.Commit()
}

// checkReferences fails on a row that names a parent that is not there. The
// PRAGMA answers with rows, not with an error, so it has to be a query.
func checkReferences(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		var table, parent string
		var row sql.NullInt64
		var key int
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return core.E(core.CodeInternal, "", fmt.Errorf("row %d of %s names a missing row of %s", row.Int64, table, parent))
	}
	return rows.Err()
}

func newer(version int) error {
	return core.E(core.CodeStorageNewer, "", errors.New("schema "+itoa(int64(version))+" is newer than this program"))
}
