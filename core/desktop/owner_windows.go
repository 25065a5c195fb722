package desktop

import "io/fs"

// ownedByUs relies on the permissions that a user's own folders inherit.
func ownedByUs(fs.FileInfo) bool { return true }
