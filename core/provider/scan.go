package provider

import (
	"iter"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// The scanner walks JSON that is known to be valid: readBody has checked the
// whole answer. It looks at each byte of a record about once, where asking for
// path after path would do so for each path. On anything else it ends early,
// without a panic.

// walk collects the values at the paths below n, from the JSON value that
// starts at s[i], and returns where that value ends.
func (n *node) walk(s string, i int, vals []value) int {
	i = skipSpace(s, i)
	start := i
	switch {
	case i >= len(s):
		return i
	case n.children == nil:
		i = skipValue(s, i)
	case s[i] == '{':
		i = n.walkObject(s, i+1, vals)
	case s[i] == '[':
		i = n.walkArray(s, i+1, vals)
	default:
		i = skipValue(s, i)
	}
	if len(n.slots) > 0 {
		v := toValue(s[start:i])
		for _, slot := range n.slots {
			vals[slot] = v
		}
	}
	return i
}

func (n *node) walkObject(s string, i int, vals []value) int {
	for {
		i = skipSpace(s, i)
		if i >= len(s) || s[i] != '"' {
			return min(i+1, len(s)) // the closing brace
		}
		end := skipString(s, i)
		key := s[i+1 : max(end-1, i+1)]
		if strings.IndexByte(key, '\\') >= 0 {
			key = gjson.Parse(s[i:end]).Str
		}
		child := n.child(key)
		i = skipSpace(s, end) + 1 // the colon
		if child != nil {
			i = child.walk(s, i, vals)
		} else {
			i = skipValue(s, i)
		}
		if i = skipSpace(s, i); i < len(s) && s[i] == ',' {
			i++
		}
	}
}

func (n *node) walkArray(s string, i int, vals []value) int {
	for index := 0; ; index++ {
		i = skipSpace(s, i)
		if i >= len(s) || s[i] == ']' {
			return min(i+1, len(s))
		}
		before := i
		if child := n.child(strconv.Itoa(index)); child != nil {
			i = child.walk(s, i, vals)
		} else {
			i = skipValue(s, i)
		}
		if i == before {
			return len(s) // not JSON
		}
		if i = skipSpace(s, i); i < len(s) && s[i] == ',' {
			i++
		}
	}
}

// array stands at an element of a JSON array. Whoever looks at the element
// moves i to its end, so that nothing is looked at twice.
type array struct {
	s string
	i int
}

// openArray returns the array before its first element; of anything else, one
// without elements.
func openArray(v value) array {
	if !v.IsArray() {
		return array{}
	}
	return array{s: v.Raw, i: strings.IndexByte(v.Raw, '[')}
}

// next moves from the end of an element, or the opening bracket, to the next
// element; false at the end.
func (a *array) next() bool {
	if a.i = skipSpace(a.s, a.i); a.i < len(a.s) && (a.s[a.i] == ',' || a.s[a.i] == '[') {
		a.i = skipSpace(a.s, a.i+1)
		return a.i < len(a.s) && a.s[a.i] != ']'
	}
	return false
}

// take returns the element and moves to its end.
func (a *array) take() value {
	start := a.i
	a.i = skipValue(a.s, a.i)
	return toValue(a.s[start:a.i])
}

// elements yields the elements of an array.
func elements(v value) iter.Seq[value] {
	return func(yield func(value) bool) {
		for a := openArray(v); a.next() && yield(a.take()); {
		}
	}
}

// toValue makes a value of its JSON text. Numbers are kept as text only.
func toValue(raw string) value {
	if raw == "" {
		return value{}
	}
	switch raw[0] {
	case '"':
		if len(raw) < 2 || strings.IndexByte(raw, '\\') >= 0 {
			return gjson.Parse(raw)
		}
		return value{Type: gjson.String, Raw: raw, Str: raw[1 : len(raw)-1]}
	case '{', '[':
		return value{Type: gjson.JSON, Raw: raw}
	case 't':
		return value{Type: gjson.True, Raw: raw}
	case 'f':
		return value{Type: gjson.False, Raw: raw}
	case 'n':
		return value{Type: gjson.Null, Raw: raw}
	}
	return value{Type: gjson.Number, Raw: raw}
}

// skipValue returns where the value that starts at s[i] ends.
func skipValue(s string, i int) int {
	i = skipSpace(s, i)
	if i >= len(s) {
		return i
	}
	switch s[i] {
	case '"':
		return skipString(s, i)
	case '{', '[':
		return skipNested(s, i)
	}
	for i < len(s) && s[i] > ' ' && s[i] != ',' && s[i] != ']' && s[i] != '}' {
		i++
	}
	return i
}

// skipNested skips an object or array; depth is counted, so that deep nesting
// costs no stack.
func skipNested(s string, i int) int {
	for depth := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			i = skipString(s, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// skipString returns where the text that starts with the quote at s[i] ends.
func skipString(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(s)
}

func skipSpace(s string, i int) int {
	for i < len(s) && s[i] <= ' ' {
		i++
	}
	return i
}
