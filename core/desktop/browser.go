package desktop

import (
	"context"
	"errors"
	"net/url"
	"os"
	"time"

	"github.com/pkg/browser"

	"linkdesk/core"
)

const browserDeadline = 5 * time.Second

func init() { browser.Stdout, browser.Stderr = nil, nil } // what the helpers print is of no use to anyone

// OpenBrowser shows an address (http or https) in the person's browser. It
// returns when the system's helper has answered, at the latest after 5
// seconds: some helpers stay as long as the browser is open. Errors are of
// class CodeBrowserFailed; BROWSER=none gives one at once.
func OpenBrowser(ctx context.Context, address string) error {
	return openBrowser(ctx, address, browserDeadline)
}

func openBrowser(ctx context.Context, address string, deadline time.Duration) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return core.Invalid("Only web addresses can be opened in the browser.")
	}
	if os.Getenv("BROWSER") == "none" {
		return core.E(core.CodeBrowserFailed, "", errors.New("desktop: BROWSER=none"))
	}
	done := make(chan error, 1)
	go func() { done <- browser.OpenURL(address) }() // ends with the helper, which cannot be cancelled
	select {
	case err := <-done:
		if err != nil {
			return core.E(core.CodeBrowserFailed, "", err)
		}
		return nil
	case <-time.After(deadline):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
