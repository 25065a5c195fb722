package storage

import (
	"context"
	"database/sql"

	"linkdesk/core"
)

// purgeBatch is how many records one transaction drops, so that a million of
// them neither holds the file for long nor doubles it.
const purgeBatch = 5000

// Delete removes a connection, its secrets, cursors and own settings in one
// transaction; with dropRecords its records follow, a batch at a time, and an
// interrupted drop is finished by the next Open. Kept records stay readable
// under the connection's id and name.
func (s *Connections) Delete(ctx context.Context, id core.ConnectionID, dropRecords bool) error {
	return s.remove(ctx, id, dropRecords, func(*sql.Tx, int64) error { return nil })
}

// remove is Delete; first is done in the same transaction before it.
func (s *Connections) remove(ctx context.Context, id core.ConnectionID, dropRecords bool, first func(tx *sql.Tx, num int64) error) error {
	var num int64
	err := s.db.inWrite(ctx, func(tx *sql.Tx) (err error) {
		if num, err = connectionNum(ctx, tx, id); err != nil {
			return err
		}
		if err := first(tx, num); err != nil {
			return err
		}
		for _, q := range []string{
			`DELETE FROM secret WHERE connection = ?`,
			`DELETE FROM setting WHERE connection = ?`,
			`DELETE FROM sync_item WHERE connection = ?`,
			`DELETE FROM checkpoint WHERE connection = ?`,
			`DELETE FROM full_read WHERE connection = ?`,
			`DELETE FROM seen WHERE connection = ?`,
			`UPDATE run SET status = 'cancelled' WHERE connection = ? AND status IN ('queued', 'running')`,
		} {
			if _, err := tx.ExecContext(ctx, q, num); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE connection SET deleted_at = ?, purge = ?, doc = '{}' WHERE num = ?`, micros(s.db.clock.Now()), dropRecords, num)
		return err
	})
	if err != nil {
		return err
	}
	s.db.forget(ctx)
	if dropRecords {
		return s.purge(ctx, num)
	}
	return nil
}

// forget folds the log into the file, so that wiped secrets do not linger in
// the log. While somebody reads it does less; closing does it then.
func (db *DB) forget(ctx context.Context) {
	if _, err := db.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		db.log.WarnContext(ctx, "The log of the data file was not folded in", "error", err)
	}
}

// finishPurges ends what an earlier process began.
func (s *Connections) finishPurges(ctx context.Context) error {
	nums, err := collect(ctx, s.db.read, scanInt, `SELECT num FROM connection WHERE purge = 1`)
	if err != nil {
		return err
	}
	for _, num := range nums {
		if err := s.purge(ctx, num); err != nil {
			return err
		}
	}
	return nil
}

func (s *Connections) purge(ctx context.Context, num int64) error {
	for _, m := range core.Models() {
		t := tables[m]
		drop := `DELETE FROM ` + t.name + ` WHERE id IN (SELECT id FROM ` + t.name + ` WHERE connection = ? LIMIT ?)`
		for gone := int64(purgeBatch); gone == purgeBatch; {
			err := s.db.inWrite(ctx, func(tx *sql.Tx) error {
				res, err := tx.ExecContext(ctx, drop, num, purgeBatch)
				if err != nil {
					return err
				}
				gone, err = res.RowsAffected()
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{
			`DELETE FROM order_customer WHERE connection = ?`,
			`DELETE FROM order_history WHERE connection = ?`,
			`DELETE FROM category WHERE connection = ?`,
			`DELETE FROM segment_member WHERE connection = ?`,
			`DELETE FROM member_list WHERE connection = ?`,
			`DELETE FROM list_member WHERE connection = ?`,
			`DELETE FROM tally WHERE connection = ?`,
			`DELETE FROM run WHERE connection = ?`,
			`DELETE FROM connection WHERE num = ?`,
		} {
			if _, err := tx.ExecContext(ctx, q, num); err != nil {
				return err
			}
		}
		return nil
	})
}
