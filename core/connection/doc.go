// Package connection looks after connections: it creates, verifies, renames,
// reauthorizes and deletes them, and says what state each is in.
//
//	ui, cmd ─> Service ─┬─ Begin ─> Pending ─> signin.Attempt ─> provider: discover,
//	                    │            Wait: nothing is stored before all of it worked
//	                    ├─ Verify  ─> provider (one record of each data model)
//	                    ├─ Delete  ─> 30 s to undo ─> signin.Tokens.Revoke ─> wiped
//	                    └─ Store, sealed secrets, event.ConnectionChanged for each change
package connection
