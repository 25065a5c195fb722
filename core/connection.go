package core

import "time"

// Connection is one authorised link to one account at one service. It holds
// nothing secret: tokens and client secrets are sealed elsewhere under its ID.
type Connection struct {
	ID          ConnectionID
	Service     string // id of the manifest, such as "practice"
	Name        string // 1 to 128 characters, need not be unique
	AccountID   string // as the service names it; compared on reauthorize
	AccountName string // "Signed in as …"
	Method      string // "oauth2" or "api_key": which of the manifest's auth methods
	ClientID    string // the OAuth client in use; empty for API keys

	Inputs   map[string]string // what was asked before sign-in, never secrets (shop address and the like)
	Captured map[string]string // what the service answered during sign-in (data centre, tenant, …)

	Access  AccessMap // what the person chose at the permission review
	Asked   []string  // scopes asked for
	Granted []string  // scopes given; those asked when the service does not say

	Paused bool
	Health Health

	CreatedAt    time.Time
	AuthorizedAt time.Time // last sign-in or reauthorization
	ExpiresAt    time.Time // when a new sign-in will be needed; zero: not known or never
}

// Health is what is known about getting in, and since when.
type Health struct {
	Code      Code         // "" after a success; else why the last attempt failed
	CheckedAt time.Time    // last real answer of the service, good or bad
	OKAt      time.Time    // last good answer
	Models    []ModelCheck // of the last Verify
}

// ModelCheck is what Verify proved for one data model.
type ModelCheck struct {
	Model Model
	OK    bool
	Code  Code   // why not; "" when OK
	Proof string // what was read, such as "#1042"; may be empty
}

// Status is the state of a connection in one word (product 4.2).
type Status string

// The states of a connection, worst first: the order in which a list shows them.
const (
	StatusReauth      Status = "reauth_required"
	StatusScope       Status = "scope_missing"
	StatusLocked      Status = "locked"
	StatusUnreachable Status = "unreachable"
	StatusExpiring    Status = "expiring"
	StatusPending     Status = "pending"
	StatusPaused      Status = "paused"
	StatusStale       Status = "stale"
	StatusOK          Status = "ok"
)

// expiringWithin is how long before its end a permission is shown as expiring (product 4.2).
const expiringWithin = 14 * 24 * time.Hour

// staleAfter is the age at which a proof no longer counts as fresh (P-05).
const staleAfter = 24 * time.Hour

// Status derives the state of the connection. A badge may say "Connected" only
// for what was proven: missing is true when the granted scopes do not cover the
// chosen access, locked when the vault is not open.
func (c Connection) Status(now time.Time, missing, locked bool) Status {
	switch {
	case c.Health.Code == CodeReauthRequired, c.Health.Code == CodeKeyLost:
		return StatusReauth
	case c.Paused:
		return StatusPaused
	case locked:
		return StatusLocked
	case missing, c.Health.Code == CodeScopeMissing:
		return StatusScope
	case c.Health.Code != "":
		return StatusUnreachable
	case !c.ExpiresAt.IsZero() && now.After(c.ExpiresAt.Add(-expiringWithin)):
		return StatusExpiring
	case now.Sub(c.Health.OKAt) > staleAfter:
		return StatusStale
	}
	return StatusOK
}

// NeedsPerson reports whether the state waits for something only the person can do.
func (s Status) NeedsPerson() bool {
	return s == StatusReauth || s == StatusScope || s == StatusExpiring || s == StatusLocked
}

// Rank orders states worst first.
func (s Status) Rank() int {
	for i, o := range []Status{StatusReauth, StatusScope, StatusLocked, StatusUnreachable, StatusExpiring, StatusPending, StatusPaused, StatusStale, StatusOK} {
		if s == o {
			return i
		}
	}
	return 99
}
