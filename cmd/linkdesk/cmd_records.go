package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linkdesk/core"
)

// recordJSON is one line of `records --format jsonl`.
type recordJSON struct {
	Connection core.ConnectionID `json:"connection"`
	ID         string            `json:"id"`
	UpdatedAt  time.Time         `json:"updated_at,omitzero"`
	SyncedAt   time.Time         `json:"synced_at,omitzero"`
	RemovedAt  time.Time         `json:"removed_at,omitzero"`
	Data       core.Data         `json:"data"`
}

func runRecords(c *call, args []string) error {
	fs := c.flags("records")
	conn := fs.String("connection", "", "only of this connection")
	search := fs.String("search", "", "only records with these words")
	format := fs.String("format", "table", "table, csv or jsonl")
	out := fs.String("out", "", "write to this file")
	removed := fs.Bool("include-removed", false, "also records that are gone at the service")
	count := fs.Bool("count", false, "only how many there are")
	limit := fs.Int("limit", 0, "at most so many (table: 50)")
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	q := core.RecordQuery{Search: *search, IncludeRemoved: *removed}
	if *conn != "" {
		if q.Connection, err = c.findRecordsOf(*conn); err != nil {
			return err
		}
	}
	if *count {
		counts, err := c.app.DB.Records().Counts(c.ctx, q.Connection)
		if err != nil {
			return err
		}
		return c.printJSON(countsJSON{allModels(counts)})
	}
	if len(words) != 1 {
		return usagef("records: name one data model, or use --count")
	}
	if q.Model, err = core.ParseModel(words[0]); err != nil {
		return err
	}
	if c.json && *format == "table" {
		*format = "json"
	}
	if *out != "" {
		*out = c.path(*out)
	}
	w, finish, err := c.output(*out)
	if err != nil {
		return err
	}
	return finish(writeRecords(c, w, q, *format, *limit))
}

func allModels(counts map[core.Model]int64) map[core.Model]int64 {
	all := map[core.Model]int64{}
	for _, m := range core.Models() {
		all[m] = counts[m]
	}
	return all
}

// output opens the file to write to, or standard output. A file appears under
// its name only when it is complete.
func (c *call) output(name string) (io.Writer, func(error) error, error) {
	if name == "" {
		w := bufio.NewWriter(c.stdout)
		return w, func(err error) error {
			if ferr := w.Flush(); err == nil {
				err = ferr
			}
			return err
		}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".linkdesk-*")
	if err != nil {
		return nil, nil, core.E(core.CodeInvalid, "Nothing can be written to "+filepath.Dir(name)+".", err)
	}
	w := bufio.NewWriter(f)
	return w, func(err error) error {
		for _, step := range []func() error{w.Flush, f.Close} {
			if serr := step(); err == nil {
				err = serr
			}
		}
		if err == nil {
			err = os.Rename(f.Name(), name)
		}
		if err != nil {
			os.Remove(f.Name())
			return core.E(core.CodeOf(err), "The file "+name+" was not written.", err)
		}
		return nil
	}, nil
}

func writeRecords(c *call, w io.Writer, q core.RecordQuery, format string, limit int) error {
	switch format {
	case "table":
		if limit == 0 {
			limit = 50
		}
		return writeTable(c, w, q, limit)
	case "csv":
		return writeCSV(c, w, q, limit)
	case "jsonl":
		return c.eachRecord(q, limit, func(r core.Record) error { return writeRecord(w, "", r) })
	case "json":
		// One document, but streamed: it may hold a million records.
		before := "{\"records\":["
		err := c.eachRecord(q, limit, func(r core.Record) error {
			err := writeRecord(w, before, r)
			before = ","
			return err
		})
		if before != "," {
			fmt.Fprint(w, before)
		}
		fmt.Fprintln(w, "]}")
		return err
	}
	return usagef("records: --format is table, csv or jsonl")
}

// writeRecord writes a line of JSON.
func writeRecord(w io.Writer, before string, r core.Record) error {
	if _, err := io.WriteString(w, before); err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(recordJSON{r.Connection, r.RemoteID, r.UpdatedAt, r.SyncedAt, r.RemovedAt, r.Data})
}

// findRecordsOf is findConnection that also knows connections which were
// deleted and whose records were kept.
func (c *call) findRecordsOf(word string) (core.ConnectionID, error) {
	id, err := c.findConnection(word)
	if core.CodeOf(err) != core.CodeNotFound {
		return id, err
	}
	names, nerr := c.app.DB.Connections().Names(c.ctx)
	if nerr != nil {
		return "", nerr
	}
	for id, name := range names {
		if string(id) == word || strings.EqualFold(name, word) {
			return id, nil
		}
	}
	return "", err
}

func (c *call) eachRecord(q core.RecordQuery, limit int, do func(core.Record) error) error {
	n := 0
	for r, err := range c.app.DB.Records().Each(c.ctx, q) {
		if err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
		if n++; n == limit {
			break
		}
	}
	return nil
}

func writeTable(c *call, w io.Writer, q core.RecordQuery, limit int) error {
	columns := core.Columns(q.Model)
	var head []string
	for _, col := range columns {
		head = append(head, col.Title)
	}
	var rows [][]string
	err := c.eachRecord(q, limit, func(r core.Record) error {
		rows = append(rows, cells(columns, r))
		return nil
	})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		fmt.Fprintln(w, "No records. `linkdesk sync` copies them.")
		return nil
	}
	table(w, head, rows)
	if len(rows) == limit {
		fmt.Fprintf(w, "(the first %d; --limit, --format csv or --out give more)\n", limit)
	}
	return nil
}

func writeCSV(c *call, w io.Writer, q core.RecordQuery, limit int) error {
	columns := core.Columns(q.Model)
	cw := csv.NewWriter(w)
	head := []string{"connection", "id", "updated_at", "removed_at"}
	for _, col := range columns {
		head = append(head, col.Name)
	}
	cw.Write(head)
	err := c.eachRecord(q, limit, func(r core.Record) error {
		row := []string{string(r.Connection), r.RemoteID, stamp(r.UpdatedAt), stamp(r.RemovedAt)}
		for _, cell := range cells(columns, r) {
			row = append(row, plainCell(cell))
		}
		return cw.Write(row)
	})
	if err != nil {
		return err
	}
	cw.Flush()
	return cw.Error()
}

func cells(columns []core.Column, r core.Record) []string {
	out := make([]string, len(columns))
	for i, col := range columns {
		out[i] = col.Text(r)
	}
	return out
}

// plainCell keeps a spreadsheet from reading a customer's text as a formula.
func plainCell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
