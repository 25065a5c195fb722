//go:build unix

package storage

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"linkdesk/core"
)

// Permissions do not hold for root, so a child without its rights tries them.
func TestReadOnly(t *testing.T) {
	path, _ := filled(t, 1)
	dir := filepath.Dir(path)
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	child, before := program(t), fingerprint(t, path)
	for name, c := range map[string]struct {
		file, dir os.FileMode
		path      string
	}{
		"file":         {0o444, 0o777, path},
		"folder":       {0o666, 0o555, path},
		"not readable": {0o000, 0o777, path},
		"new folder":   {0o666, 0o555, filepath.Join(dir, "new", "new.db")},
	} {
		t.Run(name, func(t *testing.T) {
			if err := errors.Join(os.Chmod(path, c.file), os.Chmod(dir, c.dir)); err != nil {
				t.Fatal(err)
			}
			if got := asNobody(t, child, c.path); got != string(core.CodeStorageReadOnly) {
				t.Errorf("got %q", got)
			}
			if err := errors.Join(os.Chmod(path, 0o600), os.Chmod(dir, 0o755)); err != nil {
				t.Fatal(err)
			}
			if fingerprint(t, path) != before {
				t.Error("the file was changed")
			}
		})
	}
}

func TestNoPlaceForTheFile(t *testing.T) {
	path, _ := filled(t, 1)
	for _, p := range []string{filepath.Dir(path), filepath.Join(path, "x.db")} { // a folder; a file where the folder should be
		if _, err := Open(t.Context(), p, Options{}); core.CodeOf(err) != core.CodeStorageReadOnly {
			t.Errorf("got %v", err)
		}
	}
}

// program copies this test's program to where everybody may run it.
func program(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	copied := filepath.Join(dir, "child")
	b, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = errors.Join(os.WriteFile(copied, b, 0o755), os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

// asNobody runs openAndWrite in a child, for root as user 65534.
func asNobody(t *testing.T, program, path string) string {
	t.Helper()
	child := exec.CommandContext(t.Context(), program)
	child.Dir = "/"
	child.Env = append(os.Environ(), "LINKDESK_STORAGE_READONLY="+path)
	if os.Geteuid() == 0 {
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("the child: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}
