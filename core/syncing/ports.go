package syncing

import (
	"context"
	"log/slog"
	"time"

	"linkdesk/core"
	"linkdesk/core/event"
	"linkdesk/core/provider"
)

// Link is what a sync has to know about a connection.
type Link struct {
	core.Connection
	Status  core.Status
	Offers  core.AccessMap // the most that the service can give, by data model
	Granted core.AccessMap // what the granted scopes are enough for, by data model
}

// Connections tells about connections.
type Connections interface {
	List(ctx context.Context) ([]Link, error)
	Get(ctx context.Context, id core.ConnectionID) (Link, error)
	// Checked notes what a service really answered: the empty code after
	// success, else why it could not be used.
	Checked(ctx context.Context, id core.ConnectionID, code core.Code) error
	// Want notes the access that the settings ask for, after they changed.
	Want(ctx context.Context, id core.ConnectionID, access core.AccessMap) error
}

// Lister reads one connection's lists, page by page.
type Lister interface {
	// Page reads the page at pos. Its errors are those of core/provider.
	Page(ctx context.Context, m core.Model, q provider.ListQuery, pos provider.Position) (provider.Page, error)
	// Members reads a page of who is in a segment; its errors are those of core/provider.
	Members(ctx context.Context, pos provider.Position) (provider.Members, error)
	// Incremental reports whether the service can be asked for changes only.
	Incremental(m core.Model) bool
	// DetectsDeletes reports whether what a complete read lacks was removed.
	DetectsDeletes(m core.Model) bool
}

// Comparer tells what Records.Apply would do with records, and does nothing.
type Comparer interface {
	Compare(ctx context.Context, c core.ConnectionID, m core.Model, records []core.Record) (core.Counts, error)
}

// Preferences keeps small values of the person; Get answers "" for an unknown key.
type Preferences interface {
	Get(ctx context.Context, key string) (string, error)
	Set(ctx context.Context, key, value string) error
}

// Options are what a Service needs. All fields without a default are required.
type Options struct {
	Store       Store
	Records     Records
	Lists       Lists
	Compare     Comparer
	Connections Connections
	Preferences Preferences
	Pages       func(ctx context.Context, c core.Connection) (Lister, error)
	Bus         *event.Bus
	Clock       core.Clock
	Location    func() *time.Location // the person's time zone now
	Log         *slog.Logger

	Parallel int           // runs at once; default 2
	Tick     time.Duration // how often due times are looked at; default 20 s
	OnDemand bool          // only what SyncNow asks for, nothing by schedule: one-shot commands
}

func (o Options) withDefaults() Options {
	if o.Parallel < 1 {
		o.Parallel = 2
	}
	if o.Tick <= 0 {
		o.Tick = 20 * time.Second
	}
	return o
}
