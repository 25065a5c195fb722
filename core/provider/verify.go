package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/service"
)

// Account is whose data it is, as the service says.
type Account struct {
	ID    string // never empty
	Name  string
	Email string
}

// Verify makes the smallest call that proves the account. granted are the
// scopes that the answer lists; nil when the service does not tell. Errors as
// for Page; CodeDataUnexpected when the answer names no account.
func (c *Client) Verify(ctx context.Context) (account Account, granted []string, err error) {
	v := c.manifest.Verify
	doc, err := c.call(ctx, v.Request, c.values)
	if err != nil {
		return Account{}, nil, err
	}
	account.ID, _ = plain(service.Lookup(doc, v.Account.ID))
	account.Name, _ = plain(service.Lookup(doc, v.Account.Name))
	account.Email, _ = plain(service.Lookup(doc, v.Account.Email))
	if account.ID == "" {
		return Account{}, nil, unexpected(fmt.Errorf("verify: no account id at %v", v.Account.ID))
	}
	if v.Scopes == "" {
		return account, nil, nil
	}
	return account, scopes(service.Lookup(doc, service.Paths{v.Scopes})), nil
}

// scopes reads a list of scopes, or a text with spaces or commas between them.
func scopes(v value) []string {
	var granted []string
	items, ok := list(v)
	if !ok {
		return nil
	}
	for _, s := range items {
		granted = append(granted, strings.Fields(s)...)
	}
	return granted
}

// Discover makes the calls between the sign-in and the first use and returns
// what they captured: the values for the next client. An empty token means the
// client's own. A call whose values are known already, as after typing an
// API key from which they were derived, is left out.
func (c *Client) Discover(ctx context.Context, token core.Secret) (map[string]string, error) {
	d := *c
	if !token.Empty() {
		d.token = func(context.Context) (core.Secret, error) { return token, nil }
		d.refresh = nil
	}
	found := map[string]string{}
	d.values = maps.Clone(c.values)
	for _, step := range c.manifest.Discover {
		if !c.needs(step) {
			continue
		}
		doc, err := d.call(ctx, step.Request, d.values)
		if err != nil {
			return nil, err
		}
		for name, capture := range step.Capture {
			if found[name], err = capture.Take(name, doc); err != nil {
				return nil, err
			}
			d.values[name] = found[name]
		}
	}
	return found, nil
}

// needs reports whether a discover call belongs to the sign-in in use.
func (c *Client) needs(step service.Discover) bool {
	if c.method != "" {
		return step.When == "" || step.When == c.method
	}
	for name := range step.Capture {
		if _, known := c.values[name]; !known {
			return true
		}
	}
	return false
}

// call makes a request that reads no model and returns its JSON.
func (c *Client) call(ctx context.Context, r service.Request, v service.Values) (value, error) {
	k, err := c.newCall(r, v)
	if err != nil {
		return value{}, err
	}
	a, err := c.send(ctx, k)
	if err != nil {
		return value{}, err
	}
	if a.body == "" {
		return value{}, unexpected(errors.New("an empty answer"))
	}
	return gjson.Parse(a.body), nil
}

// Probe reads one record of a model, as proof that its permission works
// (product row P-05). A model without records is proven by the empty list.
func (c *Client) Probe(ctx context.Context, model core.Model) core.ModelCheck {
	check := core.ModelCheck{Model: model}
	r, err := c.begin(model, ListQuery{}, "")
	if err != nil {
		check.Code = core.CodeOf(err)
		return check
	}
	r.one = true
	page, err := r.page(ctx)
	switch {
	case err != nil:
		check.Code = core.CodeOf(err)
	case len(page.Records) == 0 && len(page.Bad) > 0:
		check.Code = core.CodeDataUnexpected
	default:
		check.OK = true
		if len(page.Records) > 0 {
			check.Proof = label(page.Records[0])
		}
	}
	return check
}

// label names a record for people.
func label(r core.Record) string {
	name := ""
	switch d := r.Data.(type) {
	case *core.Store:
		name = d.Name
	case *core.Customer:
		if name = strings.TrimSpace(d.FirstName + " " + d.LastName); name == "" {
			name = d.Email
		}
	case *core.Product:
		name = d.Title
	case *core.Segment:
		name = d.Name
	case *core.Order:
		if name = d.Number; name != "" && !strings.HasPrefix(name, "#") {
			name = "#" + name
		}
	}
	if name == "" {
		name = r.RemoteID
	}
	return name
}
