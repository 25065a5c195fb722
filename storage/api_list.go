package storage

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"linkdesk/core"
	"linkdesk/core/api"
)

// A list for the API is in the order of the change numbers, which are given in
// one row of transactions: who has read up to a number has missed nothing below
// it, and what is written meanwhile gets a number above. Each connection has its
// part of the _browse index in that order; the parts are merged.

// window is how many records of a connection a filtered page looks at, so that
// a filter that few records pass does not hold up the page. Variables, so that tests need not make so many.
var (
	window     = 20_000 // of one filter on columns
	ruleWindow = 4_000  // of a segment's rules: each customer's orders are looked at
)

var errPlace = core.Invalid("This cursor belongs to another list. Start the list again.")

// listing is a query made ready.
type listing struct {
	t      *table
	conns  []int64
	ids    map[int64]core.ConnectionID
	after  int64
	upto   int64 // look no further; 0: to the end
	limit  int
	where  string
	args   []any
	source string // what each part reads instead of its piece of the _browse index; "": that
}

// List calls each for the records of a page. See api.Records.
func (s *API) List(ctx context.Context, q api.Query, each func(api.Item) error) (next string, err error) {
	if q.Source == api.Categories {
		return s.categories(ctx, q, each)
	}
	l := &listing{limit: q.Limit, where: "1"}
	if l.t, err = tableOf(core.Model(q.Source)); err != nil {
		return "", err
	}
	if q.After != "" {
		if l.after, err = strconv.ParseInt(q.After, 10, 64); err != nil || l.after < 0 {
			return "", errPlace
		}
	}
	if l.conns, l.ids, err = s.connections(ctx, q.Connection); err != nil || len(l.conns) == 0 {
		return "", err
	}
	if err := l.conditions(ctx, s.db.read, q); err != nil {
		return "", err
	}
	if !q.Since.IsZero() && q.After == "" {
		if l.after, err = s.before(ctx, l, micros(q.Since)); err != nil {
			return "", err
		}
	}
	if size := windowOf(q); size > 0 && l.source == "" {
		if l.upto, err = s.windowEnd(ctx, l, size); err != nil {
			return "", err
		}
	}
	return s.listPage(ctx, l, each)
}

func windowOf(q api.Query) int {
	switch {
	case q.Rule != nil:
		return ruleWindow
	case len(q.Filters) > 0 || !q.Since.IsZero():
		return window
	}
	return 0
}

func (s *API) connections(ctx context.Context, c core.ConnectionID) (nums []int64, ids map[int64]core.ConnectionID, err error) {
	ids = map[int64]core.ConnectionID{}
	err = s.readAll(ctx, func(rows *sql.Rows) error {
		var num int64
		var id core.ConnectionID
		err := rows.Scan(&num, &id)
		nums, ids[num] = append(nums, num), id
		return err
	}, `SELECT num, id FROM connection WHERE purge = 0 AND (?1 = '' OR id = ?1) ORDER BY num`, string(c))
	return nums, ids, err
}

// conditions puts a query's filters together.
func (l *listing) conditions(ctx context.Context, from querier, q api.Query) error {
	and := func(condition string, args ...any) {
		l.where += " AND " + condition
		l.args = append(l.args, args...)
	}
	if !q.IncludeRemoved {
		and("t.removed_at = 0")
	}
	if !q.Since.IsZero() {
		and("max(t.synced_at, t.removed_at) >= ?", micros(q.Since))
	}
	for _, f := range q.Filters {
		if err := l.filter(f, and); err != nil {
			return err
		}
	}
	if q.Segment != (api.Key{}) {
		if err := l.ofSegment(ctx, from, q.Segment, and); err != nil {
			return err
		}
	}
	if q.Rule == nil {
		return nil
	}
	condition, args, err := ruleSQL(*q.Rule)
	and(condition, args...)
	return err
}

