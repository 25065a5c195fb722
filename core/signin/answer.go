package signin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"linkdesk/core"
	"linkdesk/core/service"
)

// entry is a raw answer of a token endpoint: what the journal keeps.
type entry struct {
	Status   int       `json:"status"`
	Type     string    `json:"type"` // Content-Type
	Body     []byte    `json:"body"`
	At       time.Time `json:"at"`
	Revision int64     `json:"revision"` // of the grant that the answer replaces
}

// refusal is an answer that says no.
type refusal struct {
	status int
	name   string // invalid_grant and the like; "" when the service gave none
}

// Error is for the log: a short word of the service at most, never its text.
func (r *refusal) Error() string {
	return fmt.Sprintf("token endpoint answered %d %q", r.status, r.name)
}

// reply is an answer that has been read.
type reply struct {
	grant    Grant
	captured map[string]string
	// whether the answer itself told when the refresh token ends, and not the manifest
	refreshEndsTold bool
}

// read makes sense of an answer, whatever its form: JSON under any content
// type, with a byte order mark, nested one level deeper than the manifest says,
// or a form. Errors: *refusal, or of class CodeDataUnexpected; neither holds
// anything of the body but a short error name.
func (e entry) read(auth *service.Auth) (reply, error) {
	doc, ok := document(e.Body, e.Type)
	if !ok {
		if e.Status < 200 || e.Status > 299 {
			return reply{}, &refusal{status: e.Status}
		}
		return reply{}, core.E(core.CodeDataUnexpected, "", fmt.Errorf("token answer of %d bytes of %q is neither JSON nor a form", len(e.Body), mediaType(e.Type)))
	}
	rules := auth.Response
	accessPath := orPath(rules.AccessToken, "access_token")
	doc = within(doc, accessPath)
	if name, failed := errorIn(doc); failed || e.Status < 200 || e.Status > 299 {
		return reply{}, &refusal{status: e.Status, name: name}
	}
	access := accessPath.In(doc)
	if access.Type != gjson.String || access.Str == "" {
		return reply{}, core.E(core.CodeDataUnexpected, "", fmt.Errorf("token answer without a token"))
	}
	r := reply{grant: Grant{AccessToken: core.NewSecret(access.Str), Scopes: scopesIn(orPath(rules.Scope, "scope").In(doc)), Extras: extrasIn(doc), ReceivedAt: e.At}}
	if refresh := orPath(rules.RefreshToken, "refresh_token").In(doc); refresh.Type == gjson.String {
		r.grant.RefreshToken = core.NewSecret(refresh.Str)
	}
	r.grant.Expiry, _ = expiry(rules.Expires, "expires_in", doc, e.At)
	r.grant.RefreshExpiry, r.refreshEndsTold = expiry(rules.RefreshExpires, "refresh_token_expires_in", doc, e.At)
	r.captured = make(map[string]string, len(rules.Capture))
	for name, c := range rules.Capture {
		value, err := c.Take(name, doc)
		if err != nil {
			return reply{}, err
		}
		r.captured[name] = value
	}
	return r, nil
}

// document reads a body as JSON, or as a form whose fields become texts.
func document(body []byte, contentType string) (gjson.Result, bool) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	if gjson.ValidBytes(body) {
		doc := gjson.ParseBytes(body)
		return doc, doc.IsObject()
	}
	if kind := mediaType(contentType); kind != "application/x-www-form-urlencoded" && kind != "text/plain" {
		return gjson.Result{}, false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !form.Has("access_token") && !form.Has("error") {
		return gjson.Result{}, false
	}
	fields := make(map[string]string, len(form))
	for name := range form {
		fields[name] = form.Get(name)
	}
	text, err := json.Marshal(fields)
	return gjson.ParseBytes(text), err == nil
}

func mediaType(contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return kind
}

// within returns the object one level down that holds the token, where the
// document itself does not: {"data": {"access_token": …}}.
func within(doc gjson.Result, access service.Path) gjson.Result {
	if access.In(doc).Exists() {
		return doc
	}
	found := doc
	doc.ForEach(func(_, value gjson.Result) bool {
		if value.IsObject() && access.In(value).Exists() {
			found = value
			return false
		}
		return true
	})
	return found
}

// errorIn returns the error name in an answer: RFC 6749 section 5.2, or an
// object in its place.
func errorIn(doc gjson.Result) (name string, failed bool) {
	e := doc.Get("error")
	switch {
	case !e.Exists(), e.Type == gjson.Null, e.Type == gjson.False, e.Type == gjson.String && e.Str == "":
		return "", false
	case e.IsObject():
		for _, key := range []string{"error", "code", "type"} {
			if v := e.Get(key); v.Type == gjson.String {
				return errorName(v.Str), true
			}
		}
		return "", true
	}
	return errorName(e.String()), true
}

// errorName keeps what may be a name, so that no text of a service gets into a log.
func errorName(s string) string {
	if len(s) > 40 || strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) {
		return ""
	}
	return s
}

// scopesIn reads granted scopes: a list, or a text split at spaces and commas.
// Nil when the answer does not say.
func scopesIn(v gjson.Result) []string {
	var scopes []string
	if v.IsArray() {
		for _, item := range v.Array() {
			scopes = append(scopes, splitScopes(item.String())...)
		}
		return scopes
	}
	if v.Type != gjson.String {
		return nil
	}
	return splitScopes(v.Str)
}

func splitScopes(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
}

const longestExtra = 1024

// extrasIn returns the other plain values of an answer, as they were written:
// account numbers and addresses that some services tell nowhere else.
func extrasIn(doc gjson.Result) map[string]string {
	extras := map[string]string{}
	doc.ForEach(func(key, value gjson.Result) bool {
		switch {
		case value.IsObject(), value.IsArray(), value.Type == gjson.Null, len(value.Raw) > longestExtra:
		case strings.HasSuffix(key.Str, "_token"): // kept once, where it belongs
		default:
			extras[key.Str] = value.String()
		}
		return true
	})
	return extras
}

// longestLife bounds what an answer may claim, so that sums stay in range.
const longestLife = 20 * 365 * 24 * time.Hour

// expiry returns when a token ends, zero for not known, and whether the answer
// told it. Nothing, null, "", 0 and less all mean that it did not.
func expiry(rules service.Expires, usual service.Path, doc gjson.Result, at time.Time) (end time.Time, told bool) {
	if rules.Never {
		return time.Time{}, false
	}
	in := rules.In
	if in == "" && rules.At == "" {
		in = usual
	}
	if life, ok := seconds(in.In(doc)); ok {
		return at.Add(life), true
	}
	if v := rules.At.In(doc); rules.At != "" && v.Exists() {
		if t, err := time.Parse(time.RFC3339, v.String()); err == nil {
			return t.UTC(), true
		}
		if unix, err := strconv.ParseInt(v.String(), 10, 64); err == nil && unix > 0 && unix < math.MaxInt32*8 {
			return time.Unix(unix, 0).UTC(), true
		}
	}
	if life, err := service.Duration(rules.After); err == nil && life > 0 {
		return at.Add(life), false
	}
	return time.Time{}, false
}

// seconds reads 3600, "3600", 3600.0 and 3.6e3.
func seconds(v gjson.Result) (time.Duration, bool) {
	if v.Type != gjson.Number && v.Type != gjson.String {
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(v.String()), 64)
	if err != nil || math.IsNaN(n) || n < 1 {
		return 0, false
	}
	if n > longestLife.Seconds() {
		return longestLife, true
	}
	return time.Duration(n) * time.Second, true
}

func orPath(p, usual service.Path) service.Path {
	if p == "" {
		return usual
	}
	return p
}
