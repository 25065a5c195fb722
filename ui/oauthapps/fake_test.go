package oauthapps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/localhttp"
	"linkdesk/ui/kit"
	"linkdesk/ui/kit/kittest"
)

const fakeSecret = "lds_0123456789abcdefghijklmnop3f9a"

// desk is a Core that remembers what it was asked to do.
type desk struct {
	mu      sync.Mutex
	address Address
	apps    []authserver.App
	grants  []authserver.Grant
	setup   authserver.Setup
	reads   []authserver.Read // newest first
	did     []string
	drafts  []authserver.Draft
	err     error // of loading
	fault   error // of any action
}

func (d *desk) note(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.did = append(d.did, what)
	return d.fault
}

func (d *desk) done() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.did)
}

func (d *desk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func (d *desk) Address() Address {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.address
}

func (d *desk) TurnAddress(_ context.Context, on bool) error {
	if err := d.note("turn " + strconv.FormatBool(on)); err != nil {
		return err
	}
	d.set(func() { d.address.On, d.address.Problem = on, "" })
	return nil
}

func (d *desk) SetAddress(_ context.Context, set localhttp.Setting) error {
	if err := d.note(fmt.Sprintf("reach %s at %d", set.Reach, set.Port)); err != nil {
		return err
	}
	d.set(func() {
		d.address.Setting, d.address.Docker, d.address.Network = set, "", ""
		if set.Reach != localhttp.ThisComputer {
			d.address.Docker = fmt.Sprintf("http://host.docker.internal:%d", set.Port)
		}
		if set.Reach == localhttp.Network {
			d.address.Network = fmt.Sprintf("https://shop-pc.local:%d", set.Port+1)
		}
	})
	return nil
}

func (d *desk) MakeCertificate() (localhttp.Setting, error) {
	err := d.note("make a certificate")
	return localhttp.Setting{Certificate: "/home/ada/.local/share/linkdesk/tls/linkdesk.crt", Key: "/home/ada/.local/share/linkdesk/tls/linkdesk.key"}, err
}

func (d *desk) Apps(context.Context) ([]authserver.App, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.apps), d.err
}

func (d *desk) Grants(_ context.Context, app authserver.AppID) ([]authserver.Grant, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.grants), func(g authserver.Grant) bool { return app != "" && g.App != app }), nil
}

func (d *desk) Setup(context.Context, authserver.AppID) (authserver.Setup, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.setup, nil
}

func (d *desk) Ledger() authserver.Ledger { return ledger{d} }

type ledger struct{ d *desk }

func (l ledger) AppendLedger(context.Context, []authserver.Read) error { return nil }
func (l ledger) PruneLedger(context.Context, time.Time) error          { return nil }
func (l ledger) Ledger(_ context.Context, app authserver.AppID, before int64, limit int) ([]authserver.Read, error) {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	var all []authserver.Read
	for _, r := range l.d.reads {
		if r.App == app && (before == 0 || r.ID < before) && len(all) < limit {
			all = append(all, r)
		}
	}
	return all, nil
}

func (d *desk) CreateApp(_ context.Context, x authserver.Draft) (authserver.App, core.Secret, error) {
	err := d.note("create " + x.Name)
	if err != nil {
		return authserver.App{}, core.Secret{}, err
	}
	a := authserver.App{ID: "app_new", ClientID: "NEWCLIENT4QX7", Draft: x, Created: kittest.Noon}
	secret := core.Secret{}
	if !x.Public {
		secret = core.NewSecret(fakeSecret)
		a.Secrets = []authserver.Secret{{LastFour: "3f9a", Created: kittest.Noon}}
	}
	d.set(func() { d.drafts, d.apps = append(d.drafts, x), append(d.apps, a) })
	return a, secret, nil
}

func (d *desk) EditApp(_ context.Context, id authserver.AppID, x authserver.Draft) (authserver.App, error) {
	d.set(func() { d.drafts = append(d.drafts, x) })
	return authserver.App{}, d.note("edit " + string(id))
}

func (d *desk) PauseApp(_ context.Context, id authserver.AppID, paused bool) error {
	return d.note("pause " + string(id) + " " + strconv.FormatBool(paused))
}

func (d *desk) RegenerateSecret(_ context.Context, id authserver.AppID, overlap time.Duration) (authserver.App, core.Secret, error) {
	err := d.note("regenerate " + string(id) + " " + overlap.String())
	return d.apps[0], core.NewSecret(fakeSecret), err
}

func (d *desk) RevokeGrant(_ context.Context, id authserver.GrantID) error {
	return d.note("revoke " + string(id))
}
func (d *desk) RevokeApp(_ context.Context, id authserver.AppID) error {
	return d.note("revoke " + string(id))
}

func (d *desk) DeleteApp(_ context.Context, id authserver.AppID) error {
	d.set(func() {
		d.apps = slices.DeleteFunc(d.apps, func(a authserver.App) bool { return a.ID == id })
	})
	return d.note("delete " + string(id))
}

var errBusy = core.E(core.CodeStorageBusy, "", errors.New("locked"))

func app(id, name string, change func(*authserver.App)) authserver.App {
	a := authserver.App{ID: authserver.AppID("app_" + id), ClientID: "QX7M2K9PLD4RTW8BN5VHCF3SYA",
		Draft:   authserver.Draft{Name: name, RedirectURIs: []string{n8nReturn}, Scopes: []core.Scope{core.OrdersRead, core.ProductsRead}},
		Created: kittest.Noon.AddDate(0, 0, -15), Secrets: []authserver.Secret{{LastFour: "3f9a", Created: kittest.Noon.AddDate(0, 0, -15)}}}
	if change != nil {
		change(&a)
	}
	return a
}