// filter adds one condition. What names few records directly is read through
// its own index.
func (l *listing) filter(f api.Filter, and func(string, ...any)) error {
	switch m := l.t.model; {
	case f.Name == "remote_id":
		and("t.remote_id = ?", f.Value)
		l.source = " INDEXED BY sqlite_autoindex_" + l.t.name + "_1"
	case m == core.Orders && f.Name == "number":
		and("t.number = ?", naturalKey(f.Value))
		if l.source == "" {
			l.source = " INDEXED BY sale_order_number"
		}
	case m == core.Orders && f.Name == "customer":
		and("t.customer = ?", f.Value)
		if l.source == "" && len(l.conns) == 1 {
			and("t.id IN ("+ordersOf("VALUES (?, ?)")+")", l.conns[0], f.Value, l.conns[0], f.Value)
			l.source = " NOT INDEXED"
		}
	case !slices.Contains(api.ListFilters(api.Source(m)), f.Name) || !slices.Contains(l.t.columns, f.Name):
		return core.Invalid(m.Title() + " cannot be filtered by “" + f.Name + "”.")
	case m == core.Orders || f.Name == "status" || f.Name == "kind":
		and("t."+f.Name+" = ?", f.Value) // stored as the service writes it
	default:
		and("t."+f.Name+" = ?", lower(f.Value))
	}
	return nil
}

// part selects of one connection what comes first of a page, in order; one
// row more than the page holds tells whether there is a next.
func (l *listing) part(columns string, conn int64) (query string, args []any) {
	source := l.source
	if source == "" {
		source = " INDEXED BY " + l.t.name + "_browse"
	}
	until := ""
	if l.upto > 0 {
		until = " AND t.seq <= ?"
		args = append(args, l.upto)
	}
	return `SELECT ` + columns + ` FROM ` + l.t.name + ` t` + source + ` WHERE t.connection = ? AND t.seq > ? AND ` + l.where + until + ` ORDER BY t.seq LIMIT ?`,
		slices.Concat([]any{conn, l.after}, l.args, args, []any{l.limit + 1})
}

// pageSQL reads the records of one connection as they come; those of several
// it merges by their places first, so that only those of the page are read.
func (l *listing) pageSQL() (query string, args []any) {
	if len(l.conns) == 1 {
		return l.part(l.t.itemColumns("t"), l.conns[0])
	}
	var parts []string
	for _, conn := range l.conns {
		part, more := l.part("t.id AS row, t.seq AS place", conn)
		parts, args = append(parts, "SELECT * FROM ("+part+")"), append(args, more...)
	}
	return `SELECT ` + l.t.itemColumns("r") + ` FROM (` + strings.Join(parts, " UNION ALL ") + ` ORDER BY place LIMIT ?) p
		CROSS JOIN ` + l.t.name + ` r ON r.id = p.row ORDER BY p.place`, append(args, l.limit+1)
}

func (s *API) listPage(ctx context.Context, l *listing, each func(api.Item) error) (next string, err error) {
	query, args := l.pageSQL()
	rows, err := s.rows(ctx, query, args...)
	if err != nil {
		return "", cancelled(ctx, err)
	}
	defer rows.Close()
	scan := itemScanner{ids: l.ids}
	for n := 0; rows.Next(); n++ {
		if n == l.limit {
			return itoa(scan.place), nil
		}
		if err := scan.next(rows, each); err != nil {
			return "", cancelled(ctx, err)
		}
	}
	if err := rows.Err(); err != nil {
		return "", cancelled(ctx, err)
	}
	if l.upto > 0 {
		return itoa(l.upto), nil // not the end: only that of the window
	}
	return "", nil
}

// windowEnd returns the change number up to which every connection has at most
// so many records to look at, 0 when all have fewer.
func (s *API) windowEnd(ctx context.Context, l *listing, size int) (end int64, err error) {
	for _, conn := range l.conns {
		err := s.readAll(ctx, func(rows *sql.Rows) error {
			n, err := scanInt(rows)
			if end == 0 || n < end {
				end = n
			}
			return err
		}, `SELECT seq FROM `+l.t.name+` INDEXED BY `+l.t.name+`_browse WHERE connection = ? AND seq > ? ORDER BY seq LIMIT 1 OFFSET ?`, conn, l.after, size-1)
		if err != nil {
			return 0, err
		}
	}
	return end, nil
}

