package syncing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"linkdesk/core"
)

var errDead = errors.New("the process is dead")

// memory is Store, Records, Lists, Comparer and Preferences in memory. Every call is
// a transaction. With cut set, the process dies at the cut-th writing call:
// before it took effect, or after it did but before anybody learnt of it; from
// then on every call fails, until revive.
type memory struct {
	mu      sync.Mutex
	calls   int
	cut     int
	after   bool
	dead    bool
	onApply func(records int)

	settings    map[settingKey]core.SyncSetting
	items       map[itemKey]Item
	runs        []core.Run // oldest first
	beats       int
	checkpoints map[itemKey]Checkpoint
	records     map[itemKey]map[string]core.Record
	seen        map[itemKey]map[string]bool
	lists       map[core.ConnectionID]map[string]*memberList
	history     []string
	prefs       map[string]string
	writes      int // records written
}

func newMemory() *memory {
	return &memory{settings: map[settingKey]core.SyncSetting{}, items: map[itemKey]Item{}, checkpoints: map[itemKey]Checkpoint{},
		records: map[itemKey]map[string]core.Record{}, seen: map[itemKey]map[string]bool{}, lists: map[core.ConnectionID]map[string]*memberList{}, prefs: map[string]string{}}
}

func (m *memory) revive() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead, m.cut = false, 0
}

// do is one transaction that writes.
func (m *memory) do(ctx context.Context, write func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.calls++
	m.dead = m.calls == m.cut
	if !m.dead || m.after {
		write()
	}
	if m.dead {
		return errDead
	}
	return nil
}

// see is one transaction that reads.
func (m *memory) see(ctx context.Context, read func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	read()
	return nil
}

func (m *memory) Settings(ctx context.Context) (all []core.SyncSetting, err error) {
	err = m.see(ctx, func() { all = slices.Collect(maps.Values(m.settings)) })
	return all, err
}

func (m *memory) SaveSettings(ctx context.Context, set, unset []core.SyncSetting) error {
	return m.do(ctx, func() { m.settings = settings(m.settings).with(set, unset) })
}

func (m *memory) Items(ctx context.Context) (all []Item, err error) {
	err = m.see(ctx, func() { all = slices.Collect(maps.Values(m.items)) })
	return all, err
}

func (m *memory) SaveItem(ctx context.Context, item Item) error {
	return m.do(ctx, func() { m.items[itemKey{item.Connection, item.Model}] = item })
}

func (m *memory) SaveRun(ctx context.Context, r core.Run) error {
	r.Models = slices.Clone(r.Models)
	return m.do(ctx, func() {
		if i := slices.IndexFunc(m.runs, func(o core.Run) bool { return o.ID == r.ID }); i >= 0 {
			m.runs[i] = r
		} else {
			m.runs = append(m.runs, r)
		}
	})
}

func (m *memory) Heartbeat(ctx context.Context, _ core.RunID, _ time.Time) error {
	return m.do(ctx, func() { m.beats++ })
}

func (m *memory) Unfinished(ctx context.Context) (found []core.Run, err error) {
	err = m.see(ctx, func() {
		for _, r := range m.runs {
			if !r.Status.Ended() {
				found = append(found, r)
			}
		}
	})
	return found, err
}

func (m *memory) Runs(ctx context.Context, c core.ConnectionID, before core.RunID, limit int) (found []core.Run, err error) {
	err = m.see(ctx, func() {
		take := before == ""
		for _, r := range slices.Backward(m.runs) {
			if take && (c == "" || r.Connection == c) && len(found) < limit {
				found = append(found, r)
			}
			take = take || r.ID == before
		}
	})
	return found, err
}

func (m *memory) PruneRuns(ctx context.Context, before time.Time, keep int) error {
	return m.do(ctx, func() {
		m.runs = slices.DeleteFunc(m.runs, func(r core.Run) bool { return r.Status.Ended() && r.StartedAt.Before(before) })
	})
}

func (m *memory) Checkpoint(ctx context.Context, c core.ConnectionID, model core.Model) (cp Checkpoint, ok bool, err error) {
	err = m.see(ctx, func() { cp, ok = m.checkpoints[itemKey{c, model}] })
	return cp, ok, err
}

func content(r core.Record) string {
	b, _ := json.Marshal(r.Data)
	return string(b)
}

func (m *memory) compare(key itemKey, records []core.Record) (did core.Counts) {
	for _, r := range records {
		old, known := m.records[key][r.RemoteID]
		switch {
		case r.Removed:
			did.Removed++
		case !known || !old.RemovedAt.IsZero():
			did.Added++
		case content(old) != content(r):
			did.Changed++
		default:
			did.Unchanged++
		}
	}
	return did
}

