package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"linkdesk/core"
)

// mapError turns whatever SQLite, database/sql or the file system said into a
// *core.Error of the class that product 4.3 has words for. An error that has a
// class already keeps it; nil stays nil.
func mapError(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*core.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return core.E(sqliteCode(e.Code()), "", err)
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return core.E(core.CodeCancelled, "", err)
	case errors.Is(err, sql.ErrNoRows):
		return core.NotFound("That is not in the data file any more.")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return core.E(core.CodeStorageFull, "", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS),
		errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return core.E(core.CodeStorageReadOnly, "", err)
	}
	return core.E(core.CodeInternal, "", err)
}

// sqliteCode classes an extended result code (sqlite.org/rescode.html). The low
// byte is the primary code; for I/O errors the rest tells a full disk or quota
// (SQLite says FULL only for ENOSPC in a plain write) from an unreadable one.
func sqliteCode(code int) core.Code {
	switch code {
	case lib.SQLITE_IOERR_WRITE, lib.SQLITE_IOERR_FSYNC, lib.SQLITE_IOERR_DIR_FSYNC,
		lib.SQLITE_IOERR_TRUNCATE, lib.SQLITE_IOERR_SHMSIZE, lib.SQLITE_IOERR_GETTEMPPATH:
		return core.CodeStorageFull
	case lib.SQLITE_IOERR_READ, lib.SQLITE_IOERR_SHORT_READ, lib.SQLITE_IOERR_CORRUPTFS, lib.SQLITE_IOERR_DATA:
		return core.CodeStorageDamaged
	case lib.SQLITE_IOERR_LOCK, lib.SQLITE_IOERR_BLOCKED, lib.SQLITE_IOERR_RDLOCK, lib.SQLITE_IOERR_SHMLOCK:
		return core.CodeStorageBusy
	case lib.SQLITE_IOERR_ACCESS:
		return core.CodeStorageReadOnly
	}
	switch code & 0xff {
	case lib.SQLITE_FULL:
		return core.CodeStorageFull
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL:
		return core.CodeStorageBusy
	case lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_CANTOPEN, lib.SQLITE_AUTH:
		return core.CodeStorageReadOnly
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_FORMAT:
		return core.CodeStorageDamaged
	case lib.SQLITE_INTERRUPT:
		return core.CodeCancelled
	}
	return core.CodeInternal
}
