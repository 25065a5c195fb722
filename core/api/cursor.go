package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"linkdesk/core"
)

// The id of a record says which connection it came from and what the service
// calls it, so it outlives a new first load: base64url of "con_…/remote id".

func recordID(k Key) string {
	return base64.RawURLEncoding.EncodeToString([]byte(string(k.Connection) + "/" + k.RemoteID))
}

// appendID is recordID without a copy.
func appendID(b []byte, k Key) []byte {
	var small [128]byte
	text := append(append(append(small[:0], k.Connection...), '/'), k.RemoteID...)
	return base64.RawURLEncoding.AppendEncode(b, text)
}

func parseID(id string) (Key, bool) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(id) > 2000 {
		return Key{}, false
	}
	connection, remote, ok := strings.Cut(string(text), "/")
	return Key{core.ConnectionID(connection), remote}, ok && connection != "" && remote != ""
}

// A cursor is a place of storage's, bound to the list that it belongs to: base64url
// of eight bytes of the list's hash and the place. It holds nothing that is believed.

const cursorMark = 8

func markOf(listing string) []byte {
	sum := sha256.Sum256([]byte(listing))
	return sum[:cursorMark]
}

func encodeCursor(listing, place string) string {
	return base64.RawURLEncoding.EncodeToString(append(markOf(listing), place...))
}

func decodeCursor(listing, cursor string) (place string, err error) {
	if cursor == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) <= cursorMark || len(b) > 1000 || !bytes.Equal(b[:cursorMark], markOf(listing)) {
		return "", badRequest("This cursor belongs to another list, or to other filters. Start the list again.")
	}
	return string(b[cursorMark:]), nil
}
