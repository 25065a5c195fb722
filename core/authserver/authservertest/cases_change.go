package authservertest

import (
	"sync"
	"sync/atomic"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/core/event"
)

// everyChangeIsTold makes each change and waits until the window hears of it.
func everyChangeIsTold(w *World) {
	ctx, id := w.T.Context(), w.App.ID
	told := make(chan authserver.AppChanged, 100)
	event.Subscribe(w.bus, func(e authserver.AppChanged) { told <- e })
	hears := func(what string, change func()) {
		w.T.Helper()
		w.Clock.Add(time.Second)
		for quiet := false; !quiet; { // what was told before
			select {
			case <-told:
			case <-time.After(20 * time.Millisecond):
				quiet = true
			}
		}
		change()
		select {
		case <-told:
		case <-time.After(5 * time.Second):
			w.T.Errorf("%s: nobody was told", what)
		}
	}
	var q authserver.Question
	var page, code, access, refresh string
	hears("create", func() { w.Create(authserver.Draft{Name: "another", RedirectURIs: []string{Callback}}) })
	hears("edit", func() { _, err := w.S.EditApp(ctx, id, w.App.Draft); w.must(err) })
	hears("wrong address", func() { w.Authorize("redirect_uri", "x") })
	q, page = w.Ask()
	hears("decide", func() { w.Decide(q, Yes(q)) })
	code = w.Get(page).Query("code")
	hears("exchange", func() { access, refresh = w.Both(w.Exchange(code)) })
	hears("renewal", func() { _, refresh = w.Both(w.Refresh(refresh)) })
	hears("first read", func() { w.Works(access) })
	hears("written reads", func() { w.must(w.S.Flush(ctx)) })
	hears("wrong secret", func() { w.Exchange("x", "client_secret", "y") })
	hears("given back", func() { w.Post("/oauth/revoke", w.As("token", access)...) })
	hears("removed", func() { w.must(w.S.RevokeApp(ctx, id)) })
	hears("paused", func() { w.must(w.S.PauseApp(ctx, id, true)) })
}

// answersAtOnce is two windows, or a window and a command, that answer together.
func answersAtOnce(w *World) {
	w.UseHook().Before = func() error {
		if len(w.S.Consents().Pending()) != 0 {
			w.T.Error("a question that is being answered can be answered")
		}
		return nil
	}
	for range 10 {
		q, page := w.Ask()
		var mu sync.Mutex
		var wg sync.WaitGroup
		yes := 0
		for range 8 {
			wg.Go(func() {
				err := w.S.Consents().Decide(w.T.Context(), q.ID, Yes(q))
				mu.Lock()
				defer mu.Unlock()
				switch core.CodeOf(err) {
				case "":
					yes++
				case core.CodeNotFound:
				default:
					w.T.Error(err)
				}
			})
		}
		wg.Wait()
		code := w.Get(page).Query("code")
		if yes != 1 || code == "" {
			w.T.Fatalf("%d answers counted, code %v", yes, code != "")
		}
		w.Clock.Add(Late)
		w.must(w.S.Purge(w.T.Context()))
	}
}

// changeBehind changes the app in the store, as if by somebody who was quicker.
func (w *World) changeBehind(change func(*authserver.App)) {
	w.T.Helper()
	w.must(w.Store.Update(w.T.Context(), func(tx authserver.Tx) error {
		a, err := tx.App(w.App.ID)
		if err != nil {
			return err
		}
		change(&a)
		return tx.SaveApp(a)
	}))
}

