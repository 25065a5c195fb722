package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"linkdesk/core"
)

// querier is what a transaction and a pool have in common.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// inWrite runs fn in a write transaction. It commits when fn returns nil; else
// nothing that fn did is kept.
func (db *DB) inWrite(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return inTx(ctx, db.write, fn)
}

// inRead runs fn on one unchanging view of the data. Keep fn short: the log
// cannot be folded into the file meanwhile.
func (db *DB) inRead(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return inTx(ctx, db.read, fn)
}

func inTx(ctx context.Context, pool *sql.DB, fn func(tx *sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return mapError(err)
	}
	defer tx.Rollback() // after Commit it does nothing
	if err := fn(tx); err != nil {
		return cancelled(ctx, err)
	}
	return cancelled(ctx, tx.Commit())
}

// cancelled prefers the context's word: a cancelled statement ends in any of several errors.
func cancelled(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return core.E(core.CodeCancelled, "", ctx.Err())
	}
	return mapError(err)
}

// collect reads all rows of a query.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, cancelled(ctx, err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, cancelled(ctx, err)
		}
		all = append(all, v)
	}
	return all, cancelled(ctx, rows.Err())
}

// mustTouch turns "no row was changed" into NotFound.
func mustTouch(res sql.Result, err error, what string) error {
	if err != nil {
		return mapError(err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return core.NotFound(what)
	}
	return mapError(err)
}

const noConnection = "That connection is not there any more."

// connectionNum returns the short number of a connection that is in use, or NotFound.
func connectionNum(ctx context.Context, q querier, id core.ConnectionID) (int64, error) {
	nums, err := collect(ctx, q, scanInt, `SELECT num FROM connection WHERE id = ? AND deleted_at = 0`, string(id))
	if err != nil {
		return 0, err
	}
	if len(nums) == 0 {
		return 0, core.NotFound(noConnection)
	}
	return nums[0], nil
}

func scanInt(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) }

// micros is how a time is stored; 0 for the zero time. Finer parts are dropped.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), mapError(err)
}

func fromJSON(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return core.E(core.CodeStorageDamaged, "", err)
	}
	return nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
