package storage

import (
	"context"
	"database/sql"
)

// Customers come in any order, so an index of orders by customer would cost
// more than the orders do: every page of them touches every page of the index.
// Therefore order_customer is filled in behind, many orders at a time and
// sorted: when linkAfter of them wait, and at the end of a read. Whoever looks
// takes both: what is linked, and a short scan of those that wait.

// linkAfter bounds that scan to some milliseconds.
const linkAfter = 20_000

// linkOrders fills in the orders of a connection written since the last time,
// if at least so many wait. An order whose customer changed has two entries:
// whoever looks compares the order's own customer.
func linkOrders(ctx context.Context, tx *sql.Tx, conn, atLeast int64) error {
	var linked, last int64
	err := tx.QueryRowContext(ctx, `SELECT linked, (SELECT last FROM change_seq WHERE model = 'orders') FROM tally WHERE connection = ? AND model = 'orders'`, conn).Scan(&linked, &last)
	if err == sql.ErrNoRows || err == nil && last-linked < atLeast {
		return nil
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT OR IGNORE INTO order_customer (connection, customer, record)
			SELECT connection, customer, id FROM sale_order INDEXED BY sale_order_browse
			WHERE connection = ? AND seq > ? AND customer <> '' ORDER BY customer, id`, conn, linked)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE tally SET linked = ? WHERE connection = ? AND model = 'orders'`, last, conn)
	}
	return err
}

// ordersOf selects the ids of the orders that some customers may have. The
// customers are a list of VALUES of connection and remote id; it is used twice.
func ordersOf(customers string) string {
	return `SELECT record FROM order_customer WHERE (connection, customer) IN (` + customers + `)
		UNION ALL SELECT w.id FROM tally t CROSS JOIN sale_order w INDEXED BY sale_order_browse
		WHERE t.model = 'orders' AND w.connection = t.connection AND w.seq > t.linked AND (w.connection, w.customer) IN (` + customers + `)`
}
