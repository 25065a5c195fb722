package e2e

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"linkdesk/core"
	"linkdesk/core/practice"
)

func (s *shop) set(t *testing.T, name practice.Switch, value string) {
	t.Helper()
	if err := s.Set(name, practice.Setting{On: true, Value: value}); err != nil {
		t.Fatal(err)
	}
}

func (s *shop) off(t *testing.T) {
	t.Helper()
	if err := s.AllOff(); err != nil {
		t.Fatal(err)
	}
}

// run and runs are what `sync --json` prints, and what the data file keeps.
type run struct {
	ID     string              `json:"id"`
	Kind   string              `json:"kind"`
	Status string              `json:"status"`
	Models map[string]runModel `json:"models"`
}

type runModel struct {
	Status    string `json:"status"`
	Read      int    `json:"read"`
	Added     int    `json:"added"`
	Changed   int    `json:"changed"`
	Removed   int    `json:"removed"`
	Unchanged int    `json:"unchanged"`
	Failed    int    `json:"failed"`
	Code      string `json:"code"`
	Error     string `json:"error"`
}

type runs struct {
	Runs []run `json:"runs"`
}

// counts returns `records --count`.
func (w *world) counts() map[string]int {
	w.t.Helper()
	var v struct {
		Records map[string]int `json:"records"`
	}
	w.into(&v, "records", "--count")
	return v.Records
}

func (w *world) equalsStore(s *practice.Store) {
	w.t.Helper()
	want := map[string]int{}
	for m, n := range s.Counts() {
		want[string(m)] = n
	}
	if got := w.counts(); !maps.Equal(got, want) {
		w.t.Errorf("here are %v, at the store %v", got, want)
	}
}

// dump returns every record of every data model, without what depends on when
// it was copied and by which connection.
func (w *world) dump() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	for _, m := range core.Models() {
		lines := bufio.NewScanner(strings.NewReader(w.must("records", string(m), "--format", "jsonl", "--include-removed")))
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			var fields map[string]any
			dec := json.NewDecoder(strings.NewReader(lines.Text()))
			dec.UseNumber()
			if err := dec.Decode(&fields); err != nil {
				w.t.Fatal(err)
			}
			_, removed := fields["removed_at"]
			fields["removed_at"] = removed
			delete(fields, "synced_at")
			delete(fields, "connection")
			text, err := json.Marshal(fields)
			if err != nil {
				w.t.Fatal(err)
			}
			key := fmt.Sprint(m, "/", fields["id"])
			if _, twice := all[key]; twice {
				w.t.Errorf("%s is there twice", key)
			}
			all[key] = string(text)
		}
	}
	return all
}

// sameRecords compares record by record.
func sameRecords(t *testing.T, got, want map[string]string) {
	t.Helper()
	if len(want) < 2000 {
		t.Fatalf("only %d records to compare with", len(want))
	}
	wrong := 0
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] && wrong < 5 {
			t.Errorf("%s\n got %s\nwant %s", key, got[key], want[key])
			wrong++
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok && wrong < 10 {
			t.Errorf("%s should not be there", key)
			wrong++
		}
	}
}

// history returns the changes of orders that were noticed, sorted, without when.
func (w *world) history() []string {
	w.t.Helper()
	return w.query(`SELECT sale_order || ' ' || field || ': ' || old || ' -> ' || new FROM order_history ORDER BY 1`)
}

// members returns who is on the lists of the service's segments, and fails when
// one of those was not read to its end or is not as long as the service says.
func (w *world) members() []string {
	w.t.Helper()
	if wrong := w.query(`SELECT s.remote_id || ': ' || s.size FROM segment s LEFT JOIN member_list l ON l.connection = s.connection AND l.segment = s.remote_id
		WHERE s.kind = 'static' AND (l.due IS NOT 0 OR s.size <> (SELECT count(*) FROM list_member m JOIN customer c ON c.connection = m.connection AND c.remote_id = m.member
		WHERE m.connection = s.connection AND m.segment = s.remote_id))`); len(wrong) > 0 {
		w.t.Errorf("lists that are not what the service has: %v", wrong)
	}
	return w.query(`SELECT segment || ' ' || member FROM list_member ORDER BY 1`)
}

// query reads one column from a copy of the data file, as the last process left
// it: opening the file itself would tidy it up.
func (w *world) query(q string, args ...any) []string {
	w.t.Helper()
	dir := w.t.TempDir()
	for _, name := range []string{"linkdesk.db", "linkdesk.db-wal"} {
		text, err := os.ReadFile(filepath.Join(w.home, name))
		if err != nil {
			if os.IsNotExist(err) && name != "linkdesk.db" {
				continue
			}
			w.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return column(w.t, filepath.Join(dir, "linkdesk.db"), q, args...)
}

func column(t *testing.T, file, q string, args ...any) []string {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// change writes to the data file while Linkdesk does not run.
func (w *world) change(q string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.home, "linkdesk.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(q, args...); err != nil {
		w.t.Fatal(err)
	}
}

// fileOf returns a file's content, to see that it stays as it is.
func fileOf(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func unchanged(t *testing.T, name string, before []byte) {
	t.Helper()
	if !bytes.Equal(fileOf(t, name), before) {
		t.Errorf("%s was changed", name)
	}
}
