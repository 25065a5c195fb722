package storage

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"linkdesk/storage/storagetest"
)

func TestStartingOverWipesSealedSecretsAndKeepsTheConnection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "linkdesk.db")
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := storagetest.Connection("Shop")
	if err := errors.Join(db.Connections().Create(t.Context(), c, []byte("sealed-grant"), []byte("sealed-client")),
		db.Secrets().SaveJournal(t.Context(), c.ID, []byte("sealed-journal")), db.Secrets().Wipe(t.Context())); err != nil {
		t.Fatal(err)
	}
	s, err := db.Secrets().LoadSealed(t.Context(), c.ID)
	if err != nil || s.Grant != nil || s.Client != nil || s.Journal != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if got, err := db.Connections().Get(t.Context(), c.ID); err != nil || got.Name != c.Name {
		t.Errorf("%+v, %v", got, err)
	}
	for _, p := range []string{path, path + "-wal"} {
		if b, err := os.ReadFile(p); err == nil && bytes.Contains(b, []byte("sealed-")) {
			t.Errorf("%s still holds a sealed secret", filepath.Base(p))
		}
	}
}
