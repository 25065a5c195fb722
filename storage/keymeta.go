package storage

import (
	"context"
	"database/sql"

	"linkdesk/core/vault"
)

// KeyMeta keeps what is known about the vault's key; it implements vault.Meta.
type KeyMeta struct{ db *DB }

// KeyMeta returns the place of the vault's key meta.
func (db *DB) KeyMeta() *KeyMeta { return &KeyMeta{db} }

// LoadKeyMeta returns the zero KeyMeta when none was saved.
func (s *KeyMeta) LoadKeyMeta(ctx context.Context) (m vault.KeyMeta, err error) {
	var doc string
	err = s.db.read.QueryRowContext(ctx, `SELECT meta FROM key_meta`).Scan(&doc)
	if err == sql.ErrNoRows {
		return m, nil
	}
	if err != nil {
		return m, cancelled(ctx, err)
	}
	return m, fromJSON(doc, &m)
}

// SaveKeyMeta replaces it. The log is folded in, so that a wrapped key that was
// replaced does not linger.
func (s *KeyMeta) SaveKeyMeta(ctx context.Context, m vault.KeyMeta) error {
	doc, err := toJSON(m)
	if err != nil {
		return err
	}
	err = s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO key_meta (one, meta) VALUES (1, ?)
			ON CONFLICT (one) DO UPDATE SET meta = excluded.meta`, doc)
		return err
	})
	if err == nil {
		s.db.forget(ctx)
	}
	return err
}
