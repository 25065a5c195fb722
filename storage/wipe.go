package storage

import (
	"context"
	"database/sql"
)

// Wipe removes the sealed secrets of all connections, because the key that
// sealed them is lost and the person starts over. The connections, their
// settings and their records stay.
func (s *Secrets) Wipe(ctx context.Context) error {
	err := s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE secret SET revision = revision + 1, granted = NULL, client = NULL, journal = NULL`)
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM withdrawal`) // nobody can read those any more
		}
		return err
	})
	if err == nil {
		s.db.forget(ctx)
	}
	return err
}
