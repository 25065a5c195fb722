package oauthapps

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit/kittest"
)

func TestScreens(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		s := open(t, &desk{address: Address{Origin: "http://127.0.0.1:8787", Problem: "another program uses the port 8787."}})
		s.Snapshot(t, "apps-empty")
	})
	t.Run("list", func(t *testing.T) {
		s := open(t, sample())
		s.Snapshot(t, "apps-list")
		s.Window.Resize(fyne.NewSize(860, 560))
		s.Snapshot(t, "apps-small")
	})
	t.Run("set-up", func(t *testing.T) {
		d := sample()
		d.setup = authserver.Setup{Opened: kittest.Noon.Add(-time.Minute), Allowed: kittest.Noon.Add(-30 * time.Second), Trouble: authserver.WrongSecret, At: kittest.Noon.Add(-20 * time.Second)}
		s := open(t, d)
		s.at(t, "app_fresh")
		s.Window.Resize(fyne.NewSize(1080, 1400))
		s.Snapshot(t, "apps-setup")
		s.pane.program.SetSelected("curl")
		s.Snapshot(t, "apps-curl")
		s.at(t, "app_long")
		s.Snapshot(t, "apps-long")
	})
	t.Run("in use", func(t *testing.T) {
		d := sample()
		at := kittest.Noon.Add(-time.Hour)
		d.setup = authserver.Setup{Opened: at, Allowed: at, Fetched: at, Read: kittest.Noon.Add(-3 * time.Minute)}
		s := open(t, d)
		s.at(t, "app_n8n")
		s.Window.Resize(fyne.NewSize(1080, 1400))
		s.Snapshot(t, "apps-used")
	})
}

func TestDialogScreens(t *testing.T) {
	s := open(t, sample())
	r := s.askReach()
	s.Snapshot(t, "apps-reach")
	s.reachBy(r, 1)
	s.Snapshot(t, "apps-reach-docker")
	s.reachBy(r, 1)
	r.cert.SetText("/home/ada/.local/share/linkdesk/tls/linkdesk.crt")
	s.Snapshot(t, "apps-reach-network")
	r.dialog.Close()
	f := s.openForm(nil)
	s.Snapshot(t, "apps-create")
	f.name.SetText("Warehouse")
	f.preset(presets()[0])
	f.addURI("https://n8n.example/#wrong")
	f.changed()
	s.Snapshot(t, "apps-create-faults")
	f.dialog.Close()
	long, _ := s.p.state.Find("app_long")
	s.openForm(&long).dialog.Press("Cancel")
	s.showReady(s.desk.apps[0], core.NewSecret(fakeSecret))
	s.Snapshot(t, "apps-secret")
	s.Dialogs.Open().Press("Close")
	s.Snapshot(t, "apps-unstored")
	s.Dialogs.Open().Close()
	n8n, _ := s.p.state.Find("app_n8n")
	s.askRegenerate(n8n)
	s.Snapshot(t, "apps-regenerate")
	s.Dialogs.Open().Close()
	s.askDelete(n8n)
	s.Snapshot(t, "apps-delete")
	s.Dialogs.Open().Close()
	s.askRevoke(long)
	s.Snapshot(t, "apps-revoke")
	s.Dialogs.Open().Close()
}
