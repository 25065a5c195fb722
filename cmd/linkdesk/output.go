package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
)

// The JSON shapes that scripts rely on (architecture section 7).

type connectionJSON struct {
	ID         core.ConnectionID `json:"id"`
	Service    string            `json:"service"`
	Name       string            `json:"name"`
	Account    string            `json:"account"`
	Status     core.Status       `json:"status"`
	Granted    []string          `json:"granted"`
	Access     core.AccessMap    `json:"access"`
	VerifiedAt time.Time         `json:"verified_at,omitzero"`
	ExpiresAt  time.Time         `json:"expires_at,omitzero"`
	Checks     []checkJSON       `json:"checks,omitempty"`
}

type checkJSON struct {
	Model  core.Model `json:"model"`
	OK     bool       `json:"ok"`
	Code   core.Code  `json:"code,omitempty"`
	Newest string     `json:"newest,omitempty"`
}

func toConnectionJSON(v connection.View) connectionJSON {
	j := connectionJSON{ID: v.ID, Service: v.Connection.Service, Name: v.Name, Account: v.AccountName, Status: v.Status,
		Granted: v.Granted, Access: v.Access, VerifiedAt: v.Health.OKAt, ExpiresAt: v.ExpiresAt}
	if j.Granted == nil {
		j.Granted = []string{}
	}
	for _, m := range v.Health.Models {
		j.Checks = append(j.Checks, checkJSON{m.Model, m.OK, m.Code, m.Proof})
	}
	return j
}

type runJSON struct {
	ID         core.RunID               `json:"id"`
	Connection core.ConnectionID        `json:"connection"`
	Kind       core.RunKind             `json:"kind"`
	Mode       core.Mode                `json:"mode"`
	Status     core.RunStatus           `json:"status"`
	Models     map[core.Model]modelJSON `json:"models"`
	DurationMS int64                    `json:"duration_ms"`
}

type modelJSON struct {
	Status    core.RunStatus `json:"status"`
	Read      int64          `json:"read"`
	Added     int64          `json:"added"`
	Changed   int64          `json:"changed"`
	Removed   int64          `json:"removed"`
	Unchanged int64          `json:"unchanged"`
	Failed    int64          `json:"failed"`
	Code      core.Code      `json:"code,omitempty"`
	Error     string         `json:"error,omitempty"`
	Reference string         `json:"reference,omitempty"`
}

func toRunJSON(r core.Run) runJSON {
	j := runJSON{ID: r.ID, Connection: r.Connection, Kind: r.Kind, Mode: r.Mode, Status: r.Status, Models: map[core.Model]modelJSON{}}
	if !r.EndedAt.IsZero() {
		j.DurationMS = r.EndedAt.Sub(r.StartedAt).Milliseconds()
	}
	for _, m := range r.Models {
		c := m.Counts
		j.Models[m.Model] = modelJSON{m.Status, c.Read, c.Added, c.Changed, c.Removed, c.Unchanged, c.Failed, m.Code, m.Public, m.Ref}
	}
	return j
}

type countsJSON struct {
	Records map[core.Model]int64 `json:"records"`
}

// table prints rows in aligned columns.
func table(w io.Writer, head []string, rows [][]string) {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join(head, "\t"))
	for _, r := range rows {
		fmt.Fprintln(tw, strings.Join(r, "\t"))
	}
	tw.Flush()
}

func printRuns(w io.Writer, runs []core.Run, names map[core.ConnectionID]string) {
	var rows [][]string
	for _, r := range runs {
		for _, m := range r.Models {
			why := m.Public
			if why == "" && m.Code != "" {
				why = fill(m.Code.Text().Title, core.E(m.Code, "", nil))
			}
			rows = append(rows, []string{names[r.Connection], m.Model.Title(), resultWord(m.Status), number(m.Counts.Read), number(m.Counts.Added),
				number(m.Counts.Changed), number(m.Counts.Removed), number(m.Counts.Unchanged), number(m.Counts.Failed), why})
		}
	}
	table(w, []string{"CONNECTION", "DATA", "RESULT", "READ", "ADDED", "CHANGED", "REMOVED", "UNCHANGED", "FAILED", ""}, rows)
}

// number prints 1204 as 1,204.
func number(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2 Jan 2006, 15:04")
}

// resultWord is the state of a data model of a run, in words.
func resultWord(s core.RunStatus) string {
	if w, ok := map[core.RunStatus]string{core.RunOK: "done", core.RunPartial: "partly done", core.RunRateLimited: "must wait",
		core.RunHeld: "held", core.RunInterrupted: "interrupted"}[s]; ok {
		return w
	}
	return string(s)
}
