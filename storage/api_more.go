package storage

import (
	"context"
	"database/sql"
	"math/big"
	"strings"

	"linkdesk/core"
	"linkdesk/core/api"
)

// keyArgs are the values of keys: connection and remote id in turn.
func keyArgs(keys []api.Key) (args []any) {
	for _, k := range keys {
		args = append(args, string(k.Connection), k.RemoteID)
	}
	return args
}

// History returns the status changes of orders that syncs saw, oldest first.
func (s *API) History(ctx context.Context, orders []api.Key) (map[api.Key][]core.OrderChange, error) {
	found := map[api.Key][]core.OrderChange{}
	if len(orders) == 0 {
		return found, nil
	}
	_, err := collect(ctx, s.db.read, func(rows *sql.Rows) (_ struct{}, err error) {
		var k api.Key
		var h core.OrderChange
		var seen int64
		err = rows.Scan(&k.Connection, &k.RemoteID, &seen, &h.Field, &h.From, &h.To)
		h.SeenAt = fromMicros(seen)
		found[k] = append(found[k], h)
		return struct{}{}, err
	}, `WITH want(id, remote) AS (VALUES `+tuples(len(orders), 2)+`)
		SELECT c.id, h.sale_order, h.seen_at, h.field, h.old, h.new FROM want w JOIN connection c ON c.id = w.id
		JOIN order_history h INDEXED BY order_history_order ON h.connection = c.num AND h.sale_order = w.remote ORDER BY h.rowid`, keyArgs(orders)...)
	return found, err
}

// Analytics computes the figures of customers as Records.Analytics does, for
// all of them at once. A customer without orders has no entry.
func (s *API) Analytics(ctx context.Context, customers []api.Key) (map[api.Key]core.CustomerAnalytics, error) {
	found := map[api.Key]core.CustomerAnalytics{}
	if len(customers) == 0 {
		return found, nil
	}
	sums := map[api.Key]map[string]*spending{}
	_, err := collect(ctx, s.db.read, func(rows *sql.Rows) (_ struct{}, err error) {
		var k api.Key
		var currency string
		var total, placed int64
		var exact sql.NullString
		if err := rows.Scan(&k.Connection, &k.RemoteID, &currency, &total, &exact, &placed); err != nil {
			return struct{}{}, err
		}
		if sums[k] == nil {
			sums[k] = map[string]*spending{}
		}
		if sums[k][currency] == nil {
			sums[k][currency] = &spending{}
		}
		sums[k][currency].add(total, core.Money(exact.String))
		found[k] = withOrder(found[k], placed)
		return struct{}{}, nil
	}, analyticsOfSQL(len(customers)), append([]any{int64(unfit)}, keyArgs(customers)...)...)
	for k, byCurrency := range sums {
		a := found[k]
		a.TotalSpent, a.AverageOrder = map[string]core.Money{}, map[string]core.Money{}
		for currency, sum := range byCurrency {
			a.TotalSpent[currency] = formatMoney(&sum.total, currency, true)
			a.AverageOrder[currency] = formatMoney(new(big.Rat).Quo(&sum.total, big.NewRat(sum.orders, 1)), currency, false)
		}
		found[k] = a
	}
	return found, err
}

func withOrder(a core.CustomerAnalytics, placed int64) core.CustomerAnalytics {
	a.OrdersCount++
	if at := fromMicros(placed); !at.IsZero() {
		if a.FirstOrderAt.IsZero() || at.Before(a.FirstOrderAt) {
			a.FirstOrderAt = at
		}
		if at.After(a.LastOrderAt) {
			a.LastOrderAt = at
		}
	}
	return a
}

// analyticsOfSQL is analyticsSQL for several customers.
func analyticsOfSQL(customers int) string {
	values := make([]string, customers)
	for i := range values {
		values[i] = "(?" + itoa(int64(2*i+2)) + ", ?" + itoa(int64(2*i+3)) + ")"
	}
	return `WITH want(id, remote) AS (VALUES ` + strings.Join(values, ", ") + `), who(num, remote) AS MATERIALIZED (SELECT c.num, w.remote FROM want w JOIN connection c ON c.id = w.id)
		SELECT c.id, o.customer, o.currency, o.total, CASE o.total WHEN ?1 THEN json_extract(o.doc, '$.total') END, o.placed_at
		FROM sale_order o NOT INDEXED JOIN connection c ON c.num = o.connection WHERE o.id IN (` + ordersOf(`SELECT num, remote FROM who`) + `)
		AND (o.connection, o.customer) IN (SELECT num, remote FROM who) AND o.removed_at = 0
		AND lower(o.status) NOT IN ` + voided + ` AND lower(o.payment_status) NOT IN ` + voided
}
