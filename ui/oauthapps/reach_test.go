package oauthapps

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/localhttp"
)

// reachBy chooses by the keyboard.
func (s *shown) reachBy(r *reach, n int) {
	s.Window.Canvas().Focus(r.choice)
	for range n {
		s.press(fyne.KeyDown)
	}
}

// Letting others in is a deliberate choice: nothing else is chosen by itself.
func TestTheAddressIsOpenedToDocker(t *testing.T) {
	s := open(t, sample())
	r := s.askReach()
	if r.choice.Chosen() != 0 || r.docker.Visible() || r.pair.Visible() {
		t.Error("something else than this computer is offered")
	}
	s.reachBy(r, 1)
	if !r.docker.Visible() || r.pair.Visible() {
		t.Error("what to know about Docker is not shown")
	}
	test.Tap(s.button("Apply"))
	s.until(t, "the end of the dialog", func() bool { return s.Dialogs.Open() == nil })
	if got := s.desk.done(); !slices.Equal(got, []string{"reach docker at 8787"}) {
		t.Error(got)
	}
	if text := s.reached.Text(); !strings.Contains(text, "http://host.docker.internal:8787") {
		t.Error(text)
	}
}

func TestTheNetworkNeedsACertificate(t *testing.T) {
	s := open(t, sample())
	r := s.askReach()
	s.reachBy(r, 2)
	apply := s.button("Apply")
	if !apply.Disabled() {
		t.Error("the network without a certificate")
	}
	test.Tap(s.button("Make one for me"))
	s.until(t, "the files", func() bool { return r.cert.Text != "" && r.key.Text != "" && !apply.Disabled() })
	for port, good := range map[string]bool{"80": false, "65535": false, "x": false, "": false, "9000": true} {
		r.port.SetText(port)
		if apply.Disabled() == good {
			t.Errorf("port %q", port)
		}
	}
	r.port.SetText("9000") // they come in any order
	test.Tap(apply)
	s.until(t, "the end of the dialog", func() bool { return s.Dialogs.Open() == nil })
	if got := s.desk.done(); !slices.Equal(got, []string{"make a certificate", "reach network at 9000"}) {
		t.Error(got)
	}
	if text := s.reached.Text(); !strings.Contains(text, "https://shop-pc.local:9001") {
		t.Error(text)
	}
}

// What cannot be is said in the dialog, with what was entered still there.
func TestAReachThatCannotBe(t *testing.T) {
	s := open(t, sample())
	r := s.askReach()
	s.reachBy(r, 1)
	s.desk.set(func() {
		s.desk.fault = core.E(core.CodePortBlocked, "Port 8787 of this computer is used by the program “nc”.", nil)
	})
	test.Tap(s.button("Apply"))
	s.until(t, "the fault", func() bool { return r.fault.Visible() })
	if s.Dialogs.Open() != r.dialog || r.choice.Chosen() != 1 || s.button("Apply").Disabled() {
		t.Error("the dialog is gone, or cannot be used any more")
	}
	s.desk.set(func() { s.desk.fault = nil })
	test.Tap(s.button("Apply"))
	s.until(t, "the end of the dialog", func() bool { return s.Dialogs.Open() == nil })
}

func TestReachedSaysWhyOthersCannot(t *testing.T) {
	a := Address{Docker: "http://host.docker.internal:8787", NoNetwork: "The certificate in “shop.crt” ended on 3 May 2026. Renew it.", Setting: localhttp.Setting{Reach: localhttp.Network}}
	if text := a.Reached(); !strings.Contains(text, "ended on 3 May 2026") {
		t.Error(text)
	}
}

// A file is picked without losing what is entered; changing one's mind is no fault.
func TestTheCertificateIsPicked(t *testing.T) {
	s := open(t, sample())
	r := s.askReach()
	s.reachBy(r, 2)
	var title, path string
	var wrong error
	s.Tab.pick = func(name string, then func(string, error)) { title = name; then(path, wrong) }
	path = "/home/ada/shop.key"
	test.Tap(s.button("Choose…")) // the one of the key: it stands last
	if r.key.Text != path || title != "Private key" || r.cert.Text != "" {
		t.Errorf("%q for %q, certificate %q", r.key.Text, title, r.cert.Text)
	}
	path = ""
	test.Tap(s.button("Choose…"))
	if r.key.Text != "/home/ada/shop.key" || r.fault.Visible() {
		t.Errorf("after a change of mind %q, fault %v", r.key.Text, r.fault.Visible())
	}
	wrong = core.E(core.CodeInvalid, "That file cannot be opened.", nil)
	test.Tap(s.button("Choose…"))
	if r.key.Text != "/home/ada/shop.key" || !r.fault.Visible() {
		t.Errorf("after a fault %q, fault %v", r.key.Text, r.fault.Visible())
	}
}

// Escape in the list of files leaves the dialog below open, and the next one closes it.
func TestEscapeLeavesTheListOfFilesOnly(t *testing.T) {
	s := open(t, sample())
	r := s.askReach()
	s.reachBy(r, 2)
	s.Window.Canvas().Unfocus()
	test.Tap(s.button("Choose…"))
	s.press(fyne.KeyEscape)
	if s.Dialogs.Open() != r.dialog {
		t.Fatal("the dialog below is closed too")
	}
	s.press(fyne.KeyEscape)
	if s.Dialogs.Open() != nil {
		t.Error("the dialog does not close any more")
	}
}
