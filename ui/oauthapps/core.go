package oauthapps

import (
	"context"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/localhttp"
)

// Core is what the tab needs of Linkdesk. Methods that take a context, and
// MakeCertificate, are never called on the window's goroutine.
type Core interface {
	// Address returns the present state of the local address.
	Address() Address
	// TurnAddress starts or stops listening, now and at later starts. The error
	// says what is in the way.
	TurnAddress(ctx context.Context, on bool) error
	// SetAddress changes who may reach the address, and its port. When that
	// cannot be, the error says why and all is as before.
	SetAddress(ctx context.Context, set localhttp.Setting) error
	// MakeCertificate makes a certificate of this computer's own.
	MakeCertificate() (localhttp.Setting, error)
	Apps
}

// Apps is the part of Core that *authserver.Service is.
type Apps interface {
	Apps(ctx context.Context) ([]authserver.App, error)
	Grants(ctx context.Context, app authserver.AppID) ([]authserver.Grant, error)
	Setup(ctx context.Context, app authserver.AppID) (authserver.Setup, error)
	Ledger() authserver.Ledger
	CreateApp(ctx context.Context, d authserver.Draft) (authserver.App, core.Secret, error)
	EditApp(ctx context.Context, id authserver.AppID, d authserver.Draft) (authserver.App, error)
	PauseApp(ctx context.Context, id authserver.AppID, paused bool) error
	RegenerateSecret(ctx context.Context, id authserver.AppID, overlap time.Duration) (authserver.App, core.Secret, error)
	RevokeGrant(ctx context.Context, id authserver.GrantID) error
	RevokeApp(ctx context.Context, id authserver.AppID) error
	DeleteApp(ctx context.Context, id authserver.AppID) error
}

var _ Apps = (*authserver.Service)(nil)

// Address is the local address as the tab shows it.
type Address struct {
	Origin  string // "http://127.0.0.1:8787"
	On      bool
	Problem string // why it is not on; "" when somebody turned it off

	Setting   localhttp.Setting
	Docker    string // "http://host.docker.internal:8787"; "" when containers may not come in
	Network   string // "https://shop-pc.local:8788"; "" when other computers cannot come in
	NoNetwork string // why they cannot though they should
}
