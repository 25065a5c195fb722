package ui

import (
	"context"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/syncing"
	"linkdesk/core/vault"
	"linkdesk/ui/sync"
)

// gather reads what the overall state is derived from. It is called off the
// window's goroutine.
func (d Deps) gather(ctx context.Context) (Facts, []sync.Connection, error) {
	f := Facts{Now: d.Now()}
	views, err := d.Connections.List(ctx)
	if err != nil {
		return f, nil, err
	}
	var choices []sync.Connection
	for _, v := range views {
		f.Connections = append(f.Connections, ConnectionFact{ID: v.ID, Name: v.Name, Status: v.Status})
		choices = append(choices, sync.Connection{ID: v.ID, Name: v.Name, Service: serviceName(v)})
	}
	copies, err := d.copies(ctx, views)
	if err != nil {
		return f, nil, err
	}
	runs, err := d.Sync.Runs(ctx, "", "", recentRuns)
	if err != nil {
		return f, nil, err
	}
	f.fromCopies(copies)
	f.LastSync = lastGood(runs)
	if f.PausedUntil, f.Paused = d.Sync.Paused(); f.PausedUntil.Equal(syncing.UntilResumed) {
		f.PausedUntil = time.Time{}
	}
	state := d.Vault.State()
	f.VaultChoice, f.KeyLost, f.Locked = state.Phase == vault.Choose, state.Phase == vault.Lost, state.Phase == vault.Locked
	address := d.Apps.Address()
	f.AppsOrigin, f.AppsOn, f.AppsProblem = address.Origin, address.On, address.Problem
	f.running(d.Sync.Running(), choices)
	return f, choices, nil
}

func serviceName(v connection.View) string {
	if v.Service != nil {
		return v.Service.Name
	}
	return v.Connection.Service
}

// recentRuns is how far back the last good sync is looked for.
const recentRuns = 50

// lastGood is when the last run ended that brought data; a run that failed or
// was stopped must not make the copy look fresh. Runs come newest first.
func lastGood(runs []core.Run) time.Time {
	for _, r := range runs {
		switch r.Status {
		case core.RunOK, core.RunPartial, core.RunHeld:
			return r.EndedAt
		}
	}
	return time.Time{}
}

// copyOf is one data model of one connection.
type copyOf struct {
	syncing.Row
	connection core.Status
}

// copies reads the state of everything that is copyOf. A connection that is
// deleted meanwhile has none.
func (d Deps) copies(ctx context.Context, views []connection.View) ([]copyOf, error) {
	var all []copyOf
	for _, v := range views {
		rows, err := d.Sync.Settings(ctx, v.ID)
		if core.CodeOf(err) == core.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			all = append(all, copyOf{r, v.Status})
		}
	}
	return all, nil
}

// fromCopies counts data models: one that is held or failing at two
// connections is looked at once.
func (f *Facts) fromCopies(all []copyOf) {
	held, failing, onSync := map[core.Model]bool{}, map[core.Model]bool{}, map[core.Model]bool{}
	for _, c := range all {
		switch c.Status {
		case syncing.StatusHeld:
			held[c.Model] = true
		case syncing.StatusFailed, syncing.StatusPartial:
			failing[c.Model] = true
			if !c.byConnection() {
				onSync[c.Model] = true
			}
		}
		if !c.NextAt.IsZero() && (f.NextSync.IsZero() || c.NextAt.Before(f.NextSync)) {
			f.NextSync = c.NextAt
		}
	}
	f.Held, f.Failing, f.OnSync = len(held), len(failing), len(onSync)
}

// byConnection reports whether a copy fails because of the connection itself:
// then all its data fails at once, and nothing on the Sync tab mends that.
func (c copyOf) byConnection() bool {
	switch c.connection {
	case core.StatusReauth, core.StatusScope, core.StatusLocked, core.StatusUnreachable, core.StatusPending:
		return true
	}
	switch c.Item.LastCode {
	case core.CodeReauthRequired, core.CodeScopeMissing, core.CodeClientInvalid, core.CodeAccountMismatch, core.CodeKeyring, core.CodeKeyLost,
		core.CodeOffline, core.CodeServiceDown, core.CodeRateLimited, core.CodeTLSUntrusted, core.CodeClockWrong:
		return true
	}
	return false
}

// running takes over what runs now.
func (f *Facts) running(all []syncing.Progress, choices []sync.Connection) {
	f.Running, f.Waiting = nil, nil
	for _, p := range all {
		name, svc := "", ""
		for _, c := range choices {
			if c.ID == p.Connection {
				name, svc = c.Name, c.Service
			}
		}
		if p.WaitingUntil.After(f.Now) {
			f.Waiting = append(f.Waiting, WaitFact{svc, p.WaitingUntil})
			continue
		}
		if p.Model != "" {
			f.Running = append(f.Running, RunFact{name, p.Model, p.Counts.Read})
		}
	}
}
