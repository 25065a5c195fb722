package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"linkdesk/core"
	"linkdesk/core/service"
)

const (
	callTimeout = 30 * time.Second
	mostAnswer  = 1 << 20
)

// endpoint sends the calls that carry one-time credentials. It sends each
// exactly once: no redirects, no second try.
type endpoint struct {
	http  http.RoundTripper
	clock core.Clock
	log   *slog.Logger

	remember func(core.Secret)
}

func newEndpoint(rt http.RoundTripper, clock core.Clock, log *slog.Logger, remember func(core.Secret)) endpoint {
	if rt == nil {
		rt = newTransport()
	}
	if clock == nil {
		clock = core.SystemClock{}
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if remember == nil {
		remember = func(core.Secret) {}
	}
	return endpoint{rt, clock, log, remember}
}

// tokenCall is one call of a token endpoint.
type tokenCall struct {
	Target
	secret core.Secret
	url    service.Template
	params map[string]service.Template // beside those of x/oauth2

	// journal keeps a good answer before anybody looks at it; nil: nothing to
	// keep it under yet (first sign-in).
	journal func(entry)
}

// config returns the x/oauth2 configuration. The style is always explicit:
// x/oauth2's own guess sends one-time credentials twice.
func (k *tokenCall) config(address *url.URL) *oauth2.Config {
	style := oauth2.AuthStyleInParams
	if k.Auth.Token.Auth == "header" && !k.secret.Empty() {
		style = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{ClientID: k.ClientID, ClientSecret: k.secret.Reveal(), Endpoint: oauth2.Endpoint{TokenURL: address.String(), AuthStyle: style}}
}

// exchange turns the code into a grant. redirect is byte for byte what the
// browser was sent with (RFC 6749 section 4.1.3); no verifier: the service has no PKCE.
func (e endpoint) exchange(ctx context.Context, k *tokenCall, code, redirect, verifier string) (reply, error) {
	return e.send(ctx, k, func(ctx context.Context, conf *oauth2.Config) error {
		conf.RedirectURL = redirect
		var options []oauth2.AuthCodeOption
		if verifier != "" {
			options = append(options, oauth2.VerifierOption(verifier))
		}
		_, err := conf.Exchange(ctx, code, options...)
		return err
	})
}

// refresh turns a refresh token into a grant.
func (e endpoint) refresh(ctx context.Context, k *tokenCall, token core.Secret) (reply, error) {
	return e.send(ctx, k, func(ctx context.Context, conf *oauth2.Config) error {
		_, err := conf.TokenSource(ctx, &oauth2.Token{RefreshToken: token.Reveal()}).Token()
		return err
	})
}

// send lets x/oauth2 build and send the call, and reads the answer itself.
func (e endpoint) send(ctx context.Context, k *tokenCall, do func(context.Context, *oauth2.Config) error) (reply, error) {
	address, err := k.Manifest.ExpandURL(k.url, k.Values)
	if err != nil {
		return reply{}, err
	}
	extra := make(map[string]string, len(k.params))
	for name, t := range k.params {
		if extra[name], err = t.Expand(k.Values, service.InBody); err != nil {
			return reply{}, err
		}
	}
	t := &transport{endpoint: e, extra: extra, json: k.Auth.Token.Body == "json", journal: k.journal}
	client := &http.Client{Transport: t, Timeout: callTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	err = do(context.WithValue(ctx, oauth2.HTTPClient, client), k.config(address))
	if t.answer == nil {
		e.log.Info("a token endpoint could not be reached", "service", k.Manifest.ID, "host", address.Host)
		return reply{}, unreachable(ctx, err)
	}
	r, err := t.answer.read(k.Auth)
	e.remember(r.grant.AccessToken)
	e.remember(r.grant.RefreshToken)
	e.log.Info("called a token endpoint", "service", k.Manifest.ID, "host", address.Host, "status", t.answer.Status, "failed", err != nil)
	if no, ok := errors.AsType[*refusal](err); ok {
		return reply{}, refused(k.Manifest.Name, no, t.retryAt)
	}
	return r, err
}

// transport does for one call what x/oauth2 cannot: parameters of the
// manifest, JSON bodies, a limit, the journal. It keeps the answer.
type transport struct {
	endpoint
	extra   map[string]string
	json    bool
	journal func(entry)

	answer  *entry
	retryAt time.Time
}

// RoundTrip sends the request that x/oauth2 has built.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.rewrite(req); err != nil {
		return nil, err
	}
	resp, err := t.http.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > mostAnswer {
		return nil, fmt.Errorf("token answer of more than %d bytes", mostAnswer)
	}
	now := t.clock.Now()
	t.answer = &entry{Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), Body: body, At: now}
	t.retryAt = retryAfter(resp.Header.Get("Retry-After"), now)
	if t.journal != nil && resp.StatusCode >= 200 && resp.StatusCode < 300 {
		t.journal(*t.answer)
	}
	resp.Body = io.NopCloser(bytes.NewReader(nil)) // x/oauth2 need not see it: entry.read does
	return resp, nil
}

// rewrite adds the manifest's parameters to the body, in the form it wants.
func (t *transport) rewrite(req *http.Request) error {
	text, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	req.Body.Close()
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return err
	}
	for name, value := range t.extra {
		form.Set(name, value)
	}
	body := form.Encode()
	if t.json {
		fields := make(map[string]string, len(form))
		for name := range form {
			fields[name] = form.Get(name)
		}
		text, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		body = string(text)
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Body, req.ContentLength, req.GetBody = io.NopCloser(strings.NewReader(body)), int64(len(body)), nil
	return nil
}
