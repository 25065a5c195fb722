package storage

import (
	"math"
	"math/big"
	"strings"

	"linkdesk/core"
)

const (
	moneyDecimals = 6
	moneyOne      = 1_000_000
	// unfit stands for an amount that has more decimals or is larger than a
	// column of millionths holds, or is no number; sums then read it from doc.
	unfit = math.MinInt64
)

// millionths is an amount as it is sorted and summed: 19.90 is 19,900,000. An
// empty amount is 0, one that cannot be held exactly is unfit.
func millionths(m core.Money) int64 {
	if m == "" {
		return 0
	}
	r, ok := parseMoney(m)
	if !ok {
		return unfit
	}
	r.Mul(r, big.NewRat(moneyOne, 1))
	if !r.IsInt() || !r.Num().IsInt64() {
		return unfit
	}
	return r.Num().Int64()
}

// parseMoney accepts a plain decimal number only: no fraction, no exponent.
func parseMoney(m core.Money) (*big.Rat, bool) {
	if strings.Trim(string(m), "+-.0123456789") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(string(m))
}

// formatMoney writes an amount with the currency's decimals, or as many more
// as it needs to be exact when exact is set; else rounded half away from zero.
func formatMoney(r *big.Rat, currency string, exact bool) core.Money {
	decimals := currencyDecimals(currency)
	if exact {
		if n, finite := r.FloatPrec(); finite && n > decimals {
			decimals = n
		}
	}
	return core.Money(r.FloatString(decimals))
}

// currencyDecimals is the number of minor digits of ISO 4217.
func currencyDecimals(currency string) int {
	switch strings.ToUpper(currency) {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}
