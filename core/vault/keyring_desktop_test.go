//go:build desktop && linux

// The real gnome-keyring in every situation that can be made on one computer;
// run by `make test-desktop`. Each situation is a process on a message bus of
// its own, since the library keeps its connection for the life of a process.
package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const childEnv = "LINKDESK_TEST_VAULT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

type childReport struct {
	Phase  Phase
	Err    string
	Took   time.Duration
	Locked bool
	Read   bool // what an earlier process sealed could be read
}

// child opens a vault whose meta lies in dir, seals a value or reads the earlier one.
func child(dir string) {
	v := New(Options{Meta: fileMeta(filepath.Join(dir, "meta.json")), Keyring: System(), Service: "app.linkdesk.Test", Log: slog.New(slog.DiscardHandler)})
	began := time.Now()
	err := v.Open(context.Background())
	r := childReport{Phase: v.State().Phase, Err: fmt.Sprint(err), Took: time.Since(began), Locked: locked()}
	file := filepath.Join(dir, "sealed")
	if r.Phase == Open {
		if sealed, err := os.ReadFile(file); err == nil {
			plain, _ := v.UnsealAt("t", "r", "c", sealed)
			r.Read = string(plain) == "canary"
		} else {
			sealed, _ := v.SealAt("t", "r", "c", []byte("canary"))
			os.WriteFile(file, sealed, 0o600)
		}
	}
	json.NewEncoder(os.Stdout).Encode(r)
}

const bareBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

const unlock = `printf 'test-password\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; exec "$@"`

func TestRealKeyring(t *testing.T) {
	home, empty := t.TempDir(), t.TempDir()
	bare := filepath.Join(t.TempDir(), "bare.conf")
	if err := os.WriteFile(bare, []byte(bareBus), 0o600); err != nil {
		t.Fatal(err)
	}
	session := []string{"dbus-run-session", "--"}
	unlocked := append(session, "sh", "-c", unlock, "sh")
	var display []string
	if d := os.Getenv("DISPLAY"); d != "" {
		display = []string{"DISPLAY=" + d}
	} else {
		t.Error("no display: run this inside gui-run")
	}
	for _, c := range []struct {
		name   string
		home   string
		run    []string
		env    []string
		phase  Phase
		locked bool
		read   bool
	}{
		{"first day", home, unlocked, nil, Open, false, false},
		{"second day", home, unlocked, nil, Open, false, true},
		{"locked, no display", home, session, nil, Locked, true, false},
		{"locked, a prompt that nobody answers", home, session, display, Locked, true, false},
		{"a bus without a keyring", home, []string{"dbus-run-session", "--config-file=" + bare, "--"}, nil, Locked, false, false},
		{"a dead bus", home, nil, []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}, Locked, false, false},
		{"third day, after all that", home, unlocked, nil, Open, false, true},
		{"fresh profile without a collection", empty, session, nil, Choose, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runChild(t, c.home, c.run, c.env)
			t.Logf("%+v", r)
			if r.Phase != c.phase || r.Locked != c.locked || r.Read != c.read || r.Took > probeDeadline+time.Second {
				t.Errorf("want phase %q, locked %v, read %v", c.phase, c.locked, c.read)
			}
		})
	}
}

func runChild(t *testing.T, home string, wrapper, env []string) (r childReport) {
	t.Helper()
	runtime := t.TempDir()
	os.Chmod(runtime, 0o700)
	args := append(append([]string(nil), wrapper...), os.Args[0])
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_DATA_HOME=" + home + "/share",
		"XDG_RUNTIME_DIR=" + runtime, childEnv + "=" + home,
	}, env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	if i := bytes.IndexByte(out, '{'); i > 0 { // what the daemons say comes first
		out = out[i:]
	}
	if jsonErr := json.Unmarshal(bytes.TrimSpace(out), &r); jsonErr != nil {
		t.Fatalf("%v, %v: %s%s", err, jsonErr, out, stderr.String())
	}
	return r
}

// fileMeta keeps the KeyMeta in a file, for the processes of one home.
type fileMeta string

func (f fileMeta) LoadKeyMeta(context.Context) (m KeyMeta, err error) {
	b, err := os.ReadFile(string(f))
	if os.IsNotExist(err) {
		return m, nil
	}
	return m, json.Unmarshal(b, &m)
}

func (f fileMeta) SaveKeyMeta(_ context.Context, m KeyMeta) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return os.WriteFile(string(f), b, 0o600)
}
