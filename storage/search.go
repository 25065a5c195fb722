package storage

import (
	"context"
	"database/sql"
	"slices"
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
// the number, or be within the customer's e-mail, name, company or phone; a word
// that finds nothing so may be anywhere in the number.
//
// Where few numbers and customers have one of the words, they name the rows to
// look at. Where many have each of them, row after row is tried in the order
// asked for, until the page is full. What remains reads the narrow index.
func (p *plan) searchOrders(ctx context.Context, tx *sql.Tx, f *filter) error {
	var words []orderWord
	for _, w := range p.words {
		word, err := lookUp(ctx, tx, w)
		if err != nil {
			return err
		}
		words = append(words, word)
	}
	named := slices.IndexFunc(words, func(w orderWord) bool { return w.rows != "" })
	switch {
	case named >= 0:
		f.source = " NOT INDEXED"
		f.and("id IN ("+words[named].rows+")", words[named].rowArgs...)
	case !slices.ContainsFunc(words, func(w orderWord) bool { return !w.common }):
		f.source = " INDEXED BY " + p.index
	}
	for _, w := range words {
		f.and(w.condition, w.args...)
	}
	return nil
}

// few is how many numbers or customers with a word are rather named one by one.
// A variable, so that its test need not make so many.
var few = 500

// orderWord is one word of a search for orders: what is true of an order that
// has it, and, where few have it, which rows may be such orders. common: many have it.
type orderWord struct {
	condition string
	args      []any
	rows      string
	rowArgs   []any
	common    bool
}

func lookUp(ctx context.Context, tx *sql.Tx, word string) (o orderWord, err error) {
	begins, args := numberBegins(word)
	numbers, err := collect(ctx, tx, scanInt, `SELECT id FROM (`+begins+`) LIMIT ?`, append(args, few+1)...)
	if err != nil {
		return o, err
	}
	within, text := contains(tables[core.Customers].search, word)
	var customers []any // connection and remote id in turn
	_, err = collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) {
		var conn int64
		var remote string
		err = rows.Scan(&conn, &remote)
		customers = append(customers, conn, remote)
		return struct{}{}, err
	}, `SELECT connection, remote_id FROM customer INDEXED BY customer_browse WHERE `+within+` LIMIT ?`, append(text, few+1)...)
	if err != nil {
		return o, err
	}
	switch many := len(customers) / 2; {
	case many == 0 && len(numbers) == 0:
		return orderWord{condition: "instr(number, ?) > 0", args: []any{partOfNumber(word)}}, nil
	case many > few || len(numbers) > few:
		ranges, args := numberRanges(word)
		return orderWord{common: true, args: append(args, text...),
			condition: "(" + ranges + " OR EXISTS (SELECT 1 FROM customer k WHERE k.connection = sale_order.connection AND k.remote_id = sale_order.customer AND " + within + "))"}, nil
	}
	return fewOrders(numbers, customers), nil
}

// fewOrders is a word that some numbers begin with and some customers have.
func fewOrders(numbers []int64, customers []any) (o orderWord) {
	var ids []string
	for _, id := range numbers {
		ids = append(ids, "("+itoa(id)+")")
	}
	var own, rows []string
	if len(ids) > 0 {
		values := "VALUES " + strings.Join(ids, ", ")
		own, rows = append(own, "id IN ("+values+")"), append(rows, values)
	}
	if n := len(customers) / 2; n > 0 {
		values := "VALUES " + tuples(n, 2)
		own, rows = append(own, "(connection, customer) IN ("+values+")"), append(rows, ordersOf(values))
		o.args, o.rowArgs = customers, slices.Concat(customers, customers)
	}
	o.condition = "(" + strings.Join(own, " OR ") + ")"
	o.rows = strings.Join(rows, " UNION ALL ")
	return o
}

// numberRanges is true where the number begins with the word.
func numberRanges(word string) (condition string, args []any) {
	var any []string
	for _, prefix := range numberPrefixes(word) {
		any = append(any, "number >= ? AND number < ?")
		args = append(args, prefix, prefix+afterPrefix)
	}
	return "(" + strings.Join(any, " OR ") + ")", args
}

// afterPrefix sorts behind everything that a prefix can go on with.
const afterPrefix = "\U0010FFFF"

// numberBegins selects the ids of orders whose number begins with the word.
func numberBegins(word string) (query string, args []any) {
	var parts []string
	for _, prefix := range numberPrefixes(word) {
		parts = append(parts, "SELECT id FROM sale_order INDEXED BY sale_order_number WHERE number >= ? AND number < ?")
		args = append(args, prefix, prefix+afterPrefix)
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
