package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linkdesk/core"
)

func TestDataDir(t *testing.T) {
	for _, c := range []struct {
		goos string
		env  map[string]string
		want string
	}{
		{"linux", nil, "/home/ann/.local/share/linkdesk"},
		{"linux", map[string]string{"XDG_DATA_HOME": "/data"}, "/data/linkdesk"},
		{"linux", map[string]string{"XDG_DATA_HOME": "relative"}, "/home/ann/.local/share/linkdesk"},
		{"freebsd", nil, "/home/ann/.local/share/linkdesk"},
		{"darwin", map[string]string{"XDG_DATA_HOME": "/data"}, "/home/ann/Library/Application Support/Linkdesk"},
		{"windows", map[string]string{"LOCALAPPDATA": "/local"}, "/local/Linkdesk"},
		{"windows", nil, "/home/ann/AppData/Local/Linkdesk"},
	} {
		got := dataDir(c.goos, func(k string) string { return c.env[k] }, "/home/ann")
		if filepath.ToSlash(got) != c.want {
			t.Errorf("%s %v: %s, want %s", c.goos, c.env, got, c.want)
		}
	}
}

func wantPrivate(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		st, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !st.IsDir() || st.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v", dir, st.Mode())
		}
	}
}

func TestFindPaths(t *testing.T) {
	runtime := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	base := t.TempDir()
	t.Setenv("LINKDESK_HOME", filepath.Join(base, "from environment"))
	p, err := FindPaths("")
	if err != nil {
		t.Fatal(err)
	}
	if p.Data != filepath.Join(base, "from environment") || p.Database != filepath.Join(p.Data, "linkdesk.db") {
		t.Errorf("paths %+v", p)
	}
	wantPrivate(t, p.Data, p.Services, p.Logs)
	if again, err := FindPaths(""); err != nil || again != p {
		t.Errorf("the second time %+v, %v", again, err)
	}
	flag, err := FindPaths(filepath.Join(base, "from flag"))
	if err != nil || flag.Data != filepath.Join(base, "from flag") || flag.Socket == p.Socket {
		t.Errorf("with --home %+v, %v", flag, err)
	}
	t.Chdir(base)
	relative, err := FindPaths("from flag")
	if err != nil || relative.Socket != flag.Socket || relative.Data != flag.Data {
		t.Errorf("a relative --home is another folder: %+v, %v", relative, err)
	}
}

func TestSocketIsShortAndPrivate(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("long/", 25))
	for _, c := range []struct{ name, runtime, home, under string }{
		{"runtime folder", os.TempDir(), filepath.Join(t.TempDir(), "a"), os.TempDir()},
		{"no runtime folder", "", filepath.Join(shortTemp(t), "a"), ""},
		{"runtime folder is gone", "/nonexistent", filepath.Join(shortTemp(t), "a"), ""},
		{"all too long", deep, deep, os.TempDir()},
	} {
		t.Setenv("XDG_RUNTIME_DIR", c.runtime)
		p, err := FindPaths(c.home)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if len(p.Socket) >= socketMost {
			t.Errorf("%s: %d bytes", c.name, len(p.Socket))
		}
		under := c.under
		if under == "" {
			under = filepath.Join(p.Data, "tmp")
		}
		if !strings.HasPrefix(p.Socket, under) {
			t.Errorf("%s: %s is not under %s", c.name, p.Socket, under)
		}
		if c.name != "runtime folder" {
			wantPrivate(t, filepath.Dir(p.Socket))
		}
		if c.name == "all too long" {
			os.RemoveAll(filepath.Dir(p.Socket))
		}
	}
}

// shortTemp is a folder with a short name, for sockets.
func shortTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ld")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// --home may name any folder: an empty one becomes private, one in use is left alone.
func TestExistingHome(t *testing.T) {
	empty, used := t.TempDir(), t.TempDir()
	os.Chmod(empty, 0o755)
	os.Chmod(used, 0o755)
	os.WriteFile(filepath.Join(used, "other.txt"), nil, 0o600)
	for _, dir := range []string{empty, used} {
		if _, err := FindPaths(dir); err != nil {
			t.Fatal(err)
		}
	}
	wantPrivate(t, empty, filepath.Join(used, "services"), filepath.Join(used, "logs"))
	if st, _ := os.Stat(used); st.Mode().Perm() != 0o755 {
		t.Errorf("the permissions of a folder in use were changed to %v", st.Mode())
	}
}

func TestUnusableHome(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	_, err := FindPaths(filepath.Join(file, "sub"))
	if core.CodeOf(err) != core.CodeInvalid || !strings.Contains(core.AsError(err).Public, file) {
		t.Errorf("%v", err)
	}
}

// Nobody may prepare the folder of the socket for us.
func TestForeignSocketFolder(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if err := makeOwn(link); err == nil {
		t.Error("a link is taken for a folder of ours")
	}
}
