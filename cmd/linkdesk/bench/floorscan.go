package main

import "errors"

// The floor's scanner walks a page once and takes out what it knows, as pieces
// of the page. Texts with escapes are kept as they stand: the floor only needs
// ids, numbers and dates, which have none.

var errScan = errors.New("the page is not what the floor expects")

// scanner stands at s[i]; bad is set at the first thing that is no JSON.
type scanner struct {
	s   string
	i   int
	bad bool
}

// scanPage fills a page from its JSON.
func scanPage(body string, page *floorPage) error {
	page.sales = make([]floorSale, 0, pageSize)
	s := &scanner{s: body}
	s.object(func(name string) {
		switch name {
		case "data":
			s.array(func() {
				var sale floorSale
				start := s.i
				s.sale(&sale)
				sale.doc = s.s[start:s.i]
				page.sales = append(page.sales, sale)
			})
		case "paging":
			s.object(func(name string) {
				switch name {
				case "next":
					page.next = s.text()
				case "has_more":
					page.more = s.plain() == "true"
				default:
					s.skip()
				}
			})
		default:
			s.skip()
		}
	})
	if s.bad {
		return errScan
	}
	return nil
}

func (s *scanner) sale(sale *floorSale) {
	s.object(func(name string) {
		switch name {
		case "id":
			sale.id = s.text()
		case "number":
			sale.number = s.text()
		case "buyer_id":
			sale.customer = s.text()
		case "state":
			sale.status = s.text()
		case "placed_at":
			sale.placed = s.text()
		case "total":
			s.object(func(name string) {
				switch name {
				case "amount":
					sale.total = s.text()
				case "currency":
					sale.currency = s.text()
				default:
					s.skip()
				}
			})
		case "timestamps":
			s.object(func(name string) {
				if name == "updated_at" {
					sale.updated = s.text()
				} else {
					s.skip()
				}
			})
		default:
			s.skip()
		}
	})
	s.bad = s.bad || sale.id == "" || sale.updated == ""
}

// at moves over spaces and returns what stands there, 0 at the end.
func (s *scanner) at() byte {
	for ; s.i < len(s.s); s.i++ {
		if c := s.s[s.i]; c > ' ' {
			return c
		}
	}
	return 0
}

// take moves over c, which must stand here.
func (s *scanner) take(c byte) {
	if s.at() != c {
		s.bad, s.i = true, len(s.s)
		return
	}
	s.i++
}

// object calls member with each name; member moves over the value.
func (s *scanner) object(member func(name string)) {
	s.take('{')
	for !s.bad && s.at() != '}' {
		name := s.text()
		s.take(':')
		s.at()
		member(name)
		if s.at() != '}' {
			s.take(',')
		}
	}
	s.take('}')
}

// array calls element at each element, which it moves over.
func (s *scanner) array(element func()) {
	s.take('[')
	for !s.bad && s.at() != ']' {
		element()
		if s.at() != ']' {
			s.take(',')
			s.at()
		}
	}
	s.take(']')
}

// text returns the text here, without its quotes.
func (s *scanner) text() string {
	s.take('"')
	start := s.i
	for ; s.i < len(s.s); s.i++ {
		switch s.s[s.i] {
		case '"':
			s.i++
			return s.s[start : s.i-1]
		case '\\':
			s.i++
		}
	}
	s.bad, s.i = true, len(s.s)
	return ""
}

// plain returns the number or word here.
func (s *scanner) plain() string {
	s.at()
	start := s.i
	for s.i < len(s.s) && s.s[s.i] > ' ' && s.s[s.i] != ',' && s.s[s.i] != '}' && s.s[s.i] != ']' {
		s.i++
	}
	s.bad = s.bad || s.i == start
	return s.s[start:s.i]
}

// skip moves over the value here.
func (s *scanner) skip() {
	for depth := 0; !s.bad; {
		switch s.at() {
		case '"':
			s.text()
		case '{', '[':
			depth++
			s.i++
			continue
		case '}', ']':
			depth--
			s.i++
		case ',', ':':
			s.i++
			continue
		case 0:
			s.bad = true
		default:
			s.plain()
		}
		if depth <= 0 {
			return
		}
	}
}
