package practice

import (
	"fmt"
	"slices"
	"time"

	"linkdesk/core"
)

// How busy each month is, January first: gifts in November and December,
// gardens in April and May.
var monthWeights = []int{7, 7, 8, 10, 10, 8, 7, 7, 8, 9, 14, 19}

// How busy each hour is, midnight first.
var hourWeights = []int{1, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 8, 8, 9, 11, 13, 14, 12, 7, 3}

// orderDates returns the moments at which orders are placed, earliest first.
// The second year is busier than the first: the shop grows.
func (g *generator) orderDates() []time.Time {
	start := dataEnd.AddDate(-2, 0, 0)
	var months []int
	for m := range 24 {
		w := monthWeights[start.AddDate(0, m, 0).Month()-1]
		months = append(months, w*(100+m*3))
	}
	dates := make([]time.Time, g.plan.orders)
	for i := range dates {
		month := start.AddDate(0, g.weighted(months), 0)
		day := month.AddDate(0, 0, g.upTo(month.AddDate(0, 1, -1).Day()))
		dates[i] = day.Add(time.Duration(g.weighted(hourWeights))*time.Hour + time.Duration(g.upTo(3600))*time.Second)
	}
	slices.SortFunc(dates, time.Time.Compare)
	return dates
}

func (g *generator) makeOrders() {
	for i, placed := range g.orderDates() {
		buyer := g.buyer(placed)
		shop := slices.IndexFunc(g.shopList, func(s *Shop) bool { return s.ID == buyer.StoreID })
		o := newOrder(&g.dice, i+1, placed, buyer, shop, g.articles)
		g.settle(o)
		g.orders = append(g.orders, o)
		g.add(kind(core.Orders), o.ID, o.Stamps.UpdatedAt, o)
	}
}

// buyer picks someone who was already a customer. A tenth of them are
// regulars, who place a third of the orders.
func (g *generator) buyer(placed time.Time) *Customer {
	known := slices.IndexFunc(g.buyers, func(c *Customer) bool { return c.Stamps.CreatedAt.After(placed) })
	if known < 0 {
		known = len(g.buyers)
	}
	n := g.upTo(known)
	if g.chance(33) {
		n -= n % 10
	}
	return g.buyers[n]
}

// newOrder makes the n-th order: open and unpaid.
func newOrder(d *dice, n int, placed time.Time, buyer *Customer, shop int, articles []*Product) *Order {
	place := shopPlaces[shop]
	o := &Order{
		ID: fmt.Sprintf("ord_%05d", n), Number: fmt.Sprintf("#%d", 1000+n), StoreID: buyer.StoreID, BuyerID: buyer.ID,
		State: "open", Payment: Payment{"pending", pick(d, words("card|card|card|paypal|invoice"))}, Shipment: Shipment{"unfulfilled"},
		PlacedAt: placed, Stamps: Stamps{placed, placed},
	}
	var subtotal cents
	for i := range 1 + d.weighted([]int{42, 28, 16, 9, 5}) {
		p := pick(d, articles)
		v := pick(d, p.Variants)
		base, _ := parseCents(v.Price.Amount)
		price, quantity := base.of(place.rate), 1+d.weighted([]int{70, 18, 7, 5})
		subtotal += price * cents(quantity)
		o.LineItems = append(o.LineItems, LineItem{
			ID: fmt.Sprintf("%s_%d", o.ID, i+1), ProductID: p.ID, VariantID: v.ID, SKU: v.SKU,
			Title: lineTitle(p, v), Quantity: quantity, UnitPrice: price.String(),
		})
	}
	var discount, shipping cents
	if d.chance(14) {
		discount = subtotal.of(1000)
	}
	if subtotal-discount < 6000 {
		shipping = cents(490).of(place.rate)
	}
	tax := (subtotal - discount + shipping).of(place.tax)
	o.Amounts = Amounts{subtotal.String(), discount.String(), shipping.String(), tax.String()}
	o.Total = Money{(subtotal - discount + shipping + tax).String(), place.currency}
	return o
}

func lineTitle(p *Product, v Variant) string {
	if len(p.Variants) == 1 {
		return p.Title
	}
	return p.Title + ", " + v.Title
}

// settle gives an order the state that its age makes likely.
func (g *generator) settle(o *Order) {
	switch age := dataEnd.Sub(o.PlacedAt); {
	case age < 36*time.Hour:
		if g.chance(70) {
			o.Payment.State = "paid"
		}
	case age < 12*24*time.Hour:
		o.Payment.State, o.Shipment.State = "paid", pick(&g.dice, words("unfulfilled|shipped|shipped|delivered"))
		if o.Shipment.State == "delivered" {
			o.State = "completed"
		}
	case g.chance(5):
		o.State, o.Payment.State, o.Shipment.State = "cancelled", "voided", "none"
	case g.chance(4):
		o.State, o.Payment.State, o.Shipment.State = "completed", "refunded", "returned"
	default:
		o.State, o.Payment.State, o.Shipment.State = "completed", "paid", "delivered"
	}
	o.Stamps.UpdatedAt = g.after(o.PlacedAt, 12)
}
