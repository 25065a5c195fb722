package vault

import (
	"fmt"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName       = "org.freedesktop.secrets"
	loginCollection   = "/org/freedesktop/secrets/collection/login"
	defaultCollection = "/org/freedesktop/secrets/aliases/default"
	lockedProperty    = "org.freedesktop.Secret.Collection.Locked"
)

// reachable reports why there is no session bus, without starting one:
// go-keyring would run dbus-launch and leave a daemon behind each time. After
// a success the library finds the same bus by its address.
func reachable() error {
	conn, err := sessionBus()
	if err != nil {
		return err
	}
	return conn.Close()
}

// sessionBus connects to a bus that already runs.
func sessionBus() (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return nil, fmt.Errorf("vault: no session bus: %w", err)
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("vault: the session bus refuses: %w", err)
	}
	return conn, nil
}

// locked reads the property of the collection that go-keyring would use.
func locked() bool {
	conn, err := sessionBus()
	if err != nil {
		return false
	}
	defer conn.Close()
	for _, path := range []dbus.ObjectPath{loginCollection, defaultCollection} {
		if v, err := conn.Object(secretsName, path).GetProperty(lockedProperty); err == nil {
			is, _ := v.Value().(bool)
			return is
		}
	}
	return false
}
