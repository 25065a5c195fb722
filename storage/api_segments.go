package storage

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"strings"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
)

// Segments made here stand under a row of connection that is no connection:
// "linkdesk", marked as deleted long ago with its records kept, so that every
// list of connections leaves it out and every list of records has its name.
const ownSegments = 1 // its deleted_at

// keepAnswers is how long a request that is sent again is known.
const keepAnswers = 24 * time.Hour

// WriteSegment makes or changes a segment and remembers the answer, in one
// transaction; writers come one after the other, so of two requests with one key
// the second finds what the first was answered.
func (s *API) WriteSegment(ctx context.Context, w api.Write) (answer api.Answer, err error) {
	err = s.db.inWrite(ctx, func(tx *sql.Tx) error {
		now := s.db.clock.Now()
		if w.Idem != "" {
			if _, err := tx.ExecContext(ctx, `DELETE FROM api_answer WHERE at <= ?`, micros(now.Add(-keepAnswers))); err != nil {
				return err
			}
			var digest []byte
			err := tx.QueryRowContext(ctx, `SELECT digest, status, body FROM api_answer WHERE app = ? AND key = ?`, w.App, w.Idem).Scan(&digest, &answer.Status, &answer.Body)
			if err == nil && !bytes.Equal(digest, w.Digest[:]) {
				return api.ErrKeyReused
			}
			if err != sql.ErrNoRows {
				answer.Again = true
				return err
			}
		}
		it, err := s.writeSegment(ctx, tx, w, now)
		if err != nil {
			return err
		}
		answer = api.Answer{Status: w.Status, Body: w.Answer(it)}
		if w.Idem == "" {
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO api_answer (app, key, digest, status, body, at) VALUES (?, ?, ?, ?, ?, ?)`, w.App, w.Idem, w.Digest[:], answer.Status, answer.Body, micros(now))
		return err
	})
	return answer, err
}

func (s *API) writeSegment(ctx context.Context, tx *sql.Tx, w api.Write, now time.Time) (it api.Item, err error) {
	var data core.Segment
	var removed bool
	conn, err := ownConnection(ctx, tx)
	if err != nil {
		return it, err
	}
	if w.Segment != "" {
		if data, removed, err = ownSegment(ctx, tx, conn, w.Segment); err != nil {
			return it, err
		}
	} else {
		w.Segment = newSegmentID()
	}
	if err := w.Change(&data, &removed); err != nil {
		return it, err
	}
	if w.Members != nil {
		size, err := changeMembers(ctx, tx, w.Segment, *w.Members)
		if err != nil {
			return it, err
		}
		data.Size = &size
	}
	rows, err := encode(core.Segments, []core.Record{{RemoteID: w.Segment, UpdatedAt: now, Data: &data}})
	if err != nil {
		return it, err
	}
	if err := s.storeSegment(ctx, tx, conn, &rows[0], removed, now); err != nil {
		return it, err
	}
	it = api.Item{Key: api.Key{Connection: api.LinkdeskID, RemoteID: w.Segment}, UpdatedAt: now, SyncedAt: now, Doc: []byte(rows[0].doc)}
	if removed {
		it.RemovedAt = now
	}
	return it, nil
}

// storeSegment replaces the row, with a new change number, and keeps the books.
func (s *API) storeSegment(ctx context.Context, tx *sql.Tx, conn int64, r *row, removed bool, now time.Time) error {
	seq, err := lastSeq(ctx, tx, core.Segments)
	if err != nil {
		return err
	}
	var there, gone int64
	err = tx.QueryRowContext(ctx, `DELETE FROM segment WHERE connection = ? AND remote_id = ? RETURNING -(removed_at = 0), -(removed_at <> 0)`, conn, r.RemoteID).Scan(&there, &gone)
	if err != nil && err != sql.ErrNoRows {
		return err
	}
	t := tables[core.Segments]
	args := t.values(r.Data, []any{conn, r.RemoteID, micros(now), micros(now), seq + 1, r.hash, r.doc, nil})
	if _, err := tx.ExecContext(ctx, t.upsertSQL(1), args...); err != nil {
		return err
	}
	if removed {
		gone++
		if _, err := tx.ExecContext(ctx, `UPDATE segment SET removed_at = ? WHERE connection = ? AND remote_id = ?`, micros(now), conn, r.RemoteID); err != nil {
			return err
		}
	} else {
		there++
	}
	return keepBooks(ctx, tx, conn, core.Segments, seq+1, there, gone)
}

// ownConnection returns the number that stands for Linkdesk itself.
func ownConnection(ctx context.Context, tx *sql.Tx) (num int64, err error) {
	_, err = tx.ExecContext(ctx, `INSERT INTO connection (id, name, doc, deleted_at) VALUES (?, 'Linkdesk', '{}', ?) ON CONFLICT (id) DO NOTHING`, string(api.LinkdeskID), ownSegments)
	if err == nil {
		err = tx.QueryRowContext(ctx, `SELECT num FROM connection WHERE id = ?`, string(api.LinkdeskID)).Scan(&num)
	}
	return num, err
}

func ownSegment(ctx context.Context, tx *sql.Tx, conn int64, id string) (data core.Segment, removed bool, err error) {
	var doc string
	err = tx.QueryRowContext(ctx, `SELECT doc, removed_at <> 0 FROM segment WHERE connection = ? AND remote_id = ?`, conn, id).Scan(&doc, &removed)
	if err == sql.ErrNoRows {
		return data, false, core.NotFound("That segment is not there any more.")
	}
	if err != nil {
		return data, false, err
	}
	return data, removed, fromJSON(doc, &data)
}

func newSegmentID() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails, crypto/rand since Go 1.24
	return "seg_" + hex.EncodeToString(b)
}

// PseudonymKey returns the key that pseudonyms of hidden personal fields are
// made with, 32 bytes. It is made once; it protects from apps, not from who can
// read the data file.
func (s *API) PseudonymKey(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh)
	var text string
	err := s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO preference (key, value) VALUES ('api.pseudonym_key', ?) ON CONFLICT (key) DO NOTHING`, hex.EncodeToString(fresh))
		if err == nil {
			err = tx.QueryRowContext(ctx, `SELECT value FROM preference WHERE key = 'api.pseudonym_key'`).Scan(&text)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, core.E(core.CodeStorageDamaged, "", err)
	}
	return key, nil
}
