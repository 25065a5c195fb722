package storage

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/api"
)

// API reads for the REST API, and keeps the segments that apps make; it
// implements api.Records and api.Segments. Documents are given as they are stored.
type API struct {
	db *DB

	mu    sync.Mutex
	stmts map[string]*sql.Stmt // of the readers, by text
}

// API returns the store of the REST API. Keep it: it remembers prepared statements.
func (db *DB) API() *API { return &API{db: db, stmts: map[string]*sql.Stmt{}} }

// mostStmts bounds the memory of prepared statements; texts differ by the
// number of connections and the filters.
const mostStmts = 256

// rows runs a prepared query of the readers.
func (s *API) rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s.mu.Lock()
	stmt := s.stmts[query]
	s.mu.Unlock()
	if stmt == nil {
		made, err := s.db.read.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		stmt = s.keep(query, made)
		if stmt == nil {
			defer made.Close() // its rows outlive it
			return made.QueryContext(ctx, args...)
		}
	}
	return stmt.QueryContext(ctx, args...)
}

// keep remembers a statement, and returns the one that is remembered; nil: there are enough.
func (s *API) keep(query string, made *sql.Stmt) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was := s.stmts[query]; was != nil {
		made.Close()
		return was
	}
	if len(s.stmts) >= mostStmts {
		return nil
	}
	s.stmts[query] = made
	return made
}

// readAll calls scan for each row of a prepared query.
func (s *API) readAll(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.rows(ctx, query, args...)
	if err != nil {
		return cancelled(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return cancelled(ctx, err)
		}
	}
	return cancelled(ctx, rows.Err())
}

// modelOf is the data model that a source is kept with: categories come with products.
func modelOf(of api.Source) core.Model {
	if of == api.Categories {
		return core.Products
	}
	return core.Model(of)
}

// State tells by the change numbers whether anything was written, and since
// when the first of the sources has not been asked. A connection that was deleted
// with its records kept is as old as that.
func (s *API) State(ctx context.Context, c core.ConnectionID, of ...api.Source) (st api.State, err error) {
	var version strings.Builder
	found := false
	for i, source := range of {
		m := string(modelOf(source))
		err := s.readAll(ctx, func(rows *sql.Rows) error {
			var num, deleted, last, there int64
			var item, checkpoint sql.NullString
			if err := rows.Scan(&num, &deleted, &last, &there, &item, &checkpoint); err != nil {
				return err
			}
			found = true
			version.WriteString(itoa(num) + "." + itoa(last) + "." + itoa(there) + " ")
			if i > 0 || there == 0 && item.String == "" {
				return nil // nothing of this model comes from there
			}
			if at := asked(deleted, item.String, checkpoint.String); !at.IsZero() && (st.AsOf.IsZero() || at.Before(st.AsOf)) {
				st.AsOf = at
			}
			return nil
		}, `SELECT c.num, c.deleted_at, coalesce((SELECT last FROM change_seq WHERE model = ?1), 0), coalesce(t.there + t.removed, 0), i.doc, k.doc
			FROM connection c LEFT JOIN tally t ON t.connection = c.num AND t.model = ?1
			LEFT JOIN sync_item i ON i.connection = c.num AND i.model = ?1 LEFT JOIN checkpoint k ON k.connection = c.num AND k.model = ?1
			WHERE c.purge = 0 AND (?2 = '' OR c.id = ?2)`, m, string(c))
		if err != nil {
			return st, err
		}
	}
	if c != "" && !found {
		return st, core.NotFound(noConnection)
	}
	st.Version = version.String()
	return st, nil
}

// asked is when a service was last asked to the end, or the first load of it
// began; zero for Linkdesk's own segments and for what was never read.
func asked(deleted int64, item, checkpoint string) time.Time {
	if deleted > ownSegments {
		return fromMicros(deleted)
	}
	for _, text := range []string{gjson.Get(item, "SyncedAt").Str, gjson.Get(checkpoint, "StartedAt").Str} {
		if at, err := time.Parse(time.RFC3339, text); err == nil && !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// Get calls each for one record, also a removed one, or returns NotFound.
func (s *API) Get(ctx context.Context, of api.Source, k api.Key, each func(api.Item) error) error {
	_, ids, err := s.connections(ctx, k.Connection)
	if err != nil {
		return err
	}
	scan := itemScanner{ids: ids, place: -1}
	query := `SELECT ` + categoryColumns + ` FROM category k JOIN connection c ON c.num = k.connection WHERE c.id = ? AND c.purge = 0 AND k.id = ?`
	if of != api.Categories {
		t, err := tableOf(core.Model(of))
		if err != nil {
			return err
		}
		query = `SELECT ` + t.itemColumns("r") + ` FROM ` + t.name + ` r JOIN connection c ON c.num = r.connection WHERE c.id = ? AND c.purge = 0 AND r.remote_id = ?`
	}
	err = s.readAll(ctx, func(rows *sql.Rows) error { return scan.next(rows, each) }, query, string(k.Connection), k.RemoteID)
	if err == nil && scan.place < 0 {
		return core.NotFound("That record is not there any more.")
	}
	return err
}

// itemColumns are what an itemScanner reads of a row with that name.
func (t *table) itemColumns(row string) string {
	list := []string{"seq", "connection", "remote_id", "updated_at", "synced_at", "removed_at", "''", "doc"}
	if t.model == core.Orders {
		list[6] = "customer"
	}
	for i, c := range list {
		if c != "''" {
			list[i] = row + "." + c
		}
	}
	return strings.Join(list, ", ")
}

// itemScanner hands rows out, and keeps the place of the last.
type itemScanner struct {
	ids   map[int64]core.ConnectionID
	place int64
	doc   sql.RawBytes
}

// next hands one row out. Its document is the driver's own memory.
func (s *itemScanner) next(rows *sql.Rows, each func(api.Item) error) error {
	var it api.Item
	var conn, updated, synced, removed int64
	if err := rows.Scan(&s.place, &conn, &it.RemoteID, &updated, &synced, &removed, &it.Customer, &s.doc); err != nil {
		return err
	}
	it.Connection = s.ids[conn]
	it.UpdatedAt, it.SyncedAt, it.RemovedAt, it.Doc = fromMicros(updated), fromMicros(synced), fromMicros(removed), s.doc
	return each(it)
}
