package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealVersion is the first byte of sealed data: AES-256-GCM with a random
// nonce of 12 bytes in front.
const sealVersion = 1

// ErrSeal says that sealed data cannot be opened: it was changed, belongs to
// something else, or was sealed under another key file.
var ErrSeal = errors.New("sealed data does not open with this key file")

// sealer seals data under keys derived from the key file.
type sealer struct {
	master []byte
	gcm    cipher.AEAD
}

func newSealer(master []byte) (*sealer, error) {
	s := &sealer{master: master}
	key, err := s.derive("seal")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if s.gcm, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, err
	}
	return s, nil
}

// derive returns a key of 32 bytes for one purpose.
func (s *sealer) derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, s.master, nil, "gumshoe/"+purpose, keySize)
}

// seal encrypts plain; open gives it back for the same owner only.
func (s *sealer) seal(owner string, plain []byte) []byte {
	return s.gcm.Seal([]byte{sealVersion}, nil, plain, []byte(owner))
}

// open decrypts what seal made for owner.
func (s *sealer) open(owner string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealVersion {
		return nil, fmt.Errorf("open secret of %s: %w", owner, ErrSeal)
	}
	plain, err := s.gcm.Open(nil, nil, sealed[1:], []byte(owner))
	if err != nil {
		// The cipher's own error says nothing more.
		return nil, fmt.Errorf("open secret of %s: %w", owner, ErrSeal)
	}
	return plain, nil
}
