package vault

import (
	"os"
	"path/filepath"
	"testing"
)

// Without a bus the library would start one and leave it running; we never do.
func TestNoBusIsStarted(t *testing.T) {
	dir := t.TempDir()
	mark := filepath.Join(dir, "started")
	script := "#!/bin/sh\ntouch '" + mark + "'\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, address := range []string{"", "autolaunch:", "unix:path=" + filepath.Join(dir, "nobody")} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		err := reachable()
		if _, found := os.Stat("/run/user"); found != nil && err == nil {
			t.Errorf("address %q: reachable", address)
		}
		if locked() && err != nil {
			t.Errorf("address %q: locked, but not reachable", address)
		}
	}
	if err := reachable(); err == nil {
		t.Error("a dead address is reachable")
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("dbus-launch was started")
	}
}
