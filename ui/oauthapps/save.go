package oauthapps

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
)

// place asks for a file, by its name or under a title; then gets its path, or ""
// when the person changed their mind. Tests answer in its stead.
type place func(name string, then func(path string, err error))

// filePlace asks with Fyne's own dialog, over whatever dialog is open.
func filePlace(w fyne.Window) place {
	return func(name string, then func(string, error)) {
		back := keepKeys(w)
		d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
			back()
			if f == nil || err != nil {
				then("", err)
				return
			}
			path := f.URI().Path()
			then(path, f.Close()) // it is written below, for the owner alone
		}, w)
		d.SetFileName(name)
		d.SetTitleText(kit.T("Save Client ID and Client Secret"))
		d.SetConfirmText(kit.T("Save"))
		showFiles(w, d)
	}
}

// openPlace asks which file to take, as filePlace does.
func openPlace(w fyne.Window) place {
	return func(title string, then func(string, error)) {
		back := keepKeys(w)
		d := dialog.NewFileOpen(func(f fyne.URIReadCloser, err error) {
			back()
			if f == nil || err != nil {
				then("", err)
				return
			}
			then(f.URI().Path(), f.Close())
		}, w)
		d.SetTitleText(title)
		d.SetConfirmText(kit.T("Choose"))
		showFiles(w, d)
	}
}

// keepKeys remembers who gets the keys that nothing on screen takes.
func keepKeys(w fyne.Window) (back func()) {
	keys := w.Canvas().OnTypedKey()
	return func() { w.Canvas().SetOnTypedKey(keys) }
}

// showFiles shows Fyne's dialog over ours. Keys that nothing in it takes must not
// reach the dialog below.
func showFiles(w fyne.Window, d *dialog.FileDialog) {
	d.SetDismissText(kit.T("Cancel"))
	d.SetView(dialog.ListView)
	w.Canvas().SetOnTypedKey(func(ev *fyne.KeyEvent) {
		if ev.Name == fyne.KeyEscape {
			d.Dismiss()
		}
	})
	d.Show()
	d.Resize(w.Canvas().Size().SubtractWidthHeight(2*kit.GapPage, 2*kit.GapPage))
}

// saver is the line of W-13 that keeps a secret in a file.
type saver struct {
	t      *Tab
	app    authserver.App
	secret core.Secret
	stored *kit.Check
	button *kit.Button
	said   *kit.Text
}

func newSaver(t *Tab, a authserver.App, secret core.Secret, stored *kit.Check) *saver {
	s := &saver{t: t, app: a, secret: secret, stored: stored, said: kit.NewSecondary("")}
	s.button = kit.NewButton(kit.T("Save to file…"), s.ask)
	return s
}

func (s *saver) content() fyne.CanvasObject { return kit.HStack(kit.GapGroup, s.button, s.said) }

func (s *saver) ask() {
	s.t.place(fileName(s.app.Name), func(path string, err error) {
		switch {
		case err != nil:
			s.said.Set(unsaved(err), kit.ColorBad)
		case path == "":
			s.said.Set(kit.T("Not saved."), kit.ColorSecondary)
		default:
			s.save(path)
		}
		s.said.Refresh()
	})
}

func (s *saver) save(path string) {
	s.button.Disable()
	text := credentials(s.app, s.secret, s.t.p.state.Address.Origin, s.t.env.Now())
	s.t.p.tasks.Go(func(context.Context) func() {
		err := writePrivate(path, text)
		return func() {
			s.button.Enable()
			if err != nil {
				s.said.Set(unsaved(err), kit.ColorBad)
				return
			}
			s.said.Set(kit.T("Saved. Only you can read that file."), kit.ColorGood)
			s.stored.SetChecked(true)
		}
	})
}

// credentials is the file: all that a program is asked for, in the words that programs use.
func credentials(a authserver.App, secret core.Secret, origin string, now time.Time) string {
	lines := []string{
		a.Name + " – Linkdesk",
		now.Format("2006-01-02 15:04"),
		"",
		"Client ID: " + a.ClientID,
		"Client Secret: " + secret.Reveal(),
		"Scope: " + scopeText(a),
		"",
		"Authorization URL: " + authorizeURL(origin),
		"Access Token URL: " + tokenURL(origin),
		"API: " + origin + "/v1",
	}
	for _, uri := range a.RedirectURIs {
		lines = append(lines, "Redirect URI: "+uri)
	}
	return strings.Join(lines, "\n") + "\n"
}

// fileName makes a name that every file system takes: "n8n secret.txt".
func fileName(app string) string {
	safe := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '-'
		}
		return r
	}, app)
	return strings.TrimSpace(strings.Trim(safe, ". ") + " secret.txt")
}

// writePrivate writes a file that nobody but its owner may read, from before the
// first byte is in it; also where there was one that others could read.
func writePrivate(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = f.Chmod(0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// unsaved says why there is no file, and that nothing is lost.
func unsaved(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return kit.T("Not saved: Linkdesk may not write there. Choose another folder.")
	case errors.Is(err, syscall.ENOSPC):
		return kit.T("Not saved: the disk is full. Choose another one.")
	}
	return kit.T("Not saved: the file could not be written. Choose another folder.")
}
