package storage

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"linkdesk/core"
	"linkdesk/core/syncing"
)

// Members of a service's segments are kept as the service names them, by
// customer id or e-mail address, and are matched to customers when somebody
// looks: the customers may come later, or change their address.

// noteList notes that the list of a segment that a sync met is to be read: it
// was written, it carries another time, or everything is read anew. One that
// was written without a list has none any more.
func (a *applying) noteList(r *row, do verdict) error {
	switch {
	case a.t.model != core.Segments || r.Removed || r.Members == "" && do != write:
		return nil
	case r.Members == "":
		for _, t := range []string{"member_list", "list_member"} {
			if _, err := a.tx.ExecContext(a.ctx, `DELETE FROM `+t+` WHERE connection = ? AND segment = ?`, a.conn, r.RemoteID); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := a.tx.ExecContext(a.ctx, `INSERT INTO member_list (connection, segment, updated_at, first) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (connection, segment) DO UPDATE SET updated_at = excluded.updated_at, first = excluded.first, place = '', due = 1
		WHERE ?5 OR updated_at <> excluded.updated_at`, a.conn, r.RemoteID, micros(r.UpdatedAt), r.Members, a.anew || do == write)
	return err
}

// DueList returns the first list that is to be read behind a segment; see syncing.Lists.
func (s *Records) DueList(ctx context.Context, c core.ConnectionID, behind string) (l syncing.List, ok bool, err error) {
	err = s.db.read.QueryRowContext(ctx, `SELECT m.segment, m.first, m.place FROM member_list m INDEXED BY member_list_due
		CROSS JOIN segment s ON s.connection = m.connection AND s.remote_id = m.segment AND s.removed_at = 0
		WHERE m.due = 1 AND m.connection = (SELECT num FROM connection WHERE id = ?) AND m.segment > ? ORDER BY m.segment LIMIT 1`,
		string(c), behind).Scan(&l.Segment, &l.First, &l.Place)
	if errors.Is(err, sql.ErrNoRows) {
		return l, false, nil
	}
	if l.Place == "" {
		l.Place = l.First
	}
	return l, err == nil, cancelled(ctx, err)
}

// SaveMembers stores a page of members and the place after it; see syncing.Lists.
func (s *Records) SaveMembers(ctx context.Context, c core.ConnectionID, page syncing.MemberPage) (changed bool, err error) {
	err = s.db.inWrite(ctx, func(tx *sql.Tx) error {
		conn, err := connectionNum(ctx, tx, c)
		if err != nil {
			return err
		}
		var round int64
		err = tx.QueryRowContext(ctx, `UPDATE member_list SET place = ?, round = round + ?, mail = mail OR ?, due = ?, complete = complete OR ?
			WHERE connection = ? AND segment = ? RETURNING round`, page.Next, page.First, hasMail(page.Keys), page.Next != "", page.Next == "", conn, page.Segment).Scan(&round)
		if err != nil {
			return err
		}
		come, err := meetMembers(ctx, tx, conn, page, round)
		if err != nil {
			return err
		}
		gone := int64(0)
		if page.Next == "" {
			res, err := tx.ExecContext(ctx, `DELETE FROM list_member WHERE connection = ? AND segment = ? AND round <> ?`, conn, page.Segment, round)
			if err != nil {
				return err
			}
			if gone, err = res.RowsAffected(); err != nil {
				return err
			}
		}
		if changed = come+gone > 0; !changed {
			return nil
		}
		// Another change number, so that an app that asks again whether anything changed hears of it.
		seq, err := lastSeq(ctx, tx, core.Segments)
		if err != nil {
			return err
		}
		return keepBooks(ctx, tx, conn, core.Segments, seq+1, 0, 0)
	})
	return changed && err == nil, err
}

// meetMembers notes who is on a page, and returns how many are new.
func meetMembers(ctx context.Context, tx *sql.Tx, conn int64, page syncing.MemberPage, round int64) (come int64, err error) {
	add, err := tx.PrepareContext(ctx, `INSERT INTO list_member (connection, segment, member, round) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return 0, err
	}
	defer add.Close()
	meet, err := tx.PrepareContext(ctx, `UPDATE list_member SET round = ?4 WHERE connection = ?1 AND segment = ?2 AND member = ?3`)
	if err != nil {
		return 0, err
	}
	defer meet.Close()
	for _, key := range page.Keys {
		if isMail(key) {
			key = lower(key)
		}
		res, err := add.ExecContext(ctx, conn, page.Segment, key, round)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err == nil && n == 0 {
			_, err = meet.ExecContext(ctx, conn, page.Segment, key, round)
		}
		if err != nil {
			return 0, err
		}
		come += n
	}
	return come, nil
}

func isMail(key string) bool { return strings.Contains(key, "@") }

func hasMail(keys []string) bool {
	for _, k := range keys {
		if isMail(k) {
			return true
		}
	}
	return false
}

// listRows are the ids of the customers on a service's list: by their id, and,
// where the list has addresses, by those. It takes the connection and the
// segment, as often as listArgs gives them.
const listRows = `SELECT c.id FROM list_member m CROSS JOIN customer c ON c.connection = m.connection AND c.remote_id = m.member WHERE m.connection = ? AND m.segment = ?
	UNION SELECT c.id FROM member_list l CROSS JOIN customer c INDEXED BY customer_browse ON c.connection = l.connection
		WHERE l.connection = ? AND l.segment = ? AND l.mail AND c.email IN (SELECT member FROM list_member WHERE connection = ? AND segment = ?)`

func listArgs(conn int64, segment string) []any {
	return []any{conn, segment, conn, segment, conn, segment}
}

// isCopied reports whether the list of a segment was read to its end at least once.
func isCopied(ctx context.Context, q querier, c core.ConnectionID, segment string) (conn int64, ok bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT l.connection FROM member_list l JOIN connection c ON c.num = l.connection AND c.purge = 0
		WHERE c.id = ? AND l.segment = ? AND l.complete`, string(c), segment).Scan(&conn)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return conn, err == nil, err
}
