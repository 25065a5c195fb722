package storage

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/storage/storagetest"
)

// explain returns SQLite's plan of a query, one step a line.
func explain(t *testing.T, db *DB, query string, args ...any) string {
	t.Helper()
	steps, err := collect(t.Context(), db.read, func(rows *sql.Rows) (step string, err error) {
		var a, b, c int
		return step, rows.Scan(&a, &b, &c, &step)
	}, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	return strings.Join(steps, "\n")
}

// fullScan finds a step that reads a whole table, documents and all (not the page, p, nor an index alone).
var fullScan = regexp.MustCompile(`(?m)^SCAN (store|customer|sale_order|product|segment|r|o)( |$)(USING INDEX .*)?$`)

// No question that a screen or a sync asks reads whole tables; the orders that
// are promised to be quick come out of their index without sorting.
func TestPlans(t *testing.T) {
	db := open(t)
	c := shop(t, db)
	apply(t, db, c, core.Orders, storagetest.Orders(60)...)
	apply(t, db, c, core.Customers, core.Record{RemoteID: "c1", Data: &core.Customer{Email: "ann@example.com"}})
	for _, m := range core.Models() {
		for sort, s := range tables[m].sorts {
			for _, q := range []core.RecordQuery{{}, {Connection: c}, {Descending: true}, {IncludeRemoved: true}, {Search: "5"}, {Search: "ann@example.com"}} {
				q.Model, q.Sort, q.Limit = m, sort, 10
				if len(query(t, db, q).Records) == 10 {
					q.After = query(t, db, q).Next
				}
				p, err := planQuery(q)
				if err != nil {
					t.Fatal(err)
				}
				var plan string
				err = db.inRead(t.Context(), func(tx *sql.Tx) error {
					f, err := p.filter(t.Context(), tx)
					if err == nil {
						text, args := p.pageSQL(f)
						plan = explain(t, db, text, args...)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if fullScan.MatchString(plan) {
					t.Errorf("%+v reads a whole table:\n%s", q, plan)
				}
				// One sort is allowed: that of the page's own rows, at the end.
				if !strings.HasSuffix(s.index, "_browse") && q.Search == "" && strings.Count(plan, "TEMP B-TREE FOR ORDER BY") > 1 {
					t.Errorf("%+v sorts what its index has in order:\n%s", q, plan)
				}
			}
		}
	}
}

func TestPlansOfASync(t *testing.T) {
	db := open(t)
	for _, table := range tables {
		plan := explain(t, db, table.findSQL(2), 1, "a", "b")
		if !strings.Contains(plan, "SEARCH "+table.name+" USING INDEX sqlite_autoindex_"+table.name+"_1 (connection=? AND remote_id=?)") {
			t.Errorf("meeting stored %s:\n%s", table.model, plan)
		}
	}
	if plan := explain(t, db, analyticsSQL, "c", "1", 0); fullScan.MatchString(plan) || !strings.Contains(plan, "SEARCH order_customer USING PRIMARY KEY") {
		t.Errorf("a customer's figures:\n%s", plan)
	}
	for query, want := range map[string]string{
		selectRuns + `WHERE r.status IN ('queued', 'running') ORDER BY r.started_at, r.num`: "USING INDEX run_unfinished",
		`SELECT num FROM connection WHERE id = 'x' AND deleted_at = 0`:                      "USING INDEX sqlite_autoindex_connection_1",
		`SELECT * FROM order_history WHERE connection = 1 AND sale_order = 'x'`:             "USING INDEX order_history_order",
	} {
		if plan := explain(t, db, query); !strings.Contains(plan, want) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", query, plan)
		}
	}
}

// The customers of a segment that is a list are found by the list.
func TestPlanOfMembers(t *testing.T) {
	db := open(t)
	for _, conns := range [][]int64{{1}, {1, 2}} {
		l := &listing{limit: 250, where: "1", t: tables[core.Customers], conns: conns}
		if err := l.conditions(t.Context(), db.read, api.Query{Source: api.Source(core.Customers), Segment: api.Key{Connection: api.LinkdeskID, RemoteID: "seg_1"}}); err != nil {
			t.Fatal(err)
		}
		text, args := l.pageSQL()
		plan := explain(t, db, text, args...)
		if fullScan.MatchString(plan) || strings.Contains(plan, "SCAN t") || !strings.Contains(plan, "SEARCH m USING PRIMARY KEY (segment=?)") || !strings.Contains(plan, "SEARCH t USING INTEGER PRIMARY KEY") {
			t.Errorf("of %d connections:\n%s", len(conns), plan)
		}
	}
	l := &listing{t: tables[core.Orders]}
	if err := l.conditions(t.Context(), db.read, api.Query{Source: api.Source(core.Orders), Segment: api.Key{Connection: api.LinkdeskID, RemoteID: "seg_1"}}); core.CodeOf(err) != core.CodeInvalid {
		t.Errorf("orders of a segment: %v", err)
	}
}
