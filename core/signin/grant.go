package signin

import (
	"encoding/json"
	"maps"
	"time"

	"linkdesk/core"
)

// The place of sealed values (see Sealed).
const (
	secretTable   = "secret"
	grantColumn   = "grant"
	clientColumn  = "client"
	journalColumn = "journal"
)

// ClientSecretKey is the name of the client secret among sealed client values;
// the others are the ids of secret inputs.
const ClientSecretKey = "client_secret"

// plainGrant is a Grant as it is sealed: core.Secret never marshals its text.
type plainGrant struct {
	Access        string            `json:"access"`
	Refresh       string            `json:"refresh,omitempty"`
	Expiry        time.Time         `json:"expiry,omitzero"`
	RefreshExpiry time.Time         `json:"refresh_expiry,omitzero"`
	Scopes        []string          `json:"scopes"`
	ClientID      string            `json:"client_id,omitempty"`
	Extras        map[string]string `json:"extras,omitempty"`
	ReceivedAt    time.Time         `json:"received_at"`
}

// SealGrant seals a grant for the row of a connection.
func SealGrant(s Sealer, id core.ConnectionID, g Grant) ([]byte, error) {
	plain, err := json.Marshal(plainGrant{g.AccessToken.Reveal(), g.RefreshToken.Reveal(), g.Expiry, g.RefreshExpiry, g.Scopes, g.ClientID, g.Extras, g.ReceivedAt})
	if err != nil {
		return nil, err
	}
	return s.SealAt(secretTable, string(id), grantColumn, plain)
}

// UnsealGrant opens what SealGrant made. No grant at all is CodeReauthRequired.
func UnsealGrant(s Sealer, id core.ConnectionID, sealed []byte) (Grant, error) {
	if len(sealed) == 0 {
		return Grant{}, core.E(core.CodeReauthRequired, "", nil)
	}
	plain, err := s.UnsealAt(secretTable, string(id), grantColumn, sealed)
	if err != nil {
		return Grant{}, err
	}
	var p plainGrant
	if err := json.Unmarshal(plain, &p); err != nil {
		return Grant{}, core.E(core.CodeStorageDamaged, "A stored sign-in cannot be read. Sign in again to replace it.", nil)
	}
	return Grant{core.NewSecret(p.Access), core.NewSecret(p.Refresh), p.Expiry, p.RefreshExpiry, p.Scopes, p.ClientID, p.Extras, p.ReceivedAt}, nil
}

// SealClient seals a connection's client secret and secret inputs; nil for none.
func SealClient(s Sealer, id core.ConnectionID, secrets map[string]core.Secret) ([]byte, error) {
	plain := map[string]string{}
	for name, secret := range secrets {
		if !secret.Empty() {
			plain[name] = secret.Reveal()
		}
	}
	if len(plain) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	return s.SealAt(secretTable, string(id), clientColumn, text)
}

// UnsealClient opens what SealClient made.
func UnsealClient(s Sealer, id core.ConnectionID, sealed []byte) (map[string]core.Secret, error) {
	secrets := map[string]core.Secret{}
	if len(sealed) == 0 {
		return secrets, nil
	}
	text, err := s.UnsealAt(secretTable, string(id), clientColumn, sealed)
	if err != nil {
		return nil, err
	}
	var plain map[string]string
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, core.E(core.CodeStorageDamaged, "A stored sign-in cannot be read. Sign in again to replace it.", nil)
	}
	for name, value := range plain {
		secrets[name] = core.NewSecret(value)
	}
	return secrets, nil
}

// SignInBy is when a new sign-in will be needed; zero: not known or never.
func (g Grant) SignInBy() time.Time {
	if g.RefreshToken.Empty() {
		return g.Expiry
	}
	return g.RefreshExpiry
}

// after returns the grant that a refresh of old has led to: what the answer
// left out stays as it was (RFC 6749 section 6). newEnd says that the refresh
// token's life has begun anew.
func (g Grant) after(old Grant, newEnd bool) Grant {
	if g.RefreshToken.Empty() {
		g.RefreshToken = old.RefreshToken
	}
	if g.RefreshExpiry.IsZero() || !newEnd && !old.RefreshExpiry.IsZero() {
		g.RefreshExpiry = old.RefreshExpiry
	}
	if g.Scopes == nil {
		g.Scopes = old.Scopes
	}
	extras := maps.Clone(old.Extras)
	if extras == nil {
		extras = map[string]string{}
	}
	maps.Copy(extras, g.Extras)
	g.Extras, g.ClientID = extras, old.ClientID
	return g
}

// The limits of how early a token is renewed (product row C17).
const (
	mostMargin  = 5 * time.Minute
	leastMargin = time.Minute
)

// margin is how much life a token must have left to be handed out: a tenth of
// its life within one to five minutes. Half the life of tokens that live less
// than two minutes: otherwise each call would renew them.
func (g Grant) margin() time.Duration {
	life := g.Expiry.Sub(g.ReceivedAt)
	return min(max(min(life/10, mostMargin), leastMargin), life/2)
}

// fresh reports whether the token is good for at least its margin. One whose
// life is not known counts as fresh until the service refuses it.
func (g Grant) fresh(now time.Time) bool {
	return g.Expiry.IsZero() || g.Expiry.Sub(now) >= g.margin()
}
