package storage

import (
	"path/filepath"
	"testing"

	"linkdesk/core/authserver"
	"linkdesk/core/authserver/authservertest"
)

var (
	_ authserver.Store  = (*Apps)(nil)
	_ authserver.Ledger = (*Apps)(nil)
)

// onFile is the backend of the data file; reopening is a restart of the program.
func onFile(t *testing.T) func() authservertest.Store {
	path := filepath.Join(t.TempDir(), "linkdesk.db")
	var db *DB
	end := func() {
		if db == nil {
			return
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { end() })
	return func() authservertest.Store {
		end()
		var err error
		if db, err = Open(t.Context(), path, Options{}); err != nil {
			t.Fatal(err)
		}
		return db.Apps()
	}
}

// The authorization server on the data file.
func TestAuthServer(t *testing.T) { authservertest.Run(t, onFile) }
