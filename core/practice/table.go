package practice

import (
	"cmp"
	"slices"
	"time"
)

// row is one record of a table. Its body is never changed, only replaced, so
// it may be read without the store's lock.
type row struct {
	id      string
	updated time.Time
	deleted bool // a tombstone: body is nil
	body    any  // *Shop, *Customer, *Product, *Category, *Order or *Segment
}

// place is a position in the order in which records are listed.
type place struct {
	updated time.Time
	id      string
}

func (r row) place() place { return place{r.updated, r.id} }

func (p place) compare(q place) int {
	return cmp.Or(p.updated.Compare(q.updated), cmp.Compare(p.id, q.id))
}

// table holds records sorted by (updated, id). A record that changes moves to
// the end, so a reader who pages through never misses one: at worst one is seen twice.
type table struct{ rows []row }

func (t *table) find(id string) (row, bool) {
	i := slices.IndexFunc(t.rows, func(r row) bool { return r.id == id })
	if i < 0 {
		return row{}, false
	}
	return t.rows[i], true
}

// put adds a record or replaces the one of the same id.
func (t *table) put(r row) {
	t.rows = slices.DeleteFunc(t.rows, func(o row) bool { return o.id == r.id })
	i, _ := slices.BinarySearchFunc(t.rows, r.place(), func(o row, p place) int { return o.place().compare(p) })
	t.rows = slices.Insert(t.rows, i, r)
}

func (t *table) sort() {
	slices.SortFunc(t.rows, func(a, b row) int { return a.place().compare(b.place()) })
}

// count returns the number of records that are there.
func (t *table) count() int {
	n := 0
	for _, r := range t.rows {
		if !r.deleted {
			n++
		}
	}
	return n
}

// query asks for a page of a table.
type query struct {
	since   time.Time // updated then or later; zero: everything
	after   place     // only what comes behind it; zero: from the start
	limit   int
	deleted bool // tombstones too
}

// page returns the rows asked for, and whether more follow.
func (t *table) page(q query) (rows []row, more bool) {
	from := max(
		searchRows(t.rows, func(r row) bool { return !r.updated.Before(q.since) }),
		searchRows(t.rows, func(r row) bool { return r.place().compare(q.after) > 0 }))
	for _, r := range t.rows[from:] {
		if r.deleted && !q.deleted {
			continue
		}
		if len(rows) == q.limit {
			return rows, true
		}
		rows = append(rows, r)
	}
	return rows, false
}

// searchRows returns the first index from which ok holds; rows are sorted so that it holds to the end.
func searchRows(rows []row, ok func(row) bool) int {
	low, high := 0, len(rows)
	for low < high {
		mid := (low + high) / 2
		if ok(rows[mid]) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}
