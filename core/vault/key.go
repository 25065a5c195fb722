package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"linkdesk/core"
)

// Mode is where the key is kept.
type Mode string

// The modes. None: nothing was ever sealed.
const (
	None       Mode = ""
	Keyring    Mode = "keyring"
	Passphrase Mode = "passphrase" // wrapped in KeyMeta
	Session    Mode = "session"    // in memory only; gone when Linkdesk ends
)

// KeyMeta is what storage remembers about the key. None of it is secret by
// itself: with a weak passphrase Wrapped can be attacked, the rest tells nothing.
type KeyMeta struct {
	Mode  Mode
	KeyID string // 16 hex digits, prefix of the key's SHA-256

	// Of a passphrase; otherwise empty.
	Salt    []byte
	Time    uint32 // Argon2id passes
	Memory  uint32 // Argon2id memory, KiB
	Threads uint8  // Argon2id lanes
	Wrapped []byte // the key, sealed with the key derived from the passphrase
}

// Meta is the place of the one KeyMeta; storage is one.
type Meta interface {
	// LoadKeyMeta returns the zero KeyMeta when none was saved.
	LoadKeyMeta(ctx context.Context) (KeyMeta, error)
	SaveKeyMeta(ctx context.Context, m KeyMeta) error
}

const (
	keySize   = chacha20poly1305.KeySize
	keyIDSize = 8

	sealVersion = 1
	headSize    = 1 + keyIDSize + chacha20poly1305.NonceSizeX
)

type key [keySize]byte

func newKey() (k key) {
	rand.Read(k[:]) // never fails, crypto/rand since Go 1.24
	return k
}

// parseKey reads what the keyring holds: base64 of 32 bytes.
func parseKey(text string) (k key, ok bool) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	defer clear(b)
	if err != nil || len(b) != keySize {
		return key{}, false
	}
	return key(b), true
}

func (k *key) text() string { return base64.StdEncoding.EncodeToString(k[:]) }

func (k *key) rawID() []byte {
	sum := sha256.Sum256(k[:])
	return sum[:keyIDSize]
}

func (k *key) id() string { return hex.EncodeToString(k.rawID()) }

// seal returns version ‖ key id ‖ nonce ‖ XChaCha20-Poly1305 of plain. The
// place is bound in: the value opens nowhere else.
func (k *key) seal(table, row, column string, plain []byte) []byte {
	out := make([]byte, headSize, headSize+len(plain)+chacha20poly1305.Overhead)
	out[0] = sealVersion
	copy(out[1:], k.rawID())
	nonce := out[1+keyIDSize : headSize]
	rand.Read(nonce)
	aead, _ := chacha20poly1305.NewX(k[:]) // fails for another key length only
	return aead.Seal(out, nonce, plain, k.place(table, row, column))
}

var errOtherKey = errors.New("vault: sealed with another key")
var errDamaged = errors.New("vault: the sealed value was changed or moved")

func (k *key) unseal(table, row, column string, sealed []byte) ([]byte, error) {
	if len(sealed) < headSize+chacha20poly1305.Overhead || sealed[0] != sealVersion {
		return nil, errDamaged
	}
	if !bytes.Equal(sealed[1:1+keyIDSize], k.rawID()) {
		return nil, errOtherKey
	}
	aead, _ := chacha20poly1305.NewX(k[:])
	plain, err := aead.Open(nil, sealed[1+keyIDSize:headSize], sealed[headSize:], k.place(table, row, column))
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}

// place is the associated data. Quoting keeps two places from looking alike.
func (k *key) place(table, row, column string) []byte {
	return []byte(strconv.Quote(table) + "|" + strconv.Quote(row) + "|" + strconv.Quote(column) + "|" + k.id())
}

// Argon2id parameters of new passphrases: RFC 9106 section 4, the second
// recommended option, for computers with less memory. About 0.1 s.
const (
	argonTime    = 3
	argonMemory  = 64 << 10 // KiB
	argonThreads = 4
	saltSize     = 16 // bytes

	// What a KeyMeta from the disk may ask for at most.
	argonMaxTime   = 16
	argonMaxMemory = 1 << 20 // KiB: 1 GiB
)

// minPassphrase is the fewest characters of a passphrase.
const minPassphrase = 8

// wrap seals the key under a passphrase, with memory in KiB.
func wrap(k key, passphrase core.Secret, memory uint32) KeyMeta {
	m := KeyMeta{
		Mode: Passphrase, KeyID: k.id(), Salt: make([]byte, saltSize),
		Time: argonTime, Memory: memory, Threads: argonThreads,
	}
	rand.Read(m.Salt)
	kek := m.derive(passphrase)
	defer clear(kek[:])
	m.Wrapped = kek.seal("key_meta", m.KeyID, "wrapped", k[:])
	return m
}

var errWrongPassphrase = errors.New("vault: wrong passphrase")

// unwrap opens the key, or returns errWrongPassphrase or errDamaged.
func (m KeyMeta) unwrap(passphrase core.Secret) (key, error) {
	if m.Time < 1 || m.Time > argonMaxTime || m.Threads < 1 || m.Memory > argonMaxMemory {
		return key{}, errDamaged
	}
	kek := m.derive(passphrase)
	defer clear(kek[:])
	plain, err := kek.unseal("key_meta", m.KeyID, "wrapped", m.Wrapped)
	defer clear(plain)
	switch {
	case errors.Is(err, errOtherKey):
		return key{}, errWrongPassphrase
	case err != nil:
		return key{}, err
	case len(plain) != keySize:
		return key{}, errDamaged
	}
	return key(plain), nil
}

func (m KeyMeta) derive(passphrase core.Secret) key {
	return key(argon2.IDKey([]byte(passphrase.Reveal()), m.Salt, m.Time, m.Memory, m.Threads, keySize))
}
