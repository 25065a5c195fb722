package kit

import (
	"testing"
	"time"
)

var berlin = time.FixedZone("CET", 3600)
var noon = time.Date(2026, 11, 18, 12, 0, 0, 0, berlin)

func TestTexts(t *testing.T) {
	SetLanguage("en")
	for got, want := range map[string]string{
		T("A text nobody translated"):                                    "A text nobody translated",
		T("{a} and {b}", "a", 1, "b", "{a}"):                             "1 and {a}",
		T("{a}", "b", 2):                                                 "{a}",
		N(1, "{n} order", "{n} orders"):                                  "1 order",
		N(0, "{n} order", "{n} orders"):                                  "0 orders",
		N(1204, "{n} order of {who}", "{n} orders of {who}", "who", "A"): "1,204 orders of A",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLanguages(t *testing.T) {
	defer SetLanguage("en")
	for name, want := range map[string]string{"de_AT.UTF-8": "de", "es-MX": "es", "DE": "de", "fr_FR": "en", "": "en", "C": "en", "..": "en"} {
		SetLanguage(name)
		if Language() != want {
			t.Errorf("%q is %q, want %q", name, Language(), want)
		}
	}
	t.Setenv("LANGUAGE", "es:en")
	if got := SystemLanguage(); got != "es" {
		t.Errorf("LANGUAGE=es:en gives %q", got)
	}
}

func TestNumbersAndMoney(t *testing.T) {
	defer SetLanguage("en")
	type c struct{ language, got, want string }
	var all []c
	SetLanguage("en")
	all = append(all, c{"en", Number(1204), "1,204"}, c{"en", Number(-1234567), "−1,234,567"}, c{"en", Number(999), "999"},
		c{"en", Size(0), "0 B"}, c{"en", Size(999), "999 B"}, c{"en", Size(1000), "1.0 kB"}, c{"en", Size(9_949), "9.9 kB"}, c{"en", Size(9_950), "10 kB"}, c{"en", Size(31_400), "31 kB"},
		c{"en", Size(999_499), "999 kB"}, c{"en", Size(999_500), "1.0 MB"}, c{"en", Size(4_200_000_000), "4.2 GB"}, c{"en", Size(5_000_000_000_000_000), "5,000 TB"},
		c{"en", Money("1234.5", "EUR"), "1,234.50 EUR"}, c{"en", Money("-12", "JPY"), "−12 JPY"}, c{"en", Money("0.125", "KWD"), "0.125 KWD"},
		c{"en", Money("1e3", "EUR"), "1e3 EUR"}, c{"en", Money("", ""), ""}, c{"en", Money("5", ""), "5"})
	SetLanguage("de")
	all = append(all, c{"de", Number(1204), "1.204"}, c{"de", Size(1_400), "1,4 kB"}, c{"de", Money("1234.5", "EUR"), "1.234,50 EUR"})
	for _, x := range all {
		if x.got != x.want {
			t.Errorf("%s: %q, want %q", x.language, x.got, x.want)
		}
	}
}

func TestTimes(t *testing.T) {
	SetLanguage("en")
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, c := range []struct{ got, want string }{
		{Ago(at(-30*time.Second), noon), "just now"},
		{Ago(at(-5*time.Minute), noon), "5 min ago"},
		{Ago(at(-23*time.Hour), noon), "23 h ago"},
		{Ago(at(-24*time.Hour), noon), "17 Nov, 12:00"},
		{Ago(at(-400*24*time.Hour), noon), "14 Oct 2025, 12:00"},
		{Ago(at(3*time.Hour), noon), "15:00"},
		{Ago(time.Time{}, noon), "never"},
		{When(at(14*time.Hour), noon), "tomorrow 02:00"},
		{When(at(-15*time.Hour), noon), "yesterday 21:00"},
		{When(at(2*time.Hour).UTC(), noon), "14:00"},
		{When(at(72*time.Hour), noon), "21 Nov, 12:00"},
		{Day(at(0), noon), "18 Nov"},
		{Exact(at(0), noon), "Wed 18 Nov 2026, 12:00:00 CET"},
		{Took(400 * time.Millisecond), "0.4 s"},
		{Took(40 * time.Second), "40 s"},
		{Took(6*time.Minute + 50*time.Second), "6 min"},
		{Took(72 * time.Minute), "1 h 12 min"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	measure := func(s string) float32 { return float32(len([]rune(s))) }
	for _, c := range []struct {
		s     string
		width float32
		want  string
	}{
		{"short", 5, "short"}, {"shortened", 5, "shor…"}, {"two words", 5, "two…"}, {"x", 0, ""}, {"line\nbreak", 20, "line break"}, {"ääää", 3, "ää…"},
	} {
		if got := shorten(c.s, c.width, measure); got != c.want {
			t.Errorf("%q in %v: %q, want %q", c.s, c.width, got, c.want)
		}
	}
}
