package storage

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/syncing"
)

// batchRows is how many rows one statement writes (performance.md: 25).
const batchRows = 25

// Apply writes pages of records of one model and the checkpoint after them in
// one transaction, and returns what became of them: Added (new, or removed
// before), Changed, Unchanged (and not written; also a second copy in the same
// call, and a removal of what is not there), Removed. Read, Failed and Pages are
// the caller's to count. The stored checkpoint's Counts are cp.Counts and these.
func (s *Records) Apply(ctx context.Context, c core.ConnectionID, m core.Model, records []core.Record, cp syncing.Checkpoint, markSeen bool, now time.Time) (core.Counts, error) {
	t, err := tableOf(m)
	if err != nil {
		return core.Counts{}, err
	}
	rows, err := encode(m, records)
	if err != nil {
		return core.Counts{}, err
	}
	stmts, err := s.db.apply.of(ctx, s.db.write, t)
	if err != nil {
		return core.Counts{}, cancelled(ctx, err)
	}
	counts := core.Counts{Unchanged: int64(len(records) - len(rows))}
	err = s.db.inWrite(ctx, func(tx *sql.Tx) error {
		a := &applying{ctx: ctx, tx: tx, t: t, stmts: stmts, now: micros(now), counts: counts, markSeen: markSeen, anew: cp.Mode == core.Full}
		if err := a.begin(c); err != nil {
			return err
		}
		for len(rows) > 0 {
			n := min(batchRows, len(rows))
			if err := a.batch(rows[:n]); err != nil {
				return err
			}
			rows = rows[n:]
		}
		counts = a.counts
		cp.Counts.Add(counts)
		return a.end(cp)
	})
	if err != nil {
		return core.Counts{}, err
	}
	return counts, nil
}

// Compare tells what Apply would do with records, and does nothing.
func (s *Records) Compare(ctx context.Context, c core.ConnectionID, m core.Model, records []core.Record) (core.Counts, error) {
	t, err := tableOf(m)
	if err != nil {
		return core.Counts{}, err
	}
	rows, err := encode(m, records)
	if err != nil {
		return core.Counts{}, err
	}
	counts := core.Counts{Unchanged: int64(len(records) - len(rows))}
	err = s.db.inRead(ctx, func(tx *sql.Tx) error {
		conn, err := connectionNum(ctx, tx, c)
		if err != nil {
			return err
		}
		find, err := tx.PrepareContext(ctx, t.findSQL(1))
		if err != nil {
			return err
		}
		for i := range rows {
			have, err := findRows(ctx, find, conn, rows[i:i+1], t == tables[core.Orders])
			if err != nil {
				return err
			}
			judge(&rows[i], have[rows[i].RemoteID], &counts)
		}
		return nil
	})
	return counts, err
}

// stored is what is known about the row that a record meets.
type stored struct {
	id, hash, removedAt int64
	statuses            [3]string // of an order
}

// verdict is what to do with a record.
type verdict int

const (
	leave verdict = iota
	write
	remove
)

// judge compares a record with the row it meets (nil: none) and counts.
func judge(r *row, have *stored, n *core.Counts) verdict {
	switch {
	case r.Removed && (have == nil || have.removedAt != 0):
		n.Unchanged++
		return leave
	case r.Removed:
		n.Removed++
		return remove
	case have == nil || have.removedAt != 0:
		n.Added++
		return write
	case have.hash != r.hash:
		n.Changed++
		return write
	}
	n.Unchanged++
	return leave
}

// applying is one Apply, inside its transaction.
type applying struct {
	ctx      context.Context
	tx       *sql.Tx
	t        *table
	stmts    *tableStatements
	conn     int64
	now      int64
	seq      int64 // last one given
	counts   core.Counts
	there    int64 // change of the tally
	removed  int64
	markSeen bool
	anew     bool    // everything is read
	seen     []int64 // rows that were met and left alone; those written are known by their seq
	args     []any
}

func (a *applying) begin(c core.ConnectionID) (err error) {
	if a.conn, err = connectionNum(a.ctx, a.tx, c); err != nil {
		return err
	}
	if a.seq, err = lastSeq(a.ctx, a.tx, a.t.model); err != nil {
		return err
	}
	if !a.markSeen {
		return nil
	}
	return a.beginNotes()
}

