package signin

import (
	"crypto/subtle"
	"fmt"
	"net/url"
	"strings"

	"linkdesk/core"
	"linkdesk/core/service"
)

// expectation is what a callback must bring to belong to an attempt.
type expectation struct {
	service string
	state   string
	issuer  string // "": not looked at
	rules   service.Callback
}

// callback is what the browser brought: a code, or why there is none.
type callback struct {
	code     core.Secret
	captured map[string]string
	err      error
}

// verdict says what is to become of a request to the return address.
type verdict int

const (
	malformed verdict = iota // nothing that a service sends: no effect
	foreign                  // of another sign-in: no effect, but the person is told
	ours                     // ends the wait
)

// judge looks at the query of a callback. Only the right state gives "ours":
// whoever does not know it can neither finish nor end a sign-in.
func judge(query string, want expectation) (callback, verdict) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return callback{}, malformed
	}
	for _, v := range values {
		if len(v) > 1 { // RFC 6749 section 3.1
			return callback{}, malformed
		}
	}
	if subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(want.state)) != 1 {
		return callback{}, foreign
	}
	if want.issuer != "" && values.Get("iss") != want.issuer { // RFC 9207 section 2.4
		return callback{err: core.E(core.CodeDataUnexpected, want.service+" did not finish the sign-in: the answer came from somewhere else. Nothing was changed. Start again.",
			fmt.Errorf("callback from another issuer, or from none"))}, ours
	}
	if values.Get("error") != "" {
		return callback{err: denial(want.service, values.Get("error"), values.Get("error_description"))}, ours
	}
	name := want.rules.CodeParam
	if name == "" {
		name = "code"
	}
	c := callback{code: core.NewSecret(values.Get(name)), captured: map[string]string{}}
	if c.code.Empty() {
		return callback{err: core.E(core.CodeDataUnexpected, want.service+" did not finish the sign-in. Nothing was changed. Start again.", fmt.Errorf("callback without a code"))}, ours
	}
	for value, param := range want.rules.Capture {
		text := values.Get(param)
		if text == "" || len(text) > longestExtra || plainText(text, longestExtra) != text {
			return callback{err: core.E(core.CodeDataUnexpected, want.service+" did not say which account this is. Start again.", fmt.Errorf("callback without a usable %s", value))}, ours
		}
		c.captured[value] = text
	}
	return c, ours
}

// denial turns the error of a callback (RFC 6749 section 4.1.2.1) into one of ours.
func denial(service, name, description string) error {
	cause := fmt.Errorf("callback with error %q", errorName(name))
	said := plainText(description, 200)
	if said != "" {
		said = " It says: “" + said + "”"
	}
	switch name {
	case "access_denied":
		return core.E(core.CodeConsentDenied, "", cause)
	case "unauthorized_client", "invalid_client":
		return core.E(core.CodeClientInvalid, "", cause)
	case "temporarily_unavailable", "server_error":
		return core.E(core.CodeServiceDown, "", cause)
	case "invalid_scope":
		return core.E(core.CodeScopeMissing, service+" does not offer one of the permissions to this app."+said, cause)
	}
	return core.E(core.CodeDataUnexpected, service+" did not finish the sign-in."+said, cause)
}

// plainText cuts a text of a service to what may be shown as it is: one line
// without control or direction characters, at most limit characters.
func plainText(text string, limit int) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit-1]) + "…"
	}
	return strings.TrimSpace(text)
}
