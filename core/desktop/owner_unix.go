//go:build unix

package desktop

import (
	"io/fs"
	"os"
	"syscall"
)

// ownedByUs reports whether a file is this user's own.
func ownedByUs(st fs.FileInfo) bool {
	sys, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(sys.Uid) == os.Getuid()
}
