package practice

import (
	"fmt"
	"strings"

	"linkdesk/core"
)

// article is one combination of the catalogue that becomes a product.
type article struct {
	shelf shelf
	thing thing
	style string
	tree  []CategoryRef // own category, then the one above
}

// makeProducts takes one article from each shelf in turn, so that a small
// catalogue still has something everywhere.
func (g *generator) makeProducts() {
	shelves := g.makeCategories()
	for i := range g.products {
		s := shelves[i%len(shelves)]
		a := s[i/len(shelves)]
		g.product(i, a)
	}
}

func (g *generator) makeCategories() [][]article {
	var shelves [][]article
	n := 0
	add := func(name string, parent *string) CategoryRef {
		n++
		ref := CategoryRef{fmt.Sprintf("cat_%02d", n), name, parent}
		stamps := Stamps{dataEnd.AddDate(-4, 0, n), g.ago(90, 600)}
		g.add(categories, ref.ID, stamps.UpdatedAt, &Category{ref.ID, ref.Name, ref.ParentID, stamps})
		return ref
	}
	for _, d := range departments {
		top := add(d.name, nil)
		for _, s := range d.shelves {
			own := add(s.name, &top.ID)
			var list []article
			for _, style := range s.styles {
				for _, t := range s.things {
					list = append(list, article{s, t, style, []CategoryRef{own, top}})
				}
			}
			shelves = append(shelves, list)
		}
	}
	return shelves
}

func (g *generator) product(i int, a article) {
	id := fmt.Sprintf("prd_%04d", i+1)
	sku := fmt.Sprintf("%s-%03d", a.shelf.code, i+1)
	title := a.style + " " + a.thing.name
	slug := strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(title), " & ", "-"), " ", "-")
	created, brand := g.ago(100, 900), pick(&g.dice, makers)
	p := &Product{
		ID: id, SKU: sku, Title: title,
		Description: title + ", " + a.thing.text + ". Made by " + brand + ".",
		State:       []string{"published", "hidden", "retired"}[g.weighted([]int{90, 4, 6})],
		Brand:       brand,
		Link:        "https://" + g.domain + "/p/" + slug,
		Images:      []string{"https://images." + g.domain + "/" + slug + ".jpg"},
		Price:       Money{a.thing.price.String(), "EUR"},
		Categories:  a.tree,
		Stamps:      Stamps{created, g.after(created, 900)},
	}
	forms := a.shelf.forms
	if len(forms) == 0 {
		forms = []string{"Standard"}
	}
	for n, form := range forms {
		v := Variant{
			ID: fmt.Sprintf("%s_%d", strings.Replace(id, "prd", "var", 1), n+1), SKU: fmt.Sprintf("%s-%d", sku, n+1), Title: form,
			Price: Money{(a.thing.price + a.shelf.step*cents(n)).String(), "EUR"}, Inventory: Inventory{int64(g.stock(p.State))},
		}
		p.Inventory.OnHand += v.Inventory.OnHand
		p.Variants = append(p.Variants, v)
	}
	if p.State != "hidden" {
		g.articles = append(g.articles, p)
	}
	g.add(kind(core.Products), id, p.Stamps.UpdatedAt, p)
}

func (g *generator) stock(state string) int {
	if state == "retired" || g.chance(6) {
		return 0
	}
	return g.between(1, 180)
}
