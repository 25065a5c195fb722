package event

import (
	"time"

	"linkdesk/core"
)

// ConnectionChanged says that a connection was added, changed or deleted.
type ConnectionChanged struct {
	ID      core.ConnectionID
	Deleted bool
}

// SyncChanged says that the sync settings or due times of a connection changed;
// an empty Connection means the defaults, so all of them.
type SyncChanged struct{ Connection core.ConnectionID }

// RunProgress says how far a run is with one data model. It is a sample: some
// may never arrive.
type RunProgress struct {
	Run        core.RunID
	Connection core.ConnectionID
	Model      core.Model
	Counts     core.Counts
	Total      int64 // records expected, when the service said; 0: not known
	StartedAt  time.Time
}

// RunEnded says that a run ended, with what became of it.
type RunEnded struct{ Run core.Run }

// SettingsChanged says that a setting of the program changed.
type SettingsChanged struct{}

// VaultChanged says that the vault opened, was locked or closed.
type VaultChanged struct{}

// RecordsChanged says that records of a data model were written. One event
// stands for any number of records.
type RecordsChanged struct {
	Connection core.ConnectionID
	Model      core.Model
}

// Subject names the connection.
func (e ConnectionChanged) Subject() string { return "connection/" + string(e.ID) }

// Subject names the connection's sync settings.
func (e SyncChanged) Subject() string { return "sync/" + string(e.Connection) }

// Subject names the model within the run.
func (e RunProgress) Subject() string { return "progress/" + string(e.Run) + "/" + string(e.Model) }

// Subject names the end of the run.
func (e RunEnded) Subject() string { return "ended/" + string(e.Run.ID) }

// Subject names the settings.
func (SettingsChanged) Subject() string { return "settings" }

// Subject names the vault.
func (VaultChanged) Subject() string { return "vault" }

// Subject names the records of the model.
func (e RecordsChanged) Subject() string {
	return "records/" + string(e.Connection) + "/" + string(e.Model)
}
