package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/service"
)

const (
	usualTimeout = 60 * time.Second
	retries      = 2               // of a cut connection, a 5xx or a short wait; longer ones are the runner's business
	patience     = 5 * time.Second // how long a wait that the service asks for is sat out here
)

// answer is a whole HTTP answer.
type answer struct {
	status int
	header http.Header
	url    *url.URL // of the last request, after redirects
	body   string   // JSON, or "" for none
	moved  bool     // came from another host than asked, without the token
}

// send sends a call until there is an answer to use, a refusal, or the patience
// ends. After a 401 the token is refreshed once.
func (c *Client) send(ctx context.Context, k *call) (answer, error) {
	token, err := c.token(ctx)
	if err != nil {
		return answer{}, err
	}
	refreshed := false
	for try := 0; ; {
		if err := c.waitHeld(ctx); err != nil {
			return answer{}, err
		}
		a, err := c.once(ctx, k, token)
		switch {
		case err == nil && (a.status < 300 || a.status == http.StatusNotModified):
			return a, nil
		case a.status == http.StatusUnauthorized && err == nil && !refreshed && !a.moved && c.refresh != nil:
			refreshed = true
			if token, err = c.refresh(ctx, token); err != nil {
				return answer{}, err
			}
			continue
		}
		failure, wait, again := c.judge(ctx, k, a, err, try)
		if !again {
			return answer{}, failure
		}
		try++
		if err := c.sleep(ctx, wait); err != nil {
			return answer{}, core.E(core.CodeCancelled, "", err)
		}
	}
}

// waitHeld waits while the service wants no requests, or gives up with when to
// come again.
func (c *Client) waitHeld(ctx context.Context) error {
	until := c.limits.held()
	if until.IsZero() {
		return nil
	}
	wait := until.Sub(c.clock.Now())
	if wait > max(patience, c.limits.per) {
		return rateLimited(until, errors.New("an earlier answer asked to wait"))
	}
	if err := c.sleep(ctx, wait); err != nil {
		return core.E(core.CodeCancelled, "", err)
	}
	return nil
}

// once sends a call one time and reads the whole answer.
func (c *Client) once(ctx context.Context, k *call, token core.Secret) (answer, error) {
	if err := c.limits.enter(ctx, k.search); err != nil {
		return answer{}, err
	}
	defer c.limits.leave()
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	req, err := c.request(k, token)
	if err != nil {
		return answer{}, err
	}
	began := time.Now()
	client := http.Client{Transport: c.http, CheckRedirect: c.follow(k)}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return answer{}, withoutQuery(k, err)
	}
	defer resp.Body.Close()
	c.noteTime(resp.Header)
	a := answer{status: resp.StatusCode, header: resp.Header, url: resp.Request.URL, moved: resp.Request.URL.Host != req.URL.Host}
	a.body, err = c.readBody(resp)
	c.log.Debug("called a service", "service", c.manifest.ID, "method", k.method, "host", k.url.Host, "path", k.url.Path,
		"status", a.status, "bytes", len(a.body), "ms", time.Since(began).Milliseconds(), "failed", err != nil)
	if err != nil {
		return a, withoutQuery(k, err)
	}
	c.limits.note(resp.Header)
	return a, nil
}

func (c *Client) timeout() time.Duration {
	if d, err := service.Duration(c.manifest.API.Limits.Timeout); err == nil && d > 0 {
		return d
	}
	return usualTimeout
}

// follow decides on redirects: to the manifest's hosts only, with the same
// method, and without the token unless the host is the same one.
func (c *Client) follow(k *call) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if err := c.allow(req.URL); err != nil {
			return err
		}
		if len(via) >= 5 || req.Method != via[0].Method {
			return errRedirect
		}
		req.Header.Del("Referer")
		if req.URL.Host != via[0].URL.Host {
			for name, t := range k.headers {
				if strings.Contains(string(t), "{access_token}") {
					req.Header.Del(name)
				}
			}
		}
		return nil
	}
}

// readBody reads an answer up to the limit. A good answer must be JSON or
// nothing; the text of a bad one is only needed for whether there is any.
func (c *Client) readBody(resp *http.Response) (string, error) {
	var b strings.Builder
	if n := resp.ContentLength; n > 0 && n <= c.maxBody {
		b.Grow(int(n))
	}
	n, err := io.Copy(&b, io.LimitReader(resp.Body, c.maxBody+1))
	if err != nil {
		return "", err
	}
	if n > c.maxBody {
		return "", errTooLarge
	}
	body := strings.TrimPrefix(b.String(), "\uFEFF")
	if resp.StatusCode >= 300 || strings.TrimSpace(body) == "" || gjson.Valid(body) {
		return strings.TrimSpace(body), nil
	}
	return "", notJSON(body, resp.Header.Get("Content-Type"))
}

// notJSON tells a web page from an answer that was cut off and from nonsense.
func notJSON(body, contentType string) error {
	body = strings.TrimSpace(body)
	switch last := body[len(body)-1]; {
	case strings.Contains(contentType, "html"), strings.HasPrefix(body, "<"):
		return errWebPage
	case last != '}' && last != ']':
		return errCut
	}
	return errNotJSON
}

// noteTime remembers how far this computer's clock is off.
func (c *Client) noteTime(h http.Header) {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		c.skew.Store(int64(t.Sub(c.clock.Now())))
	}
}

// withoutQuery says where a call failed, without the query, which may hold
// what people typed.
func withoutQuery(k *call, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Errorf("%s %s%s: %w", k.method, k.url.Host, k.url.Path, err)
}
