package storage

import (
	"path/filepath"
	"testing"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/signin"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/storage/storagetest"
)

var (
	_ connection.Store    = (*Connections)(nil)
	_ signin.Store        = (*Secrets)(nil)
	_ syncing.Store       = (*Sync)(nil)
	_ syncing.Records     = (*Records)(nil)
	_ syncing.Comparer    = (*Records)(nil)
	_ syncing.Lists       = (*Records)(nil)
	_ syncing.Preferences = (*Preferences)(nil)
	_ vault.Meta          = (*KeyMeta)(nil)
)

// open opens a new data file that is closed, and checked, when the test ends.
func open(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "data", "linkdesk.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		checkBooks(t, db)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// checkBooks holds the tallies against the rows, and the file against SQLite's own check.
func checkBooks(t *testing.T, db *DB) {
	t.Helper()
	for m, table := range tables {
		var wrong int
		err := db.write.QueryRow(`SELECT count(*) FROM (
			SELECT connection, sum(removed_at = 0) AS there, sum(removed_at <> 0) AS removed FROM `+table.name+` GROUP BY connection) r
			LEFT JOIN tally t ON t.connection = r.connection AND t.model = ? WHERE (t.there, t.removed) IS NOT (r.there, r.removed)`, string(m)).Scan(&wrong)
		if err != nil || wrong != 0 {
			t.Errorf("%s: %d tallies differ from the rows (%v)", m, wrong, err)
		}
		err = db.write.QueryRow(`SELECT count(*) - count(DISTINCT seq) + (coalesce(max(seq), 0) > coalesce((SELECT last FROM change_seq WHERE model = ?), 0)) FROM `+table.name, string(m)).Scan(&wrong)
		if err != nil || wrong != 0 {
			t.Errorf("%s: a change number was given twice, or is not in the books (%v)", m, err)
		}
	}
	var verdict string
	if err := db.write.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check: %s (%v)", verdict, err)
	}
}

func shop(t *testing.T, db *DB) core.ConnectionID {
	t.Helper()
	c := storagetest.Connection("Shop")
	if err := db.Connections().Create(t.Context(), c, []byte("grant"), []byte("client")); err != nil {
		t.Fatal(err)
	}
	return c.ID
}

func TestConformance(t *testing.T) {
	for name, try := range map[string]func(*testing.T, *DB){
		"connections": func(t *testing.T, db *DB) { storagetest.Connections(t, db.Connections(), db.Secrets()) },
		"secrets":     func(t *testing.T, db *DB) { storagetest.Secrets(t, db.Connections(), db.Secrets()) },
		"key meta":    func(t *testing.T, db *DB) { storagetest.KeyMeta(t, db.KeyMeta()) },
		"settings":    func(t *testing.T, db *DB) { storagetest.Settings(t, db.Connections(), db.Sync()) },
		"runs":        func(t *testing.T, db *DB) { storagetest.Runs(t, db.Connections(), db.Sync()) },
		"writing":     func(t *testing.T, db *DB) { storagetest.Writing(t, db.Connections(), db.Records()) },
		"checkpoints": func(t *testing.T, db *DB) { storagetest.Checkpoints(t, db.Connections(), db.Records()) },
		"removals":    func(t *testing.T, db *DB) { storagetest.Removals(t, db.Connections(), db.Records()) },
	} {
		t.Run(name, func(t *testing.T) { try(t, open(t)) })
	}
}

func TestPreferences(t *testing.T) {
	p := open(t).Preferences()
	for _, want := range []string{"", "1", "two", ""} {
		if err := p.Set(t.Context(), "tab", want); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Get(t.Context(), "tab"); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}
