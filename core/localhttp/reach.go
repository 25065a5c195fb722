package localhttp

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"linkdesk/core"
)

// Reach is who may reach the server (dialog W-19). Each includes the one before it.
type Reach string

// The reaches.
const (
	ThisComputer Reach = "computer"
	Docker       Reach = "docker"  // also containers on this computer, without encryption: it stays inside
	Network      Reach = "network" // also other computers, by TLS only
)

// Setting is what the person chose for the server. The zero Reach means ThisComputer.
type Setting struct {
	Port        int // of 127.0.0.1; other computers use the next one. 0: any free one, for tests and `serve --port 0`
	Reach       Reach
	Certificate string // path of a PEM file with the certificate and those above it, for Network
	Key         string // path of a PEM file with its private key
}

// docker reports whether containers may come in.
func (s Setting) docker() bool { return s.Reach == Docker || s.Reach == Network }

// networkPort is where other computers come in.
func (s Setting) networkPort() int {
	if s.Port == 0 {
		return 0
	}
	return s.Port + 1
}

// check says what is wrong with a setting, as *core.Error of CodeInvalid.
func (s Setting) check() error {
	most := 65535
	if s.Reach == Network {
		most-- // the next one is used too
	}
	switch {
	case s.Port < 0 || s.Port > most:
		return core.Invalid("There is no such port. Choose one from 1024 to " + strconv.Itoa(most) + ".")
	case s.Reach != "" && s.Reach != ThisComputer && s.Reach != Docker && s.Reach != Network:
		return core.Invalid("The address can be for this computer, for Docker or for the network.")
	case s.Reach == Network && (s.Certificate == "" || s.Key == ""):
		return core.Invalid("The network needs a certificate: choose its file and the file of its private key, or let Linkdesk make one.")
	}
	return nil
}

// names tells whether a Host is one that a door answers to, and under which
// origin: what stands in it is told to programs, so nothing else may get in
// (DNS rebinding).
type names func(host string) (origin string, known bool)

// containerNames are those by which containers know the computer they run on.
// With Docker Desktop they come in by the loopback interface.
func containerNames(port int) []string {
	n := strconv.Itoa(port)
	return []string{"host.docker.internal:" + n, "host.containers.internal:" + n}
}

// loopbackNames are those of 127.0.0.1.
func loopbackNames(port int, docker bool) names {
	n := strconv.Itoa(port)
	all := map[string]string{}
	for _, host := range []string{"127.0.0.1:" + n, "localhost:" + n, "[::1]:" + n} {
		all[host] = origin(port)
	}
	if docker {
		for _, host := range containerNames(port) {
			all[host] = "http://" + host
		}
	}
	return func(host string) (string, bool) { o, ok := all[host]; return o, ok }
}

// bridgeNames are those of an address that only containers see.
func bridgeNames(at netip.AddrPort) names {
	all := map[string]string{at.String(): "http://" + at.String()}
	for _, host := range containerNames(int(at.Port())) {
		all[host] = "http://" + host
	}
	return func(host string) (string, bool) { o, ok := all[host]; return o, ok }
}

// networkNames are those that the certificate is for.
func networkNames(port int, certified func(name string) bool) names {
	return func(host string) (string, bool) {
		host = strings.ToLower(host)
		name, p, err := net.SplitHostPort(host)
		if err != nil {
			name, p = strings.Trim(host, "[]"), "443" // as browsers leave it out
		}
		return "https://" + host, p == strconv.Itoa(port) && certified(name)
	}
}

// bridgeName is how Docker and Podman name the networks of their containers on Linux.
var bridgeName = regexp.MustCompile(`^(docker0|docker_gwbridge|br-[0-9a-f]{12}|podman\d+|cni-podman\d+)$`)

// bridges returns the networks of containers on this computer, each with this
// computer's own address in it. With Docker Desktop there are none.
func bridges() (nets []netip.Prefix) {
	all, _ := net.Interfaces()
	for _, i := range all {
		if !bridgeName.MatchString(i.Name) || i.Flags&net.FlagUp == 0 {
			continue
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				nets = append(nets, p)
			}
		}
	}
	return nets
}

// onlyFrom lets in callers from the networks of containers. An address of a
// bridge can be reached from outside too, where the system forwards; those
// callers are hung up on before they say anything.
type onlyFrom struct {
	net.Listener
	nets func() []netip.Prefix
}

// Accept is for net.Listener.
func (l onlyFrom) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.lets(conn.RemoteAddr()) {
			return conn, nil
		}
		conn.Close()
	}
}

func (l onlyFrom) lets(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return false
	}
	for _, n := range l.nets() {
		if n.Contains(at.Addr().Unmap()) {
			return true
		}
	}
	return false
}
