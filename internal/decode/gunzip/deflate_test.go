package gunzip

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// deflater writes a deflate stream symbol by symbol, right or wrong.
type deflater struct {
	out  []byte
	bits uint64
	n    uint
	lits code // of the current block
	dist code
	size int // bytes that the symbols so far stand for
}

// put writes the lowest n bits of v, lowest first.
func (d *deflater) put(v uint64, n uint) *deflater {
	d.bits |= v & (1<<n - 1) << d.n
	for d.n += n; d.n >= 8; d.n -= 8 {
		d.out = append(d.out, byte(d.bits))
		d.bits >>= 8
	}
	return d
}

func (d *deflater) align() *deflater { return d.put(0, -d.n&7) }

// bytes is the stream up to now, with zeros up to a whole byte.
func (d *deflater) bytes() []byte { return d.align().out }

func (d *deflater) block(final bool, kind uint64) *deflater {
	if final {
		return d.put(1|kind<<1, 3)
	}
	return d.put(kind<<1, 3)
}

func (d *deflater) stored(final bool, content []byte) *deflater {
	d.block(final, 0).align().put(uint64(len(content)), 16).put(^uint64(len(content)), 16)
	d.out = append(d.out, content...)
	d.size += len(content)
	return d
}

func (d *deflater) fixed(final bool) *deflater {
	d.lits = codeOf(slices.Concat(slices.Repeat([]uint8{8}, 144), slices.Repeat([]uint8{9}, 112), slices.Repeat([]uint8{7}, 24), slices.Repeat([]uint8{8}, 8)))
	d.dist = codeOf(slices.Repeat([]uint8{5}, 32))
	return d.block(final, 1)
}

// dynamic begins a block with codes of these lengths, of which it writes each
// by itself in four bits.
func (d *deflater) dynamic(final bool, lits, dist []uint8) *deflater {
	d.lits, d.dist = codeOf(lits), codeOf(dist)
	d.head(final, len(lits), len(dist), func(symbol int) uint64 {
		if symbol < 16 {
			return 4
		}
		return 0
	})
	for _, n := range slices.Concat(lits, dist) {
		d.put(uint64(bits.Reverse8(n)>>4), 4)
	}
	return d
}

// head begins a block up to the code of code lengths, whose own are given.
func (d *deflater) head(final bool, lits, dist int, length func(symbol int) uint64) *deflater {
	d.block(final, 2).put(uint64(lits-257), 5).put(uint64(dist-1), 5).put(19-4, 4)
	for _, symbol := range lengthOrder {
		d.put(length(int(symbol)), 3)
	}
	return d
}

// code is a Huffman code: of each symbol the length, and the bits, their
// first one lowest.
type code struct {
	lengths []uint8
	bits    []uint16
}

// codeOf is the code of these lengths (RFC 1951, 3.2.2).
func codeOf(lengths []uint8) code {
	c := code{lengths, make([]uint16, len(lengths))}
	next := uint16(0)
	for n := uint8(1); n <= maxCode; n++ {
		next <<= 1
		for symbol, length := range lengths {
			if length == n {
				c.bits[symbol] = bits.Reverse16(next) >> (16 - n)
				next++
			}
		}
	}
	return c
}

func (d *deflater) symbol(c code, symbol int) *deflater {
	return d.put(uint64(c.bits[symbol]), uint(c.lengths[symbol]))
}

func (d *deflater) lit(symbols ...int) *deflater {
	for _, s := range symbols {
		d.symbol(d.lits, s)
		if s < 256 {
			d.size++
		}
	}
	return d
}

func (d *deflater) text(s string) *deflater {
	for _, c := range []byte(s) {
		d.lit(int(c))
	}
	return d
}

// match writes a length and a distance by their symbols and extra bits.
func (d *deflater) match(length int, lengthExtra uint64, dist int, distExtra uint64) *deflater {
	d.symbol(d.lits, length).put(lengthExtra, uint(lits[length]&63))
	d.symbol(d.dist, dist).put(distExtra, uint(dists[dist]&63))
	d.size += int(lits[length]>>16) + int(lengthExtra)
	return d
}

func (d *deflater) end() *deflater { return d.lit(256) }

// member is the stream as a gzip member, with the checksum of what the
// standard library makes of it.
func member(stream []byte) []byte {
	content, _ := io.ReadAll(flate.NewReader(bytes.NewReader(stream)))
	file := slices.Concat([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, stream)
	file = binary.LittleEndian.AppendUint32(file, crc32.ChecksumIEEE(content))
	return binary.LittleEndian.AppendUint32(file, uint32(len(content)))
}

// anyCode is the lengths of a random complete code for n of all symbols, one
// of them always.
func anyCode(random *rand.Rand, all, n, always int) []uint8 {
	lengths := make([]uint8, all)
	if n == 0 {
		return lengths
	}
	leaves := []uint8{0}
	for len(leaves) < n {
		i := random.IntN(len(leaves))
		if random.IntN(2) == 0 {
			i = len(leaves) - 1 // a deep one
		}
		if leaves[i] < maxCode {
			leaves[i]++
			leaves = append(leaves, leaves[i])
		}
	}
	leaves[0] = max(1, leaves[0]) // one symbol alone
	at := random.IntN(n)
	lengths[always] = leaves[at]
	leaves = slices.Delete(leaves, at, at+1)
	for _, symbol := range random.Perm(all) {
		if symbol != always && len(leaves) > 0 {
			lengths[symbol], leaves = leaves[0], leaves[1:]
		}
	}
	return lengths
}

// anyStream is a random deflate stream, mostly right, of all kinds of blocks
// and codes. No compressor writes such ones.
func anyStream(random *rand.Rand) []byte {
	var d deflater
	for blocks := random.IntN(4); blocks >= 0; blocks-- {
		final := blocks == 0
		switch random.IntN(5) {
		case 0:
			d.stored(final, make([]byte, random.IntN(300)))
			continue
		case 1:
			d.fixed(final)
		default:
			lits := anyCode(random, 257+random.IntN(30), 1+random.IntN(40), 256)
			if random.IntN(2) == 0 {
				lits = anyCode(random, maxUsedLits, 100+random.IntN(187), 256)
			}
			n := 1 + random.IntN(30)
			dist := anyCode(random, n, random.IntN(n+1), random.IntN(n))
			if random.IntN(20) == 0 {
				dist[random.IntN(n)] ^= 1 // most likely no code
			}
			d.dynamic(final, lits, dist)
		}
		d.symbols(random, random.IntN(400))
		d.end()
	}
	return d.bytes()
}

// symbols writes n random symbols that the block has codes for.
func (d *deflater) symbols(random *rand.Rand, n int) {
	var distances []int
	for i, n := range d.dist.lengths[:min(len(d.dist.lengths), maxUsedDists)] {
		if n > 0 {
			distances = append(distances, i)
		}
	}
	var used []int
	for i, n := range d.lits.lengths[:min(len(d.lits.lengths), maxUsedLits)] {
		if n > 0 && i != 256 && (i < 256 || len(distances) > 0) {
			used = append(used, i)
		}
	}
	if len(used) == 0 {
		return
	}
	for range n {
		symbol := used[random.IntN(len(used))]
		if symbol < 256 {
			d.lit(symbol)
			continue
		}
		dist := distances[random.IntN(len(distances))]
		if int(dists[dist]>>16) > d.size && random.IntN(200) > 0 {
			continue // too far back
		}
		d.match(symbol, random.Uint64N(1<<(lits[symbol]&63)), dist, random.Uint64N(1<<(dists[dist]&63)))
	}
}
