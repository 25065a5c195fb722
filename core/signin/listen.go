package signin

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"syscall"

	"linkdesk/core"
	"linkdesk/core/service"
)

// anyPortTries is how often a port that is free on both loopback addresses is looked for.
const anyPortTries = 5

// listen opens the return address of a sign-in: on 127.0.0.1, and on [::1] as
// well where the service wants the name localhost, which browsers may look up
// as either. It returns the address as the service will see it.
func listen(name string, r service.Redirect) ([]net.Listener, *url.URL, error) {
	kind, err := kindOf(name, r)
	if err != nil {
		return nil, nil, err
	}
	ports := slices.Repeat([]int{0}, anyPortTries)
	if r.Port == "registered" {
		ports = r.Ports
	}
	var last error
	for _, port := range ports {
		listeners, err := listenOn(port, kind == "loopback_localhost")
		if err == nil {
			return listeners, redirectURL(kind, listeners[0].Addr().(*net.TCPAddr).Port, r.Path), nil
		}
		last = err
	}
	return nil, nil, portBlocked(ports, last)
}

// kindOf returns the first kind that needs nobody's server.
func kindOf(name string, r service.Redirect) (string, error) {
	for _, kind := range r.Kinds {
		if kind == "loopback_ip" || kind == "loopback_localhost" {
			return kind, nil
		}
	}
	return "", core.Invalid(name + " only sends you back to a web site, not to this computer. Use its API key instead, if it offers one.")
}

func redirectURL(kind string, port int, path string) *url.URL {
	host := "127.0.0.1"
	if kind == "loopback_localhost" {
		host = "localhost"
	}
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(port)), Path: path}
}

func listenOn(port int, both bool) ([]net.Listener, error) {
	v4, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil || !both {
		return []net.Listener{v4}, err
	}
	port = v4.Addr().(*net.TCPAddr).Port
	v6, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	switch {
	case err == nil:
		return []net.Listener{v4, v6}, nil
	case noIPv6(err):
		return []net.Listener{v4}, nil
	}
	v4.Close() // somebody else would get what a browser sends to [::1]
	return nil, err
}

// noIPv6 reports whether this computer has no [::1] at all; the last two are
// what Windows says.
func noIPv6(err error) bool {
	n, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains([]syscall.Errno{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT, 10049, 10047}, n)
}

func portBlocked(ports []int, cause error) error {
	public := "No port is free for the sign-in."
	if ports[0] != 0 {
		list := strconv.Itoa(ports[0])
		for _, p := range ports[1:] {
			list += ", " + strconv.Itoa(p)
		}
		public = "A program on this computer already uses port " + list + ". If another sign-in is open in Linkdesk, finish it first."
	}
	return core.E(core.CodePortBlocked, public, fmt.Errorf("listen on loopback: %w", cause))
}
