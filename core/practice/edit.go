package practice

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linkdesk/core"
)

// Every change gets a time of change later than all before it, and is kept
// over a restart. Segment sizes are not counted anew: a real store does that at night.

// EditOrder changes one order.
func (s *Store) EditOrder(id string, change func(*Order)) error {
	return editRecord(s, kind(core.Orders), id, change, func(o *Order) *Stamps { return &o.Stamps })
}

// EditCustomer changes one customer.
func (s *Store) EditCustomer(id string, change func(*Customer)) error {
	return editRecord(s, kind(core.Customers), id, change, func(c *Customer) *Stamps { return &c.Stamps })
}

// EditProduct changes one product.
func (s *Store) EditProduct(id string, change func(*Product)) error {
	return editRecord(s, kind(core.Products), id, change, func(p *Product) *Stamps { return &p.Stamps })
}

// EditShop changes one store.
func (s *Store) EditShop(id string, change func(*Shop)) error {
	return editRecord(s, kind(core.Stores), id, change, func(h *Shop) *Stamps { return &h.Stamps })
}

// EditSegment changes one segment.
func (s *Store) EditSegment(id string, change func(*Segment)) error {
	return editRecord(s, kind(core.Segments), id, change, func(g *Segment) *Stamps { return &g.Stamps })
}

// AddOrder places an order now, by a customer and of products that are chosen
// by how many were added before.
func (s *Store) AddOrder() (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, now := s.data[ada], s.stamp()
	s.state.Orders++
	n := accounts[0].plan.orders + s.state.Orders
	d := &dice{uint64(n)}
	buyers, shops := bodies[*Customer](data.of(core.Customers)), bodies[*Shop](data.of(core.Stores))
	articles := slices.DeleteFunc(bodies[*Product](data.of(core.Products)), func(p *Product) bool { return p.State == "hidden" || len(p.Variants) == 0 })
	// Tables are in the order of change; a fixed order makes the choice repeatable.
	slices.SortFunc(buyers, func(a, b *Customer) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(shops, func(a, b *Shop) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(articles, func(a, b *Product) int { return strings.Compare(a.ID, b.ID) })
	if len(buyers) == 0 || len(articles) == 0 {
		return Order{}, core.NotFound("The practice store has no customer or no product left to order.")
	}
	buyer := pick(d, buyers)
	shop := slices.IndexFunc(shops, func(h *Shop) bool { return h.ID == buyer.StoreID })
	if shop < 0 {
		return Order{}, core.NotFound("The store of this customer was removed.")
	}
	o := newOrder(d, n, now, buyer, shop, articles)
	return *o, s.keep(kind(core.Orders), o.ID, now, o)
}

// RemoveOrder deletes one order.
func (s *Store) RemoveOrder(id string) error { return s.Remove(core.Orders, id) }

// Remove deletes a record; clients that ask for removed records are told.
func (s *Store) Remove(m core.Model, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.data[ada].of(m)
	if t == nil {
		return core.NotFound("The practice store has no " + string(m) + ".")
	}
	if r, ok := t.find(id); !ok || r.deleted {
		return noRecord(id)
	}
	return s.keep(kind(m), id, s.stamp(), nil)
}

func noRecord(id string) error {
	return core.NotFound("The practice store has no record “" + id + "”.")
}

// editRecord changes a copy of a record: readers may still hold the old one.
func editRecord[T any](s *Store, k kind, id string, change func(*T), stamps func(*T) *Stamps) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.data[ada][k].find(id)
	if !ok || r.deleted {
		return noRecord(id)
	}
	text, err := json.Marshal(r.body)
	if err != nil {
		return err
	}
	var record T
	if err := json.Unmarshal(text, &record); err != nil {
		return err
	}
	change(&record)
	now := s.stamp()
	stamps(&record).UpdatedAt = now
	return s.keep(k, id, now, &record)
}

// keep puts a changed or removed (nil) record in place and saves it. The caller holds the lock.
func (s *Store) keep(k kind, id string, at time.Time, body any) error {
	e := edit{Kind: k, ID: id, Updated: at}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		e.Body = text
	}
	s.state.Edits[string(k)+"/"+id] = e
	s.data[ada][k].put(row{id: id, updated: at, deleted: body == nil, body: body})
	return s.save()
}

// bodies returns the records of a table that are there.
func bodies[T any](t *table) []T {
	var list []T
	for _, r := range t.rows {
		if body, ok := r.body.(T); ok {
			list = append(list, body)
		}
	}
	return list
}
