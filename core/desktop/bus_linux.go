package desktop

import (
	"context"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"
)

const busDeadline = 2 * time.Second

// SessionBus connects to the message bus of the session, if one runs. It
// starts none: godbus's usual way runs dbus-launch and leaves a daemon behind.
// The connection ends with ctx.
func SessionBus(ctx context.Context) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("desktop: no session bus: %w", err)
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("desktop: the session bus refuses: %w", err)
	}
	return conn, nil
}

// HasSessionBus reports whether the tray may be asked for: without a bus the
// tray library crashes when the program ends.
func HasSessionBus(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, busDeadline)
	defer cancel()
	conn, err := SessionBus(ctx)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// TrayHost reports whether something shows tray icons. Without it a window
// that closes to the tray could not be reached any more (product P-25).
func TrayHost(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, busDeadline)
	defer cancel()
	conn, err := SessionBus(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	var has bool
	err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&has)
	return err == nil && has
}
