package ingest

import (
	"math/bits"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// hashed is a key that can tell its hash. Entity ids, which all keys have, are
// keyed hashes already, so that nobody can choose keys that collide: joining
// them costs a multiplication each, where a map of Go would hash all their
// bytes again.
type hashed interface {
	comparable
	hash() uint64
}

// index numbers keys in the order in which they come. It is what a map from
// keys to numbers would be, at a third of the time: every event makes some
// twenty look-ups here.
type index[K hashed] struct {
	keys  []K
	slots []slot // a power of two, at most three quarters in use
}

// slot is empty when its number is 0.
type slot struct {
	tag    uint32 // the upper half of the hash
	number uint32 // of the key, from 1
}

// at returns the number of k, from 0, and whether it has just got it.
func (x *index[K]) at(k K) (i int, fresh bool) {
	if 4*len(x.keys) >= 3*len(x.slots) {
		x.grow()
	}
	h := k.hash()
	s := x.find(h, &k)
	if s.number == 0 {
		x.keys = append(x.keys, k)
		*s = slot{uint32(h >> 32), uint32(len(x.keys))}
		return len(x.keys) - 1, true
	}
	return int(s.number - 1), false
}

// find returns the slot that has k, or that is free for it.
func (x *index[K]) find(h uint64, k *K) *slot {
	mask := len(x.slots) - 1
	for i := int(h) & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		if s.number == 0 || s.tag == uint32(h>>32) && x.keys[s.number-1] == *k {
			return s
		}
	}
}

func (x *index[K]) grow() {
	x.slots = make([]slot, max(64, 2*len(x.slots)))
	mask := len(x.slots) - 1
	for n, k := range x.keys {
		h := k.hash()
		i := int(h) & mask
		for x.slots[i].number != 0 {
			i = (i + 1) & mask
		}
		x.slots[i] = slot{uint32(h >> 32), uint32(n + 1)}
	}
}

// reset empties x and keeps its memory.
func (x *index[K]) reset() {
	clear(x.slots)
	x.keys = x.keys[:0]
}

// mix joins two parts of a key. The numbers are fractional parts of roots, as
// good as any.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xbb67ae8584caa73b)
	return hi ^ lo
}

// mixIDs joins entity ids.
func mixIDs(h uint64, ids ...entity.ID) uint64 {
	for _, id := range ids {
		h = mix(h, uint64(id))
	}
	return h
}
