package authserver

import (
	"context"
	"time"
)

// Store keeps everything of this package. Both methods call fn once, with a view
// that nobody else changes meanwhile; Update makes all of its changes or, when fn
// returns an error or the computer dies, none. Updates come one after the
// other, so what fn has read still holds when it writes: that is what makes a
// code good once. A store error is a *core.Error.
type Store interface {
	View(ctx context.Context, fn func(Tx) error) error
	Update(ctx context.Context, fn func(Tx) error) error
}

// Tx is one transaction. A thing that is not there is a *core.Error of
// CodeNotFound. Save inserts or replaces.
type Tx interface {
	appTx
	grantTx
	keyTx
	consentTx

	// Purge deletes access tokens that expired and the replays of renewal keys
	// used before `replays`; grants that were not fetched before their code
	// expired; codes and tokens of grants that ended; and grants that ended,
	// and consents, before `old`. Used renewal keys and codes stay as long as their
	// grant lives, so that a copy is noticed.
	Purge(now, replays, old time.Time) error
}

type appTx interface {
	Apps() ([]App, error) // in the order of their making
	App(AppID) (App, error)
	AppOf(clientID string) (App, error)
	SaveApp(App) error     // with its secrets
	DeleteApp(AppID) error // with all that belongs to it
}

type grantTx interface {
	Grants(AppID) ([]Grant, error) // newest first; "" means of all apps
	Grant(GrantID) (Grant, error)
	SaveGrant(Grant) error
}

type keyTx interface {
	Code(Hash) (Code, error)
	SaveCode(Code) error
	Token(Hash) (Token, error)
	SaveToken(Token) error
}

type consentTx interface {
	Consents(limit int) ([]Consent, error) // newest first
	Consent(ConsentID) (Consent, error)
	SaveConsent(Consent) error
}

// Read is one line of the access ledger (product row U-02): what an app read or changed.
type Read struct {
	ID     int64 // given by the store, growing
	App    AppID
	Grant  GrantID
	At     time.Time
	Method string // "GET"
	Route  string // "/v1/orders", never with an id or a value
	Scope  string
	Rows   int
	Filter string // the names and values of the filters, as shown to the person
	Status int    // of the answer (HTTP); 0 in lines from before it was noted
	Bytes  int    // of the answer's body as sent, so after compression
}

// Ledger keeps what apps read. It is deleted with the app and after 90 days.
type Ledger interface {
	AppendLedger(ctx context.Context, lines []Read) error

	// Ledger returns lines of an app ("" means all), newest first; before
	// is the ID of the last line of the page before, 0 for the first page.
	Ledger(ctx context.Context, app AppID, before int64, limit int) ([]Read, error)
	PruneLedger(ctx context.Context, before time.Time) error
}
