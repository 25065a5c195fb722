package authservertest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
)

// Hooked is a store that calls Before ahead of each write of a transaction and
// of its commit. An error of Before ends the transaction, as a full disk does.
type Hooked struct {
	Store
	Before func() error // nil: nothing
	Begin  func()       // ahead of the next transaction
	Broken bool         // nothing can be read or written
}

var errBroken = core.E(core.CodeStorageDamaged, "", nil)

// View runs fn, unless the store is broken.
func (h *Hooked) View(ctx context.Context, fn func(authserver.Tx) error) error {
	if h.Broken {
		return errBroken
	}
	return h.Store.View(ctx, fn)
}

// Update runs fn in a transaction with the hook.
func (h *Hooked) Update(ctx context.Context, fn func(authserver.Tx) error) error {
	if h.Broken {
		return errBroken
	}
	if h.Begin != nil {
		h.Begin()
	}
	before := h.Before
	if before == nil {
		before = func() error { return nil }
	}
	return h.Store.Update(ctx, func(tx authserver.Tx) error {
		if err := fn(hookedTx{tx, before}); err != nil {
			return err
		}
		return before()
	})
}

type hookedTx struct {
	authserver.Tx
	before func() error
}

func (h hookedTx) SaveApp(a authserver.App) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Tx.SaveApp(a)
}

func (h hookedTx) SaveGrant(g authserver.Grant) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Tx.SaveGrant(g)
}

func (h hookedTx) SaveCode(c authserver.Code) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Tx.SaveCode(c)
}

func (h hookedTx) SaveToken(t authserver.Token) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Tx.SaveToken(t)
}

func (h hookedTx) SaveConsent(c authserver.Consent) error {
	if err := h.before(); err != nil {
		return err
	}
	return h.Tx.SaveConsent(c)
}

var faultCases = []Case{
	{"TestFullDisk_Decision", failedDecision},
	{"TestFullDisk_Question", failedQuestion},
	{"TestFullDisk_Exchange", failedExchangeWrite},
	{"TestFullDisk_Renewal", failedRenewal},
	{"TestFullDisk_Replay", failedReplay},
	{"TestFullDisk_Start", failedStart},
	{"TestUnreadable", unreadable},
}

// failing runs try with a fault at its first write, then at its second, and so
// on, until it runs through without meeting one. try is told whether it will fail.
func (w *World) failing(try func(fails func() bool)) {
	w.T.Helper()
	h := w.UseHook()
	for at := 1; ; at++ {
		n, met := 0, false
		h.Before = func() error {
			if n++; n == at {
				met = true
				return core.E(core.CodeStorageFull, "", fmt.Errorf("write %d", at))
			}
			return nil
		}
		try(func() bool { h.Before = nil; return met })
		if h.Before = nil; !met {
			if at < 3 {
				w.T.Errorf("only %d writes", at)
			}
			return
		}
	}
}

// without does something that meets no fault.
func (w *World) without(f func()) {
	fault := w.Hook.Before
	w.Hook.Before = nil
	f()
	w.Hook.Before = fault
}

// Late is more than a code lives, and a new minute for the limits.
const Late = 61 * time.Second

// Unavailable checks the answer when the store failed: try again, nothing was given.
func (w *World) Unavailable(a Answer) {
	w.T.Helper()
	if a.Status != http.StatusServiceUnavailable || a.Error() != "temporarily_unavailable" || a.Header.Get("Retry-After") != "5" || a.JSON["access_token"] != nil {
		w.T.Errorf("with a full disk: %d %s", a.Status, a.Body)
	}
}

func failedDecision(w *World) {
	w.failing(func(fails func() bool) {
		var q authserver.Question
		var page string
		w.without(func() { q, page = w.Ask() })
		had := len(w.Families())
		err := w.S.Consents().Decide(w.T.Context(), q.ID, Yes(q))
		if fails() {
			if core.CodeOf(err) != core.CodeStorageFull || len(w.Families()) != had || w.Get(page).Status != 200 {
				w.T.Errorf("%v, %d families, then %d", err, had, len(w.Families()))
			}
			w.Decide(q, Yes(q)) // the question still waits
		}
		w.Both(w.Exchange(w.Get(page).Query("code")))
		w.Clock.Add(Late)
	})
}

