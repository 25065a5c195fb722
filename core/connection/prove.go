package connection

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"linkdesk/core"
	"linkdesk/core/provider"
	"linkdesk/core/service"
	"linkdesk/core/signin"
)

// proof is a sign-in that was tried out at the service, ready to be stored.
type proof struct {
	connection core.Connection // without an ID
	grant      signin.Grant
	secrets    map[string]core.Secret
	checks     []core.ModelCheck
}

// prove finds out what the grant is good for: what the service tells about the
// account, and one record of each chosen data model (product row P-05).
func (s *Service) prove(ctx context.Context, pl *plan, got *signin.Outcome) (*proof, error) {
	m := pl.manifest
	c := core.Connection{Service: m.ID, Name: pl.Name, Method: pl.auth.Method, Inputs: openInputs(pl), Captured: clone(got.Captured), Access: pl.Access,
		ClientID: got.Grant.ClientID, Asked: m.ScopesFor(pl.Access, pl.auth.Method)}
	client := func() *provider.Client {
		return s.o.Provider.ForToken(m, m.Values(c.Inputs, c.Captured), got.Grant.AccessToken)
	}
	found, err := client().Discover(ctx, core.Secret{})
	if err != nil {
		return nil, notAccepted(pl, err)
	}
	maps.Copy(c.Captured, found)
	account, granted, err := client().Verify(ctx)
	if err != nil {
		return nil, notAccepted(pl, err)
	}
	c.AccountID, c.AccountName = account.ID, accountName(account)
	if c.Name == "" {
		c.Name = DefaultName(m.Name, c.AccountName)
	}
	c.Granted = firstSaid(granted, got.Grant.Scopes, c.Asked)
	c.AuthorizedAt, c.ExpiresAt = s.o.Clock.Now(), got.Grant.SignInBy()
	checks := probe(ctx, client(), m, c)
	if ctx.Err() != nil {
		return nil, core.E(core.CodeCancelled, "", ctx.Err())
	}
	c.Health = health(checks, s.o.Clock.Now())
	secrets := maps.Clone(pl.Secrets)
	delete(secrets, pl.auth.Key()) // it is the grant
	secrets[signin.ClientSecretKey] = pl.ClientSecret
	return &proof{c, got.Grant, secrets, checks}, nil
}

// openInputs are the inputs that may be stored in the open.
func openInputs(pl *plan) map[string]string {
	open := map[string]string{}
	for _, in := range pl.manifest.InputsFor(pl.auth.Method) {
		if value, ok := pl.Inputs[in.ID]; ok && !in.Secret {
			open[in.ID] = value
		}
	}
	return open
}

// notAccepted says what it means that a service refuses what it gave, or was
// given, a moment ago: signing in "again" would be the wrong words.
func notAccepted(pl *plan, err error) error {
	if core.CodeOf(err) != core.CodeReauthRequired {
		return err
	}
	name := pl.manifest.Name
	if pl.auth.Method == "api_key" {
		return core.E(core.CodeInvalid, name+" does not accept this key. Check that you copied all of it, and that it was not withdrawn there.", err)
	}
	return core.E(core.CodeDataUnexpected, name+" gave a permission that it then did not accept. Nothing was changed. Start again.", err)
}

// probe reads one record of each model that may be read. A model for which the
// service did not give the permission fails without a call.
func probe(ctx context.Context, client *provider.Client, m *service.Manifest, c core.Connection) []core.ModelCheck {
	effective := m.Effective(c.Access, c.Granted)
	var checks []core.ModelCheck
	for _, model := range core.Models() {
		if m.Offered(model, c.Access.Of(model)).CanRead() {
			checks = append(checks, core.ModelCheck{Model: model})
		}
	}
	var group errgroup.Group
	for i := range checks {
		check := &checks[i]
		if !effective.Of(check.Model).CanRead() {
			check.Code = core.CodeScopeMissing
			continue
		}
		group.Go(func() error {
			*check = client.Probe(ctx, check.Model)
			return nil
		})
	}
	_ = group.Wait() // the calls report by their checks
	return checks
}

// health is what checks say about a connection into whose account we got: not
// well as long as one of the models is not (product row P-05).
func health(checks []core.ModelCheck, now time.Time) core.Health {
	h := core.Health{CheckedAt: now, OKAt: now, Models: checks}
	for _, c := range checks {
		if !c.OK && (h.Code == "" || c.Code == core.CodeScopeMissing) {
			h.Code = c.Code
		}
	}
	return h
}

// firstSaid returns the granted scopes: as the account tells, else as the token
// answer told, else all that were asked for (RFC 6749 section 5.1).
func firstSaid(lists ...[]string) []string {
	for _, l := range lists {
		if l != nil {
			return slices.Clone(l)
		}
	}
	return nil
}

// create stores a new connection in one call.
func (s *Service) create(ctx context.Context, pr *proof) (Result, error) {
	c := pr.connection
	c.ID = core.NewConnectionID()
	c.CreatedAt = c.AuthorizedAt
	grant, client, err := s.seal(c.ID, pr)
	if err != nil {
		return Result{}, err
	}
	if err := s.o.Store.Create(ctx, c, grant, client); err != nil {
		return Result{}, err
	}
	return s.stored(ctx, c, pr, true), nil
}

// reauthorize replaces what a sign-in changes; everything else stays (P-07).
func (s *Service) reauthorize(ctx context.Context, id core.ConnectionID, pr *proof) (Result, error) {
	c := pr.connection
	c.ID = id
	grant, client, err := s.seal(id, pr)
	if err != nil {
		return Result{}, err
	}
	if s.isDeleting(id) {
		return Result{}, errGone()
	}
	if err := s.o.Store.Reauthorize(ctx, c, grant, client); err != nil {
		return Result{}, err
	}
	if c, err = s.o.Store.Get(ctx, id); err != nil {
		return Result{}, err
	}
	return s.stored(ctx, c, pr, false), nil
}

func (s *Service) seal(id core.ConnectionID, pr *proof) (grant, client []byte, err error) {
	grant, err = signin.SealGrant(s.o.Sealer, id, pr.grant)
	client, err2 := signin.SealClient(s.o.Sealer, id, pr.secrets)
	return grant, client, errors.Join(err, err2)
}

func (s *Service) stored(ctx context.Context, c core.Connection, pr *proof, created bool) Result {
	if s.o.Adopt != nil {
		if err := s.o.Adopt(ctx, c.ID, c.Access); err != nil {
			// The connection stands; only its sync settings are still the defaults.
			s.o.Log.Warn("the chosen access was not taken over into the sync settings", "connection", string(c.ID), "error", err)
		}
	}
	s.o.Log.Info("a connection was stored", "connection", string(c.ID), "service", c.Service, "created", created, "scopes", len(c.Granted))
	s.changed(c.ID)
	return Result{Connection: c, Created: created, Missing: s.view(c).Missing, Checks: pr.checks}
}
