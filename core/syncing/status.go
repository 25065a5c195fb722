package syncing

import (
	"time"

	"linkdesk/core"
)

// Status is the state of one data model's copy (product 4.2, the sync column).
type Status string

// The states of a copy, worst first: what a summary over connections shows.
const (
	StatusHeld        Status = "held"
	StatusScope       Status = "scope_missing" // wanted, but not permitted by the service so far
	StatusFailed      Status = "failed"
	StatusPartial     Status = "partial"
	StatusOverdue     Status = "overdue"
	StatusInterrupted Status = "interrupted"
	StatusRateLimited Status = "rate_limited"
	StatusRunning     Status = "running"
	StatusQueued      Status = "queued"
	StatusCancelled   Status = "cancelled"
	StatusPaused      Status = "paused"
	StatusNever       Status = "never"
	StatusOK          Status = "idle_ok"
	StatusDisabled    Status = "disabled"
)

var statusRank = rank(StatusHeld, StatusScope, StatusFailed, StatusPartial, StatusOverdue, StatusInterrupted,
	StatusRateLimited, StatusRunning, StatusQueued, StatusCancelled, StatusPaused, StatusNever, StatusOK, StatusDisabled)

func rank(all ...Status) map[Status]int {
	m := make(map[Status]int, len(all))
	for i, s := range all {
		m[s] = i
	}
	return m
}

// circumstances are what decides a Status, beside the item.
type circumstances struct {
	now     time.Time
	wanted  bool           // the settings ask for reading it
	granted bool           // the service permits that
	paused  bool           // this connection or everything
	active  core.RunStatus // RunRunning or RunQueued, when a run has it
}

// statusOf derives the state of an item.
func statusOf(i Item, c circumstances) Status {
	switch {
	case c.active == core.RunRunning:
		return StatusRunning
	case c.active == core.RunQueued:
		return StatusQueued
	case !c.wanted:
		return StatusDisabled
	case i.HeldCount > 0:
		return StatusHeld
	case !c.granted:
		return StatusScope
	case c.paused:
		return StatusPaused
	}
	switch i.LastStatus {
	case core.RunRateLimited:
		return StatusRateLimited
	case core.RunFailed:
		if i.LastCode == core.CodeOffline {
			return StatusOverdue // goes on by itself once there is a network
		}
		return StatusFailed
	}
	switch {
	case !i.due().IsZero() && c.now.Sub(i.due()) > lateAfter:
		return StatusOverdue
	case i.LastStatus == core.RunPartial:
		return StatusPartial
	case i.LastStatus == core.RunInterrupted:
		return StatusInterrupted
	case i.LastStatus == core.RunCancelled:
		return StatusCancelled
	case i.SyncedAt.IsZero():
		return StatusNever
	}
	return StatusOK
}
