package storage

import (
	"context"
	"database/sql"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

// Apps keeps OAuth apps and what they were given; it implements
// authserver.Store and authserver.Ledger.
type Apps struct{ db *DB }

// Apps returns the store of OAuth apps.
func (db *DB) Apps() *Apps { return &Apps{db} }

// View runs fn on one unchanging view of the data.
func (s *Apps) View(ctx context.Context, fn func(authserver.Tx) error) error {
	return s.db.inRead(ctx, func(tx *sql.Tx) error { return fn(&appsTx{ctx, tx}) })
}

// Update runs fn in a write transaction: all of it is kept, or nothing.
func (s *Apps) Update(ctx context.Context, fn func(authserver.Tx) error) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error { return fn(&appsTx{ctx, tx}) })
}

// appsTx is one transaction.
type appsTx struct {
	ctx context.Context
	tx  *sql.Tx
}

const noApp = "That app is not there any more."

func (t *appsTx) exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return cancelled(t.ctx, err)
}

// one reads the only row of a query, or NotFound.
func one[T any](t *appsTx, scan func(*sql.Rows) (T, error), query string, args ...any) (v T, err error) {
	all, err := collect(t.ctx, t.tx, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = core.NotFound("That is not there any more.")
	}
	if err != nil {
		return v, err
	}
	return all[0], nil
}

const selectApps = `SELECT num, doc FROM oauth_app `

// appRow is an app beside its number, which other rows name it by.
type appRow struct {
	num int64
	app authserver.App
}

func scanApp(rows *sql.Rows) (r appRow, err error) {
	var doc string
	if err = rows.Scan(&r.num, &doc); err == nil {
		err = fromJSON(doc, &r.app)
	}
	return r, err
}

func (t *appsTx) Apps() ([]authserver.App, error) {
	found, err := collect(t.ctx, t.tx, scanApp, selectApps+`ORDER BY num`)
	var all []authserver.App
	for _, r := range found {
		if err == nil {
			r.app.Secrets, err = t.secrets(r.num)
		}
		all = append(all, r.app)
	}
	return all, err
}

func (t *appsTx) App(id authserver.AppID) (authserver.App, error) {
	return t.app(`WHERE id = ?`, string(id))
}

func (t *appsTx) AppOf(clientID string) (authserver.App, error) {
	return t.app(`WHERE client_id = ?`, clientID)
}

func (t *appsTx) app(where, arg string) (authserver.App, error) {
	r, err := one(t, scanApp, selectApps+where, arg)
	if err == nil {
		r.app.Secrets, err = t.secrets(r.num)
	}
	return r.app, err
}

func (t *appsTx) secrets(app int64) ([]authserver.Secret, error) {
	return collect(t.ctx, t.tx, func(rows *sql.Rows) (s authserver.Secret, err error) {
		var hash []byte
		var created, used, ends int64
		err = rows.Scan(&hash, &s.LastFour, &created, &used, &ends)
		copy(s.Hash[:], hash)
		s.Created, s.LastUsed, s.Ends = fromMicros(created), fromMicros(used), fromMicros(ends)
		return s, err
	}, `SELECT hash, last_four, created, last_used, ends FROM oauth_secret WHERE app = ? ORDER BY place`, app)
}

func (t *appsTx) SaveApp(a authserver.App) error {
	secrets := a.Secrets
	a.Secrets = nil
	doc, err := toJSON(a)
	if err != nil {
		return err
	}
	err = t.exec(`INSERT INTO oauth_app (id, client_id, doc) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, string(a.ID), a.ClientID, doc)
	if err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM oauth_secret WHERE app = (SELECT num FROM oauth_app WHERE id = ?)`, string(a.ID)); err != nil {
		return err
	}
	for place, s := range secrets {
		err := t.exec(`INSERT INTO oauth_secret (hash, app, place, last_four, created, last_used, ends)
			VALUES (?, (SELECT num FROM oauth_app WHERE id = ?), ?, ?, ?, ?, ?)`,
			s.Hash[:], string(a.ID), place, s.LastFour, micros(s.Created), micros(s.LastUsed), micros(s.Ends))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *appsTx) DeleteApp(id authserver.AppID) error {
	res, err := t.tx.ExecContext(t.ctx, `DELETE FROM oauth_app WHERE id = ?`, string(id))
	return mustTouch(res, cancelled(t.ctx, err), noApp)
}
