package core

import "time"

// Run is one execution of a sync: some data models of one connection.
type Run struct {
	ID         RunID
	Connection ConnectionID
	Kind       RunKind
	Mode       Mode
	Status     RunStatus
	StartedAt  time.Time
	EndedAt    time.Time // zero while it runs
	Models     []RunModel
}

// RunKind says why a run was started.
type RunKind string

// Why runs are started.
const (
	KindAutomatic RunKind = "automatic" // due, and started in time
	KindCatchUp   RunKind = "catch_up"  // due while the computer slept or Linkdesk was closed
	KindManual    RunKind = "manual"    // somebody pressed Sync now
	KindResumed   RunKind = "resumed"   // continues a run that was interrupted
)

// Mode says what is read.
type Mode string

// The modes of a run.
const (
	Incremental Mode = "incremental" // new and changed, as far as the service can tell
	Full        Mode = "full"        // everything again, which also finds removals
)

// RunStatus is the state of a run, or of one model in it (product 4.2).
type RunStatus string

// The states of a run.
const (
	RunQueued      RunStatus = "queued"
	RunRunning     RunStatus = "running"
	RunOK          RunStatus = "ok"
	RunPartial     RunStatus = "partial" // some models worked, some did not
	RunFailed      RunStatus = "failed"
	RunRateLimited RunStatus = "rate_limited"
	RunInterrupted RunStatus = "interrupted" // Linkdesk ended in the middle; continues
	RunHeld        RunStatus = "held"        // unusual removals wait for the person
	RunCancelled   RunStatus = "cancelled"
)

// Ended reports whether nothing more will happen in a run of that state.
func (s RunStatus) Ended() bool { return s != RunQueued && s != RunRunning }

// RunModel is what one run did to one data model.
type RunModel struct {
	Model  Model
	Status RunStatus
	Counts Counts
	Code   Code      // why it failed; "" otherwise
	Public string    // what to tell the person about it; may be empty: the class's words
	Ref    string    // reference into the log; may be empty
	Until  time.Time // when it is worth trying again
}

// Counts are the figures of a run. Read counts records that arrived; the
// others say what became of them.
type Counts struct {
	Read, Added, Changed, Unchanged, Removed, Failed int64
	Pages                                            int64
}

// Add adds the figures of another.
func (c *Counts) Add(o Counts) {
	c.Read += o.Read
	c.Added += o.Added
	c.Changed += o.Changed
	c.Unchanged += o.Unchanged
	c.Removed += o.Removed
	c.Failed += o.Failed
	c.Pages += o.Pages
}

// Less returns what is left when the figures of another, which are part of
// these, are taken off.
func (c Counts) Less(o Counts) Counts {
	c.Add(Counts{-o.Read, -o.Added, -o.Changed, -o.Unchanged, -o.Removed, -o.Failed, -o.Pages})
	return c
}

// Summarise derives the state of a run from its models (P-06: a run is never
// called good when a part of it was refused). The order of the models does not
// matter: what waits for somebody outweighs what failed.
func Summarise(ms []RunModel) RunStatus {
	count := map[RunStatus]int{}
	for _, m := range ms {
		count[m.Status]++
	}
	for _, s := range []RunStatus{RunInterrupted, RunCancelled, RunHeld} {
		if count[s] > 0 {
			return s
		}
	}
	switch {
	case count[RunOK] == len(ms):
		return RunOK
	case count[RunOK]+count[RunPartial] > 0:
		return RunPartial
	case count[RunRateLimited] > 0:
		return RunRateLimited
	}
	return RunFailed
}

// SyncSetting is the frequency and access of one data model: a default for all
// connections when Connection is empty, else that connection's own.
type SyncSetting struct {
	Connection ConnectionID
	Model      Model
	Access     Access
	Schedule   Schedule
}
