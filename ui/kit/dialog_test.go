package kit_test

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

func TestDialogKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		key  fyne.KeyName
		want string
	}{
		{"Escape cancels", fyne.KeyEscape, "cancel"},
		{"Enter does the safe thing", fyne.KeyReturn, "cancel"},
	} {
		e := kittest.NewEnv(t)
		did := ""
		e.Dialogs.Show(&kit.Dialog{Title: "Delete?", Buttons: []kit.DialogButton{
			{Title: "Delete", Danger: true, Do: func() { did = "delete" }}, {Title: "Cancel", Enter: true, Cancel: true, Do: func() { did = "cancel" }}}})
		press(e, c.key)
		if did != c.want || e.Dialogs.Open() != nil || e.Window.Canvas().Overlays().Top() != nil {
			t.Errorf("%s: did %q, open: %v", c.name, did, e.Dialogs.Open() != nil)
		}
	}
}

// Escape and Enter reach the dialog from every kind of field.
func TestDialogKeysFromFields(t *testing.T) {
	for name, field := range map[string]fyne.CanvasObject{
		"entry": kit.NewEntry(""), "check": kit.NewCheck("Tick", nil), "select": kit.NewSelect([]string{"a"}, nil), "choice": kit.NewChoice([]string{"a", "b"}, 0, nil),
	} {
		for _, k := range []fyne.KeyName{fyne.KeyEscape, fyne.KeyReturn} {
			e := kittest.NewEnv(t)
			did := ""
			e.Dialogs.Show(&kit.Dialog{Title: "Rename", Content: field, Focus: field.(fyne.Focusable), Buttons: []kit.DialogButton{
				{Title: "Rename", Enter: true, Do: func() { did += "rename" }}, {Title: "Cancel", Cancel: true, Do: func() { did += "cancel" }}}})
			if e.Window.Canvas().Focused() != field.(fyne.Focusable) {
				t.Errorf("%s: the first field is not focused", name)
			}
			press(e, k)
			if want := map[fyne.KeyName]string{fyne.KeyEscape: "cancel", fyne.KeyReturn: "rename"}[k]; did != want {
				t.Errorf("%s, %s: did %q, want %q", name, k, did, want)
			}
		}
	}
}

func TestDialogsWaitForEachOther(t *testing.T) {
	e := kittest.NewEnv(t)
	outside := 0
	e.Window.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { outside++ })
	var closed []string
	make3 := func(title string) *kit.Dialog {
		return &kit.Dialog{Title: title, Closed: func() { closed = append(closed, title) }, Buttons: []kit.DialogButton{{Title: "OK"}}}
	}
	a, b, c := make3("a"), make3("b"), make3("c")
	e.Dialogs.Show(a)
	e.Dialogs.Show(b)
	e.Dialogs.Show(c)
	if n := len(e.Window.Canvas().Overlays().List()); n != 1 || e.Dialogs.Open() != a {
		t.Fatalf("%d dialogs on top of each other", n)
	}
	b.Close() // one that waits never opens
	press(e, fyne.KeyEscape)
	if e.Dialogs.Open() != c {
		t.Fatal("c did not follow a")
	}
	press(e, fyne.KeyReturn)
	press(e, fyne.KeyEscape)
	if fmt.Sprint(closed) != "[b a c]" || outside != 1 {
		t.Errorf("closed %v, window got %d keys after the last dialog", closed, outside)
	}
}

func TestDialogButtons(t *testing.T) {
	e := kittest.NewEnv(t)
	tries := 0
	d := &kit.Dialog{Title: "Secret", Buttons: []kit.DialogButton{{Title: "Done", Off: true, Enter: true}, {Title: "Try", Keep: true, Do: func() { tries++ }}}}
	e.Dialogs.Show(d)
	press(e, fyne.KeyReturn)
	d.Press("Done")
	d.Press("Try")
	test.Tap(button(t, e, "Try"))
	if e.Dialogs.Open() != d || tries != 2 {
		t.Fatalf("open %v after a disabled button, %d tries", e.Dialogs.Open() == d, tries)
	}
	d.Enable("Done", true)
	press(e, fyne.KeyReturn)
	if e.Dialogs.Open() != nil {
		t.Error("Done was enabled and did nothing")
	}
}

// A dialog is as large as its content and never larger than the window.
func TestDialogFits(t *testing.T) {
	e := kittest.NewEnv(t)
	e.Show(kit.NewText(""), fyne.NewSize(860, 560))
	tall := kit.VStack(8)
	for range 60 {
		tall.Add(kit.NewText("A line"))
	}
	e.Dialogs.Show(&kit.Dialog{Title: "Tall", Content: tall, Buttons: []kit.DialogButton{{Title: "Close", Cancel: true}}})
	ok := button(t, e, "Close")
	pos := e.App.Driver().AbsolutePositionForObject(ok)
	if pos.Y < 0 || pos.Y+ok.Size().Height > 560 {
		t.Errorf("the button of a tall dialog lies at %v", pos)
	}
	e.Window.Resize(fyne.NewSize(1200, 500))
	if pos := e.App.Driver().AbsolutePositionForObject(ok); pos.Y+ok.Size().Height > 500 {
		t.Errorf("after the window shrank the button lies at %v", pos)
	}
}
