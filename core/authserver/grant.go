package authserver

import (
	"time"

	"linkdesk/core"
)

// How long things last (architecture decision 12; product section 6).
const (
	accessLife  = time.Hour
	refreshLife = 90 * 24 * time.Hour // without use
	grantLife   = 365 * 24 * time.Hour
	hourLife    = time.Hour // of a grant for one hour
	codeLife    = 60 * time.Second
	replayLife  = 60 * time.Second // in which a renewal that is sent again gets the same answer
	consentLife = 5 * time.Minute

	// clockSlack is how far the clock may be set back before what was given out
	// is taken for too old instead of too young.
	clockSlack = 5 * time.Second
)

// GrantID names a grant, "grant_" and 16 letters and digits.
type GrantID string

// Lifetime is for how long the person allows access (product row U-12).
type Lifetime string

// The lifetimes.
const (
	UntilRemoved Lifetime = "until_removed" // at most a year
	OneHour      Lifetime = "one_hour"
	UntilQuit    Lifetime = "until_quit" // of Linkdesk
)

// Reason says why a grant ended.
type Reason string

// The reasons.
const (
	EndedByPerson  Reason = "removed"        // by the person, in Linkdesk
	EndedByApp     Reason = "app_revoked"    // the app gave it back
	EndedByReplay  Reason = "replayed"       // a used code or renewal key came again: somebody may have copied it
	EndedByFailure Reason = "sign_in_failed" // the app could not prove that the code is its own
	EndedByQuit    Reason = "quit"
	EndedByNewer   Reason = "limit" // too many of this app, the oldest made room
)

// Grant is what the person allowed an app once, and the family of every token
// that came of it. Until the app has fetched its first tokens, within the life of
// the code, it counts for nothing.
type Grant struct {
	ID           GrantID
	App          AppID
	Scopes       []core.Scope
	HidePersonal bool // e-mail, phone and address are kept from the app (U-13)
	For          Lifetime
	Created      time.Time
	Fetched      time.Time // first tokens; zero: not yet
	LastUsed     time.Time // last call of the API
	RenewBy      time.Time // unused until then it ends
	Ends         time.Time // in any case
	Revoked      time.Time // zero: not
	Why          Reason    // of Revoked
}

// Live reports whether the app has access through the grant.
func (g Grant) Live(now time.Time) bool {
	return g.Revoked.IsZero() && !g.Fetched.IsZero() && now.Before(g.Ends) && now.Before(g.RenewBy)
}

func newGrant(app AppID, d Decision, now time.Time) Grant {
	g := Grant{ID: GrantID(newID("grant_")), App: app, Scopes: d.Scopes, HidePersonal: d.HidePersonal, For: d.For, Created: now, Ends: now.Add(grantLife)}
	if d.For == OneHour {
		g.Ends = now.Add(hourLife)
	}
	return g
}

// Code is what the browser carries back to the app; the app changes it into tokens.
type Code struct {
	Hash        Hash
	Grant       GrantID
	RedirectURI string
	Challenge   string // of PKCE, S256; empty: the app sent none
	Expires     time.Time
	Used        time.Time // zero: not yet
}

// TokenKind tells the keys that an app holds apart.
type TokenKind string

// The kinds.
const (
	AccessToken  TokenKind = "access"
	RefreshToken TokenKind = "refresh"
)

// Token is one key that an app holds.
type Token struct {
	Hash    Hash
	Kind    TokenKind
	Grant   GrantID
	Scopes  []core.Scope // of an access token: the grant's or fewer
	Issued  time.Time
	Expires time.Time
	Used    time.Time // a renewal key that was used, an access token that was given back; else zero
	Replay  []byte    // of a used renewal key: the answer, sealed with the key itself
}

// alive reports whether something that lives so long and expires then is good
// now. What expires later than its life from now was given out in a future that
// the clock has since left: it is not good either.
func alive(now, expires time.Time, life time.Duration) bool {
	return now.Before(expires) && !expires.After(now.Add(life+clockSlack))
}
