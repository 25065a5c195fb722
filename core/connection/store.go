package connection

import (
	"context"

	"linkdesk/core"
)

// Store keeps connections. Unknown ids give a *core.Error of class CodeNotFound.
type Store interface {
	// Create writes a connection and its sealed secrets in one transaction.
	Create(ctx context.Context, c core.Connection, sealedGrant, sealedClient []byte) error

	// Reauthorize replaces the sealed secrets and the fields that a sign-in
	// changes (Granted, Asked, Access, Captured, ClientID, Method, AuthorizedAt, ExpiresAt,
	// AccountName, Health) in one transaction; id, name, settings and data stay.
	Reauthorize(ctx context.Context, c core.Connection, sealedGrant, sealedClient []byte) error

	Get(ctx context.Context, id core.ConnectionID) (core.Connection, error)
	List(ctx context.Context) ([]core.Connection, error)

	// Update changes one connection inside a transaction.
	Update(ctx context.Context, id core.ConnectionID, change func(*core.Connection) error) error

	// Delete removes a connection, its secrets, cursors and own settings; with
	// dropRecords also its records. Kept records stay readable under the
	// connection's id and name.
	Delete(ctx context.Context, id core.ConnectionID, dropRecords bool) error
}
