package authserver

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"

	"linkdesk/core"
)

// Hash is the SHA-256 of a code, token or secret. What is hashed is random and
// long, so nothing slower is needed.
type Hash [sha256.Size]byte

func hashOf(text string) Hash { return sha256.Sum256([]byte(text)) }

// same compares in constant time.
func (h Hash) same(other Hash) bool { return subtle.ConstantTimeCompare(h[:], other[:]) == 1 }

// The first letters tell a person, and a scanner for leaked secrets, what a text is.
const (
	secretPrefix  = "ldsecret"
	codePrefix    = "ldcode"
	accessPrefix  = "ldaccess"
	refreshPrefix = "ldrefresh"
)

// newCredential returns 260 random bits behind a prefix, in letters and digits
// only: clients encode anything else in different ways (decision 12).
func newCredential(prefix string) core.Secret {
	return core.NewSecret(prefix + rand.Text() + rand.Text())
}

func newID(prefix string) string { return prefix + strings.ToLower(rand.Text()[:16]) }

// sealAnswer seals the answer to a renewal under the renewal key that was used
// up by it. Only who sends that key again can open it: we keep nothing readable.
func sealAnswer(key string, answer []byte) ([]byte, error) {
	seal, err := replayCipher(key)
	if err != nil {
		return nil, err
	}
	return seal.Seal(nil, nil, answer, nil), nil
}

func openAnswer(key string, sealed []byte) ([]byte, error) {
	seal, err := replayCipher(key)
	if err != nil {
		return nil, err
	}
	return seal.Open(nil, nil, sealed, nil)
}

func replayCipher(key string) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, []byte(key), nil, "linkdesk answer to a renewal", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
