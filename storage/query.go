package storage

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"strings"

	"linkdesk/core"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
	eachLimit    = 500
	// countBelow is how many records there may be for a search to be counted to the end.
	countBelow = 50_000
)

// Query returns a page of records. The page after it starts at its Next, and is
// right whatever was written meanwhile: a record that did not move is neither
// given twice nor left out. Total is counted for the first page only, and is -1
// where counting would take long.
//
// Errors: CodeInvalid for an unknown model or sort, and for a cursor of another query.
func (s *Records) Query(ctx context.Context, q core.RecordQuery) (core.RecordPage, error) {
	p, err := planQuery(q)
	if err != nil {
		return core.RecordPage{}, err
	}
	return s.page(ctx, p)
}

// Each gives all records that a query asks for, in its order, or by connection
// and id when it names none. It reads page by page, so it may take as long as it
// likes. After and Limit of the query are not used. It ends after an error.
func (s *Records) Each(ctx context.Context, q core.RecordQuery) iter.Seq2[core.Record, error] {
	return func(yield func(core.Record, error) bool) {
		q.After, q.Limit = "", eachLimit
		p, err := planQuery(q)
		if err != nil {
			yield(core.Record{}, err)
			return
		}
		p.uncounted = true
		if q.Sort == "" {
			p.keys, p.index = identity, "sqlite_autoindex_"+p.t.name+"_1"
		}
		for {
			page, err := s.page(ctx, p)
			if err != nil {
				yield(core.Record{}, err)
				return
			}
			for _, r := range page.Records {
				if !yield(r, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			if err := p.decode(page.Next); err != nil {
				yield(core.Record{}, err)
				return
			}
		}
	}
}

// Get returns one record, also a removed one, or NotFound.
func (s *Records) Get(ctx context.Context, c core.ConnectionID, m core.Model, remoteID string) (core.Record, error) {
	t, err := tableOf(m)
	if err != nil {
		return core.Record{}, err
	}
	found, err := collect(ctx, s.db.read, func(rows *sql.Rows) (core.Record, error) { return scanRecord(rows, m) },
		selectRecord+`FROM `+t.name+` r JOIN connection c ON c.num = r.connection WHERE c.id = ? AND c.purge = 0 AND r.remote_id = ?`, string(c), remoteID)
	if err != nil {
		return core.Record{}, err
	}
	if len(found) == 0 {
		return core.Record{}, core.NotFound("That record is not there any more.")
	}
	return found[0], nil
}

// plan is a query made ready: keys are what the rows are ordered by, together
// unique; after are their values in the last row of the page before.
type plan struct {
	core.RecordQuery
	t         *table
	keys      []string
	index     string
	after     []any
	words     []string
	uncounted bool
}

// identity orders rows by what never changes about them.
var identity = []string{"connection", "remote_id"}

func planQuery(q core.RecordQuery) (*plan, error) {
	t, err := tableOf(q.Model)
	if err != nil {
		return nil, err
	}
	p := &plan{RecordQuery: q, t: t}
	switch {
	case p.Limit <= 0:
		p.Limit = defaultLimit
	case p.Limit > maxLimit:
		p.Limit = maxLimit
	}
	if p.Sort == "" {
		p.Sort = "updated_at"
	}
	o, ok := t.sorts[p.Sort]
	if !ok {
		return nil, core.Invalid(q.Model.Title() + " cannot be sorted by “" + p.Sort + "”.")
	}
	p.keys, p.index = []string{o.column, "connection", "removed_at", "id"}, o.index
	if p.words, err = searchWords(q.Search); err != nil {
		return nil, err
	}
	return p, p.decode(q.After)
}

// page reads one page and, where it is wanted and cheap, the total.
func (s *Records) page(ctx context.Context, p *plan) (page core.RecordPage, err error) {
	page.Total = -1
	err = s.db.inRead(ctx, func(tx *sql.Tx) error {
		f, err := p.filter(ctx, tx)
		if err != nil || f.nothing {
			page.Total = 0
			return err
		}
		if err := p.read(ctx, tx, f, &page); err != nil {
			return err
		}
		if p.uncounted || p.After != "" {
			return nil
		}
		page.Total, err = p.count(ctx, tx, f, page)
		return err
	})
	return page, err
}

const selectRecord = `SELECT c.id, r.remote_id, r.updated_at, r.synced_at, r.removed_at, r.doc, r.raw `

// pageSQL picks the ids of the page from an index first, so that sorting carries
// no documents, and then reads just those rows. It asks for one row more than
// the page holds, to know whether there is a next.
func (p *plan) pageSQL(f filter) (query string, args []any) {
	direction := ""
	if p.Descending {
		direction = " DESC"
	}
	var inner, outer, names []string
	for i, k := range p.keys {
		name := "k" + itoa(int64(i))
		inner = append(inner, k+direction)
		outer = append(outer, "p."+name+direction)
		names = append(names, k+" AS "+name)
	}
	query = selectRecord + `, p.* FROM (SELECT id AS row, ` + strings.Join(names, ", ") + ` FROM ` + p.t.name + f.source + ` WHERE ` + f.where + p.beyond() +
		` ORDER BY ` + strings.Join(inner, ", ") + ` LIMIT ?) p CROSS JOIN ` + p.t.name + ` r ON r.id = p.row JOIN connection c ON c.num = r.connection ORDER BY ` + strings.Join(outer, ", ")
	return query, slices.Concat(f.args, p.after, []any{p.Limit + 1})
}

func (p *plan) read(ctx context.Context, tx *sql.Tx, f filter, page *core.RecordPage) error {
	query, args := p.pageSQL(f)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := make([]any, len(p.keys)+1)
	for rows.Next() {
		if len(page.Records) == p.Limit {
			page.Next = p.encode(last[1:])
			return rows.Close()
		}
		into := make([]any, len(last))
		for i := range last {
			into[i] = &last[i]
		}
		r, err := scanRecord(rows, p.Model, into...)
		if err != nil {
			return err
		}
		page.Records = append(page.Records, r)
	}
	return rows.Err()
}

// beyond keeps the rows after the page before.
func (p *plan) beyond() string {
	if p.after == nil {
		return ""
	}
	than := " > "
	if p.Descending {
		than = " < "
	}
	return ` AND (` + strings.Join(p.keys, ", ") + `)` + than + tuples(1, len(p.keys))
}

// count returns the total of all pages, -1 where that would take long.
func (p *plan) count(ctx context.Context, tx *sql.Tx, f filter, page core.RecordPage) (n int64, err error) {
	if page.Next == "" {
		return int64(len(page.Records)), nil
	}
	err = tx.QueryRowContext(ctx, `SELECT coalesce(sum(t.there + CASE WHEN ?1 THEN t.removed ELSE 0 END), 0) FROM tally t JOIN connection c ON c.num = t.connection
		WHERE t.model = ?2 AND c.purge = 0 AND (c.id = ?3 OR ?3 = '')`, p.IncludeRemoved, string(p.Model), string(p.Connection)).Scan(&n)
	if err != nil || len(p.words) == 0 {
		return n, err
	}
	if n > countBelow {
		return -1, nil
	}
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM `+p.t.name+f.source+` WHERE `+f.where, f.args...).Scan(&n)
	return n, err
}

// scanRecord reads the columns of selectRecord, and more behind them.
func scanRecord(rows *sql.Rows, m core.Model, more ...any) (r core.Record, err error) {
	var updated, synced, removed int64
	var doc string
	if err := rows.Scan(append([]any{&r.Connection, &r.RemoteID, &updated, &synced, &removed, &doc, &r.Raw}, more...)...); err != nil {
		return r, err
	}
	r.UpdatedAt, r.SyncedAt, r.RemovedAt = fromMicros(updated), fromMicros(synced), fromMicros(removed)
	r.Data = core.NewData(m)
	return r, fromJSON(doc, r.Data)
}
