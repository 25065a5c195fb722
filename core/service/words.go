package service

import (
	"fmt"
	"strings"
)

// unknown says that a word is not one of those allowed, and which it may be meant to be.
func unknown(what, got string, allowed []string) string {
	return fmt.Sprintf("Unknown %s “%s”.%s Allowed here: %s.", what, got, didYouMean(got, allowed), list(allowed, "and"))
}

// didYouMean returns " Did you mean “hosts”?" when one of the words is near, else nothing.
func didYouMean(got string, allowed []string) string {
	if near := nearest(got, allowed); near != "" {
		return " Did you mean “" + near + "”?"
	}
	return ""
}

// nearest returns the word that differs in the fewest letters, "" when all differ in many.
func nearest(got string, allowed []string) string {
	best, distance := "", len(got)/3+2
	for _, a := range allowed {
		if n := edits(strings.ToLower(got), a); n < distance {
			best, distance = a, n
		}
	}
	return best
}

// edits counts how many letters must be changed, added or taken away to make b of a.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// list writes words as a sentence does: a, b and c.
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// quote shows a value from a file, shortened.
func quote(v any) string {
	s := []rune(fmt.Sprint(v))
	if len(s) > 60 {
		s = append(s[:59], '…')
	}
	return "“" + string(s) + "”"
}

func describe(v any) string {
	switch v.(type) {
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	case string:
		return "a text"
	case bool:
		return "true or false"
	}
	return "a number"
}
