package entity

import (
	"crypto/rand"
	"fmt"

	"github.com/dchest/siphash"
)

// ID identifies an entity within one graph. Zero means "none".
type ID uint64

// Secret is a graph's key for entity ids. It travels with an export of the
// graph, so ids stay the same; whoever does not know it cannot choose names
// that collide.
type Secret [16]byte

// NewSecret returns a random secret.
func NewSecret() (Secret, error) {
	var s Secret
	if _, err := rand.Read(s[:]); err != nil {
		return s, fmt.Errorf("make graph secret: %w", err)
	}
	return s, nil
}

// Hasher computes the ids of one graph. It is immutable and safe for
// concurrent use.
type Hasher struct{ k0, k1 uint64 }

// NewHasher returns the hasher of the graph with secret s.
func NewHasher(s Secret) Hasher {
	var k [2]uint64
	for i := range 8 {
		k[0] |= uint64(s[i]) << (8 * i)
		k[1] |= uint64(s[i+8]) << (8 * i)
	}
	return Hasher{k[0], k[1]}
}

// ID returns SipHash-2-4 of the type and the canonical key, never zero.
// The type selects the hash key, so equal keys of two types are unrelated.
func (h Hasher) ID(t Type, key string) ID {
	id := h.Sum(uint64(t), []byte(key))
	if id == 0 {
		return 1
	}
	return ID(id)
}

// Sum returns a keyed 64-bit hash of b for uses other than entity ids;
// space separates the uses. Entity types use spaces 0 to 255.
func (h Hasher) Sum(space uint64, b []byte) uint64 {
	return siphash.Hash(h.k0^space*0x9e3779b97f4a7c15, h.k1, b)
}
