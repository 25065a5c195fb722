package authserver

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linkdesk/core"
)

const mostURI = 2000 // bytes

// The two addresses of this computer whose port may differ from the registered
// one: programs take any free port (RFC 8252 section 7.3). The name localhost
// is not among them, it is compared as any other.
var anyPort = []string{"http://127.0.0.1", "http://[::1]"}

// answerNames are the parameters that we add to a redirect URI.
var answerNames = []string{"code", "state", "iss", "error", "error_description", "error_uri"}

// CheckRedirectURI says what is wrong with an address that an app wants to
// return to (product row O19): https anywhere, http on this computer only,
// and nothing that could be read in two ways.
func CheckRedirectURI(uri string) error {
	if uri == "" {
		return core.Invalid("Enter the redirect URI: the app you set up shows it.")
	}
	if len(uri) > mostURI {
		return core.Invalid("The redirect URI is too long.")
	}
	if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\\\"<>^`{|}", r) }) {
		return core.Invalid("The redirect URI has a space or another character that does not belong into an address.")
	}
	if strings.ContainsRune(uri, '#') {
		return core.Invalid("The redirect URI must not have a part after “#”.")
	}
	if strings.ContainsRune(uri, '*') {
		return core.Invalid("The redirect URI must be exact. “*” is not accepted; add each address instead.")
	}
	u, err := url.Parse(uri)
	secure := strings.HasPrefix(uri, "https://")
	if err != nil || u.Opaque != "" || !secure && !strings.HasPrefix(uri, "http://") {
		return core.Invalid("The redirect URI must be a whole address that begins with https://, or with http://localhost for an app on this computer.")
	}
	if u.User != nil {
		return core.Invalid("The redirect URI must not hold a user name.")
	}
	if err := checkHost(u, secure); err != nil {
		return err
	}
	return checkRest(u)
}

func checkHost(u *url.URL, secure bool) error {
	host := u.Hostname()
	if !secure && !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, host) {
		return core.Invalid("Without encryption (http) only this computer is accepted: localhost, 127.0.0.1 or [::1]. Use https for “" + show(host) + "”.")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
			return core.Invalid("The redirect URI has a port that does not exist.")
		}
	}
	if strings.Contains(host, ":") {
		if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" && ip.String() == host {
			return nil
		}
		return core.Invalid("“" + show(host) + "” is not an address.")
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return core.Invalid("Write the name of the computer in the redirect URI in small letters, digits, dots and hyphens: “" + show(host) + "”.")
		}
	}
	return nil
}

func checkRest(u *url.URL) error {
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == "." || part == ".." {
			return core.Invalid("The redirect URI must not have “" + part + "” in its path.")
		}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return core.Invalid("The part of the redirect URI after “?” cannot be read.")
	}
	for _, name := range answerNames {
		if query.Has(name) {
			return core.Invalid("The redirect URI must not have “" + name + "” after “?”: Linkdesk adds that itself.")
		}
	}
	return nil
}

// matchRedirect reports whether the address that was asked for is the
// registered one, byte by byte; for an address of anyPort the port may differ.
func matchRedirect(registered, asked string) bool {
	if registered == asked {
		return true
	}
	for _, host := range anyPort {
		want, ok1 := afterPort(registered, host)
		got, ok2 := afterPort(asked, host)
		if ok1 && ok2 && want == got {
			return true
		}
	}
	return false
}

// afterPort returns what follows host and, if there is one, port.
func afterPort(uri, host string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(uri, host)
	if !ok {
		return "", false
	}
	if digits, has := strings.CutPrefix(rest, ":"); has {
		rest = strings.TrimLeft(digits, "0123456789")
		port := digits[:len(digits)-len(rest)]
		if n, _ := strconv.Atoi(port); n < 1 || n > 65535 || port[0] == '0' {
			return "", false
		}
	}
	return rest, rest == "" || rest[0] == '/' || rest[0] == '?'
}

// registeredAs reports whether one of the registered addresses matches.
func registeredAs(registered []string, asked string) bool {
	return slices.ContainsFunc(registered, func(r string) bool { return matchRedirect(r, asked) })
}

// withAnswer adds our parameters to a redirect URI and leaves its own bytes as they are.
func withAnswer(uri string, answer url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + answer.Encode()
}

// show makes a stranger's text short and harmless.
func show(text string) string {
	text = strings.Map(func(r rune) rune {
		if unprintable(r) {
			return '?'
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}
