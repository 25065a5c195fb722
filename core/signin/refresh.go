package signin

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linkdesk/core"
)

// stored is a connection's row, opened.
type stored struct {
	revision   int64
	grant      Grant
	client     []byte // still sealed: only a call needs it
	journal    []byte // still sealed
	journalled bool   // an answer waits to be saved, here or in memory
}

func (t *Tokens) load(ctx context.Context, id core.ConnectionID) (stored, error) {
	row, err := t.o.Store.LoadSealed(ctx, id)
	if err != nil {
		return stored{}, err
	}
	g, err := UnsealGrant(t.o.Sealer, id, row.Grant)
	if err != nil {
		return stored{}, err
	}
	t.mu.Lock()
	_, waits := t.unsaved[id]
	t.mu.Unlock()
	return stored{row.Revision, g, row.Client, row.Journal, waits || len(row.Journal) > 0}, nil
}

// refresh gets a token that is fresh and not the rejected one. It runs once at
// a time for each connection.
func (t *Tokens) refresh(ctx context.Context, id core.ConnectionID, rejected core.Secret) (Grant, error) {
	s, err := t.load(ctx, id) // again: another may have renewed it just now
	if err != nil {
		return Grant{}, err
	}
	if s.journalled {
		if s, err = t.recover(ctx, id, s); err != nil {
			return Grant{}, err
		}
	}
	for range 2 {
		if t.usable(s.grant, rejected) {
			return s.grant, nil
		}
		if s.grant.RefreshToken.Empty() {
			return t.unrenewable(s.grant, rejected)
		}
		if err := t.paused(id, s.revision); err != nil {
			return t.makeDo(s.grant, rejected, err)
		}
		var g Grant
		if g, err = t.renew(ctx, id, s); err == nil {
			t.resume(id)
			return g, nil
		}
		// Somebody else may have renewed it meanwhile: then what is stored now
		// counts, and an old token that was refused says nothing (P-02).
		now, again := t.load(ctx, id)
		if again != nil || now.revision == s.revision || !errors.Is(err, ErrRevision) && core.CodeOf(err) != core.CodeReauthRequired {
			break
		}
		s = now
	}
	return t.failed(ctx, id, s, rejected, err)
}

// usable reports whether a grant may be handed out as it is.
func (t *Tokens) usable(g Grant, rejected core.Secret) bool {
	if !rejected.Empty() {
		return g.AccessToken != rejected
	}
	return g.fresh(t.endpoint.clock.Now())
}

// unrenewable is for API keys and services without refresh tokens: the token is
// good until its end, or until it is rejected.
func (t *Tokens) unrenewable(g Grant, rejected core.Secret) (Grant, error) {
	if rejected.Empty() && t.endpoint.clock.Now().Before(g.Expiry) {
		return g, nil
	}
	return Grant{}, core.E(core.CodeReauthRequired, "", errors.New("the token has ended and there is none to renew it with"))
}

// makeDo hands out a token that could not be renewed just now, as long as it is
// good for a minute (P-01).
func (t *Tokens) makeDo(g Grant, rejected core.Secret, err error) (Grant, error) {
	if rejected.Empty() && g.Expiry.Sub(t.endpoint.clock.Now()) >= leastMargin {
		return g, nil
	}
	return Grant{}, err
}

// renew makes the one call, and stores what comes back before anybody uses it.
func (t *Tokens) renew(ctx context.Context, id core.ConnectionID, s stored) (Grant, error) {
	target, err := t.o.Lookup(ctx, id)
	if err != nil {
		return Grant{}, err
	}
	k, err := t.call(target, id, s)
	if err != nil {
		return Grant{}, err
	}
	own := context.WithoutCancel(ctx) // once the service has answered, nothing keeps the answer from being stored
	var kept entry
	k.journal = func(e entry) {
		e.Revision = s.revision
		kept = e
		t.keep(own, id, e)
	}
	if r := target.Auth.Token.Refresh; r != nil {
		k.params = r.Params
		if r.URL != "" {
			k.url = r.URL
		}
	}
	r, err := t.endpoint.refresh(ctx, k, s.grant.RefreshToken)
	if err != nil {
		return Grant{}, err
	}
	return t.save(own, id, target, s.grant, r, kept)
}

// call prepares a call with the connection's client.
func (t *Tokens) call(target Target, id core.ConnectionID, s stored) (*tokenCall, error) {
	secrets, err := UnsealClient(t.o.Sealer, id, s.client)
	if err != nil {
		return nil, err
	}
	if s.grant.ClientID != "" {
		target.ClientID = s.grant.ClientID // another client may not renew it
	}
	return &tokenCall{Target: target, secret: secrets[ClientSecretKey], url: target.Auth.Token.URL}, nil
}

// keep writes an answer to the journal before anybody looks at it. A service
// that rotates has given the old token up by now, so an answer that the
// database will not take is kept in memory.
func (t *Tokens) keep(ctx context.Context, id core.ConnectionID, e entry) {
	text, err := json.Marshal(e)
	if err == nil {
		if text, err = t.o.Sealer.SealAt(secretTable, string(id), journalColumn, text); err == nil {
			err = t.o.Store.SaveJournal(ctx, id, text)
		}
	}
	if err != nil {
		t.endpoint.log.Error("a renewed permission is not in the journal", "connection", string(id), "code", string(core.CodeOf(err)))
		t.mu.Lock()
		t.unsaved[id] = e
		t.mu.Unlock()
	}
}

