package storagetest

import (
	"testing"
	"time"

	"linkdesk/core"
	"linkdesk/core/connection"
	"linkdesk/core/syncing"
)

// Settings tries the settings and items of a syncing.Store.
func Settings(t *testing.T, conns connection.Store, s syncing.Store) {
	ctx := t.Context()
	c := Connection("Shop")
	must(t, conns.Create(ctx, c, nil, nil))
	weekly := core.Schedule{Frequency: core.Weekly, Interval: 2, Weekday: time.Friday, Hour: 3, Minute: 30}
	byDefault := core.SyncSetting{Model: core.Orders, Access: core.Read, Schedule: core.DefaultSchedule()}
	own := core.SyncSetting{Connection: c.ID, Model: core.Orders, Access: core.ReadWrite, Schedule: weekly}
	must(t, s.SaveSettings(ctx, []core.SyncSetting{byDefault, own}, nil))
	byDefault.Access = core.Write
	must(t, s.SaveSettings(ctx, []core.SyncSetting{byDefault}, nil))
	got, err := s.Settings(ctx)
	must(t, err)
	same(t, "Settings", got, []core.SyncSetting{byDefault, own})

	unknown := core.SyncSetting{Connection: "con_unknown", Model: core.Orders}
	code(t, "a setting of an unknown connection", s.SaveSettings(ctx, []core.SyncSetting{{Model: core.Stores, Access: core.Read}, unknown}, nil), core.CodeNotFound)
	got, err = s.Settings(ctx)
	must(t, err)
	same(t, "Settings after a save that failed", len(got), 2)
	must(t, s.SaveSettings(ctx, nil, []core.SyncSetting{own}))
	got, err = s.Settings(ctx)
	must(t, err)
	same(t, "Settings without own", got, []core.SyncSetting{byDefault})

	item := syncing.Item{Connection: c.ID, Model: core.Orders, DueAt: Now, AnchorAt: Now, SyncedAt: Now, FullAt: Now, Since: Now.Add(123), Failures: 2,
		LastStatus: core.RunHeld, LastCode: core.CodeDeleteHeld, LastPublic: "Why", RetryAt: Now, HeldCount: 400}
	must(t, s.SaveItem(ctx, item))
	item.Failures = 3
	must(t, s.SaveItem(ctx, item))
	items, err := s.Items(ctx)
	must(t, err)
	same(t, "Items", items, []syncing.Item{item})
	must(t, s.SaveSettings(ctx, []core.SyncSetting{own}, nil))
	must(t, conns.Delete(ctx, c.ID, false))
	items, err = s.Items(ctx)
	must(t, err)
	same(t, "Items of a deleted connection", len(items), 0)
	code(t, "SaveItem of a deleted connection", s.SaveItem(ctx, item), core.CodeNotFound)
	got, err = s.Settings(ctx)
	must(t, err)
	same(t, "Settings of a deleted connection", got, []core.SyncSetting{byDefault})
}

// Runs tries the runs of a syncing.Store.
func Runs(t *testing.T, conns connection.Store, s syncing.Store) {
	ctx := t.Context()
	a, b := Connection("A"), Connection("B")
	must(t, conns.Create(ctx, a, nil, nil))
	must(t, conns.Create(ctx, b, nil, nil))
	var all []core.Run
	for i := range 6 {
		r := core.Run{ID: core.NewRunID(), Connection: a.ID, Kind: core.KindManual, Mode: core.Full, Status: core.RunOK,
			StartedAt: Now.Add(time.Duration(i/2) * time.Hour), EndedAt: Now.Add(time.Duration(i/2)*time.Hour + time.Minute), // two at the same time each
			Models: []core.RunModel{
				{Model: core.Orders, Status: core.RunPartial, Counts: core.Counts{Read: 1, Added: 2, Changed: 3, Unchanged: 4, Removed: 5, Failed: 6, Pages: 7}, Code: core.CodeRateLimited, Public: "p", Ref: "LD-1", Until: Now},
				{Model: core.Customers, Status: core.RunOK},
			}}
		if i%2 == 1 {
			r.Connection = b.ID
		}
		must(t, s.SaveRun(ctx, r))
		all = append([]core.Run{r}, all...)
	}
	page, err := s.Runs(ctx, "", "", 4)
	must(t, err)
	same(t, "first page of runs", page, all[:4])
	page, err = s.Runs(ctx, "", page[3].ID, 4)
	must(t, err)
	same(t, "second page of runs", page, all[4:])
	page, err = s.Runs(ctx, b.ID, "", 10)
	must(t, err)
	same(t, "runs of one connection", page, []core.Run{all[0], all[2], all[4]})

	going := all[0]
	going.Status, going.EndedAt, going.Models = core.RunRunning, time.Time{}, nil
	must(t, s.SaveRun(ctx, going))
	unfinished, err := s.Unfinished(ctx)
	must(t, err)
	same(t, "Unfinished", unfinished, []core.Run{going})
	must(t, s.Heartbeat(ctx, going.ID, Now))
	code(t, "Heartbeat", s.Heartbeat(ctx, "run_unknown", Now), core.CodeNotFound)

	must(t, s.PruneRuns(ctx, Now.Add(30*time.Minute), 3)) // drops those of the first hour, and all but the newest three
	page, err = s.Runs(ctx, "", "", 10)
	must(t, err)
	same(t, "runs after pruning", ids(page), ids([]core.Run{going, all[1], all[2]}))
	must(t, s.PruneRuns(ctx, Now.AddDate(1, 0, 0), 0))
	page, err = s.Runs(ctx, "", "", 10)
	must(t, err)
	same(t, "a run that is going is never pruned", ids(page), ids([]core.Run{going}))
	r := going
	r.ID, r.Connection = core.NewRunID(), "con_unknown"
	code(t, "SaveRun", s.SaveRun(ctx, r), core.CodeNotFound)
	must(t, conns.Delete(ctx, going.Connection, false))
	unfinished, err = s.Unfinished(ctx)
	must(t, err)
	same(t, "Unfinished of a deleted connection", len(unfinished), 0)
}

func ids(runs []core.Run) (all []core.RunID) {
	for _, r := range runs {
		all = append(all, r.ID)
	}
	return all
}
