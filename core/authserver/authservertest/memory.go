package authservertest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

// Memory is a store in memory, for tests.
type Memory struct {
	mu     sync.Mutex
	data   data
	ledger []authserver.Read
}

// data is what Memory holds; a transaction works on a copy.
type data struct {
	apps     []authserver.App
	grants   []authserver.Grant // oldest first
	codes    map[authserver.Hash]authserver.Code
	tokens   map[authserver.Hash]authserver.Token
	consents []authserver.Consent // oldest first
}

// NewMemory returns an empty store.
func NewMemory() *Memory { return &Memory{} }

// View runs fn on the data.
func (m *Memory) View(ctx context.Context, fn func(authserver.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.run(ctx, &data{}, fn)
}

// Update keeps what fn did when it returns nil.
func (m *Memory) Update(ctx context.Context, fn func(authserver.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var after data
	err := m.run(ctx, &after, fn)
	if err == nil {
		m.data = after
	}
	return err
}

func (m *Memory) run(ctx context.Context, d *data, fn func(authserver.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return core.E(core.CodeCancelled, "", err)
	}
	*d = data{slices.Clone(m.data.apps), slices.Clone(m.data.grants), maps.Clone(m.data.codes), maps.Clone(m.data.tokens), slices.Clone(m.data.consents)}
	if d.codes == nil {
		d.codes, d.tokens = map[authserver.Hash]authserver.Code{}, map[authserver.Hash]authserver.Token{}
	}
	return fn(d)
}

func find[T any](list []T, is func(T) bool) (v T, err error) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], nil
	}
	return v, core.NotFound("not there")
}

func lookUp[T any](list map[authserver.Hash]T, h authserver.Hash) (T, error) {
	v, ok := list[h]
	if !ok {
		return v, core.NotFound("not there")
	}
	return v, nil
}

func save[T any](list []T, v T, is func(T) bool) []T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		list[i] = v
		return list
	}
	return append(list, v)
}

func (d *data) Apps() ([]authserver.App, error) {
	all := slices.Clone(d.apps)
	for i := range all {
		all[i].Secrets = slices.Clone(all[i].Secrets)
	}
	return all, nil
}

func (d *data) App(id authserver.AppID) (authserver.App, error) {
	all, _ := d.Apps()
	return find(all, func(a authserver.App) bool { return a.ID == id })
}

func (d *data) AppOf(clientID string) (authserver.App, error) {
	all, _ := d.Apps()
	return find(all, func(a authserver.App) bool { return a.ClientID == clientID })
}

func (d *data) SaveApp(a authserver.App) error {
	d.apps = save(d.apps, a, func(o authserver.App) bool { return o.ID == a.ID })
	return nil
}

func (d *data) DeleteApp(id authserver.AppID) error {
	if _, err := d.App(id); err != nil {
		return err
	}
	d.apps = slices.DeleteFunc(d.apps, func(a authserver.App) bool { return a.ID == id })
	d.dropGrants(func(g authserver.Grant) bool { return g.App == id })
	d.consents = slices.DeleteFunc(d.consents, func(c authserver.Consent) bool { return c.App == id })
	return nil
}

func (d *data) dropGrants(which func(authserver.Grant) bool) {
	d.dropKeys(which)
	d.grants = slices.DeleteFunc(d.grants, which)
}

func (d *data) dropKeys(which func(authserver.Grant) bool) {
	of := func(id authserver.GrantID) bool { g, err := d.Grant(id); return err == nil && which(g) }
	maps.DeleteFunc(d.codes, func(_ authserver.Hash, c authserver.Code) bool { return of(c.Grant) })
	maps.DeleteFunc(d.tokens, func(_ authserver.Hash, t authserver.Token) bool { return of(t.Grant) })
}

func (d *data) Grants(app authserver.AppID) ([]authserver.Grant, error) {
	all := slices.DeleteFunc(slices.Clone(d.grants), func(g authserver.Grant) bool { return app != "" && g.App != app })
	slices.Reverse(all)
	return all, nil
}

func (d *data) Grant(id authserver.GrantID) (authserver.Grant, error) {
	return find(d.grants, func(g authserver.Grant) bool { return g.ID == id })
}

func (d *data) SaveGrant(g authserver.Grant) error {
	d.grants = save(d.grants, g, func(o authserver.Grant) bool { return o.ID == g.ID })
	return nil
}

func (d *data) Code(h authserver.Hash) (authserver.Code, error)   { return lookUp(d.codes, h) }
func (d *data) Token(h authserver.Hash) (authserver.Token, error) { return lookUp(d.tokens, h) }

func (d *data) SaveCode(c authserver.Code) error {
	d.codes[c.Hash] = c
	return nil
}

func (d *data) SaveToken(t authserver.Token) error {
	d.tokens[t.Hash] = t
	return nil
}

func (d *data) Consents(limit int) ([]authserver.Consent, error) {
	all := slices.Clone(d.consents)
	slices.Reverse(all)
	return all[:min(limit, len(all))], nil
}

func (d *data) Consent(id authserver.ConsentID) (authserver.Consent, error) {
	return find(d.consents, func(c authserver.Consent) bool { return c.ID == id })
}

func (d *data) SaveConsent(c authserver.Consent) error {
	if _, err := d.App(c.App); err != nil {
		return nil
	}
	d.consents = save(d.consents, c, func(o authserver.Consent) bool { return o.ID == c.ID })
	return nil
}

func (d *data) Purge(now, replays, old time.Time) error {
	maps.DeleteFunc(d.tokens, func(_ authserver.Hash, t authserver.Token) bool {
		return t.Kind == authserver.AccessToken && !t.Expires.After(now)
	})
	for h, t := range d.tokens {
		if t.Used.Before(replays) {
			t.Replay = nil
			d.tokens[h] = t
		}
	}
	waits := map[authserver.GrantID]bool{}
	for _, c := range d.codes {
		waits[c.Grant] = waits[c.Grant] || c.Used.IsZero() && c.Expires.After(now)
	}
	d.dropGrants(func(g authserver.Grant) bool { return g.Fetched.IsZero() && !waits[g.ID] })
	d.dropKeys(func(g authserver.Grant) bool { return !g.Fetched.IsZero() && !g.Live(now) })
	d.dropGrants(func(g authserver.Grant) bool {
		at := g.Revoked
		if at.IsZero() {
			at = g.RenewBy // never after Ends
		}
		return !g.Fetched.IsZero() && at.Before(old)
	})
	d.consents = slices.DeleteFunc(d.consents, func(c authserver.Consent) bool { return c.Asked.Before(old) })
	return nil
}

// AppendLedger adds lines.
func (m *Memory) AppendLedger(_ context.Context, lines []authserver.Read) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range lines {
		l.ID = int64(len(m.ledger) + 1)
		m.ledger = append(m.ledger, l)
	}
	return nil
}

// Ledger returns lines of apps that are there, newest first.
func (m *Memory) Ledger(_ context.Context, app authserver.AppID, before int64, limit int) ([]authserver.Read, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var page []authserver.Read
	for _, l := range slices.Backward(m.ledger) {
		_, err := m.data.App(l.App)
		if err == nil && (app == "" || l.App == app) && (before <= 0 || l.ID < before) && len(page) < limit {
			page = append(page, l)
		}
	}
	return page, nil
}

// PruneLedger deletes lines before a time; the numbers of the others stay.
func (m *Memory) PruneLedger(_ context.Context, before time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, l := range m.ledger {
		if l.At.Before(before) {
			m.ledger[i].App = ""
		}
	}
	return nil
}
