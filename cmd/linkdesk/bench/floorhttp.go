package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
)

// The floor of reading back is a small server over the same data file: net/http
// and database/sql, one prepared statement, a token by its hash. It has no
// envelope, no filters, no ledger and no guard. It comes in two kinds: stored
// JSON joined with commas, and a few columns written as JSON.

var floorQueries = map[string]string{
	"floor json":    `SELECT doc FROM sale_order INDEXED BY sale_order_browse WHERE connection = 1 AND seq > ? AND removed_at = 0 ORDER BY seq LIMIT ?`,
	"floor columns": `SELECT remote_id, number, status, currency, total, placed_at FROM sale_order INDEXED BY sale_order_browse WHERE connection = 1 AND seq > ? AND removed_at = 0 ORDER BY seq LIMIT ?`,
}

const floorToken = "a token that is checked by its hash"

func measureFloorHTTP(ctx context.Context, t task, r *result) (err error) {
	file := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(t.Dir, "linkdesk.db")), RawQuery: "mode=ro&_pragma=cache_size(-6144)"}
	db, err := sql.Open("sqlite", file.String())
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	page, err := db.PrepareContext(ctx, floorQueries[t.Do])
	if err != nil {
		return err
	}
	defer page.Close()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	write := writeDocs
	if t.Do == "floor columns" {
		write = writeColumns
	}
	server := &http.Server{Handler: floorHandler(page, write)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Bearer = floorToken
	for n := range min(apiPages, t.Orders/recordsPerPage) {
		t.Paths = append(t.Paths, "/?after="+strconv.Itoa(n*recordsPerPage))
	}
	err = errors.Join(called(ctx, t, "http://"+l.Addr().String(), r), server.Shutdown(ctx))
	if end := <-served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

func floorHandler(page *sql.Stmt, write func([]byte, *sql.Rows) ([]byte, error)) http.Handler {
	good := sha256.Sum256([]byte("Bearer " + floorToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sha256.Sum256([]byte(r.Header.Get("Authorization"))) != good {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body, err := floorBody(r, page, write)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	})
}

func floorBody(r *http.Request, page *sql.Stmt, write func([]byte, *sql.Rows) ([]byte, error)) ([]byte, error) {
	rows, err := page.QueryContext(r.Context(), r.URL.Query().Get("after"), recordsPerPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	body := append(make([]byte, 0, 128<<10), '[')
	n := 0
	for ; rows.Next(); n++ {
		if n > 0 {
			body = append(body, ',')
		}
		if body, err = write(body, rows); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil || n != recordsPerPage {
		return nil, errors.Join(err, fmt.Errorf("%d orders on a page", n))
	}
	return append(body, ']'), nil
}

func writeDocs(b []byte, rows *sql.Rows) ([]byte, error) {
	var doc sql.RawBytes
	err := rows.Scan(&doc)
	return append(b, doc...), err
}

func writeColumns(b []byte, rows *sql.Rows) ([]byte, error) {
	var id, number, status, currency sql.RawBytes
	var total, placed int64
	err := rows.Scan(&id, &number, &status, &currency, &total, &placed)
	for i, text := range []sql.RawBytes{id, number, status, currency} {
		b = append(b, []string{`{"id":`, `,"number":`, `,"status":`, `,"currency":`}[i]...)
		b = strconv.AppendQuote(b, string(text))
	}
	b = strconv.AppendInt(append(b, `,"total":`...), total, 10)
	b = strconv.AppendInt(append(b, `,"placed_at":`...), placed, 10)
	return append(b, '}'), err
}
