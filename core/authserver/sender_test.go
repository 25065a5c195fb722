package authserver

import (
	"net/http"
	"testing"
)

func TestSender(t *testing.T) {
	for remote, want := range map[string]string{
		"127.0.0.1:4711": "", "[::1]:4711": "", "[::ffff:127.0.0.1]:4711": "", "127.9.9.9:1": "", "nonsense": "", "": "",
		"172.17.0.2:4711": "172.17.0.2", "[::ffff:192.168.1.20]:4711": "192.168.1.20", "[fe80::1%eth0]:4711": "fe80::1", "[2001:db8::7]:1": "2001:db8::7",
	} {
		if got := sender(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%q: %q, want %q", remote, got, want)
		}
	}
}
