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
//
// A word that few numbers or customers have is looked for in the whole of the
// narrow index, or not even that: numbers alone name their rows. Words that many
// have are tried on row after row in the order asked for, until the page is full.
func (p *plan) searchOrders(ctx context.Context, tx *sql.Tx, f *filter) error {
	direct, scan := true, false
	var late []orderWord
	for _, w := range p.words {
		word, err := lookUp(ctx, tx, w)
		if err != nil {
			return err
		}
		direct = direct && word.direct
		scan = scan || !word.common
		if word.common {
			late = append(late, word)
			continue
		}
		f.and(word.condition, word.args...)
	}
	for _, word := range late { // after the others: few rows come that far
		f.and(word.condition, word.args...)
	}
	switch {
	case direct:
		f.source = " NOT INDEXED"
	case !scan:
		f.source = " INDEXED BY " + p.index
	}
	return nil
}

// few is how many numbers or customers with a word are rather named one by one.
const few = 500

// orderWord is one word of a search for orders. direct: it names the rows;
// common: more than a few numbers or customers have it.
type orderWord struct {
	condition      string
	args           []any
	direct, common bool
}

func lookUp(ctx context.Context, tx *sql.Tx, word string) (o orderWord, err error) {
	begins, args := numberBegins(word)
	numbers, err := collect(ctx, tx, scanInt, `SELECT id FROM (`+begins+`) LIMIT ?`, append(args, few+1)...)
	if err != nil {
		return o, err
	}
	within, named := contains(tables[core.Customers].search, word)
	customers, err := collect(ctx, tx, func(rows *sql.Rows) (id [2]any, err error) {
		var conn int64
		var remote string
		err = rows.Scan(&conn, &remote)
		return [2]any{conn, remote}, err
	}, `SELECT connection, remote_id FROM customer INDEXED BY customer_browse WHERE `+within+` LIMIT ?`, append(named, few+1)...)
	if err != nil {
		return o, err
	}
	o.common = len(numbers) > few || len(customers) > few
	o.direct = 0 < len(numbers) && len(numbers) <= few && len(customers) == 0
	switch {
	case len(numbers) == 0:
		o.condition, o.args = "instr(number, ?) > 0", []any{partOfNumber(word)}
	case len(numbers) <= few:
		o.condition = "id IN " + tuples(1, len(numbers))
		for _, id := range numbers {
			o.args = append(o.args, id)
		}
	default:
		o.condition, o.args = numberRanges(word)
	}
	switch {
	case len(customers) > few:
		o.condition = "(" + o.condition + " OR EXISTS (SELECT 1 FROM customer k WHERE k.connection = sale_order.connection AND k.remote_id = sale_order.customer AND " + within + "))"
		o.args = append(o.args, named...)
	case len(customers) > 0:
		o.condition = "(" + o.condition + " OR (connection, customer) IN (VALUES " + tuples(len(customers), 2) + "))"
		for _, id := range customers {
			o.args = append(o.args, id[0], id[1])
		}
	}
	return o, nil
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
