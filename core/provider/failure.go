package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"syscall"
	"time"

	"linkdesk/core"
)

// ErrPosition is in the chain of an error when a stored Position is of no use
// any more: the service forgot the cursor, or the text is damaged. Start the
// list again from the zero Position.
var ErrPosition = errors.New("provider: this position is no longer known")

var (
	errForeign  = errors.New("not one of the service's hosts")
	errRedirect = errors.New("redirected too often, or to another kind of request")
	errCut      = errors.New("the answer ends in the middle")
	errNotJSON  = errors.New("the answer is not JSON")
	errWebPage  = errors.New("the answer is a web page, not JSON")
	errTooLarge = errors.New("the answer is larger than a page may be")
)

// skewLimit is how far the clock may be off before it is blamed.
const skewLimit = 5 * time.Minute

// judge says what a failed try means, and whether and when to try again here.
func (c *Client) judge(ctx context.Context, k *call, a answer, err error, try int) (failure *core.Error, wait time.Duration, again bool) {
	backoff := time.Duration(250+rand.IntN(250)) * time.Millisecond << try // jitter, so that clients do not come back together
	left := try < retries
	if err != nil {
		if ctx.Err() != nil {
			return core.E(core.CodeCancelled, "", err), 0, false
		}
		failure, again = c.networkFailure(err)
		return failure, backoff, again && left
	}
	if c.limits.throttled(a.status, len(a.body)) {
		return c.throttle(k, a, backoff, left)
	}
	failure = c.refusal(k, a)
	if failure.Code == core.CodeServiceDown {
		asked := c.limits.retryAfter(a.header, c.clock.Now())
		if asked > 0 {
			failure.Until = c.clock.Now().Add(asked)
		}
		return failure, max(backoff, asked), left && asked <= patience && a.status != http.StatusNotImplemented
	}
	return failure, 0, false
}

// throttle handles an answer that says that too much was asked.
func (c *Client) throttle(k *call, a answer, backoff time.Duration, left bool) (*core.Error, time.Duration, bool) {
	now := c.clock.Now()
	asked := c.limits.retryAfter(a.header, now)
	cause := statusError(k, a)
	if asked == 0 { // the service does not say: short waits here, then a longer one
		if left {
			return rateLimited(now.Add(time.Second), cause), time.Second + backoff, true
		}
		asked = time.Minute
	}
	until := now.Add(asked)
	c.limits.hold(until)
	return rateLimited(until, cause), asked + backoff/4, left && asked <= patience
}

func rateLimited(until time.Time, cause error) *core.Error {
	e := core.E(core.CodeRateLimited, "", cause)
	e.Until = until
	return e
}

// refusal is what an answer with a bad status means.
func (c *Client) refusal(k *call, a answer) *core.Error {
	cause := statusError(k, a)
	name := c.manifest.Name
	switch s := a.status; {
	case s == http.StatusUnauthorized && a.moved:
		return core.E(core.CodeDataUnexpected, name+" sent Linkdesk on to an address that asks for a sign-in of its own.", cause)
	case s == http.StatusUnauthorized:
		return core.E(core.CodeReauthRequired, "", cause)
	case s == http.StatusProxyAuthRequired:
		return core.E(core.CodeOffline, "The proxy of this network asks for a password.", cause)
	case s == http.StatusForbidden:
		return core.E(core.CodeScopeMissing, "", cause)
	case s == http.StatusPaymentRequired, s == http.StatusNotFound && k.first && k.model != "":
		return core.E(core.CodeScopeMissing, notInPlan(name, k.model), cause)
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s >= 500:
		return core.E(core.CodeServiceDown, "", cause)
	case s == http.StatusNotFound && k.named:
		return core.E(core.CodeNotFound, "", cause)
	case k.resumed && (s == http.StatusBadRequest || s == http.StatusNotFound || s == http.StatusGone || s == http.StatusUnprocessableEntity):
		return core.E(core.CodeDataUnexpected, name+" no longer knows where the list stood. Linkdesk starts it again.", fmt.Errorf("%w: %w", ErrPosition, cause))
	case s == http.StatusNotFound && k.model == "":
		return core.E(core.CodeDataUnexpected, "There is no such account at "+k.url.Host+". Check what you typed for "+name+".", cause)
	}
	return core.E(core.CodeDataUnexpected, name+" did not accept what Linkdesk asked for. A newer Linkdesk may know better.", cause)
}

