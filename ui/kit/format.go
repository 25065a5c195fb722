package kit

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// separators returns the thousands and decimal marks of the language in use.
func separators() (thousands, decimal string) {
	if Language() == "en" {
		return ",", "."
	}
	return ".", ","
}

// Number writes a count with separators: 1,204.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	return sign + group(s)
}

// Size writes a number of bytes in units of a thousand: "312 B", "1.4 kB", "31 kB".
func Size(bytes int64) string {
	if bytes < 1000 {
		return Number(bytes) + " B"
	}
	value, unit := float64(bytes)/1000, 0
	for units := len(sizeUnits) - 1; value >= 999.5 && unit < units; unit++ {
		value /= 1000
	}
	if value >= 9.95 {
		return Number(int64(math.Round(value))) + " " + sizeUnits[unit]
	}
	_, decimal := separators()
	return strings.Replace(strconv.FormatFloat(value, 'f', 1, 64), ".", decimal, 1) + " " + sizeUnits[unit]
}

var sizeUnits = []string{"kB", "MB", "GB", "TB"}

func group(digits string) string {
	sep, _ := separators()
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + sep + digits[i:]
	}
	return digits
}

// Money writes a decimal string with its ISO 4217 currency: "1234.5", "EUR" ->
// "1,234.50 EUR". What is not a decimal is shown as it came.
func Money(amount, currency string) string {
	whole, cents, _ := strings.Cut(strings.TrimPrefix(amount, "-"), ".")
	if whole == "" || strings.Trim(whole+cents, "0123456789") != "" {
		return strings.TrimSpace(amount + " " + currency)
	}
	_, decimal := separators()
	if cents != "" {
		cents = decimal + (cents + "0")[:max(2, len(cents))]
	}
	if strings.HasPrefix(amount, "-") {
		whole = "−" + group(whole)
	} else {
		whole = group(whole)
	}
	return strings.TrimSpace(whole + cents + " " + currency)
}

// Ago says how long ago t was, up to a day, then its date: "just now", "5 min
// ago", "3 h ago", "12 Nov, 02:04". The zero time is "never".
func Ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return T("never")
	case d < -time.Minute:
		return When(t, now)
	case d < time.Minute:
		return T("just now")
	case d < time.Hour:
		return T("{n} min ago", "n", int(d.Minutes()))
	case d < 24*time.Hour:
		return T("{n} h ago", "n", int(d.Hours()))
	}
	return Date(t, now)
}

// When says a time to come or of today: "02:04", "tomorrow 02:00", "yesterday
// 21:10", else its date.
func When(t, now time.Time) string {
	if t.IsZero() {
		return T("never")
	}
	t = t.In(now.Location())
	clock := t.Format("15:04")
	switch days(t) - days(now) {
	case 0:
		return clock
	case 1:
		return T("tomorrow {time}", "time", clock)
	case -1:
		return T("yesterday {time}", "time", clock)
	}
	return Date(t, now)
}

// days numbers the calendar days, whatever their length.
func days(t time.Time) int64 {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// Date writes "12 Nov, 02:04", with the year when it is another.
func Date(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Year() != now.Year() {
		return T("{day} {month} {year}, {time}", "day", t.Day(), "month", month(t), "year", t.Year(), "time", t.Format("15:04"))
	}
	return T("{day} {month}, {time}", "day", t.Day(), "month", month(t), "time", t.Format("15:04"))
}

// Day writes "12 Nov", with the year when it is another.
func Day(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Year() != now.Year() {
		return T("{day} {month} {year}", "day", t.Day(), "month", month(t), "year", t.Year())
	}
	return T("{day} {month}", "day", t.Day(), "month", month(t))
}

// Exact writes the whole of it, for details and copied text: "Wed 12 Nov 2025, 02:04:31 CET".
func Exact(t, now time.Time) string {
	if t.IsZero() {
		return T("never")
	}
	t = t.In(now.Location())
	return T("{weekday} {day} {month} {year}, {time}", "weekday", ShortWeekday(t.Weekday()), "day", t.Day(),
		"month", month(t), "year", t.Year(), "time", t.Format("15:04:05 MST"))
}

// Took writes how long something lasted: "0.4 s", "40 s", "6 min", "1 h 12 min".
func Took(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		_, decimal := separators()
		return T("{n} s", "n", strings.Replace(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".", decimal, 1))
	case d < time.Minute:
		return T("{n} s", "n", int(d.Seconds()))
	case d < time.Hour:
		return T("{n} min", "n", int(d.Minutes()))
	}
	return T("{h} h {n} min", "h", int(d.Hours()), "n", int(d.Minutes())%60)
}

func month(t time.Time) string {
	return [...]string{T("Jan"), T("Feb"), T("Mar"), T("Apr"), T("May"), T("Jun"), T("Jul"), T("Aug"), T("Sep"), T("Oct"), T("Nov"), T("Dec")}[t.Month()-1]
}

// ShortWeekday returns "Mon".
func ShortWeekday(d time.Weekday) string {
	return [...]string{T("Sun"), T("Mon"), T("Tue"), T("Wed"), T("Thu"), T("Fri"), T("Sat")}[d]
}

// Weekday returns "Monday".
func Weekday(d time.Weekday) string {
	return [...]string{T("Sunday"), T("Monday"), T("Tuesday"), T("Wednesday"), T("Thursday"), T("Friday"), T("Saturday")}[d]
}
