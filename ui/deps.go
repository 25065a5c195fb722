package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/service"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/ui/connections"
	"linkdesk/ui/consent"
	"linkdesk/ui/kit"
	"linkdesk/ui/oauthapps"
	"linkdesk/ui/records"
	"linkdesk/ui/sync"
)

// Deps are what the window needs of Linkdesk. cmd/linkdesk fills them in.
type Deps struct {
	Connections connections.Core
	Services    func() []*service.Manifest
	Sync        SyncCore
	Records     records.Core
	Apps        oauthapps.Core
	Consents    consent.Core
	Vault       Vault
	Preferences Preferences
	Bus         *event.Bus
	Platform    Platform
	Practice    string // address of the practice store's own page
	// ServicesFolder is where the person's own manifests belong.
	ServicesFolder string
	Version        string
	Dispatcher     kit.Dispatcher
	Now            func() time.Time
}

// SyncCore is the Sync tab's core with what the frame and the tray need besides.
type SyncCore interface {
	sync.Core
	PauseUntil(ctx context.Context, t time.Time) error
	Resume(ctx context.Context) error
	Paused() (until time.Time, paused bool)
}

// Vault is *vault.Vault, with the wiping of what can no longer be read.
type Vault interface {
	State() vault.State
	Unlock(ctx context.Context) error
	UnlockWithPassphrase(ctx context.Context, pass core.Secret) error
	UsePassphrase(ctx context.Context, pass core.Secret) error
	UseSession(ctx context.Context) error
	StartOver(ctx context.Context) error
}

// Preferences keep small things such as the size of the window.
type Preferences interface {
	Get(ctx context.Context, key string) (string, error)
	Set(ctx context.Context, key, value string) error
}

// Platform is what the window asks of the computer.
type Platform interface {
	// TrayHost reports whether something shows tray icons.
	TrayHost(ctx context.Context) bool
	// Minimise puts the window away where it can be reached again; false means
	// that it cannot be done here.
	Minimise(w fyne.Window) bool
	// CanTray reports whether a tray icon may be asked for at all.
	CanTray() bool
	// Screen is the room that a window can have, in Fyne's units; zero: not known.
	Screen() fyne.Size
	OpenURL(ctx context.Context, address string) error
	Autostart() bool
	SetAutostart(on bool) error
}

var _ SyncCore = (*syncing.Service)(nil)
