package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver that the product uses, too
)

// The floor is a small program that does the whole job of a first load and
// nothing else: it fetches ahead, scans each page once, upserts rows by
// (connection, remote id) into a table with two more indexes, and commits the
// place after the pages with them, so that it can be resumed. It keeps the
// service's JSON as it came. It knows this one service only, has no settings,
// no retries, no history and no canonical form: whatever the product needs above
// it is the price of those.

const (
	floorRows  = 25 // a statement
	floorPages = 4  // a transaction
)

const floorSchema = `
CREATE TABLE IF NOT EXISTS sale (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, remote_id TEXT NOT NULL, updated_at TEXT NOT NULL, number TEXT NOT NULL,
  customer TEXT NOT NULL, status TEXT NOT NULL, currency TEXT NOT NULL, total TEXT NOT NULL, placed_at TEXT NOT NULL, doc TEXT NOT NULL,
  UNIQUE (connection, remote_id));
CREATE INDEX IF NOT EXISTS sale_updated ON sale(updated_at);
CREATE INDEX IF NOT EXISTS sale_number ON sale(number);
CREATE TABLE IF NOT EXISTS place (connection INTEGER PRIMARY KEY, next TEXT NOT NULL);`

const floorRow = "(1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

// floorSale is what the scan takes out of an order; all are pieces of the page.
type floorSale struct {
	id, updated, number, customer, status, currency, total, placed, doc string
}

// floorPage is one page, scanned.
type floorPage struct {
	sales []floorSale
	next  string
	more  bool
	err   error
}

func measureFloor(ctx context.Context, t task, r *result) error {
	file := filepath.Join(t.Dir, "floor.db")
	db, err := openFloor(ctx, file)
	if err != nil {
		return err
	}
	defer db.Close()
	var total int
	err = r.timed(func() error {
		if err := floorLoad(ctx, db, "http://"+t.Shop+"/"+strconv.Itoa(t.Orders)+"/orders"); err != nil {
			return err
		}
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sale").Scan(&total); err != nil {
			return err
		}
		return db.Close()
	})
	if err == nil && total != t.Orders {
		err = fmt.Errorf("the floor has %d orders, not %d", total, t.Orders)
	}
	if err != nil {
		return err
	}
	r.Size, err = dataSize(file)
	return err
}

// openFloor opens a file with the settings that performance.md names.
func openFloor(ctx context.Context, file string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"page_size(8192)", "cache_size(-6144)"}, "_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(file), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, floorSchema)
	return db, err
}

// floorLoad reads the list from where the last load stopped.
func floorLoad(ctx context.Context, db *sql.DB, list string) error {
	var place string
	err := db.QueryRowContext(ctx, "SELECT next FROM place WHERE connection = 1").Scan(&place)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	one, err := db.PrepareContext(ctx, floorUpsert(1))
	if err != nil {
		return err
	}
	defer one.Close()
	many, err := db.PrepareContext(ctx, floorUpsert(floorRows))
	if err != nil {
		return err
	}
	defer many.Close()
	ctx, cancel := context.WithCancel(ctx)
	ahead := make(chan floorPage, 2)
	go floorFetch(ctx, list, place, ahead)
	defer func() {
		cancel()
		for range ahead { // until the fetcher has closed it
		}
	}()
	for more := true; more; {
		var batch []floorPage
		for more && len(batch) < floorPages {
			page, open := <-ahead
			if !open {
				return ctx.Err()
			}
			if page.err != nil {
				return page.err
			}
			batch, more = append(batch, page), page.more
		}
		if err := floorWrite(ctx, db, one, many, batch); err != nil {
			return err
		}
	}
	return nil
}

func floorFetch(ctx context.Context, list, place string, ahead chan<- floorPage) {
	defer close(ahead)
	for more := true; more; {
		page := floorGet(ctx, list+"?limit="+strconv.Itoa(pageSize)+"&cursor="+place)
		place, more = page.next, page.more && page.err == nil
		select {
		case ahead <- page:
		case <-ctx.Done():
			return
		}
	}
}

func floorGet(ctx context.Context, address string) (page floorPage) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return floorPage{err: err}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return floorPage{err: err}
	}
	defer resp.Body.Close()
	var body strings.Builder
	body.Grow(int(max(resp.ContentLength, 0)))
	if _, err := io.Copy(&body, resp.Body); err != nil {
		return floorPage{err: err}
	}
	if resp.StatusCode != http.StatusOK {
		return floorPage{err: errors.New(resp.Status)}
	}
	page.err = scanPage(body.String(), &page)
	return page
}

func floorWrite(ctx context.Context, db *sql.DB, one, many *sql.Stmt, batch []floorPage) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit
	one, many = tx.StmtContext(ctx, one), tx.StmtContext(ctx, many)
	args := make([]any, 0, floorRows*9)
	for _, page := range batch {
		for sales := page.sales; len(sales) > 0; {
			n, up := 1, one
			if len(sales) >= floorRows {
				n, up = floorRows, many
			}
			args = args[:0]
			for i := range sales[:n] {
				s := &sales[i]
				args = append(args, s.id, s.updated, s.number, s.customer, s.status, s.currency, s.total, s.placed, s.doc)
			}
			if _, err := up.ExecContext(ctx, args...); err != nil {
				return err
			}
			sales = sales[n:]
		}
	}
	last := batch[len(batch)-1]
	if _, err := tx.ExecContext(ctx, "INSERT INTO place VALUES (1, ?) ON CONFLICT DO UPDATE SET next = excluded.next", last.next); err != nil {
		return err
	}
	return tx.Commit()
}

func floorUpsert(rows int) string {
	return `INSERT INTO sale (connection, remote_id, updated_at, number, customer, status, currency, total, placed_at, doc) VALUES ` +
		floorRow + strings.Repeat(", "+floorRow, rows-1) +
		` ON CONFLICT (connection, remote_id) DO UPDATE SET updated_at = excluded.updated_at, number = excluded.number, customer = excluded.customer,
		status = excluded.status, currency = excluded.currency, total = excluded.total, placed_at = excluded.placed_at, doc = excluded.doc
		WHERE doc <> excluded.doc`
}
