package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"linkdesk/core/practice"
)

// nobody is a user without rights, for tests that run as root.
const nobody = 65534

// give makes a home belong to a user whom permissions bind.
func (w *world) give() {
	w.t.Helper()
	if os.Getuid() != 0 {
		return
	}
	w.as = &syscall.Credential{Uid: nobody, Gid: nobody}
	err := filepath.WalkDir(w.home, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// filled is a world with data, and the words that each use of it must give.
func filled(t *testing.T) (w *world, database string) {
	t.Helper()
	w = newWorld(t)
	newShop(t, w)
	id := w.connect("corner").ID
	w.must("sync", id)
	return w, filepath.Join(w.home, "linkdesk.db")
}

// refuses checks that nothing works, in the same clear words, and that the data file stays.
func (w *world) refuses(t *testing.T, database, says string) {
	t.Helper()
	before := fileOf(t, database)
	for _, args := range [][]string{{"records", "orders"}, {"sync"}, {"serve", "--port", "0"}, {"demo"}, {"connections"}} {
		r := w.run(args...)
		if r.code != 1 || r.out != "" || !strings.Contains(r.err, says) || !strings.HasPrefix(printed(r.err), "linkdesk: ") {
			t.Errorf("%v, want %q: %s", args, says, r)
		}
		plain(t, printed(r.err))
	}
	unchanged(t, database, before)
}

// A data file that cannot be used is left as it is, and said to be what it is.
func TestDataFileThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	w, database := filled(t)
	good := fileOf(t, database)
	write := func(text []byte) {
		t.Helper()
		if err := os.WriteFile(database, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("newer", func(t *testing.T) {
		w.change(`PRAGMA user_version = 999`)
		w.refuses(t, database, "newer Linkdesk")
	})
	t.Run("damaged at its start", func(t *testing.T) {
		write(append([]byte("this is no data file at all, not even"), good[37:]...))
		w.refuses(t, database, "damaged")
	})
	t.Run("damaged within", func(t *testing.T) {
		bad := append([]byte(nil), good...)
		for i := 8192; i < 5*8192; i++ {
			bad[i] = 0xa5
		}
		write(bad)
		w.refuses(t, database, "damaged")
	})
	t.Run("cut short", func(t *testing.T) {
		write(good[:len(good)/2])
		w.refuses(t, database, "damaged")
	})
	t.Run("of another program", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other.db")
		column(t, other, `PRAGMA application_id = 4711`)
		column(t, other, `CREATE TABLE theirs (x)`)
		write(fileOf(t, other))
		w.refuses(t, database, "another program")
	})
	write(good)
	if n := w.counts()["orders"]; n != 1200 {
		t.Errorf("%d orders when it is whole again", n)
	}
}

// Without the right to write, Linkdesk says so.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	w, database := filled(t)
	w.give()
	t.Cleanup(func() { os.Chmod(w.home, 0o700) })
	t.Run("file", func(t *testing.T) {
		os.Chmod(database, 0o400)
		defer os.Chmod(database, 0o600)
		w.refuses(t, database, "read-only")
	})
	t.Run("folder", func(t *testing.T) {
		os.Chmod(w.home, 0o500)
		defer os.Chmod(w.home, 0o700)
		w.refuses(t, database, "may not write")
	})
	if n := w.counts()["orders"]; n != 1200 {
		t.Errorf("%d orders when it may be written again", n)
	}
}

// The disk fills up during a sync: clear words, what was copied stays, and
// with space again the sync goes on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shop := newShop(t, w)
	id := w.connect("corner").ID
	// ulimit works for everybody; a file that may not grow is SQLite's "disk full".
	limited := func(args ...string) result {
		return w.startProgram("", "/bin/sh", append([]string{"-c", `ulimit -f 1200; exec "$0" "$@"`, program}, args...)...).wait()
	}
	r := limited("sync", id)
	if r.code != 1 || !strings.Contains(r.err, "disk space") {
		t.Errorf("sync: %s", r)
	}
	plain(t, r.err)
	if n := w.counts()["customers"]; n == 0 {
		t.Error("nothing of what was copied is left")
	}
	w.must("sync", id)
	w.equalsStore(shop.Store)
	if check := w.query(`PRAGMA integrity_check`); len(check) != 1 || check[0] != "ok" {
		t.Errorf("the data file: %v", check)
	}
	if err := shop.EditOrder(orderID(5), func(o *practice.Order) { o.Number += "-b" }); err != nil {
		t.Fatal(err)
	}
	w.must("sync", id)
}

// The same on a file system that is really full, where the test may make one.
func TestFullFileSystem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1500k,mode=700", "tmpfs", w.home).Run(); err != nil {
		t.Logf("no file system of its own here (%v): TestFullDisk has to do", err)
		return
	}
	t.Cleanup(func() { exec.Command("umount", "-l", w.home).Run() })
	shop := newShop(t, w)
	id := w.connect("corner").ID
	r := w.run("sync", id)
	if r.code != 1 || !strings.Contains(r.err, "disk space") {
		t.Errorf("sync: %s", r)
	}
	plain(t, r.err)
	for _, args := range [][]string{{"sync", id}, {"records", "customers"}, {"connections"}} { // still full
		r := w.run(args...)
		if r.code != 0 && !strings.Contains(r.err, "disk space") {
			t.Errorf("%v: %s", args, r)
		}
		plain(t, r.err)
	}
	if err := exec.Command("mount", "-o", "remount,size=64m", w.home).Run(); err != nil {
		t.Fatal(err)
	}
	w.must("sync", id)
	w.equalsStore(shop.Store)
}
