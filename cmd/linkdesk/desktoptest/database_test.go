//go:build desktop

package desktoptest

import (
	"database/sql"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite"
)

// database opens the data file beside Linkdesk.
func (c *computer) database(do func(*sql.DB) error) {
	c.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(c.home, "linkdesk.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	if err := do(db); err != nil {
		c.t.Fatal(err)
	}
}

// setDue makes everything due since then, as if the planned time had come. Linkdesk must not run.
func (c *computer) setDue(at time.Time) {
	c.t.Helper()
	c.database(func(db *sql.DB) error {
		_, err := db.Exec(`UPDATE sync_item SET doc = json_set(doc, '$.DueAt', ?)`, at.UTC().Format(time.RFC3339))
		return err
	})
}

// run is a sync as it was recorded.
type run struct {
	kind, status                             string
	read, added, changed, unchanged, removed int
}

// runs lists the syncs, newest first.
func (c *computer) runs() (all []run) {
	c.t.Helper()
	c.database(func(db *sql.DB) error {
		rows, err := db.Query(`SELECT r.kind, r.status, COALESCE(SUM(m.read), 0), COALESCE(SUM(m.added), 0), COALESCE(SUM(m.changed), 0), COALESCE(SUM(m.unchanged), 0), COALESCE(SUM(m.removed), 0)
			FROM run r LEFT JOIN run_model m ON m.run = r.num GROUP BY r.num ORDER BY r.num DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r run
			if err := rows.Scan(&r.kind, &r.status, &r.read, &r.added, &r.changed, &r.unchanged, &r.removed); err != nil {
				return err
			}
			all = append(all, r)
		}
		return rows.Err()
	})
	return all
}
