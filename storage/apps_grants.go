package storage

import (
	"database/sql"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

const selectGrants = `SELECT g.id, a.id, g.scopes, g.hide_personal, g.lifetime, g.created, g.fetched, g.last_used, g.renew_by, g.ends, g.revoked, g.why
	FROM oauth_grant g JOIN oauth_app a ON a.num = g.app `

func scanGrant(rows *sql.Rows) (g authserver.Grant, err error) {
	var scopes string
	var created, fetched, used, renewBy, ends, revoked int64
	err = rows.Scan(&g.ID, &g.App, &scopes, &g.HidePersonal, &g.For, &created, &fetched, &used, &renewBy, &ends, &revoked, &g.Why)
	g.Created, g.Fetched, g.LastUsed = fromMicros(created), fromMicros(fetched), fromMicros(used)
	g.RenewBy, g.Ends, g.Revoked = fromMicros(renewBy), fromMicros(ends), fromMicros(revoked)
	if err == nil {
		g.Scopes, err = storedScopes(scopes)
	}
	return g, err
}

// storedScopes reads what was written with core.JoinScopes.
func storedScopes(text string) ([]core.Scope, error) {
	list, err := core.ParseScopes(text)
	if err != nil {
		return nil, core.E(core.CodeStorageDamaged, "", err)
	}
	return list, nil
}

func (t *appsTx) Grants(app authserver.AppID) ([]authserver.Grant, error) {
	const order = `ORDER BY g.created DESC, g.num DESC`
	if app == "" {
		return collect(t.ctx, t.tx, scanGrant, selectGrants+order)
	}
	return collect(t.ctx, t.tx, scanGrant, selectGrants+`WHERE a.id = ? `+order, string(app))
}

func (t *appsTx) Grant(id authserver.GrantID) (authserver.Grant, error) {
	return one(t, scanGrant, selectGrants+`WHERE g.id = ?`, string(id))
}

func (t *appsTx) SaveGrant(g authserver.Grant) error {
	return t.exec(`INSERT INTO oauth_grant (id, app, scopes, hide_personal, lifetime, created, fetched, last_used, renew_by, ends, revoked, why)
		VALUES (?, (SELECT num FROM oauth_app WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET fetched = excluded.fetched, last_used = excluded.last_used, renew_by = excluded.renew_by,
		ends = excluded.ends, revoked = excluded.revoked, why = excluded.why`,
		string(g.ID), string(g.App), core.JoinScopes(g.Scopes, " "), g.HidePersonal, string(g.For), micros(g.Created), micros(g.Fetched),
		micros(g.LastUsed), micros(g.RenewBy), micros(g.Ends), micros(g.Revoked), string(g.Why))
}

func (t *appsTx) Code(h authserver.Hash) (authserver.Code, error) {
	return one(t, func(rows *sql.Rows) (c authserver.Code, err error) {
		var expires, used int64
		err = rows.Scan(&c.Grant, &c.RedirectURI, &c.Challenge, &expires, &used)
		c.Hash, c.Expires, c.Used = h, fromMicros(expires), fromMicros(used)
		return c, err
	}, `SELECT g.id, c.redirect_uri, c.challenge, c.expires, c.used FROM oauth_code c JOIN oauth_grant g ON g.num = c.grant_num WHERE c.hash = ?`, h[:])
}

func (t *appsTx) SaveCode(c authserver.Code) error {
	return t.exec(`INSERT INTO oauth_code (hash, grant_num, redirect_uri, challenge, expires, used)
		VALUES (?, (SELECT num FROM oauth_grant WHERE id = ?), ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET used = excluded.used`,
		c.Hash[:], string(c.Grant), c.RedirectURI, c.Challenge, micros(c.Expires), micros(c.Used))
}

func (t *appsTx) Token(h authserver.Hash) (authserver.Token, error) {
	return one(t, func(rows *sql.Rows) (k authserver.Token, err error) {
		var scopes string
		var issued, expires, used int64
		err = rows.Scan(&k.Kind, &k.Grant, &scopes, &issued, &expires, &used, &k.Replay)
		k.Hash, k.Issued, k.Expires, k.Used = h, fromMicros(issued), fromMicros(expires), fromMicros(used)
		if err == nil {
			k.Scopes, err = storedScopes(scopes)
		}
		return k, err
	}, `SELECT k.kind, g.id, k.scopes, k.issued, k.expires, k.used, k.replay
		FROM oauth_token k JOIN oauth_grant g ON g.num = k.grant_num WHERE k.hash = ?`, h[:])
}

func (t *appsTx) SaveToken(k authserver.Token) error {
	return t.exec(`INSERT INTO oauth_token (hash, kind, grant_num, scopes, issued, expires, used, replay)
		VALUES (?, ?, (SELECT num FROM oauth_grant WHERE id = ?), ?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET used = excluded.used, replay = excluded.replay`,
		k.Hash[:], string(k.Kind), string(k.Grant), core.JoinScopes(k.Scopes, " "), micros(k.Issued), micros(k.Expires), micros(k.Used), k.Replay)
}

const selectConsents = `SELECT c.id, a.id, c.scopes, c.redirect_uri, c.asked, c.ends, c.decided, c.outcome
	FROM oauth_consent c JOIN oauth_app a ON a.num = c.app `

func scanConsent(rows *sql.Rows) (c authserver.Consent, err error) {
	var scopes string
	var asked, ends, decided int64
	err = rows.Scan(&c.ID, &c.App, &scopes, &c.RedirectURI, &asked, &ends, &decided, &c.Outcome)
	c.Asked, c.Ends, c.Decided = fromMicros(asked), fromMicros(ends), fromMicros(decided)
	if err == nil {
		c.Scopes, err = storedScopes(scopes)
	}
	return c, err
}

func (t *appsTx) Consents(limit int) ([]authserver.Consent, error) {
	return collect(t.ctx, t.tx, scanConsent, selectConsents+`ORDER BY c.num DESC LIMIT ?`, limit)
}

func (t *appsTx) Consent(id authserver.ConsentID) (authserver.Consent, error) {
	return one(t, scanConsent, selectConsents+`WHERE c.id = ?`, string(id))
}

// SaveConsent leaves out a question of an app that is gone: there is nobody to tell.
func (t *appsTx) SaveConsent(c authserver.Consent) error {
	return t.exec(`INSERT INTO oauth_consent (id, app, scopes, redirect_uri, asked, ends, decided, outcome)
		SELECT ?, num, ?, ?, ?, ?, ?, ? FROM oauth_app WHERE id = ?
		ON CONFLICT (id) DO UPDATE SET decided = excluded.decided, outcome = excluded.outcome`,
		string(c.ID), core.JoinScopes(c.Scopes, " "), c.RedirectURI, micros(c.Asked), micros(c.Ends), micros(c.Decided), string(c.Outcome), string(c.App))
}

// Purge deletes what is no longer needed; see authserver.Tx.
func (t *appsTx) Purge(now, replays, old time.Time) error {
	const ended = `(revoked <> 0 OR ends <= ?1 OR (fetched <> 0 AND renew_by <= ?1))`
	n := micros(now)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM oauth_token WHERE kind = 'access' AND expires <= ?`, []any{n}},
		{`UPDATE oauth_token SET replay = NULL WHERE replay IS NOT NULL AND used < ?`, []any{micros(replays)}},
		{`DELETE FROM oauth_grant WHERE fetched = 0 AND NOT EXISTS
			(SELECT 1 FROM oauth_code c WHERE c.grant_num = num AND c.expires > ?1 AND c.used = 0)`, []any{n}},
		{`DELETE FROM oauth_token WHERE grant_num IN (SELECT num FROM oauth_grant WHERE ` + ended + `)`, []any{n}},
		{`DELETE FROM oauth_code WHERE grant_num IN (SELECT num FROM oauth_grant WHERE ` + ended + `)`, []any{n}},
		{`DELETE FROM oauth_grant WHERE CASE revoked WHEN 0 THEN min(ends, renew_by) ELSE revoked END < ? AND fetched <> 0`, []any{micros(old)}},
		{`DELETE FROM oauth_consent WHERE asked < ?`, []any{micros(old)}},
	} {
		if err := t.exec(q.sql, q.args...); err != nil {
			return err
		}
	}
	return nil
}
