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
	found := false
	scan := func(rows *sql.Rows) error {
		found = true
		_, err := eachItem(rows, each)
		return err
	}
	query := `SELECT 0, c.id, k.id, 0, 0, 0, '', ` + categoryDoc + ` FROM category k JOIN connection c ON c.num = k.connection WHERE c.id = ? AND c.purge = 0 AND k.id = ?`
	if of != api.Categories {
		t, err := tableOf(core.Model(of))
		if err != nil {
			return err
		}
		query = selectItem(t, "r.seq") + ` FROM ` + t.name + ` r JOIN connection c ON c.num = r.connection WHERE c.id = ? AND c.purge = 0 AND r.remote_id = ?`
	}
	err := s.readAll(ctx, scan, query, string(k.Connection), k.RemoteID)
	if err == nil && !found {
		return core.NotFound("That record is not there any more.")
	}
	return err
}

// selectItem lists what eachItem reads; place is a row's place in its list.
func selectItem(t *table, place string) string {
	customer := "''"
	if t.model == core.Orders {
		customer = "r.customer"
	}
	return `SELECT ` + place + `, c.id, r.remote_id, r.updated_at, r.synced_at, r.removed_at, ` + customer + `, r.doc`
}

// eachItem hands one row out. Its document is the driver's own memory.
func eachItem(rows *sql.Rows, each func(api.Item) error) (place int64, err error) {
	var it api.Item
	var updated, synced, removed int64
	var doc sql.RawBytes
	if err := rows.Scan(&place, &it.Connection, &it.RemoteID, &updated, &synced, &removed, &it.Customer, &doc); err != nil {
		return 0, err
	}
	it.UpdatedAt, it.SyncedAt, it.RemovedAt, it.Doc = fromMicros(updated), fromMicros(synced), fromMicros(removed), doc
	return place, each(it)
}