func changedBehindQuestion(w *World) {
	for name, change := range map[string]func(*authserver.App){
		"paused":  func(a *authserver.App) { a.Paused = true },
		"address": func(a *authserver.App) { a.RedirectURIs = []string{"https://b.example/"} },
		"scopes":  func(a *authserver.App) { a.Scopes = []core.Scope{core.OrdersRead} },
	} {
		q, page := w.Ask()
		w.changeBehind(change)
		if err := w.S.Consents().Decide(w.T.Context(), q.ID, Yes(q)); core.CodeOf(err) != core.CodeNotFound {
			w.T.Errorf("%s: %v", name, err)
		}
		w.sentBack(name, w.Get(page), "access_denied")
		if len(w.Families()) != 0 || len(w.S.Consents().Pending()) != 0 {
			w.T.Errorf("%s: something was given", name)
		}
		w.changeBehind(func(a *authserver.App) { *a = w.App })
	}
	q, page := w.Ask()
	_, err := w.S.EditApp(w.T.Context(), w.App.ID, w.App.Draft)
	w.must(err)
	if err := w.S.Consents().Decide(w.T.Context(), q.ID, Yes(q)); core.CodeOf(err) != core.CodeNotFound {
		w.T.Errorf("edited: %v", err)
	}
	w.sentBack("edited", w.Get(page), "access_denied")
}

// changedBehindCall changes the app between the proof of who calls and the call itself.
func changedBehindCall(w *World) {
	ctx := w.T.Context()
	code := w.Code()
	_, refresh := w.Tokens()
	h := w.UseHook()
	for name, change := range map[string]func(){
		"new secret": func() {
			w.changeBehind(func(a *authserver.App) { a.Secrets = []authserver.Secret{{Hash: authserver.Hash{1}, Created: Start}} })
		},
		"ended secret": func() { w.changeBehind(func(a *authserver.App) { a.Secrets[0].Ends = w.Clock.Now() }) },
	} {
		for _, call := range []func() Answer{func() Answer { return w.Exchange(code) }, func() Answer { return w.Refresh(refresh) }} {
			h.Begin = func() { h.Begin = nil; change() }
			w.Refused(name, call(), 401, "invalid_client")
			w.changeBehind(func(a *authserver.App) { *a = w.App })
		}
	}
	w.Both(w.Exchange(code)) // nothing was used up
	w.Both(w.Refresh(refresh))
	for _, call := range []func() Answer{func() Answer { return w.Exchange(code) }, func() Answer { return w.Refresh(refresh) }} {
		h.Begin = func() {
			h.Begin = nil
			w.must(w.Store.Update(ctx, func(tx authserver.Tx) error { return tx.DeleteApp(w.App.ID) }))
		}
		w.Refused("deleted", call(), 401, "invalid_client")
		w.must(w.Store.Update(ctx, func(tx authserver.Tx) error { return tx.SaveApp(w.App) }))
	}
}

// stopEndsReading stops an app that reads without a pause (U-02): of the calls
// that begin after the stop none is answered, and each of its readers knows
// within a second.
func stopEndsReading(w *World) {
	stops := map[string]func() error{
		"remove all access": func() error { return w.S.RevokeApp(w.T.Context(), w.App.ID) },
		"pause":             func() error { return w.S.PauseApp(w.T.Context(), w.App.ID, true) },
	}
	for what, stop := range stops {
		w.must(w.S.PauseApp(w.T.Context(), w.App.ID, false))
		access, _ := w.Tokens()
		const readers, atFullSpeed = 4, 200
		var reads, late atomic.Int64
		var stopped, enough atomic.Bool
		var all sync.WaitGroup
		going, ended := make(chan struct{}), make(chan struct{})
		for range readers {
			all.Go(func() {
				for !enough.Load() {
					after := stopped.Load()
					if !w.Works(access) {
						return
					}
					if after {
						late.Add(1)
					}
					if reads.Add(1) == atFullSpeed {
						close(going)
					}
				}
			})
		}
		<-going
		w.must(stop())
		stopped.Store(true)
		go func() { all.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(time.Second):
			w.T.Errorf("%s: a reader goes on a second later", what)
			enough.Store(true)
			<-ended
		}
		if n := late.Load(); n > 0 {
			w.T.Errorf("%s: %d calls after the stop were answered", what, n)
		}
	}
}
