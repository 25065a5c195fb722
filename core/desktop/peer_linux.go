package desktop

import (
	"net"
	"syscall"
)

// peerIs reports whether the process at the other end runs as this user.
func peerIs(conn net.Conn, uid int) bool {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return false
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return false
	}
	same := false
	err = raw.Control(func(fd uintptr) {
		cred, err := syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
		same = err == nil && int(cred.Uid) == uid
	})
	return err == nil && same
}
