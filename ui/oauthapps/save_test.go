package oauthapps

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
)

// choose makes the person choose that place.
func (s *shown) choose(path string, err error) {
	s.place = func(_ string, then func(string, error)) { then(path, err) }
}

// secret shows the secret of n8n, the only time that is done.
func (s *shown) secret() { s.showReady(s.desk.apps[0], core.NewSecret(fakeSecret)) }

func TestTheSecretIsSavedForItsOwnerAlone(t *testing.T) {
	s := open(t, sample())
	path := filepath.Join(t.TempDir(), "n8n secret.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("what was there before ", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	s.choose(path, nil)
	s.secret()
	test.Tap(s.button("Save to file…"))
	s.until(t, "the tick", func() bool { return s.check("I have stored the secret").Checked })
	if s.button("Done").Disabled() || !s.says("Saved. Only you can read that file.") {
		t.Error("saved, but that is not said or not enough")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "n8n – Linkdesk\n2026-11-18 12:00\n\nClient ID: QX7M2K9PLD4RTW8BN5VHCF3SYA\nClient Secret: " + fakeSecret +
		"\nScope: orders:read products:read\n\nAuthorization URL: http://127.0.0.1:8787/oauth/authorize\nAccess Token URL: http://127.0.0.1:8787/oauth/token\n" +
		"API: http://127.0.0.1:8787/v1\nRedirect URI: " + n8nReturn + "\n"
	if string(text) != want {
		t.Errorf("the file says %q, want %q", text, want)
	}
}

// Whatever goes wrong, it is said, and the secret is still there to be stored.
func TestASecretThatWasNotSavedIsNotLost(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		said, path string
		err        error
	}{
		{said: "Not saved."}, // the person changed their mind
		{said: "Not saved: Linkdesk may not write there. Choose another folder.", err: fs.ErrPermission},
		{said: "Not saved: the disk is full. Choose another one.", err: &fs.PathError{Op: "open", Err: syscall.ENOSPC}},
		{said: "Not saved: the file could not be written. Choose another folder.", path: dir},
		{said: "Not saved: the file could not be written. Choose another folder.", err: errors.New("odd")},
	} {
		s := open(t, sample())
		s.choose(c.path, c.err)
		s.secret()
		test.Tap(s.button("Save to file…"))
		s.until(t, c.said, func() bool { return s.says(c.said) })
		if s.check("I have stored the secret").Checked || !s.button("Done").Disabled() || s.button("Save to file…").Disabled() {
			t.Errorf("%q: counts as stored", c.said)
		}
		s.press(fyne.KeyEscape)
		if d := s.Dialogs.Open(); d == nil || d.Title != "Close without storing the secret?" {
			t.Errorf("%q: the secret goes without a question", c.said)
		}
	}
}

// The dialog of the desktop's files lies over that of the secret, which keeps
// its keys to itself meanwhile.
func TestEscapeLeavesTheFileDialogAndNotTheSecret(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := open(t, sample())
	s.secret()
	d := s.Dialogs.Open()
	test.Tap(s.button("Save to file…"))
	overlays := len(s.Window.Canvas().Overlays().List())
	if overlays < 2 {
		t.Fatal("nothing asks for a place")
	}
	keys := s.Window.Canvas().OnTypedKey()
	keys(&fyne.KeyEvent{Name: fyne.KeyReturn})
	keys(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if s.Dialogs.Open() != d || !s.says("Not saved.") || len(s.Window.Canvas().Overlays().List()) != overlays-1 {
		t.Fatal("Escape did not lead back to the secret")
	}
	s.Window.Canvas().Unfocus()
	s.press(fyne.KeyEscape)
	if s.Dialogs.Open() == d {
		t.Error("the dialog of the secret lost its keys")
	}
}

func TestFileNames(t *testing.T) {
	for app, want := range map[string]string{"n8n": "n8n secret.txt", "a/b\\c: <d>": "a-b-c- -d- secret.txt", "..": "secret.txt", "Büro 1.": "Büro 1 secret.txt"} {
		if got := fileName(app); got != want {
			t.Errorf("%q: %q, want %q", app, got, want)
		}
	}
}
