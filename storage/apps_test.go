package storage

import (
	"testing"

	"linkdesk/core/authserver"
	"linkdesk/core/authserver/authservertest"
)

var (
	_ authserver.Store  = (*Apps)(nil)
	_ authserver.Ledger = (*Apps)(nil)
)

// The authorization server on the data file.
func TestAuthServer(t *testing.T) {
	authservertest.Run(t, func(t *testing.T) func() authservertest.Store {
		_, backend := inDir(t, t.TempDir())
		return backend(t)
	})
}
