// Package connection creates, verifies, renames, reauthorizes and deletes connections.
package connection
