//go:build desktop

package desktoptest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// stopTray ends the desktop's notification area, as on a desktop that has none.
func stopTray(t *testing.T) {
	t.Helper()
	dir := fmt.Sprintf("/tmp/gui-desktop-%d-%s", os.Getuid(), os.Getenv("GUI_NAME"))
	text, err := os.ReadFile(filepath.Join(dir, "pid", "50-tray"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the tray", func() bool { _, err := tool("gui-tray", "-t", "0", "list"); return err != nil })
	t.Cleanup(func() { // the next proof needs it again
		again := exec.Command("gui-tray", "serve", filepath.Join(dir, "log", "notifications"))
		if err := again.Start(); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, "pid", "50-tray"), fmt.Appendf(nil, "%d %s\n", again.Process.Pid, startTime(again.Process.Pid)), 0o600)
	})
}

// startTime is what the desktop's tools tell a process by (.ci/desktop/gui-lib.sh).
func startTime(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	if f := strings.Fields(rest); len(f) > 19 {
		return f[19]
	}
	return ""
}

func (c *computer) minimised(id int) bool {
	out, err := tool("xprop", "-id", strconv.Itoa(id), "WM_STATE")
	return err == nil && strings.Contains(out, "Iconic")
}

// Without anything that shows tray icons a closed window is minimised and can
// be reached: by a second start and by the desktop (P-25).
func TestWithoutTray(t *testing.T) {
	c := newComputer(t, "7-no-tray", "light")
	stopTray(t)
	c.start("--background") // nobody could open it from a tray
	must(t, "gui-windows", "-w", title, "60")
	c.front()
	id := c.windowID()
	c.wantNoDialog("open")
	c.keys("alt+F4")
	eventually(t, "the window minimised", func() bool { return c.windowID() == 0 && c.minimised(id) })
	if _, code := c.run(); code != 0 {
		t.Errorf("the second start ended with %d", code)
	}
	eventually(t, "the window back by a second start", func() bool { return c.windowID() == id && c.inFront() })
	c.wantNoDialog("back")
	c.keys("alt+F4")
	eventually(t, "the window minimised again", func() bool { return c.windowID() == 0 && c.minimised(id) })
	must(t, "xdotool", "windowactivate", "--sync", strconv.Itoa(id))
	eventually(t, "the window back by the desktop", func() bool { return c.windowID() == id && c.inFront() })
	c.keys("ctrl+q")
	if code := c.ended(); code != 0 {
		t.Errorf("Linkdesk ended with %d: %s", code, c.output())
	}
}
