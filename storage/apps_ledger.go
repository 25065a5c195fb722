package storage

import (
	"context"
	"database/sql"
	"math"
	"time"

	"linkdesk/core/authserver"
)

// AppendLedger adds lines; those of an app that is gone are dropped.
func (s *Apps) AppendLedger(ctx context.Context, lines []authserver.Read) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		add, err := tx.PrepareContext(ctx, `INSERT INTO oauth_ledger (app, grant_id, at, method, route, scope, records, filter, status, bytes)
			SELECT num, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM oauth_app WHERE id = ?`)
		if err != nil {
			return err
		}
		defer add.Close()
		for _, l := range lines {
			if _, err := add.ExecContext(ctx, string(l.Grant), micros(l.At), l.Method, l.Route, l.Scope, l.Rows, l.Filter, l.Status, l.Bytes, string(l.App)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Ledger returns lines, newest first; see authserver.Ledger.
func (s *Apps) Ledger(ctx context.Context, app authserver.AppID, before int64, limit int) ([]authserver.Read, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	query := `SELECT l.num, a.id, l.grant_id, l.at, l.method, l.route, l.scope, l.records, l.filter, l.status, l.bytes
		FROM oauth_ledger l JOIN oauth_app a ON a.num = l.app WHERE l.num < ? `
	args := []any{before}
	if app != "" {
		query += `AND l.app = (SELECT num FROM oauth_app WHERE id = ?) `
		args = append(args, string(app))
	}
	return collect(ctx, s.db.read, func(rows *sql.Rows) (l authserver.Read, err error) {
		var at int64
		err = rows.Scan(&l.ID, &l.App, &l.Grant, &at, &l.Method, &l.Route, &l.Scope, &l.Rows, &l.Filter, &l.Status, &l.Bytes)
		l.At = fromMicros(at)
		return l, err
	}, query+`ORDER BY l.num DESC LIMIT ?`, append(args, limit)...)
}

// PruneLedger deletes lines before a time.
func (s *Apps) PruneLedger(ctx context.Context, before time.Time) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM oauth_ledger WHERE at < ?`, micros(before))
		return err
	})
}
