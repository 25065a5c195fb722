package storage

import (
	"context"
	"database/sql"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
)

// DeleteKeeping deletes a connection and keeps what is needed to withdraw its
// permission later; see connection.Withdrawals.
func (s *Connections) DeleteKeeping(ctx context.Context, id core.ConnectionID, dropRecords bool) error {
	return s.remove(ctx, id, dropRecords, func(tx *sql.Tx, num int64) error {
		c, _, err := loadConnection(ctx, tx, id)
		if err != nil {
			return err
		}
		doc, err := toJSON(core.Connection{ID: id, Service: c.Service, Method: c.Method, ClientID: c.ClientID, Inputs: c.Inputs, Captured: c.Captured})
		if err != nil {
			return err
		}
		now := micros(s.db.clock.Now())
		_, err = tx.ExecContext(ctx, `INSERT INTO withdrawal (id, doc, since, tried, granted, client, journal)
			SELECT ?, ?, ?, ?, granted, client, journal FROM secret WHERE connection = ?`, string(id), doc, now, now, num)
		return err
	})
}

// Waiting returns the permissions that wait, longest first.
func (s *Connections) Waiting(ctx context.Context) ([]connection.Waiting, error) {
	return collect(ctx, s.db.read, func(rows *sql.Rows) (w connection.Waiting, err error) {
		var doc string
		var since, tried int64
		if err = rows.Scan(&doc, &since, &tried, &w.Sealed.Grant, &w.Sealed.Client, &w.Sealed.Journal); err == nil {
			err = fromJSON(doc, &w.Connection)
		}
		w.Since, w.TriedAt = fromMicros(since), fromMicros(tried)
		return w, err
	}, `SELECT doc, since, tried, granted, client, journal FROM withdrawal ORDER BY since, id`)
}

// Tried notes that a permission could not be withdrawn once more.
func (s *Connections) Tried(ctx context.Context, id core.ConnectionID, at time.Time) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE withdrawal SET tried = ? WHERE id = ?`, micros(at), string(id))
		return err
	})
}

// EndWaiting wipes a permission that was withdrawn, or given up.
func (s *Connections) EndWaiting(ctx context.Context, id core.ConnectionID) error {
	err := s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM withdrawal WHERE id = ?`, string(id))
		return err
	})
	if err == nil {
		s.db.forget(ctx)
	}
	return err
}
