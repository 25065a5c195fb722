package signin

import (
	"context"
	"errors"
	"time"

	"linkdesk/core"
)

// Grant is what a service gave at sign-in or refresh. It lives in memory only;
// storage sees it sealed. An API key is a Grant whose AccessToken is the key.
type Grant struct {
	AccessToken   core.Secret
	RefreshToken  core.Secret // empty: the service gives none
	Expiry        time.Time   // of the access token; zero: not known
	RefreshExpiry time.Time   // when a new sign-in is needed; zero: not known or never
	Scopes        []string    // granted; nil: the answer did not say, so those asked
	ClientID      string      // the client it was given to
	Extras        map[string]string
	ReceivedAt    time.Time
}

// Sealed is one connection's row of secrets, every field sealed by the vault
// or empty. AAD table "secret", row = connection id, columns "grant",
// "client" and "journal".
type Sealed struct {
	Revision int64  // grows by one with each saved grant
	Grant    []byte // sealed Grant
	Client   []byte // sealed client secret and other secret inputs
	Journal  []byte // sealed raw answer of a token call that was not yet saved as a grant
}

// ErrRevision is returned by SaveGrant when somebody else saved first.
var ErrRevision = errors.New("signin: the grant was saved by somebody else")

// Store keeps the sealed secrets of connections. All methods return a
// *core.Error of class CodeNotFound for an unknown connection.
type Store interface {
	LoadSealed(ctx context.Context, id core.ConnectionID) (Sealed, error)

	// SaveGrant replaces the grant and clears the journal if the stored
	// revision is still `revision`, and returns ErrRevision otherwise.
	SaveGrant(ctx context.Context, id core.ConnectionID, revision int64, grant []byte) error

	// SaveJournal keeps the raw answer of a token call, before it is looked at;
	// nil clears it.
	SaveJournal(ctx context.Context, id core.ConnectionID, journal []byte) error

	// SaveClient replaces the sealed client secret.
	SaveClient(ctx context.Context, id core.ConnectionID, client []byte) error
}

// Sealer seals and opens values; *vault.Vault is one. The place (table, row,
// column) is bound into the seal, so that a value cannot be moved to another.
type Sealer interface {
	SealAt(table, row, column string, plain []byte) ([]byte, error)
	UnsealAt(table, row, column string, sealed []byte) ([]byte, error)
}
