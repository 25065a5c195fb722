package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"linkdesk/core"
	"linkdesk/core/syncing"
)

// Records keeps what was copied from the services; it implements
// syncing.Records, syncing.Lists and syncing.Comparer, and is what screens and exports read.
type Records struct{ db *DB }

// Records returns the store of records.
func (db *DB) Records() *Records { return &Records{db} }

// row is a record on its way into its table.
type row struct {
	core.Record
	doc  string
	hash int64
}

// encode writes the canonical JSON of each record before any lock is taken. Of
// records with the same id the last counts; the others are left out.
func encode(m core.Model, records []core.Record) ([]row, error) {
	rows := make([]row, 0, len(records))
	place := make(map[string]int, len(records))
	for _, r := range records {
		one := row{Record: r}
		switch {
		case r.RemoteID == "":
			return nil, core.E(core.CodeInternal, "", errors.New("storage: a record without an id"))
		case r.Removed:
		case r.Data == nil || r.Data.Model() != m:
			return nil, core.E(core.CodeInternal, "", fmt.Errorf("storage: %s %s holds %T", m, r.RemoteID, r.Data))
		default:
			doc, err := json.Marshal(r.Data)
			if err != nil {
				return nil, core.E(core.CodeInternal, "", err)
			}
			one.doc, one.hash = string(doc), contentHash(doc, r.Raw)
		}
		if i, twice := place[r.RemoteID]; twice {
			rows[i] = one
			continue
		}
		place[r.RemoteID] = len(rows)
		rows = append(rows, one)
	}
	return rows, nil
}

// contentHash tells two versions of one record apart; 64 bits are plenty for
// that. The service's own JSON counts as content where it is kept.
func contentHash(doc, raw []byte) int64 {
	h := sha256.Sum256(doc)
	if raw != nil {
		h = sha256.Sum256(append(h[:], raw...))
	}
	return int64(binary.BigEndian.Uint64(h[:8]))
}

// Checkpoint returns the unfinished read of a model; ok is false when there is none.
func (s *Records) Checkpoint(ctx context.Context, c core.ConnectionID, m core.Model) (cp syncing.Checkpoint, ok bool, err error) {
	var doc string
	err = s.db.read.QueryRowContext(ctx, `SELECT doc FROM checkpoint WHERE model = ? AND connection = (SELECT num FROM connection WHERE id = ?)`,
		string(m), string(c)).Scan(&doc)
	if err == sql.ErrNoRows {
		return cp, false, nil
	}
	if err != nil {
		return cp, false, cancelled(ctx, err)
	}
	err = fromJSON(doc, &cp)
	return cp, err == nil, err
}

// Count returns the number of records that are there.
func (s *Records) Count(ctx context.Context, c core.ConnectionID, m core.Model) (int64, error) {
	counts, err := s.Counts(ctx, c)
	return counts[m], err
}

// Counts returns the number of records of each model that are there; connection
// "" means all. A model without records has no entry.
func (s *Records) Counts(ctx context.Context, c core.ConnectionID) (map[core.Model]int64, error) {
	counts := map[core.Model]int64{}
	_, err := collect(ctx, s.db.read, func(rows *sql.Rows) (_ struct{}, err error) {
		var m core.Model
		var n int64
		err = rows.Scan(&m, &n)
		counts[m] = n
		return struct{}{}, err
	}, `SELECT t.model, sum(t.there) FROM tally t JOIN connection c ON c.num = t.connection
		WHERE c.purge = 0 AND (c.id = ?1 OR ?1 = '') GROUP BY t.model HAVING sum(t.there) > 0`, string(c))
	return counts, err
}
