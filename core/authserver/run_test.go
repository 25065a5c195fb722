package authserver_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/authserver/authservertest"
	"linkdesk/core/event"
)

type bench struct {
	*authserver.Service
	store *authservertest.Memory
	bus   *event.Bus
	app   authserver.App
}

// newBench is a service without a server, on the computer's clock.
func newBench(t testing.TB) *bench {
	b := &bench{store: authservertest.NewMemory(), bus: event.New(slog.New(slog.DiscardHandler))}
	b.Service = authserver.New(authserver.Options{Store: b.store, Ledger: b.store, Bus: b.bus, Clock: core.SystemClock{},
		Log: slog.New(slog.DiscardHandler), Origin: func(context.Context) string { return "http://127.0.0.1:8787" }})
	var err error
	b.app, _, err = b.CreateApp(t.Context(), authserver.Draft{Name: "n8n", RedirectURIs: []string{"https://a.example/"}, Scopes: core.Scopes(), Public: true})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ask asks for access and returns the address of the waiting page.
func (b *bench) ask() string {
	q := url.Values{"response_type": {"code"}, "client_id": {b.app.ClientID}, "redirect_uri": {"https://a.example/"},
		"code_challenge": {authservertest.Challenge}, "code_challenge_method": {"S256"}}
	answer := httptest.NewRecorder()
	b.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/oauth/authorize?"+q.Encode(), nil))
	return answer.Header().Get("Location")
}

// grant puts a live grant with one access token into the store.
func (b *bench) grant(t testing.TB, token string) authserver.GrantID {
	now := core.SystemClock{}.Now()
	g := authserver.Grant{ID: authserver.GrantID("grant_" + token), App: b.app.ID, Scopes: core.Scopes(), Created: now, Fetched: now, RenewBy: now.Add(time.Hour), Ends: now.Add(time.Hour)}
	err := b.store.Update(t.Context(), func(tx authserver.Tx) error {
		if err := tx.SaveGrant(g); err != nil {
			return err
		}
		return tx.SaveToken(authserver.Token{Hash: authserver.HashOf(token), Kind: authserver.AccessToken, Grant: g.ID, Scopes: g.Scopes, Issued: now, Expires: now.Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return g.ID
}

// Run withdraws a question whose page is silent, writes down uses within
// seconds, purges within the hour, and returns when it is told to.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { b.Run(ctx) })
		b.ask()
		time.Sleep(6500 * time.Millisecond)
		if len(b.Consents().Pending()) != 1 {
			t.Error("the question was withdrawn at once")
		}
		time.Sleep(2 * time.Second)
		if len(b.Consents().Pending()) != 0 {
			t.Error("the question of a closed page waits")
		}
		id := b.grant(t, "ldaccess1")
		if _, err := b.Check(ctx, "ldaccess1"); err != nil {
			t.Fatal(err)
		}
		used := func() (at time.Time) {
			b.store.View(ctx, func(tx authserver.Tx) error {
				g, err := tx.Grant(id)
				at = g.LastUsed
				return err
			})
			return at
		}
		at := time.Now()
		b.store.Update(ctx, func(tx authserver.Tx) error {
			return tx.SaveToken(authserver.Token{Hash: authserver.HashOf("old"), Kind: authserver.AccessToken, Grant: id, Expires: at.Add(time.Second)})
		})
		if time.Sleep(1400 * time.Millisecond); !used().IsZero() {
			t.Error("each read is written")
		}
		time.Sleep(11 * time.Second)
		if !used().Equal(at) {
			t.Errorf("written use %v, want %v", used(), at)
		}
		b.store.View(ctx, func(tx authserver.Tx) error {
			if _, err := tx.Token(authserver.HashOf("old")); err != nil {
				t.Error("the store is purged all the time")
			}
			return nil
		})
		time.Sleep(2 * time.Hour)
		b.store.View(ctx, func(tx authserver.Tx) error {
			if _, err := tx.Token(authserver.HashOf("ldaccess1")); core.CodeOf(err) != core.CodeNotFound {
				t.Errorf("an expired token was kept: %v", err)
			}
			return nil
		})
		stop()
		wg.Wait()
		if err := b.bus.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Stop leaves no question to answer, and no access that was given until then.
func TestStop(t *testing.T) {
	b := newBench(t)
	id := b.grant(t, "ldaccess6")
	err := b.store.Update(t.Context(), func(tx authserver.Tx) error {
		g, err := tx.Grant(id)
		if err != nil {
			return err
		}
		g.For = authserver.UntilQuit
		return tx.SaveGrant(g)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.ask()
	q := b.Consents().Pending()[0]
	at := core.SystemClock{}.Now()
	if _, err := b.Check(t.Context(), "ldaccess6"); err != nil {
		t.Fatal(err)
	}
	if err := b.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(b.Consents().Pending()) != 0 {
		t.Error("a question waits")
	}
	if err := b.Consents().Decide(t.Context(), q.ID, authservertest.Yes(q)); core.CodeOf(err) != core.CodeNotFound {
		t.Errorf("answered afterwards: %v", err)
	}
	if _, err := b.Check(t.Context(), "ldaccess6"); err != authserver.ErrInvalidToken {
		t.Errorf("read afterwards: %v", err)
	}
	if grants, err := b.Grants(t.Context(), ""); err != nil || grants[0].LastUsed.Before(at) || grants[0].Why != authserver.EndedByQuit {
		t.Errorf("%+v %v", grants, err)
	}
	if err := b.bus.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// Removing access counts from the next call on, however many calls are under way.
func TestCheckWhileRemoving(t *testing.T) {
	b := newBench(t)
	defer b.bus.Close(t.Context())
	for range 50 {
		id := b.grant(t, "ldaccess2")
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					b.Check(t.Context(), "ldaccess2")
				}
			})
		}
		if err := b.RevokeGrant(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if a, err := b.Check(t.Context(), "ldaccess2"); err != authserver.ErrInvalidToken {
				t.Fatalf("after removing: %v %v", a.Grant, err)
			}
		}
		stop()
		wg.Wait()
	}
}

// counting counts how often the store is read.
type counting struct {
	authservertest.Store
	views, updates atomic.Int32
	during         func() // an update
}

func (c *counting) Update(ctx context.Context, fn func(authserver.Tx) error) error {
	c.updates.Add(1)
	if c.during != nil {
		c.during()
	}
	return c.Store.Update(ctx, fn)
}

func (c *counting) View(ctx context.Context, fn func(authserver.Tx) error) error {
	c.views.Add(1)
	return c.Store.View(ctx, fn)
}

// A token is looked up once, until something changes; the first use is told at
// once, further ones when they are written down.
func TestCheckRemembers(t *testing.T) {
	b := newBench(t)
	store := &counting{Store: b.store}
	s := authserver.New(authserver.Options{Store: store, Ledger: b.store, Bus: b.bus, Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler), Origin: func(context.Context) string { return "" }})
	told := make(chan authserver.AppChanged, 100)
	event.Subscribe(b.bus, func(e authserver.AppChanged) { told <- e })
	id := b.grant(t, "ldaccess4")
	other := b.grant(t, "ldaccess5")
	check := func(token string, want int32) {
		t.Helper()
		for range 5 {
			if _, err := s.Check(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		if n := store.views.Load(); n != want {
			t.Errorf("the store was read %d times, want %d", n, want)
		}
	}
	check("ldaccess4", 1)
	if e := <-told; e.ID != b.app.ID || e.Deleted || len(told) != 0 {
		t.Errorf("%+v and %d more", e, len(told))
	}
	check("ldaccess5", 2)
	check("ldaccess4", 2)
	if err := s.RevokeGrant(t.Context(), other); err != nil { // reads once itself
		t.Fatal(err)
	}
	check("ldaccess4", 4)
	if err := s.RevokeGrant(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context(), "ldaccess4"); err != authserver.ErrInvalidToken {
		t.Errorf("after removing: %v", err)
	}
	if err := b.bus.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A use is written once, and one that comes while others are written is not lost.
func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		store := &counting{Store: b.store}
		disk := &authservertest.Hooked{Store: store}
		s := authserver.New(authserver.Options{Store: disk, Ledger: b.store, Bus: b.bus, Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler), Origin: func(context.Context) string { return "" }})
		b.grant(t, "ldaccess7")
		use := func() {
			time.Sleep(time.Second)
			if _, err := s.Check(t.Context(), "ldaccess7"); err != nil {
				t.Error(err)
			}
		}
		flush := func(want int32) {
			t.Helper()
			if err := s.Flush(t.Context()); err != nil || store.updates.Load() != want {
				t.Errorf("%d updates, want %d (%v)", store.updates.Load(), want, err)
			}
		}
		flush(0)
		use()
		flush(1)
		flush(1)
		use()
		store.during = use
		flush(2)
		store.during = nil
		at := time.Now()
		flush(3)
		flush(3)
		if grants, err := s.Grants(t.Context(), ""); err != nil || !grants[0].LastUsed.Equal(at) {
			t.Errorf("%+v %v", grants, err)
		}
		use()
		disk.Before = func() error { return core.E(core.CodeStorageFull, "", nil) }
		if err := s.Flush(t.Context()); core.CodeOf(err) != core.CodeStorageFull {
			t.Errorf("with a full disk: %v", err)
		}
		disk.Before = nil
		flush(5)
		use()
		if err := s.DeleteApp(t.Context(), b.app.ID); err != nil {
			t.Error(err)
		}
		flush(7) // there is nobody to note it for
		flush(7)
		if err := b.bus.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	s := newBench(b)
	defer s.bus.Close(b.Context())
	s.grant(b, "ldaccess3")
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Check(b.Context(), "ldaccess3"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "checks/s")
}

// An app that was deleted since it was used keeps no use of another from being written.
func TestFlushWithoutTheApp(t *testing.T) {
	b := newBench(t)
	gone := b.grant(t, "ldaccess1")
	deleted := b.app.ID
	var err error
	if b.app, _, err = b.CreateApp(t.Context(), authserver.Draft{Name: "Reports", RedirectURIs: []string{"https://a.example/"}, Scopes: core.Scopes()}); err != nil {
		t.Fatal(err)
	}
	stay := []authserver.GrantID{b.grant(t, "ldaccess2"), b.grant(t, "ldaccess3")}
	for _, token := range []string{"ldaccess1", "ldaccess2", "ldaccess3"} {
		if _, err := b.Check(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.DeleteApp(t.Context(), deleted); err != nil {
		t.Fatal(err)
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Errorf("the uses are not written: %v", err)
	}
	b.store.View(t.Context(), func(tx authserver.Tx) error {
		for _, id := range stay {
			if g, err := tx.Grant(id); err != nil || g.LastUsed.IsZero() {
				t.Errorf("a use of the other app: %v, %v", g.LastUsed, err)
			}
		}
		if _, err := tx.Grant(gone); core.CodeOf(err) != core.CodeNotFound {
			t.Errorf("the grant of the deleted app: %v", err)
		}
		return nil
	})
}

// Interrupt waits for the page that is still open, but for none that is gone,
// and for no longer than a page needs.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		began := time.Now()
		if b.Consents().Interrupt(t.Context()); time.Since(began) != 0 {
			t.Errorf("it waited %v for nobody", time.Since(began))
		}
		page := b.ask()
		time.Sleep(3 * time.Second) // the page was closed, which is not noticed yet
		if began = time.Now(); len(b.Consents().Pending()) != 1 {
			t.Fatal("no question")
		}
		if b.Consents().Interrupt(t.Context()); time.Since(began) != 0 {
			t.Errorf("it waited %v for a closed page", time.Since(began))
		}
		first, second := b.ask(), b.ask()
		began = time.Now()
		go func() {
			for i, page := range []string{first, second} {
				time.Sleep(time.Second)
				answer := httptest.NewRecorder()
				b.Handler().ServeHTTP(answer, httptest.NewRequest("GET", page, nil))
				if to := answer.Header().Get("Location"); !strings.HasPrefix(to, "https://a.example/?error=access_denied") {
					t.Errorf("page %d goes to %q", i, to)
				}
			}
		}()
		if b.Consents().Interrupt(t.Context()); time.Since(began) != 2*time.Second {
			t.Errorf("it waited %v for two pages that came within 2 s", time.Since(began))
		}
		b.ask()
		began = time.Now()
		if b.Consents().Interrupt(t.Context()); time.Since(began) != 3*time.Second {
			t.Errorf("it waited %v for a page that does not come", time.Since(began))
		}
		recent, err := b.Consents().Recent(t.Context(), 9)
		if err != nil || len(recent) != 4 || page == "" {
			t.Fatal(recent, err)
		}
		for _, c := range recent {
			if c.Outcome != authserver.Interrupted {
				t.Errorf("%s is kept as %q", c.ID, c.Outcome)
			}
		}
		if err := b.bus.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
