package core

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Code is the class of an error. Each class has its words and its one button
// in the table of errortext.go (product section 4.3).
type Code string

// The error classes.
const (
	CodeReauthRequired  Code = "reauth_required"
	CodeConsentDenied   Code = "consent_denied"
	CodeConsentTimeout  Code = "consent_timeout"
	CodeAccountMismatch Code = "account_mismatch"
	CodeScopeMissing    Code = "scope_missing"
	CodeClientInvalid   Code = "client_invalid"
	CodeRateLimited     Code = "rate_limited"
	CodeServiceDown     Code = "service_down"
	CodeOffline         Code = "offline"
	CodeTLSUntrusted    Code = "tls_untrusted"
	CodeClockWrong      Code = "clock_wrong"
	CodePortBlocked     Code = "port_blocked"
	CodeBrowserFailed   Code = "browser_failed"
	CodeKeyring         Code = "keyring_unavailable"
	CodeKeyLost         Code = "key_lost" // the keyring answers, but the key that sealed our rows is not in it
	CodeStorageFull     Code = "storage_full"
	CodeStorageBusy     Code = "storage_busy"
	CodeStorageReadOnly Code = "storage_read_only"
	CodeStorageDamaged  Code = "storage_damaged"
	CodeStorageNewer    Code = "storage_newer" // the database was written by a newer Linkdesk
	CodeDataUnexpected  Code = "data_unexpected"
	CodeDeleteHeld      Code = "delete_held"
	CodeWriteConflict   Code = "write_conflict"
	CodeCancelled       Code = "cancelled"
	CodeInvalid         Code = "invalid"   // what the person or a file said cannot be used; Public says why
	CodeNotFound        Code = "not_found" // Public names what
	CodeInternal        Code = "internal"
)

// Error is an error with a class, a sentence that a person may read, and a
// cause that only the log may see. Public never holds a secret, a status
// number or a word of a protocol.
type Error struct {
	Code   Code
	Public string    // what happened and what to do; empty: the class's own words
	Ref    string    // ties what is shown to the log; empty until Reference is called
	Until  time.Time // rate_limited, service_down: when it is worth trying again; may be zero
	cause  error
}

// E makes an error of a class with a public sentence (may be empty) and a cause (may be nil).
func E(code Code, public string, cause error) *Error {
	return &Error{Code: code, Public: public, cause: cause}
}

// Invalid makes an error about what the person, or a file of theirs, said.
func Invalid(public string) *Error { return &Error{Code: CodeInvalid, Public: public} }

// NotFound makes an error about a thing that is not there.
func NotFound(public string) *Error { return &Error{Code: CodeNotFound, Public: public} }

// Error returns class, public sentence and cause, for the log.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Public != "" {
		s += ": " + e.Public
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether the target is an error of the same class, so that
// errors.Is(err, core.E(core.CodeOffline, "", nil)) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Public == "" && t.cause == nil
}

// CodeOf returns the class of an error: that of the first *Error in its chain,
// CodeCancelled for a cancelled context, CodeInternal for anything else, and
// "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if errors.Is(err, context.Canceled) {
		return CodeCancelled
	}
	return CodeInternal
}

// AsError returns err as an *Error, wrapping it in its class if it is none. Nil stays nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return E(CodeOf(err), "", err)
}

// Reference gives the error a reference code, once, and returns it. Log the
// error with it before it is shown.
func (e *Error) Reference() string {
	if e.Ref == "" {
		e.Ref = NewReference()
	}
	return e.Ref
}

// Wrapf adds context for the log and keeps the class.
func Wrapf(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
