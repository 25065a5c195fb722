package consent

import (
	"context"
	"slices"
	"time"

	"linkdesk/core"
	"linkdesk/core/authserver"
	"linkdesk/ui/kit"
	"linkdesk/ui/words"
)

// Core is what the questions need of Linkdesk. Pending only looks into memory;
// the others are never called on the window's goroutine.
type Core interface {
	// Pending returns the questions that wait, the first asked first.
	Pending() []authserver.Question
	// Decide answers one, once.
	Decide(ctx context.Context, id authserver.ConsentID, d authserver.Decision) error
	// Counts returns how many records an app with that permission can read.
	Counts(ctx context.Context) (map[core.Model]int64, error)
	// RevokeApp ends all access of an app at once.
	RevokeApp(ctx context.Context, id authserver.AppID) error
}

// Asker puts the questions that wait, one after the other. Its methods belong
// to the window's goroutine.
type Asker struct {
	env  *kit.Env
	core Core
	work *kit.Tasks
	see  func(authserver.AppID)
	asks map[authserver.ConsentID]*ask
}

// ask is a question that is open or waits behind another dialog.
type ask struct {
	question authserver.Question
	answered bool      // or withdrawn: closing the dialog says nothing any more
	closed   bool      // the dialog is gone
	seen     time.Time // since when the person can read it; zero: not yet
	view     *view
}

// settle is how long Allow stays off after a question has come into sight.
const settle = time.Second

// barRest is the room in a snack bar for its button Close, the gaps and the edges.
const barRest = 160

// New returns an asker; Refresh shows what waits. see opens what an app reads.
func New(ctx context.Context, env *kit.Env, c Core, see func(authserver.AppID)) *Asker {
	a := &Asker{env: env, core: c, see: see, work: kit.NewTasks(ctx, env.Do), asks: map[authserver.ConsentID]*ask{}}
	env.Ticks.Subscribe(a.tick)
	return a
}

// Refresh asks what is new and takes away what no longer waits. Call it when
// an app asks and when a question ends.
func (a *Asker) Refresh() {
	pending := a.core.Pending()
	for id, k := range a.asks {
		if slices.ContainsFunc(pending, func(q authserver.Question) bool { return q.ID == id }) {
			continue
		}
		delete(a.asks, id)
		if !k.answered {
			k.answered = true
			k.view.dialog.Close()
			a.env.Snacks.Show(kit.Snack{Text: kit.T("“{app}” no longer waits for your answer. Nothing was allowed.", "app", k.question.AppInfo.Name)})
		}
	}
	fresh := false
	for _, q := range pending {
		if a.asks[q.ID] == nil {
			fresh = true
			a.put(q)
		}
	}
	if fresh {
		a.count()
	}
	a.tick(a.env.Now())
}

// Waiting is the number of questions that are not answered.
func (a *Asker) Waiting() int {
	n := 0
	for _, k := range a.asks {
		if !k.answered {
			n++
		}
	}
	return n
}

func (a *Asker) put(q authserver.Question) {
	k := &ask{question: q}
	a.asks[q.ID] = k
	k.view = newView(q, a.env.Now(), func() { a.allow(k) }, func() {
		k.closed = true
		if !k.answered {
			a.refuse(k)
		}
	})
	a.env.Dialogs.Show(k.view.dialog)
}

// count fills in how many records there are.
func (a *Asker) count() {
	a.work.Go(func(ctx context.Context) func() {
		counts, err := a.core.Counts(ctx)
		if err != nil {
			return nil // the question can be answered without them
		}
		return func() {
			for _, k := range a.asks {
				k.view.setCounts(counts)
			}
		}
	})
}

