// Package syncing decides when what is synced, and does it.
package syncing
