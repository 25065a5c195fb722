package core

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// ConnectionID names one authorised link to an account at a service, "con_" and 16 hex digits.
type ConnectionID string

// RunID names one execution of a sync, "run_" and 16 hex digits.
type RunID string

// NewConnectionID returns a fresh random id.
func NewConnectionID() ConnectionID { return ConnectionID("con_" + randomHex(8)) }

// NewRunID returns a fresh random id.
func NewRunID() RunID { return RunID("run_" + randomHex(8)) }

// NewReference returns the code that ties an error on screen to a line in the
// log, such as "LD-7F3A-91C2" (product row D05). It is random and tells nothing.
func NewReference() string {
	s := strings.ToUpper(randomHex(4))
	return "LD-" + s[:4] + "-" + s[4:]
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails, crypto/rand since Go 1.24
	return hex.EncodeToString(b)
}
