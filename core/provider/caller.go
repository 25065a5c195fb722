package provider

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"linkdesk/core"
	"linkdesk/core/service"
)

// Tokens gives the access token (or API key) of a connection.
type Tokens interface {
	// Token returns a token that is good for at least some minutes.
	Token(ctx context.Context, id core.ConnectionID) (core.Secret, error)
	// Refresh returns another token after the service answered that this one is not valid.
	Refresh(ctx context.Context, id core.ConnectionID, rejected core.Secret) (core.Secret, error)
}

// Options are what a Caller needs. HTTP and Log may be nil.
type Options struct {
	HTTP    http.RoundTripper // nil: NewTransport
	Tokens  Tokens
	Clock   core.Clock
	Log     *slog.Logger
	Version string // of Linkdesk, told to services in User-Agent
}

// Caller calls services. It keeps what calls to the same account share: how
// many requests run and when the next may start. Safe for concurrent use.
type Caller struct {
	http    http.RoundTripper
	tokens  Tokens
	clock   core.Clock
	log     *slog.Logger
	agent   string
	skew    atomic.Int64 // how far this computer's clock is behind, as services last told, in ns
	online  func() bool
	sleep   func(context.Context, time.Duration) error
	maxBody int64

	mu     sync.Mutex
	limits map[string]*limits // by service and account
}

// New returns a Caller.
func New(o Options) *Caller {
	c := &Caller{http: o.HTTP, tokens: o.Tokens, clock: o.Clock, log: o.Log, agent: "Linkdesk/" + o.Version,
		online: hasNetwork, sleep: sleep, maxBody: 32 << 20, limits: map[string]*limits{}}
	if c.http == nil {
		c.http = NewTransport()
	}
	if c.clock == nil {
		c.clock = core.SystemClock{}
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if o.Version == "" {
		c.agent = "Linkdesk/0"
	}
	return c
}

// NewTransport returns the transport for calls to services: the proxy that the
// system names, bounded waits, TLS 1.2 at least. Certificates are always checked.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    15 * time.Second,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        60 * time.Second,
		MaxIdleConns:           20,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true,
	}
}

// Client calls one service for one account. Safe for concurrent use.
type Client struct {
	*Caller
	manifest *service.Manifest
	values   service.Values // inputs and captured values
	method   string         // of the sign-in; "" when it is not known yet
	token    func(ctx context.Context) (core.Secret, error)
	refresh  func(ctx context.Context, rejected core.Secret) (core.Secret, error)
	limits   *limits
	plans    *sync.Map // core.Model -> *plan
}

// For returns the client of a connection. Clients of one account share its limits.
func (c *Caller) For(m *service.Manifest, conn core.Connection) *Client {
	account := conn.AccountID
	if account == "" {
		account = string(conn.ID)
	}
	cl := c.client(m, m.Values(conn.Inputs, conn.Captured), m.ID+" "+account)
	cl.method = conn.Method
	cl.token = func(ctx context.Context) (core.Secret, error) { return c.tokens.Token(ctx, conn.ID) }
	cl.refresh = func(ctx context.Context, rejected core.Secret) (core.Secret, error) {
		return c.tokens.Refresh(ctx, conn.ID, rejected)
	}
	return cl
}

// ForToken returns a client for an account that has no connection yet: values
// are the inputs and what the sign-in captured.
func (c *Caller) ForToken(m *service.Manifest, values map[string]string, token core.Secret) *Client {
	cl := c.client(m, m.Values(values), "")
	cl.token = func(context.Context) (core.Secret, error) { return token, nil }
	return cl
}

func (c *Caller) client(m *service.Manifest, values service.Values, account string) *Client {
	return &Client{Caller: c, manifest: m, values: values, limits: c.limitsOf(m, account), plans: &sync.Map{}}
}

// limitsOf returns the limits of an account, the same for every client of it.
func (c *Caller) limitsOf(m *service.Manifest, account string) *limits {
	if account == "" {
		return newLimits(m.API.Limits, c.clock)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.limits[account]
	if l == nil {
		l = newLimits(m.API.Limits, c.clock)
		c.limits[account] = l
	}
	return l
}

// plan returns the compiled mapping of a model.
func (c *Client) plan(model core.Model) (*plan, error) {
	if p, ok := c.plans.Load(model); ok {
		return p.(*plan), nil
	}
	p, err := compile(c.manifest, model)
	if err != nil {
		return nil, err
	}
	c.plans.Store(model, p)
	return p, nil
}

// hasNetwork reports whether any network but the computer's own loopback is up.
func hasNetwork() bool {
	interfaces, err := net.Interfaces()
	if err != nil {
		return true
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
				return true
			}
		}
	}
	return false
}

// sleep waits, or ends early with the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
