package practice

import (
	"slices"
	"strconv"
	"time"

	"linkdesk/core"
)

// profile is a customer with what the orders tell.
type profile struct {
	customer *Customer
	orders   int
	spent    cents // without cancelled and refunded orders
	last     time.Time
}

func profiles(customers []*Customer, orders []*Order) []profile {
	list := make([]profile, len(customers))
	at := make(map[string]*profile, len(customers))
	for i, c := range customers {
		list[i].customer = c
		at[c.ID] = &list[i]
	}
	for _, o := range orders {
		p := at[o.BuyerID]
		if p == nil || o.State == "cancelled" {
			continue
		}
		p.orders++
		if o.PlacedAt.After(p.last) {
			p.last = o.PlacedAt
		}
		if amount, ok := parseCents(o.Total.Amount); ok && o.Payment.State != "refunded" {
			p.spent += amount
		}
	}
	return list
}

// membersOf returns the customers who are in a segment.
func membersOf(s *Segment, people []profile) []*Customer {
	var list []*Customer
	for _, p := range people {
		if s.Conditions == nil && slices.Contains(p.customer.Labels, fairLabel) || s.Conditions != nil && p.fits(*s.Conditions) {
			list = append(list, p.customer)
		}
	}
	return list
}

func (p profile) fits(r core.Rule) bool {
	switch {
	case r.Not != nil:
		return !p.fits(*r.Not)
	case r.All != nil:
		return !slices.ContainsFunc(r.All, func(r core.Rule) bool { return !p.fits(r) })
	case r.Any != nil:
		return slices.ContainsFunc(r.Any, p.fits)
	}
	switch r.Field {
	case "orders_count":
		return compared(cents(p.orders*100)-asCents(r.Value), r.Op)
	case "total_spent":
		return compared(p.spent-asCents(r.Value), r.Op)
	case "created_at":
		return compared(cents(p.customer.Stamps.CreatedAt.Sub(asTime(r.Value))), r.Op)
	case "last_order_at":
		return !p.last.IsZero() && compared(cents(p.last.Sub(asTime(r.Value))), r.Op)
	}
	value := map[string]string{
		"country": p.customer.Address.Country, "city": p.customer.Address.City, "company": p.customer.Company,
		"accepts_marketing": strconv.FormatBool(p.customer.Marketing.Subscribed),
	}[r.Field]
	return r.Op == "is_set" && value != "" || r.Op == "eq" && value == r.Value
}

// compared reads the sign of a difference.
func compared(difference cents, op string) bool {
	switch op {
	case "gt", "after":
		return difference > 0
	case "gte":
		return difference >= 0
	case "lt", "before":
		return difference < 0
	case "lte":
		return difference <= 0
	case "eq":
		return difference == 0
	}
	return false
}

func asCents(text string) cents {
	c, _ := parseCents(text)
	return c
}

func asTime(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text)
	return t
}
