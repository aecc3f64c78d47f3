package keyrun

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/bits"
)

// A block holds up to blockKeys sorted keys as what they are above the first
// one (which the index has), in the Elias-Fano form: of each the low bits side
// by side, and the rest in unary, so that the number of zeros before the i-th
// one is the rest of the i-th key.
//
//	keys uint16, low bits a key uint8, checksum uint32, low bits, unary bits
//
// Sorted hashes take two to three bits besides the low ones, wherever they
// lie; fixed-width differences would take one more and have to be added up.
const (
	blockKeys   = 1024
	blockHeader = 2 + 1 + 4
	// padding lets bits be read and written eight bytes at a time.
	padding = 8
	// maxBlock is the length of the longest block: 64 low bits and three in
	// unary a key, with what rounding adds.
	maxBlock = blockHeader + blockKeys*(64+3)/8 + 2*padding
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errDamaged = errors.New("the file is damaged")

// appendBlock appends the block of keys, sorted and at most blockKeys, to dst.
func appendBlock(dst []byte, keys []uint64) []byte {
	first, n := keys[0], len(keys)
	span := keys[n-1] - first
	low := max(0, bits.Len64(span/uint64(n))-1)
	start := len(dst)
	lowBytes := (n*low + 7) / 8
	highBytes := (n + int(span>>low) + 8) / 8
	dst = append(dst, make([]byte, blockHeader+lowBytes+highBytes+padding)...)
	b := dst[start:]
	binary.LittleEndian.PutUint16(b, uint16(n))
	b[2] = byte(low)
	lows, highs := b[blockHeader:], b[blockHeader+lowBytes:]
	mask := uint64(1)<<low - 1
	for i, k := range keys {
		k -= first
		putBits(lows, i*low, low, k&mask)
		at := i + int(k>>low)
		highs[at/8] |= 1 << (at % 8)
	}
	b = b[:blockHeader+lowBytes+highBytes]
	binary.LittleEndian.PutUint32(b[3:], checksum(b))
	return dst[:start+len(b)]
}

// checksum covers all of a block but the checksum itself.
func checksum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:3], castagnoli), castagnoli, b[blockHeader:])
}

// putBits sets width bits at bit at, which are zero. At most seven bits lie
// before at in its byte, so 57 fit in one go.
func putBits(b []byte, at, width int, v uint64) {
	p := b[at/8:]
	shift := at % 8
	binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)|v<<shift)
	if shift+width > 64 {
		p[8] |= byte(v >> (64 - shift))
	}
}

// getBits is the inverse of putBits. It needs nine bytes at at/8.
func getBits(b []byte, at int, mask uint64) uint64 {
	p := b[at/8:]
	shift := at % 8
	v := binary.LittleEndian.Uint64(p) >> shift
	if shift > 0 {
		v |= uint64(p[8]) << (64 - shift)
	}
	return v & mask
}

// block reads the keys of a block from the first to the last.
type block struct {
	first uint64
	low   int
	mask  uint64
	lows  []byte // padded
	highs []byte // padded

	n    int    // keys left
	i    int    // keys before the next one
	word uint64 // ones of the current word that are still to come
	at   int    // number of that word
}

// open makes b the block in data, whose first key is first. It takes a copy of
// data into buf, which it returns for the next call.
func (b *block) open(data []byte, first uint64, buf []byte) ([]byte, error) {
	if len(data) < blockHeader || len(data) > maxBlock || binary.LittleEndian.Uint32(data[3:]) != checksum(data) {
		return buf, errDamaged
	}
	n, low := int(binary.LittleEndian.Uint16(data)), int(data[2])
	lowBytes := (n*low + 7) / 8
	if n == 0 || n > blockKeys || low > 63 || blockHeader+lowBytes >= len(data) {
		return buf, errDamaged
	}
	highBytes := len(data) - blockHeader - lowBytes
	need := lowBytes + padding + 1 + highBytes + padding
	if cap(buf) < need {
		buf = make([]byte, maxBlock+4*padding)
	}
	buf = buf[:need]
	clear(buf[lowBytes : lowBytes+padding+1])
	clear(buf[need-padding:])
	copy(buf, data[blockHeader:blockHeader+lowBytes])
	copy(buf[lowBytes+padding+1:], data[blockHeader+lowBytes:])
	*b = block{first: first, low: low, mask: 1<<low - 1, lows: buf, highs: buf[lowBytes+padding+1:], n: n}
	b.word = binary.LittleEndian.Uint64(b.highs)
	ones := 0
	for at := 0; at+8 <= len(b.highs); at += 8 {
		ones += bits.OnesCount64(binary.LittleEndian.Uint64(b.highs[at:]))
	}
	if ones != n {
		return buf, errDamaged
	}
	return buf, nil
}

// appendKeys appends all keys of a block that was just opened to dst.
func (b *block) appendKeys(dst []uint64) []uint64 {
	for b.n > 0 {
		for ; b.word != 0; b.skip() {
			high := b.at*64 + bits.TrailingZeros64(b.word) - b.i
			dst = append(dst, b.first+(uint64(high)<<b.low|getBits(b.lows, b.i*b.low, b.mask)))
		}
		if !b.next() {
			break
		}
	}
	return dst
}

// skip goes on by one key.
func (b *block) skip() {
	b.word &= b.word - 1
	b.i++
	b.n--
}

// next goes to the next word, if there is one.
func (b *block) next() bool {
	b.at++
	if b.at*8 > len(b.highs)-8 {
		return false
	}
	b.word = binary.LittleEndian.Uint64(b.highs[b.at*8:])
	return true
}

// has reports whether the block has k, which must not be smaller than the key
// it was asked for before. It looks at the low bits only of the keys whose
// other bits are those of k.
func (b *block) has(k uint64) bool {
	if k < b.first {
		return false
	}
	high, low := (k-b.first)>>b.low, (k-b.first)&b.mask
	for b.n > 0 {
		// No key that ends in this word has more zeros before it than these.
		if ones := bits.OnesCount64(b.word); uint64((b.at+1)*64-b.i-ones) < high {
			b.i += ones
			b.n -= ones
			if !b.next() {
				b.n = 0
			}
			continue
		}
		for ; b.word != 0; b.skip() {
			switch h := uint64(b.at*64 + bits.TrailingZeros64(b.word) - b.i); {
			case h < high:
				continue
			case h > high:
				return false
			}
			if l := getBits(b.lows, b.i*b.low, b.mask); l >= low {
				return l == low
			}
		}
		if !b.next() {
			b.n = 0
		}
	}
	return false
}
