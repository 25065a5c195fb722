package connection

import (
	"context"

	"linkdesk/core"
	"linkdesk/core/service"
)

// View is a connection with what follows from it. Connection.Service is the id
// of the service, Service all that is known about it, never nil.
type View struct {
	core.Connection
	Status  core.Status
	Missing []core.Model // chosen, but not covered by what the service granted
	Service *service.Manifest
}

// List returns all connections in the order of the store. Those whose deletion
// can still be undone are left out.
func (s *Service) List(ctx context.Context) ([]View, error) {
	all, err := s.o.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	views := make([]View, 0, len(all))
	for _, c := range all {
		if !s.isDeleting(c.ID) {
			views = append(views, s.view(c))
		}
	}
	return views, nil
}

// Get returns one connection, or an error of class CodeNotFound.
func (s *Service) Get(ctx context.Context, id core.ConnectionID) (View, error) {
	if s.isDeleting(id) {
		return View{}, errGone()
	}
	c, err := s.o.Store.Get(ctx, id)
	if err != nil {
		return View{}, err
	}
	return s.view(c), nil
}

func (s *Service) view(c core.Connection) View {
	m, _ := s.manifest(c)
	v := View{Connection: c, Service: m, Missing: m.Missing(c.Access, c.Granted)}
	v.Status = c.Status(s.o.Clock.Now(), len(v.Missing) > 0, s.o.Locked())
	return v
}

// Usage is what a connection is good for, for the question before it is deleted.
type Usage struct {
	Models  int   // data models that are synced
	Records int64 // copied to this computer
}

// UsedBy tells what would be lost with a connection (product row C22).
func (s *Service) UsedBy(ctx context.Context, id core.ConnectionID) (Usage, error) {
	v, err := s.Get(ctx, id)
	if err != nil {
		return Usage{}, err
	}
	var u Usage
	for _, model := range core.Models() {
		if v.Access.Of(model) != core.Disabled {
			u.Models++
		}
	}
	if s.o.Records == nil {
		return u, nil
	}
	counts, err := s.o.Records.Counts(ctx, id)
	for _, n := range counts {
		u.Records += n
	}
	return u, err
}
