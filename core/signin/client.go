package signin

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

// usualTimeout is how long the browser may take (product row C10).
const usualTimeout = 5 * time.Minute

// Options are what a Client needs. Only OpenBrowser has no usual value.
type Options struct {
	HTTP  http.RoundTripper // for token endpoints; nil: the system's proxy, TLS 1.2 at least
	Clock core.Clock
	Log   *slog.Logger

	// OpenBrowser starts the system browser and returns; it does not wait for
	// the browser to end.
	OpenBrowser func(ctx context.Context, url string) error

	Timeout  time.Duration     // how long a sign-in may take in the browser; 0: 5 minutes
	Remember func(core.Secret) // keeps a value out of the log from now on; may be nil
}

// Client starts sign-ins. Safe for concurrent use; each sign-in has a listener,
// a state and a verifier of its own.
type Client struct {
	endpoint endpoint
	browser  func(ctx context.Context, url string) error
	timeout  time.Duration

	mu   sync.Mutex
	open map[*Attempt]struct{}
}

// NewClient returns a Client. Close ends what it began.
func NewClient(o Options) *Client {
	c := &Client{endpoint: newEndpoint(o.HTTP, o.Clock, o.Log, o.Remember), browser: o.OpenBrowser, timeout: o.Timeout, open: map[*Attempt]struct{}{}}
	if c.timeout <= 0 {
		c.timeout = usualTimeout
	}
	return c
}

// Close cancels every sign-in that is under way and returns when their
// listeners are closed.
func (c *Client) Close() {
	c.mu.Lock()
	open := make([]*Attempt, 0, len(c.open))
	for a := range c.open {
		open = append(open, a)
	}
	c.mu.Unlock()
	for _, a := range open {
		a.Cancel()
	}
}

// Request says what to sign in to.
type Request struct {
	Manifest     *service.Manifest
	Auth         *service.Auth     // the OAuth method of the manifest
	Inputs       map[string]string // what was asked before, never secret
	ClientID     string            // empty: the manifest's fixed one
	ClientSecret core.Secret
	Scopes       []string
	NoBrowser    bool // the person opens the link

	// PasteOnly needs no return address on this computer: the browser ends on a
	// page that cannot be shown, and its address goes to Paste.
	PasteOnly bool
}

// client returns the Client ID and secret to use, or what is missing.
func (r Request) client() (id string, secret core.Secret, err error) {
	id, rules := r.ClientID, r.Auth.Client
	if id == "" {
		id = rules.FixedID
	}
	switch {
	case id == "":
		return "", secret, core.Invalid(r.Manifest.Name + " needs a Client ID. Open the advanced settings and type the one you got from " + r.Manifest.Name + ".")
	case rules.Secret == "required" && r.ClientSecret.Empty():
		return "", secret, core.Invalid(r.Manifest.Name + " needs a Client Secret. Open the advanced settings and type the one you got from " + r.Manifest.Name + ".")
	case rules.Secret == "none":
		return id, core.Secret{}, nil
	}
	return id, r.ClientSecret, nil
}

// newTransport is what token endpoints are reached with when nothing else is
// given: bounded waits, and certificates are always checked.
func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: callTimeout,
		IdleConnTimeout:       30 * time.Second,
		MaxIdleConnsPerHost:   1,
		ForceAttemptHTTP2:     true,
	}
}
