package provider

import (
	"strconv"
	"strings"
)

// decimal brings the text of a number into the form that Linkdesk keeps:
// digits, at most one point with digits on both sides, a leading minus, no
// exponent. The digits stay as the service wrote them ("19.90" keeps its
// zero); nothing passes through a float.
func decimal(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if isPlainDecimal(s) {
		return s, true
	}
	minus := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	mantissa, shift, ok := cutExponent(s)
	if !ok {
		return "", false
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !allDigits(whole) || !allDigits(fraction) {
		return "", false
	}
	return placePoint(minus, whole+fraction, len(fraction)-shift), true
}

// fromMinor turns an amount in the smallest unit of a currency ("1990" cents)
// into a decimal text ("19.90").
func fromMinor(s, currency string) (string, bool) {
	d, ok := decimal(s)
	if !ok {
		return "", false
	}
	minus := strings.HasPrefix(d, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(d, "-"), ".")
	fraction = strings.TrimRight(fraction, "0") // a unit may come as 1990.0
	return placePoint(minus, whole+fraction, len(fraction)+exponent(currency)), true
}

// isPlainDecimal reports whether s already has the form that decimal returns.
func isPlainDecimal(s string) bool {
	digits, point := 0, -1
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && point < 0 && i > 0:
			point = i
		default:
			return false
		}
	}
	leadingZero := len(s) > 1 && s[0] == '0' && point != 1
	return digits > 0 && !leadingZero && point != len(s)-1
}

// cutExponent splits "1.5e3" into "1.5" and 3. Exponents beyond any amount of
// money are refused: they would only make long texts.
func cutExponent(s string) (mantissa string, exp int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	exp, err := strconv.Atoi(s[i+1:])
	if err != nil || exp > 40 || exp < -40 {
		return "", 0, false
	}
	return s[:i], exp, true
}

// placePoint writes digits with n of them behind the point; n may be negative
// or more than there are.
func placePoint(minus bool, digits string, n int) string {
	if n < 0 {
		digits, n = digits+strings.Repeat("0", -n), 0
	}
	if len(digits) <= n {
		digits = strings.Repeat("0", n-len(digits)+1) + digits
	}
	whole, fraction := strings.TrimLeft(digits[:len(digits)-n], "0"), digits[len(digits)-n:]
	if whole == "" {
		whole = "0"
	}
	if minus && strings.Trim(whole+fraction, "0") != "" {
		whole = "-" + whole
	}
	if n == 0 {
		return whole
	}
	return whole + "." + fraction
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// exponent is how many digits a currency has behind the point (ISO 4217);
// codes that are not listed have two.
func exponent(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}