// save stores a renewed grant, which clears the journal.
func (t *Tokens) save(ctx context.Context, id core.ConnectionID, target Target, old Grant, r reply, e entry) (Grant, error) {
	rules := target.Auth.Response
	if r.grant.RefreshToken.Empty() && rules.Rotates == "yes" {
		t.endpoint.log.Warn("a service that changes its refresh tokens sent none", "service", target.Manifest.ID)
	}
	g := r.grant.after(old, r.refreshEndsTold || rules.RefreshExpires.Rolling)
	sealed, err := SealGrant(t.o.Sealer, id, g)
	if err != nil {
		return Grant{}, err
	}
	err = t.o.Store.SaveGrant(ctx, id, e.Revision, sealed)
	if errors.Is(err, ErrRevision) {
		if err := t.overtaken(ctx, id); err != nil {
			return Grant{}, err
		}
	}
	if err == nil {
		t.forget(id)
	}
	if err != nil {
		return Grant{}, err
	}
	if t.o.OnSaved != nil {
		t.o.OnSaved(ctx, id, g)
	}
	return g, nil
}

// recover stores an answer that came in before its save failed or Linkdesk was
// killed. An answer that cannot be read is passed over, and one that a newer
// grant has overtaken is dropped.
func (t *Tokens) recover(ctx context.Context, id core.ConnectionID, s stored) (stored, error) {
	e, ok := t.left(id, s.journal)
	if !ok {
		return s, nil
	}
	target, err := t.o.Lookup(ctx, id)
	if err != nil {
		return s, err
	}
	r, err := e.read(target.Auth)
	if err != nil {
		t.endpoint.log.Warn("an answer in the journal cannot be read", "connection", string(id))
		return s, nil //nolint:nilerr // the stored grant stands; that this answer is unreadable was logged
	}
	if _, err := t.save(ctx, id, target, s.grant, r, e); err != nil && !errors.Is(err, ErrRevision) {
		return s, err
	}
	t.endpoint.log.Info("a renewed permission was recovered from the journal", "connection", string(id))
	return t.load(ctx, id)
}

// overtaken drops an answer that a newer grant has made worthless.
func (t *Tokens) overtaken(ctx context.Context, id core.ConnectionID) error {
	t.forget(id)
	return t.o.Store.SaveJournal(ctx, id, nil)
}

// forget drops an answer that was kept in memory.
func (t *Tokens) forget(id core.ConnectionID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.unsaved, id)
}

// left returns the answer that waits to be saved.
func (t *Tokens) left(id core.ConnectionID, journal []byte) (entry, bool) {
	t.mu.Lock()
	e, ok := t.unsaved[id]
	t.mu.Unlock()
	if ok || len(journal) == 0 {
		return e, ok
	}
	text, err := t.o.Sealer.UnsealAt(secretTable, string(id), journalColumn, journal)
	if err != nil || json.Unmarshal(text, &e) != nil {
		t.endpoint.log.Warn("the journal of a connection cannot be opened", "connection", string(id), "code", string(core.CodeOf(err)))
		return entry{}, false
	}
	return e, true
}

// pause keeps Linkdesk from asking a service again and again.
type pause struct {
	revision int64 // of the grant it is about
	until    time.Time
	wait     time.Duration
	err      error // what the last call came to
	dead     bool  // the service has withdrawn the permission
}

// The waits after a refresh that failed for a passing reason.
const (
	firstPause = 30 * time.Second
	mostPause  = 30 * time.Minute
)

// failed notes a failure and says what to hand out instead.
func (t *Tokens) failed(ctx context.Context, id core.ConnectionID, s stored, rejected core.Secret, err error) (Grant, error) {
	code := core.CodeOf(err)
	if code == core.CodeCancelled || errors.Is(err, ErrRevision) {
		return Grant{}, err
	}
	p := pause{revision: s.revision, wait: firstPause, err: err, dead: code == core.CodeReauthRequired}
	t.mu.Lock()
	if last, again := t.pauses[id]; again && last.revision == s.revision && code != core.CodeOffline {
		p.wait = min(2*last.wait, mostPause)
	}
	p.until = t.endpoint.clock.Now().Add(p.wait)
	if asked := core.AsError(err).Until; asked.After(p.until) {
		p.until = asked
	}
	t.pauses[id] = p
	t.mu.Unlock()
	t.endpoint.log.Warn("a permission could not be renewed", "connection", string(id), "code", string(code), "dead", p.dead)
	if p.dead {
		if t.o.OnDead != nil {
			t.o.OnDead(ctx, id)
		}
		return Grant{}, err
	}
	return t.makeDo(s.grant, rejected, err)
}

// paused returns why no call is to be made now, or nil.
func (t *Tokens) paused(id core.ConnectionID, revision int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.pauses[id]
	if !ok || p.revision != revision || !p.dead && !t.endpoint.clock.Now().Before(p.until) {
		return nil
	}
	if p.dead {
		return p.err
	}
	e := core.E(core.CodeOf(p.err), "", p.err)
	e.Until = p.until
	return e
}

func (t *Tokens) resume(id core.ConnectionID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pauses, id)
}

// TryNow lets the next Token ask the service at once, whatever happened before:
// a person has asked for it.
func (t *Tokens) TryNow(id core.ConnectionID) { t.resume(id) }