// tick shows how much time is left and lets Allow be pressed when the question
// has been in sight long enough.
func (a *Asker) tick(now time.Time) {
	open := a.env.Dialogs.Open()
	for _, k := range a.asks {
		if k.answered || open != k.view.dialog {
			continue
		}
		if k.seen.IsZero() || now.Before(k.seen) {
			k.seen = now
		}
		if now.Sub(k.seen) >= settle {
			k.view.ready()
		}
		k.view.setLeft(k.question.Ends.Sub(now), a.Waiting()-1)
	}
}

// allow gives what is ticked.
func (a *Asker) allow(k *ask) {
	d := k.view.decision()
	if k.answered || len(d.Scopes) == 0 {
		return
	}
	k.answered = true
	k.view.setBusy(true)
	a.work.Go(func(ctx context.Context) func() {
		err := a.core.Decide(ctx, k.question.ID, d)
		return func() {
			if err != nil {
				a.failed(k, err)
				return
			}
			k.view.dialog.Close()
			a.tellAllowed(k.question.AppInfo, d.Scopes)
		}
	})
}

// refuse says no; the dialog is gone already.
func (a *Asker) refuse(k *ask) {
	k.answered = true
	a.work.Go(func(ctx context.Context) func() {
		err := a.core.Decide(ctx, k.question.ID, authserver.Decision{})
		return func() {
			if err != nil {
				a.failed(k, err)
				return
			}
			a.tick(a.env.Now()) // the next question counts one less behind it
		}
	})
}

// Away says no to the questions, because the person closes the window over one.
// When it is another dialog that is open, they have not been seen and wait on.
func (a *Asker) Away() {
	open := a.env.Dialogs.Open()
	seen := false
	for _, k := range a.asks {
		seen = seen || k.view.dialog == open
	}
	if !seen {
		return
	}
	pending := a.core.Pending()
	for _, q := range slices.Backward(pending) { // the one in sight last, so that no other comes up meanwhile
		if k := a.asks[q.ID]; k != nil && !k.answered {
			k.view.dialog.Close()
		}
	}
}

// failed says why an answer was not taken, and asks again unless the question has ended.
func (a *Asker) failed(k *ask, err error) {
	id := k.question.ID
	if k.closed {
		delete(a.asks, id)
	} else {
		k.answered = false
		k.view.setBusy(false)
	}
	a.Refresh()
	if again := a.asks[id]; again != nil {
		again.view.setFault(kit.T("Your answer could not be kept: {why}", "why", words.Error(err, words.Names{Now: a.env.Now()}).Cause))
	}
}

// tellAllowed is W-15.
func (a *Asker) tellAllowed(app authserver.App, scopes []core.Scope) {
	see := kit.Action{Title: kit.T("See what it reads"), Do: func() { a.see(app.ID) }}
	stop := kit.T("Stop")
	// The bar is one line with the buttons at its end, which must stay in the window.
	room := a.env.Window.Canvas().Size().Width - see.Button().MinSize().Width - kit.NewButton(stop+" (15)", nil).MinSize().Width - barRest
	a.env.Snacks.Show(kit.Snack{
		Text: allowed(app.Name, scopes, func(s string) bool { return kit.NewText(s).Natural() <= room }),
		For:  15 * time.Second, Also: &see, Action: stop, Do: func() { a.stop(app) },
	})
}

func (a *Asker) stop(app authserver.App) {
	a.work.Go(func(ctx context.Context) func() {
		err := a.core.RevokeApp(ctx, app.ID)
		return func() {
			if err == nil {
				a.env.Snacks.Show(kit.Snack{Text: kit.T("{app} can no longer read your data.", "app", app.Name)})
				return
			}
			p := words.Error(err, words.Names{Now: a.env.Now()})
			a.env.Dialogs.Show(&kit.Dialog{Title: kit.T("Access could not be removed"), Body: p.Cause,
				Buttons: []kit.DialogButton{{Title: kit.T("Close"), Enter: true, Cancel: true}}})
		}
	})
}

// Close ends what the asker does in the background.
func (a *Asker) Close() { a.work.Close() }
