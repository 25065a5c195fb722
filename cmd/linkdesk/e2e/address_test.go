package e2e

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// address is what `address` prints.
type address struct {
	On          bool   `json:"on"`
	Address     string `json:"address"`
	Reach       string `json:"reach"`
	Docker      string `json:"docker"`
	Network     string `json:"network"`
	Certificate string `json:"certificate"`
	Problem     string `json:"problem"`
}

func reachable(origin string) bool {
	answer, err := http.Get(origin + "/")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// The address goes on and off, opens to others and back, also for later starts;
// what cannot be changes nothing and says why.
func TestAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	var a address
	w.into(&a, "address")
	if !a.On || a.Address != s.API || a.Reach != "computer" || a.Docker+a.Network != "" || !reachable(a.Address) {
		t.Fatalf("at first %+v", a)
	}
	w.into(&a, "address", "off")
	if a.On || reachable(s.API) {
		t.Errorf("turned off: %+v", a)
	}
	w.into(&a, "address", "on")
	if !a.On || !reachable(a.Address) {
		t.Errorf("turned on: %+v", a)
	}
	at := a.Address
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	for _, c := range []struct {
		says string
		code int
		args []string
	}{
		{"needs a certificate", 1, []string{"--reach", "network"}},
		{"There is no file", 1, []string{"--reach", "network", "--certificate", "none.crt", "--key", "none.key"}},
		{"is used by", 1, []string{"--port", port}},
		{"for this computer, for Docker or for the network", 1, []string{"--reach", "world"}},
		{"no port", 2, []string{"--port", "0"}},
		{"use on or off", 2, []string{"maybe"}},
	} {
		r := w.run(append([]string{"address"}, c.args...)...)
		if r.code != c.code || !strings.Contains(r.err, c.says) {
			t.Errorf("address %v: %s", c.args, r)
		}
		if c.code == 1 {
			plain(t, r.err)
		}
		if w.into(&a, "address"); !a.On || a.Address != at || a.Reach != "computer" || !reachable(at) {
			t.Errorf("after address %v: %+v", c.args, a)
		}
	}
	var open address
	free := strconv.Itoa(20000 + os.Getpid()%10000) // those of others begin higher
	w.into(&open, "address", "--reach", "network", "--make-certificate", "--port", free)
	if !open.On || open.Address != "http://127.0.0.1:"+free || open.Docker == "" || !strings.HasPrefix(open.Network, "https://") || open.Certificate == "" || open.Problem != "" {
		t.Errorf("opened: %+v", open)
	}
	s.stop()
	w.into(&a, "address") // nobody runs: what is kept
	if a.On || a.Reach != "network" || a.Address != open.Address || a.Certificate != open.Certificate {
		t.Errorf("kept: %+v", a)
	}
	w.into(&a, "address", "--reach", "computer")
	s = w.serve()
	if w.into(&a, "address"); !a.On || a.Reach != "computer" || a.Network != "" {
		t.Errorf("taken back: %+v", a)
	}
}
