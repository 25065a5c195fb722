package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
)

// report is what is printed, with -json as it stands.
type report struct {
	Machine string   `json:"machine"`
	Go      string   `json:"go"`
	Rounds  int      `json:"rounds"`
	Orders  int      `json:"orders"`
	Method  []string `json:"method"`
	Rows    []figure `json:"rows"`
}

// figure is a row with its values summed up. Samples is how many there were.
type figure struct {
	Group   string  `json:"group"`
	Name    string  `json:"name"`
	Unit    string  `json:"unit,omitempty"`
	Median  float64 `json:"median"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	Samples int     `json:"samples"`
	digits  int
}

func (b *bench) report() report {
	r := report{Machine: machine(), Go: runtime.Version(), Rounds: b.rounds, Orders: b.orders, Method: b.method()}
	for _, row := range b.rows {
		v := slices.Sorted(slices.Values(row.values))
		r.Rows = append(r.Rows, figure{row.group, row.name, row.unit, median(v), v[0], v[len(v)-1], len(v), row.digits})
	}
	return r
}

// method says how the figures came about: they mean nothing without it.
func (b *bench) method() []string {
	bytesEach := 0
	for k := range b.orders {
		bytesEach += len(appendOrder(nil, k))
	}
	return []string{
		fmt.Sprintf("%s orders of %d bytes JSON on average with 3 lines each, pages of %d, cursor paging, updated_since, plain HTTP on the loopback.",
			thousands(b.orders), bytesEach/b.orders, pageSize),
		"The shop and each measurement are processes of their own; rounds are taken in turn. CPU is user and system time of the measuring process, from the first request to the closed data file, without the start of the process; peak resident is that of the whole process.",
		fmt.Sprintf("Floor: a small program for this one service: fetches 2 pages ahead, one scan, upsert of %d rows a statement by (connection, remote id) and two more indexes, %d pages and the place after them a transaction; modernc SQLite, WAL, synchronous NORMAL, pages of 8192, 6 MB cache.",
			floorRows, floorPages),
		"First load and re-pull: manifest, provider client, sync service and storage of Linkdesk as they are, without the window; the sign-in is left out. The re-pull also looks for removed orders.",
		fmt.Sprintf("Incremental: %d syncs in one process after a first one; the newest order comes again each time, as the overlap wants. Reading back: %d of each through storage, beside the customers of the orders.", b.times, b.times),
		fmt.Sprintf("Reading back over HTTP: %s requests by %d callers for pages of %d orders in turn, %d pages at most, uncompressed, bearer checked; server and callers are processes of their own on the same processors, and CPU is the server's. Linkdesk's server notes each in the ledger and has no limit of calls a minute here. The floors are net/http and database/sql over the same file, token by its hash, one prepared statement, no envelope, filters, ledger or guard.",
			thousands(b.times*callsForEach), callers, recordsPerPage, apiPages),
		"Memory and size: first loads into empty files, each in a process of its own. Per further: the CPU of what it has more than the load before it, a record.",
	}
}

// machine names the processors, as far as the system tells.
func machine() string {
	name := ""
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		_, after, _ := bytes.Cut(text, []byte("model name"))
		line, _, _ := bytes.Cut(after, []byte("\n"))
		name = ", " + string(bytes.TrimLeft(line, "\t :"))
	}
	return fmt.Sprintf("%s/%s, %d processors%s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), name)
}

// print writes the report as a table for people.
func (r report) print(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s; rounds: %d\n\n", r.Machine, r.Go, r.Rounds)
	fmt.Fprintf(w, "%-40s %9s %9s %9s  unit\n", "", "median", "min", "max")
	group := ""
	for _, f := range r.Rows {
		if f.Group != group {
			group = f.Group
			fmt.Fprintln(w, group)
		}
		number := func(v float64) string { return strconv.FormatFloat(v, 'f', f.digits, 64) }
		fmt.Fprintf(w, "  %-38s %9s %9s %9s  %s\n", f.Name, number(f.Median), number(f.Min), number(f.Max), f.Unit)
	}
	fmt.Fprintln(w)
	for _, line := range r.Method {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func (r report) printJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// median of sorted values, at least one.
func median(v []float64) float64 {
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// thousands writes 100000 as 100,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