// grant gives access that is live: fetched, and far from its end.
func grant(id, app string, change func(*authserver.Grant)) authserver.Grant {
	at := kittest.Noon.AddDate(0, 0, -3)
	g := authserver.Grant{ID: authserver.GrantID("grant_" + id), App: authserver.AppID("app_" + app), Scopes: []core.Scope{core.OrdersRead, core.ProductsRead},
		For: authserver.UntilRemoved, Created: at, Fetched: at.Add(time.Second), LastUsed: kittest.Noon.Add(-3 * time.Minute),
		RenewBy: at.AddDate(0, 0, 90), Ends: at.AddDate(1, 0, 0)}
	if change != nil {
		change(&g)
	}
	return g
}

// sample has an app of each kind.
func sample() *desk {
	d := &desk{address: Address{Origin: "http://127.0.0.1:8787", On: true, Setting: localhttp.Setting{Port: 8787, Reach: localhttp.ThisComputer}}}
	now := kittest.Noon
	d.apps = []authserver.App{
		app("n8n", "n8n", func(a *authserver.App) {
			a.LastUsed = now.Add(-3 * time.Minute)
			a.Secrets[0].LastUsed = now.Add(-3 * time.Hour)
			a.Secrets = append(a.Secrets, authserver.Secret{LastFour: "81cc", Created: now.AddDate(0, -2, 0), LastUsed: now.AddDate(0, 0, -4), Ends: now.Add(5 * time.Hour)})
		}),
		app("fresh", "Reports", func(a *authserver.App) { a.Scopes = core.Scopes() }),
		app("long", "The weekly report of the Lumen Prints family in Rotterdam", func(a *authserver.App) {
			a.Public, a.Secrets = true, nil
			a.RedirectURIs = []string{"https://workflows.wilhelmina-van-den-berg-oosterhuis.lumenprints.example/return"}
		}),
		app("paused", "Warehouse", func(a *authserver.App) { a.Paused, a.LastUsed = true, now.AddDate(0, 0, -9) }),
	}
	d.grants = []authserver.Grant{
		grant("1", "n8n", nil),
		grant("2", "n8n", func(g *authserver.Grant) { g.For, g.HidePersonal = authserver.UntilQuit, true }),
		grant("3", "n8n", func(g *authserver.Grant) { g.Revoked, g.Why = now.AddDate(0, 0, -1), authserver.EndedByReplay }),
		grant("4", "long", func(g *authserver.Grant) { g.Revoked, g.Why = now.AddDate(0, 0, -1), authserver.EndedByPerson }),
	}
	for i := range 45 {
		d.reads = append(d.reads, authserver.Read{ID: int64(45 - i), App: "app_n8n", Grant: "grant_1", At: now.Add(-time.Duration(3+i) * time.Minute),
			Method: "GET", Route: "/v1/orders", Scope: "orders:read", Rows: 250, Filter: "limit=250, status=paid", Status: 200, Bytes: 31_400})
	}
	return d
}

// shown is a tab in a window.
type shown struct {
	*kittest.Env
	*Tab
	desk *desk
}

func open(t *testing.T, d *desk) *shown {
	t.Helper()
	s := &shown{Env: kittest.NewEnv(t), desk: d}
	s.Tab = New(t.Context(), s.Env.Env, d)
	t.Cleanup(s.Tab.Close)
	s.Env.Show(s.Content, fyne.NewSize(1080, 640))
	s.until(t, "the list", func() bool { return !s.p.state.Loading })
	return s
}

// at opens an app and waits for what only it shows.
func (s *shown) at(t *testing.T, id authserver.AppID) {
	t.Helper()
	s.Tab.Open(id)
	s.until(t, "the app", func() bool { return s.p.state.Detail.App == id && !s.p.loading })
}

func (s *shown) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Queue.WaitFor(ctx, cond); err != nil {
		t.Fatalf("waited in vain for %s", what)
	}
}

// did waits until the core was asked for something.
func (s *shown) did(t *testing.T, what string) {
	t.Helper()
	s.until(t, what, func() bool { return slices.Contains(s.desk.done(), what) })
}

// press types a key as the window does: to the focused widget, else to the canvas.
func (s *shown) press(key fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: key}
	if f := s.Window.Canvas().Focused(); f != nil {
		f.TypedKey(ev)
		return
	}
	if f := s.Window.Canvas().OnTypedKey(); f != nil {
		f(ev)
	}
}

// find returns the first part on screen for which ok says yes.
func find[T fyne.CanvasObject](s *shown, ok func(T) bool) T {
	var none T
	all := test.LaidOutObjects(s.Window.Canvas().Content())
	for _, o := range s.Window.Canvas().Overlays().List() {
		all = append(all, test.LaidOutObjects(o)...)
	}
	for i := len(all) - 1; i >= 0; i-- { // what lies on top comes last
		if x, is := all[i].(T); is && all[i].Visible() && ok(x) {
			return x
		}
	}
	return none
}

func (s *shown) button(title string) *kit.Button {
	return find(s, func(b *kit.Button) bool { return b.Text == title })
}

func (s *shown) check(title string) *kit.Check {
	return find(s, func(c *kit.Check) bool { return c.Text == title })
}

func (s *shown) says(text string) bool {
	return find(s, func(x *kit.Text) bool { return x.Text() == text }) != nil
}
