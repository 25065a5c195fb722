package storage

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"

	"linkdesk/core"
)

// The notes of a full read are one short value for each Apply, not one row for
// each record: ids in order, each as its distance from the one before, as
// variable-length numbers. A record costs a byte or two.

func saveSeen(ctx context.Context, tx *sql.Tx, conn int64, m core.Model, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO seen (connection, model, place, ids)
		SELECT ?1, ?2, coalesce(max(place), 0) + 1, ?3 FROM seen WHERE connection = ?1 AND model = ?2`, conn, string(m), packIDs(ids))
	return err
}

func packIDs(ids []int64) []byte {
	ids = slices.Sorted(slices.Values(ids))
	var packed []byte
	last := int64(0)
	for _, id := range ids {
		packed = binary.AppendUvarint(packed, uint64(id-last))
		last = id
	}
	return packed
}

// idSet is a set of row ids, one bit each: 125 kB for a million.
type idSet []uint64

func (s *idSet) add(id int64) {
	for int(id/64) >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[id/64] |= 1 << (id % 64)
}

func (s idSet) has(id int64) bool {
	return int(id/64) < len(s) && s[id/64]&(1<<(id%64)) != 0
}

// addPacked adds what packIDs wrote.
func (s *idSet) addPacked(packed []byte) error {
	id := int64(0)
	for len(packed) > 0 {
		step, n := binary.Uvarint(packed)
		if n <= 0 || step >= 1<<40 {
			return core.E(core.CodeStorageDamaged, "", errors.New("notes of a full read that cannot be read"))
		}
		id += int64(step)
		s.add(id)
		packed = packed[n:]
	}
	return nil
}

// unseen returns the ids of the rows that a complete full read did not meet:
// there, not written since it began, and not noted. It reads the narrow index
// only. Without notes there are none.
func unseen(ctx context.Context, tx *sql.Tx, conn int64, t *table) (ids []int64, err error) {
	var seen idSet
	_, err = collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) {
		var packed sql.RawBytes
		if err = rows.Scan(&packed); err == nil {
			err = seen.addPacked(packed)
		}
		return struct{}{}, err
	}, `SELECT ids FROM seen WHERE connection = ? AND model = ?`, conn, string(t.model))
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT id FROM `+t.name+` INDEXED BY `+t.name+`_browse WHERE connection = ?1 AND removed_at = 0
		AND seq <= (SELECT since_seq FROM full_read WHERE connection = ?1 AND model = ?2)`, conn, string(t.model))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if !seen.has(id) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}
