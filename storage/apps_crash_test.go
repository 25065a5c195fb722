package storage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linkdesk/core/authserver"
	"linkdesk/core/authserver/authservertest"
)

// copies keeps the data file as it is on disk ahead of each write of a
// transaction, and of its commit: what a computer that dies there leaves behind.
type copies struct {
	t    *testing.T
	from string
	dirs []string
}

func (c *copies) take() error {
	dir := c.t.TempDir()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(c.from + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "linkdesk.db"+suffix), b, 0o600); err != nil {
			return err
		}
	}
	c.dirs = append(c.dirs, dir)
	return nil
}

// inDir is a backend in a folder; path is where the file is.
func inDir(t *testing.T, dir string) (path string, backend authservertest.Backend) {
	path = filepath.Join(dir, "linkdesk.db")
	var db *DB
	end := func() {
		if db != nil {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	return path, func(t *testing.T) func() authservertest.Store {
		t.Cleanup(func() { end() })
		return func() authservertest.Store {
			end()
			var err error
			if db, err = Open(t.Context(), path, Options{}); err != nil {
				t.Fatal(err)
			}
			return db.Apps()
		}
	}
}

// afterCrash runs during with copies taken, and then check on each copy and on
// the data as it is in the end.
func afterCrash(t *testing.T, w *authservertest.World, path string, during func(), check func(w *authservertest.World, committed bool)) {
	t.Helper()
	c := &copies{t: t, from: path}
	hook := w.UseHook()
	hook.Before = c.take
	during()
	hook.Before = nil
	if err := c.take(); err != nil {
		t.Fatal(err)
	}
	if len(c.dirs) < 4 {
		t.Fatalf("%d copies", len(c.dirs))
	}
	for i, dir := range c.dirs {
		_, backend := inDir(t, dir)
		check(w.Continue(t, backend(t)), i == len(c.dirs)-1)
	}
}

// A computer that dies at any statement of the exchange leaves a code that is
// still good, or a family that the second try ends.
func TestAppsCrashDuringExchange(t *testing.T) {
	t.Parallel()
	path, backend := inDir(t, t.TempDir())
	w := authservertest.NewWorld(t, backend)
	code := w.Code()
	afterCrash(t, w, path, func() { w.Exchange(code) }, func(w *authservertest.World, committed bool) {
		a := w.Exchange(code)
		switch live := w.Live(); {
		case committed && (a.Status != 400 || len(live) != 0):
			t.Errorf("after the exchange: %d, %d families", a.Status, len(live))
		case !committed && (a.Status != 200 || len(live) != 1):
			t.Errorf("during the exchange: %d %s, %d families", a.Status, a.Body, len(live))
		}
	})
}

// Dying at any statement of the decision leaves nothing at all, or a grant that
// goes away because nobody fetched it.
func TestAppsCrashDuringDecision(t *testing.T) {
	t.Parallel()
	path, backend := inDir(t, t.TempDir())
	w := authservertest.NewWorld(t, backend)
	q, _ := w.Ask()
	w.UseHook() // and its restart: the question ends
	q, _ = w.Ask()
	c := &copies{t: t, from: path}
	w.Hook.Before = c.take
	w.Decide(q, authservertest.Yes(q))
	w.Hook.Before = nil
	if err := c.take(); err != nil {
		t.Fatal(err)
	}
	for i, dir := range c.dirs {
		_, backend := inDir(t, dir)
		w := w.Continue(t, backend(t))
		committed := i == len(c.dirs)-1
		if got := len(w.Families()); got != 0 != committed {
			t.Errorf("copy %d of %d: %d families", i, len(c.dirs), got)
		}
		if len(w.Live()) != 0 {
			t.Error("a grant that nobody fetched counts")
		}
		w.Clock.Add(authservertest.Late)
		if err := w.S.Purge(t.Context()); err != nil || len(w.Families()) != 0 {
			t.Errorf("after the purge: %d families (%v)", len(w.Families()), err)
		}
		w.Code()
	}
}

// Dying at any statement of a renewal leaves the old key good, or used up with
// the answer under it.
func TestAppsCrashDuringRenewal(t *testing.T) {
	t.Parallel()
	path, backend := inDir(t, t.TempDir())
	w := authservertest.NewWorld(t, backend)
	_, refresh := w.Tokens()
	var answer authservertest.Answer
	afterCrash(t, w, path, func() { answer = w.Refresh(refresh) }, func(w *authservertest.World, committed bool) {
		a := w.Refresh(refresh)
		if a.Status != 200 || len(w.Live()) != 1 || a.Body == answer.Body != committed {
			t.Errorf("committed %v: %d, %d families, same answer %v", committed, a.Status, len(w.Live()), a.Body == answer.Body)
		}
		w.Both(w.Refresh(refresh))
	})
}

// Nothing that Linkdesk gave out can be read from the data file, its log, or a
// copy of both (B28).
func TestAppsNothingReadable(t *testing.T) {
	t.Parallel()
	path, backend := inDir(t, t.TempDir())
	w := authservertest.NewWorld(t, backend)
	unused := w.Code()
	code := w.Code()
	access, refresh := w.Both(w.Exchange(code))
	newAccess, newRefresh := w.Both(w.Refresh(refresh))
	_, page := w.Ask()
	_, secret, err := w.S.RegenerateSecret(t.Context(), w.App.ID, authserver.DefaultOverlap)
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if suffix == "-wal" && !strings.Contains(string(b), w.App.ClientID) {
			t.Error("the search would find nothing: not even the client id is there")
		}
		for name, text := range map[string]string{"code": code, "unused code": unused, "access token": access, "renewal key": refresh, "new access token": newAccess, "new renewal key": newRefresh,
			"secret": w.Secret.Reveal(), "new secret": secret.Reveal(), "verifier": authservertest.Verifier, "ticket": strings.TrimPrefix(page, "/oauth/wait/")} {
			// Also a part of it: what is sealed begins with what is known.
			if strings.Contains(string(b), text) || strings.Contains(string(b), text[len(text)-20:]) {
				t.Errorf("the data file%s holds the %s", suffix, name)
			}
		}
	}
}

// While another program holds the data file, requests are answered and nothing is lost.
func TestAppsLocked(t *testing.T) {
	t.Parallel()
	path, backend := inDir(t, t.TempDir())
	w := authservertest.NewWorld(t, backend)
	code := w.Code()
	other, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Unavailable(w.Exchange(code))
	if a := w.Exchange("x", "client_secret", "wrong"); a.Status != 401 {
		t.Errorf("who is refused anyway need not wait: %d", a.Status)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.Both(w.Exchange(code))
}

// What happens at each call of the API, or over a long ledger, reads no whole table.
func TestPlansOfApps(t *testing.T) {
	db := open(t)
	for query, want := range map[string]string{
		`SELECT k.kind FROM oauth_token k JOIN oauth_grant g ON g.num = k.grant_num WHERE k.hash = x'00'`: "SEARCH k USING PRIMARY KEY",
		selectGrants + `WHERE g.id = 'x'`:                                          "SEARCH g USING INDEX sqlite_autoindex_oauth_grant_1",
		selectGrants + `WHERE a.id = 'x' ORDER BY g.created DESC, g.num DESC`:      "SEARCH g USING INDEX oauth_grant_app",
		selectApps + `WHERE client_id = 'x'`:                                       "USING INDEX sqlite_autoindex_oauth_app_2",
		`SELECT num FROM oauth_ledger WHERE num < 5 AND app = 1 ORDER BY num DESC`: "oauth_ledger_app",
	} {
		if plan := explain(t, db, query); !strings.Contains(plan, want) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", query, plan)
		}
	}
}
