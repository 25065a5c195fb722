package signintest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Page is what a browser shows in the end.
type Page struct {
	URL    string
	Status int
	Header http.Header
	Body   string
	Err    error // why there is no page
}

// Browser opens each link in a tab of its own and follows where it leads.
type Browser struct {
	Before func(url string) error // called before a tab opens; its error is that of Open

	client *http.Client
	tabs   sync.WaitGroup
	mu     sync.Mutex
	opened []string
	pages  chan Page
}

// NewBrowser returns a browser that is closed with the test.
func NewBrowser(t testing.TB) *Browser {
	transport := &http.Transport{}
	b := &Browser{client: &http.Client{Transport: transport, Timeout: 10 * time.Second}, pages: make(chan Page, 100)}
	t.Cleanup(func() { b.tabs.Wait(); transport.CloseIdleConnections() })
	return b
}

// Open is for signin.Options.OpenBrowser: it returns while the page still loads.
func (b *Browser) Open(ctx context.Context, url string) error {
	if b.Before != nil {
		if err := b.Before(url); err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.opened = append(b.opened, url)
	b.mu.Unlock()
	ctx = context.WithoutCancel(ctx)
	b.tabs.Go(func() { b.pages <- b.Get(ctx, url) })
	return nil
}

// Opened returns the links that were opened.
func (b *Browser) Opened() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.opened...)
}

// Page returns the next page that a tab ended on.
func (b *Browser) Page(t testing.TB) Page {
	t.Helper()
	select {
	case p := <-b.pages:
		return p
	case <-time.After(10 * time.Second):
		t.Fatal("no page was shown")
		return Page{}
	}
}

// Get loads a page in the way of a person who opens it.
func (b *Browser) Get(ctx context.Context, url string, headers ...string) Page {
	return b.Do(ctx, http.MethodGet, url, headers...)
}

// Do sends a request; headers are names and values in turn.
func (b *Browser) Do(ctx context.Context, method, url string, headers ...string) Page {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return Page{Err: err}
	}
	req.Header.Set("Sec-Fetch-Dest", "document")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return Page{Err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Page{Err: fmt.Errorf("the page was cut off: %w", err)}
	}
	return Page{URL: resp.Request.URL.String(), Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}
