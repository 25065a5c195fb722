package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"linkdesk/core"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("LINKDESK_STORAGE_CHILD"); path != "" { // of TestKilled
		fmt.Fprintln(os.Stderr, writeForever(path, core.ConnectionID(os.Getenv("LINKDESK_STORAGE_CONNECTION"))))
		os.Exit(1)
	}
	if path := os.Getenv("LINKDESK_STORAGE_READONLY"); path != "" {
		fmt.Println(openAndWrite(path))
		os.Exit(0)
	}
	code := m.Run()
	if millionDB.db != nil {
		millionDB.db.Close()
		dir, _ := million()
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// openAndWrite is the child of TestReadOnly: it says which class of error it met.
func openAndWrite(path string) string {
	db, err := Open(context.Background(), path, Options{})
	if err != nil {
		return string(core.CodeOf(err))
	}
	err = db.Preferences().Set(context.Background(), "a", "b")
	return string(core.CodeOf(errors.Join(err, db.Close())))
}
