package authserver

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"linkdesk/core"
)

// Limits of product rows O01, O04 and O18.
const (
	mostApps         = 50
	mostRedirectURIs = 10
	mostLiveGrants   = 10 // of one app; the oldest makes room
	mostName         = 60 // characters
	mostOverlap      = 168 * time.Hour

	// DefaultOverlap is how long an old secret goes on working beside its successor.
	DefaultOverlap = 24 * time.Hour
)

// AppID names an OAuth app, "app_" and 16 letters and digits. It is our own
// name for it; other programs know its ClientID.
type AppID string

// Draft is what the person decides about an app.
type Draft struct {
	Name         string   // 1 to 60 characters, no two apps alike
	RedirectURIs []string // 1 to 10, see CheckRedirectURI
	Scopes       []core.Scope
	Public       bool // cannot keep a secret; decided once, when the app is made
	RequirePKCE  bool // a confidential app must prove its request, too; a public one always must
}

// App is a program that the person lets ask for access.
type App struct {
	ID       AppID
	ClientID string // letters and digits
	Draft
	Paused   bool
	Created  time.Time
	LastUsed time.Time // last call of the API; zero: never
	Secrets  []Secret  // newest first; none of a public app
}

// Secret is one password of an app. Only its hash is kept.
type Secret struct {
	Hash     Hash
	LastFour string // of the secret, to tell it from another
	Created  time.Time
	LastUsed time.Time
	Ends     time.Time // zero: never
}

// Active reports whether the secret is accepted.
func (s Secret) Active(now time.Time) bool { return s.Ends.IsZero() || now.Before(s.Ends) }

// needsPKCE reports whether a request without a challenge is refused.
func (a App) needsPKCE() bool { return a.Public || a.RequirePKCE }

// clean returns the draft as it is stored, or says what is wrong with it.
func (d Draft) clean(others []App) (Draft, error) {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "":
		return d, core.Invalid("Give the app a name.")
	case utf8.RuneCountInString(d.Name) > mostName:
		return d, core.Invalid("Use at most " + strconv.Itoa(mostName) + " characters for the name.")
	case strings.ContainsFunc(d.Name, unprintable):
		return d, core.Invalid("The name has characters that cannot be shown. Type it again.")
	case slices.ContainsFunc(others, func(a App) bool { return strings.EqualFold(a.Name, d.Name) }):
		return d, core.Invalid("There is already an app called “" + d.Name + "”. Choose another name.")
	}
	var uris []string
	for _, uri := range d.RedirectURIs {
		uri = strings.TrimSpace(uri)
		if err := CheckRedirectURI(uri); err != nil {
			return d, err
		}
		if !slices.Contains(uris, uri) {
			uris = append(uris, uri)
		}
	}
	if len(uris) == 0 || len(uris) > mostRedirectURIs {
		return d, core.Invalid("Enter 1 to " + strconv.Itoa(mostRedirectURIs) + " redirect URIs.")
	}
	for _, s := range d.Scopes {
		if _, err := core.ParseScope(string(s)); err != nil {
			return d, err
		}
	}
	d.RedirectURIs, d.Scopes = uris, core.OnlyScopes(core.Scopes(), d.Scopes)
	return d, nil
}

// unprintable finds what could make one name look like another: control
// characters, line breaks, marks that turn the direction of writing.
func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
