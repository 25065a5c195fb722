package localhttp

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestListeners(t *testing.T) {
	table := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0100007F:2253 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n" +
		"   1: 0100007F:2253 0100007F:8000 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0\n" +
		"   2: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0\n" +
		"short line\n"
	if got := listeners(table, 8787); !slices.Equal(got, []string{"4711"}) {
		t.Errorf("%v", got)
	}
}

func TestPortOwner(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	me, _ := os.ReadFile("/proc/self/comm")
	if got := portOwner(port); got == "" || got != strings.TrimSpace(string(me)) {
		t.Errorf("%q, want %q", got, me)
	}
	l.Close()
	if got := portOwner(port); got != "" {
		t.Errorf("a free port belongs to %q", got)
	}
}
