package practice

import (
	"fmt"
	"strconv"
	"strings"
)

// cents is an amount in hundredths. All sums are made with it, so that totals
// add up to the last digit.
type cents int64

// String writes the amount as services do: "19.90".
func (c cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// of returns a part of the amount in hundredths of a percent (1900 is 19 %), rounded half up.
func (c cents) of(rate int64) cents { return (c*cents(rate) + 5000) / 10000 }

// parseCents reads "19.9", "19.90" or "19"; ok is false for anything else.
func parseCents(text string) (amount cents, ok bool) {
	whole, frac, _ := strings.Cut(text, ".")
	if len(frac) > 2 || whole == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	return cents(n), err == nil
}
