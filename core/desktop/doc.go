// Package desktop is what Linkdesk asks of the computer it runs on: where its
// files lie, that it runs only once, starting with the session, the log, the
// browser, and whether there is a display and a tray.
//
// Its place in the picture: cmd uses all of it at the start; a second start
// hands its command to the first through the activation socket.
//
//	linkdesk COMMAND  ->  Send  ->  socket (0600)  ->  Instance.Listen  ->  the running core
//
// Nothing here knows connections, syncs or windows.
package desktop

// AppID is the id of the program: in the keyring, in autostart entries, and for the window system.
const AppID = "app.linkdesk.Linkdesk"
