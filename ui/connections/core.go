package connections

import (
	"context"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/signin"
)

// Core is what the tab needs of Linkdesk. Its methods may take a while and are
// never called on the window's goroutine.
type Core interface {
	List(ctx context.Context) ([]connection.View, error)
	Verify(ctx context.Context, id core.ConnectionID) (connection.View, error)
	VerifyAll(ctx context.Context) ([]connection.View, error)
	Rename(ctx context.Context, id core.ConnectionID, name string) error
	Pause(ctx context.Context, id core.ConnectionID) error
	Resume(ctx context.Context, id core.ConnectionID) error
	UsedBy(ctx context.Context, id core.ConnectionID) (connection.Usage, error)
	Delete(ctx context.Context, id core.ConnectionID, o connection.DeleteOptions) (Deletion, error)
	Begin(ctx context.Context, d connection.Draft) (Pending, error)
}

// Pending is a sign-in under way; see connection.Pending.
type Pending interface {
	URL() string
	Deadline() time.Time
	OpenAgain(ctx context.Context) error
	BrowserErr() error
	Notices() <-chan signin.Notice
	Paste(ctx context.Context, address string) error
	Wait(ctx context.Context) (connection.Result, error)
	AddAsNew(ctx context.Context) (connection.Result, error)
	Cancel()
}

// Deletion is a deletion that can be undone for a while; see connection.Deletion.
type Deletion interface {
	Undo(ctx context.Context) error
	Done() <-chan struct{}
	Outcome() connection.Outcome
	Err() error
}

// Of makes a Core of the service that looks after connections.
func Of(s *connection.Service) Core { return ofService{s} }

type ofService struct{ *connection.Service }

func (s ofService) Begin(ctx context.Context, d connection.Draft) (Pending, error) {
	p, err := s.Service.Begin(ctx, d)
	if err != nil {
		return nil, err // not a Pending that holds nil
	}
	return p, nil
}

func (s ofService) Delete(ctx context.Context, id core.ConnectionID, o connection.DeleteOptions) (Deletion, error) {
	d, err := s.Service.Delete(ctx, id, o)
	if err != nil {
		return nil, err
	}
	return d, nil
}
