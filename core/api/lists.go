package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"linkdesk/core"
)

// list answers with a page of a source.
func (a *API) list(c *call) error {
	return a.page(c, Query{Source: c.route.of, Connection: c.args.conn, Since: c.args.since, IncludeRemoved: c.args.removed, Filters: c.args.filters})
}

// page reads a page and sends it.
func (a *API) page(c *call, q Query) error {
	out, err := newWriter(q.Source, c)
	if err != nil {
		return err
	}
	listing := c.args.listing(c.route, c.r.URL.Path)
	if q.After, err = decodeCursor(listing, c.args.cursor); err != nil {
		return err
	}
	q.Limit = c.args.limit
	if done, err := a.unchanged(c, q.Connection); done || err != nil {
		return err
	}
	buffer := borrow()
	defer giveBack(buffer)
	b := append(*buffer, `{"data":[`...)
	var next string
	if len(c.args.include) == 0 {
		next, err = a.o.Records.List(c.ctx(), q, func(it Item) error {
			b = out.record(comma(b, c.rows), it, "", nil)
			c.rows++
			return nil
		})
	} else {
		b, next, err = a.withMore(c, q, out, b)
	}
	if err != nil {
		return err
	}
	b = append(b, `],"next":`...)
	if next == "" {
		b = append(b, "null}"...)
	} else {
		b = append(appendText(b, encodeCursor(listing, next)), '}')
	}
	*buffer = b
	c.send(http.StatusOK, b)
	return nil
}

func comma(b []byte, before int) []byte {
	if before > 0 {
		return append(b, ',')
	}
	return b
}

// withMore reads a page and what is to be included, for all of its records at once.
func (a *API) withMore(c *call, q Query, out *writer, b []byte) ([]byte, string, error) {
	var items []Item
	next, err := a.o.Records.List(c.ctx(), q, func(it Item) error {
		it.Doc = bytes.Clone(it.Doc)
		items = append(items, it)
		return nil
	})
	if err != nil {
		return b, "", err
	}
	name := c.args.include[0] // each route has one
	extra, err := a.included(c.ctx(), name, items)
	if err != nil {
		return b, "", err
	}
	for i, it := range items {
		b = out.record(comma(b, i), it, name, extra[i])
	}
	c.rows = len(items)
	return b, next, nil
}

// included returns the JSON to include in each item.
func (a *API) included(ctx context.Context, name string, items []Item) ([][]byte, error) {
	keys := make([]Key, len(items))
	for i, it := range items {
		keys[i] = it.Key
	}
	extra := make([][]byte, len(items))
	if name == "history" {
		changes, err := a.o.Records.History(ctx, keys)
		for i, k := range keys {
			extra[i] = marshal(historyOf(changes[k]))
		}
		return extra, err
	}
	figures, err := a.o.Records.Analytics(ctx, keys)
	for i, k := range keys {
		extra[i] = marshal(analyticsOf(figures[k]))
	}
	return extra, err
}

// one answers with a single record.
func (a *API) one(c *call) error {
	out, err := newWriter(c.route.of, c)
	if err != nil {
		return err
	}
	k, ok := parseID(c.r.PathValue("id"))
	if !ok {
		return errNotHere
	}
	if done, err := a.seen(c, k); done || err != nil {
		return err
	}
	var items []Item
	err = a.o.Records.Get(c.ctx(), c.route.of, k, func(it Item) error {
		it.Doc = bytes.Clone(it.Doc)
		items = append(items, it)
		return nil
	})
	if core.CodeOf(err) == core.CodeNotFound {
		return errNotHere
	}
	if err != nil {
		return err
	}
	name, extra := "", [][]byte{nil}
	if len(c.args.include) > 0 {
		name = c.args.include[0]
		if extra, err = a.included(c.ctx(), name, items); err != nil {
			return err
		}
	}
	c.rows = 1
	c.send(http.StatusOK, out.record(nil, items[0], name, extra[0]))
	return nil
}

// seen is unchanged for what belongs to one record. Hidden ids name nothing:
// an app that made one up would learn that the record is there.
func (a *API) seen(c *call, k Key) (bool, error) {
	if c.mask.remoteID(k.RemoteID) != k.RemoteID && c.route.of == Source(core.Customers) {
		return false, errNotHere
	}
	done, err := a.unchanged(c, k.Connection)
	if p, ok := err.(*problem); ok && p.status == http.StatusBadRequest {
		return false, errNotHere
	}
	return done, err
}

// orderHistory answers with the status changes of an order.
func (a *API) orderHistory(c *call) error {
	k, ok := parseID(c.r.PathValue("id"))
	if !ok {
		return errNotHere
	}
	if done, err := a.seen(c, k); done || err != nil {
		return err
	}
	err := a.o.Records.Get(c.ctx(), c.route.of, k, func(Item) error { return nil })
	if core.CodeOf(err) == core.CodeNotFound {
		return errNotHere
	}
	if err != nil {
		return err
	}
	changes, err := a.o.Records.History(c.ctx(), []Key{k})
	if err != nil {
		return err
	}
	c.rows = len(changes[k])
	c.send(http.StatusOK, marshal(struct {
		Data []orderChange `json:"data"`
		Next *string       `json:"next"`
	}{Data: historyOf(changes[k])}))
	return nil
}

// me answers with what the token allows.
func (a *API) me(c *call) error {
	c.send(http.StatusOK, marshal(me{App: c.App, Grant: c.Grant, Scopes: c.Scopes, HidePersonal: c.HidePersonal}))
	return nil
}

type me struct {
	App          string       `json:"app"`
	Grant        string       `json:"grant"`
	Scopes       []core.Scope `json:"scopes"`
	HidePersonal bool         `json:"hide_personal"` // personal fields are kept from this app
}

type orderChange struct {
	SeenAt time.Time `json:"seen_at"`
	Field  string    `json:"field"`
	From   string    `json:"from"`
	To     string    `json:"to"`
}

func historyOf(changes []core.OrderChange) []orderChange {
	list := make([]orderChange, len(changes))
	for i, h := range changes {
		list[i] = orderChange(h)
	}
	return list
}

type analytics struct {
	OrdersCount  int64                 `json:"orders_count"`
	TotalSpent   map[string]core.Money `json:"total_spent"` // by currency
	AverageOrder map[string]core.Money `json:"average_order"`
	FirstOrderAt *time.Time            `json:"first_order_at"`
	LastOrderAt  *time.Time            `json:"last_order_at"`
}

func analyticsOf(f core.CustomerAnalytics) analytics {
	a := analytics{OrdersCount: f.OrdersCount, TotalSpent: f.TotalSpent, AverageOrder: f.AverageOrder, FirstOrderAt: orNull(f.FirstOrderAt), LastOrderAt: orNull(f.LastOrderAt)}
	if a.TotalSpent == nil {
		a.TotalSpent, a.AverageOrder = map[string]core.Money{}, map[string]core.Money{}
	}
	return a
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
