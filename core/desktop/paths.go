package desktop

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"linkdesk/core"
)

// Paths are the places of one Linkdesk. The folders exist, for their owner only
// (0700); but see makeData for a folder that the person named.
type Paths struct {
	Data     string // folder of everything that is kept
	Database string // linkdesk.db
	Services string // folder of the person's own manifests
	Logs     string // folder of the log files
	Lock     string // held by the running Linkdesk
	Socket   string // where the running Linkdesk listens for commands; short enough for every system

	socketNote string // file with the socket's path, for callers with another environment
}

// socketMost is the longest path of a socket, in bytes: macOS allows 103, Linux 107.
const socketMost = 100

// FindPaths returns the places below home, or below LINKDESK_HOME, or where
// the system keeps a program's data, and makes the folders. An error says
// which folder cannot be used.
func FindPaths(home string) (Paths, error) {
	if home == "" {
		home = os.Getenv("LINKDESK_HOME")
	}
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return Paths{}, core.E(core.CodeInvalid, "Linkdesk does not know your home folder. Name a folder with --home.", err)
		}
		home = dataDir(runtime.GOOS, os.Getenv, user)
	}
	data, err := filepath.Abs(home)
	if err != nil {
		return Paths{}, folderError(home, err)
	}
	p := Paths{
		Data:       data,
		Database:   filepath.Join(data, "linkdesk.db"),
		Services:   filepath.Join(data, "services"),
		Logs:       filepath.Join(data, "logs"),
		Lock:       filepath.Join(data, "linkdesk.lock"),
		socketNote: filepath.Join(data, "linkdesk.socket"),
	}
	if err := makeData(p.Data); err != nil {
		return Paths{}, err
	}
	for _, dir := range []string{p.Services, p.Logs} {
		if err := makePrivate(dir); err != nil {
			return Paths{}, err
		}
	}
	p.Socket, err = findSocket(data)
	return p, err
}

// dataDir is where the system keeps a program's data.
func dataDir(goos string, env func(string) string, home string) string {
	switch goos {
	case "windows":
		if d := env("LOCALAPPDATA"); d != "" {
			return filepath.Join(d, "Linkdesk")
		}
		return filepath.Join(home, "AppData", "Local", "Linkdesk")
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Linkdesk")
	}
	if d := env("XDG_DATA_HOME"); filepath.IsAbs(d) { // a relative one is to be ignored, says the XDG specification
		return filepath.Join(d, "linkdesk")
	}
	return filepath.Join(home, ".local", "share", "linkdesk")
}

// findSocket picks the first place that exists or can be made, and whose path
// is short: the session's runtime folder, the data folder, the system's folder
// for temporary files. The name tells apart Linkdesks with several data folders.
func findSocket(data string) (string, error) {
	sum := sha256.Sum256([]byte(data))
	name := "linkdesk-" + hex.EncodeToString(sum[:6])
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		socket := filepath.Join(dir, name+".sock")
		if st, err := os.Stat(dir); err == nil && st.IsDir() && len(socket) < socketMost {
			return socket, nil
		}
	}
	if dir := filepath.Join(data, "tmp"); len(dir)+len("/s.sock") < socketMost {
		return filepath.Join(dir, "s.sock"), makePrivate(dir)
	}
	for _, temp := range []string{os.TempDir(), "/tmp"} {
		dir := filepath.Join(temp, name+"-"+strconv.Itoa(os.Getuid()))
		socket := filepath.Join(dir, "s.sock")
		if len(socket) < socketMost && makeOwn(dir) == nil {
			return socket, nil
		}
	}
	return "", core.Invalid("The path of the folder “" + data + "” is too long. Name a shorter one with --home.")
}

// makeData makes the data folder. One that exists is narrowed to its owner
// while it is empty; one that holds something may be anything, such as a whole
// disk, and is left as it is.
func makeData(dir string) error {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return nil
	}
	return makePrivate(dir)
}

// makePrivate makes a folder for its owner only, or narrows it.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folderError(dir, err)
	}
	st, err := os.Stat(dir)
	if err == nil && st.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		err = os.Chmod(dir, 0o700)
	}
	if err != nil {
		return folderError(dir, err)
	}
	return nil
}

// makeOwn makes a folder among those of all users: one that somebody else, or
// a link, put there is refused.
func makeOwn(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !st.IsDir() || !ownedByUs(st) {
		return fs.ErrPermission
	}
	return os.Chmod(dir, 0o700)
}

func folderError(dir string, err error) error {
	code := core.CodeStorageReadOnly
	if !errors.Is(err, fs.ErrPermission) {
		code = core.CodeInvalid
	}
	return core.E(code, "Linkdesk cannot use the folder “"+dir+"”. Check who may write there, or name another folder with --home.", err)
}