// before returns a change number below which nothing was written at or after
// a time. Times grow with the numbers, so it is found by halving; where the
// computer's clock was once set back, records of the doubled hour may be left out.
func (s *API) before(ctx context.Context, l *listing, since int64) (seq int64, err error) {
	seq = -1
	for _, conn := range l.conns {
		n, err := s.beforeIn(ctx, l.t, conn, since)
		if err != nil {
			return 0, err
		}
		if n >= 0 && (seq < 0 || n < seq) {
			seq = n
		}
	}
	return max(seq, 0), nil
}

// beforeIn is before for one connection, -1 when it has nothing so new.
func (s *API) beforeIn(ctx context.Context, t *table, conn, since int64) (int64, error) {
	at := func(from int64) (seq, wrote int64, err error) { // the first record from a number on
		seq = -1
		err = s.readAll(ctx, func(rows *sql.Rows) error { return rows.Scan(&seq, &wrote) },
			`SELECT seq, max(synced_at, removed_at) FROM `+t.name+` INDEXED BY `+t.name+`_browse WHERE connection = ? AND seq >= ? ORDER BY seq LIMIT 1`, conn, from)
		return seq, wrote, err
	}
	var last int64
	err := s.readAll(ctx, func(rows *sql.Rows) error { return rows.Scan(&last) },
		`SELECT coalesce(max(seq), 0) FROM `+t.name+` INDEXED BY `+t.name+`_browse WHERE connection = ?`, conn)
	low, high := int64(0), last+1 // below low: too old; from high on: new enough, or nothing
	for err == nil && low < high {
		mid := low + (high-low)/2
		seq, wrote, e := at(mid)
		switch err = e; {
		case seq < 0 || wrote >= since:
			high = mid
		default:
			low = seq + 1
		}
	}
	if err != nil || low > last {
		return -1, err
	}
	return low - 1, nil
}

// categoryColumns are the columns of an item for a category k; its place is its connection.
const categoryColumns = `k.connection, k.connection, k.id, 0, 0, 0, '', json_object('name', k.name, 'parent', k.parent)`

// categories are listed by connection and id, which do not change; the place
// is the last of them, "7:id".
func (s *API) categories(ctx context.Context, q api.Query, each func(api.Item) error) (next string, err error) {
	var conn int64
	var id string
	if q.After != "" {
		number, rest, ok := strings.Cut(q.After, ":")
		if conn, err = strconv.ParseInt(number, 10, 64); err != nil || !ok {
			return "", errPlace
		}
		id = rest
	}
	condition, args := "1", []any{conn, id, string(q.Connection)}
	for _, f := range q.Filters {
		if f.Name != "parent" {
			return "", core.Invalid("Categories cannot be filtered by “" + f.Name + "”.")
		}
		condition = "k.parent = ?4"
		args = append(args, f.Value)
	}
	_, ids, err := s.connections(ctx, q.Connection)
	if err != nil {
		return "", err
	}
	n, scan := 0, itemScanner{ids: ids}
	err = s.readAll(ctx, func(rows *sql.Rows) error {
		if n++; n > q.Limit {
			next = itoa(scan.place) + ":" + id
			return nil
		}
		return scan.next(rows, func(it api.Item) error {
			id = it.RemoteID
			return each(it)
		})
	}, `SELECT `+categoryColumns+` FROM category k JOIN connection c ON c.num = k.connection
		WHERE (k.connection, k.id) > (?1, ?2) AND c.purge = 0 AND (?3 = '' OR c.id = ?3) AND `+condition+` ORDER BY k.connection, k.id LIMIT `+strconv.Itoa(q.Limit+1), args...)
	return next, err
}
