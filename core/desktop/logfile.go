package desktop

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

const (
	logSize = 5 << 20 // bytes, about 20,000 lines
	logKeep = 3       // old files beside the one in use
)

// LogFile is a file that is put aside when it is full: linkdesk.log is in use,
// linkdesk.log.1 to .3 are older.
type LogFile struct {
	path string
	most int64

	mu     sync.Mutex
	file   *os.File // nil after a failed rotation, and once closed
	size   int64
	closed bool
}

// OpenLogFile continues linkdesk.log in a folder.
func OpenLogFile(dir string) (*LogFile, error) { return openLogFile(dir, logSize) }

func openLogFile(dir string, most int64) (*LogFile, error) {
	l := &LogFile{path: filepath.Join(dir, "linkdesk.log"), most: most}
	if err := l.open(); err != nil {
		return nil, folderError(dir, err)
	}
	return l, nil
}

func (l *LogFile) open() error {
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	l.file, l.size = f, st.Size()
	return nil
}

// Write appends one line, whole: a line is never split between two files.
func (l *LogFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, os.ErrClosed
	}
	if l.file == nil {
		if err := l.open(); err != nil {
			return 0, err
		}
	}
	if l.size > 0 && l.size+int64(len(line)) > l.most {
		if err := l.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	return n, err
}

// rotate closes first: Windows does not rename an open file. When renaming
// fails, the full file simply goes on.
func (l *LogFile) rotate() error {
	l.file.Close()
	l.file = nil
	for i := logKeep - 1; i >= 0; i-- {
		_ = os.Rename(l.old(i), l.old(i+1))
	}
	return l.open()
}

func (l *LogFile) old(i int) string {
	if i == 0 {
		return l.path
	}
	return l.path + "." + strconv.Itoa(i)
}

// Close ends the log.
func (l *LogFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
