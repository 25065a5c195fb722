package localhttp

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// portOwner names the program that listens on a TCP port of the loopback
// interface, or nothing when it belongs to somebody else or cannot be found.
func portOwner(port int) string {
	var inodes []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(table)
		inodes = append(inodes, listeners(string(text), port)...)
	}
	for _, inode := range inodes {
		if name := socketOwner("socket:[" + inode + "]"); name != "" {
			return name
		}
	}
	return ""
}

// listeners reads the inodes of sockets that listen on a port (proc(5),
// /proc/net/tcp: local address in hexadecimal, state 0A, inode tenth).
func listeners(table string, port int) (inodes []string) {
	suffix := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > 9 && strings.HasSuffix(f[1], suffix) && f[3] == "0A" {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

func socketOwner(socket string) string {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == socket {
			name, _ := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(link)), "comm"))
			return strings.TrimSpace(string(name))
		}
	}
	return ""
}
