package storage

import (
	"context"
	"database/sql"
	"strings"

	"linkdesk/core"
)

// maxWords bounds a search; nobody types more, and each is a condition.
const maxWords = 16

func searchWords(text string) ([]string, error) {
	words := strings.Fields(lower(text))
	if len(words) > maxWords {
		return nil, core.Invalid("Search for at most " + itoa(maxWords) + " words at once.")
	}
	return words, nil
}

// filter is the condition of a query: what to read (an index of the table),
// the WHERE, and its values. nothing: no row can match.
type filter struct {
	source  string
	where   string
	args    []any
	nothing bool
}

func (f *filter) and(condition string, args ...any) {
	f.where += " AND " + condition
	f.args = append(f.args, args...)
}

// filter puts the conditions together. A search reads the _browse index, which
// holds every searched column, except where its words name a few rows directly.
func (p *plan) filter(ctx context.Context, tx *sql.Tx) (f filter, err error) {
	f = filter{source: " INDEXED BY " + p.index, where: "1"}
	if len(p.words) > 0 {
		f.source = " INDEXED BY " + p.t.name + "_browse"
	}
	if p.Connection != "" {
		nums, err := collect(ctx, tx, scanInt, `SELECT num FROM connection WHERE id = ? AND purge = 0`, string(p.Connection))
		if err != nil || len(nums) == 0 {
			return filter{nothing: true}, err
		}
		f.and("connection = ?", nums[0])
	}
	if !p.IncludeRemoved {
		f.and("removed_at = 0")
	}
	if p.Model == core.Orders && len(p.words) > 0 {
		return f, p.searchOrders(ctx, tx, &f)
	}
	for _, w := range p.words {
		condition, args := contains(p.t.search, w)
		f.and(condition, args...)
	}
	return f, nil
}

// contains is true where one of the columns holds the word.
func contains(columns []string, word string) (condition string, args []any) {
	var any []string
	for _, c := range columns {
		any = append(any, "instr("+c+", ?) > 0")
		args = append(args, word)
	}
	return "(" + strings.Join(any, " OR ") + ")", args
}

// searchOrders finds orders by number or by customer: each word has to begin
// the number (or, when it begins none, be within it) or be within the
// customer's e-mail, name, company or phone.
func (p *plan) searchOrders(ctx context.Context, tx *sql.Tx, f *filter) error {
	for _, w := range p.words {
		begins, args := numberBegins(w)
		n, err := collect(ctx, tx, scanInt, `SELECT count(*) FROM (SELECT 1 FROM (`+begins+`) LIMIT ?)`, append(args, directRows+1)...)
		if err != nil {
			return err
		}
		customer, named := contains(tables[core.Customers].search, w)
		known, err := collect(ctx, tx, scanInt, `SELECT EXISTS (SELECT 1 FROM customer INDEXED BY customer_browse WHERE `+customer+`)`, named...)
		if err != nil {
			return err
		}
		number := "id IN (" + begins + ")"
		if n[0] == 0 {
			number, args = "instr(number, ?) > 0", []any{partOfNumber(w)}
		}
		switch {
		case known[0] == 0 && 0 < n[0] && n[0] <= directRows:
			f.and(number, args...)
			f.source = " NOT INDEXED" // the ids say which rows: no scan
		case known[0] == 0:
			f.and(number, args...)
		default:
			f.and(`(`+number+` OR (connection, customer) IN (SELECT connection, remote_id FROM customer INDEXED BY customer_browse WHERE `+customer+`))`, append(args, named...)...)
		}
	}
	return nil
}

// directRows is how many rows are rather fetched one by one than found by a scan.
const directRows = 2000

// numberBegins selects the ids of orders whose number begins with the word.
func numberBegins(word string) (query string, args []any) {
	var parts []string
	for _, prefix := range numberPrefixes(word) {
		parts = append(parts, "SELECT id FROM sale_order INDEXED BY sale_order_number WHERE number >= ? AND number < ?")
		args = append(args, prefix, prefix+"\U0010FFFF")
	}
	return strings.Join(parts, " UNION ALL "), args
}

// partOfNumber is what to look for inside a natural key: digits alone may stand
// anywhere in a run of digits, so they go without its mark.
func partOfNumber(word string) string {
	digits := strings.TrimPrefix(word, "#")
	if strings.Trim(digits, "0123456789") == "" {
		return digits
	}
	return naturalKey(word)
}
