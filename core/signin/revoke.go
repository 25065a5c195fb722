package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"linkdesk/core"
	"linkdesk/core/service"
)

// ErrNoRevoke is returned by Revoke when a service has no call for it.
var ErrNoRevoke = errors.New("signin: the service cannot be told to withdraw a permission")

// Revoke tells the service that the permission is given back (RFC 7009): the
// refresh token, which ends the access tokens with it at most services. It
// makes one call and changes nothing here. Errors: ErrNoRevoke, or the classes of Token.
func (t *Tokens) Revoke(ctx context.Context, id core.ConnectionID) error {
	if err := t.settled(ctx, id); err != nil {
		return err
	}
	target, err := t.o.Lookup(ctx, id)
	if err != nil {
		return err
	}
	if target.Auth == nil || target.Auth.Revoke == nil {
		return ErrNoRevoke
	}
	s, err := t.load(ctx, id)
	if err == nil && s.journalled {
		s, err = t.recover(ctx, id, s) // the token in force is the one in there
	}
	if err != nil {
		return err
	}
	k, err := t.call(target, id, s)
	if err != nil {
		return err
	}
	return t.endpoint.revoke(ctx, k, s.grant)
}

// RevokeSealed is Revoke for a connection that is gone: with what was kept of it.
func (t *Tokens) RevokeSealed(ctx context.Context, id core.ConnectionID, target Target, row Sealed) error {
	if target.Auth == nil || target.Auth.Revoke == nil {
		return ErrNoRevoke
	}
	g, err := UnsealGrant(t.o.Sealer, id, row.Grant)
	if err != nil {
		return err
	}
	if e, ok := t.left(id, row.Journal); ok {
		if r, err := e.read(target.Auth); err == nil { // the token in force is the one in there
			g = r.grant.after(g, r.refreshEndsTold || target.Auth.Response.RefreshExpires.Rolling)
		}
	}
	k, err := t.call(target, id, stored{grant: g, client: row.Client})
	if err != nil {
		return err
	}
	return t.endpoint.revoke(ctx, k, g)
}

func (e endpoint) revoke(ctx context.Context, k *tokenCall, g Grant) error {
	req, err := revocation(k, g)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	resp, err := e.http.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return unreachable(ctx, err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, mostAnswer))
	e.log.Info("asked a service to withdraw a permission", "service", k.Manifest.ID, "status", resp.StatusCode)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return refused(k.Manifest.Name, &refusal{status: resp.StatusCode}, retryAfter(resp.Header.Get("Retry-After"), e.clock.Now()))
	}
	return err
}

// revocation builds the call. A service that gave no refresh token is told the
// access token in its place.
func revocation(k *tokenCall, g Grant) (*http.Request, error) {
	rules := k.Auth.Revoke
	values := k.Manifest.Values(k.Values, map[string]string{"access_token": g.AccessToken.Reveal(), "refresh_token": g.RefreshToken.Reveal(), "client_id": k.ClientID})
	if g.RefreshToken.Empty() {
		values["refresh_token"] = values["access_token"]
	}
	address, err := k.Manifest.ExpandURL(rules.URL, k.Values)
	if err != nil {
		return nil, err
	}
	params := rules.Params
	if len(params) == 0 {
		params = map[string]service.Template{"token": "{refresh_token}"}
	}
	form := url.Values{}
	for name, t := range params {
		text, err := t.Expand(values, service.InBody)
		if err != nil {
			return nil, err
		}
		form.Set(name, text)
	}
	header := rules.Auth == "header" && !k.secret.Empty()
	if !header {
		form.Set("client_id", k.ClientID)
		if rules.Auth == "body" && !k.secret.Empty() {
			form.Set("client_secret", k.secret.Reveal())
		}
	}
	req, err := http.NewRequest(http.MethodPost, address.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, core.E(core.CodeInternal, "", fmt.Errorf("revocation request: %w", err))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if header {
		req.SetBasicAuth(url.QueryEscape(k.ClientID), url.QueryEscape(k.secret.Reveal()))
	}
	return req, nil
}
