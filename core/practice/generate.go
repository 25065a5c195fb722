package practice

import (
	"fmt"
	"strings"
	"time"

	"linkdesk/core"
)

// The data cover the two years before this fixed day; nothing depends on the
// computer's clock.
var dataEnd = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// plan says how much to make for one account.
type plan struct {
	seed      uint64
	brand     string
	domain    string
	shops     int
	customers int
	products  int
	orders    int
	segments  int
}

// kind names a table: the name of a core.Model, or categories.
type kind string

const categories kind = "categories"

// dataset is everything one account holds, by kind.
type dataset map[kind]*table

func (d dataset) of(m core.Model) *table { return d[kind(m)] }

// generator makes a dataset. The lists are kept while later records refer to them.
type generator struct {
	dice
	plan
	shopList []*Shop
	buyers   []*Customer // by created_at
	articles []*Product  // what can be sold
	orders   []*Order
	out      dataset
}

// generate makes the data of a plan, always the same.
func generate(p plan) dataset {
	g := &generator{dice: dice{p.seed}, plan: p, out: dataset{categories: {}}}
	for _, m := range core.Models() {
		g.out[kind(m)] = &table{}
	}
	g.makeShops()
	g.makeProducts()
	g.makeCustomers()
	g.makeOrders()
	g.makeSegments()
	for _, t := range g.out {
		t.sort()
	}
	return g.out
}

func (g *generator) add(k kind, id string, updated time.Time, body any) {
	t := g.out[k]
	t.rows = append(t.rows, row{id: id, updated: updated, body: body})
}

// ago returns a time up to so many days before the end of the data, in whole seconds.
func (g *generator) ago(least, most int) time.Time {
	return dataEnd.Add(-time.Duration(g.between(least*86400, most*86400)) * time.Second)
}

var shopPlaces = []struct {
	city, country, currency, timezone, phone string
	rate                                     int64 // euros to its currency, in hundredths of a percent
	tax                                      int64
}{
	{"Berlin", "DE", "EUR", "Europe/Berlin", "+49 30 5550 0142", 10000, 1900},
	{"London", "GB", "GBP", "Europe/London", "+44 20 7946 0142", 8600, 2000},
	{"Portland", "US", "USD", "America/Los_Angeles", "+1 503 555 0142", 11000, 0},
}

func (g *generator) makeShops() {
	for i := range g.shops {
		p := shopPlaces[i]
		s := &Shop{
			ID:      fmt.Sprintf("st_%d", i+1),
			Profile: ShopProfile{Name: g.brand + " " + p.city, LegalName: g.brand + " Trading"},
			Domain:  "https://" + strings.ToLower(p.city) + "." + g.domain,
			Locale:  Locale{p.country, p.currency, p.timezone},
			Contact: Contact{"hello@" + strings.ToLower(p.city) + "." + g.domain, p.phone},
			Settings: map[string]string{
				"order_prefix": "#", "weight_unit": map[bool]string{true: "lb", false: "kg"}[p.country == "US"],
				"tax_rate": cents(p.tax).String(), "guest_checkout": "true",
			},
			Stamps: Stamps{dataEnd.AddDate(-4, i, 0), g.ago(30, 200)},
		}
		g.shopList = append(g.shopList, s)
		g.add(kind(core.Stores), s.ID, s.Stamps.UpdatedAt, s)
	}
}

func (g *generator) makeCustomers() {
	weights := make([]int, len(lands))
	for i, l := range lands {
		if l.shop < g.shops {
			weights[i] = l.weight
		}
	}
	const days = 3 * 365
	taken := map[string]int{}
	for i := range g.customers {
		l := lands[g.weighted(weights)]
		// Ids grow with time, so that the earliest customers are found first.
		created := dataEnd.Add(-time.Duration(days*24*3600*(g.customers-i)/(g.customers+1)-g.upTo(3600)) * time.Second)
		c := &Customer{
			ID:      fmt.Sprintf("cus_%04d", i+1),
			StoreID: g.shopList[l.shop].ID,
			Name:    CustomerName{pick(&g.dice, l.first), pick(&g.dice, l.last)},
			Address: Address{pick(&g.dice, l.cities), l.code},
			Labels:  []string{},
			Stamps:  Stamps{CreatedAt: created},
		}
		g.profile(c, l, taken)
		c.Stamps.UpdatedAt = g.after(created, 500)
		g.buyers = append(g.buyers, c)
		g.add(kind(core.Customers), c.ID, c.Stamps.UpdatedAt, c)
	}
}

// profile fills in what only some customers have.
func (g *generator) profile(c *Customer, l land, taken map[string]int) {
	address := ascii(c.Name.First) + "." + ascii(c.Name.Last)
	taken[address]++
	if n := taken[address]; n > 1 {
		address += fmt.Sprint(n)
	}
	host := pick(&g.dice, words("example.com|example.net|example.org|mail.example"))
	if g.chance(16) {
		c.Company = c.Name.Last + " " + pick(&g.dice, words("Studio|Interiors|Café|Gifts|Design|Hotels")) + " " + l.firm
		host = ascii(c.Name.Last) + ".example"
		c.Labels = append(c.Labels, "wholesale")
	}
	c.Contact.Email = address + "@" + host
	if g.chance(70) {
		c.Contact.Phone = fmt.Sprintf("%s 555 %04d", l.dial, g.upTo(10000))
	}
	c.Marketing.Subscribed = g.chance(58)
	if g.chance(9) {
		c.Labels = append(c.Labels, "gift buyer")
	}
	if g.chance(7) {
		c.Labels = append(c.Labels, "autumn fair 2026")
	}
}

// after returns a time within so many days after t, but before the end of the data.
func (g *generator) after(t time.Time, days int) time.Time {
	room := min(dataEnd.Sub(t), time.Duration(days)*24*time.Hour)
	return t.Add(time.Duration(g.upTo(max(1, int(room/time.Second)))) * time.Second)
}
