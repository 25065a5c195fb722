package signin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"linkdesk/core"
)

// unreachable says what it means that a token endpoint gave no answer.
func unreachable(ctx context.Context, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // without the address, whose query may hold what people typed
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return core.E(core.CodeCancelled, "", err)
	case isTLS(err):
		return core.E(core.CodeTLSUntrusted, "", err)
	case isOffline(err):
		return core.E(core.CodeOffline, "", err)
	}
	return core.E(core.CodeServiceDown, "", err)
}

func isTLS(err error) bool {
	var (
		record  tls.RecordHeaderError
		alert   tls.AlertError
		verify  *tls.CertificateVerificationError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) ||
		errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid)
}

func isOffline(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "proxyconnect" || errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH)
}

// refused says what it means that a token endpoint answered no. Only
// invalid_grant from a service that is well says that the permission is gone;
// everything else may pass, or is the app's fault (oauth.md section 4.3).
func refused(service string, no *refusal, retryAt time.Time) error {
	switch {
	case no.status >= 500, no.status == http.StatusRequestTimeout, no.name == "temporarily_unavailable", no.name == "server_error":
		e := core.E(core.CodeServiceDown, "", no)
		e.Until = retryAt
		return e
	case no.status == http.StatusTooManyRequests:
		e := core.E(core.CodeRateLimited, "", no)
		e.Until = retryAt
		return e
	case no.name == "invalid_grant":
		return core.E(core.CodeReauthRequired, "", no)
	case no.name == "invalid_client", no.name == "unauthorized_client", no.status == http.StatusUnauthorized:
		return core.E(core.CodeClientInvalid, "", no)
	case no.status >= 300 && no.status < 400:
		return core.E(core.CodeDataUnexpected, service+" sent the sign-in on to another address. Nothing was sent there.", no)
	}
	return core.E(core.CodeDataUnexpected, "", no)
}

// longestRetryAfter bounds what a service may ask for.
const longestRetryAfter = 24 * time.Hour

// retryAfter reads the header: seconds, or a date. Zero when it says nothing.
func retryAfter(header string, now time.Time) time.Time {
	if n, err := strconv.Atoi(strings.TrimSpace(header)); err == nil && n > 0 {
		return now.Add(min(time.Duration(min(n, 1<<30))*time.Second, longestRetryAfter))
	}
	if t, err := http.ParseTime(header); err == nil && t.After(now) {
		return now.Add(min(t.Sub(now), longestRetryAfter))
	}
	return time.Time{}
}
