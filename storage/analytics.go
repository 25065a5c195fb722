package storage

import (
	"context"
	"database/sql"
	"math/big"

	"linkdesk/core"
)

// History returns the status changes of an order that syncs saw, oldest first.
func (s *Records) History(ctx context.Context, c core.ConnectionID, order string) ([]core.OrderChange, error) {
	return collect(ctx, s.db.read, func(rows *sql.Rows) (h core.OrderChange, err error) {
		var seen int64
		err = rows.Scan(&seen, &h.Field, &h.From, &h.To)
		h.SeenAt = fromMicros(seen)
		return h, err
	}, `SELECT h.seen_at, h.field, h.old, h.new FROM order_history h JOIN connection c ON c.num = h.connection
		WHERE c.id = ? AND h.sale_order = ? ORDER BY h.rowid`, string(c), order)
}

// Categories returns the places of a connection's catalogue, by id. A parent
// may be the id of a category that no product named.
func (s *Records) Categories(ctx context.Context, c core.ConnectionID) ([]core.Category, error) {
	return collect(ctx, s.db.read, func(rows *sql.Rows) (v core.Category, err error) {
		return v, rows.Scan(&v.ID, &v.Name, &v.Parent)
	}, `SELECT k.id, k.name, k.parent FROM category k JOIN connection c ON c.num = k.connection WHERE c.id = ? ORDER BY k.id`, string(c))
}

// voided are the states, in the spellings of the services, in which no money
// was kept: such orders are left out of the analytics.
const voided = `('cancelled', 'canceled', 'refunded', 'voided')`

var analyticsSQL = `SELECT o.currency, o.total, CASE o.total WHEN ?3 THEN json_extract(o.doc, '$.total') END, o.placed_at
		FROM sale_order o NOT INDEXED WHERE o.id IN (` + ordersOf(`SELECT num, ?2 FROM connection WHERE id = ?1`) + `)
		AND o.connection = (SELECT num FROM connection WHERE id = ?1) AND o.customer = ?2 AND o.removed_at = 0
		AND lower(o.status) NOT IN ` + voided + ` AND lower(o.payment_status) NOT IN ` + voided

// Analytics computes a customer's figures from the orders that are there. Sums
// are exact; an average is rounded to the currency's decimals, half away from
// zero. A customer without orders has the zero figures.
func (s *Records) Analytics(ctx context.Context, c core.ConnectionID, customer string) (core.CustomerAnalytics, error) {
	a := core.CustomerAnalytics{TotalSpent: map[string]core.Money{}, AverageOrder: map[string]core.Money{}}
	sums := map[string]*spending{}
	_, err := collect(ctx, s.db.read, func(rows *sql.Rows) (_ struct{}, err error) {
		var currency string
		var total, placed int64
		var exact sql.NullString
		if err := rows.Scan(&currency, &total, &exact, &placed); err != nil {
			return struct{}{}, err
		}
		if sums[currency] == nil {
			sums[currency] = &spending{}
		}
		sums[currency].add(total, core.Money(exact.String))
		a.OrdersCount++
		if at := fromMicros(placed); !at.IsZero() {
			if a.FirstOrderAt.IsZero() || at.Before(a.FirstOrderAt) {
				a.FirstOrderAt = at
			}
			if at.After(a.LastOrderAt) {
				a.LastOrderAt = at
			}
		}
		return struct{}{}, nil
	}, analyticsSQL, string(c), customer, int64(unfit))
	for currency, sum := range sums {
		a.TotalSpent[currency] = formatMoney(&sum.total, currency, true)
		a.AverageOrder[currency] = formatMoney(new(big.Rat).Quo(&sum.total, big.NewRat(sum.orders, 1)), currency, false)
	}
	return a, err
}

// spending sums amounts of one currency exactly.
type spending struct {
	total  big.Rat
	orders int64
}

func (s *spending) add(millionths int64, exact core.Money) {
	s.orders++
	if millionths != unfit {
		s.total.Add(&s.total, big.NewRat(millionths, moneyOne))
		return
	}
	if r, ok := parseMoney(exact); ok {
		s.total.Add(&s.total, r)
	}
}
