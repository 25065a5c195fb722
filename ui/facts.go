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
	rows, err := d.Sync.Settings(ctx, "")
	if err != nil {
		return f, nil, err
	}
	runs, err := d.Sync.Runs(ctx, "", "", recentRuns)
	if err != nil {
		return f, nil, err
	}
	f.fromRows(rows)
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

func (f *Facts) fromRows(rows []syncing.Row) {
	for _, r := range rows {
		switch r.Status {
		case syncing.StatusHeld:
			f.Held++
		case syncing.StatusFailed, syncing.StatusPartial:
			f.Failing++
		}
		if !r.NextAt.IsZero() && (f.NextSync.IsZero() || r.NextAt.Before(f.NextSync)) {
			f.NextSync = r.NextAt
		}
	}
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
