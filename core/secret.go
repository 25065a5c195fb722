package core

import (
	"fmt"
	"log/slog"
	"unique"
)

const redacted = "[redacted]"

// Secret is a text that must not reach a log, an error, a picture or a file in
// clear. Every usual way of printing it gives "[redacted]"; only Reveal gives
// the text, so that a search for Reveal finds each place that needs it.
//
// The text stands behind a handle because fmt goes round the methods of a field
// that is not exported: of a handle it prints an address. Two secrets are equal
// (==) when their texts are.
type Secret struct{ text unique.Handle[string] }

// NewSecret wraps a text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{unique.Make(text)}
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.text.Value()
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s == Secret{} }

// String returns "[redacted]", or nothing for an empty secret.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return redacted
}

// Format keeps every fmt verb, also %#v and %+v of a struct, from printing the text.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// GoString is for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue is for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is for JSON, YAML and their like. It never gives the text:
// whoever stores a secret seals it first.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