// beginNotes opens the notes of a full read. Notes without a checkpoint are of
// a read that ended, kept for a person's decision: a new read makes them void.
func (a *applying) beginNotes() error {
	var going bool
	model := string(a.t.model)
	err := a.tx.QueryRowContext(a.ctx, `SELECT EXISTS (SELECT 1 FROM checkpoint WHERE connection = ? AND model = ?)`, a.conn, model).Scan(&going)
	if err == nil && !going {
		err = dropNotes(a.ctx, a.tx, a.conn, a.t.model)
	}
	if err == nil {
		_, err = a.tx.ExecContext(a.ctx, `INSERT INTO full_read (connection, model, since_seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, a.conn, model, a.seq)
	}
	return err
}

func (a *applying) batch(rows []row) error {
	find := a.tx.StmtContext(a.ctx, a.stmts.find[sizeClass(len(rows))])
	have := map[string]*stored{}
	err := eachChunk(rows, func(chunk []row) error {
		found, err := findRows(a.ctx, find, a.conn, chunk, a.t.model == core.Orders)
		for id, s := range found {
			have[id] = s
		}
		return err
	})
	if err != nil {
		return err
	}
	var writes []row
	for i := range rows {
		r, old := &rows[i], have[rows[i].RemoteID]
		do := judge(r, old, &a.counts)
		if err := a.noteList(r, do); err != nil {
			return err
		}
		switch do {
		case leave:
			if old != nil && old.removedAt == 0 && !r.Removed {
				a.seen = append(a.seen, old.id)
			}
		case remove:
			err = a.remove(old.id)
		case write:
			writes = append(writes, *r)
			err = a.noteWrite(r, old)
		}
		if err != nil {
			return err
		}
	}
	return a.write(writes)
}

// noteWrite keeps the books of a row that is about to be written.
func (a *applying) noteWrite(r *row, old *stored) error {
	switch {
	case old == nil:
		a.there++
	case old.removedAt != 0:
		a.there++
		a.removed--
	}
	switch d := r.Data.(type) {
	case *core.Order:
		if old != nil {
			return a.history(r.RemoteID, old.statuses, [3]string{d.Status, d.PaymentStatus, d.FulfillmentStatus})
		}
	case *core.Product:
		return a.categories(d.Categories)
	}
	return nil
}

func (a *applying) write(rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	up := a.tx.StmtContext(a.ctx, a.stmts.upsert[sizeClass(len(rows))])
	return eachChunk(rows, func(chunk []row) error {
		a.args = a.args[:0]
		for i := range chunk {
			r := &chunk[i]
			a.seq++
			a.args = append(a.args, a.conn, r.RemoteID, micros(r.UpdatedAt), a.now, a.seq, r.hash, r.doc, r.Raw)
			a.args = a.t.values(r.Data, a.args)
		}
		_, err := up.ExecContext(a.ctx, a.args...)
		return err
	})
}

func (a *applying) remove(id int64) error {
	a.seq++
	a.there--
	a.removed++
	_, err := a.tx.ExecContext(a.ctx, `UPDATE `+a.t.name+` SET removed_at = ?, seq = ? WHERE id = ?`, a.now, a.seq, id)
	return err
}

// history notes each status of an order that differs from what was stored.
func (a *applying) history(order string, old, now [3]string) error {
	for i, field := range [3]string{"status", "payment_status", "fulfillment_status"} {
		if old[i] == now[i] {
			continue
		}
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO order_history (connection, sale_order, seen_at, field, old, new) VALUES (?, ?, ?, ?, ?, ?)`,
			a.conn, order, a.now, field, old[i], now[i])
		if err != nil {
			return err
		}
	}
	return nil
}

