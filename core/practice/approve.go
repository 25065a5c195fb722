package practice

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"linkdesk/core"
)

// ApproveOptions say what the scripted browser does on the sign-in pages.
type ApproveOptions struct {
	Account string   // "ada" (when empty) or "ben"
	Deny    bool     // press "Don't allow"
	Untick  []string // scopes whose check box is cleared first
	Hold    bool     // stop before the return address instead of opening it
}

const maxSteps = 10

// Approve is a browser without a screen: it opens the authorization address,
// fills the practice store's pages in as a person would, and follows the
// redirects up to and including the return address, which it gives back. The
// demo and the tests sign in with it. An error of code CodeConsentTimeout means
// that the store did not send the browser back (SilentSignIn), any other that a
// page was not what it should be.
func Approve(ctx context.Context, client *http.Client, authorizeURL string, o ApproveOptions) (callbackURL string, err error) {
	b := browser{client: *client}
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	start, err := url.Parse(authorizeURL)
	if err != nil {
		return "", core.E(core.CodeInternal, "", err)
	}
	target, err := url.Parse(start.Query().Get("redirect_uri"))
	if err != nil {
		return "", core.E(core.CodeInternal, "", err)
	}
	address, form := start, url.Values(nil)
	for range maxSteps {
		if address.Host == target.Host && address.Path == target.Path {
			if !o.Hold {
				_, _, err = b.open(ctx, address, nil)
			}
			return address.String(), err
		}
		page, next, err := b.open(ctx, address, form)
		if err != nil {
			return "", err
		}
		form = nil
		if next == nil {
			if next, form, err = fill(address, page, o); err != nil {
				return "", err
			}
		}
		address = next
	}
	return "", core.E(core.CodeInternal, "The sign-in went round in circles.", nil)
}

type browser struct{ client http.Client }

// open loads a page or sends a form. next is where a redirect leads, or nil.
func (b *browser) open(ctx context.Context, address *url.URL, form url.Values) (page string, next *url.URL, err error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, address.String(), body)
	if err != nil {
		return "", nil, core.E(core.CodeInternal, "", err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return "", nil, core.E(core.CodeOffline, "", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return "", nil, core.E(core.CodeOffline, "", err)
	}
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		next, err = answer.Location()
	}
	return string(text), next, err
}

var (
	formTag  = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	inputTag = regexp.MustCompile(`<input type="(hidden|checkbox)" name="([^"]+)" value="([^"]*)"`)
)

// fill fills in the form of a page and returns where to send it.
func fill(at *url.URL, page string, o ApproveOptions) (*url.URL, url.Values, error) {
	action := formTag.FindStringSubmatch(page)
	if action == nil {
		return nil, nil, core.E(core.CodeConsentTimeout, "The practice store's page "+at.Path+" leads nowhere.", nil)
	}
	form := url.Values{}
	for _, input := range inputTag.FindAllStringSubmatch(page, -1) {
		if value := html.UnescapeString(input[3]); input[1] == "hidden" || !slices.Contains(o.Untick, value) {
			form.Add(input[2], value)
		}
	}
	switch action[1] {
	case "/signin/account":
		form.Set("account", o.Account)
		if o.Account == "" {
			form.Set("account", "ada")
		}
	case "/signin/allow":
		form.Set("decision", "allow")
		if o.Deny {
			form.Set("decision", "deny")
		}
	}
	next, err := at.Parse(action[1])
	return next, form, err
}
