package storage

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/api"
	"linkdesk/core/syncing"
)

// listed is a data file with a connection.
type listed struct {
	*testing.T
	path string
	db   *DB
	c    core.ConnectionID
}

func newListed(t *testing.T) *listed {
	l := &listed{T: t, path: filepath.Join(t.TempDir(), "linkdesk.db"), c: core.NewConnectionID()}
	l.reopen()
	t.Cleanup(func() {
		checkBooks(t, l.db)
		l.db.Close()
	})
	if err := l.db.Connections().Create(t.Context(), core.Connection{ID: l.c, Service: "practice", Name: "Shop"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *listed) reopen() {
	l.Helper()
	if l.db != nil {
		l.db.Close()
	}
	db, err := Open(context.WithoutCancel(l.Context()), l.path, Options{})
	if err != nil {
		l.Fatal(err)
	}
	l.db = db
}

func (l *listed) apply(m core.Model, mode core.Mode, records ...core.Record) {
	l.Helper()
	if _, err := l.db.Records().Apply(l.Context(), l.c, m, records, syncing.Checkpoint{Mode: mode}, false, time.Now()); err != nil {
		l.Fatal(err)
	}
}

// due returns the segments whose lists are to be read, and the place in each.
func (l *listed) due() string {
	l.Helper()
	var all []string
	for behind := ""; ; {
		list, ok, err := l.db.Records().DueList(l.Context(), l.c, behind)
		if err != nil {
			l.Fatal(err)
		}
		if !ok {
			return strings.Join(all, " ")
		}
		all, behind = append(all, list.Segment+"@"+list.Place), list.Segment
	}
}

func (l *listed) save(segment string, first bool, next string, keys ...string) bool {
	l.Helper()
	changed, err := l.db.Records().SaveMembers(l.Context(), l.c, syncing.MemberPage{Segment: segment, First: first, Next: next, Keys: keys})
	if err != nil {
		l.Fatal(err)
	}
	return changed
}

// here returns the customers on a list, as the API pages through them one by
// one; "none" where there is no list.
func (l *listed) here(segment string) string {
	l.Helper()
	n, err := l.db.Records().Members(l.Context(), l.c, segment)
	if err != nil {
		l.Fatal(err)
	}
	var met []string
	q := api.Query{Source: api.Source(core.Customers), Connection: l.c, Segment: api.Key{Connection: l.c, RemoteID: segment}, Limit: 1}
	for {
		next, err := l.db.API().List(l.Context(), q, func(it api.Item) error {
			met = append(met, it.RemoteID)
			return nil
		})
		if err == api.ErrNoList && n == nil {
			return "none"
		}
		if err != nil || n == nil {
			l.Fatal(n, err)
		}
		if q.After = next; next == "" {
			break
		}
	}
	if int64(len(met)) != *n {
		l.Errorf("%s: counted %d, met %v", segment, *n, met)
	}
	return strings.Join(met, " ")
}

func seg(id, first string, at int) core.Record {
	r := core.Record{RemoteID: id, UpdatedAt: time.Unix(int64(at), 0), Data: &core.Segment{Name: id, Kind: "static"}}
	r.Members = first
	return r
}

func cust(id, email string) core.Record {
	return core.Record{RemoteID: id, Data: &core.Customer{Email: email}}
}

// Each step of a list is on the file, so that whoever opens it next goes on there.
func TestListsOfServices(t *testing.T) {
	l := newListed(t)
	step := func(what, due, here string) {
		t.Helper()
		l.reopen()
		if got := l.due(); got != due {
			t.Errorf("%s: due %q, want %q", what, got, due)
		}
		if got := l.here("s1"); got != here {
			t.Errorf("%s: here are %q, want %q", what, got, here)
		}
	}
	l.apply(core.Segments, core.Incremental, seg("s1", "start1", 1), seg("s2", "start2", 1), seg("rules", "", 1))
	step("noted", "s1@start1 s2@start2", "none")
	l.save("s1", true, "page2", "c1", "c2")
	step("half of it", "s1@page2 s2@start2", "none")
	l.save("s1", false, "", "Ann@Example.com", "nobody")
	l.save("s2", true, "")
	step("before the customers", "", "")
	l.apply(core.Customers, core.Full, cust("c1", "c1@example.com"), cust("c2", ""), cust("c3", "ANN@example.com"), cust("c4", ""))
	step("with customers", "", "c1 c2 c3")

	l.apply(core.Segments, core.Incremental, seg("s1", "start1", 1), seg("s2", "start2", 1))
	step("met again", "", "c1 c2 c3")
	l.apply(core.Segments, core.Incremental, seg("s1", "start1", 2))
	step("with another time", "s1@start1", "c1 c2 c3")
	if !l.save("s1", true, "page2", "c1", "c4") {
		t.Error("one came: nothing changed")
	}
	step("half of it read again", "s1@page2", "c1 c2 c3 c4")
	l.save("s1", false, "", "nobody")
	step("two went", "", "c1 c4")

	l.apply(core.Customers, core.Incremental, core.Record{RemoteID: "c4", Removed: true})
	step("a customer is gone", "", "c1")
	l.apply(core.Customers, core.Incremental, cust("c4", "new@example.com"))
	step("and is back", "", "c1 c4")
	l.apply(core.Segments, core.Full, seg("s1", "start1", 2), seg("s2", "start2", 1))
	step("a complete read", "s1@start1 s2@start2", "c1 c4")
	before := l.version()
	if l.save("s1", true, "", "nobody", "c4", "c1") || l.version() != before {
		t.Error("the same people: something changed")
	}
	if !l.save("s2", true, "", "c1") || l.version() == before {
		t.Error("one came: nothing changed for apps that ask again")
	}

	l.apply(core.Segments, core.Incremental, core.Record{RemoteID: "s1", Removed: true})
	l.apply(core.Segments, core.Incremental, seg("s1", "start1", 2))
	step("the segment went and came back", "s1@start1", "c1 c4")
	l.apply(core.Segments, core.Incremental, core.Record{RemoteID: "s1", Removed: true})
	step("a list of a segment that is gone is not read", "", "c1 c4")
	rules := seg("s1", "", 3)
	rules.Data = &core.Segment{Name: "s1", Kind: "rules", Rules: &core.Rule{Field: "country", Op: "eq", Value: "DE"}}
	l.apply(core.Segments, core.Incremental, rules)
	step("by rules now", "", "none")
}

func (l *listed) version() string {
	l.Helper()
	st, err := l.db.API().State(l.Context(), l.c, api.Source(core.Customers), api.Source(core.Segments))
	if err != nil {
		l.Fatal(err)
	}
	return st.Version
}

// The same segment at two connections has two lists, and deleting one takes its own.
func TestListsOfTwoConnections(t *testing.T) {
	l := newListed(t)
	one := l.c
	other := core.NewConnectionID()
	if err := l.db.Connections().Create(t.Context(), core.Connection{ID: other, Service: "practice", Name: "Other"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	for i, c := range []core.ConnectionID{one, other} {
		l.c = c
		l.apply(core.Segments, core.Full, seg("s1", "start", 1))
		l.apply(core.Customers, core.Full, cust("a", "x@example.com"), cust("b", "y@example.com"))
		l.save("s1", true, "", []string{"x@example.com", "b"}[i])
	}
	if got := l.here("s1"); got != "b" {
		t.Errorf("other: %q", got)
	}
	l.c = one
	if got := l.here("s1"); got != "a" {
		t.Errorf("one: %q", got)
	}
	if err := l.db.Connections().Delete(t.Context(), one, true); err != nil {
		t.Fatal(err)
	}
	left, err := collect(t.Context(), l.db.read, scanInt, `SELECT count(*) FROM list_member UNION ALL SELECT count(*) FROM member_list`)
	if err != nil || !slices.Equal(left, []int64{1, 1}) {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A list of ids is followed by its ids; only one with addresses looks through the customers.
func TestPlanOfServiceLists(t *testing.T) {
	l := newListed(t)
	plan := explain(t, l.db, listRows, listArgs(1, "s1")...)
	for _, want := range []string{"SEARCH m USING PRIMARY KEY (connection=? AND segment=?)", "SEARCH c USING COVERING INDEX sqlite_autoindex_customer_1 (connection=? AND remote_id=?)",
		"SEARCH l USING PRIMARY KEY (connection=? AND segment=?)", "SEARCH c USING COVERING INDEX customer_browse (connection=?)"} {
		if !strings.Contains(plan, want) {
			t.Errorf("without %s:\n%s", want, plan)
		}
	}
	if fullScan.MatchString(plan) {
		t.Error(fmt.Sprint("a whole table is read:\n", plan))
	}
}
