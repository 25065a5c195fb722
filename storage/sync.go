package storage

import (
	"context"
	"database/sql"

	"linkdesk/core"
	"linkdesk/core/syncing"
)

// Sync keeps settings, items and runs; it implements syncing.Store.
type Sync struct{ db *DB }

// Sync returns the store of settings, items and runs.
func (db *DB) Sync() *Sync { return &Sync{db} }

// Settings returns the defaults (Connection empty) first, then own settings.
func (s *Sync) Settings(ctx context.Context) ([]core.SyncSetting, error) {
	return collect(ctx, s.db.read, func(rows *sql.Rows) (v core.SyncSetting, err error) {
		var schedule string
		if err = rows.Scan(&v.Connection, &v.Model, &v.Access, &schedule); err == nil {
			err = fromJSON(schedule, &v.Schedule)
		}
		return v, err
	}, `SELECT coalesce(c.id, ''), s.model, s.access, s.schedule
		FROM setting s LEFT JOIN connection c ON c.num = s.connection ORDER BY s.connection, s.model`)
}

// SaveSettings upserts those in set and deletes own settings named in unset, in one transaction.
func (s *Sync) SaveSettings(ctx context.Context, set, unset []core.SyncSetting) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		for _, v := range set {
			if err := saveSetting(ctx, tx, v); err != nil {
				return err
			}
		}
		for _, v := range unset {
			if v.Connection == "" {
				return core.E(core.CodeInternal, "", errDefault)
			}
			num, err := connectionNum(ctx, tx, v.Connection)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE connection = ? AND model = ?`, num, string(v.Model)); err != nil {
				return err
			}
		}
		return nil
	})
}

func saveSetting(ctx context.Context, tx *sql.Tx, v core.SyncSetting) (err error) {
	var num int64 // 0: the defaults
	if v.Connection != "" {
		if num, err = connectionNum(ctx, tx, v.Connection); err != nil {
			return err
		}
	}
	schedule, err := toJSON(v.Schedule)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO setting (connection, model, access, schedule) VALUES (?, ?, ?, ?)
		ON CONFLICT (connection, model) DO UPDATE SET access = excluded.access, schedule = excluded.schedule`,
		num, string(v.Model), string(v.Access), schedule)
	return err
}

// Items returns the state of every model that a sync has touched.
func (s *Sync) Items(ctx context.Context) ([]syncing.Item, error) {
	return collect(ctx, s.db.read, func(rows *sql.Rows) (v syncing.Item, err error) {
		var doc string
		if err = rows.Scan(&doc); err == nil {
			err = fromJSON(doc, &v)
		}
		return v, err
	}, `SELECT doc FROM sync_item ORDER BY connection, model`)
}

// SaveItem upserts one item.
func (s *Sync) SaveItem(ctx context.Context, item syncing.Item) error {
	doc, err := toJSON(item)
	if err != nil {
		return err
	}
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		num, err := connectionNum(ctx, tx, item.Connection)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO sync_item (connection, model, doc) VALUES (?, ?, ?)
			ON CONFLICT (connection, model) DO UPDATE SET doc = excluded.doc`, num, string(item.Model), doc)
		return err
	})
}
