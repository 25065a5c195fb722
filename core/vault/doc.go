// Package vault keeps the one key of Linkdesk and seals with it what must not
// lie on the disk in clear: tokens, client secrets, the journal of token calls.
//
// Its place in the picture: signin seals and unseals through it, storage keeps
// its KeyMeta, cmd opens it after the first frame and closes it last.
//
//	OS keyring (32-byte key)  ->  vault  <-  signin, connection
//	storage (KeyMeta, no key) ->
//
// The key lives in the OS keyring. Where there is none the person chooses
// between a passphrase (Argon2id wraps the key) and a key for this session
// only. It is never written in clear, and never replaced without being asked.
//
// What this protects: the data file at rest, its backups, other users of the
// computer. What it does not: programs that run as the same user.
package vault
