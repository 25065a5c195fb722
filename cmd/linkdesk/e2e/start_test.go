package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Ended during a sync, Linkdesk says so, leaves a run that is interrupted, and
// goes on where it was at the next start.
func TestEndedDuringASync(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	id := w.connect("corner").ID
	shop.slow(25 * time.Millisecond)
	before := shop.served()
	command := w.start("", "sync", id)
	if !shop.until(before+20, patience) {
		t.Fatal("the sync does not begin")
	}
	begun := time.Now()
	s.stop()
	if took := time.Since(begun); took > 11*time.Second {
		t.Errorf("it took %v to end", took)
	}
	if r := command.wait(); r.code != 1 || !strings.HasPrefix(r.err, "linkdesk: ") {
		t.Errorf("the command that was waiting: %s", r)
	} else {
		plain(t, r.err)
	}
	if got := w.query(`SELECT status FROM run`); !slices.Equal(got, []string{"interrupted"}) {
		t.Errorf("runs after the end: %v", got)
	}
	had, served := len(w.query(`SELECT remote_id FROM customer`)), shop.served()-before
	s = w.serve()
	w.settled(s, patience)
	if got := w.query(`SELECT kind || ' ' || status FROM run ORDER BY num`); !slices.Equal(got, []string{"manual interrupted", "resumed ok"}) {
		t.Errorf("runs after the next start: %v", got)
	}
	w.equalsStore(shop.Store)
	calm := newWorld(t)
	shop.offer(calm, "corner", nil)
	calmID := calm.connect("corner").ID
	all := shop.served()
	calm.must("sync", calmID)
	if again, whole := shop.served()-all, shop.served()-all; had == 0 || served >= whole || again == 0 {
		t.Errorf("nothing was saved before the end: %d customers, %d of %d requests", had, served, whole)
	}
	sameRecords(t, w.dump(), calm.dump())
}

// One Linkdesk has the data at a time: a second says so, and commands are
// carried out by the first.
func TestSecondStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	s := w.serve()
	id := w.connect("corner").ID
	for _, args := range [][]string{{"serve", "--port", "0"}, {"demo"}} {
		r := w.run(args...)
		if r.code != 1 || r.out != "" || !strings.Contains(r.err, "already") && !strings.Contains(r.err, "runs") || strings.Contains(r.err, "went wrong") {
			t.Errorf("a second %v: %s", args, r)
		}
		plain(t, r.err)
	}
	answer, err := http.Get(s.Practice)
	if err != nil {
		t.Fatalf("the first does not go on: %v", err)
	}
	answer.Body.Close()

	// Without the passphrase only the running Linkdesk can use a sign-in.
	with := w.env
	w.env = slices.DeleteFunc(slices.Clone(with), func(v string) bool { return strings.HasPrefix(v, "LINKDESK_PASSPHRASE=") })
	w.must("sync", id)
	w.equalsStore(shop.Store)
	if r := w.run("connections", "verify", "nobody"); r.code != 1 || !strings.Contains(r.err, "nobody") {
		t.Errorf("an error from the running Linkdesk: %s", r)
	}
	if r := w.run("sync", "--modle"); r.code != 2 || !strings.Contains(r.err, "Usage: linkdesk sync") {
		t.Errorf("wrong usage, told by the running Linkdesk: %s", r)
	}
	s.stop()
	if r := w.run("sync", id); r.code != 1 || !strings.Contains(r.err, "LINKDESK_PASSPHRASE") {
		t.Errorf("alone, without the passphrase: %s", r)
	}
	w.env = with
	w.must("sync", id)
}

// A file name means the folder of the person who typed it, whoever writes the file.
func TestFilesOfForwardedCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	id := w.connect("practice").ID
	w.must("sync", id, "--model", "stores")
	w.dir = t.TempDir()
	w.must("records", "stores", "--format", "csv", "--out", "stores.csv")
	if text, err := os.ReadFile(filepath.Join(w.dir, "stores.csv")); err != nil || strings.Count(string(text), "\n") != 4 {
		t.Errorf("the file is not where the person is: %v %s", err, text)
		os.Remove(filepath.Join(os.TempDir(), "stores.csv"))
	}
	if err := os.WriteFile(filepath.Join(w.dir, "mine.yaml"), []byte("manifest: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := w.run("services", "check", "mine.yaml"); r.code != 1 || !strings.Contains(r.out, "mine.yaml:1") {
		t.Errorf("services check: %s", r)
	}
	s.stop()
}