func failedQuestion(w *World) {
	w.failing(func(fails func() bool) {
		fault := w.Hook.Before
		w.Hook.Before = func() error {
			if len(w.S.Consents().Pending()) != 0 {
				w.T.Error("a question is shown before it is stored")
			}
			return fault()
		}
		a := w.Authorize()
		if fails() {
			w.sentBack("a question", a, "temporarily_unavailable")
			if len(w.S.Consents().Pending()) != 0 {
				w.T.Error("a question waits that was not stored")
			}
		}
		w.Clock.Add(Late)
		w.S.Consents().Sweep(w.T.Context())
	})
}

func failedExchangeWrite(w *World) {
	for range 10 { // so that the oldest access has to make room
		w.Tokens()
		w.Clock.Add(10 * time.Second)
	}
	w.failing(func(fails func() bool) {
		var code string
		w.without(func() { code = w.Code() })
		a := w.Exchange(code)
		if fails() {
			w.Unavailable(a)
			a = w.Exchange(code) // nothing was used up
		}
		access, _ := w.Both(a)
		if !w.Works(access) {
			w.T.Error("no access")
		}
		w.Clock.Add(Late)
	})
}

func failedRenewal(w *World) {
	_, refresh := w.Tokens()
	w.failing(func(fails func() bool) {
		a := w.Refresh(refresh)
		if fails() {
			w.Unavailable(a)
			w.Clock.Add(Late)
			a = w.Refresh(refresh)
		}
		_, refresh = w.Both(a)
	})
	if len(w.Live()) != 1 {
		w.T.Errorf("%d families", len(w.Live()))
	}
}

func failedReplay(w *World) {
	_, refresh := w.Tokens()
	access, _ := w.Both(w.Refresh(refresh))
	w.Clock.Add(Late)
	h := w.UseHook()
	h.Before = func() error { return core.E(core.CodeStorageFull, "", nil) }
	w.Unavailable(w.Refresh(refresh))
	h.Before = nil
	w.Refused("replay", w.Refresh(refresh), 400, "invalid_grant")
	if w.Works(access) {
		w.T.Error("the family lives on")
	}
}

// failedStart cannot end what should not have outlived the last run.
func failedStart(w *World) {
	ctx := w.T.Context()
	for range 2 {
		w.grantFor(authserver.UntilQuit)
	}
	w.failing(func(fails func() bool) {
		w.without(func() {
			w.grantFor(authserver.UntilQuit)
			w.grantFor(authserver.UntilQuit)
			w.Ask()
			w.Ask()
		})
		err := w.S.Start(ctx)
		if fails() {
			if core.CodeOf(err) != core.CodeStorageFull || len(w.Live()) == 0 {
				w.T.Errorf("%v, %d accesses", err, len(w.Live()))
			}
			err = w.S.Start(ctx)
		}
		w.must(err)
		recent, err := w.S.Consents().Recent(ctx, 2)
		if err != nil || len(w.Live()) != 0 || recent[0].Outcome != authserver.Interrupted || recent[1].Outcome != authserver.Interrupted {
			w.T.Errorf("%d accesses, %+v %v", len(w.Live()), recent, err)
		}
		w.Clock.Add(Late)
		w.S.Consents().Sweep(ctx)
	})
}

// unreadable is a data file that cannot be read at all.
func unreadable(w *World) {
	access, refresh := w.Tokens()
	_, page := w.Ask()
	h := w.UseHook()
	h.Broken = true
	w.Unavailable(w.Refresh(refresh))
	w.Unavailable(w.Post("/oauth/revoke", w.As("token", access)...))
	w.Unavailable(w.Post("/oauth/introspect", w.As("token", access)...))
	if a := w.Get("/v1/me", "Authorization", "Bearer "+access); a.Status != 503 || a.Header.Get("Retry-After") != "5" {
		w.T.Errorf("API: %d %s", a.Status, a.Body)
	}
	if a := w.Authorize(); a.Status != 503 || a.To() != "" || a.Header.Get("Retry-After") != "5" {
		w.T.Errorf("sign-in: %d %s", a.Status, a.To())
	}
	w.Get(page)
	h.Broken = false
	if !w.Works(access) {
		w.T.Error("the access is gone")
	}
	w.Both(w.Refresh(refresh))
}
