package syncing

import (
	"context"
	"time"

	"linkdesk/core"
)

// Item is the state of one data model of one connection between runs.
type Item struct {
	Connection core.ConnectionID
	Model      core.Model
	DueAt      time.Time // wall clock, UTC; zero: not scheduled
	AnchorAt   time.Time // when its schedule was set: what "every 2 weeks" counts from
	SyncedAt   time.Time // end of the last run that read this model without an error
	FullAt     time.Time // end of the last complete full read
	Since      time.Time // ask for changes from here: newest change seen, less nothing; the overlap is taken off when asking
	Failures   int       // failed runs in a row, for back-off
	LastStatus core.RunStatus
	LastCode   core.Code
	LastPublic string
	RetryAt    time.Time // rate limit or back-off: not before this; zero: none
	HeldCount  int64     // removals that wait for the person
}

// Checkpoint is where an unfinished read of one model stands. It commits in
// one transaction with the page that it follows.
type Checkpoint struct {
	Run       core.RunID
	Mode      core.Mode
	Position  string      // provider.Position of the next page, or a mark of ours; opaque to storage
	Newest    time.Time   // newest updated_at seen in this read
	StartedAt time.Time   // of the read
	Counts    core.Counts // of the whole read so far, also of earlier runs that it continues
	Before    core.Counts // those of Counts that earlier runs counted
}

// own returns what Run itself did, so that an interrupted run and the one that
// continues it add up to what happened.
func (cp Checkpoint) own() core.Counts { return cp.Counts.Less(cp.Before) }

// Store keeps settings, items, runs and checkpoints.
type Store interface {
	// Settings returns defaults (Connection empty) and own settings.
	Settings(ctx context.Context) ([]core.SyncSetting, error)
	// SaveSettings upserts those in set and deletes own settings named in unset, in one transaction.
	SaveSettings(ctx context.Context, set []core.SyncSetting, unset []core.SyncSetting) error

	Items(ctx context.Context) ([]Item, error)
	// SaveItem upserts one item.
	SaveItem(ctx context.Context, item Item) error

	// SaveRun upserts a run with its models.
	SaveRun(ctx context.Context, r core.Run) error
	// Heartbeat renews the lease of a running run.
	Heartbeat(ctx context.Context, id core.RunID, at time.Time) error
	// Unfinished returns runs whose status is queued or running.
	Unfinished(ctx context.Context) ([]core.Run, error)
	// Runs returns runs, newest first; connection "" means all. Before a run id pages on.
	Runs(ctx context.Context, connection core.ConnectionID, before core.RunID, limit int) ([]core.Run, error)
	// PruneRuns deletes ended runs older than the time, and all but the newest keep.
	PruneRuns(ctx context.Context, before time.Time, keep int) error
}

// List is a list of who is in a segment of a service.
type List struct {
	Segment string // remote id
	First   string // provider.Position of its first page
	Place   string // and of the page to read next
}

// Lists keeps who is in the segments of services. Records.Apply notes each
// segment that has a list (core.Record.Members): the list is to be read when
// the segment is new, came back, changed, or carries another time than before,
// and in any complete read. What was read before stays until the list was read
// to its end again.
type Lists interface {
	// DueList returns the first list that is to be read, of those of segments
	// behind one in the order of their ids; ok is false when there is none.
	DueList(ctx context.Context, c core.ConnectionID, behind string) (l List, ok bool, err error)

	// SaveMembers stores a page of members and the place after it in one
	// transaction. With the last page (next is "") those who were not met since
	// the first one go, and the list is read. changed reports whether anybody
	// came or went.
	SaveMembers(ctx context.Context, c core.ConnectionID, page MemberPage) (changed bool, err error)
}

// MemberPage is a page of members: customers' remote ids or e-mail addresses.
type MemberPage struct {
	Segment string
	First   bool // the list begins
	Keys    []string
	Next    string // provider.Position; "" at the end
}

// Records writes what a sync read.
type Records interface {
	// Checkpoint returns the unfinished read of a model; ok is false when there is none.
	Checkpoint(ctx context.Context, c core.ConnectionID, m core.Model) (cp Checkpoint, ok bool, err error)

	// Apply writes pages of records of one model and the checkpoint after them
	// in one transaction, and returns what became of them: Added, Changed,
	// Unchanged and Removed, which it also adds to cp.Counts as it stores the
	// checkpoint (Read, Failed and Pages are stored as given). Records with
	// unchanged content are not written. In a full read with markSeen the ids are
	// noted for Missing. Order status changes are added to the history. The same
	// record may come more than once. Without records only the checkpoint is stored.
	Apply(ctx context.Context, c core.ConnectionID, m core.Model, records []core.Record, cp Checkpoint, markSeen bool, now time.Time) (core.Counts, error)

	// Missing counts, after a complete full read, the records that are there
	// but were not seen (missing), and all that are there (total).
	Missing(ctx context.Context, c core.ConnectionID, m core.Model) (missing, total int64, err error)

	// RemoveMissing marks those as removed and returns how many.
	RemoveMissing(ctx context.Context, c core.ConnectionID, m core.Model, now time.Time) (int64, error)

	// EndRead drops the checkpoint, and the notes of a full read unless keepSeen.
	EndRead(ctx context.Context, c core.ConnectionID, m core.Model, keepSeen bool) error

	// Count returns the number of records that are there.
	Count(ctx context.Context, c core.ConnectionID, m core.Model) (int64, error)
}