// A start by somebody else's program on the port is told by its number.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	w := newWorld(t)
	r := w.run("serve", "--port", port)
	if r.code != 1 || !strings.Contains(printed(r.err), port) || r.out != "" {
		t.Errorf("port taken: %s", r)
	}
	plain(t, printed(r.err))
}

// The words of wrong usage, and its exit status.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve() // carries out what is not its own business
	for _, c := range []struct{ args, usage string }{
		{"frobnicate", "Usage: linkdesk [--home DIR] [COMMAND]"},
		{"--home", "Usage: linkdesk [--home DIR] [COMMAND]"},
		{"serve now", "Usage: linkdesk serve"},
		{"serve --prot 1", "Usage: linkdesk serve"},
		{"serve --port many", "Usage: linkdesk serve"},
		{"serve --port 70000", "Usage: linkdesk serve"},
		{"serve --port -5", "Usage: linkdesk serve"},
		{"demo twice", "Usage: linkdesk demo"},
		{"services check", "Usage: linkdesk services"},
		{"connect", "Usage: linkdesk connect"},
		{"connect practice --set nothing", "Usage: linkdesk connect"},
		{"connect practice --access orders", "Usage: linkdesk connect"},
		{"connections rename one", "Usage: linkdesk connections"},
		{"connections explode", "Usage: linkdesk connections"},
		{"sync one two", "Usage: linkdesk sync"},
		{"sync --all one", "Usage: linkdesk sync"},
		{"records", "Usage: linkdesk records"},
		{"records stores --format xml", "Usage: linkdesk records"},
		{"records stores orders", "Usage: linkdesk records"},
	} {
		r := w.run(strings.Fields(c.args)...)
		if r.code != 2 || !strings.Contains(r.err, c.usage) || !strings.HasPrefix(r.err, "linkdesk: ") || r.out != "" {
			t.Errorf("%q: %s", c.args, r)
		}
	}
	for _, args := range []string{"connect nowhere", "connections verify nobody", "sync nobody", "records dragons", "sync --model dragons", "connect practice --access orders=all"} {
		if r := w.run(strings.Fields(args)...); r.code == 0 || !strings.HasPrefix(r.err, "linkdesk: ") || r.out != "" {
			t.Errorf("%q: %s", args, r)
		} else {
			plain(t, r.err)
		}
	}
	s.stop()
	if r := w.run("connect"); r.code != 2 || !strings.Contains(r.err, "Usage: linkdesk connect") {
		t.Errorf("alone: %s", r)
	}
	if r := w.run("help"); r.code != 0 || !strings.Contains(r.out, "linkdesk connect SERVICE") {
		t.Errorf("help: %s", r)
	}
}

// A mistake in a manifest is told with its file and line, and harms no other service.
func TestWrongManifest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	file := shop.offer(w, "wrong", func(m string) string {
		return strings.Replace(m, "category: practice\n", "category: practice\nflavour: mint\n", 1)
	})
	line := 1 + strings.Count(string(fileOf(t, file)[:strings.Index(string(fileOf(t, file)), "flavour")]), "\n")
	where := fmt.Sprintf("%s:%d: ", file, line)
	if r := w.run("services", "check", file); r.code != 1 || !strings.Contains(r.out, where) || !strings.Contains(r.out, "flavour") {
		t.Errorf("want %s…: %s", where, r)
	}
	var found struct {
		Findings []struct {
			Line int
			Text string
		}
	}
	r := w.run("services", "check", file, "--json")
	if err := json.Unmarshal([]byte(r.out), &found); err != nil || r.code != 1 || len(found.Findings) == 0 || found.Findings[0].Line != line {
		t.Errorf("%v %s", err, r)
	}
	r = w.run("services")
	if r.code != 0 || !strings.Contains(r.err, "wrong.yaml") || !strings.Contains(r.out, "corner") || strings.Contains(r.out, "wrong") {
		t.Errorf("services: %s", r)
	}
	if r := w.run("services", "check", filepath.Join(w.home, "services", "corner.yaml")); r.code != 0 {
		t.Errorf("a good one: %s", r)
	}
}

// A Linkdesk without a window that no command can reach ends and says so.
func TestServeThatNobodyCanReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := os.MkdirAll(filepath.Join(w.home, "tmp", "s.sock", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	r := w.run("serve", "--port", "0")
	if r.code != 1 || !strings.Contains(r.err, "s.sock") {
		t.Errorf("%s", r)
	}
}
