package storage

import (
	"context"
	"database/sql"

	"linkdesk/core"
	"linkdesk/core/api"
)

// changeMembers changes the list of a static segment and returns how many are
// in it. It runs in the transaction that writes the segment, so that a list with
// customers who are not here changes nothing.
func changeMembers(ctx context.Context, tx *sql.Tx, segment string, m api.MemberChange) (n int64, err error) {
	if m.All {
		if _, err := tx.ExecContext(ctx, `DELETE FROM segment_member WHERE segment = ?`, segment); err != nil {
			return 0, err
		}
	}
	for _, k := range m.Remove {
		_, err := tx.ExecContext(ctx, `DELETE FROM segment_member WHERE segment = ? AND connection = (SELECT num FROM connection WHERE id = ?) AND customer = ?`,
			segment, string(k.Connection), k.RemoteID)
		if err != nil {
			return 0, err
		}
	}
	if err := addMembers(ctx, tx, segment, m.Add); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM segment_member WHERE segment = ?`, segment).Scan(&n)
	if err == nil && n > api.MostMembers {
		err = api.ErrTooManyMembers
	}
	return n, err
}

func addMembers(ctx context.Context, tx *sql.Tx, segment string, add []api.Key) error {
	find, err := tx.PrepareContext(ctx, `SELECT c.num FROM connection c JOIN customer t ON t.connection = c.num AND t.remote_id = ?2 WHERE c.id = ?1 AND c.purge = 0`)
	if err != nil {
		return err
	}
	defer find.Close()
	put, err := tx.PrepareContext(ctx, `INSERT INTO segment_member (segment, connection, customer) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer put.Close()
	var unknown api.UnknownCustomers
	for _, k := range add {
		var conn int64
		err := find.QueryRowContext(ctx, string(k.Connection), k.RemoteID).Scan(&conn)
		switch {
		case err == sql.ErrNoRows:
			unknown = append(unknown, k)
		case err != nil:
			return err
		default:
			if _, err := put.ExecContext(ctx, segment, conn, k.RemoteID); err != nil {
				return err
			}
		}
	}
	if unknown != nil {
		return unknown
	}
	return nil
}

// memberRows are the ids of the customers in a segment, of all connections.
const memberRows = `SELECT c.id FROM segment_member m CROSS JOIN customer c ON c.connection = m.connection AND c.remote_id = m.customer WHERE m.segment = ?`

// Members counts the customers who are in a segment that was made here as a
// list, or whose list was copied from its service, and are still there; nil
// where there is no such list.
func (s *Records) Members(ctx context.Context, c core.ConnectionID, segment string) (found *int64, err error) {
	err = s.db.inRead(ctx, func(tx *sql.Tx) error {
		rows, args := memberRows, []any{segment}
		if c != api.LinkdeskID {
			conn, ok, err := isCopied(ctx, tx, c, segment)
			if err != nil || !ok {
				return err
			}
			rows, args = listRows, listArgs(conn, segment)
		}
		found = new(int64)
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM customer WHERE id IN (`+rows+`) AND removed_at = 0`, args...).Scan(found)
	})
	return found, err
}

// ofSegment narrows a list of customers to a segment's, whose rows it names.
func (l *listing) ofSegment(ctx context.Context, q querier, k api.Key, and func(string, ...any)) error {
	if l.t.model != core.Customers {
		return core.Invalid(l.t.model.Title() + " are not in segments.")
	}
	l.source = " NOT INDEXED"
	if k.Connection == api.LinkdeskID {
		and("t.id IN ("+memberRows+")", k.RemoteID)
		return nil
	}
	conn, ok, err := isCopied(ctx, q, k.Connection, k.RemoteID)
	if err == nil && !ok {
		err = api.ErrNoList
	}
	and("t.id IN ("+listRows+")", listArgs(conn, k.RemoteID)...)
	return err
}
