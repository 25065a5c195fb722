package desktop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAutostartEntries(t *testing.T) {
	odd := `/opt/Link "desk" $1 100%\x`
	for _, c := range []struct {
		goos, exe, file string
		env             map[string]string
		has             []string
	}{
		{"linux", "/usr/bin/linkdesk", "/home/ann/.config/autostart/app.linkdesk.Linkdesk.desktop", nil,
			[]string{"[Desktop Entry]\n", "\nExec=\"/usr/bin/linkdesk\" \"--background\"\n", "\nType=Application\n"}},
		{"linux", odd, "/conf/autostart/app.linkdesk.Linkdesk.desktop", map[string]string{"XDG_CONFIG_HOME": "/conf"},
			[]string{"\nExec=\"/opt/Link \\\\\"desk\\\\\" \\\\$1 100%%\\\\\\\\x\" \"--background\"\n"}},
		{"darwin", "/Applications/A & B.app/linkdesk", "/home/ann/Library/LaunchAgents/app.linkdesk.Linkdesk.plist", nil,
			[]string{"<string>/Applications/A &amp; B.app/linkdesk</string>\n\t\t<string>--background</string>", "<key>RunAtLoad</key>\n\t<true/>"}},
		{"windows", `C:\Users\Ann 50%\linkdesk.exe`, "/roaming/Microsoft/Windows/Start Menu/Programs/Startup/Linkdesk.cmd", map[string]string{"APPDATA": "/roaming"},
			[]string{"\r\n@start \"\" \"C:\\Users\\Ann 50%%\\linkdesk.exe\" \"--background\"\r\n"}},
		{"windows", "x", "/home/ann/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/Linkdesk.cmd", nil, nil},
	} {
		a := autostartFor(c.goos, func(k string) string { return c.env[k] }, "/home/ann", []string{c.exe, "--background"})
		if filepath.ToSlash(a.file) != c.file {
			t.Errorf("%s: file %s", c.goos, a.file)
		}
		for _, part := range c.has {
			if !strings.Contains(a.content, part) {
				t.Errorf("%s: %q has no %q", c.goos, a.content, part)
			}
		}
	}
}

func TestAutostartOnThisComputer(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(t.TempDir(), "config"))
	a, err := NewAutostart("/usr/bin/linkdesk", "--background")
	if err != nil {
		t.Fatal(err)
	}
	moved, _ := NewAutostart("/opt/linkdesk", "--background")
	for range 2 {
		if a.Enabled() {
			t.Error("enabled before Enable")
		}
		if err := a.Enable(); err != nil {
			t.Fatal(err)
		}
		if !a.Enabled() || moved.Enabled() {
			t.Errorf("enabled %v, for another program %v", a.Enabled(), moved.Enabled())
		}
		for range 2 {
			if err := a.Disable(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The arguments come out of a shell-like reader as they went in. sh reads
// double quotes as the Desktop Entry Specification does, once the string escapes are undone.
func TestExecQuoting(t *testing.T) {
	for _, word := range []string{"plain", "with space", `quote"`, "`ls`", "$HOME", `back\slash`, "100%", "ümläut", "a;b&c"} {
		value := strings.NewReplacer(`\\`, `\`, `%%`, `%`).Replace(execQuote(word))
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf %s "+value).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q became %q, %v", word, out, err)
		}
	}
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Error(err)
	}
}
