package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"linkdesk/core"
)

var errDefault = errors.New("storage: a default setting can be changed, not removed")

const selectRuns = `SELECT r.num, r.id, c.id, r.kind, r.mode, r.status, r.started_at, r.ended_at
	FROM run r JOIN connection c ON c.num = r.connection `

// SaveRun upserts a run with its models.
func (s *Sync) SaveRun(ctx context.Context, r core.Run) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		conn, err := connectionNum(ctx, tx, r.Connection)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO run (id, connection, kind, mode, status, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, mode = excluded.mode, status = excluded.status,
			started_at = excluded.started_at, ended_at = excluded.ended_at`,
			string(r.ID), conn, string(r.Kind), string(r.Mode), string(r.Status), micros(r.StartedAt), micros(r.EndedAt))
		if err != nil {
			return err
		}
		var num int64
		if err := tx.QueryRowContext(ctx, `SELECT num FROM run WHERE id = ?`, string(r.ID)).Scan(&num); err != nil {
			return err
		}
		return saveRunModels(ctx, tx, num, r.Models)
	})
}

func saveRunModels(ctx context.Context, tx *sql.Tx, run int64, models []core.RunModel) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM run_model WHERE run = ?`, run); err != nil {
		return err
	}
	for i, m := range models {
		n := m.Counts
		_, err := tx.ExecContext(ctx, `INSERT INTO run_model (run, place, model, status, read, added, changed, unchanged, removed, failed, pages, code, public, ref, until)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			run, i, string(m.Model), string(m.Status), n.Read, n.Added, n.Changed, n.Unchanged, n.Removed, n.Failed, n.Pages,
			string(m.Code), m.Public, m.Ref, micros(m.Until))
		if err != nil {
			return err
		}
	}
	return nil
}

// Heartbeat renews the lease of a running run; NotFound when there is no such run.
func (s *Sync) Heartbeat(ctx context.Context, id core.RunID, at time.Time) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE run SET heartbeat_at = ? WHERE id = ?`, micros(at), string(id))
		return mustTouch(res, err, "That run is not there any more.")
	})
}

// Unfinished returns runs whose status is queued or running, oldest first.
func (s *Sync) Unfinished(ctx context.Context) ([]core.Run, error) {
	return s.runs(ctx, `WHERE r.status IN ('queued', 'running') ORDER BY r.started_at, r.num`)
}

// Runs returns runs, newest first; connection "" means all. Before a run id
// pages on; after a run that was pruned there is nothing.
func (s *Sync) Runs(ctx context.Context, connection core.ConnectionID, before core.RunID, limit int) ([]core.Run, error) {
	where, args := "WHERE 1 ", []any{}
	if connection != "" {
		where += "AND r.connection = (SELECT num FROM connection WHERE id = ?) "
		args = append(args, string(connection))
	}
	if before != "" {
		where += "AND (r.started_at, r.num) < (SELECT started_at, num FROM run WHERE id = ?) "
		args = append(args, string(before))
	}
	return s.runs(ctx, where+"ORDER BY r.started_at DESC, r.num DESC LIMIT ?", append(args, limit)...)
}

// PruneRuns deletes ended runs that ended before the time, and all but the newest keep.
func (s *Sync) PruneRuns(ctx context.Context, before time.Time, keep int) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM run WHERE status NOT IN ('queued', 'running')
			AND (ended_at < ? OR num NOT IN (SELECT num FROM run ORDER BY started_at DESC, num DESC LIMIT ?))`, micros(before), keep)
		return err
	})
}

func (s *Sync) runs(ctx context.Context, rest string, args ...any) (all []core.Run, err error) {
	err = s.db.inRead(ctx, func(tx *sql.Tx) error {
		var nums []int64
		all, err = collect(ctx, tx, func(rows *sql.Rows) (r core.Run, err error) {
			var num, started, ended int64
			err = rows.Scan(&num, &r.ID, &r.Connection, &r.Kind, &r.Mode, &r.Status, &started, &ended)
			r.StartedAt, r.EndedAt = fromMicros(started), fromMicros(ended)
			nums = append(nums, num)
			return r, err
		}, selectRuns+rest, args...)
		for i := range all {
			if err == nil {
				all[i].Models, err = collect(ctx, tx, scanRunModel, `SELECT model, status, read, added, changed, unchanged, removed, failed, pages, code, public, ref, until
					FROM run_model WHERE run = ? ORDER BY place`, nums[i])
			}
		}
		return err
	})
	return all, err
}

func scanRunModel(rows *sql.Rows) (m core.RunModel, err error) {
	var until int64
	n := &m.Counts
	err = rows.Scan(&m.Model, &m.Status, &n.Read, &n.Added, &n.Changed, &n.Unchanged, &n.Removed, &n.Failed, &n.Pages, &m.Code, &m.Public, &m.Ref, &until)
	m.Until = fromMicros(until)
	return m, err
}
