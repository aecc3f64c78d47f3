package gunzip

import "math/bits"

// An entry of a table says all about a symbol that decoding needs:
//
//	bits 0-5    how many bits to drop: the code's and the extra ones'
//	bits 8-11   how many of these are the code's
//	bit 13      the end of the block
//	bit 14      the code is longer than the table is wide: it goes on in a
//	            subtable at 16-31, which is as wide as bits 8-11 say
//	bit 15      no literal and no length or distance: one of the two above,
//	            or a code that must not be
//	bits 16-30  the literal, or the smallest length or distance
//	bit 31      a literal
type entry = uint32

const (
	literal     entry = 1 << 31
	exceptional entry = 1 << 15
	subtable    entry = 1 << 14
	endOfBlock  entry = 1 << 13
)

// How wide the tables are, in bits, and how many entries they and their
// subtables have at most: what zlib's "enough" finds for 288 and 32 symbols
// of 15 bits.
const (
	litBits  = 10
	litSize  = 1334
	distBits = 8
	distSize = 402
	// Code lengths have codes of at most 7 bits and need no subtables.
	lenBits = 7

	maxCode = 15 // bits

	maxLits      = 288 // with two that only the fixed code has
	maxDists     = 32  // with two that only the fixed code has
	maxUsedLits  = 286
	maxUsedDists = 30
)

// codes are the two codes of a block.
type codes struct {
	lit  [litSize]entry
	dist [distSize]entry
	// least is how many bits must be left where a literal or a length begins:
	// what follows is at least the end of the block, and of another block if
	// this one is not the last.
	least uint
}

// lits, dists and lens are the entries of the symbols but for the code's own
// length, which build adds to both places.
var (
	lits  = litEntries()
	dists = distEntries()
	lens  = lenEntries()
)

func litEntries() (e [maxLits]entry) {
	for i := range 256 {
		e[i] = literal | entry(i)<<16
	}
	e[256] = exceptional | endOfBlock
	// RFC 1951, 3.2.5.
	length, extra := entry(3), entry(0)
	for i := 257; i < 285; i++ {
		if i >= 265 && (i-265)%4 == 0 {
			extra++
		}
		e[i] = length<<16 | extra
		length += 1 << extra
	}
	e[285] = 258 << 16
	e[286], e[287] = exceptional, exceptional
	return e
}

func distEntries() (e [maxDists]entry) {
	distance, extra := entry(1), entry(0)
	for i := range maxUsedDists {
		if i >= 4 && i%2 == 0 {
			extra++
		}
		e[i] = distance<<16 | extra
		distance += 1 << extra
	}
	e[30], e[31] = exceptional, exceptional
	return e
}

func lenEntries() (e [19]entry) {
	for i := range e {
		e[i] = entry(i) << 16
	}
	return e
}

// build makes the table, of width bits, of the code whose lengths are given,
// and returns the length of its shortest code in bits. It reports false for
// lengths that are no code: as zlib does it takes a complete code, a single
// code of one bit, and none at all.
//
// The table is built in the order of the codes. Those of n bits determine
// its first 1<<n entries; for n+1 bits these are doubled.
func build(table []entry, width uint, lengths []uint8, symbols []entry) (least uint, ok bool) {
	var counts [maxCode + 1]uint16
	for _, n := range lengths {
		counts[n&maxCode]++
	}
	var first [maxCode + 2]uint16 // where the symbols of a length begin in sorted
	space := uint(0)              // taken by the codes so far, in codes of the current length
	for n := uint(1); n <= maxCode; n++ {
		first[n+1] = first[n] + counts[n]
		if space = space*2 + uint(counts[n]); space > 1<<n {
			return 0, false
		}
	}
	var sorted [maxLits]uint16
	for i, n := range lengths {
		if n != 0 {
			at := &first[n&maxCode]
			sorted[*at] = uint16(i)
			*at++
		}
	}
	used := first[maxCode]
	if space != 1<<maxCode {
		if used > 1 || used == 1 && counts[1] == 0 {
			return 0, false
		}
		for i := range table[:1<<width] {
			table[i] = exceptional
		}
		if used == 0 {
			return 0, true
		}
		for i := uint(0); i < 1<<width; i += 2 {
			table[i] = symbols[sorted[0]] + 1<<8 + 1
		}
		return 1, true
	}

	n := uint(1)
	for counts[n] == 0 {
		n++
	}
	least = n
	code := uint(0)     // its first bit lowest, as in the input
	end := uint(1) << n // of what is built
	left := uint(counts[n])
	next := 0
	for n <= width {
		for ; left > 0; left-- {
			table[code] = symbols[sorted[next]] + entry(n<<8|n)
			next++
			if code == end-1 {
				for ; n < width; n++ {
					copy(table[end:2*end], table[:end])
					end *= 2
				}
				return least, true
			}
			code = following(code, n)
		}
		for left == 0 {
			if n++; n <= width {
				copy(table[end:2*end], table[:end])
				end *= 2
			}
			left = uint(counts[n])
		}
	}
	buildSubtables(table, width, n, code, &counts, symbols, sorted[next:used])
	return least, true
}

// buildSubtables adds the symbols whose codes are longer than the table is
// wide: of n bits from code on, and longer ones.
func buildSubtables(table []entry, width, n, code uint, counts *[maxCode + 1]uint16, symbols []entry, sorted []uint16) {
	prefix, start, end := ^uint(0), uint(0), uint(1)<<width
	left := uint(counts[n])
	for _, symbol := range sorted {
		for left == 0 {
			n++
			left = uint(counts[n])
		}
		if p := code & (1<<width - 1); p != prefix {
			// As wide as the longest code with this prefix needs.
			prefix, start = p, end
			wide, space := n-width, left
			for space < 1<<wide {
				wide++
				space = space*2 + uint(counts[width+wide])
			}
			end = start + 1<<wide
			table[prefix] = entry(start<<16) | exceptional | subtable | entry(wide<<8|width)
		}
		e := symbols[symbol] + entry((n-width)<<8|(n-width))
		for i := start + code>>width; i < end; i += 1 << (n - width) {
			table[i] = e
		}
		code = following(code, n)
		left--
	}
}

// following returns the code of n bits behind code: one more, counted from
// its last bit.
func following(code, n uint) uint {
	zeros := code ^ (1<<n - 1)
	if zeros == 0 {
		return code // the last one
	}
	bit := uint(1) << (bits.Len(zeros) - 1)
	return code&(bit-1) | bit
}
