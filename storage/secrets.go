package storage

import (
	"context"
	"database/sql"

	"linkdesk/core"
	"linkdesk/core/signin"
)

// Secrets keeps sealed secrets as the bytes they are; it implements signin.Store.
type Secrets struct{ db *DB }

// Secrets returns the store of sealed secrets.
func (db *DB) Secrets() *Secrets { return &Secrets{db} }

// LoadSealed returns the row of a connection, or NotFound.
func (s *Secrets) LoadSealed(ctx context.Context, id core.ConnectionID) (signin.Sealed, error) {
	var v signin.Sealed
	err := s.db.read.QueryRowContext(ctx, `SELECT revision, granted, client, journal FROM secret
		WHERE connection = (SELECT num FROM connection WHERE id = ?)`, string(id)).
		Scan(&v.Revision, &v.Grant, &v.Client, &v.Journal)
	if err == sql.ErrNoRows {
		return v, core.NotFound(noConnection)
	}
	return v, cancelled(ctx, err)
}

// SaveGrant replaces the grant and clears the journal if the stored revision is
// still `revision`, and returns signin.ErrRevision otherwise.
func (s *Secrets) SaveGrant(ctx context.Context, id core.ConnectionID, revision int64, grant []byte) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		num, err := connectionNum(ctx, tx, id)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE secret SET revision = revision + 1, granted = ?, journal = NULL
			WHERE connection = ? AND revision = ?`, grant, num, revision)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return core.E(core.CodeInternal, "", signin.ErrRevision)
	})
}

// SaveJournal keeps the raw answer of a token call; nil clears it.
func (s *Secrets) SaveJournal(ctx context.Context, id core.ConnectionID, journal []byte) error {
	return s.set(ctx, id, `UPDATE secret SET journal = ? WHERE connection = (SELECT num FROM connection WHERE id = ?)`, journal)
}

// SaveClient replaces the sealed client secret.
func (s *Secrets) SaveClient(ctx context.Context, id core.ConnectionID, client []byte) error {
	return s.set(ctx, id, `UPDATE secret SET client = ? WHERE connection = (SELECT num FROM connection WHERE id = ?)`, client)
}

func (s *Secrets) set(ctx context.Context, id core.ConnectionID, query string, value []byte) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, query, value, string(id))
		return mustTouch(res, err, noConnection)
	})
}
