package service

import (
	"regexp"
	"slices"
	"strconv"
)

// auth checks the ways of signing in.
func (c *checker) auth() {
	seen := map[string]bool{}
	for i := range c.m.Auth {
		a, at := &c.m.Auth[i], "/auth/"+strconv.Itoa(i)
		if seen[a.Method] {
			c.errorf(at, "The method %s stands twice. Keep one.", a.Method)
		}
		seen[a.Method] = true
		if a.Method == "oauth2" {
			c.oauth(at, a)
		} else {
			c.apiKey(at, a)
		}
	}
}

// only reports keys that belong to the other method.
func (c *checker) only(at, method string, keys ...string) {
	for _, key := range keys {
		if _, there := c.doc.lines[at+"/"+key]; there {
			c.errorf(at+"/"+key, "“%s” does not belong to %s.", key, method)
		}
	}
}

func (c *checker) oauth(at string, a *Auth) {
	c.only(at, "oauth2", "label", "fields", "derive")
	if (a.Client.ID == "fixed") != (a.Client.FixedID != "") {
		c.errorf(at+"/client", "“fixed_id” goes with “id: fixed”: give both or neither.")
	}
	if a.Client.ID == "" {
		c.errorf(at, "“client” is missing. It says what registration at the service is needed: { id: required, secret: required }.")
	}
	if a.Client.Secret == "required" && a.Token.Auth == "none" {
		c.errorf(at+"/token/auth", "A required secret must go somewhere: use header or body.")
	}
	if a.Client.ID == "required" && c.m.Guide == "" {
		c.warnf(at+"/client", "People need a Client ID: tell them under “guide” how to get one.")
	}
	for name := range a.Callback.Capture {
		c.capturedName(at+"/callback/capture/"+name, name)
	}
	c.captures(at+"/response/capture", a.Response.Capture)

	asked := c.asked(a)
	c.address(at+"/authorize/url", a.Authorize.URL, asked)
	c.templates(at+"/authorize/params", a.Authorize.Params, asked)
	c.names(at+"/issuer", string(a.Issuer), asked)
	for name := range a.Callback.Capture {
		asked[name] = true
	}
	c.address(at+"/token/url", a.Token.URL, asked)
	c.templates(at+"/token/params", a.Token.Params, asked)
	later := c.known(a, len(c.m.Discover))
	if r := a.Token.Refresh; r != nil {
		if r.URL != "" {
			c.address(at+"/token/refresh/url", r.URL, later)
		}
		c.templates(at+"/token/refresh/params", r.Params, later)
	}
	if r := a.Revoke; r != nil {
		c.address(at+"/revoke/url", r.URL, later)
		c.templates(at+"/revoke/params", r.Params, later.with("refresh_token", "access_token"))
	}
}

func (c *checker) apiKey(at string, a *Auth) {
	c.only(at, "api_key", "client", "authorize", "token", "pkce", "issuer", "redirect", "callback", "response", "revoke")
	c.inputs(at+"/fields", a.Fields)
	if a.Key() == "" {
		c.errorf(at+"/fields", "One field must be the key itself: give it “secret: true”.")
	}
	for name, d := range a.Derive {
		place := at + "/derive/" + name
		c.capturedName(place, name)
		if !slices.ContainsFunc(a.Fields, func(in Input) bool { return in.ID == d.From }) {
			c.errorf(place+"/from", "There is no field “%s” to cut from.", d.From)
		}
		if c.regex(place+"/regex", d.Regex) && regexp.MustCompile(d.Regex).NumSubexp() < 1 {
			c.errorf(place+"/regex", "The value is the first (group) of the expression, and this one has none.")
		}
	}
}