func (m *memory) Compare(ctx context.Context, c core.ConnectionID, model core.Model, records []core.Record) (did core.Counts, err error) {
	err = m.see(ctx, func() { did = m.compare(itemKey{c, model}, records) })
	return did, err
}

func (m *memory) Apply(ctx context.Context, c core.ConnectionID, model core.Model, records []core.Record, cp Checkpoint, markSeen bool, now time.Time) (did core.Counts, err error) {
	key := itemKey{c, model}
	err = m.do(ctx, func() {
		if m.records[key] == nil {
			m.records[key] = map[string]core.Record{}
		}
		for _, r := range records {
			one := m.compare(key, []core.Record{r})
			did.Add(one)
			m.noteList(c, r, one.Unchanged == 0 || cp.Mode == core.Full)
			if one.Unchanged == 0 {
				m.writes++
				m.note(key, r, now)
				m.records[key][r.RemoteID] = r
			}
			if markSeen {
				if m.seen[key] == nil {
					m.seen[key] = map[string]bool{}
				}
				m.seen[key][r.RemoteID] = true
			}
		}
		cp.Counts.Add(did)
		m.checkpoints[key] = cp
	})
	if m.onApply != nil {
		m.onApply(len(records))
	}
	return did, err
}

// note keeps the history of an order's status.
func (m *memory) note(key itemKey, r core.Record, now time.Time) {
	was, _ := m.records[key][r.RemoteID].Data.(*core.Order)
	is, _ := r.Data.(*core.Order)
	if was != nil && is != nil && was.Status != is.Status {
		m.history = append(m.history, r.RemoteID+": "+was.Status+" > "+is.Status)
	}
}

// missing returns the records that are there but were not seen. The caller holds mu.
func (m *memory) missing(key itemKey) (ids []string, total int64) {
	for id, r := range m.records[key] {
		if r.RemovedAt.IsZero() && !r.Removed {
			total++
			if !m.seen[key][id] {
				ids = append(ids, id)
			}
		}
	}
	return ids, total
}

func (m *memory) Missing(ctx context.Context, c core.ConnectionID, model core.Model) (n, total int64, err error) {
	err = m.see(ctx, func() {
		ids, all := m.missing(itemKey{c, model})
		n, total = int64(len(ids)), all
	})
	return n, total, err
}

func (m *memory) RemoveMissing(ctx context.Context, c core.ConnectionID, model core.Model, now time.Time) (n int64, err error) {
	key := itemKey{c, model}
	err = m.do(ctx, func() {
		ids, _ := m.missing(key)
		for _, id := range ids {
			r := m.records[key][id]
			r.RemovedAt = now
			m.records[key][id] = r
		}
		n = int64(len(ids))
	})
	return n, err
}

func (m *memory) EndRead(ctx context.Context, c core.ConnectionID, model core.Model, keepSeen bool) error {
	key := itemKey{c, model}
	return m.do(ctx, func() {
		delete(m.checkpoints, key)
		if !keepSeen {
			delete(m.seen, key)
		}
	})
}

func (m *memory) Count(ctx context.Context, c core.ConnectionID, model core.Model) (n int64, err error) {
	err = m.see(ctx, func() { _, n = m.missing(itemKey{c, model}) })
	return n, err
}

func (m *memory) Get(ctx context.Context, key string) (value string, err error) {
	err = m.see(ctx, func() { value = m.prefs[key] })
	return value, err
}

func (m *memory) Set(ctx context.Context, key, value string) error {
	return m.do(ctx, func() { m.prefs[key] = value })
}

// copyOf lists what is stored for a connection: every record with its content,
// those removed as such, and lists of members, then the history of orders.
func (m *memory) copyOf(c core.ConnectionID) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for key, records := range m.records {
		for id, r := range records {
			state := content(r)
			if !r.RemovedAt.IsZero() || r.Removed {
				state = "removed"
			}
			if key.connection == c {
				all = append(all, string(key.model)+" "+id+" "+state)
			}
		}
	}
	for id, l := range m.lists[c] {
		all = append(all, fmt.Sprint("list ", id, " ", l.due, " ", slices.Sorted(maps.Keys(l.members))))
	}
	slices.Sort(all)
	return append(all, m.history...)
}

// item and ofRun look into what is stored.
func (m *memory) item(c core.ConnectionID, model core.Model) Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.items[itemKey{c, model}]
}

func (m *memory) allRuns() []core.Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.runs)
}

// counts returns, for each data model, the sum of what all runs say that they did.
func (m *memory) counts(c core.ConnectionID) map[core.Model]core.Counts {
	found := map[core.Model]core.Counts{}
	for _, r := range m.allRuns() {
		for _, rm := range r.Models {
			if sum := found[rm.Model]; r.Connection == c {
				sum.Add(rm.Counts)
				found[rm.Model] = sum
			}
		}
	}
	return found
}