// categories keeps the catalogue's tree. Some services give a bare id beside
// some products: a name or parent once known is not forgotten for that.
func (a *applying) categories(cs []core.Category) error {
	for _, c := range cs {
		if c.ID == "" {
			continue
		}
		_, err := a.tx.ExecContext(a.ctx, `INSERT INTO category (connection, id, name, parent) VALUES (?, ?, ?, ?)
			ON CONFLICT (connection, id) DO UPDATE SET name = coalesce(nullif(excluded.name, ''), name), parent = coalesce(nullif(excluded.parent, ''), parent)
			WHERE (name, parent) <> (excluded.name, excluded.parent)`, a.conn, c.ID, c.Name, c.Parent)
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) end(cp syncing.Checkpoint) error {
	if a.markSeen {
		if err := saveSeen(a.ctx, a.tx, a.conn, a.t.model, a.seen); err != nil {
			return err
		}
	}
	doc, err := toJSON(cp)
	if err != nil {
		return err
	}
	_, err = a.tx.ExecContext(a.ctx, `INSERT INTO checkpoint (connection, model, doc) VALUES (?, ?, ?)
		ON CONFLICT (connection, model) DO UPDATE SET doc = excluded.doc`, a.conn, string(a.t.model), doc)
	if err != nil {
		return err
	}
	if err := keepBooks(a.ctx, a.tx, a.conn, a.t.model, a.seq, a.there, a.removed); err != nil || a.t.model != core.Orders {
		return err
	}
	return linkOrders(a.ctx, a.tx, a.conn, linkAfter)
}

// lastSeq returns the last change number given to a row of a model.
func lastSeq(ctx context.Context, tx *sql.Tx, m core.Model) (seq int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce((SELECT last FROM change_seq WHERE model = ?), 0)`, string(m)).Scan(&seq)
	return seq, err
}

// keepBooks stores the last change number and moves the tally.
func keepBooks(ctx context.Context, tx *sql.Tx, conn int64, m core.Model, seq, there, removed int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO change_seq (model, last) VALUES (?, ?)
		ON CONFLICT (model) DO UPDATE SET last = excluded.last WHERE last <> excluded.last`, string(m), seq)
	if err != nil || there == 0 && removed == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO tally (connection, model, there, removed) VALUES (?, ?, ?, ?)
		ON CONFLICT (connection, model) DO UPDATE SET there = there + excluded.there, removed = removed + excluded.removed`, conn, string(m), there, removed)
	return err
}

// statements are prepared once for each table and live as long as the one write connection.
type statements struct {
	mu sync.Mutex
	by map[*table]*tableStatements
}

// tableStatements are for one row and for a whole batch.
type tableStatements struct{ find, upsert [2]*sql.Stmt }

func (s *statements) of(ctx context.Context, pool *sql.DB, t *table) (*tableStatements, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ts := s.by[t]; ts != nil {
		return ts, nil
	}
	ts := &tableStatements{}
	for class, rows := range [2]int{1, batchRows} {
		var err error
		if ts.find[class], err = pool.PrepareContext(ctx, t.findSQL(rows)); err != nil {
			return nil, err
		}
		if ts.upsert[class], err = pool.PrepareContext(ctx, t.upsertSQL(rows)); err != nil {
			return nil, err
		}
	}
	if s.by == nil {
		s.by = map[*table]*tableStatements{}
	}
	s.by[t] = ts
	return ts, nil
}

// sizeClass picks the statement for a whole batch, or that for one row.
func sizeClass(rows int) int {
	if rows == batchRows {
		return 1
	}
	return 0
}

// eachChunk hands out rows in the size of the statement that sizeClass picks.
func eachChunk(rows []row, fn func([]row) error) error {
	if len(rows) == batchRows {
		return fn(rows)
	}
	for i := range rows {
		if err := fn(rows[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// findRows returns the stored rows that records meet, by remote id.
func findRows(ctx context.Context, find *sql.Stmt, conn int64, rows []row, statuses bool) (map[string]*stored, error) {
	args := make([]any, 0, batchRows+1)
	args = append(args, conn)
	for i := range rows {
		args = append(args, rows[i].RemoteID)
	}
	found, err := find.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	have := map[string]*stored{}
	for found.Next() {
		var id string
		s := &stored{}
		into := []any{&id, &s.id, &s.hash, &s.removedAt}
		if statuses {
			into = append(into, &s.statuses[0], &s.statuses[1], &s.statuses[2])
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		have[id] = s
	}
	return have, found.Err()
}

func (t *table) findSQL(rows int) string {
	statuses := ""
	if t.model == core.Orders {
		statuses = ", status, payment_status, fulfillment_status"
	}
	return `SELECT remote_id, id, hash, removed_at` + statuses + ` FROM ` + t.name + ` WHERE connection = ? AND remote_id IN ` + tuples(1, rows)
}

// upsertSQL writes rows whole. The WHERE repeats judge's rule where it counts:
// content that did not change is not written.
func (t *table) upsertSQL(rows int) string {
	names := append([]string{"connection", "remote_id", "updated_at", "synced_at", "seq", "hash", "doc", "raw"}, t.columns...)
	var set []string
	for _, n := range names[2:] {
		set = append(set, n+" = excluded."+n)
	}
	row := "(0, ?" + strings.Repeat(", ?", len(names)-1) + ")"
	return `INSERT INTO ` + t.name + ` (removed_at, ` + strings.Join(names, ", ") + `) VALUES ` + row + strings.Repeat(", "+row, rows-1) +
		` ON CONFLICT (connection, remote_id) DO UPDATE SET removed_at = 0, ` + strings.Join(set, ", ") +
		` WHERE hash <> excluded.hash OR removed_at <> 0`
}

// tuples returns n groups of m question marks: "(?, ?), (?, ?)".
func tuples(n, m int) string {
	one := "(?" + strings.Repeat(", ?", m-1) + ")"
	return one + strings.Repeat(", "+one, n-1)
}
