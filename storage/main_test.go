package storage

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if millionDB.db != nil {
		millionDB.db.Close()
		dir, _ := million()
		os.RemoveAll(dir)
	}
	os.Exit(code)
}