func notInPlan(name string, model core.Model) string {
	if model == "" {
		return name + " does not offer this in your plan."
	}
	return model.Title() + " are not in your plan at " + name + ". Other data keeps syncing."
}

// statusError is for the log: what was called and what came back, without a body.
func statusError(k *call, a answer) error {
	return fmt.Errorf("%s %s%s: answer %d with %d bytes", k.method, k.url.Host, k.url.Path, a.status, len(a.body))
}

// networkFailure is what it means that no usable answer came at all, and
// whether a short retry may help.
func (c *Client) networkFailure(err error) (failure *core.Error, again bool) {
	name := c.manifest.Name
	switch {
	case core.CodeOf(err) != core.CodeInternal:
		return core.AsError(err), false
	case errors.Is(err, errWebPage):
		return core.E(core.CodeDataUnexpected, name+" answered with a web page instead of data. The sign-in page of a network may be in between: open your browser and look.", err), false
	case errors.Is(err, errNotJSON), errors.Is(err, errRedirect):
		return core.E(core.CodeDataUnexpected, "", err), false
	case errors.Is(err, errTooLarge):
		return core.E(core.CodeDataUnexpected, name+" sent more at once than Linkdesk takes.", err), false
	case isTLS(err):
		return c.untrusted(err), false
	}
	return c.unreachable(err)
}

// unreachable tells a computer without a network from a service that does not answer.
func (c *Client) unreachable(err error) (failure *core.Error, again bool) {
	offline := core.E(core.CodeOffline, "", err)
	down := core.E(core.CodeServiceDown, "", err)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return core.E(core.CodeOffline, "The proxy of this computer does not answer.", err), false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound && c.online() { // a name server answered, so there is a network
			return core.E(core.CodeServiceDown, "The address "+dns.Name+" was not found. Check that it is written correctly.", err), false
		}
		return offline, false
	}
	switch {
	case isErrno(err, syscall.ENETUNREACH, 10051), isErrno(err, syscall.EHOSTUNREACH, 10065), isErrno(err, syscall.ENETDOWN, 10050):
		return offline, false
	case isErrno(err, syscall.ECONNREFUSED, 10061):
		return down, false
	case isTimeout(err) && !c.online():
		return offline, false
	case isTimeout(err):
		return down, false
	}
	return down, true // cut in the middle, or reset
}

func isTimeout(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout() && !errors.Is(err, io.ErrUnexpectedEOF)
}

// isErrno compares with the system's error number, which on Windows is another.
func isErrno(err error, unix syscall.Errno, windows uintptr) bool {
	n, ok := errors.AsType[syscall.Errno](err)
	if runtime.GOOS == "windows" {
		return ok && uintptr(n) == windows
	}
	return ok && n == unix
}

func isTLS(err error) bool {
	var (
		unknown  x509.UnknownAuthorityError
		host     x509.HostnameError
		invalid  x509.CertificateInvalidError
		roots    x509.SystemRootsError
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		alert    tls.AlertError
		insecure x509.InsecureAlgorithmError
	)
	return errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) || errors.As(err, &roots) ||
		errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &insecure)
}

// untrusted blames the clock where that is what the certificate failed for: a
// certificate that is not valid yet, or one that has expired while services
// lately told another time than this computer's.
func (c *Client) untrusted(err error) *core.Error {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil {
		skew := time.Duration(c.skew.Load())
		if time.Now().Before(invalid.Cert.NotBefore) || skew > skewLimit || skew < -skewLimit {
			return core.E(core.CodeClockWrong, "", err)
		}
	}
	return core.E(core.CodeTLSUntrusted, "", err)
}
