package storage

import (
	"context"
	"database/sql"
)

// Preferences keeps small settings of the program: window size, tab, switches.
type Preferences struct{ db *DB }

// Preferences returns the store of small settings.
func (db *DB) Preferences() *Preferences { return &Preferences{db} }

// Get returns the value of a key, "" when it was never set.
func (s *Preferences) Get(ctx context.Context, key string) (value string, err error) {
	err = s.db.read.QueryRowContext(ctx, `SELECT value FROM preference WHERE key = ?`, key).Scan(&value)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return value, cancelled(ctx, err)
}

// Set keeps a value; "" forgets the key.
func (s *Preferences) Set(ctx context.Context, key, value string) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		if value == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM preference WHERE key = ?`, key)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO preference (key, value) VALUES (?, ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
		return err
	})
}
