package storage

import "strings"

// naturalKey writes an order number so that plain comparison sorts as people
// count: "#999" before "#1042", "R-9" before "R-10". Each run of digits gets its
// length before it, as a capital letter; everything else is in lower case, and
// "#", spaces and leading zeros are dropped.
func naturalKey(number string) string {
	var b strings.Builder
	s := strings.ToLower(number)
	for i := 0; i < len(s); {
		switch {
		case s[i] == '#' || s[i] == ' ':
			i++
		case !isDigit(s[i]):
			b.WriteByte(s[i])
			i++
		default:
			end := i
			for end < len(s) && isDigit(s[end]) {
				end++
			}
			digits := strings.TrimLeft(s[i:end], "0")
			b.WriteByte(lengthMark(len(digits)))
			b.WriteString(digits)
			i = end
		}
	}
	return b.String()
}

// maxRun is the longest run of digits that has a mark of its own.
const maxRun = 25

func lengthMark(digits int) byte { return 'A' + byte(min(digits, maxRun)) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// numberPrefixes returns the beginnings that a natural key has when its number
// begins with word: "104" begins 104, 1042 and 10420, each with its own mark.
func numberPrefixes(word string) []string {
	key := naturalKey(word)
	digits := len(key)
	for digits > 0 && isDigit(key[digits-1]) {
		digits--
	}
	run := len(key) - digits
	if run == 0 {
		return []string{strings.TrimSuffix(key, string(lengthMark(0)))} // zeros alone say nothing yet
	}
	head, tail := key[:digits-1], key[digits:]
	var all []string
	for n := min(run, maxRun); n <= maxRun; n++ {
		all = append(all, head+string(lengthMark(n))+tail)
	}
	return all
}
