package main

import (
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// iconicState is the state that a client asks for to be minimised (ICCCM 4.1.4).
const iconicState = 3

// iconify asks the X11 window manager to minimise a window; Fyne has no such call.
func iconify(window uintptr) error {
	x, err := xgb.NewConn()
	if err != nil {
		return err
	}
	defer x.Close()
	const name = "WM_CHANGE_STATE"
	atom, err := xproto.InternAtom(x, false, uint16(len(name)), name).Reply()
	if err != nil {
		return err
	}
	event := xproto.ClientMessageEvent{Format: 32, Window: xproto.Window(window), Type: atom.Atom,
		Data: xproto.ClientMessageDataUnionData32New([]uint32{iconicState, 0, 0, 0, 0})}
	root := xproto.Setup(x).DefaultScreen(x).Root
	mask := uint32(xproto.EventMaskSubstructureNotify | xproto.EventMaskSubstructureRedirect)
	return xproto.SendEventChecked(x, false, root, mask, string(event.Bytes())).Check()
}
