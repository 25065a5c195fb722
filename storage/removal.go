package storage

import (
	"context"
	"database/sql"
	"time"

	"linkdesk/core"
)

// Missing counts, after a complete full read, the records that are there but
// were not seen (missing), and all that are there (total). Without notes, that
// is without an Apply with markSeen since the last EndRead, nothing is missing.
func (s *Records) Missing(ctx context.Context, c core.ConnectionID, m core.Model) (missing, total int64, err error) {
	t, err := tableOf(m)
	if err != nil {
		return 0, 0, err
	}
	err = s.db.inRead(ctx, func(tx *sql.Tx) error {
		conn, err := connectionNum(ctx, tx, c)
		if err != nil {
			return err
		}
		ids, err := unseen(ctx, tx, conn, t)
		if err != nil {
			return err
		}
		missing = int64(len(ids))
		return tx.QueryRowContext(ctx, `SELECT coalesce((SELECT there FROM tally WHERE connection = ? AND model = ?), 0)`, conn, string(m)).Scan(&total)
	})
	return missing, total, err
}

// RemoveMissing marks those as removed and returns how many.
func (s *Records) RemoveMissing(ctx context.Context, c core.ConnectionID, m core.Model, now time.Time) (gone int64, err error) {
	t, err := tableOf(m)
	if err != nil {
		return 0, err
	}
	err = s.db.inWrite(ctx, func(tx *sql.Tx) error {
		conn, err := connectionNum(ctx, tx, c)
		if err != nil {
			return err
		}
		seq, err := lastSeq(ctx, tx, m)
		if err != nil {
			return err
		}
		ids, err := unseen(ctx, tx, conn, t)
		if err != nil {
			return err
		}
		mark, err := tx.PrepareContext(ctx, `UPDATE `+t.name+` SET removed_at = ?, seq = ? WHERE id = ?`)
		if err != nil {
			return err
		}
		for i, id := range ids {
			if _, err := mark.ExecContext(ctx, micros(now), seq+int64(i)+1, id); err != nil {
				return err
			}
		}
		gone = int64(len(ids))
		return keepBooks(ctx, tx, conn, m, seq+gone, -gone, gone)
	})
	return gone, err
}

// EndRead drops the checkpoint, and the notes of a full read unless keepSeen.
// An unknown connection has neither, so there is nothing to say about it.
func (s *Records) EndRead(ctx context.Context, c core.ConnectionID, m core.Model, keepSeen bool) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		conn, err := connectionNum(ctx, tx, c)
		if core.CodeOf(err) == core.CodeNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM checkpoint WHERE connection = ? AND model = ?`, conn, string(m)); err != nil {
			return err
		}
		if m == core.Orders {
			if err := linkOrders(ctx, tx, conn, 1); err != nil {
				return err
			}
		}
		if keepSeen {
			return nil
		}
		return dropNotes(ctx, tx, conn, m)
	})
}

func dropNotes(ctx context.Context, tx *sql.Tx, conn int64, m core.Model) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM full_read WHERE connection = ? AND model = ?`, conn, string(m)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM seen WHERE connection = ? AND model = ?`, conn, string(m))
	return err
}
