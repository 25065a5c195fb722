package connection

import (
	"context"
	"maps"

	"linkdesk/core"
	"linkdesk/core/service"
	"linkdesk/core/signin"
)

// Draft is what a person chose in the wizard.
type Draft struct {
	Service      string
	Name         string                 // empty: DefaultName
	Method       string                 // empty: the service's first
	Inputs       map[string]string      // what the service asks for, not secret
	Secrets      map[string]core.Secret // what it asks for and is secret, the API key included
	ClientID     string                 // empty: the manifest's own, or on reauthorize the one in use
	ClientSecret core.Secret            // empty: likewise
	Access       core.AccessMap
	Reauthorize  core.ConnectionID // empty: a new connection
	NoBrowser    bool              // the person opens the link
	PasteOnly    bool              // the person pastes the last page's address (after CodePortBlocked)
}

// plan is a draft that was checked, with the service's side of it.
type plan struct {
	Draft
	manifest *service.Manifest
	auth     *service.Auth
	derived  map[string]string // cut out of an API key
	current  *core.Connection  // nil: a new connection
}

// Begin starts a sign-in, or takes an API key. Nothing is stored before Wait
// returns. Errors: CodeInvalid, CodeNotFound, CodePortBlocked, CodeKeyring
// when the vault is not open (there would be nowhere to put what the service gives).
func (s *Service) Begin(ctx context.Context, d Draft) (*Pending, error) {
	pl, err := s.plan(ctx, d)
	if err != nil {
		return nil, err
	}
	if _, err := signin.SealGrant(s.o.Sealer, "", signin.Grant{}); err != nil {
		return nil, err
	}
	p := &Pending{service: s, plan: pl}
	p.ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if pl.auth.Method == "oauth2" {
		p.attempt, err = s.o.SignIn.Begin(ctx, signin.Request{Manifest: pl.manifest, Auth: pl.auth, Inputs: pl.Inputs, ClientID: pl.ClientID, ClientSecret: pl.ClientSecret,
			Scopes: pl.manifest.ScopesFor(pl.Access, pl.auth.Method), NoBrowser: pl.NoBrowser, PasteOnly: pl.PasteOnly})
		if err != nil {
			p.cancel()
			return nil, err
		}
	}
	s.mu.Lock()
	closed := s.closed
	s.pending[p] = struct{}{}
	s.mu.Unlock()
	if closed {
		p.Cancel()
	}
	return p, nil
}

// plan checks a draft.
func (s *Service) plan(ctx context.Context, d Draft) (pl plan, err error) {
	d.Inputs, d.Secrets, d.Access = clone(d.Inputs), clone(d.Secrets), d.Access.Clone()
	if d.Reauthorize != "" {
		v, err := s.Get(ctx, d.Reauthorize)
		if err != nil {
			return pl, err
		}
		if err := s.keep(ctx, &d, v.Connection); err != nil {
			return pl, err
		}
		pl.current = &v.Connection
	}
	if pl.manifest, err = s.o.Registry.Get(d.Service); err != nil {
		return pl, err
	}
	var ok bool
	if pl.auth, ok = pl.manifest.AuthMethod(d.Method); !ok {
		return pl, core.Invalid(pl.manifest.Name + " has no such way of signing in.")
	}
	d.Method = pl.auth.Method
	if d.Name != "" {
		if d.Name, err = cleanName(d.Name); err != nil {
			return pl, err
		}
	}
	if !chosen(d.Access) {
		return pl, core.Invalid("Choose at least one kind of data.")
	}
	pl.Draft = d
	return pl, pl.checkInputs()
}

// keep fills a draft for a connection that exists: the account, and so what
// leads to it, stays the same; what is not given stays as it is.
func (s *Service) keep(ctx context.Context, d *Draft, c core.Connection) error {
	d.Service = c.Service
	for name, value := range c.Inputs {
		d.Inputs[name] = value
	}
	if d.Method == "" {
		d.Method = c.Method
	}
	if len(d.Access) == 0 {
		d.Access = c.Access.Clone()
	}
	if d.ClientID == "" || d.ClientID == c.ClientID {
		d.ClientID = c.ClientID
		if d.ClientSecret.Empty() {
			row, err := s.o.Secrets.LoadSealed(ctx, c.ID)
			if err != nil {
				return err
			}
			// What the lost key sealed is gone: the sign-in asks for it anew.
			if secrets, err := signin.UnsealClient(s.o.Sealer, c.ID, row.Client); err == nil {
				d.ClientSecret = secrets[signin.ClientSecretKey]
			}
		}
	}
	return nil
}

// checkInputs checks what was typed: that of the manifest, and the fields of an API key.
func (pl *plan) checkInputs() error {
	fields := map[string]string{}
	inputs := maps.Clone(pl.Inputs)
	for name, secret := range pl.Secrets {
		inputs[name] = secret.Reveal()
	}
	for _, f := range pl.auth.Fields {
		fields[f.ID] = inputs[f.ID]
		delete(inputs, f.ID)
	}
	if err := pl.manifest.ValidateInputs(inputs); err != nil {
		return err
	}
	if pl.auth.Method == "oauth2" {
		return nil
	}
	var err error
	pl.derived, err = pl.auth.Derived(fields)
	return err
}

func chosen(access core.AccessMap) bool {
	for _, model := range core.Models() {
		if access.Of(model) != core.Disabled {
			return true
		}
	}
	return false
}

func clone[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}
